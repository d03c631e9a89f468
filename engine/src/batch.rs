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
/// How many newer segments a batch has tables of; those in further ones are found as single codes are.
const NEWER_MAX: usize = 15;
/// The place of the oldest segment's table, behind those of newer ones.
const OLDEST: u8 = NEWER_MAX as u8;
/// The place where no table is.
const NO_TABLE: u8 = OLDEST + 1;

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
        let (mut next, mut last) = (0, AHEAD - 1);
        for codes in codes.chunks(GROUP) {
            // It was begun AHEAD groups ago, or it is still empty.
            let group = &mut flying[next];
            batch.finish(group, verdicts)?;
            batch.begin(codes, group)?;
            // What the filters need was asked for one group ago.
            batch.aim(&mut flying[last])?;
            last = next;
            next = if next + 1 == AHEAD { 0 } else { next + 1 };
        }
        batch.aim(&mut flying[last])?;
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
    /// The lines of segments, where they alone give verdicts at this instant and under this policy.
    tables: [Option<HotTable<'s>>; NO_TABLE as usize + 1],
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
    /// The newest segment that may hold the key, and the place of its table.
    firsts: [u32; GROUP],
    tables: [u8; GROUP],
    /// Whether lines are still to be asked for.
    is_new: bool,
}

impl InFlight {
    const NONE: Self = InFlight {
        count: 0,
        malformed: 0,
        reasons: [CodeFault::Empty; GROUP],
        kinds: [Kind::Permit; GROUP],
        keys: [0; GROUP],
        firsts: [0; GROUP],
        tables: [NO_TABLE; GROUP],
        is_new: false,
    };
}

impl<'s> Ready<'s> {
    fn new(snapshot: &'s Snapshot, kind: Kind, at: Instant, policy: &Policy) -> Self {
        let register = register_of(kind);
        let open = snapshot.register(register);
        let segments = open.map_or(&[][..], OpenRegister::segments);
        let table = |place: usize| {
            let place = match place {
                NEWER_MAX => segments.len().checked_sub(1)?,
                newer if newer + 1 < segments.len() => newer,
                _ => return None,
            };
            let settled = Some(&segments[place]).filter(|open| open.is_settled(at, policy))?;
            HotTable::new(&settled.segment, at)
        };
        Ready {
            kind,
            open,
            oldest: segments.len().saturating_sub(1) as u32,
            tables: core::array::from_fn(table),
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
        group.is_new = true;
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

    /// Lanes of one kind through the cipher. The other lanes go along, and what becomes of them is not
    /// kept.
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
        for (lane, key) in keys.iter().enumerate().take(group.count) {
            if group.kinds[lane] == kind && group.malformed >> lane & 1 == 0 {
                group.keys[lane] = *key;
            }
        }
        open.prefetch_filters(&keys)
    }

    /// Asks the filters which segment may hold each key, and for its line there.
    #[inline]
    fn aim(&self, group: &mut InFlight) -> Result<(), StoreError> {
        if !std::mem::take(&mut group.is_new) {
            return Ok(());
        }
        for kind in Kind::ALL.iter().copied() {
            if !group.kinds.contains(&kind) {
                continue;
            }
            let ready = &self.kinds[kind as usize];
            let Some(open) = ready.open else { continue };
            let mut firsts = [ready.oldest; GROUP];
            open.mark_newest(&group.keys, &mut firsts)?;
            for (lane, first) in firsts.into_iter().enumerate().take(group.count) {
                if group.kinds[lane] != kind {
                    continue;
                }
                let newer = u8::try_from(first).unwrap_or(NO_TABLE);
                let newer = if newer < OLDEST { newer } else { NO_TABLE };
                group.tables[lane] = if first == ready.oldest { OLDEST } else { newer };
                group.firsts[lane] = first;
                let key = group.keys[lane];
                match &ready.tables[usize::from(group.tables[lane])] {
                    Some(table) => table.prefetch(key),
                    None => open.segments()[first as usize].segment.prefetch_key(key),
                }
                // Where the filter is wrong, the key is in the oldest one, most likely.
                if first != ready.oldest
                    && let Some(oldest) = &ready.tables[usize::from(OLDEST)]
                {
                    oldest.prefetch(key);
                }
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
            let place = group.tables[lane];
            let table = ready.tables[usize::from(place)].as_ref();
            let glance = table.map_or(Glance::NOTHING, |table| table.look(group.keys[lane]));
            // A filter was wrong where a newer segment does not hold the key: it may be in others.
            let missed = !glance.held & (place != OLDEST);
            rare |= u32::from(glance.rare | missed) << lane;
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
