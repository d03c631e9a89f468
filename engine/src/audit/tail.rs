//! The end of the log's file, read without the rest.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// No line is longer.
const LINE_BYTES_MAX: u64 = 4096;
/// The most that is taken for what a crash left behind the last line.
pub(super) const TORN_BYTES_MAX: u64 = 1 << 20;
/// How every line begins.
const BEGINNING: &[u8] = b"{\"n\":";

/// Where the last whole line ends: behind the last line feed. `None` where what stands behind it
/// is no torn line: then this is no audit log, and nothing may be cut off.
pub(super) fn whole_end(file: &File) -> io::Result<Option<u64>> {
    let length = file.metadata()?.len();
    for window in [LINE_BYTES_MAX, TORN_BYTES_MAX] {
        let from = length.saturating_sub(window);
        let bytes = read(file, from, length)?;
        let feed = bytes.iter().rposition(|byte| *byte == b'\n');
        if feed.is_some() || from == 0 {
            let end = feed.map_or(0, |feed| feed + 1);
            return Ok(is_torn(&bytes[end..]).then_some(from + end as u64));
        }
    }
    Ok(None)
}

/// Whether a crash may have left this of a line, or of nothing: zeros stand where a file grew and
/// its bytes were lost.
pub(super) fn is_torn(bytes: &[u8]) -> bool {
    let written = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let beginning = &bytes[..written.min(BEGINNING.len())];
    (written as u64) < LINE_BYTES_MAX && BEGINNING.starts_with(beginning)
}

/// The line whose line feed stands before `end`, without it; `None` where it is too long for one.
pub(super) fn last_line(file: &File, end: u64) -> io::Result<Option<Vec<u8>>> {
    let from = end.saturating_sub(LINE_BYTES_MAX);
    let mut line = read(file, from, end)?;
    line.pop();
    match line.iter().rposition(|byte| *byte == b'\n') {
        Some(feed) => drop(line.drain(..=feed)),
        None if from > 0 => return Ok(None),
        None => {}
    }
    Ok(Some(line))
}

/// The whole lines before `end`, at least from the line of this number on.
pub(super) fn last_lines(file: &File, end: u64, number: u64) -> io::Result<Vec<u8>> {
    let mut window = LINE_BYTES_MAX;
    loop {
        let from = end.saturating_sub(window);
        let mut lines = read(file, from, end)?;
        if from == 0 {
            return Ok(lines);
        }
        // The first line is cut, most likely.
        let whole = lines.iter().position(|byte| *byte == b'\n').map_or(lines.len(), |at| at + 1);
        lines.drain(..whole);
        if first_number(&lines).is_some_and(|first| first <= number) {
            return Ok(lines);
        }
        window *= 2;
    }
}

/// The number of the first line.
fn first_number(lines: &[u8]) -> Option<u64> {
    let digits = lines.strip_prefix(BEGINNING)?;
    let length = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    str::from_utf8(&digits[..length]).ok()?.parse().ok()
}

/// The bytes from one place to another.
pub(super) fn read(file: &File, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(to - from).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, from)?;
    Ok(bytes)
}
