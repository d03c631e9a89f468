//! NDJSON: one flat object a line, to rows.

use std::borrow::Cow;
use std::fmt;

use propusk_engine::row::Row;
use serde::Deserialize;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Fault;

/// Puts the members of an object into an empty row. Numbers stay as they are written.
pub(super) fn parse<'a>(record: &'a [u8], row: &mut Row<'a>) -> Result<(), Fault> {
    let text = std::str::from_utf8(record).map_err(|_| not_utf8(record))?;
    let mut seen = 0;
    members(text, |key, value| {
        let value = text_of(value)?;
        let Some(place) = row.table.position(&key) else {
            let column = Cow::Owned(key.into_owned());
            return Err(Fault { column, reason: "unknown_column" });
        };
        let column = row.table.columns[place].name;
        if seen & (1_u64 << place) != 0 {
            return Err(Fault { column: Cow::Borrowed(column), reason: "repeated" });
        }
        seen |= 1 << place;
        row.values[place] = value.filter(|value| !value.is_empty());
        Ok(())
    })
}

/// The fault of a line that is not UTF-8: the first member with a replaced letter is the one.
fn not_utf8(record: &[u8]) -> Fault {
    let text = String::from_utf8_lossy(record);
    let mut column = String::new();
    // Broken JSON is no matter: what the bytes are is wrong before that.
    let _ = members(&text, |key, value| {
        if column.is_empty() && value.get().contains('\u{fffd}') {
            column = key.into_owned();
        }
        Ok(())
    });
    Fault { column: Cow::Owned(column), reason: "utf8" }
}

/// The text of a value; `null` is none.
fn text_of(value: &RawValue) -> Result<Option<Cow<'_, str>>, Fault> {
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'n') => Ok(None),
        Some(b'{' | b'[') | None => Err(Fault::of_row("json")),
        Some(b'"') if !text.contains('\\') => Ok(Some(Cow::Borrowed(&text[1..text.len() - 1]))),
        Some(b'"') => {
            let text: String = serde_json::from_str(text).map_err(|_| Fault::of_row("json"))?;
            Ok(Some(Cow::Owned(text)))
        }
        Some(_) => Ok(Some(Cow::Borrowed(text))),
    }
}

/// Gives each member of an object to `take`, until one is a fault. That the line is not an object
/// is the first fault of all.
fn members<'a>(
    text: &'a str,
    take: impl FnMut(Cow<'a, str>, &'a RawValue) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let outcome = reader.deserialize_map(Members { take }).map_err(|_| Fault::of_row("json"))?;
    reader.end().map_err(|_| Fault::of_row("json"))?;
    outcome
}

/// A member's name.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

struct Members<F> {
    take: F,
}

impl<'a, F> Visitor<'a> for Members<F>
where
    F: FnMut(Cow<'a, str>, &'a RawValue) -> Result<(), Fault>,
{
    type Value = Result<(), Fault>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut outcome = Ok(());
        while let Some((Key(key), value)) = map.next_entry::<Key<'a>, &'a RawValue>()? {
            if outcome.is_ok() {
                outcome = (self.take)(key, value);
            }
        }
        Ok(outcome)
    }
}
