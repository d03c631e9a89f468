//! Input by lines, from a file or the standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::error::CliError;

/// The longest line that is read.
pub(crate) const LINE_BYTES_MAX: usize = 1 << 20;

/// Where lines come from. While nothing is buffered, whoever sends them may wait for answers.
pub(crate) type Input = BufReader<Box<dyn Read + Send>>;

/// An open input: `-` or no file is the standard input.
pub(crate) fn open(path: Option<&Path>) -> Result<Input, CliError> {
    let input: Box<dyn Read + Send> = match path.filter(|path| *path != Path::new("-")) {
        None => Box::new(io::stdin()),
        Some(path) => Box::new(open_file(path)?),
    };
    Ok(BufReader::with_capacity(1 << 16, input))
}

/// An open file.
pub(crate) fn open_file(path: &Path) -> Result<File, CliError> {
    File::open(path).map_err(|source| CliError::File { path: path.to_owned(), source })
}

/// A line that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// The whole line is in the buffer.
    Whole,
    /// It was longer than [`LINE_BYTES_MAX`]; its beginning is in the buffer.
    TooLong,
}

/// Reads a line without its end into `buffer`; `None` at the end of the input.
pub(crate) fn next_line(
    input: &mut (impl BufRead + ?Sized),
    buffer: &mut Vec<u8>,
) -> Result<Option<Line>, CliError> {
    buffer.clear();
    let mut line = Line::Whole;
    let mut any = false;
    loop {
        let chunk = match input.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(source) => return Err(CliError::Stream { stream: "the input", source }),
        };
        if chunk.is_empty() {
            return Ok(any.then_some(line));
        }
        any = true;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let part = &chunk[..end.unwrap_or(chunk.len())];
        let room = LINE_BYTES_MAX - buffer.len();
        if part.len() > room {
            line = Line::TooLong;
        }
        buffer.extend_from_slice(&part[..part.len().min(room)]);
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            if buffer.last() == Some(&b'\r') {
                buffer.pop();
            }
            return Ok(Some(line));
        }
    }
}
