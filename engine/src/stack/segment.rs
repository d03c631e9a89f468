//! A sealed segment that the manifest names, and what its entries say under a policy.

use std::path::Path;

use zerocopy::little_endian::U64;

use crate::error::StoreError;
use crate::format::{CertificateRow, ColdRow, Line, Section};
use crate::life::Life;
use crate::manifest::Named;
use crate::map::MappedFile;
use crate::policy::Policy;
use crate::record::{Register, ResultKind};
use crate::segment::Segment;
use crate::table::{Entry, Found};
use crate::time::Instant;

/// A segment and how the manifest names it.
pub(crate) struct OpenSegment {
    pub(crate) segment: Segment<MappedFile>,
    pub(crate) named: Named,
}

impl OpenSegment {
    pub(crate) fn open(root: &Path, named: &Named) -> Result<Self, StoreError> {
        let path = root.join(&named.file);
        let damaged = |place, reason| StoreError::Damaged { path: path.clone(), place, reason };
        let bytes = MappedFile::open(&path)
            .map_err(|source| StoreError::Io { path: path.clone(), source })?;
        if bytes.as_ref().len() as u64 != named.bytes {
            return Err(damaged("end", "its length is not the manifest's"));
        }
        let segment = Segment::open(bytes, &path)?;
        let header = segment.header();
        if segment.register().as_str() != named.register
            || header.number.get() != named.number
            || header.rows.get() != named.rows
            || segment.is_whole() == named.changes
        {
            return Err(damaged("header", "it is another segment than the manifest names"));
        }
        segment.ask_for_large_pages();
        Ok(OpenSegment { segment, named: named.clone() })
    }

    /// Whether its hot entries have the ends that a policy gives them at last, but for cold ones.
    #[inline]
    pub(crate) fn is_sealed_under(&self, policy: &Policy) -> bool {
        // A permit says itself how long it is valid.
        self.segment.header().policy_fingerprint.get() == policy.fingerprint()
            || self.segment.register() == Register::Permits
    }

    /// Whether these are the ends at an instant.
    #[inline]
    pub(crate) fn is_settled(&self, at: Instant, policy: &Policy) -> bool {
        self.is_sealed_under(policy) && policy.is_settled(self.segment.register(), at)
    }

    /// The cold row of an entry.
    pub(crate) fn cold_row(&self, entry: &Entry) -> Result<ColdRow, StoreError> {
        self.segment.item(Section::Cold, entry.cold_place())
    }

    /// The life of an entry, as it was sealed.
    pub(crate) fn life(&self, entry: &Entry) -> Result<Life, StoreError> {
        if let Some(life) = Life::of_entry(entry) {
            return Ok(life);
        }
        let life = Life::of_cold(entry.subtype, &self.cold_row(entry)?);
        life.ok_or_else(|| self.segment.damaged(Section::Cold, "no such status"))
    }

    /// The life of an entry under the rules that were in force at `rules_at`.
    pub(crate) fn life_by_rules_of(
        &self,
        found: &Found,
        rules_at: Instant,
        policy: &Policy,
    ) -> Result<Life, StoreError> {
        let mut life = self.life(&found.entry)?;
        match self.segment.register() {
            Register::Certificates => {
                let row = self.segment.row(found)?;
                let times: CertificateRow = self.segment.item(Section::Rows, row)?;
                let sampled_at = Instant::from_unix(times.sampled_at.get());
                let reported_at = Instant::from_unix(times.reported_at.get());
                let kind = ResultKind::ALL.get(usize::from(life.subtype).wrapping_sub(1));
                let kind = kind.ok_or_else(|| {
                    self.segment.damaged(Section::Lines, "no such kind of certificate")
                })?;
                life.valid_until =
                    policy.certificate_until(*kind, sampled_at, reported_at, rules_at);
            }
            Register::Cards => {
                life.valid_until = policy.card_until(life.valid_from.date(), rules_at);
            }
            _ => {}
        }
        Ok(life)
    }

    /// Every entry, in the order of rows.
    pub(crate) fn entries(&self) -> Result<impl Iterator<Item = Found> + '_, StoreError> {
        let lines: &[Line] = self.segment.items(Section::Lines)?;
        let places = lines.iter().enumerate().flat_map(|(line, read)| {
            (0..crate::format::LINE_ENTRIES).map(move |place| Found {
                entry: Entry::unpack(read.ends[place].get(), read.spans[place].get()),
                line,
                place,
            })
        });
        Ok(places.filter(|found| found.entry.subtype != 0))
    }

    /// The files that hold the details of its rows.
    pub(crate) fn details_files(&self) -> Result<&[U64], StoreError> {
        self.segment.items(Section::DetailsFiles)
    }
}
