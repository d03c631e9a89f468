//! How a regime writes letters: after what, as what.

/// A set of places, which are told by what stands before: the bits below.
pub(super) type Places = u16;

/// The beginning of a word.
pub(super) const EDGE: Places = 1;
/// After А, О, У, Ю or Я.
pub(super) const BACK: Places = 1 << 1;
/// After Е, Ы, Э and the Ukrainian vowels.
pub(super) const FRONT: Places = 1 << 2;
/// After И.
pub(super) const I: Places = 1 << 3;
/// After Й.
pub(super) const SHORT_I: Places = 1 << 4;
/// After the soft sign.
pub(super) const SOFT: Places = 1 << 5;
/// After the hard sign.
pub(super) const HARD: Places = 1 << 6;
/// After Ж, Ч, Ш or Щ.
pub(super) const HUSH: Places = 1 << 7;
/// After any other consonant.
pub(super) const CONSONANT: Places = 1 << 8;
/// After a letter that is written so before a front vowel only.
pub(super) const BEFORE_FRONT: Places = 1 << 9;
/// After a letter that is written so before a vowel only.
pub(super) const BEFORE_VOWEL: Places = 1 << 10;
/// After a К that is written with the С behind it.
pub(super) const BEFORE_S: Places = 1 << 11;
/// After an И or Ы that is written with the Й behind it.
pub(super) const BEFORE_SHORT_I: Places = 1 << 12;

/// After any vowel.
pub(super) const VOWELS: Places = BACK | FRONT | I;
/// After any sign.
pub(super) const SIGNS: Places = SOFT | HARD;
/// After any consonant but Й.
pub(super) const CONSONANTS: Places = HUSH | CONSONANT;
/// Where any letter may follow, and a word may end.
pub(super) const SETTLED: Places = EDGE | VOWELS | SHORT_I | SIGNS | CONSONANTS;

/// The letters of a canonical Russian name: Ё is Е there.
pub(super) const ALPHABET: core::ops::RangeInclusive<char> = 'А'..='Я';

/// One way of writing a letter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    /// Where it is written so.
    pub after: Places,
    /// The place behind it.
    pub then: Places,
    /// As what.
    pub text: &'static str,
    /// Whether it is written so at the end of a word only.
    pub last: bool,
}

/// A regime: how it writes А to Я wherever they stand, and what it writes otherwise.
#[derive(Debug)]
pub(super) struct Table {
    /// Letters with diacritics that it writes for letters of their own. Any others are taken for the
    /// same without them.
    pub apart: &'static str,
    /// А to Я; [`BY_RULES`] where the rules alone say it.
    pub letters: [&'static str; 32],
    /// Other ways, some of which stand beside the ordinary one.
    pub rules: &'static [(char, Way)],
}

/// Stands for a letter that has no ordinary way.
pub(super) const BY_RULES: &str = "?";

impl Table {
    /// Every way of writing a letter; none for what is no letter of the regime.
    pub(super) fn ways(&self, letter: char) -> impl Iterator<Item = Way> + '_ {
        let ordinary = (letter as u32).checked_sub('А' as u32);
        let ordinary = ordinary.and_then(|place| self.letters.get(place as usize));
        let ordinary =
            ordinary.filter(|text| **text != BY_RULES).map(|text| anywhere(letter, text));
        let rules = self.rules.iter().filter(move |(of, _)| *of == letter).map(|(_, way)| *way);
        ordinary.into_iter().chain(rules)
    }

    /// The ordinary way of writing a letter.
    pub(super) fn ordinary(&self, letter: char) -> Option<&'static str> {
        self.ways(letter).next().map(|way| way.text)
    }
}

/// Written so wherever the letter may stand.
pub(super) const fn anywhere(letter: char, text: &'static str) -> Way {
    Way { after: before(letter), then: behind(letter), text, last: false }
}

/// A rule: a letter is also written so.
pub(super) const fn also(letter: char, text: &'static str) -> (char, Way) {
    (letter, anywhere(letter, text))
}

/// A rule: a letter is written so after some.
pub(super) const fn after(letter: char, places: Places, text: &'static str) -> (char, Way) {
    // What a letter before asks for holds as well.
    let asked = before(letter) & !SETTLED;
    (letter, Way { after: places | asked, then: behind(letter), text, last: false })
}

/// A rule: a letter is written so after some, and only some may follow.
pub(super) const fn leading(
    letter: char,
    places: Places,
    text: &'static str,
    then: Places,
) -> (char, Way) {
    (letter, Way { after: places, then, text, last: false })
}

/// A rule: a letter is written so after some, at the end of a word.
pub(super) const fn ending(letter: char, places: Places, text: &'static str) -> (char, Way) {
    (letter, Way { after: places, then: behind(letter), text, last: true })
}

/// The places where a letter may stand.
const fn before(letter: char) -> Places {
    match behind(letter) {
        FRONT | I => SETTLED | BEFORE_FRONT | BEFORE_VOWEL,
        BACK => SETTLED | BEFORE_VOWEL,
        _ => SETTLED,
    }
}

/// The place behind a letter.
pub(super) const fn behind(letter: char) -> Places {
    match letter {
        'А' | 'О' | 'У' | 'Ю' | 'Я' => BACK,
        'Е' | 'Ы' | 'Э' | 'І' | 'Ї' | 'Є' => FRONT,
        'И' => I,
        'Й' => SHORT_I,
        'Ь' => SOFT,
        'Ъ' => HARD,
        'Ж' | 'Ч' | 'Ш' | 'Щ' => HUSH,
        _ => CONSONANT,
    }
}
