//! Segments of one register read together, in the order of the hot table.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use zerocopy::little_endian::{U64, U128};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::details::{DetailsPlace, DetailsWriter, FILES_MAX};
use crate::error::StoreError;
use crate::format::{CertificateRow, HolderRow, ResultRow, Section};
use crate::life::Life;
use crate::policy::Policy;
use crate::postings;
use crate::record::{Register, ResultKind};
use crate::rows::{Emit, EmitRow, POSTINGS, Rows};
use crate::seal::Sealed;
use crate::secret::Secret;
use crate::stack::{OpenRegister, OpenSegment, Whole};
use crate::table::{self, Found};
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
    picks: Vec<Pick>,
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
        let mut merge = Merge {
            register,
            segments,
            policy,
            picks: Vec::new(),
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

    fn pick(&mut self, all: bool, now: Instant) -> Result<(), StoreError> {
        let keys: Vec<&[U128]> = self
            .segments
            .iter()
            .map(|open| open.segment.items(Section::Keys))
            .collect::<Result<_, _>>()?;
        let mut cursors = self.cursors()?;
        let mut next = vec![0usize; keys.len()];
        let head = |next: &[usize], place: usize| {
            keys[place].get(next[place]).map(|key| table::order(key.get()))
        };
        while let Some(least) = (0..keys.len()).filter_map(|place| head(&next, place)).min() {
            let mut newest = None;
            let mut whole = None;
            for place in 0..keys.len() {
                if head(&next, place) != Some(least) {
                    continue;
                }
                let at = (place as u16, next[place] as u32);
                next[place] += 1;
                newest = newest.or(Some(at));
                if self.segments[place].segment.is_whole() {
                    whole = whole.or(Some(at));
                }
            }
            let Some((status_segment, status_row)) = newest else { break };
            let rest = if all { whole } else { whole.or(newest) };
            let Some((rest_segment, rest_row)) = rest else {
                return Err(self.segments[status_segment as usize]
                    .segment
                    .damaged(Section::Keys, "no whole record stands beneath"));
            };
            let pick = Pick { status_segment, rest_segment, status_row, rest_row };
            if !all || self.is_kept(&pick, &mut cursors, now)? {
                self.picks.push(pick);
            }
        }
        Ok(())
    }

    /// Whether a record is neither removed nor over for longer than the policy keeps it.
    fn is_kept(
        &self,
        pick: &Pick,
        cursors: &mut [Cursor<'a>],
        now: Instant,
    ) -> Result<bool, StoreError> {
        let valid_until = if self.register == Register::Results {
            let row: ResultRow = self.item(Section::Rows, pick.rest_segment, pick.rest_row)?;
            let kind = ResultKind::ALL.get((row.traits.get() & 3) as usize);
            let kind = kind.ok_or_else(|| {
                self.segments[pick.rest_segment as usize]
                    .segment
                    .damaged(Section::Rows, "no such kind")
            })?;
            let [sampled_at, reported_at] =
                [row.sampled_at, row.reported_at].map(|at| Instant::from_unix(at.get()));
            self.policy.certificate_until(*kind, sampled_at, reported_at, Instant::MAX)
        } else {
            let life = self.life(pick, cursors)?;
            if life.status.is_none() {
                return Ok(false);
            }
            life.valid_until
        };
        let kept_days = i64::from(self.policy.retention_days);
        Ok(valid_until.plus_seconds(kept_days.saturating_mul(86_400)) >= now)
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
            for (row, _) in kept.filter(|_| !files.is_empty()) {
                let at: U64 = open.segment.item(Section::DetailsAt, row)?;
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

    fn item<T>(&self, section: Section, segment: u16, row: u32) -> Result<T, StoreError>
    where
        T: FromBytes + KnownLayout + Immutable + Unaligned,
    {
        self.segments[segment as usize].segment.item(section, row as usize)
    }

    fn emit_items<T>(&self, section: Section, emit: &mut Emit<'_>) -> Result<(), StoreError>
    where
        T: FromBytes + KnownLayout + Immutable + Unaligned + IntoBytes,
    {
        self.picks.iter().try_for_each(|pick| {
            let item: T = self.item(section, pick.rest_segment, pick.rest_row)?;
            emit(item.as_bytes())
        })
    }

    fn cursors(&self) -> Result<Vec<Cursor<'a>>, StoreError> {
        self.segments.iter().map(|open| Cursor::new(open)).collect()
    }

    /// The life of a picked row under the policy that the new segment is sealed under.
    fn life(&self, pick: &Pick, cursors: &mut [Cursor<'a>]) -> Result<Life, StoreError> {
        let place = pick.status_segment as usize;
        let open = &self.segments[place];
        let found = cursors[place].found(pick.status_row).ok_or_else(|| {
            open.segment.damaged(Section::Lines, "they hold fewer rows than the header says")
        })?;
        if open.segment.header().policy_fingerprint.get() == self.policy.fingerprint() {
            open.life(&found.entry)
        } else {
            open.life_by_rules_of(&found, Instant::MAX, self.policy)
        }
    }
}

impl Rows for Merge<'_> {
    fn len(&self) -> usize {
        self.picks.len()
    }

    fn each(&self, emit: &mut EmitRow<'_>) -> Result<(), StoreError> {
        let mut cursors = self.cursors()?;
        for pick in &self.picks {
            let key: U128 = self.item(Section::Keys, pick.status_segment, pick.status_row)?;
            if self.register == Register::Results {
                let place = pick.rest_segment as usize;
                let found = cursors[place].found(pick.rest_row).ok_or_else(|| {
                    let segment = &self.segments[place].segment;
                    segment.damaged(Section::Lines, "they hold fewer rows than the header says")
                })?;
                emit(key.get(), found.entry, None)?;
            } else {
                let (entry, cold) = self.life(pick, &mut cursors)?.pack();
                emit(key.get(), entry, cold)?;
            }
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
        let whole = |pick: &&Pick| self.segments[pick.rest_segment as usize].segment.is_whole();
        self.picks.iter().filter(whole).try_for_each(|pick| {
            let at: U64 = self.item(Section::DetailsAt, pick.rest_segment, pick.rest_row)?;
            let place = DetailsPlace(at.get());
            let file = self.details_places[pick.rest_segment as usize][place.file()];
            emit(&place.in_file(file).0.to_le_bytes())
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
