//! The folder's file system: reading a file in order, and syncs.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::time::Instant as Clock;

use rustix::fs::{Advice, fadvise};
use tempfile::NamedTempFile;

const PIECE_BYTES: usize = 4 << 20;
/// Bytes of a sync's file.
const SYNCED_BYTES: usize = 4096;

/// Bytes a second of a file written and synced, and of the same read when the system has forgotten
/// it.
pub(crate) fn file_rates(folder: &Path, bytes: usize) -> io::Result<(f64, f64)> {
    let mut file = NamedTempFile::new_in(folder)?;
    let mut piece = vec![1u8; PIECE_BYTES.min(bytes)];
    let pieces = bytes.div_ceil(piece.len());
    let begun = Clock::now();
    for number in 0..pieces {
        piece[..8].copy_from_slice(&number.to_le_bytes());
        file.write_all(&piece)?;
    }
    file.as_file().sync_all()?;
    let all = (pieces * piece.len()) as f64;
    let written = all / begun.elapsed().as_secs_f64();
    let mut again = File::open(file.path())?;
    // Only synced pages can be forgotten.
    fadvise(&again, 0, None, Advice::DontNeed)?;
    let begun = Clock::now();
    while again.read(&mut piece)? > 0 {}
    Ok((written, all / begun.elapsed().as_secs_f64()))
}

/// Microseconds that each of so many syncs of a little file takes, ascending.
pub(crate) fn syncs_us(folder: &Path, count: usize) -> io::Result<Vec<f64>> {
    let mut file = NamedTempFile::new_in(folder)?;
    let mut took = Vec::with_capacity(count);
    for _ in 0..count {
        file.write_all(&[1; SYNCED_BYTES])?;
        let begun = Clock::now();
        file.as_file().sync_all()?;
        took.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    took.sort_by(f64::total_cmp);
    Ok(took)
}

/// Bytes a second of memory read in order.
pub(crate) fn memory_rate(bytes: &[u8]) -> f64 {
    let best = |_| {
        let begun = Clock::now();
        let (words, _) = bytes.as_chunks::<8>();
        let sum = words.iter().fold(0u64, |sum, word| sum.wrapping_add(u64::from_le_bytes(*word)));
        std::hint::black_box(sum);
        begun.elapsed().as_secs_f64()
    };
    let seconds = crate::statistics::median((0..5).map(best).collect());
    bytes.len() as f64 / seconds.max(1e-12)
}
