//! BGN/PCGN 1947.

use super::super::letters::{
    BEFORE_SHORT_I, BY_RULES, CONSONANTS, EDGE, SETTLED, SHORT_I, SIGNS, Table, VOWELS, after,
    also, ending, leading,
};

/// Where Е is YE: note 1 of the publication.
const IOTATED: u16 = EDGE | VOWELS | SHORT_I | SIGNS;

/// Romanization of Russian, BGN/PCGN 1947 system (assets.publishing.service.gov.uk, checked June
/// 2019): Е is YE at the beginning and after vowels, Й and signs; Ё (here Е) is YË there and Ë
/// elsewhere, which without the two dots are YE and E. Dots between letters and apostrophes may be
/// left out. As most publications do, Ё may be YO, and the ending of ИЙ and ЫЙ Y.
pub(super) static TABLE: Table = Table {
    apart: "",
    letters: [
        "A", "B", "V", "G", "D", BY_RULES, "ZH", "Z", "I", "Y", "K", "L", "M", "N", "O", "P", "R",
        "S", "T", "U", "F", "KH", "TS", "CH", "SH", "SHCH", "", "Y", "", "E", "YU", "YA",
    ],
    rules: &[
        also('Ъ', "\""),
        also('Ь', "'"),
        after('Е', CONSONANTS, "E"),
        after('Е', IOTATED, "YE"),
        after('Е', SETTLED, "YO"),
        leading('И', SETTLED, "", BEFORE_SHORT_I),
        leading('Ы', SETTLED, "", BEFORE_SHORT_I),
        ending('Й', BEFORE_SHORT_I, "Y"),
    ],
};
