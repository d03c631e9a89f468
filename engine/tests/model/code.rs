//! Codes: what kind a text is, and its canonical symbols.

use super::{policy, time};

/// A well-formed code, in canonical symbols.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Code {
    Permit(String),
    Certificate(String),
    Card(String),
}

impl Code {
    /// The written kind.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Code::Permit(_) => "permit",
            Code::Certificate(_) => "certificate",
            Code::Card(_) => "card",
        }
    }
}

const CROCKFORD: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The twelve Cyrillic capitals that look like Latin ones, pair by pair.
pub(crate) const PAIRS: [(char, char); 12] = [
    ('А', 'A'),
    ('В', 'B'),
    ('Е', 'E'),
    ('К', 'K'),
    ('М', 'M'),
    ('Н', 'H'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('Т', 'T'),
    ('У', 'Y'),
    ('Х', 'X'),
];

/// The Latin look-alike of one of the twelve Cyrillic capitals, or the letter itself.
pub(crate) fn to_latin(letter: char) -> char {
    PAIRS.iter().find(|pair| pair.0 == letter).map_or(letter, |pair| pair.1)
}

/// The Cyrillic look-alike of one of the twelve Latin capitals, or the letter itself.
pub(crate) fn to_cyrillic(letter: char) -> char {
    PAIRS.iter().find(|pair| pair.1 == letter).map_or(letter, |pair| pair.0)
}

/// Raises an ASCII letter, or one of the twelve small Cyrillic ones; then folds the twelve to Latin.
fn fold(symbol: char) -> char {
    const SMALL: &str = "авекмнорстух";
    let raised = match SMALL.chars().position(|small| small == symbol) {
        Some(place) => PAIRS[place].0,
        None => symbol.to_ascii_uppercase(),
    };
    to_latin(raised)
}

/// Reads a code. A stretch that is not UTF-8 is one wrong symbol.
pub(crate) fn decode(code: &[u8]) -> Result<Code, &'static str> {
    let text = String::from_utf8_lossy(code);
    let text = text.trim();
    if text.is_empty() {
        return Err("empty");
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        return token(address(scheme, rest)?);
    }
    let symbols: Vec<char> = text.chars().collect();
    if symbols.len() == 26 {
        return token(text);
    }
    let symbols = without_separators(symbols);
    match symbols.len() {
        16 => permit(&symbols),
        9 => card(&symbols),
        _ => Err("length"),
    }
}

/// The value of `id` in a certificate's address.
fn address<'text>(scheme: &str, rest: &'text str) -> Result<&'text str, &'static str> {
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(authority_end);
    if !authority.eq_ignore_ascii_case(policy::HOST) {
        return Err("host");
    }
    if scheme != "https" || tail.contains(['#', '%']) {
        return Err("url");
    }
    let Some((path, query)) = tail.split_once('?') else { return Err("url") };
    if path != "/qr" || query.contains('&') {
        return Err("url");
    }
    query.strip_prefix("id=").ok_or("url")
}

/// A token of 26 symbols of Crockford Base32.
fn token(text: &str) -> Result<Code, &'static str> {
    if text.chars().count() != 26 {
        return Err("length");
    }
    let mut canonical = String::new();
    for symbol in text.chars() {
        let symbol = match symbol.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            symbol => symbol,
        };
        if !CROCKFORD.contains(symbol) {
            return Err("symbol");
        }
        canonical.push(symbol);
    }
    if !('0'..='7').contains(&canonical.chars().next().expect("26 symbols")) {
        return Err("non_canonical");
    }
    Ok(Code::Certificate(canonical))
}

/// Takes out the three separators of a grouped permit, or the space of a card.
fn without_separators(symbols: Vec<char>) -> Vec<char> {
    let places: &[usize] = match symbols.len() {
        19 if [4, 9, 14].iter().all(|place| matches!(symbols[*place], ' ' | '-')) => &[4, 9, 14],
        10 if symbols[2] == ' ' => &[2],
        _ => &[],
    };
    let kept = symbols.iter().enumerate().filter(|(place, _)| !places.contains(place));
    kept.map(|(_, symbol)| *symbol).collect()
}

/// A permit: the day and the month of its end, and twelve more symbols.
fn permit(symbols: &[char]) -> Result<Code, &'static str> {
    let canonical: String = symbols.iter().copied().map(fold).collect();
    let good = canonical.chars().enumerate().all(|(place, symbol)| {
        symbol.is_ascii_digit() || (place >= 4 && symbol.is_ascii_uppercase())
    });
    if !good {
        return Err("symbol");
    }
    let day = time::digits(&canonical[..2], 2).expect("two digits");
    let month = time::digits(&canonical[2..4], 2).expect("two digits");
    // 2020 is a leap year, so 29 February is a date.
    if time::civil(2020, month, day).is_none() {
        return Err("expiry_date");
    }
    Ok(Code::Permit(canonical))
}

/// An e-card: two letters and seven digits. The real format is not public.
fn card(symbols: &[char]) -> Result<Code, &'static str> {
    let canonical: String = symbols.iter().copied().map(fold).collect();
    let good = canonical.chars().enumerate().all(|(place, symbol)| {
        if place < 2 { symbol.is_ascii_uppercase() } else { symbol.is_ascii_digit() }
    });
    if good { Ok(Code::Card(canonical)) } else { Err("symbol") }
}
