//! One line of the audit log: its text, and what the next line needs of it.

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::{AuditEvent, Entry};
use crate::record::{Group, Register};
use crate::time::Instant;

/// A line's members, in the order in which they are written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    n: u64,
    at: String,
    event: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    prev: String,
}

impl Entry {
    /// Reads a line, without its line feed; `None` for what no log would hold.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        read(line).map(|(_, entry)| entry)
    }
}

/// What the next line of a log needs of the last one: its number and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail {
    count: u64,
    hash: [u8; 32],
}

impl Tail {
    /// Of a log without lines.
    pub const EMPTY: Tail = Tail { count: 0, hash: [0; 32] };

    /// Of a log that ends in this line, without its line feed; `None` when it is no such line.
    #[must_use]
    pub fn of(line: &str) -> Option<Self> {
        let count = read(line)?.0.n;
        Some(Tail { count, hash: hash(line) })
    }

    /// How many lines the log has.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The tail when this line follows; `None` when it does not fit.
    #[must_use]
    pub fn then(&self, line: &str) -> Option<Self> {
        let (written, _) = read(line)?;
        let fits = Some(written.n) == self.count.checked_add(1) && written.prev == hex(&self.hash);
        fits.then(|| Tail { count: written.n, hash: hash(line) })
    }
}

/// The lines of entries behind the last one, each with its line feed.
#[must_use]
pub fn render(previous: &Tail, entries: &[Entry]) -> String {
    let mut lines = String::new();
    let mut tail = *previous;
    for entry in entries {
        let line = text(&written(tail.count + 1, entry, hex(&tail.hash)));
        tail = Tail { count: tail.count + 1, hash: hash(&line) };
        lines.push_str(&line);
        lines.push('\n');
    }
    lines
}

fn written(n: u64, entry: &Entry, prev: String) -> Written {
    Written {
        n,
        at: entry.at.to_string(),
        event: entry.event.to_string(),
        register: entry.register.map(|register| register.to_string()),
        group: entry.group.map(|group| group.to_string()),
        generation: entry.generation,
        rows: entry.rows,
        prev,
    }
}

fn text(written: &Written) -> String {
    serde_json::to_string(written).unwrap_or_default()
}

/// Reads a line that is written as [`render`] writes it, to the byte.
fn read(line: &str) -> Option<(Written, Entry)> {
    let read: Written = serde_json::from_str(line).ok()?;
    let entry = Entry {
        at: Instant::parse(&read.at)?,
        event: AuditEvent::parse(&read.event)?,
        register: optional(read.register.as_deref(), Register::parse)?,
        group: optional(read.group.as_deref(), Group::parse)?,
        generation: read.generation,
        rows: read.rows,
    };
    let prev = Some(&read.prev).filter(|prev| is_hash(prev))?.clone();
    (text(&written(read.n, &entry, prev)) == line).then_some((read, entry))
}

/// A word that may be absent, but not unknown.
fn optional<T>(word: Option<&str>, parse: fn(&str) -> Option<T>) -> Option<Option<T>> {
    word.map_or(Some(None), |word| parse(word).map(Some))
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn hash(line: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, line.as_bytes()).as_ref());
    hash
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
