//! One code by the lines alone.

use super::{CodeKey, meaning};
use crate::code;
use crate::error::StoreError;
use crate::hot::{Glance, HotTable};
use crate::policy::Policy;
use crate::stack::{OpenRegister, register_of};
use crate::store::Snapshot;
use crate::time::Instant;
use crate::verdict::Kind;
use crate::verify::Judged;

impl Snapshot {
    /// Judges one code as [`Snapshot::verify_batch`] judges many: a known code is told by its tag of 56
    /// bits, so that the answer waits for one line of memory. For whoever asks again and again for
    /// single codes; who has several at hand asks for them at once, in less time each.
    /// [`Snapshot::verify`] compares the whole key, and tells of the holder what a role may know.
    ///
    /// # Errors
    /// When the store is damaged or a secret is missing.
    pub fn judge(&self, text: &[u8], at: Instant, policy: &Policy) -> Result<Judged, StoreError> {
        let code = match code::decode(text, &policy.certificate_hosts) {
            Ok(code) => code,
            Err(reason) => return Ok(Judged::malformed(reason)),
        };
        let Some(open) = self.register(register_of(code.kind)) else {
            return Ok(Judged::unknown(code.kind));
        };
        open.judge_by_line(code.kind, open.cipher()?.key(code.bytes), at, policy)
    }

    /// The same by the code's key.
    pub(super) fn judge_key(
        &self,
        kind: Kind,
        key: CodeKey,
        at: Instant,
        policy: &Policy,
    ) -> Result<Judged, StoreError> {
        match self.register(register_of(kind)) {
            Some(open) => open.judge_by_line(kind, u128::from_le_bytes(key.0), at, policy),
            None => Ok(Judged::unknown(kind)),
        }
    }
}

impl OpenRegister {
    #[inline]
    fn judge_by_line(
        &self,
        kind: Kind,
        key: u128,
        at: Instant,
        policy: &Policy,
    ) -> Result<Judged, StoreError> {
        let earlier = policy.earlier(register_of(kind), at);
        let table = |place: usize| {
            let open = self.segments().get(place).filter(|open| open.is_sealed_under(policy));
            open.and_then(|open| HotTable::new(&open.segment, at, earlier))
        };
        let oldest = self.segments().len().saturating_sub(1);
        let mut first = oldest;
        let mut asked = table(oldest);
        if let Some(joint) = self.joint() {
            // Nearly all codes stand in the oldest segment: its line comes while the filter is read.
            if let Some(table) = &asked {
                table.prefetch(key);
            }
            if let Some((newest, _)) = joint.passes(key).then(|| joint.first(key)).flatten() {
                first = newest;
                asked = table(newest);
            }
        }
        let mut glance = Glance::NOTHING;
        if let Some(table) = asked {
            glance = table.look(key);
            if glance.beyond {
                glance = table.look_next(key);
            }
        }
        // The index was wrong where a newer segment does not hold the key: it may be in others.
        if glance.rare || glance.beyond || (first < oldest && !glance.held) {
            return self.judge_from(first, kind, key, at, policy);
        }
        Ok(meaning::judge(kind, &glance))
    }

    /// What a glance at one line does not say.
    #[cold]
    #[inline(never)]
    fn judge_from(
        &self,
        first: usize,
        kind: Kind,
        key: u128,
        at: Instant,
        policy: &Policy,
    ) -> Result<Judged, StoreError> {
        match self.find_from(first, key)? {
            None => Ok(Judged::unknown(kind)),
            Some(hit) => self.judge(&hit, at, policy),
        }
    }
}
