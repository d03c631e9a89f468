//! Cuts an input into chunks of whole rows.

use std::io::Read;

use super::ReadError;
use super::parallel::Parts;

/// How rows lie in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// Records, whose quoted fields may hold line ends.
    Csv,
    /// One a line.
    Ndjson,
}

/// How much is read at a time, and how long a row may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Bytes read at a time.
    pub(super) chunk: usize,
    /// The longest row, with its line end.
    pub(super) record: usize,
}

impl Limits {
    /// A mebibyte each.
    pub(super) const DEFAULT: Limits = Limits { chunk: 1 << 20, record: 1 << 20 };
}

/// Where a row lies in its chunk.
pub(super) struct Span {
    /// Its first byte.
    pub(super) start: usize,
    /// The byte behind its last.
    pub(super) end: usize,
    /// Its line, from 1.
    pub(super) line: u64,
    /// The reason why it cannot be read.
    pub(super) flaw: Option<&'static str>,
}

/// Some whole rows.
pub(super) struct Chunk {
    data: Vec<u8>,
    spans: Vec<Span>,
}

/// One row's bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    /// The line where it starts, from 1.
    pub(super) line: u64,
    /// The bytes, without the line end.
    pub(super) raw: &'a [u8],
    /// The reason why it cannot be read.
    pub(super) flaw: Option<&'static str>,
}

impl Chunk {
    /// A chunk of rows, in order.
    pub(super) fn new(data: Vec<u8>, spans: Vec<Span>) -> Self {
        Chunk { data, spans }
    }

    /// The rows, in order.
    pub(super) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.spans.iter().map(|span| Record {
            line: span.line,
            raw: &self.data[span.start..span.end],
            flaw: span.flaw,
        })
    }

    /// Takes the first row out.
    fn take_first(&mut self) -> Option<First> {
        if self.spans.is_empty() {
            return None;
        }
        let Span { start, end, line, flaw } = self.spans.remove(0);
        Some(First { raw: self.data[start..end].to_vec(), line, flaw })
    }
}

/// The first row of an input, taken out.
pub(super) struct First {
    /// The bytes, without the line end.
    pub(super) raw: Vec<u8>,
    /// The line where it starts, from 1.
    pub(super) line: u64,
    /// The reason why it cannot be read.
    pub(super) flaw: Option<&'static str>,
}

/// A row's end, as looked for from its start.
enum End {
    /// It is this long, with its line end, and has this many line ends.
    At { length: usize, lines: u64 },
    /// It does not end here; whether a quote is open.
    Open { quoted: bool },
}

/// Cuts an input into chunks.
pub(super) struct Splitter<'f, R> {
    input: R,
    file: &'f str,
    lines: Lines,
    limits: Limits,
    /// The beginning of a row whose end was not read yet.
    carry: Vec<u8>,
    /// A chunk that was read but not handed on.
    ahead: Option<Chunk>,
    line: u64,
    begun: bool,
    ended: bool,
    /// Whether what comes next is the rest of a line that is too long.
    in_tail: bool,
}

impl<'f, R: Read> Splitter<'f, R> {
    /// A splitter at the beginning of an input.
    pub(super) fn new(input: R, file: &'f str, lines: Lines, limits: Limits) -> Self {
        Splitter {
            input,
            file,
            lines,
            limits,
            carry: Vec::new(),
            ahead: None,
            line: 1,
            begun: false,
            ended: false,
            in_tail: false,
        }
    }

    /// The file's name.
    pub(super) fn file(&self) -> &'f str {
        self.file
    }

    /// The first row of what is left.
    pub(super) fn first(&mut self) -> Result<Option<First>, ReadError> {
        let Some(mut chunk) = self.next_chunk()? else { return Ok(None) };
        let first = chunk.take_first();
        self.ahead = Some(chunk);
        Ok(first)
    }

    /// The next chunk; it has at least one row, unless its first was taken.
    pub(super) fn next_chunk(&mut self) -> Result<Option<Chunk>, ReadError> {
        if let Some(chunk) = self.ahead.take() {
            return Ok(Some(chunk));
        }
        let mut data = std::mem::take(&mut self.carry);
        while !(self.ended && data.is_empty()) {
            self.fill(&mut data)?;
            let (spans, used) = self.cut(&data);
            self.carry.extend_from_slice(&data[used..]);
            data.truncate(used);
            if !spans.is_empty() {
                return Ok(Some(Chunk { data, spans }));
            }
            data = std::mem::take(&mut self.carry);
        }
        Ok(None)
    }

    /// Reads on behind what is there.
    fn fill(&mut self, data: &mut Vec<u8>) -> Result<(), ReadError> {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        const PARQUET: &[u8] = b"PAR1";
        if self.ended {
            return Ok(());
        }
        let wanted = self.limits.chunk.max(PARQUET.len());
        data.reserve(wanted);
        let read = (&mut self.input)
            .take(wanted as u64)
            .read_to_end(data)
            .map_err(|source| ReadError::Io { file: self.file.to_owned(), source })?;
        self.ended = read < wanted;
        if !self.begun {
            self.begun = true;
            if data.starts_with(PARQUET) {
                return Err(ReadError::ParquetAsText { file: self.file.to_owned() });
            }
            if data.starts_with(MARK) {
                data.drain(..MARK.len());
            }
        }
        Ok(())
    }

    /// The rows that end in `data`, and how many of its bytes they and the empty lines take.
    fn cut(&mut self, data: &[u8]) -> (Vec<Span>, usize) {
        let mut spans = Vec::new();
        let mut start = 0;
        while start < data.len() {
            let rest = &data[start..];
            let Some((length, lines, flaw)) = self.next_record(rest) else { break };
            let kept = without_line_end(&rest[..length]).len();
            if flaw.is_some() || !self.is_blank(&rest[..kept]) {
                spans.push(Span { start, end: start + kept, line: self.line, flaw });
            }
            self.line += lines;
            start += length;
        }
        (spans, start)
    }

    /// The length of the row at the start of `rest` with its line end, how many line ends it has,
    /// and what is wrong with it; `None` where more must be read to know.
    fn next_record(&mut self, rest: &[u8]) -> Option<(usize, u64, Option<&'static str>)> {
        let limit = self.limits.record;
        let end = if self.in_tail { line_end(rest) } else { self.record_end(rest) };
        match end {
            End::At { length, lines } if length <= limit => {
                let tail = std::mem::replace(&mut self.in_tail, false);
                Some((length, lines, tail.then_some("too_long")))
            }
            End::Open { quoted } if rest.len() <= limit => self.ended.then(|| {
                let tail = std::mem::replace(&mut self.in_tail, false);
                let flaw = if tail { Some("too_long") } else { quoted.then_some("quote") };
                (rest.len(), 0, flaw)
            }),
            _ => {
                // Too long, however much of it is there: the same cut for every size of chunk.
                let line_end = memchr::memchr(b'\n', &rest[..limit]);
                self.in_tail = line_end.is_none();
                let length = line_end.map_or(limit, |at| at + 1);
                Some((length, u64::from(line_end.is_some()), Some("too_long")))
            }
        }
    }

    fn record_end(&self, rest: &[u8]) -> End {
        match self.lines {
            Lines::Csv => csv_end(rest),
            Lines::Ndjson => line_end(rest),
        }
    }

    fn is_blank(&self, record: &[u8]) -> bool {
        match self.lines {
            Lines::Csv => record.is_empty(),
            Lines::Ndjson => record.iter().all(u8::is_ascii_whitespace),
        }
    }
}

impl<R: Read> Parts for Splitter<'_, R> {
    type Part = Chunk;

    fn next_part(&mut self) -> Result<Option<Chunk>, ReadError> {
        self.next_chunk()
    }
}

/// The end of a line.
fn line_end(rest: &[u8]) -> End {
    match memchr::memchr(b'\n', rest) {
        Some(at) => End::At { length: at + 1, lines: 1 },
        None => End::Open { quoted: false },
    }
}

/// The end of a CSV record: the first line end outside quotes. A quote opens only where a field
/// begins, or right behind one that closed, which is how a quote is written within quotes; anywhere
/// else outside quotes it is a letter like others, and an inch sign does not eat the rows below it.
fn csv_end(rest: &[u8]) -> End {
    let mut quoted = false;
    let mut closed = None;
    let mut lines = 1;
    for at in memchr::memchr2_iter(b'"', b'\n', rest) {
        if rest[at] == b'\n' {
            if !quoted {
                return End::At { length: at + 1, lines };
            }
            lines += 1;
        } else if quoted {
            quoted = false;
            closed = Some(at + 1);
        } else {
            quoted = at == 0 || rest[at - 1] == b',' || closed == Some(at);
        }
    }
    End::Open { quoted }
}

/// A record without the line end behind it.
fn without_line_end(record: &[u8]) -> &[u8] {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    record.strip_suffix(b"\r").unwrap_or(record)
}
