//! Instants as seconds since 1970 (UTC), dates as days since 1970-01-01.

const DAY: i64 = 86_400;
const MOSCOW: i64 = 3 * 3_600;

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days the month (1 to 12) has.
pub(crate) fn month_days(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The days from 1970-01-01 to the first of January of the year.
fn year_start(year: i64) -> i64 {
    let before = year - 1;
    let leaps = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    365 * (year - 1970) + leaps - 477
}

/// The number of a real civil date.
pub(crate) fn civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=month_days(year, month)).contains(&day) {
        return None;
    }
    let months: i64 = (1..month).map(|month| month_days(year, month)).sum();
    Some(year_start(year) + months + day - 1)
}

/// The year, the month and the day of a date.
pub(crate) fn parts(date: i64) -> (i64, i64, i64) {
    let mut year = 1970 + date.div_euclid(366);
    if date < 0 {
        year = 1970 + date.div_euclid(365) - 1;
    }
    while year_start(year + 1) <= date {
        year += 1;
    }
    let mut day = date - year_start(year);
    let mut month = 1;
    while day >= month_days(year, month) {
        day -= month_days(year, month);
        month += 1;
    }
    (year, month, day + 1)
}

/// A number of exactly so many ASCII digits.
pub(crate) fn digits(text: &str, count: usize) -> Option<i64> {
    if text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

/// Reads `YYYY-MM-DD`.
pub(crate) fn date(text: &str) -> Option<i64> {
    let [year, month, day]: [&str; 3] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
    civil(digits(year, 4)?, digits(month, 2)?, digits(day, 2)?)
}

/// Reads an RFC 3339 instant, exact to the second, with an offset; a space may stand for the `T`, as
/// the RFC allows for readability.
pub(crate) fn instant(text: &str) -> Option<i64> {
    if !text.is_ascii() || text.len() < 20 {
        return None;
    }
    let date = date(&text[..10])?;
    if !matches!(&text[10..11], "T" | "t" | " ") {
        return None;
    }
    let [hour, minute, second]: [&str; 3] =
        text[11..19].split(':').collect::<Vec<_>>().try_into().ok()?;
    let (hour, minute, second) = (digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let offset = match &text[19..] {
        "Z" | "z" => 0,
        offset => {
            let sign = match offset.as_bytes()[0] {
                b'+' => 1,
                b'-' => -1,
                _ => return None,
            };
            let (hours, minutes) = offset[1..].split_once(':')?;
            let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            sign * (hours * 3_600 + minutes * 60)
        }
    };
    Some(date * DAY + hour * 3_600 + minute * 60 + second - offset)
}

/// The Moscow date of an instant.
pub(crate) fn moscow_date(instant: i64) -> i64 {
    (instant + MOSCOW).div_euclid(DAY)
}

/// The instant at which a Moscow date begins.
pub(crate) fn start(date: i64) -> i64 {
    date * DAY - MOSCOW
}

/// The exclusive end of a Moscow date.
pub(crate) fn end(date: i64) -> i64 {
    start(date + 1)
}

/// The day with the same number so many months later, clamped to the end of the month.
pub(crate) fn plus_months(date: i64, months: i64) -> i64 {
    let (year, month, day) = parts(date);
    let count = year * 12 + month - 1 + months;
    let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
    civil(year, month, day.min(month_days(year, month))).expect("a clamped date is real")
}

/// `YYYY-MM-DD`.
pub(crate) fn print_date(date: i64) -> String {
    let (year, month, day) = parts(date);
    format!("{year:04}-{month:02}-{day:02}")
}

/// RFC 3339 in +03:00.
pub(crate) fn print(instant: i64) -> String {
    let date = print_date(moscow_date(instant));
    let second = (instant + MOSCOW).rem_euclid(DAY);
    format!("{date}T{:02}:{:02}:{:02}+03:00", second / 3_600, second / 60 % 60, second % 60)
}
