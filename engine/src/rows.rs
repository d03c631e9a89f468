//! Sealing rows into a segment, wherever they come from.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;

use zerocopy::little_endian::U64;

use crate::background::Paced;
use crate::error::StoreError;
use crate::filter;
use crate::format::{ColdRow, FORMAT_VERSION, Header, MAGIC, POSTINGS, Section, directory_of};
use crate::policy::Policy;
use crate::postings;
use crate::record::Register;
use crate::seal::{Sealed, SegmentWriter};
use crate::table::{Entry, LineBuilder};

/// Takes pieces of a section.
pub(crate) type Emit<'e> = dyn FnMut(&[u8]) -> Result<(), StoreError> + 'e;
/// Takes rows of the hot table.
pub(crate) type EmitRow<'e> =
    dyn FnMut(u128, Entry, Option<ColdRow>) -> Result<(), StoreError> + 'e;

/// Rows in the order of the hot table. Each part can be asked for more than once, and then says
/// the same again.
pub(crate) trait Rows {
    /// How many.
    fn len(&self) -> usize;
    /// Key, hot entry and cold row of each.
    fn each(&self, emit: &mut EmitRow<'_>) -> Result<(), StoreError>;
    /// What the register keeps of each row, one after the other.
    fn columns(&self, emit: &mut Emit<'_>) -> Result<(), StoreError>;
    /// What a holder may show, one after the other.
    fn holders(&self, emit: &mut Emit<'_>) -> Result<(), StoreError>;
    /// The place of each row's details.
    fn details_at(&self, emit: &mut Emit<'_>) -> Result<(), StoreError>;
    /// The numbers of the files that the places name.
    fn details_files(&self) -> &[u64];
    /// The pairs of a postings section, ascending.
    fn postings(
        &self,
        place: usize,
        emit: &mut dyn FnMut(u128, u32) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;
}

/// A header without counts and sections.
pub(crate) fn header(
    register: Register,
    rows_are: u32,
    number: u64,
    key_identifier: [u8; 8],
    policy: &Policy,
) -> Header {
    Header {
        magic: MAGIC,
        version: FORMAT_VERSION.into(),
        register: (register as u32).into(),
        number: number.into(),
        key_identifier,
        policy_fingerprint: policy.fingerprint().into(),
        rows: 0.into(),
        lines: 1.into(),
        displacement_max: 0.into(),
        rows_are: rows_are.into(),
        sections: Default::default(),
        roots_checksum: 0.into(),
        checksum: 0.into(),
    }
}

/// Writes a new segment file and syncs it. `beneath` says that other segments stand beneath this
/// one, so that it needs a filter.
///
/// # Errors
/// When it cannot be written, or the rows cannot be read; the file is then removed.
pub(crate) fn seal_file(
    path: &Path,
    header: Header,
    rows: &dyn Rows,
    beneath: bool,
) -> Result<Sealed, StoreError> {
    let sealed = (|| {
        let file = File::create_new(path).map_err(|source| failed(path, source))?;
        let out = BufWriter::with_capacity(1 << 20, Paced::new(file));
        let (out, sealed) = seal(out, path, header, rows, beneath)?;
        let out = out.into_inner().map_err(|error| failed(path, error.into_error()))?;
        out.into_inner().sync_all().map_err(|source| failed(path, source))?;
        Ok(sealed)
    })();
    if sealed.is_err() {
        // What no manifest names is removed by the next writer, if not now.
        let _ = std::fs::remove_file(path);
    }
    sealed
}

fn failed(path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { path: path.to_owned(), source }
}

/// Writes the segment of these rows; `path` names it in errors.
///
/// # Errors
/// When it cannot be written, or the rows cannot be read.
pub(crate) fn seal<W: Write + Seek>(
    out: W,
    path: &Path,
    mut header: Header,
    rows: &dyn Rows,
    beneath: bool,
) -> Result<(W, Sealed), StoreError> {
    let io = |source| failed(path, source);
    header.rows = (rows.len() as u64).into();
    let mut writer = SegmentWriter::new(out, header);
    write_hot(&mut writer, rows, path)?;
    let sections: [(Section, Part); 3] = [
        (Section::Rows, |rows, emit| rows.columns(emit)),
        (Section::Holders, |rows, emit| rows.holders(emit)),
        (Section::DetailsAt, |rows, emit| rows.details_at(emit)),
    ];
    let filter = write_cold(&mut writer, rows, beneath, path)?;
    for (section, part) in sections {
        writer.begin(section).map_err(io)?;
        part(rows, &mut |bytes| writer.write(bytes).map_err(io))?;
    }
    write_postings(&mut writer, rows, path)?;
    writer.begin(Section::DetailsFiles).map_err(io)?;
    for number in rows.details_files() {
        writer.write(&number.to_le_bytes()).map_err(io)?;
    }
    writer.begin(Section::Filter).map_err(io)?;
    writer.write_items(&filter).map_err(io)?;
    writer.finish().map_err(io)
}

type Part = fn(&dyn Rows, &mut Emit<'_>) -> Result<(), StoreError>;

/// Hot lines and their bases.
fn write_hot<W: Write + Seek>(
    writer: &mut SegmentWriter<W>,
    rows: &dyn Rows,
    path: &Path,
) -> Result<(), StoreError> {
    let io = |source| failed(path, source);
    writer.begin(Section::Lines).map_err(io)?;
    let mut lines = LineBuilder::new(rows.len());
    let mut colds = 0;
    let mut write = |line: &crate::format::Line| {
        writer.write_items(core::slice::from_ref(line)).map_err(|source| failed(path, source))
    };
    rows.each(&mut |key, entry, cold| {
        lines.push(key, entry, colds, &mut write)?;
        colds += u32::from(cold.is_some());
        Ok(())
    })?;
    let (count, bases, displacement_max) = lines.finish(&mut write)?;
    writer.header().lines = (count as u64).into();
    writer.header().displacement_max = displacement_max.into();
    writer.begin(Section::Bases).map_err(io)?;
    writer.write_items(&bases).map_err(io)
}

/// Postings, and behind those of each kind their directory.
fn write_postings<W: Write + Seek>(
    writer: &mut SegmentWriter<W>,
    rows: &dyn Rows,
    path: &Path,
) -> Result<(), StoreError> {
    let io = |source| failed(path, source);
    for (place, section) in POSTINGS.into_iter().enumerate() {
        let mut pairs = 0;
        rows.postings(place, &mut |_, _| {
            pairs += 1;
            Ok(())
        })?;
        let mut builder = postings::Builder::new(pairs);
        writer.begin(section).map_err(io)?;
        rows.postings(place, &mut |key, row| match builder.push(key, row) {
            Some(line) => writer.write_items(&[line]).map_err(io),
            None => Ok(()),
        })?;
        let (line, entries) = builder.finish();
        writer.write_items(line.as_slice()).map_err(io)?;
        writer.begin(directory_of(section)).map_err(io)?;
        writer.write_items(&entries).map_err(io)?;
    }
    Ok(())
}

/// Keys and cold rows; answers the filter.
fn write_cold<W: Write + Seek>(
    writer: &mut SegmentWriter<W>,
    rows: &dyn Rows,
    beneath: bool,
    path: &Path,
) -> Result<Vec<U64>, StoreError> {
    let io = |source| failed(path, source);
    let mut words = if beneath { filter::empty(rows.len()) } else { Vec::new() };
    writer.begin(Section::Keys).map_err(io)?;
    rows.each(&mut |key, _, _| {
        if beneath {
            filter::insert(&mut words, key);
        }
        writer.write(&key.to_le_bytes()).map_err(io)
    })?;
    writer.begin(Section::Cold).map_err(io)?;
    let mut row = 0u32;
    rows.each(&mut |_, _, cold| {
        if let Some(cold) = cold {
            writer.write_items(&[ColdRow { row: row.into(), ..cold }]).map_err(io)?;
        }
        row += 1;
        Ok(())
    })?;
    Ok(words)
}
