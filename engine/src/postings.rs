//! Many-valued keys: from a plate or a document to the rows that name it.
//!
//! A section holds the keys in ascending order (16 bytes each), then their rows (4 bytes each).

use crate::error::StoreError;
use crate::format::Section;
use crate::segment::Segment;

/// Bytes of a key and its row.
const PAIR_BYTES: usize = 20;

/// The rows under a key, ascending. Takes O(log n) touches.
pub(crate) fn rows<B: AsRef<[u8]>>(
    segment: &Segment<B>,
    section: Section,
    key: u128,
) -> Result<Vec<u32>, StoreError> {
    let bytes = segment.raw(section);
    if !bytes.len().is_multiple_of(PAIR_BYTES) {
        return Err(segment.damaged(section, "its length is no multiple"));
    }
    let pairs = bytes.len() / PAIR_BYTES;
    let key_at = |index: usize| -> Result<u128, StoreError> {
        segment.check_range(section, index * 16, 16)?;
        let mut key = [0; 16];
        key.copy_from_slice(&bytes[index * 16..][..16]);
        Ok(u128::from_le_bytes(key))
    };
    let (mut low, mut high) = (0, pairs);
    while low < high {
        let middle = low + (high - low) / 2;
        if key_at(middle)? < key { low = middle + 1 } else { high = middle }
    }
    let mut rows = Vec::new();
    for index in low..pairs {
        if key_at(index)? != key {
            break;
        }
        let from = pairs * 16 + index * 4;
        segment.check_range(section, from, 4)?;
        let mut row = [0; 4];
        row.copy_from_slice(&bytes[from..][..4]);
        let row = u32::from_le_bytes(row);
        if row as usize >= segment.rows() {
            return Err(segment.damaged(section, "it names a row that is not there"));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Every pair of key and row, ascending.
pub(crate) fn pairs<B: AsRef<[u8]>>(
    segment: &Segment<B>,
    section: Section,
) -> Result<impl Iterator<Item = (u128, u32)> + '_, StoreError> {
    let bytes = segment.section(section)?;
    if !bytes.len().is_multiple_of(PAIR_BYTES) {
        return Err(segment.damaged(section, "its length is no multiple"));
    }
    let (keys, rows) = bytes.split_at(bytes.len() / PAIR_BYTES * 16);
    let keys = keys.chunks_exact(16).filter_map(|key| key.try_into().ok().map(u128::from_le_bytes));
    let rows = rows.chunks_exact(4).filter_map(|row| row.try_into().ok().map(u32::from_le_bytes));
    Ok(keys.zip(rows))
}
