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
    let regimes = || {
        TABLES
            .iter()
            .map(|(regime, _)| *regime)
            .filter(|regime| !regime.ends_with("without_diacritics"))
    };
    for regime in regimes() {
        for other_regime in regimes().filter(|other| *other != regime) {
            if all(&|one, other| is_respelt([regime, other_regime], [one, other])) {
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
        after(regime, latin, text).is_some_and(|rest| writes(regime, word, at + letters, rest))
    })
}

/// The Latin letters behind a text with which they begin: what a regime writes without a diacritic may
/// have one, unless that is another letter of the regime.
fn after<'l>(regime: &str, latin: &'l [char], text: &str) -> Option<&'l [char]> {
    let is_apart = |letter| regime == "iso_9" && "ŽČŠŜÈÛÂÌÏÊŬ".contains(letter);
    let mut rest = latin;
    for letter in text.chars() {
        let (first, others) = rest.split_first()?;
        if !(*first == letter || (letter.is_ascii() && bare(*first) == letter && !is_apart(*first)))
        {
            return None;
        }
        rest = others;
    }
    Some(rest)
}

/// A Cyrillic word that is thought of letter by letter: its last letter but one, its last, whether no
/// other may follow; and of each Latin word how many letters stand for what comes before the last letter,
/// and whether they stand for the last one too.
type Thought = (Option<char>, char, bool, [(usize, bool); 2]);

/// Whether there is a Cyrillic word that the regimes write as the two words.
fn is_respelt(regimes: [&str; 2], words: [&[char]; 2]) -> bool {
    let mut open: Vec<Thought> = ('А'..='Я')
        .filter(|letter| !"ЬЪ".contains(*letter))
        .map(|letter| (None, letter, false, [(0, false); 2]))
        .collect();
    let mut seen: BTreeSet<Thought> = open.iter().copied().collect();
    while let Some((before, last, ends, sides)) = open.pop() {
        let word: Vec<char> = before.into_iter().chain([last]).collect();
        let written = |side: usize, word: &[char], at: usize| {
            written(regimes[side], word, at, words[side], sides[side])
        };
        let is_whole = |side: usize| {
            written(side, &word, word.len() - 1).contains(&(words[side].len(), false))
        };
        if is_whole(0) && is_whole(1) {
            return true;
        }
        if ends {
            continue;
        }
        // A sign stands behind a consonant.
        let is_consonant = !VOWELS.contains(last) && !"ЙЬЪ".contains(last);
        for next in ('А'..='Я').filter(|letter| is_consonant || !"ЬЪ".contains(*letter)) {
            for ends in [false, true] {
                let mut longer = word.clone();
                longer.push(next);
                // Whatever comes behind, so that this is not the end.
                longer.extend((!ends).then_some('?'));
                for one in written(0, &longer, word.len() - 1) {
                    for other in written(1, &longer, word.len() - 1) {
                        let thought = (Some(last), next, ends, [one, other]);
                        if seen.insert(thought) {
                            open.push(thought);
                        }
                    }
                }
            }
        }
    }
    false
}

/// How many Latin letters stand for a word up to a letter of it, and whether they stand for the letter
/// behind it too; in every way in which the regime writes the letter where so many stand for what is
/// before it, or for it too.
fn written(
    regime: &str,
    word: &[char],
    at: usize,
    latin: &[char],
    (letters, is_written): (usize, bool),
) -> Vec<(usize, bool)> {
    if is_written {
        return vec![(letters, false)];
    }
    let ways = ways(regime, word, at);
    let written = ways.iter().filter_map(|(count, text)| {
        let rest = after(regime, &latin[letters..], text)?;
        Some((latin.len() - rest.len(), *count == 2))
    });
    written.collect()
}
