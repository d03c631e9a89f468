//! Many codes at once: while one group is judged, the lines of the next ones are on their way.
//!
//! Groups are small, so that asking for lines and working on those that came alternate: a burst of
//! requests would fill what the processor keeps track of, and then nothing else would go on. What
//! a processor cannot foresee (known or not, valid or over) is chosen, not branched on.

use crate::code::{self, Code, GROUP};
use crate::error::StoreError;
use crate::hot::{ABSENT, BEFORE, ENDED, Glance, HotTable, VERDICTS};
use crate::key::CodeBlock;
use crate::policy::Policy;
use crate::stack::{OpenRegister, register_of, subtype};
use crate::store::Snapshot;
use crate::table::State;
use crate::time::Instant;
use crate::verdict::{CodeFault, Kind, Subtype, Verdict};
use crate::verify::Judged;

/// How many groups are on their way.
const AHEAD: usize = 6;

impl Snapshot {
    /// Judges many codes as of one instant, in input order, into `verdicts` (cleared first).
    /// Many look-ups are in flight at once. A known code is told by its tag of 56 bits;
    /// [`Snapshot::verify`] compares the whole key.
    ///
    /// # Errors
    /// When the store is damaged or a secret is missing.
    pub fn verify_batch<C: AsRef<[u8]>>(
        &self,
        codes: &[C],
        at: Instant,
        policy: &Policy,
        verdicts: &mut Vec<Judged>,
    ) -> Result<(), StoreError> {
        verdicts.clear();
        verdicts.reserve(codes.len());
        let batch = Batch::new(self, at, policy);
        let mut flying = [const { InFlight::NONE }; AHEAD];
        let mut next = 0;
        for codes in codes.chunks(GROUP) {
            // It was begun AHEAD groups ago, or it is still empty.
            let group = &mut flying[next];
            batch.finish(group, verdicts)?;
            batch.begin(codes, group)?;
            next = if next + 1 == AHEAD { 0 } else { next + 1 };
        }
        let (newer, older) = flying.split_at(next);
        older.iter().chain(newer).try_for_each(|group| batch.finish(group, verdicts))
    }
}

/// What is the same for all codes of a batch.
struct Batch<'s> {
    at: Instant,
    policy: &'s Policy,
    /// By the kind's place in its enum.
    kinds: [Ready<'s>; Kind::ALL.len()],
}

/// One kind of codes, ready to be asked for.
struct Ready<'s> {
    kind: Kind,
    open: Option<&'s OpenRegister>,
    /// The place of the oldest segment.
    oldest: u32,
    /// Its lines, where they alone give verdicts at this instant and under this policy.
    table: Option<HotTable<'s>>,
    subtypes: [Option<Subtype>; 4],
}

/// A group of look-ups whose lines were asked for.
struct InFlight {
    count: usize,
    /// A bit for each lane that holds no code, and why; its kind and key then mean nothing.
    malformed: u32,
    reasons: [CodeFault; GROUP],
    kinds: [Kind; GROUP],
    keys: [u128; GROUP],
    /// The newest segment that may hold the key.
    firsts: [u32; GROUP],
}

impl InFlight {
    const NONE: Self = InFlight {
        count: 0,
        malformed: 0,
        reasons: [CodeFault::Empty; GROUP],
        kinds: [Kind::Permit; GROUP],
        keys: [0; GROUP],
        firsts: [0; GROUP],
    };
}

impl<'s> Ready<'s> {
    fn new(snapshot: &'s Snapshot, kind: Kind, at: Instant, policy: &Policy) -> Self {
        let register = register_of(kind);
        let open = snapshot.register(register);
        let oldest = open.and_then(|open| open.segments().last());
        let settled = oldest.filter(|oldest| oldest.is_settled(at, policy));
        Ready {
            kind,
            open,
            oldest: open.map_or(0, |open| open.segments().len() as u32 - 1),
            table: settled.and_then(|oldest| HotTable::new(&oldest.segment, at)),
            subtypes: [0, 1, 2, 3].map(|number| subtype(register, number)),
        }
    }

    /// What a glance says.
    #[inline]
    fn judged(&self, glance: &Glance) -> Judged {
        Judged {
            verdict: VERDICT_OF[glance.verdict % VERDICTS],
            kind: Some(self.kind),
            subtype: self.subtypes[usize::from(glance.subtype) % 4],
            reason: None,
            notice: None,
            validity: glance
                .held
                .then_some((Instant::from_unix(glance.from), Instant::from_unix(glance.until))),
        }
    }
}

impl<'s> Batch<'s> {
    fn new(snapshot: &'s Snapshot, at: Instant, policy: &'s Policy) -> Self {
        let ready = |place: usize| Ready::new(snapshot, Kind::ALL[place], at, policy);
        Batch { at, policy, kinds: core::array::from_fn(ready) }
    }

    /// Decodes, keys and prefetches a group.
    #[inline]
    fn begin<C: AsRef<[u8]>>(&self, codes: &[C], group: &mut InFlight) -> Result<(), StoreError> {
        group.count = codes.len();
        group.malformed = 0;
        group.kinds = [Kind::Permit; GROUP];
        let mut texts = [[0; 16]; GROUP];
        for (text, code) in texts.iter_mut().zip(codes) {
            *text = code.as_ref().as_array().copied().unwrap_or_default();
        }
        let (folded, permits) = code::permits(&texts);
        let mut blocks = folded.map(CodeBlock::from);
        if permits[..codes.len()].iter().all(|permit| *permit) {
            return self.ask(Kind::Permit, group, &mut blocks);
        }
        let mut asked = [false; Kind::ALL.len()];
        for (lane, (text, block)) in codes.iter().zip(&mut blocks).enumerate() {
            match code::decode(text.as_ref(), &self.policy.certificate_hosts) {
                Err(reason) => {
                    group.malformed |= 1 << lane;
                    group.reasons[lane] = reason;
                    group.keys[lane] = 0;
                }
                Ok(Code { kind, bytes }) => {
                    *block = bytes.into();
                    group.kinds[lane] = kind;
                    asked[kind as usize] = true;
                }
            }
        }
        for kind in Kind::ALL.iter().filter(|kind| asked[**kind as usize]) {
            self.ask(*kind, group, &mut blocks.clone())?;
        }
        Ok(())
    }

    /// Lanes of one kind through the cipher and the filters. The other lanes go along, and what
    /// becomes of them is not kept.
    #[inline]
    fn ask(
        &self,
        kind: Kind,
        group: &mut InFlight,
        blocks: &mut [CodeBlock; GROUP],
    ) -> Result<(), StoreError> {
        let ready = &self.kinds[kind as usize];
        let Some(open) = ready.open else { return Ok(()) };
        open.cipher()?.encrypt(blocks);
        let keys = blocks.map(|block| u128::from_le_bytes(block.into()));
        let mut firsts = [ready.oldest; GROUP];
        open.mark_newest(&keys, &mut firsts)?;
        for lane in 0..group.count {
            if group.kinds[lane] != kind || group.malformed >> lane & 1 != 0 {
                continue;
            }
            let (key, first) = (keys[lane], firsts[lane]);
            (group.keys[lane], group.firsts[lane]) = (key, first);
            match &ready.table {
                Some(table) if first == ready.oldest => table.prefetch(key),
                _ => open.segments()[first as usize].segment.prefetch_key(key),
            }
        }
        Ok(())
    }

    /// Judges a group: all by a glance first, and then again those of which a glance does not say all.
    #[inline]
    fn finish(&self, group: &InFlight, verdicts: &mut Vec<Judged>) -> Result<(), StoreError> {
        let first = verdicts.len();
        let mut rare = 0u32;
        verdicts.extend((0..group.count).map(|lane| {
            let ready = &self.kinds[group.kinds[lane] as usize];
            let elsewhere = group.firsts[lane] != ready.oldest;
            // Only lines that were asked for are looked at.
            let key = if elsewhere { 0 } else { group.keys[lane] };
            let glance = ready.table.as_ref().map_or(Glance::NOTHING, |table| table.look(key));
            rare |= u32::from(glance.rare | elsewhere) << lane;
            ready.judged(&glance)
        }));
        rare |= group.malformed;
        while rare != 0 {
            let lane = rare.trailing_zeros() as usize;
            verdicts[first + lane] = self.judge_rare(group, lane)?;
            rare &= rare - 1;
        }
        Ok(())
    }

    /// What a glance at one line does not say.
    #[cold]
    #[inline(never)]
    fn judge_rare(&self, group: &InFlight, lane: usize) -> Result<Judged, StoreError> {
        if group.malformed >> lane & 1 != 0 {
            return Ok(Judged::malformed(group.reasons[lane]));
        }
        let kind = group.kinds[lane];
        let ready = &self.kinds[kind as usize];
        let Some(open) = ready.open else { return Ok(Judged::unknown(kind)) };
        match open.find_from(group.firsts[lane] as usize, group.keys[lane])? {
            None => Ok(Judged::unknown(kind)),
            Some(hit) => open.judge(&hit, self.at, self.policy),
        }
    }
}

/// The verdict that each value of a glance means.
static VERDICT_OF: [Verdict; VERDICTS] = verdicts();

const fn verdicts() -> [Verdict; VERDICTS] {
    let mut all = [Verdict::Unknown; VERDICTS];
    let mut value = 0;
    while value < ABSENT {
        let state = value / 4;
        all[value] = if state == State::Revoked as usize {
            Verdict::Revoked
        } else if state == State::Suspended as usize {
            Verdict::Suspended
        } else if value & BEFORE != 0 {
            Verdict::NotYetValid
        } else if value & ENDED != 0 {
            Verdict::Expired
        } else {
            Verdict::Valid
        };
        value += 1;
    }
    all
}
