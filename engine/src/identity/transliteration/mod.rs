//! Whether two different spellings are one name, and which published rule makes them so.
//!
//! Russian names were written in Latin letters by one order after another, and a person has papers
//! of several of them. Two spellings are one name where they are the same without diacritics, where
//! a machine-readable zone writes them alike, where one regime writes the Cyrillic one as the Latin
//! one, or where two regimes write some Cyrillic name as the one and as the other. Letters that a
//! canonical name does not have (Ё, small letters) are never met here. Regimes that write the hard and
//! the soft sign by apostrophes and the like are also followed where these were left out.
//!
//! A letter that no rule explains is another letter: names that differ in one are different names.

mod latin;
mod letters;
mod regimes;
mod respelt;
#[cfg(test)]
mod tests;
mod words;
mod written;

use core::fmt;

use crate::verdict::words;
use words::{Script, Word};

words! {
    /// A published rule by which names are spelt, in the order in which one is looked for: what is
    /// in force before what was.
    Regime {
        /// The same letters without their diacritics.
        WithoutDiacritics = "without_diacritics",
        /// Latin letters as a machine-readable zone writes them: Ö as OE, Å as AA, without
        /// apostrophes (ICAO Doc 9303).
        Icao9303Latin = "icao_9303_latin",
        /// ICAO Doc 9303: passports by order 320 of the migration service of 2012 and later ones,
        /// driving licences by order 995 of the ministry of the interior of 2015.
        Icao9303 = "icao_9303",
        /// GOST R 52535.1-2006: passports by order 26 of the migration service of 2010.
        GostR52535 = "gost_r_52535_1",
        /// Order 310 of the ministry of the interior of 1997, annex 7: passports to 2010.
        Mvd310 = "mvd_310",
        /// Order 782 of the ministry of the interior of 2000: driving licences to 2015.
        Mvd782 = "mvd_782",
        /// BGN/PCGN 1947, with and without its apostrophes, dots and two dots.
        BgnPcgn = "bgn_pcgn",
        /// ISO 9:1995, which is GOST 7.79-2000 system A.
        Iso9 = "iso_9",
        /// The same with its diacritics lost.
        Iso9Bare = "iso_9_without_diacritics",
        /// GOST 7.79-2000 system B.
        Gost779B = "gost_7_79_b",
        /// Order 310 of 1997, annex 6: French spelling, passports with the arms of the USSR.
        Mvd310French = "mvd_310_french",
    }
}

/// What makes two spellings one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Explanation {
    /// They are the same under one regime.
    One(Regime),
    /// There is a Cyrillic name that the first regime writes as the one and the second as the other.
    Two(Regime, Regime),
}

/// More letters than a name has; longer texts are never explained, so that none takes long.
const LETTERS_MAX: usize = 128;
/// More letters than a word of a name has, for explanations by two regimes.
const WORD_LETTERS_MAX: usize = 32;

impl fmt::Display for Explanation {
    /// The written name; the two of two regimes with a slash between.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Explanation::One(regime) => write!(f, "{regime}"),
            Explanation::Two(one, other) => write!(f, "{one}/{other}"),
        }
    }
}

impl Explanation {
    /// The same for the two spellings in the other order.
    #[must_use]
    pub fn turned(self) -> Self {
        match self {
            Explanation::One(_) => self,
            Explanation::Two(one, other) => Explanation::Two(other, one),
        }
    }
}

/// What makes two canonical spellings one name: the first regime that does, else the first two that
/// do; `None` where they are different names.
#[must_use]
pub fn explain(one: &str, other: &str) -> Option<Explanation> {
    if latin::same_without_diacritics(one, other) {
        return Some(Explanation::One(Regime::WithoutDiacritics));
    }
    // Numbers and dates have but one spelling.
    if ![one, other].iter().all(|text| text.chars().any(char::is_alphabetic)) {
        return None;
    }
    let pairs = words::pairs(one, other)?;
    let by_one = Regime::ALL
        .iter()
        .skip(1)
        .find(|regime| pairs.iter().all(|(one, other)| agree(**regime, one, other)));
    if let Some(regime) = by_one {
        return Some(Explanation::One(*regime));
    }
    respelt::regimes(&pairs).map(|(one, other)| Explanation::Two(one, other))
}

/// Whether two canonical spellings are one name.
#[must_use]
pub fn equivalent(one: &str, other: &str) -> bool {
    explain(one, other).is_some()
}

impl Regime {
    /// Whether this regime makes the two canonical spellings one.
    #[must_use]
    pub fn explains(self, one: &str, other: &str) -> bool {
        if self == Regime::WithoutDiacritics {
            return latin::same_without_diacritics(one, other);
        }
        let pairs = words::pairs(one, other);
        pairs.is_some_and(|pairs| pairs.iter().all(|(one, other)| agree(self, one, other)))
    }
}

/// Whether a regime makes two words one.
fn agree(regime: Regime, one: &Word, other: &Word) -> bool {
    if one.is_plainly(other) {
        return true;
    }
    let Some(table) = regimes::table(regime) else {
        return regime == Regime::Icao9303Latin && latin::same_in_zone(one, other);
    };
    match (one.script, other.script) {
        (Script::Cyrillic, Script::Latin) => written::writes(table, one, other),
        (Script::Latin, Script::Cyrillic) => written::writes(table, other, one),
        (Script::Cyrillic, Script::Cyrillic) => {
            regime.is_plain() && written::writes_alike(table, one, other)
        }
        _ => false,
    }
}

impl Regime {
    /// Whether it writes each letter in one way wherever it stands and loses little: two Cyrillic
    /// spellings are compared by such regimes alone.
    fn is_plain(self) -> bool {
        matches!(self, Regime::Icao9303 | Regime::GostR52535)
    }
}
