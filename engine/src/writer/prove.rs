//! The proof of a new segment, before it counts.

use std::path::Path;

use crate::error::StoreError;
use crate::rows::Rows;
use crate::stack::OpenSegment;

/// Asks a new segment, opened from its file, for every key that went into it.
pub(super) fn prove(open: &OpenSegment, path: &Path, rows: &dyn Rows) -> Result<(), StoreError> {
    let unproved = |reason| StoreError::Unproved { path: path.to_owned(), reason };
    let mut row = 0;
    rows.each(&mut |key, entry, cold| {
        let segment = &open.segment;
        if !segment.may_hold(key)? {
            return Err(unproved("its filter denies a key"));
        }
        let found = segment.find(key)?.ok_or_else(|| unproved("a key is not found"))?;
        if segment.row(&found)? != row || segment.key(row)? != key {
            return Err(unproved("a key is found in another row"));
        }
        let kept = match cold {
            None => found.entry.state == entry.state && found.entry.subtype == entry.subtype,
            Some(cold) => open.cold_row(&found.entry)?.status == cold.status,
        };
        if !kept {
            return Err(unproved("a row has another status"));
        }
        row += 1;
        Ok(())
    })
}
