//! Order 782 of the ministry of the interior of 20 July 2000: driving licences, until 2015.

use super::super::letters::{
    BY_RULES, CONSONANTS, EDGE, HUSH, SETTLED, SHORT_I, SIGNS, SOFT, Table, VOWELS, after, also,
};

/// Annex 7, printed at base.garant.ru/4088269: Е is E after consonants, and YE at the beginning and
/// after vowels and signs; Ё (here Е) is YE after consonants, E after Ж, Ч, Ш and Щ, and YO elsewhere;
/// И is YI after the soft sign. The signs are apostrophes, which may be left out.
pub(super) static TABLE: Table = Table {
    apart: "",
    letters: [
        "A", "B", "V", "G", "D", BY_RULES, "ZH", "Z", BY_RULES, "Y", "K", "L", "M", "N", "O", "P",
        "R", "S", "T", "U", "F", "KH", "TS", "CH", "SH", "SHCH", "", "Y", "", "E", "YU", "YA",
    ],
    rules: &[
        also('Ъ', "'"),
        also('Ь', "'"),
        after('Е', CONSONANTS | SHORT_I, "E"),
        after('Е', EDGE | VOWELS | SIGNS, "YE"),
        after('Е', (CONSONANTS & !HUSH) | SHORT_I, "YE"),
        after('Е', EDGE | VOWELS | SIGNS, "YO"),
        after('И', SETTLED & !SOFT, "I"),
        after('И', SOFT, "YI"),
    ],
};
