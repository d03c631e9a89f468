//! Files of rivals, written so that they come to stand on large pages, as the engine writes its own.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use crate::question::Result;

/// How much is written at once.
const PIECE_BYTES: usize = 4 << 20;

/// Writes a file again in large pieces, and puts it in place of what it was.
///
/// # Errors
/// When it cannot be read or written.
pub(crate) fn rewrite(path: &Path) -> Result<()> {
    let beside = path.with_extension("again");
    let (mut from, mut to) = (File::open(path)?, File::create(&beside)?);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let mut filled = 0;
        while filled < PIECE_BYTES {
            match from.read(&mut piece[filled..])? {
                0 => break,
                read => filled += read,
            }
        }
        if filled == 0 {
            break;
        }
        to.write_all(&piece[..filled])?;
    }
    to.sync_all()?;
    Ok(fs::rename(beside, path)?)
}

/// Bytes of all files in a folder.
pub(crate) fn bytes_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some(entry.metadata().ok()?.len())).sum()
}
