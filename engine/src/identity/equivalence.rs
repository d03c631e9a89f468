//! Whether two different values may be the same name written in two ways.

use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// Whether the two canonical forms are the same without diacritics, or under ICAO Doc 9303 (which
/// Russian passports follow since 2013) or GOST R 52535.1-2006 (2010 to 2013). O(length).
#[must_use]
pub fn equivalent(one: &str, other: &str) -> bool {
    let schemes: [fn(char) -> Option<&'static str>; 3] = [|_| None, icao_9303, gost_52535];
    schemes.iter().any(|scheme| written(one, *scheme) == written(other, *scheme))
}

fn written(text: &str, scheme: fn(char) -> Option<&'static str>) -> String {
    let mut latin = String::with_capacity(text.len());
    for letter in text.chars() {
        match scheme(letter) {
            Some(letters) => latin.push_str(letters),
            None => latin.push(letter),
        }
    }
    let mark = |letter: &char| letter.general_category_group() == GeneralCategoryGroup::Mark;
    latin.nfd().filter(|letter| !mark(letter)).nfc().collect()
}

fn icao_9303(letter: char) -> Option<&'static str> {
    const LATIN: [&str; 32] = [
        "A", "B", "V", "G", "D", "E", "ZH", "Z", "I", "I", "K", "L", "M", "N", "O", "P", "R", "S",
        "T", "U", "F", "KH", "TS", "CH", "SH", "SHCH", "IE", "Y", "", "E", "IU", "IA",
    ];
    match letter {
        'А'..='Я' => LATIN.get(letter as usize - 'А' as usize).copied(),
        'Ё' => Some("E"),
        'І' | 'Ї' => Some("I"),
        'Є' => Some("IE"),
        'Ў' => Some("U"),
        _ => None,
    }
}

fn gost_52535(letter: char) -> Option<&'static str> {
    match letter {
        'Ц' => Some("TC"),
        'Ъ' => Some(""),
        _ => icao_9303(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::equivalent;

    #[test]
    fn a_name_and_its_passport_spelling_are_equivalent() {
        for (one, other) in [
            ("ЩЕРБАКОВ", "SHCHERBAKOV"),
            ("ЦОЙ", "TSOI"),
            ("ЦОЙ", "TCOI"),
            ("ПОДЪЯЧЕВ", "PODIEIACHEV"),
            ("ŞAHIN", "SAHIN"),
        ] {
            assert!(equivalent(one, other), "{one} {other}");
        }
        assert!(!equivalent("ИВАНОВ", "IVANOVA"));
        assert!(!equivalent("MÜLLER", "MUELLER"));
    }
}
