//! A member of a JSON object that is a text, and may be written as a number.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// A value as text; numbers stay as they are written.
#[derive(Default)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a whole number or null")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Text::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_or_a_whole_number_as_it_is_written_and_nothing_else() {
        let read = |json: &str| {
            serde_json::from_str::<Text<'_>>(json).ok().map(|text| text.0.into_owned())
        };
        for (json, text) in [
            (r#""+7 916""#, "+7 916"),
            (r#""\u041f\n""#, "П\n"),
            (r#""""#, ""),
            ("null", ""),
            ("0", "0"),
            ("12", "12"),
            ("89161237788", "89161237788"),
            ("18446744073709551615", "18446744073709551615"),
        ] {
            assert_eq!(read(json).as_deref(), Some(text), "{json}");
        }
        // None of these says which digits were meant.
        for json in ["-1", "1.5", "1e3", "18446744073709551616", "true", "[]", "{}"] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
