//! The steps of a block, under what is the same for all codes of a batch.

use super::block::{Block, each_bit, try_each_bit};
use super::meaning::{UNKNOWN, judge};
use super::written::write;
use crate::code::{Places, TOGETHER};
use crate::error::StoreError;
use crate::hot::{Earlier, GROUP, Glance, Glances, Group, HotTable};
use crate::joint::{Answer, Joint};
use crate::policy::Policy;
use crate::probe::{Machine, Vectored};
use crate::stack::{OpenRegister, register_of};
use crate::store::Snapshot;
use crate::time::Instant;
use crate::verdict::{Kind, Verdict};
use crate::verify::Judged;

/// Groups of keys in a block.
const GROUPS: usize = TOGETHER / GROUP;

/// What is the same for all codes of a batch.
pub(super) struct Rules<'b> {
    at: Instant,
    pub(super) policy: &'b Policy,
    /// By the kind's place in its enum.
    kinds: [Ready<'b>; Kind::ALL.len()],
}

/// One kind of codes, ready to be asked for.
struct Ready<'b> {
    kind: Kind,
    open: Option<&'b OpenRegister>,
    /// The place of the oldest segment.
    oldest: usize,
    /// Its lines, where they give verdicts under this policy,
    table: Option<HotTable<'b>>,
    /// What ends were at the instant that is asked for.
    earlier: Option<&'b Earlier>,
}

impl<'b> Rules<'b> {
    pub(super) fn new(snapshot: &'b Snapshot, at: Instant, policy: &'b Policy) -> Self {
        let ready = |kind| Ready::new(snapshot, kind, at, policy);
        // One for each kind, in the order of `Kind::ALL`.
        let kinds = [ready(Kind::Permit), ready(Kind::Certificate), ready(Kind::Card)];
        Rules { at, policy, kinds }
    }

    /// The kind of all codes of a block, where they are of one.
    #[inline(always)]
    fn only(&self, block: &Block) -> Option<&Ready<'b>> {
        block.codes.kind.map(|kind| &self.kinds[kind as usize])
    }

    /// The lines for all codes of a block, where one table has them.
    #[inline(always)]
    fn table(&self, block: &Block) -> Option<&HotTable<'b>> {
        self.only(block).and_then(|ready| ready.table.as_ref())
    }

    /// Turns the codes of a block into their keys.
    #[inline(always)]
    pub(super) fn key(&self, block: &mut Block) -> Result<(), StoreError> {
        let (places, len) = (&mut block.codes.places, block.len);
        match block.codes.kind {
            Some(kind) => self.kinds[kind as usize].encrypt(&mut places[..len]),
            None => self.key_mixed(places, &block.codes.kinds),
        }
    }

    /// Each code under its own kind's cipher: all go along with each cipher, and what becomes of those
    /// of other kinds is not kept.
    #[inline(never)]
    fn key_mixed(&self, places: &mut Places, kinds: &[Kind; TOGETHER]) -> Result<(), StoreError> {
        let codes = *places;
        for ready in self.kinds.iter().filter(|ready| kinds.contains(&ready.kind)) {
            let mut keys = codes;
            ready.encrypt(&mut keys)?;
            for ((place, key), kind) in places.iter_mut().zip(&keys).zip(kinds) {
                *place = if *kind == ready.kind { *key } else { *place };
            }
        }
        Ok(())
    }

    /// Asks for what the joint filter above the oldest segment will be asked for.
    #[inline(always)]
    pub(super) fn ask_joint(&self, block: &Block) {
        if let Some(joint) = self.only(block).and_then(Ready::joint) {
            joint.ask(&block.codes.places);
        }
    }

    /// Marks the lanes that a newer segment may hold, and asks for what says which.
    #[inline(always)]
    pub(super) fn mark_above<M: Machine>(&self, block: &mut Block) {
        block.above = 0;
        match self.only(block) {
            Some(ready) => {
                if let Some(joint) = ready.joint() {
                    block.above = joint.pass::<M>(&block.codes.places) & block.lanes();
                    each_bit(block.above, |lane| joint.prefetch(block.key(lane)));
                }
            }
            // All of them may, where it is not cheap to say.
            None => {
                for lane in 0..block.len {
                    let ready = &self.kinds[block.kind(lane) as usize];
                    block.above |= u64::from(ready.oldest > 0) << lane;
                }
            }
        }
    }

    /// Asks for the line of each key in the oldest segment.
    #[inline(always)]
    pub(super) fn ask(&self, block: &Block) {
        match self.table(block) {
            Some(table) => table.prefetch_all(&block.codes.places[..block.len]),
            None => self.ask_mixed(block),
        }
    }

    /// The same where the codes are of several kinds, or their lines do not give verdicts.
    #[inline(never)]
    fn ask_mixed(&self, block: &Block) {
        for lane in 0..block.len {
            if let Some(table) = &self.kinds[block.kind(lane) as usize].table {
                table.prefetch(block.key(lane));
            }
        }
    }

    /// Whether lines are best asked for all at once: [`HotTable::has_far_pages`].
    pub(super) fn has_far_pages(&self) -> bool {
        self.kinds.iter().any(|ready| ready.table.as_ref().is_some_and(HotTable::has_far_pages))
    }

    /// Judges a block by a look at the home line of each key, and notes where that does not say all.
    /// Meanwhile it asks for the lines of the next one, if there is one to be asked for.
    #[inline(always)]
    pub(super) fn look<M: Machine>(
        &self,
        now: &mut Block,
        next: Option<&Block>,
        verdicts: &mut [Judged],
    ) {
        let Some(table) = self.table(now) else {
            next.into_iter().for_each(|next| self.ask(next));
            return self.look_mixed(now, verdicts);
        };
        let asked = next.and_then(|next| self.table(next));
        if asked.is_none() {
            next.into_iter().for_each(|next| self.ask_mixed(next));
        }
        M::apart(Looks { table, now, next: asked.zip(next), verdicts });
    }

    /// The same where the codes are of several kinds, or their lines do not give verdicts.
    #[inline(never)]
    fn look_mixed(&self, block: &mut Block, verdicts: &mut [Judged]) {
        (block.unsaid, block.beyond) = (block.codes.malformed, 0);
        for (lane, verdict) in verdicts.iter_mut().enumerate() {
            let ready = &self.kinds[block.kind(lane) as usize];
            let table = ready.table.as_ref();
            let glance = table.map_or(Glance::NOTHING, |table| table.look(block.key(lane)));
            block.unsaid |= u64::from(glance.rare | glance.beyond) << lane;
            *verdict = judge(ready.kind, &glance);
        }
    }

    /// Judges the lanes of a block of which a look at the home line did not say all.
    #[inline(always)]
    pub(super) fn look_again(
        &self,
        block: &mut Block,
        verdicts: &mut [Judged],
    ) -> Result<(), StoreError> {
        let unanswered = self.look_in_index(block, verdicts);
        let mut unsaid = block.unsaid & !block.above;
        unsaid |= self.look_above(block, unanswered, verdicts);
        unsaid |= self.look_beyond(block, verdicts);
        try_each_bit(unsaid, |lane| {
            verdicts[lane] = self.judge_rare(block, lane)?;
            Ok(())
        })
    }

    /// Judges the lanes that a newer segment may hold by what the index has of them, and unmarks those
    /// that none holds. Returns the lanes for which a newer segment is to be asked itself.
    #[inline(always)]
    fn look_in_index(&self, block: &mut Block, verdicts: &mut [Judged]) -> u64 {
        let marked = block.above & !block.codes.malformed;
        let (mut above, mut unanswered) = (marked, 0);
        each_bit(marked, |lane| {
            let (ready, key) = (&self.kinds[block.kind(lane) as usize], block.key(lane));
            let Some((first, answer)) = ready.joint().and_then(|joint| joint.first(key)) else {
                above ^= 1 << lane;
                return;
            };
            block.firsts[lane] = first as u8;
            let known =
                block.unsaid >> lane & 1 == 0 && verdicts[lane].what.verdict != Verdict::Unknown;
            let answer = ready.under(self.policy, first, answer).entry().filter(|_| known);
            let glance = ready.table.as_ref().zip(answer);
            let glance =
                glance.map_or(Glance::NOTHING, |(table, (end, span))| table.glance_of(end, span));
            // Only a key that also stands beneath is told by what the index has of it.
            if glance.rare {
                ready.prefetch(first, key);
                unanswered |= 1 << lane;
            } else {
                verdicts[lane] = judge(ready.kind, &glance);
            }
        });
        block.above = above;
        unanswered
    }

    /// Judges lanes by the lines of the newest segment that may hold them. Returns those of which these
    /// do not say all.
    #[inline(always)]
    fn look_above(&self, block: &Block, lanes: u64, verdicts: &mut [Judged]) -> u64 {
        let mut unsaid = 0;
        each_bit(lanes, |lane| {
            let ready = &self.kinds[block.kind(lane) as usize];
            let table = ready.table_of(block.firsts[lane].into(), self.at, self.policy);
            let glance = table.map_or(Glance::NOTHING, |table| {
                let glance = table.look(block.key(lane));
                if glance.beyond { table.look_next(block.key(lane)) } else { glance }
            });
            // The index was wrong where the segment does not hold the key: it may be in others.
            unsaid |= u64::from(glance.rare | !glance.held) << lane;
            verdicts[lane] = judge(ready.kind, &glance);
        });
        unsaid
    }

    /// Judges the lanes whose key may be in the line behind its home line. Returns those of which that
    /// does not say all.
    #[inline(always)]
    fn look_beyond(&self, block: &Block, verdicts: &mut [Judged]) -> u64 {
        let mut unsaid = 0;
        if let Some(table) = self.table(block) {
            each_bit(block.beyond & !block.above, |lane| {
                let glance = table.look_next(block.key(lane));
                unsaid |= u64::from(glance.rare | glance.beyond) << lane;
                verdicts[lane] = judge(block.kind(lane), &glance);
            });
        }
        unsaid
    }

    /// What a glance at one line does not say.
    #[cold]
    #[inline(never)]
    fn judge_rare(&self, block: &Block, lane: usize) -> Result<Judged, StoreError> {
        if block.codes.malformed >> lane & 1 != 0 {
            return Ok(Judged::malformed(block.codes.reasons[lane]));
        }
        let kind = block.kind(lane);
        let ready = &self.kinds[kind as usize];
        let Some(open) = ready.open else { return Ok(Judged::unknown(kind)) };
        let is_above = block.above >> lane & 1 != 0;
        let first = if is_above { block.firsts[lane].into() } else { ready.oldest };
        match open.find_from(first.min(ready.oldest), block.key(lane))? {
            None => Ok(Judged::unknown(kind)),
            Some(hit) => open.judge(&hit, self.at, self.policy),
        }
    }
}

impl<'b> Ready<'b> {
    fn new(snapshot: &'b Snapshot, kind: Kind, at: Instant, policy: &'b Policy) -> Self {
        let open = snapshot.register(register_of(kind));
        let earlier = policy.earlier(register_of(kind), at);
        let oldest = open.map_or(0, |open| open.segments().len().saturating_sub(1));
        let mut ready = Ready { kind, open, oldest, table: None, earlier };
        ready.table = ready.table_of(oldest, at, policy);
        ready
    }

    /// The lines of a segment, where they give verdicts under this policy.
    #[inline]
    fn table_of(&self, place: usize, at: Instant, policy: &Policy) -> Option<HotTable<'b>> {
        let open = self.open?.segments().get(place)?;
        let sealed = open.is_sealed_under(policy);
        sealed.then(|| HotTable::new(&open.segment, at, self.earlier)).flatten()
    }

    /// What a segment says, where it says it under this policy.
    #[inline(always)]
    fn under(&self, policy: &Policy, place: usize, answer: Answer) -> Answer {
        let segment = self.open.and_then(|open| open.segments().get(place));
        if segment.is_some_and(|open| open.is_sealed_under(policy)) { answer } else { Answer::NONE }
    }

    /// Asks for the line of a key in a segment.
    #[inline]
    fn prefetch(&self, place: usize, key: u128) {
        if let Some(open) = self.open.and_then(|open| open.segments().get(place)) {
            open.segment.prefetch_key(key);
        }
    }

    #[inline(always)]
    fn encrypt(&self, blocks: &mut [[u8; 16]]) -> Result<(), StoreError> {
        let Some(open) = self.open else { return Ok(()) };
        open.cipher()?.encrypt(blocks);
        Ok(())
    }

    /// The filter of the segments above the oldest, where there are any.
    #[inline(always)]
    fn joint(&self) -> Option<&'b Joint> {
        self.open.and_then(OpenRegister::joint)
    }
}

/// A block that is judged by what the home lines of its keys say.
struct Looks<'l, 'b> {
    table: &'l HotTable<'b>,
    now: &'l mut Block,
    /// The block whose lines are asked for meanwhile, and where they are.
    next: Option<(&'l HotTable<'b>, &'l Block)>,
    verdicts: &'l mut [Judged],
}

impl Vectored for Looks<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        let table = self.table;
        if table.is_earlier() {
            self.by::<M>(|keys| table.look_at_earlier::<M>(keys));
        } else {
            self.by::<M>(|keys| table.look_at_all::<M>(keys));
        }
    }
}

impl Looks<'_, '_> {
    /// A group at a time.
    #[inline(always)]
    fn by<M: Machine>(self, look: impl Fn(&Group) -> Glances) {
        let Looks { table, now, next, verdicts } = self;
        // Where a group of verdicts is not whole.
        let (mut last, mut spare) = (None, [UNKNOWN; GROUP]);
        let (mut unsaid, mut beyond) = (0, 0);
        for (group, keys) in groups(&now.codes.places).iter().enumerate() {
            let Some(verdicts) = verdicts.get_mut(GROUP * group..).filter(|v| !v.is_empty()) else {
                break;
            };
            let verdicts = match verdicts.first_chunk_mut::<GROUP>() {
                Some(verdicts) => verdicts,
                None => {
                    last = Some(GROUP * group);
                    &mut spare
                }
            };
            if let Some((table, next)) = next {
                table.prefetch_all(next.group(group));
            }
            let glances = look(keys);
            unsaid |= u64::from(glances.unsaid) << (GROUP * group);
            beyond |= u64::from(glances.beyond) << (GROUP * group);
            write::<M>(now.kind(0), &glances, verdicts);
        }
        if let Some(first) = last {
            verdicts[first..].iter_mut().zip(spare).for_each(|(verdict, spare)| *verdict = spare);
        }
        let lanes = now.lanes();
        now.unsaid = (unsaid | now.codes.malformed) & lanes;
        now.beyond = beyond & lanes & !now.unsaid;
        each_bit(now.beyond, |lane| table.prefetch_next(now.key(lane)));
    }
}

/// Keys by groups.
#[inline(always)]
fn groups(places: &Places) -> &[Group; GROUPS] {
    let (groups, _) = places.as_chunks::<GROUP>();
    groups.first_chunk().unwrap_or(const { &[[[0; 16]; GROUP]; GROUPS] })
}
