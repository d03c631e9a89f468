//! ICAO Doc 9303 and the Russian standard made after an earlier edition of it.

use super::super::letters::{Table, also};

/// ICAO Doc 9303: Part 1, volume 1, section IV, appendix 9 of the sixth edition (2006), printed in
/// Russian in the orders that apply it (order 320 of the migration service, 15 October 2012, item 97
/// and its annex, docs.cntd.ru/document/420215211; consultant.ru, `cons_doc_LAW_316977`); Part 3,
/// section 6 B, of the seventh (2015) and eighth (2021), the same for Russian. The soft sign has no
/// line of its own and is left out. A footnote writes Ё as IO for Belarus.
pub(super) static ICAO_9303: Table = Table {
    apart: "",
    letters: [
        "A", "B", "V", "G", "D", "E", "ZH", "Z", "I", "I", "K", "L", "M", "N", "O",
        "P", // А to П
        "R", "S", "T", "U", "F", "KH", "TS", "CH", "SH", "SHCH", "IE", "Y", "", "E", "IU", "IA",
    ],
    rules: &[
        also('Е', "IO"),
        also('І', "I"),
        also('Ї', "I"),
        also('Є', "IE"),
        also('Ґ', "G"),
        also('Ў', "U"),
    ],
};

/// GOST R 52535.1-2006, annex A, which order 26 of the migration service of 3 February 2010 prints
/// as its annex 10 (item 77): Ц is TC, and the hard sign is left out.
pub(super) static GOST_R_52535: Table = Table {
    apart: "",
    letters: [
        "A", "B", "V", "G", "D", "E", "ZH", "Z", "I", "I", "K", "L", "M", "N", "O",
        "P", // А to П
        "R", "S", "T", "U", "F", "KH", "TC", "CH", "SH", "SHCH", "", "Y", "", "E", "IU", "IA",
    ],
    rules: &[also('І', "I"), also('Ї', "I"), also('Є', "IE"), also('Ґ', "G"), also('Ў', "U")],
};
