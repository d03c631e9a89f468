//! Segments of one register read together, in the order of the hot table.

use core::ops::Range;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use zerocopy::little_endian::{U64, U128};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::details::{DetailsPlace, DetailsWriter, FILES_MAX};
use crate::error::StoreError;
use crate::format::{CertificateRow, ColdRow, HolderRow, POSTINGS, ResultRow, Section};
use crate::life::Life;
use crate::policy::Policy;
use crate::postings;
use crate::record::{Register, ResultKind};
use crate::rows::{Emit, EmitRow, Rows};
use crate::seal::Sealed;
use crate::secret::Secret;
use crate::stack::{OpenRegister, OpenSegment, Whole};
use crate::table::{self, Entry, Found, State};
use crate::time::Instant;

/// Marks a row that is not kept.
const GONE: u32 = u32::MAX;

/// One kept row: where its status and where the rest of it come from.
#[derive(Clone, Copy)]
struct Pick {
    status_segment: u16,
    rest_segment: u16,
    status_row: u32,
    rest_row: u32,
}

/// The rows of neighbouring segments as one.
pub(crate) struct Merge<'a> {
    register: Register,
    /// The newest first.
    segments: &'a [Arc<OpenSegment>],
    policy: &'a Policy,
    /// The keys of each.
    keys: Vec<&'a [U128]>,
    picks: Vec<Pick>,
    /// The hot entry of each kept row, packed, and the cold rows of those that have one, in their order.
    entries: Vec<(u32, u32)>,
    colds: Vec<ColdRow>,
    /// For each segment, for each row its new row.
    new_rows: Vec<Vec<u32>>,
    /// The files of details, and for each segment the new places of those that it names.
    details_files: Vec<u64>,
    details_places: Vec<Vec<usize>>,
    /// The places of details that were sealed anew.
    anew: Option<Vec<DetailsPlace>>,
}

impl<'a> Merge<'a> {
    /// Picks the rows that are kept. `all` says that nothing stands beneath: then only whole
    /// records are kept, and those whose time to be kept was over at `now` are dropped.
    pub(crate) fn new(
        register: Register,
        segments: &'a [Arc<OpenSegment>],
        all: bool,
        policy: &'a Policy,
        now: Instant,
    ) -> Result<Self, StoreError> {
        let keys = segments.iter().map(|open| open.segment.items(Section::Keys));
        let mut merge = Merge {
            register,
            segments,
            policy,
            keys: keys.collect::<Result<_, _>>()?,
            picks: Vec::new(),
            entries: Vec::new(),
            colds: Vec::new(),
            new_rows: Vec::new(),
            details_files: Vec::new(),
            details_places: Vec::new(),
            anew: None,
        };
        merge.pick(all, now)?;
        merge.number_rows();
        merge.list_details_files()?;
        Ok(merge)
    }

    /// Picks in the order of keys.
    fn pick(&mut self, all: bool, now: Instant) -> Result<(), StoreError> {
        let mut cursors = self.cursors()?;
        let mut heads = Heads::of(&self.keys);
        let Some(bottom) = self.segments.len().checked_sub(1) else { return Ok(()) };
        let is_whole = |place: usize| self.segments[place].segment.is_whole();
        let is_whole: Vec<bool> = (0..=bottom).map(is_whole).collect();
        let mut keep = |at: (usize, usize), rest: Option<(usize, usize)>| {
            let (segment, _) = at;
            let (rest_segment, rest_row) = rest.ok_or_else(|| {
                let reason = "no whole record stands beneath";
                self.segments[segment].segment.damaged(Section::Keys, reason)
            })?;
            let pick = Pick {
                status_segment: segment as u16,
                rest_segment: rest_segment as u16,
                status_row: at.1 as u32,
                rest_row: rest_row as u32,
            };
            self.keep(pick, &mut cursors, all.then_some(now))
        };
        loop {
            let least = heads.least_of(0..bottom);
            // Most rows are of the oldest segment alone.
            while let Some(row) = heads.take_below(bottom, least) {
                let at = (bottom, row);
                keep(at, Some(at).filter(|_| !all || is_whole[bottom]))?;
            }
            let Some(least) = least else { return Ok(()) };
            let (mut newest, mut whole) = (None, None);
            for (place, is_whole) in is_whole.iter().enumerate() {
                if let Some(row) = heads.take(place, least) {
                    newest = newest.or(Some((place, row)));
                    whole = whole.or(Some((place, row)).filter(|_| *is_whole));
                }
            }
            let Some(at) = newest else { return Ok(()) };
            keep(at, if all { whole } else { whole.or(newest) })?;
        }
    }

    /// Keeps a row, unless its time to be kept was over at `now`.
    fn keep(
        &mut self,
        pick: Pick,
        cursors: &mut [Cursor<'a>],
        now: Option<Instant>,
    ) -> Result<(), StoreError> {
        let (entry, cold, last) = if self.register == Register::Results {
            let found = self.found(pick.rest_segment, pick.rest_row, cursors)?;
            let last = if now.is_some() { self.certificate_until(&pick)? } else { Instant::MAX };
            (found.entry, None, Some(last))
        } else {
            let life = self.life(&pick, cursors)?;
            let (entry, cold) = life.pack();
            (entry, cold, life.status.map(|_| life.valid_until))
        };
        if let Some(now) = now {
            let kept_seconds = i64::from(self.policy.retention_days).saturating_mul(86_400);
            // One that was removed has no last instant.
            if last.is_none_or(|last| last.plus_seconds(kept_seconds) < now) {
                return Ok(());
            }
        }
        self.entries.push(entry.pack(self.colds.len() as u32));
        self.colds.extend(cold);
        self.picks.push(pick);
        Ok(())
    }

    /// The end of the certificate that a result may give.
    fn certificate_until(&self, pick: &Pick) -> Result<Instant, StoreError> {
        let segment = &self.segments[pick.rest_segment as usize].segment;
        let row: ResultRow = segment.item(Section::Rows, pick.rest_row as usize)?;
        let kind = ResultKind::ALL.get((row.traits.get() & 3) as usize);
        let kind = kind.ok_or_else(|| segment.damaged(Section::Rows, "no such kind"))?;
        let [sampled_at, reported_at] =
            [row.sampled_at, row.reported_at].map(|at| Instant::from_unix(at.get()));
        Ok(self.policy.certificate_until(*kind, sampled_at, reported_at, Instant::MAX))
    }

    fn number_rows(&mut self) {
        let rows = self.segments.iter().map(|open| open.segment.rows());
        self.new_rows = rows.map(|rows| vec![GONE; rows]).collect();
        for (row, pick) in self.picks.iter().enumerate() {
            self.new_rows[pick.rest_segment as usize][pick.rest_row as usize] = row as u32;
        }
    }

    fn list_details_files(&mut self) -> Result<(), StoreError> {
        let mut places = BTreeMap::new();
        for (place, open) in self.segments.iter().enumerate() {
            let files = open.details_files()?;
            let kept = self.new_rows[place].iter().enumerate().filter(|(_, new)| **new != GONE);
            let mut used = vec![false; files.len()];
            let at: &[U64] = open.segment.items(Section::DetailsAt)?;
            for (row, _) in kept.filter(|_| !files.is_empty()) {
                let at = at.get(row).ok_or_else(|| short(open, Section::DetailsAt))?;
                match used.get_mut(DetailsPlace(at.get()).file()) {
                    Some(used) => *used = true,
                    None => {
                        let reason = "it names a file that is not in the list";
                        return Err(open.segment.damaged(Section::DetailsAt, reason));
                    }
                }
            }
            let numbers = files.iter().zip(used).map(|(number, used)| {
                let next = places.len();
                if used { *places.entry(number.get()).or_insert(next) } else { usize::MAX }
            });
            self.details_places.push(numbers.collect());
        }
        let mut files = vec![0; places.len()];
        for (number, place) in places {
            files[place] = number;
        }
        self.details_files = files;
        Ok(())
    }

    /// How many rows are kept.
    pub(crate) fn len(&self) -> usize {
        self.picks.len()
    }

    /// Whether the details stand in more files than one segment can name.
    pub(crate) fn has_too_many_files(&self) -> bool {
        self.details_files.len() > FILES_MAX
    }

    /// Seals the details of the kept rows into one new file; `None`, with nothing changed, where
    /// they are not all here.
    pub(crate) fn seal_details_anew(
        &mut self,
        open: &OpenRegister,
        path: &Path,
        secret: &Secret,
        number: u64,
    ) -> Result<Option<Sealed>, StoreError> {
        let io = |source| StoreError::Io { path: path.to_owned(), source };
        let mut writer = DetailsWriter::create(path, secret, number).map_err(io)?;
        let mut places = Vec::with_capacity(self.picks.len());
        for pick in &self.picks {
            let rest = &self.segments[pick.rest_segment as usize];
            let segment = open.segments().iter().position(|other| Arc::ptr_eq(other, rest));
            let segment = segment.ok_or_else(|| {
                rest.segment.damaged(Section::DetailsAt, "its segment was merged meanwhile")
            })?;
            let at = Whole { segment, row: pick.rest_row as usize };
            let plain = match open.plain_details(at) {
                Err(StoreError::NoDetails { .. }) => {
                    drop(writer);
                    let _ = std::fs::remove_file(path);
                    return Ok(None);
                }
                plain => plain?,
            };
            let key = rest.segment.key(at.row)?;
            places.push(writer.push(key, plain).map_err(io)?);
        }
        let sealed = writer.finish().map_err(io)?;
        self.details_files = vec![number];
        self.anew = Some(places);
        Ok(Some(sealed))
    }

    /// The kept rows by runs that stand together in one segment: its place and the rows.
    fn runs(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        let follows = |pick: &Pick, next: &Pick| {
            pick.rest_segment == next.rest_segment && pick.rest_row + 1 == next.rest_row
        };
        self.picks.chunk_by(follows).map(|run| {
            let from = run[0].rest_row as usize;
            (run[0].rest_segment as usize, from..from + run.len())
        })
    }

    /// A section of every segment, each checked once: there may be as many runs as rows.
    fn sections<T>(&self, section: Section) -> Result<Vec<&[T]>, StoreError>
    where
        T: FromBytes + KnownLayout + Immutable + Unaligned,
    {
        self.segments.iter().map(|open| open.segment.items(section)).collect()
    }

    /// The items of a run, of those of its segment.
    fn of_run<'i, T>(
        &self,
        items: &'i [T],
        section: Section,
        run: (usize, Range<usize>),
    ) -> Result<&'i [T], StoreError> {
        items.get(run.1).ok_or_else(|| short(&self.segments[run.0], section))
    }

    fn emit_items<T>(&self, section: Section, emit: &mut Emit<'_>) -> Result<(), StoreError>
    where
        T: FromBytes + KnownLayout + Immutable + Unaligned + IntoBytes,
    {
        let sections: Vec<&[T]> = self.sections(section)?;
        self.runs().try_for_each(|run| emit(self.of_run(sections[run.0], section, run)?.as_bytes()))
    }

    fn cursors(&self) -> Result<Vec<Cursor<'a>>, StoreError> {
        self.segments.iter().map(|open| Cursor::new(open)).collect()
    }

    /// The life of a picked row under the policy that the new segment is sealed under.
    fn life(&self, pick: &Pick, cursors: &mut [Cursor<'a>]) -> Result<Life, StoreError> {
        let open = &self.segments[pick.status_segment as usize];
        let found = self.found(pick.status_segment, pick.status_row, cursors)?;
        if open.segment.header().policy_fingerprint.get() == self.policy.fingerprint() {
            open.life(&found.entry)
        } else {
            open.life_by_rules_of(&found, Instant::MAX, self.policy)
        }
    }

    /// The entry of a row.
    fn found(
        &self,
        segment: u16,
        row: u32,
        cursors: &mut [Cursor<'a>],
    ) -> Result<Found, StoreError> {
        cursors[segment as usize].found(row).ok_or_else(|| {
            let segment = &self.segments[segment as usize].segment;
            segment.damaged(Section::Lines, "they hold fewer rows than the header says")
        })
    }
}

/// A section has no item for a row.
fn short(open: &OpenSegment, section: Section) -> StoreError {
    open.segment.damaged(section, "it has no such place")
}

/// The next keys of several segments, in the order of the hot table.
struct Heads<'a> {
    keys: Vec<&'a [U128]>,
    next: Vec<usize>,
    /// `None` at the end of a segment.
    heads: Vec<Option<u128>>,
}

impl<'a> Heads<'a> {
    fn of(keys: &[&'a [U128]]) -> Self {
        let head = |keys: &&[U128]| keys.first().map(|key| table::order(key.get()));
        let heads = keys.iter().map(head).collect();
        Heads { keys: keys.to_vec(), next: vec![0; keys.len()], heads }
    }

    /// The first key of all in these segments that were not taken.
    fn least_of(&self, places: Range<usize>) -> Option<u128> {
        self.heads[places].iter().copied().flatten().min()
    }

    /// Takes the next row of a segment where it has that key.
    fn take(&mut self, place: usize, key: u128) -> Option<usize> {
        (self.heads[place] == Some(key)).then(|| self.advance(place))
    }

    /// Takes the next row of a segment where its key comes before that one.
    #[inline]
    fn take_below(&mut self, place: usize, limit: Option<u128>) -> Option<usize> {
        let head = self.heads[place]?;
        limit.is_none_or(|limit| head < limit).then(|| self.advance(place))
    }

    #[inline]
    fn advance(&mut self, place: usize) -> usize {
        let row = self.next[place];
        self.next[place] += 1;
        self.heads[place] = self.keys[place].get(row + 1).map(|key| table::order(key.get()));
        row
    }
}

impl Rows for Merge<'_> {
    fn len(&self) -> usize {
        self.picks.len()
    }

    fn each(&self, emit: &mut EmitRow<'_>) -> Result<(), StoreError> {
        let mut colds = self.colds.iter();
        for (pick, (end, span)) in self.picks.iter().zip(&self.entries) {
            let key = self.keys[pick.status_segment as usize][pick.status_row as usize];
            let entry = Entry::unpack(*end, *span);
            let cold = if entry.state == State::Cold { colds.next().copied() } else { None };
            emit(key.get(), entry, cold)?;
        }
        Ok(())
    }

    fn columns(&self, emit: &mut Emit<'_>) -> Result<(), StoreError> {
        match self.register {
            Register::Results => self.emit_items::<ResultRow>(Section::Rows, emit),
            Register::Certificates => self.emit_items::<CertificateRow>(Section::Rows, emit),
            _ => Ok(()),
        }
    }

    fn holders(&self, emit: &mut Emit<'_>) -> Result<(), StoreError> {
        let whole = self.segments.iter().any(|open| open.segment.is_whole());
        if self.register == Register::Results || !whole {
            return Ok(());
        }
        self.emit_items::<HolderRow>(Section::Holders, emit)
    }

    fn details_at(&self, emit: &mut Emit<'_>) -> Result<(), StoreError> {
        if let Some(places) = &self.anew {
            return places.iter().try_for_each(|place| emit(&place.0.to_le_bytes()));
        }
        let sections: Vec<&[U64]> = self.sections(Section::DetailsAt)?;
        self.runs().filter(|run| self.segments[run.0].segment.is_whole()).try_for_each(|run| {
            let files = &self.details_places[run.0];
            let places = self.of_run(sections[run.0], Section::DetailsAt, run)?;
            // Files that no kept row names have no place.
            if files.iter().enumerate().all(|(old, new)| [old, usize::MAX].contains(new)) {
                return emit(places.as_bytes());
            }
            places.iter().try_for_each(|at| {
                let place = DetailsPlace(at.get());
                emit(&place.in_file(files[place.file()]).0.to_le_bytes())
            })
        })
    }

    fn details_files(&self) -> &[u64] {
        &self.details_files
    }

    fn postings(
        &self,
        place: usize,
        emit: &mut dyn FnMut(u128, u32) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut heads = Vec::new();
        for (open, new_rows) in self.segments.iter().zip(&self.new_rows) {
            let pairs = postings::pairs(&open.segment, POSTINGS[place])?;
            let mut kept = pairs
                .map(|(key, row)| (key, new_rows.get(row as usize).copied().unwrap_or(GONE)))
                .filter(|(_, row)| *row != GONE);
            heads.push((kept.next(), kept));
        }
        loop {
            let least = heads.iter_mut().filter(|(head, _)| head.is_some()).min_by_key(|(h, _)| *h);
            let Some((head, rest)) = least else { return Ok(()) };
            if let Some((key, row)) = *head {
                emit(key, row)?;
            }
            *head = rest.next();
        }
    }
}

/// Reads the entries of a segment forward, by row.
struct Cursor<'a> {
    entries: Box<dyn Iterator<Item = Found> + 'a>,
    next_row: u32,
}

impl<'a> Cursor<'a> {
    fn new(open: &'a OpenSegment) -> Result<Self, StoreError> {
        Ok(Cursor { entries: Box::new(open.entries()?), next_row: 0 })
    }

    /// The entry of a row, which is none of those asked for before.
    fn found(&mut self, row: u32) -> Option<Found> {
        let skipped = row.checked_sub(self.next_row)?;
        self.next_row = row + 1;
        self.entries.nth(skipped as usize)
    }
}
