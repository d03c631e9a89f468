//! Dates of birth.

use crate::time::Date;

/// Nobody served was born before this year.
const FIRST_YEAR: i16 = 1900;

/// Reads `YYYY-MM-DD` or `DD.MM.YYYY`, from 1900-01-01 on.
///
/// # Errors
///
/// `date` for everything else.
pub fn canonical(text: &str) -> Result<Date, &'static str> {
    let text = text.trim();
    let date = Date::parse(text).or_else(|| Date::parse_dotted(text));
    date.filter(|date| date.ymd().0 >= FIRST_YEAR).ok_or("date")
}

/// The date, and its canonical text in place, with no white space around but plain spaces; `None` for
/// all else, whatever it may be.
#[inline]
pub(crate) fn short(text: &str) -> Option<(Date, [u8; 10])> {
    let written: [u8; 10] = text.trim_ascii().as_bytes().try_into().ok()?;
    let canonical = match written {
        [d1, d2, b'.', m1, m2, b'.', y1, y2, y3, y4] => {
            [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2]
        }
        written => written,
    };
    let date = Date::parse_bytes(&canonical)?;
    // Years have four digits, so later ones are greater texts.
    (canonical[..4] >= b"1900"[..]).then_some((date, canonical))
}
