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
