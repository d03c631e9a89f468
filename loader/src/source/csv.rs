//! CSV: the header, and records to rows.

use std::borrow::Cow;
use std::io::Read;

use propusk_engine::row::{Row, Table};

use super::split::{First, Splitter};
use super::{Fault, ReadError};

/// A header: which column each field is.
pub(super) struct Header {
    raw: Vec<u8>,
    /// For each field, the place of its column in the table.
    places: Vec<usize>,
    table: &'static Table,
}

impl Header {
    /// Reads the header of an input.
    pub(super) fn read<R: Read>(
        splitter: &mut Splitter<'_, R>,
        table: &'static Table,
    ) -> Result<Self, ReadError> {
        let name = splitter.file();
        let file = || name.to_owned();
        let known = || table.columns.iter().map(|each| each.name).collect::<Vec<_>>().join(", ");
        let Some(First { raw, line, flaw }) = splitter.first()? else {
            return Err(ReadError::NoHeader { file: file(), known: known() });
        };
        if let Some(reason) = flaw {
            return Err(ReadError::HeaderBroken { file: file(), line, reason });
        }
        let text = std::str::from_utf8(&raw).map_err(|fault| ReadError::HeaderNotUtf8 {
            file: file(),
            line,
            byte: fault.valid_up_to() + 1,
        })?;
        let mut places = Vec::new();
        for name in Fields::of(text) {
            let column = name.clone().into_owned();
            let Some(place) = table.position(&name) else {
                return Err(ReadError::UnknownColumn {
                    file: file(),
                    line,
                    column,
                    known: known(),
                });
            };
            if places.contains(&place) {
                return Err(ReadError::RepeatedColumn { file: file(), line, column });
            }
            places.push(place);
        }
        let mut columns = table.columns.iter().enumerate();
        if let Some((_, missing)) =
            columns.find(|(place, column)| column.required && !places.contains(place))
        {
            let column = missing.name.to_owned();
            return Err(ReadError::MissingColumn { file: file(), line, column });
        }
        Ok(Header { raw, places, table })
    }

    /// The header of columns that were found in a table already, given by their places.
    pub(super) fn of_places(places: Vec<usize>, table: &'static Table) -> Self {
        let names: Vec<_> = places.iter().map(|place| table.columns[*place].name).collect();
        Header { raw: names.join(",").into_bytes(), places, table }
    }

    /// The header's own bytes, without the line end.
    pub(super) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Puts the fields of a record into an empty row.
    pub(super) fn parse<'a>(&self, record: &'a [u8], row: &mut Row<'a>) -> Result<(), Fault> {
        let text = std::str::from_utf8(record)
            .map_err(|fault| self.not_utf8(&record[..fault.valid_up_to()]))?;
        let mut places = self.places.iter();
        for field in Fields::of(text) {
            let Some(&place) = places.next() else { return Err(Fault::of_row("fields")) };
            if !field.is_empty() {
                row.values[place] = Some(field);
            }
        }
        if places.next().is_some() {
            return Err(Fault::of_row("fields"));
        }
        Ok(())
    }

    /// The fault of a record that is UTF-8 only so far.
    fn not_utf8(&self, good: &[u8]) -> Fault {
        let fields = std::str::from_utf8(good).map_or(0, |text| Fields::of(text).count());
        let place = fields.checked_sub(1).and_then(|last| self.places.get(last));
        let column = place.map_or("", |&place| self.table.columns[place].name);
        Fault { column: Cow::Borrowed(column), reason: "utf8" }
    }
}

/// Writes a field behind those of its record that were written before it.
pub(super) fn write_field(record: &mut Vec<u8>, field: &[u8]) {
    let special = |byte: &u8| matches!(byte, b'"' | b',' | b'\n' | b'\r');
    if !field.iter().any(special) {
        record.extend_from_slice(field);
        return;
    }
    record.push(b'"');
    for part in field.split_inclusive(|byte| *byte == b'"') {
        record.extend_from_slice(part);
        if part.ends_with(b"\"") {
            record.push(b'"');
        }
    }
    record.push(b'"');
}

/// Writes what stands between two fields.
pub(super) fn write_separator(record: &mut Vec<u8>) {
    record.push(b',');
}

/// The fields of one record. What follows a closing quote belongs to the field as it stands.
struct Fields<'a> {
    rest: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn of(record: &'a str) -> Self {
        Fields { rest: Some(record) }
    }

    /// The field at the start of `text`, which runs to the next comma.
    fn plain(&mut self, text: &'a str) -> &'a str {
        let (field, rest) = match memchr::memchr(b',', text.as_bytes()) {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        self.rest = rest;
        field
    }

    /// The field at the start of `text`, whose opening quote was taken off.
    fn quoted(&mut self, text: &'a str) -> Cow<'a, str> {
        let bytes = text.as_bytes();
        let mut from = 0;
        let mut doubled = false;
        let close = loop {
            let Some(at) = memchr::memchr(b'"', &bytes[from..]) else { break text.len() };
            let at = from + at;
            if bytes.get(at + 1) != Some(&b'"') {
                break at;
            }
            doubled = true;
            from = at + 2;
        };
        let inner = &text[..close];
        let field =
            if doubled { Cow::Owned(inner.replace("\"\"", "\"")) } else { Cow::Borrowed(inner) };
        let behind = self.plain(text.get(close + 1..).unwrap_or(""));
        if behind.is_empty() { field } else { Cow::Owned(field.into_owned() + behind) }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Cow<'a, str>> {
        let text = self.rest.take()?;
        Some(match text.strip_prefix('"') {
            Some(quoted) => self.quoted(quoted),
            None => Cow::Borrowed(self.plain(text)),
        })
    }
}
