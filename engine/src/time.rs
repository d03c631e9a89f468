//! Instants, Moscow civil dates and the lengths of validity.
//!
//! Moscow keeps UTC+3 without daylight saving in all the years served, so a civil date is the
//! half-open interval from its 00:00 +03:00 to the next day's. Every `valid_until` is exclusive.

use core::fmt;

use serde::{Serialize, Serializer};

/// Seconds that Moscow is ahead of UTC.
const MOSCOW_OFFSET_SECONDS: i64 = 3 * 3600;
const DAY_SECONDS: i64 = 86_400;
/// Days from 1 March of the year 0 to 1970-01-01.
const DAYS_TO_EPOCH: i32 = 719_468;
const YEAR_DAYS: i32 = 365;
const FOUR_CENTURIES_DAYS: i64 = 146_097;

/// An instant, exact to the second: seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Instant(i64);

/// A civil date of the proleptic Gregorian calendar, years 0001 to 9999: days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Instant {
    /// Before everything: a state that holds from here on holds from the beginning.
    pub const MIN: Instant = Instant(i64::MIN);
    /// After everything.
    pub const MAX: Instant = Instant(i64::MAX);

    /// The instant that many seconds after the Unix epoch.
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Self {
        Instant(seconds)
    }

    /// Seconds since the Unix epoch.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 with an offset and without a fraction, for example
    /// `2021-12-08T00:00:00+03:00`. `None` for everything else: a missing offset is never guessed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let date = Date::parse_bytes(bytes.get(..10)?)?;
        let clock = bytes.get(10..19)?;
        let separators = (clock[0], clock[3], clock[6]);
        if !matches!(separators, (b'T' | b't' | b' ', b':', b':')) {
            return None;
        }
        let (hour, minute, second) =
            (digits(&clock[1..3])?, digits(&clock[4..6])?, digits(&clock[7..9])?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let offset = offset_seconds(bytes.get(19..)?)?;
        let local = i64::from(date.0) * DAY_SECONDS + i64::from(hour * 3600 + minute * 60 + second);
        Some(Instant(local - offset))
    }

    /// The Moscow date on which this instant falls; the first or last date served when it is
    /// outside the years 0001 to 9999.
    #[must_use]
    pub fn date(self) -> Date {
        let days = (self.0.saturating_add(MOSCOW_OFFSET_SECONDS)).div_euclid(DAY_SECONDS);
        Date(days.clamp(i64::from(Date::MIN.0), i64::from(Date::MAX.0)) as i32)
    }

    /// This instant and so many seconds more, stopping at the ends of the range.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Instant(self.0.saturating_add(seconds))
    }
}

/// `Z`, `z` or `±HH:MM`, in seconds east of UTC.
fn offset_seconds(bytes: &[u8]) -> Option<i64> {
    match bytes {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = i64::from(hours * 3600 + minutes * 60);
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

/// The number written in ASCII digits, and nothing but digits.
#[inline]
fn digits(bytes: &[u8]) -> Option<u32> {
    let digit = |byte: &u8| u32::from(byte.wrapping_sub(b'0'));
    let number = bytes.iter().fold(0, |number: u32, byte| number * 10 + digit(byte));
    bytes.iter().all(|byte| digit(byte) < 10).then_some(number)
}

/// How many days a month has; `None` where there is no such month.
fn month_days(year: i16, month: u8) -> Option<u8> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => Some(28 + u8::from(is_leap)),
        4 | 6 | 9 | 11 => Some(30),
        1..=12 => Some(31),
        _ => None,
    }
}

/// How many leap days stand before 1 March of a year, from that of the year 0 on.
const fn leap_days(year: i32) -> i32 {
    year / 4 - year / 100 + year / 400
}

impl Date {
    /// 0001-01-01.
    pub const MIN: Date = Date(-719_162);
    /// 9999-12-31.
    pub const MAX: Date = Date(2_932_896);

    /// The date of a year, month and day, if there is one.
    #[must_use]
    pub fn from_ymd(year: i16, month: u8, day: u8) -> Option<Self> {
        if !(1..=9999).contains(&year) || !(1..=month_days(year, month)?).contains(&day) {
            return None;
        }
        // Years begin with March here, so that a leap day is the last one.
        let (year, month) = (i32::from(year), i32::from(month));
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let day_of_year = (month * 153 + 2) / 5 + i32::from(day) - 1;
        Some(Date(year * YEAR_DAYS + leap_days(year) + day_of_year - DAYS_TO_EPOCH))
    }

    /// The date that many days after 1970-01-01, within the years 0001 to 9999.
    #[must_use]
    pub fn from_days(days: i32) -> Option<Self> {
        (Date::MIN.0..=Date::MAX.0).contains(&days).then_some(Date(days))
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// Reads `YYYY-MM-DD` in ASCII digits; `None` for everything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Date::parse_bytes(text.as_bytes())
    }

    /// Reads `DD.MM.YYYY` in ASCII digits; `None` for everything else.
    #[must_use]
    pub fn parse_dotted(text: &str) -> Option<Self> {
        let [d1, d2, b'.', m1, m2, b'.', year @ ..] = text.as_bytes() else { return None };
        Date::from_parts(year, &[*m1, *m2], &[*d1, *d2])
    }

    /// [`Date::parse`] of bytes.
    #[inline]
    pub(crate) fn parse_bytes(bytes: &[u8]) -> Option<Self> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes else { return None };
        let digits = [*y1, *y2, *y3, *y4, *m1, *m2, *d1, *d2].map(|byte| byte.wrapping_sub(b'0'));
        // No branch for each: all are digits, or nearly none is read.
        if digits.iter().fold(false, |wrong, digit| wrong | (*digit > 9)) {
            return None;
        }
        let [y1, y2, y3, y4, m1, m2, d1, d2] = digits;
        let year = i16::from(y1) * 1000 + i16::from(y2 * 10 + y3) * 10 + i16::from(y4);
        Date::from_ymd(year, m1 * 10 + m2, d1 * 10 + d2)
    }

    fn from_parts(year: &[u8], month: &[u8], day: &[u8]) -> Option<Self> {
        if year.len() != 4 || day.len() != 2 {
            return None;
        }
        Date::from_ymd(
            i16::try_from(digits(year)?).ok()?,
            u8::try_from(digits(month)?).ok()?,
            u8::try_from(digits(day)?).ok()?,
        )
    }

    /// 00:00 of this date in Moscow.
    #[must_use]
    pub const fn start(self) -> Instant {
        Instant(self.0 as i64 * DAY_SECONDS - MOSCOW_OFFSET_SECONDS)
    }

    /// The exclusive end of this date in Moscow: 00:00 of the day after.
    #[must_use]
    pub const fn end(self) -> Instant {
        Instant((self.0 as i64 + 1) * DAY_SECONDS - MOSCOW_OFFSET_SECONDS)
    }

    /// So many days later (earlier, if negative), stopping at the ends of the range.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Date(self.0.saturating_add(days).clamp(Date::MIN.0, Date::MAX.0))
    }

    /// The day with the same number so many months later, clamped to the month's end: 29 February
    /// and 60 months is 28 February.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        let (year, month, day) = self.ymd();
        let months = i64::from(year) * 12 + i64::from(month - 1) + i64::from(months);
        let month = (months % 12) as u8 + 1;
        let moved = i16::try_from(months / 12)
            .ok()
            .and_then(|year| Date::from_ymd(year, month, day.min(month_days(year, month)?)));
        moved.unwrap_or(Date::MAX)
    }

    /// Year, month (1 to 12) and day of the month (1 to 31).
    #[must_use]
    pub fn ymd(self) -> (i16, u8, u8) {
        // The same years as in `from_ymd`; a guess by their mean length is off by one at the most.
        let days = self.0 + DAYS_TO_EPOCH;
        let before = |year: i32| year * YEAR_DAYS + leap_days(year);
        let mut year = (i64::from(days) * 400 / FOUR_CENTURIES_DAYS) as i32;
        year += i32::from(before(year + 1) <= days);
        year -= i32::from(before(year) > days);
        let day_of_year = days - before(year);
        let month = (day_of_year * 5 + 2) / 153;
        let day = day_of_year - (month * 153 + 2) / 5 + 1;
        let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
        (year as i16, month as u8, day as u8)
    }

    /// The Monday of this date's calendar week.
    #[must_use]
    pub fn week_start(self) -> Self {
        // 1970-01-01 was a Thursday, three days after a Monday.
        self.plus_days(-(self.0 + 3).rem_euclid(7))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in +03:00.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        let clock = self.0.saturating_sub(date.start().0).clamp(0, DAY_SECONDS - 1);
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        write!(f, "{date}T{hour:02}:{minute:02}:{second:02}+03:00")
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil;

    use super::*;

    fn instant(text: &str) -> Instant {
        Instant::parse(text).expect(text)
    }

    fn date(text: &str) -> Date {
        Date::parse(text).expect(text)
    }

    #[test]
    fn offsets_name_the_same_instant() {
        assert_eq!(instant("2021-12-08T00:00:00+03:00"), instant("2021-12-07T21:00:00Z"));
        assert_eq!(instant("2021-12-08T00:00:00+03:00"), instant("2021-12-07T16:30:00-04:30"));
        assert_eq!(instant("1970-01-01T00:00:00Z").unix(), 0);
    }

    #[test]
    fn what_is_not_rfc_3339_to_the_second_is_refused() {
        for text in [
            "2021-12-08T00:00:00",
            "2021-12-08",
            "2021-12-08T24:00:00Z",
            "2021-12-08T00:60:00Z",
            "2021-12-08T00:00:60Z",
            "2021-02-29T00:00:00Z",
            "2021-12-08T00:00:00.5Z",
            "2021-12-08T00:00:00+0300",
            "2021-12-08T00:00:00+24:00",
            "٢021-12-08T00:00:00Z",
            " 2021-12-08T00:00:00Z",
            "",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }

    #[test]
    fn dates_are_moscow_dates() {
        assert_eq!(instant("2021-12-07T20:59:59Z").date(), date("2021-12-07"));
        assert_eq!(instant("2021-12-07T21:00:00Z").date(), date("2021-12-08"));
        assert_eq!(date("2021-12-08").start(), instant("2021-12-08T00:00:00+03:00"));
        assert_eq!(date("2021-12-08").end(), instant("2021-12-09T00:00:00+03:00"));
        assert_eq!(instant("2021-12-07T21:00:01Z").to_string(), "2021-12-08T00:00:01+03:00");
    }

    #[test]
    fn months_clamp_to_the_month_end() {
        assert_eq!(date("2024-02-29").plus_months(60), date("2029-02-28"));
        assert_eq!(date("2021-08-31").plus_months(6), date("2022-02-28"));
        assert_eq!(date("2021-12-31").plus_months(12), date("2022-12-31"));
    }

    #[test]
    fn every_date_is_the_calendars() {
        let mut expected = Date::MIN.0;
        for year in 0..=10_000 {
            for (month, day) in (0..=13).flat_map(|month| (0..=32).map(move |day| (month, day))) {
                let known = civil::Date::new(year, month, day).ok().filter(|date| date.year() > 0);
                let date = Date::from_ymd(year, month as u8, day as u8);
                assert_eq!(date.is_some(), known.is_some(), "{year}-{month}-{day}");
                if let Some(date) = date {
                    assert_eq!(date, Date(expected), "{year}-{month}-{day}");
                    assert_eq!(date.ymd(), (year, month as u8, day as u8));
                    expected += 1;
                }
            }
        }
        assert_eq!(Date(expected - 1), Date::MAX);
        let epoch = civil::date(1970, 1, 1).until(civil::date(2021, 12, 8)).unwrap();
        assert_eq!(date("2021-12-08").days(), epoch.get_days());
    }

    #[test]
    fn months_later_is_the_calendars_day() {
        for days in (Date::MIN.0..=Date::MAX.0).step_by(97) {
            let date = Date(days);
            let (year, month, day) = date.ymd();
            let known = civil::date(year, month as i8, day as i8);
            for months in [0, 1, 2, 11, 12, 13, 60, 4_800, 119_988, 119_989, u32::MAX] {
                let later = jiff::Span::new().try_months(i64::from(months));
                let later = later.and_then(|span| known.checked_add(span));
                let later = later.map_or(Date::MAX, |date| {
                    Date::from_ymd(date.year(), date.month() as u8, date.day() as u8).unwrap()
                });
                assert_eq!(date.plus_months(months), later, "{date} {months}");
            }
        }
    }

    #[test]
    fn ends_of_the_calendar_hold() {
        assert_eq!(Date::from_ymd(1, 1, 1), Some(Date::MIN));
        assert_eq!(Date::from_ymd(9999, 12, 31), Some(Date::MAX));
        assert_eq!(Date::MAX.plus_months(1), Date::MAX);
        assert_eq!(Date::parse("0000-01-01"), None);
        assert_eq!(Instant::MAX.date(), Date::MAX);
        assert_eq!(Instant::MIN.date(), Date::MIN);
    }

    #[test]
    fn weeks_begin_on_monday() {
        assert_eq!(date("2020-05-03").week_start(), date("2020-04-27"));
        assert_eq!(date("2020-05-04").week_start(), date("2020-05-04"));
        assert_eq!(Date::parse_dotted("29.02.2020"), Date::parse("2020-02-29"));
        assert_eq!(Date::parse_dotted("29.02.2021"), None);
    }
}
