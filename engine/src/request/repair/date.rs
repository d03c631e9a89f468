//! Dates of birth that were written in another order, with other marks, or with the month as a
//! word.

use crate::identity::birth_date;
use crate::request::script::{digit, is_enclosing, small};
use crate::time::Date;

/// How the months begin, in Russian and in English.
const MONTHS: [[&str; 3]; 12] = [
    ["янв", "янв", "jan"],
    ["фев", "фев", "feb"],
    ["мар", "мар", "mar"],
    ["апр", "апр", "apr"],
    ["мая", "май", "may"],
    ["июн", "июн", "jun"],
    ["июл", "июл", "jul"],
    ["авг", "авг", "aug"],
    ["сен", "сен", "sep"],
    ["окт", "окт", "oct"],
    ["ноя", "ноя", "nov"],
    ["дек", "дек", "dec"],
];

/// The date as it should be written; `None` where it is none, or could be more than one.
pub(super) fn fixed(text: &str, today: Date) -> Option<String> {
    if birth_date::canonical(text).is_ok() {
        return Some(text.to_owned());
    }
    let mut dates = readings(text, today);
    dates.sort_unstable();
    dates.dedup();
    let [date] = dates[..] else { return None };
    let (year, month, day) = date.ymd();
    Some(format!("{day:02}.{month:02}.{year:04}"))
}

/// Whether this was meant to be a date.
pub(super) fn is_like(text: &str) -> bool {
    let tokens = tokens(text);
    let numbers = tokens.iter().filter(|token| number(token).is_some()).count();
    let month = tokens.iter().any(|token| month(token).is_some());
    let digits: usize = tokens.iter().map(String::len).sum();
    (numbers == 3 && tokens.len() == 3 && (4..=8).contains(&digits))
        || (numbers == 2 && month)
        || (numbers == 1 && tokens.len() == 1 && digits == 8)
}

/// What stands between marks and spaces, without quotation marks and the word for a year.
fn tokens(text: &str) -> Vec<String> {
    let text: String = text.chars().filter(|each| !is_enclosing(*each)).map(small).collect();
    let mut tokens: Vec<String> = text
        .split(|each: char| !each.is_alphanumeric())
        .filter(|token| !token.is_empty())
        .map(str::to_owned)
        .collect();
    let is_year_word = |token: &String| matches!(token.as_str(), "г" | "года" | "год" | "р");
    while tokens.last().is_some_and(is_year_word) {
        tokens.pop();
    }
    if let Some(last) = tokens.last_mut()
        && let Some(year) = last.strip_suffix('г')
    {
        *last = year.to_owned();
    }
    tokens.into_iter().map(|token| digits(&token).unwrap_or(token)).collect()
}

/// Every date that the text can be read as.
fn readings(text: &str, today: Date) -> Vec<Date> {
    let tokens = tokens(text);
    let born = |year: Option<u32>, month: Option<u32>, day: Option<u32>| {
        let (year, month, day) = (year?, u8::try_from(month?).ok()?, u8::try_from(day?).ok()?);
        let date = Date::from_ymd(i16::try_from(year).ok()?, month, day)?;
        (date <= today && date.ymd().0 >= 1900).then_some(date)
    };
    let [first, second, third] = &tokens[..] else {
        let [together] = &tokens[..] else { return Vec::new() };
        let mut dates = of_eight(together).into_iter().filter_map(|[y, m, d]| born(y, m, d));
        return dates.next().into_iter().collect();
    };
    let (one, two, three) = (number(first), number(second), number(third));
    if let Some(month) = month(second) {
        let turned = if first.len() == 4 { (one, three) } else { (three, one) };
        let years = years(turned.0, if first.len() == 4 { first } else { third }, today);
        return years.into_iter().filter_map(|y| born(Some(y), Some(month), turned.1)).collect();
    }
    if first.len() == 4 {
        // The year in front: the month follows, unless it can be none.
        let date = born(one, two, three).or_else(|| born(one, three, two));
        return date.into_iter().collect();
    }
    if first.len() > 2 || second.len() > 2 {
        return Vec::new();
    }
    let mut dates = Vec::new();
    for year in years(three, third, today) {
        let day_first = born(Some(year), two, one);
        let month_first = born(Some(year), one, two);
        // Some countries put the month in front of such marks.
        let either = text.contains(['/', '-']);
        dates.extend(day_first);
        if either || day_first.is_none() {
            dates.extend(month_first);
        }
    }
    // The year in front, which such marks allow too, unless it can be nothing else.
    let either = text.contains(['/', '-']);
    if third.len() == 2 && (either || one.is_some_and(|one| one > 31)) {
        let years = years(one, first, today);
        dates.extend(years.into_iter().filter_map(|year| born(Some(year), two, three)));
    }
    dates
}

/// Years, months and days of eight digits without marks, the likeliest first.
fn of_eight(token: &str) -> Vec<[Option<u32>; 3]> {
    let Some(digits) = digits(token).filter(|digits| digits.len() == 8) else {
        return Vec::new();
    };
    let part = |from: usize, to: usize| digits[from..to].parse().ok();
    vec![
        [part(4, 8), part(2, 4), part(0, 2)],
        [part(0, 4), part(4, 6), part(6, 8)],
        [part(4, 8), part(0, 2), part(2, 4)],
    ]
}

/// The years that a number of four or two digits can be.
fn years(year: Option<u32>, written: &str, today: Date) -> Vec<u32> {
    let Some(year) = year else { return Vec::new() };
    let last = u32::try_from(today.ymd().0).unwrap_or_default();
    match written.len() {
        4 => vec![year],
        2 => [1900 + year, 2000 + year].into_iter().filter(|year| *year <= last).collect(),
        _ => Vec::new(),
    }
}

fn month(token: &str) -> Option<u32> {
    let beginning: String = token.chars().take(3).collect();
    let is_month = |names: &[&str; 3]| names.contains(&beginning.as_str());
    MONTHS.iter().position(is_month).map(|place| place as u32 + 1)
}

fn digits(token: &str) -> Option<String> {
    let own = token.bytes().filter(u8::is_ascii_digit).count();
    let digits: String = token.chars().map(digit).collect::<Option<_>>()?;
    (own * 2 >= digits.len()).then_some(digits)
}

fn number(token: &str) -> Option<u32> {
    digits(token)?.parse().ok()
}
