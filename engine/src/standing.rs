//! The certificate that stands on a result: whether there is one, and what it is worth.

use crate::code::Code;
use crate::error::StoreError;
use crate::format::{HolderRow, ResultRow, Section};
use crate::intake::holder;
use crate::policy::Policy;
use crate::record::Register;
use crate::register::Person;
use crate::stack::{OpenRegister, Whole};
use crate::store::Snapshot;
use crate::time::Instant;
use crate::verdict::{Subtype, Verdict};

/// What stands on a result at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// No certificate that could be used now or later.
    None,
    /// A certificate that is valid, or will be; without the secret of codes no token is told.
    Good { token: Option<Code>, valid_until: Instant },
    /// A certificate that was taken back, so that no other is given. The verdict is its reason.
    TakenBack(Verdict),
}

/// A result, and whom it is about.
pub(crate) struct Ground<'a> {
    pub row: &'a ResultRow,
    /// Of whom the names and the date of birth count.
    pub person: &'a Person,
}

impl Snapshot {
    /// What stands on the result of a key at an instant.
    pub(crate) fn standing(
        &self,
        key: u128,
        ground: &Ground<'_>,
        at: Instant,
        policy: &Policy,
    ) -> Result<Standing, StoreError> {
        let Some(certificates) = self.register(Register::Certificates) else {
            return Ok(Standing::None);
        };
        let named = certificates.posted(Section::PostingsA, key)?;
        self.standing_among(named.into_iter().map(|(whole, _)| whole), ground, at, policy)
    }

    /// The same where the certificates that name the result are known. One for somebody else or of
    /// another kind does not stand on it, whatever it names; one that was revoked with other times
    /// neither, for that may be because they were corrected.
    pub(crate) fn standing_among(
        &self,
        named: impl Iterator<Item = Whole>,
        ground: &Ground<'_>,
        at: Instant,
        policy: &Policy,
    ) -> Result<Standing, StoreError> {
        let mut best = Standing::None;
        let Some(certificates) = self.register(Register::Certificates) else { return Ok(best) };
        for whole in named {
            if !names_holder(certificates, whole, ground)? {
                continue;
            }
            let key = certificates.key(whole)?;
            let (hit, row) = certificates.find_exact(key)?.ok_or_else(|| {
                certificates.damaged(whole.segment, Section::PostingsA, "no such certificate")
            })?;
            let judged = certificates.judge(&hit, at, policy)?;
            let kind = (ground.row.traits.get() & 3) as usize;
            let kinds = [Subtype::Pcr, Subtype::Vaccination, Subtype::Recovery];
            if judged.subtype != kinds.get(kind).copied() {
                continue;
            }
            let times = certificates.columns(&hit, row)?;
            let same_times = times.sampled_at == ground.row.sampled_at
                && times.reported_at == ground.row.reported_at;
            let found = match (judged.verdict, judged.validity()) {
                (Verdict::Valid | Verdict::NotYetValid, Some((_, valid_until))) => Standing::Good {
                    token: certificates
                        .cipher()
                        .is_ok()
                        .then(|| certificates.code(key))
                        .transpose()?,
                    valid_until,
                },
                (Verdict::Suspended, _) => Standing::TakenBack(Verdict::Suspended),
                (Verdict::Revoked, _) if same_times => Standing::TakenBack(Verdict::Revoked),
                _ => Standing::None,
            };
            best = best.or_better(found);
        }
        Ok(best)
    }
}

impl Standing {
    /// The better for the holder; of two equal ones the first.
    fn or_better(self, other: Standing) -> Standing {
        let rank = |standing: &Standing| match standing {
            Standing::None => (0, Instant::MIN),
            Standing::TakenBack(verdict) => {
                (1 + i32::from(*verdict == Verdict::Revoked), Instant::MIN)
            }
            Standing::Good { valid_until, .. } => (3, *valid_until),
        };
        if rank(&other) > rank(&self) { other } else { self }
    }
}

/// Whether nothing of the holder differs, where both sides have it. The document is the result's: what
/// a form says of one that the result lacks, nobody confirmed.
fn names_holder(
    certificates: &OpenRegister,
    at: Whole,
    ground: &Ground<'_>,
) -> Result<bool, StoreError> {
    let known: HolderRow = certificates.item(Section::Holders, at)?;
    let asked = holder(certificates.identity()?, ground.person);
    let (one, other) = (known.document.get(), ground.row.document.get());
    Ok(known.surname == asked.surname
        && known.first_name == asked.first_name
        && known.patronymic == asked.patronymic
        && known.birth_date == asked.birth_date
        && (one == other || one == 0 || other == 0))
}
