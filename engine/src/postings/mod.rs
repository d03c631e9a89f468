//! Many-valued keys: from a plate or a document to the rows that name it.
//!
//! A section holds pairs of a key and a row in ascending order, three in a line of memory, and a
//! directory behind it the place of the first key with each upper part. Keys are HMACs, so their upper
//! parts are spread evenly, and a key is found by a line of the directory and one or two of pairs; where
//! they are not, as where a key has many rows, by halving.

mod build;
mod search;
#[cfg(test)]
mod tests;

use crate::error::StoreError;
use crate::format::{PostingsLine, Section};
use crate::segment::Segment;

pub(crate) use build::Builder;
pub(crate) use search::{Postings, Search};

/// The row of a place without a pair: a segment has fewer rows.
const NO_ROW: u32 = u32::MAX;

/// The rows under a key, ascending.
pub(crate) fn rows<B: AsRef<[u8]>>(
    segment: &Segment<B>,
    section: Section,
    key: u128,
) -> Result<Vec<u32>, StoreError> {
    let postings = Postings::new(segment, section)?;
    let mut search = postings.search(key);
    while postings.step(&mut search)? {}
    let mut rows = Vec::new();
    postings.found(&search, |row| rows.push(row))?;
    Ok(rows)
}

/// Every pair of key and row, ascending.
pub(crate) fn pairs<B: AsRef<[u8]>>(
    segment: &Segment<B>,
    section: Section,
) -> Result<impl Iterator<Item = (u128, u32)> + '_, StoreError> {
    let lines: &[PostingsLine] = segment.items(section)?;
    let places = lines.iter().flat_map(|line| line.keys.iter().zip(&line.rows));
    Ok(places.map(|(key, row)| (key.get(), row.get())).filter(|(_, row)| *row != NO_ROW))
}

/// The entry of a key's upper part in a directory of so many, and where in that part the key stands, in
/// parts of 2^64. The last entry is the end of the part before it.
#[inline(always)]
fn entry(key: u128, entries: usize) -> (usize, u64) {
    let spread = (key >> 64) * entries.saturating_sub(1) as u128;
    ((spread >> 64) as usize, spread as u64)
}

/// The upper 32 bits of a key.
#[inline(always)]
fn upper(key: u128) -> u32 {
    (key >> 96) as u32
}
