//! What a row held when it was loaded: the files of details, and rows out of them.

use std::path::{Path, PathBuf};

use zerocopy::little_endian::U64;

use super::{OpenRegister, Whole};
use crate::details::{self, DetailsPlace, DetailsReader};
use crate::error::StoreError;
use crate::format::Section;
use crate::life::Life;
use crate::manifest::Named;
use crate::map::MappedFile;
use crate::record::{Register, Status};
use crate::row::{Row, Table};
use crate::secret::GroupSecrets;
use crate::time::Instant;

/// A file of details, if it is here.
pub(super) struct OpenDetails {
    pub(super) named: Named,
    pub(super) path: PathBuf,
    pub(super) reader: Option<DetailsReader<MappedFile>>,
}

impl OpenDetails {
    pub(super) fn open(
        root: &Path,
        named: &Named,
        register: Register,
        secrets: &GroupSecrets,
    ) -> Result<Self, StoreError> {
        let path = root.join(&named.file);
        let reader = match &secrets.details {
            Some(secret) if path.exists() => {
                let bytes = MappedFile::open(&path)
                    .map_err(|source| StoreError::Io { path: path.clone(), source })?;
                if bytes.as_ref().len() as u64 != named.bytes {
                    let reason = "its length is not the manifest's";
                    return Err(StoreError::Damaged { path, place: "header", reason });
                }
                Some(DetailsReader::new(bytes, secret, named.number))
            }
            _ => None,
        };
        debug_assert!(named.is_of(register));
        Ok(OpenDetails { named: named.clone(), path, reader })
    }
}

impl OpenRegister {
    /// Everything that a whole row held when it was loaded, sealed or plain.
    pub(crate) fn plain_details(&self, at: Whole) -> Result<Vec<u8>, StoreError> {
        if !self.has_details_secret {
            let group = self.register.group().as_str();
            return Err(StoreError::NoSecret { group, secret: "details" });
        }
        let open = &self.segments[at.segment];
        let place = open.segment.item::<U64>(Section::DetailsAt, at.row)?;
        let place = DetailsPlace(place.get());
        let number: U64 = open.segment.item(Section::DetailsFiles, place.file())?;
        let details = self.details.get(&number.get()).ok_or_else(|| {
            open.segment.damaged(Section::DetailsFiles, "the manifest does not name that file")
        })?;
        let path = || details.path.clone();
        let reader =
            details.reader.as_ref().ok_or_else(|| StoreError::NoDetails { path: path() })?;
        let damaged = |place, reason| StoreError::Damaged { path: path(), place, reason };
        if !reader.has_head() {
            return Err(damaged("header", "it is not a file of details"));
        }
        let plain = reader.open_row(open.segment.key(at.row)?, place);
        plain.ok_or_else(|| damaged("a sealed row", "it was changed, or is another row's"))
    }

    /// Asks for the memory of what a whole row held, where that is here.
    pub(crate) fn prefetch_details(&self, at: Whole) {
        let open = &self.segments[at.segment].segment;
        let Ok(place) = open.item::<U64>(Section::DetailsAt, at.row) else { return };
        let place = DetailsPlace(place.get());
        let Ok(number) = open.item::<U64>(Section::DetailsFiles, place.file()) else { return };
        let details = self.details.get(&number.get());
        if let Some(reader) = details.and_then(|details| details.reader.as_ref()) {
            reader.prefetch(place);
        }
    }

    /// Everything that a whole row held when it was loaded.
    pub(crate) fn details(&self, at: Whole) -> Result<Row<'static>, StoreError> {
        Ok(self.row_of(at, &self.plain_details(at)?)?.into_owned())
    }

    /// The row of the plain bytes of a whole row's details.
    pub(crate) fn row_of<'b>(&self, at: Whole, plain: &'b [u8]) -> Result<Row<'b>, StoreError> {
        let row = details::decode(Table::of(self.register), plain);
        row.ok_or_else(|| self.damaged(at.segment, Section::DetailsAt, "details are no row"))
    }

    /// Everything that a record holds, with the status that it has now.
    pub(crate) fn current_row(
        &self,
        at: Whole,
        life: Option<&Life>,
    ) -> Result<Row<'static>, StoreError> {
        let mut row = self.details(at)?;
        if let Some((life, status)) = life.and_then(|life| Some((life, life.status?))) {
            let loaded = row.value("status").and_then(Status::parse).unwrap_or(Status::Active);
            let on = match status {
                Status::Active => None,
                _ if life.status_on == Instant::MIN => None,
                _ if self.register == Register::Cards => Some(life.status_on.date().to_string()),
                _ => Some(life.status_on.to_string()),
            };
            let same_instant = || match self.register {
                Register::Cards => row.value("status_on").map(str::to_owned) == on,
                _ => {
                    row.value("status_on").and_then(Instant::parse)
                        == on.as_deref().and_then(Instant::parse)
                }
            };
            let unchanged = loaded == status && (status == Status::Active || same_instant());
            if !unchanged {
                row.set("status", status.as_str());
                row.set("status_on", on.unwrap_or_default());
            }
            if life.replaced_by != 0 {
                row.set("replaced_by", self.code(life.replaced_by)?.canonical());
            } else if !unchanged {
                row.set("replaced_by", "");
            }
        }
        Ok(row)
    }
}
