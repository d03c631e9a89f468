//! Which published rule makes two spellings one name, by trying everything.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// Longer texts and words than these are not tried.
const TEXT_MAX: usize = 128;
const WORD_MAX: usize = 32;

/// The regimes that write Cyrillic letters, what is in force before what was, and how they write А to Я
/// where nothing else is said: `-` is nothing.
const TABLES: [(&str, &str); 9] = [
    ("icao_9303", "A B V G D E ZH Z I I K L M N O P R S T U F KH TS CH SH SHCH IE Y - E IU IA"),
    ("gost_r_52535_1", "A B V G D E ZH Z I I K L M N O P R S T U F KH TC CH SH SHCH - Y - E IU IA"),
    ("mvd_310", "A B V G D E ZH Z I Y K L M N O P R S T U F KH TS CH SH SHCH - Y - E YU YA"),
    ("mvd_782", "A B V G D E ZH Z I Y K L M N O P R S T U F KH TS CH SH SHCH - Y - E YU YA"),
    ("bgn_pcgn", "A B V G D E ZH Z I Y K L M N O P R S T U F KH TS CH SH SHCH - Y - E YU YA"),
    ("iso_9", "A B V G D E Ž Z I J K L M N O P R S T U F H C Č Š Ŝ - Y - È Û Â"),
    ("iso_9_without_diacritics", "A B V G D E Z Z I J K L M N O P R S T U F H C C S S - Y - E U A"),
    ("gost_7_79_b", "A B V G D E ZH Z I J K L M N O P R S T U F X CZ CH SH SHH - Y - E YU YA"),
    (
        "mvd_310_french",
        "A B V G D E J Z I I K L M N O P R S T OU F KH TS TCH CH CHTCH - Y - E IOU IA",
    ),
];

/// The letters of other alphabets that some regimes write.
const OTHERS: [(&str, &str, &str); 2] = [
    ("icao_9303 gost_r_52535_1", "ІЇЄҐЎ", "I I IE G U"),
    ("iso_9_without_diacritics", "ІЇЄҐЎ", "I I E G U"),
];
const OTHERS_ISO: &str = "Ì Ï Ê G Ŭ";

const VOWELS: &str = "АЕИОУЫЭЮЯІЇЄ";
const FRONT_VOWELS: &str = "ЕИЫЭІЇЄ";
const HUSHES: &str = "ЖЧШЩ";

/// Two words, one of each spelling.
type Pair = (Vec<char>, Vec<char>);

/// The written name of the rule that makes two different canonical spellings one; of two rules both.
pub(crate) fn explanation(one: &str, other: &str) -> Option<String> {
    if without_diacritics(one) == without_diacritics(other) {
        return Some("without_diacritics".to_owned());
    }
    let is_name = |text: &str| text.chars().any(char::is_alphabetic);
    let is_short = |text: &str| text.chars().count() <= TEXT_MAX;
    if ![one, other].iter().all(|text| is_name(text) && is_short(text)) {
        return None;
    }
    let (words, separators) = words(one);
    let (other_words, other_separators) = self::words(other);
    if separators != other_separators {
        return None;
    }
    let pairs: Vec<Pair> = words.into_iter().zip(other_words).collect();
    let all = |is_one: &dyn Fn(&[char], &[char]) -> bool| {
        pairs.iter().all(|(one, other)| plain(one) == plain(other) || is_one(one, other))
    };
    if all(&|one, other| !zone(one).is_disjoint(&zone(other))) {
        return Some("icao_9303_latin".to_owned());
    }
    for (regime, _) in TABLES {
        if all(&|one, other| agree(regime, one, other)) {
            return Some(regime.to_owned());
        }
    }
    let is_latin = |word: &[char]| !is_cyrillic(word) && word.len() <= WORD_MAX;
    if !pairs.iter().all(|(one, other)| is_latin(one) && is_latin(other)) {
        return None;
    }
    // The Cyrillic words that may lie behind each pair, whatever the regimes.
    let behind: Vec<BTreeSet<Vec<char>>> = pairs
        .iter()
        .map(|(one, other)| {
            let mut found = BTreeSet::new();
            lie_behind(one, other, &mut Vec::new(), &mut BTreeSet::new(), &mut found);
            found
        })
        .collect();
    let regimes = || {
        TABLES
            .iter()
            .map(|(regime, _)| *regime)
            .filter(|regime| !regime.ends_with("without_diacritics"))
    };
    for regime in regimes() {
        for other_regime in regimes().filter(|other| *other != regime) {
            let is_one = |((one, other), behind): (&Pair, &BTreeSet<Vec<char>>)| {
                plain(one) == plain(other)
                    || behind.iter().any(|word| {
                        writes(regime, word, 0, one) && writes(other_regime, word, 0, other)
                    })
            };
            if pairs.iter().zip(&behind).all(is_one) {
                return Some(format!("{regime}/{other_regime}"));
            }
        }
    }
    None
}

/// Where an explanation stands among all: those by one regime first, what is in force before what was.
pub(crate) fn order(explanation: &str) -> (usize, Vec<usize>) {
    let names = ["without_diacritics", "icao_9303_latin"].into_iter();
    let names: Vec<&str> = names.chain(TABLES.iter().map(|(name, _)| *name)).collect();
    let place = |regime: &str| names.iter().position(|name| *name == regime).expect("a regime");
    let places: Vec<usize> = explanation.split('/').map(place).collect();
    (places.len(), places)
}

/// The text with its combining marks taken off.
fn without_diacritics(text: &str) -> String {
    let is_mark = |symbol: &char| symbol.general_category_group() == GeneralCategoryGroup::Mark;
    text.nfd().filter(|symbol| !is_mark(symbol)).nfc().collect()
}

/// The words of a text and what stands behind each, without dots and loose marks; the hard sign of some
/// regimes is a quotation mark.
fn words(text: &str) -> (Vec<Vec<char>>, String) {
    let text: String = text.nfc().collect();
    let separators = text.chars().filter(|symbol| matches!(symbol, ' ' | '-')).collect();
    let mut words: Vec<Vec<char>> = text
        .split([' ', '-'])
        .map(|word| {
            let kept = word.chars().filter(|s| !matches!(s, '\u{B7}' | '\u{300}'..='\u{36F}'));
            kept.map(|s| if matches!(s, '\u{2BA}' | '\u{201D}') { '"' } else { s }).collect()
        })
        .collect();
    // Nothing behind the last separator is no word.
    if words.len() > 1 && text.ends_with([' ', '-']) {
        words.pop();
    }
    (words, separators)
}

fn is_cyrillic(word: &[char]) -> bool {
    word.iter().any(|symbol| ('\u{400}'..='\u{52F}').contains(symbol))
}

/// A letter without its diacritics.
fn bare(letter: char) -> char {
    std::iter::once(letter).nfd().next().expect("a letter")
}

fn plain(word: &[char]) -> Vec<char> {
    word.iter().map(|letter| bare(*letter)).collect()
}

/// Every way in which a machine-readable zone may write a word.
fn zone(word: &[char]) -> BTreeSet<String> {
    let mut written = BTreeSet::from([String::new()]);
    for letter in word.iter().filter(|letter| **letter != '\'') {
        let mut ways = vec![bare(*letter).to_string()];
        let more = match letter {
            'Ä' | 'Æ' => "AE",
            'Å' => "AA",
            'Ö' | 'Ø' | 'Œ' => "OE",
            'Ü' => "UE",
            'ß' | 'ẞ' => "SS",
            'Þ' => "TH",
            'Ð' | 'Đ' => "D",
            'Ħ' => "H",
            'Ł' => "L",
            'Ŋ' => "N",
            'Ŧ' => "T",
            'ĸ' => "Q",
            _ => "",
        };
        ways.extend((!more.is_empty()).then(|| more.to_owned()));
        ways.extend((*letter == 'Ø').then(|| "O".to_owned()));
        written = written
            .iter()
            .flat_map(|before| ways.iter().map(move |way| format!("{before}{way}")))
            .collect();
    }
    written
}

/// Whether a regime makes two words one.
fn agree(regime: &str, one: &[char], other: &[char]) -> bool {
    match (is_cyrillic(one), is_cyrillic(other)) {
        (true, false) => writes(regime, one, 0, other),
        (false, true) => writes(regime, other, 0, one),
        (true, true) if matches!(regime, "icao_9303" | "gost_r_52535_1") => {
            let written = |word: &[char]| -> String {
                word.iter()
                    .map(|letter| usual(regime, *letter).unwrap_or(bare(*letter).to_string()))
                    .collect()
            };
            written(one) == written(other)
        }
        _ => false,
    }
}

/// What a regime writes for a letter where nothing else is said.
fn usual(regime: &str, letter: char) -> Option<String> {
    let pick = |texts: &str, place: usize| {
        let text = texts.split(' ').nth(place).expect("a text");
        Some(if text == "-" { String::new() } else { text.to_owned() })
    };
    if ('А'..='Я').contains(&letter) {
        let (_, texts) = TABLES.iter().find(|(name, _)| *name == regime).expect(regime);
        return pick(texts, letter as usize - 'А' as usize);
    }
    let place = OTHERS[0].1.chars().position(|other| other == letter)?;
    if regime == "iso_9" {
        return pick(OTHERS_ISO, place);
    }
    let (_, _, texts) = OTHERS.iter().find(|(names, ..)| names.split(' ').any(|n| n == regime))?;
    pick(texts, place)
}

/// How the letters from a place on may be written: how many of them, and as what.
fn ways(regime: &str, word: &[char], at: usize) -> Vec<(usize, String)> {
    let letter = word[at];
    let before = at.checked_sub(1).map(|place| word[place]);
    let next = word.get(at + 1).copied();
    let is = |letter: Option<char>, set: &str| letter.is_some_and(|letter| set.contains(letter));
    let Some(usual) = usual(regime, letter) else {
        // What no regime writes stands for itself, and an apostrophe may be left out.
        let mut ways = vec![(1, letter.to_string())];
        ways.extend((letter == '\'').then(|| (1, String::new())));
        return ways;
    };
    let is_letter = before.is_some_and(|letter| {
        ('А'..='Я').contains(&letter) || self::usual(regime, letter).is_some()
    });
    let at_edge = before.is_none() || !(is_letter || before == Some('\''));
    let after_sign = is(before, "ЬЪ'");
    let after_vowel = is(before, VOWELS);
    let after_consonant = !(at_edge || after_sign || after_vowel || before == Some('Й'));
    let one = |text: &str| (1, text.to_owned());
    let mut ways = vec![(1, usual)];
    let signs = match regime {
        "mvd_310" | "bgn_pcgn" => [vec!["\""], vec!["'"]],
        "mvd_782" => [vec!["'"], vec!["'"]],
        "iso_9" => [vec!["\"", "''"], vec!["'"]],
        "gost_7_79_b" => [vec!["''"], vec!["'"]],
        _ => [vec![], vec![]],
    };
    match letter {
        'Ъ' => ways.extend(signs[0].iter().map(|text| one(text))),
        'Ь' => ways.extend(signs[1].iter().map(|text| one(text))),
        'Ы' if regime == "gost_7_79_b" => ways.push(one("Y'")),
        'Э' if regime == "gost_7_79_b" => ways.push(one("E'")),
        _ => {}
    }
    match (regime, letter) {
        ("icao_9303", 'Е') => ways.push(one("IO")),
        ("mvd_310", 'Е') => ways.push(one("YE")),
        ("gost_7_79_b", 'Е') => ways.push(one("YO")),
        ("mvd_782", 'Е') => {
            let texts = if at_edge || after_sign || after_vowel {
                ["YE", "YO"]
            } else if is(before, HUSHES) {
                ["E", "E"]
            } else {
                ["E", "YE"]
            };
            ways = texts.map(one).to_vec();
        }
        ("mvd_782", 'И') if before == Some('Ь') => ways = vec![one("YI")],
        ("bgn_pcgn", 'Е') => {
            ways = vec![one(if after_consonant { "E" } else { "YE" }), one("YO")];
        }
        ("mvd_310" | "mvd_310_french", 'К') if next == Some('С') => {
            ways.push((2, "X".to_owned()));
        }
        ("mvd_310" | "bgn_pcgn", 'И' | 'Ы') if next == Some('Й') && at + 2 == word.len() => {
            ways.push((2, "Y".to_owned()));
        }
        ("gost_7_79_b", 'Ц') if is(next, FRONT_VOWELS) => ways.push(one("C")),
        ("mvd_310_french", 'Е') if before == Some('Ь') => ways.push(one("IE")),
        ("mvd_310_french", 'Г') if is(next, FRONT_VOWELS) => ways.push(one("GU")),
        ("mvd_310_french", 'С') if after_vowel && is(next, VOWELS) => ways.push(one("SS")),
        ("mvd_310_french", 'Н') if before == Some('И') && next.is_none() => ways.push(one("NE")),
        _ => {}
    }
    ways
}

/// Whether a regime writes the Cyrillic word from a place on as the Latin letters.
fn writes(regime: &str, word: &[char], at: usize, latin: &[char]) -> bool {
    if at == word.len() {
        return latin.is_empty();
    }
    ways(regime, word, at).iter().any(|(letters, text)| {
        after(latin, text).is_some_and(|rest| writes(regime, word, at + letters, rest))
    })
}

/// The Latin letters behind a text with which they begin: what a table writes without a diacritic may
/// have one.
fn after<'l>(latin: &'l [char], text: &str) -> Option<&'l [char]> {
    let mut rest = latin;
    for letter in text.chars() {
        let (first, others) = rest.split_first()?;
        if !(*first == letter || (letter.is_ascii() && bare(*first) == letter)) {
            return None;
        }
        rest = others;
    }
    Some(rest)
}

/// The Cyrillic words that may lie behind two Latin ones: each letter is written in some way of some
/// regime in both, wherever it stands.
fn lie_behind(
    one: &[char],
    other: &[char],
    word: &mut Vec<char>,
    dead: &mut BTreeSet<(usize, usize, Option<char>)>,
    found: &mut BTreeSet<Vec<char>>,
) {
    let state = (one.len(), other.len(), word.last().copied());
    if dead.contains(&state) {
        return;
    }
    let before = found.len();
    if one.is_empty() && other.is_empty() {
        found.insert(word.clone());
    }
    for letter in 'А'..='Я' {
        let after_consonant =
            word.last().is_some_and(|l| !VOWELS.contains(*l) && !"ЙЬЪ".contains(*l));
        if "ЬЪ".contains(letter) && !after_consonant {
            continue;
        }
        for text in texts(letter) {
            for other_text in texts(letter) {
                let rests = after(one, text).zip(after(other, other_text));
                if let Some((rest, other_rest)) = rests {
                    word.push(letter);
                    lie_behind(rest, other_rest, word, dead, found);
                    word.pop();
                }
            }
        }
    }
    if found.len() == before {
        dead.insert(state);
    }
}

/// Every text that some regime writes for a letter somewhere.
fn texts(letter: char) -> Vec<&'static str> {
    let place = letter as usize - 'А' as usize;
    let usual = TABLES.iter().map(|(_, texts)| texts.split(' ').nth(place).expect("a text"));
    let mut texts: BTreeSet<&str> = usual.map(|text| if text == "-" { "" } else { text }).collect();
    texts.extend(match letter {
        'Е' => &["IO", "YE", "YO", "IE"][..],
        'И' => &["YI", ""],
        'Ы' => &["Y'", ""],
        'Э' => &["E'"],
        'Ъ' => &["\"", "'", "''"],
        'Ь' => &["'"],
        'К' => &[""],
        'С' => &["X", "SS"],
        'Й' => &["Y"],
        'Ц' => &["C"],
        'Г' => &["GU"],
        'Н' => &["NE"],
        _ => &[],
    });
    texts.into_iter().collect()
}
