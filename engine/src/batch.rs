//! Many codes at once: while one group is judged, the lines of the next ones are on their way.
//!
//! Groups are small, so that asking for lines and working on those that came alternate: a burst of
//! requests would fill what the processor keeps track of, and then nothing else would go on. Only the
//! cipher takes a block of groups at once, as many as its vectors hold. What a processor cannot
//! foresee (known or not, valid or over) is chosen, not branched on.

use std::ops::Range;
use std::sync::Arc;

use crate::code::{self, Code, GROUP, Places};
use crate::error::StoreError;
use crate::hot::{ABSENT, Glance, HotTable, MEANINGS, parts};
use crate::policy::Policy;
use crate::probe::{Vectored, widest};
use crate::stack::{OpenRegister, OpenSegment, register_of, subtype};
use crate::store::Snapshot;
use crate::table::State;
use crate::time::Instant;
use crate::verdict::{CodeFault, Kind, Verdict};
use crate::verify::Judged;

/// How many groups the cipher takes at once.
const BLOCK: usize = 8;
/// How many groups are between asking for lines and looking at them.
const AHEAD: usize = 4;
/// How many groups are between a first look and a second one, where the first did not say all: the
/// line that follows is on its way meanwhile.
const LATER: usize = 4;
/// How many groups are in hand: those of two blocks that are read or keyed, and those on their way.
const RING: usize = 4 * BLOCK;
const _: () = assert!(RING >= 2 * BLOCK + AHEAD + LATER + BLOCK && RING.is_power_of_two());

impl Snapshot {
    /// Judges many codes as of one instant, in input order, into `verdicts`, whose content is
    /// replaced. Many look-ups are in flight at once. A known code is told by its tag of 56 bits;
    /// [`Snapshot::verify`] compares the whole key.
    ///
    /// # Errors
    /// When the store is damaged or a secret is missing; `verdicts` is then empty.
    pub fn verify_batch<C: AsRef<[u8]>>(
        &self,
        codes: &[C],
        at: Instant,
        policy: &Policy,
        verdicts: &mut Vec<Judged>,
    ) -> Result<(), StoreError> {
        self.judge_all(Texts(codes), at, policy, verdicts)
    }

    /// The keys of codes of one kind, for [`Snapshot::verify_keys`]: a program that asks for the same
    /// codes again and again decodes and encrypts them once. They are good for this store's secrets,
    /// and show nothing of the codes.
    ///
    /// # Errors
    /// When the register of that kind is not here, or its code secret is missing.
    pub fn code_keys(&self, kind: Kind, codes: &[Code]) -> Result<Vec<CodeKey>, StoreError> {
        let register = register_of(kind);
        let group = register.group().as_str();
        let open = self.register(register);
        let open = open.ok_or(StoreError::NoSecret { group, secret: "code" })?;
        let mut keys: Vec<_> = codes.iter().map(|code| code.bytes).collect();
        open.cipher()?.encrypt(&mut keys);
        Ok(keys.into_iter().map(CodeKey).collect())
    }

    /// Judges many codes of one kind by their keys: [`Snapshot::verify_batch`] without its first half.
    ///
    /// # Errors
    /// When the store is damaged; `verdicts` is then empty.
    pub fn verify_keys(
        &self,
        kind: Kind,
        keys: &[CodeKey],
        at: Instant,
        policy: &Policy,
        verdicts: &mut Vec<Judged>,
    ) -> Result<(), StoreError> {
        self.judge_all(Keyed(kind, keys), at, policy, verdicts)
    }

    fn judge_all(
        &self,
        asked: impl Asked,
        at: Instant,
        policy: &Policy,
        verdicts: &mut Vec<Judged>,
    ) -> Result<(), StoreError> {
        // A vector that comes back from the last batch is not written twice.
        verdicts.resize(asked.len(), MEANING_OF[0][ABSENT]);
        let judged = widest(Batch::new(self, asked, at, policy, verdicts));
        if judged.is_err() {
            verdicts.clear();
        }
        judged
    }
}

/// The key of a code in one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodeKey([u8; 16]);

/// What a batch is asked for.
trait Asked {
    /// Whether they are keys already.
    const KEYED: bool;

    /// How many.
    fn len(&self) -> usize;

    /// Reads those of a group.
    fn read(&self, hosts: &[String], number: usize, into: (&mut Group, &mut Places));
}

/// Texts of codes.
struct Texts<'b, C>(&'b [C]);

/// Keys of codes of one kind.
struct Keyed<'b>(Kind, &'b [CodeKey]);

impl<C: AsRef<[u8]>> Asked for Texts<'_, C> {
    const KEYED: bool = false;

    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn read(&self, hosts: &[String], number: usize, (group, places): (&mut Group, &mut Places)) {
        let read = code::read(&self.0[of_group(number, self.0.len())], hosts, places);
        group.kind = read.kind;
        group.kinds = read.kinds;
        group.malformed = read.malformed;
        group.reasons = read.reasons;
        group.above = 0;
    }
}

impl Asked for Keyed<'_> {
    const KEYED: bool = true;

    #[inline(always)]
    fn len(&self) -> usize {
        self.1.len()
    }

    #[inline(always)]
    fn read(&self, _: &[String], number: usize, (group, places): (&mut Group, &mut Places)) {
        let Keyed(kind, keys) = *self;
        *group = Group { kind: Some(kind), kinds: [kind; GROUP], ..Group::NONE };
        for (place, key) in places.iter_mut().zip(&keys[of_group(number, keys.len())]) {
            *place = key.0;
        }
    }
}

/// What of so many belongs to a group.
#[inline(always)]
fn of_group(number: usize, all: usize) -> Range<usize> {
    number * GROUP..all.min((number + 1) * GROUP)
}

/// A batch that is being judged.
struct Batch<'b, A> {
    asked: A,
    verdicts: &'b mut [Judged],
    rules: Rules<'b>,
}

/// What is the same for all codes of a batch.
struct Rules<'b> {
    at: Instant,
    policy: &'b Policy,
    /// By the kind's place in its enum.
    kinds: [Ready<'b>; Kind::ALL.len()],
}

/// One kind of codes, ready to be asked for.
struct Ready<'b> {
    kind: Kind,
    open: Option<&'b OpenRegister>,
    segments: &'b [Arc<OpenSegment>],
    /// The place of the oldest segment.
    oldest: u32,
    /// Its lines, where they alone give verdicts at this instant and under this policy.
    table: Option<HotTable<'b>>,
}

/// A group of codes on its way; its keys stand beside.
#[derive(Clone, Copy)]
struct Group {
    /// The kind, where all are of one.
    kind: Option<Kind>,
    kinds: [Kind; GROUP],
    /// A bit for each lane that holds no code; its kind and key then mean nothing.
    malformed: u32,
    reasons: [CodeFault; GROUP],
    /// The newest segment that may hold each key, for lanes above the oldest.
    firsts: [u32; GROUP],
    /// A bit for each lane that a segment above the oldest may hold.
    above: u32,
    /// A bit for each lane of which the first look did not say all.
    unsaid: u32,
}

/// The groups that are in hand, each in the place that its number has in a ring.
struct Ring {
    groups: [Group; RING],
    keys: [Places; RING],
}

impl Group {
    const NONE: Self = Group {
        kind: Some(Kind::Permit),
        kinds: [Kind::Permit; GROUP],
        malformed: 0,
        reasons: [CodeFault::Empty; GROUP],
        firsts: [0; GROUP],
        above: 0,
        unsaid: 0,
    };
}

impl<A: Asked> Vectored for Batch<'_, A> {
    type Output = Result<(), StoreError>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Batch { asked, verdicts, rules } = self;
        let groups = asked.len().div_ceil(GROUP);
        let mut ring = Ring::new();
        let hosts = &rules.policy.certificate_hosts;
        (0..groups.min(2 * BLOCK)).for_each(|group| asked.read(hosts, group, ring.group(group)));
        if !A::KEYED {
            rules.key(&mut ring, 0..groups.min(BLOCK))?;
        }
        for group in 0..groups + AHEAD + LATER {
            if let Some(last) = group.checked_sub(AHEAD + LATER) {
                rules.look_again(&ring, last, &mut verdicts[of_group(last, asked.len())])?;
            }
            if let Some(come) = group.checked_sub(AHEAD).filter(|come| *come < groups) {
                rules.look(&mut ring, come, &mut verdicts[of_group(come, asked.len())]);
            }
            if !A::KEYED && group % BLOCK == 0 && group + BLOCK < groups {
                rules.key(&mut ring, group + BLOCK..groups.min(group + 2 * BLOCK))?;
            }
            if group + 2 * BLOCK < groups {
                asked.read(hosts, group + 2 * BLOCK, ring.group(group + 2 * BLOCK));
            }
            if group < groups {
                rules.aim(&mut ring, group)?;
            }
        }
        Ok(())
    }
}

impl Ring {
    #[inline(always)]
    fn new() -> Self {
        Ring { groups: [Group::NONE; RING], keys: [Places::default(); RING] }
    }

    #[inline(always)]
    fn group(&mut self, number: usize) -> (&mut Group, &mut Places) {
        (&mut self.groups[number % RING], &mut self.keys[number % RING])
    }

    #[inline(always)]
    fn key(&self, group: usize, lane: usize) -> u128 {
        u128::from_le_bytes(self.keys[group % RING][lane])
    }
}

impl<'b, A> Batch<'b, A> {
    fn new(
        snapshot: &'b Snapshot,
        asked: A,
        at: Instant,
        policy: &'b Policy,
        verdicts: &'b mut [Judged],
    ) -> Self {
        let ready = |place: usize| Ready::new(snapshot, Kind::ALL[place], at, policy);
        let rules = Rules { at, policy, kinds: core::array::from_fn(ready) };
        Batch { asked, verdicts, rules }
    }
}

impl<'b> Ready<'b> {
    fn new(snapshot: &'b Snapshot, kind: Kind, at: Instant, policy: &Policy) -> Self {
        let open = snapshot.register(register_of(kind));
        let segments = open.map_or(&[][..], OpenRegister::segments);
        let settled = segments.last().filter(|oldest| oldest.is_settled(at, policy));
        Ready {
            kind,
            open,
            segments,
            oldest: segments.len().saturating_sub(1) as u32,
            table: settled.and_then(|oldest| HotTable::new(&oldest.segment, at)),
        }
    }
}

/// What a glance says.
#[inline(always)]
fn judge(glance: &Glance, meanings: &[Judged; MEANINGS], judged: &mut Judged) {
    let validity = (Instant::from_unix(glance.from), Instant::from_unix(glance.until));
    *judged = meanings[glance.meaning % MEANINGS];
    judged.validity = glance.held.then_some(validity);
}

impl Rules<'_> {
    /// Turns the codes of a block of groups into their keys.
    #[inline(always)]
    fn key(&self, ring: &mut Ring, block: Range<usize>) -> Result<(), StoreError> {
        // A block does not go around the end of the ring.
        let place = block.start % RING;
        let groups = &ring.groups[place..place + block.len()];
        let keys = &mut ring.keys[place..place + block.len()];
        let kind = groups.first().and_then(|group| group.kind);
        match kind.filter(|_| groups.iter().all(|group| group.kind == kind)) {
            Some(kind) => self.kinds[kind as usize].encrypt(keys.as_flattened_mut()),
            None => self.key_mixed(groups, keys),
        }
    }

    /// Each code under its own kind's cipher: all go along with each cipher, and what becomes of those
    /// of other kinds is not kept.
    #[inline(never)]
    fn key_mixed(&self, groups: &[Group], keys: &mut [Places]) -> Result<(), StoreError> {
        let mut texts = [Places::default(); BLOCK];
        texts[..keys.len()].copy_from_slice(keys);
        for ready in &self.kinds {
            let mut blocks = texts;
            if !groups.iter().any(|group| group.kinds.contains(&ready.kind)) {
                continue;
            }
            ready.encrypt(blocks.as_flattened_mut())?;
            for ((keys, blocks), group) in keys.iter_mut().zip(&blocks).zip(groups) {
                for ((key, block), kind) in keys.iter_mut().zip(blocks).zip(&group.kinds) {
                    *key = if *kind == ready.kind { *block } else { *key };
                }
            }
        }
        Ok(())
    }

    /// Asks for the line of each key: in the oldest segment, and in a newer one where the filters
    /// say that it may be there.
    #[inline(always)]
    fn aim(&self, ring: &mut Ring, number: usize) -> Result<(), StoreError> {
        let group = &ring.groups[number % RING];
        let Some(kind) = group.kind else { return self.aim_mixed(ring, number) };
        let ready = &self.kinds[kind as usize];
        let keys: [u128; GROUP] = core::array::from_fn(|lane| ring.key(number, lane));
        if let Some(table) = &ready.table {
            keys.iter().for_each(|key| table.prefetch(*key));
        }
        if ready.oldest > 0
            && let Some(open) = ready.open
        {
            // Those of the next group, which may be of another kind: then nothing is lost.
            open.prefetch_filters(&core::array::from_fn(|lane| ring.key(number + 1, lane)));
            ready.aim_above(open, &keys, ring.group(number).0)?;
        }
        Ok(())
    }

    /// The same where a group is of several kinds.
    #[inline(never)]
    fn aim_mixed(&self, ring: &mut Ring, number: usize) -> Result<(), StoreError> {
        let group = &mut ring.groups[number % RING];
        group.above = 0;
        for (lane, kind) in group.kinds.into_iter().enumerate() {
            let ready = &self.kinds[kind as usize];
            let key = u128::from_le_bytes(ring.keys[number % RING][lane]);
            if let Some(table) = &ready.table {
                table.prefetch(key);
            }
            if let Some(open) = ready.open.filter(|_| ready.oldest > 0) {
                let first = open.newest_that_may_hold(key)?;
                group.firsts[lane] = first;
                group.above |= u32::from(first != ready.oldest) << lane;
                ready.segments[first as usize].segment.prefetch_key(key);
            }
        }
        Ok(())
    }

    /// Judges a group by a glance at each line, and notes where that does not say all.
    #[inline(always)]
    fn look(&self, ring: &mut Ring, number: usize, verdicts: &mut [Judged]) {
        let lanes = (1 << verdicts.len()) - 1;
        let unsaid = match verdicts.as_mut_array() {
            Some(verdicts) => self.glance_all(ring, number, verdicts),
            None => self.glance_some(ring, number, verdicts),
        };
        let group = &mut ring.groups[number % RING];
        group.unsaid = (unsaid | group.malformed) & lanes;
    }

    /// The last lanes of a batch.
    #[inline(never)]
    fn glance_some(&self, ring: &Ring, number: usize, verdicts: &mut [Judged]) -> u32 {
        let mut all = [MEANING_OF[0][ABSENT]; GROUP];
        let unsaid = self.glance_all(ring, number, &mut all);
        verdicts.copy_from_slice(&all[..verdicts.len()]);
        unsaid
    }

    #[inline(always)]
    fn glance_all(&self, ring: &Ring, number: usize, verdicts: &mut [Judged; GROUP]) -> u32 {
        let group = &ring.groups[number % RING];
        let mut unsaid = 0;
        if let Some(kind) = group.kind
            && let Some(table) = &self.kinds[kind as usize].table
        {
            let meanings = &MEANING_OF[kind as usize];
            for (lane, verdict) in verdicts.iter_mut().enumerate() {
                let glance = table.look(ring.key(number, lane));
                unsaid |= u32::from(glance.rare) << lane;
                judge(&glance, meanings, verdict);
            }
            each_bit(unsaid, |lane| table.prefetch_next(ring.key(number, lane)));
        } else {
            for (lane, verdict) in verdicts.iter_mut().enumerate() {
                let ready = &self.kinds[group.kinds[lane] as usize];
                let glance = self.glance(ready, ready.oldest, ring.key(number, lane));
                unsaid |= u32::from(glance.rare) << lane;
                judge(&glance, &MEANING_OF[ready.kind as usize], verdict);
            }
        }
        each_bit(group.above, |lane| {
            let ready = &self.kinds[group.kinds[lane] as usize];
            let glance = self.glance(ready, group.firsts[lane], ring.key(number, lane));
            // A filter was wrong where the segment does not hold the key: it may be in others.
            unsaid = unsaid & !(1 << lane) | u32::from(glance.rare | !glance.held) << lane;
            judge(&glance, &MEANING_OF[ready.kind as usize], &mut verdicts[lane]);
        });
        unsaid
    }

    /// Judges the lanes of a group of which a glance did not say all.
    #[inline(always)]
    fn look_again(
        &self,
        ring: &Ring,
        number: usize,
        verdicts: &mut [Judged],
    ) -> Result<(), StoreError> {
        let group = &ring.groups[number % RING];
        let mut unsaid = group.unsaid;
        while unsaid != 0 {
            let lane = unsaid.trailing_zeros() as usize;
            verdicts[lane] = self.judge_rare(group, lane, ring.key(number, lane))?;
            unsaid &= unsaid - 1;
        }
        Ok(())
    }

    /// A glance at the newest segment that may hold a key.
    #[inline(always)]
    fn glance(&self, ready: &Ready<'_>, first: u32, key: u128) -> Glance {
        let Some(open) = ready.segments.get(first as usize) else { return Glance::NOTHING };
        let table = HotTable::new(&open.segment, self.at);
        let table = table.filter(|_| open.is_settled(self.at, self.policy));
        table.map_or(Glance::NOTHING, |table| table.look(key))
    }

    /// What a glance at one line does not say.
    #[cold]
    #[inline(never)]
    fn judge_rare(&self, group: &Group, lane: usize, key: u128) -> Result<Judged, StoreError> {
        if group.malformed >> lane & 1 != 0 {
            return Ok(Judged::malformed(group.reasons[lane]));
        }
        let kind = group.kinds[lane];
        let ready = &self.kinds[kind as usize];
        let Some(open) = ready.open else { return Ok(Judged::unknown(kind)) };
        let is_above = group.above >> lane & 1 != 0;
        let first = if is_above { group.firsts[lane] } else { ready.oldest };
        match open.find_from(first as usize, key)? {
            None => Ok(Judged::unknown(kind)),
            Some(hit) => open.judge(&hit, self.at, self.policy),
        }
    }
}

impl Ready<'_> {
    /// Marks the lanes that a newer segment may hold, and asks for their lines there.
    #[inline(always)]
    fn aim_above(
        &self,
        open: &OpenRegister,
        keys: &[u128; GROUP],
        group: &mut Group,
    ) -> Result<(), StoreError> {
        group.firsts = [self.oldest; GROUP];
        let mut small = open.mark_above(keys, &mut group.firsts);
        while small != 0 {
            let lane = small.trailing_zeros() as usize % GROUP;
            small &= small - 1;
            group.firsts[lane] = open.newest_that_may_hold(keys[lane])?;
        }
        group.above = 0;
        for (lane, first) in group.firsts.iter().enumerate() {
            group.above |= u32::from(*first != self.oldest) << lane;
        }
        each_bit(group.above, |lane| {
            self.segments[group.firsts[lane] as usize].segment.prefetch_key(keys[lane]);
        });
        Ok(())
    }

    #[inline(always)]
    fn encrypt(&self, blocks: &mut [[u8; 16]]) -> Result<(), StoreError> {
        let Some(open) = self.open else { return Ok(()) };
        open.cipher()?.encrypt(blocks);
        Ok(())
    }
}

/// Does something for the place of each bit that is set.
#[inline(always)]
fn each_bit(mut bits: u32, mut each: impl FnMut(usize)) {
    while bits != 0 {
        each(bits.trailing_zeros() as usize % GROUP);
        bits &= bits - 1;
    }
}

/// What each [`Glance::meaning`] is, by kind.
static MEANING_OF: [[Judged; MEANINGS]; Kind::ALL.len()] =
    [meanings(Kind::Permit), meanings(Kind::Certificate), meanings(Kind::Card)];

const fn meanings(kind: Kind) -> [Judged; MEANINGS] {
    let mut all = [Judged::unknown(kind); MEANINGS];
    let mut meaning = 0;
    while meaning < MEANINGS {
        let (state, number, ended, before) = parts(meaning);
        if number != 0 {
            all[meaning].verdict = if state == State::Revoked as usize {
                Verdict::Revoked
            } else if state == State::Suspended as usize {
                Verdict::Suspended
            } else if before {
                Verdict::NotYetValid
            } else if ended {
                Verdict::Expired
            } else {
                Verdict::Valid
            };
            all[meaning].subtype = subtype(register_of(kind), number);
        }
        meaning += 1;
    }
    all
}
