//! Order 310 of the ministry of the interior of 26 May 1997, with its changes to order 1047 of 31
//! December 2003; out of force on 16 March 2010.

use super::super::letters::{
    BEFORE_FRONT, BEFORE_S, BEFORE_SHORT_I, BEFORE_VOWEL, I, SETTLED, SOFT, Table, VOWELS, after,
    also, ending, leading,
};

/// Annex 7, passports with Russian arms: each letter by an English one, `е` and `ё` by `e` or `ye`,
/// the hard sign by `"` and the soft one by `'` (both may be left out), vowels with `й` by `ay`, `ey`,
/// `iy` and so on. Its list of common names writes КС as X; the ending of ИЙ and ЫЙ was cut to Y.
/// Printed in annex 2 of base.garant.ru/6730026 and at foren.germany.ru (17730023).
pub(super) static ENGLISH: Table = Table {
    apart: "",
    letters: [
        "A", "B", "V", "G", "D", "E", "ZH", "Z", "I", "Y", "K", "L", "M", "N", "O",
        "P", // А to П
        "R", "S", "T", "U", "F", "KH", "TS", "CH", "SH", "SHCH", "", "Y", "", "E", "YU", "YA",
    ],
    rules: &[
        also('Ъ', "\""),
        also('Ь', "'"),
        also('Е', "YE"),
        leading('К', SETTLED, "", BEFORE_S),
        after('С', BEFORE_S, "X"),
        leading('И', SETTLED, "", BEFORE_SHORT_I),
        leading('Ы', SETTLED, "", BEFORE_SHORT_I),
        ending('Й', BEFORE_SHORT_I, "Y"),
    ],
};

/// Annex 6, passports with the arms of the USSR: French letters. Г is GU before E, I and Y; С
/// between two vowels is SS; КС is X; a surname in ИН ends in INE; Е after the soft sign is IE.
/// Printed at foren.germany.ru (9853635), its five rules at sprashivalka.com (1864771).
pub(super) static FRENCH: Table = Table {
    apart: "",
    letters: [
        "A", "B", "V", "G", "D", "E", "J", "Z", "I", "I", "K", "L", "M", "N", "O",
        "P", // А to П
        "R", "S", "T", "OU", "F", "KH", "TS", "TCH", "CH", "CHTCH", "", "Y", "", "E", "IOU", "IA",
    ],
    rules: &[
        after('Е', SOFT, "IE"),
        leading('Г', SETTLED, "GU", BEFORE_FRONT),
        leading('С', VOWELS, "SS", BEFORE_VOWEL),
        leading('К', SETTLED, "", BEFORE_S),
        after('С', BEFORE_S, "X"),
        ending('Н', I, "NE"),
    ],
};
