//! The canonical forms of everything that tells who somebody is.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use super::code::{PAIRS, to_cyrillic, to_latin};
use super::time;

/// A canonical form, or the reason why there is none.
pub(crate) type Canonical<T = String> = Result<T, &'static str>;

fn is_dash(symbol: char) -> bool {
    matches!(
        symbol,
        '\u{002D}' | '\u{2010}'
            ..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}'
    )
}

fn is_apostrophe(symbol: char) -> bool {
    matches!(
        symbol,
        '\u{0027}'
            | '\u{0060}'
            | '\u{00B4}'
            | '\u{02B9}'
            | '\u{02BB}'
            | '\u{02BC}'
            | '\u{2018}'
            | '\u{2019}'
            | '\u{201B}'
            | '\u{2032}'
            | '\u{FF07}'
    )
}

/// The two maps: every dash to `-`, every apostrophe to `'`.
fn two_maps(text: &str) -> String {
    let map = |symbol| match symbol {
        dash if is_dash(dash) => '-',
        apostrophe if is_apostrophe(apostrophe) => '\'',
        other => other,
    };
    text.chars().map(map).collect()
}

fn nfkc(text: &str) -> String {
    text.nfkc().collect()
}

fn is_letter(symbol: char) -> bool {
    symbol.general_category_group() == GeneralCategoryGroup::Letter
}

/// A letter of the Cyrillic script.
pub(crate) fn is_cyrillic(symbol: char) -> bool {
    let block = matches!(
        symbol,
        '\u{0400}'..='\u{052F}'
            | '\u{1C80}'..='\u{1C8F}'
            | '\u{1D2B}'
            | '\u{1D78}'
            | '\u{A640}'..='\u{A69F}'
            | '\u{1E030}'..='\u{1E08F}'
    );
    block && is_letter(symbol)
}

/// A letter of the Latin script.
pub(crate) fn is_latin(symbol: char) -> bool {
    let block = matches!(
        symbol,
        'A'..='Z'
            | 'a'..='z'
            | '\u{00AA}'
            | '\u{00BA}'
            | '\u{00C0}'..='\u{00D6}'
            | '\u{00D8}'..='\u{00F6}'
            | '\u{00F8}'..='\u{02B8}'
            | '\u{02E0}'..='\u{02E4}'
            | '\u{1D00}'..='\u{1D25}'
            | '\u{1D2C}'..='\u{1D5C}'
            | '\u{1D62}'..='\u{1D65}'
            | '\u{1D6B}'..='\u{1D77}'
            | '\u{1D79}'..='\u{1DBE}'
            | '\u{1E00}'..='\u{1EFF}'
            | '\u{2071}'
            | '\u{207F}'
            | '\u{2090}'..='\u{209C}'
            | '\u{212A}'..='\u{212B}'
            | '\u{2132}'
            | '\u{214E}'
            | '\u{2183}'..='\u{2184}'
            | '\u{2C60}'..='\u{2C7F}'
            | '\u{A722}'..='\u{A787}'
            | '\u{A78B}'..='\u{A7FF}'
            | '\u{AB30}'..='\u{AB5A}'
            | '\u{AB5C}'..='\u{AB64}'
            | '\u{AB66}'..='\u{AB69}'
            | '\u{FB00}'..='\u{FB06}'
            | '\u{FF21}'..='\u{FF3A}'
            | '\u{FF41}'..='\u{FF5A}'
            | '\u{10780}'..='\u{107BA}'
            | '\u{1DF00}'..='\u{1DF2A}'
    );
    block && is_letter(symbol)
}

/// Dashes and apostrophes, compatibility forms, capitals, spaces and the letter Ё.
fn plain_name(text: &str) -> String {
    let text = nfkc(&two_maps(text));
    let text = two_maps(&nfkc(&text.to_uppercase()));
    let words: Vec<&str> = text.split_whitespace().collect();
    let parts: Vec<String> =
        words.join(" ").split('-').map(|part| part.trim().to_owned()).collect();
    parts.join("-").replace('Ё', "Е")
}

/// Brings a word that has letters of both scripts to one.
fn one_script(word: &str) -> Canonical {
    let cyrillic = word.chars().any(is_cyrillic);
    let latin = word.chars().any(is_latin);
    if !(cyrillic && latin) {
        return Ok(word.to_owned());
    }
    let owned_cyrillic =
        word.chars().any(|letter| is_cyrillic(letter) && PAIRS.iter().all(|p| p.0 != letter));
    let owned_latin =
        word.chars().any(|letter| is_latin(letter) && PAIRS.iter().all(|p| p.1 != letter));
    match (owned_cyrillic, owned_latin) {
        (true, true) => Err("mixed_script"),
        (false, true) => Ok(word.chars().map(to_latin).collect()),
        (_, false) => Ok(word.chars().map(to_cyrillic).collect()),
    }
}

fn name_once(text: &str) -> Canonical {
    let text = plain_name(text);
    if text.is_empty() {
        return Err("empty");
    }
    let category = |wanted: &[GeneralCategory]| {
        text.chars()
            .any(|symbol| wanted.contains(&symbol.general_category()) && !symbol.is_whitespace())
    };
    if category(&[GeneralCategory::Control, GeneralCategory::Format]) {
        return Err("control");
    }
    if category(&[GeneralCategory::DecimalNumber]) {
        return Err("digit");
    }
    let mut canonical = String::new();
    let mut word = String::new();
    for symbol in text.chars() {
        if symbol == ' ' || symbol == '-' {
            canonical.push_str(&one_script(&word)?);
            canonical.push(symbol);
            word.clear();
        } else {
            word.push(symbol);
        }
    }
    canonical.push_str(&one_script(&word)?);
    Ok(canonical)
}

/// A name. A letter that the folding leaves beside a combining mark can compose with it, so the
/// steps are taken again until nothing changes.
pub(crate) fn name(text: &str) -> Canonical {
    let mut canonical = name_once(text)?;
    loop {
        let again = name_once(&canonical)?;
        if again == canonical {
            return Ok(canonical);
        }
        canonical = again;
    }
}

/// A patronymic, or none.
pub(crate) fn patronymic(text: &str) -> Canonical<Option<String>> {
    match name(text) {
        Err("empty") => Ok(None),
        Ok(word) if matches!(word.as_str(), "-" | "НЕТ" | "NONE") => Ok(None),
        Ok(word) => Ok(Some(word)),
        Err(reason) => Err(reason),
    }
}

/// A date of birth, as the number of the date.
pub(crate) fn birth_date(text: &str) -> Canonical<i64> {
    let dotted: Vec<&str> = text.split('.').collect();
    let read = match dotted.as_slice() {
        [day, month, year] if (day.len(), month.len(), year.len()) == (2, 2, 4) => {
            time::date(&format!("{year}-{month}-{day}"))
        }
        _ => time::date(text),
    };
    let first = time::civil(1900, 1, 1).expect("a real date");
    read.filter(|date| *date >= first).ok_or("date")
}

/// The symbols of a document before any is judged.
fn plain_document(text: &str) -> String {
    let text: String = text.chars().filter(|symbol| *symbol != '№').collect();
    let text: String = nfkc(&text).chars().filter(|s| !s.is_whitespace() && !is_dash(*s)).collect();
    text.to_uppercase().chars().map(to_latin).collect()
}

/// A document: the series, where there is one, and the number as one string. A series alone is the
/// same for everyone who has that series, so it is no document.
pub(crate) fn document(series: &str, number: &str) -> Canonical {
    let text = plain_document(&format!("{series}{number}"));
    if plain_document(number).is_empty() {
        return Err("empty");
    }
    let good = |s: char| s.is_ascii_digit() || s.is_ascii_uppercase() || is_cyrillic(s);
    if !text.chars().all(good) {
        return Err("symbol");
    }
    if text.chars().count() > 20 {
        return Err("length");
    }
    if text.chars().all(|symbol| symbol == '0') {
        return Err("zeros");
    }
    Ok(text)
}

/// A work licence has the form of a document.
pub(crate) fn work_licence(text: &str) -> Canonical {
    document("", text)
}

/// A Russian mobile phone, as `+7` and ten digits.
pub(crate) fn phone(text: &str) -> Canonical {
    let text: String =
        text.chars().filter(|s| !matches!(s, '(' | ')' | '-') && !s.is_whitespace()).collect();
    let ten = match text.chars().count() {
        12 => text.strip_prefix("+7"),
        11 => text.strip_prefix('7').or_else(|| text.strip_prefix('8')),
        10 => Some(text.as_str()),
        _ => None,
    };
    match ten {
        Some(ten) if time::digits(ten, 10).is_some() && ten.starts_with('9') => {
            Ok(format!("+7{ten}"))
        }
        _ => Err("phone"),
    }
}

fn figures(text: &str) -> Vec<u32> {
    text.chars().map(|digit| digit.to_digit(10).expect("a digit")).collect()
}

/// A SNILS: nine digits and their check number.
pub(crate) fn snils(text: &str) -> Canonical {
    let text: String = text.chars().filter(|symbol| !matches!(symbol, '-' | ' ')).collect();
    if time::digits(&text, 11).is_none() {
        return Err("snils");
    }
    let number: u32 = text[..9].parse().expect("nine digits");
    let check: u32 = text[9..].parse().expect("two digits");
    let sum: u32 =
        figures(&text[..9]).iter().zip([9, 8, 7, 6, 5, 4, 3, 2, 1]).map(|(d, w)| d * w).sum();
    let right = match sum % 101 {
        100 => 0,
        rest => rest,
    };
    if number > 1_001_998 && check != right {
        return Err("snils");
    }
    Ok(text)
}

/// An INN: 10 digits with one check digit, or 12 with two.
pub(crate) fn inn(text: &str) -> Canonical {
    let check = |digits: &[u32], weights: &[u32]| {
        digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 % 10
    };
    let good = if time::digits(text, 10).is_some() {
        let digits = figures(text);
        check(&digits, &[2, 4, 10, 3, 5, 9, 4, 6, 8]) == digits[9]
    } else if time::digits(text, 12).is_some() {
        let digits = figures(text);
        check(&digits, &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == digits[10]
            && check(&digits, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == digits[11]
    } else {
        false
    };
    if good { Ok(text.to_owned()) } else { Err("inn") }
}

/// A number plate: a document of 4 to 12 Latin letters and digits.
pub(crate) fn plate(text: &str) -> Canonical {
    match document("", text) {
        Ok(plate) if plate.is_ascii() && (4..=12).contains(&plate.len()) => Ok(plate),
        _ => Err("plate"),
    }
}

/// A Troika card: 10 digits.
pub(crate) fn troika(text: &str) -> Canonical {
    time::digits(text, 10).map(|_| text.to_owned()).ok_or("troika")
}

/// A Strelka card: 11 digits.
pub(crate) fn strelka(text: &str) -> Canonical {
    time::digits(text, 11).map(|_| text.to_owned()).ok_or("strelka")
}
