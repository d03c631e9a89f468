//! ISO 9:1995 and GOST 7.79-2000, which adopts it.

use super::super::letters::{BEFORE_FRONT, SETTLED, Table, also, leading};

/// ISO 9:1995, GOST 7.79-2000 system A: one letter for each, with diacritics; the signs are primes,
/// one and two, of which a canonical name has the first as an apostrophe; they may be left out.
pub(super) static SYSTEM_A: Table = Table {
    apart: "ŽČŠŜÈÛÂÌÏÊŬ",
    letters: [
        "A", "B", "V", "G", "D", "E", "Ž", "Z", "I", "J", "K", "L", "M", "N", "O",
        "P", // А to П
        "R", "S", "T", "U", "F", "H", "C", "Č", "Š", "Ŝ", "", "Y", "", "È", "Û", "Â",
    ],
    rules: &[
        also('Ъ', "\""),
        also('Ъ', "''"),
        also('Ь', "'"),
        also('І', "Ì"),
        also('Ї', "Ï"),
        also('Є', "Ê"),
        also('Ґ', "G"),
        also('Ў', "Ŭ"),
    ],
};

/// The same without the diacritics, which machines lose.
pub(super) static SYSTEM_A_BARE: Table = Table {
    apart: "",
    letters: [
        "A", "B", "V", "G", "D", "E", "Z", "Z", "I", "J", "K", "L", "M", "N", "O",
        "P", // А to П
        "R", "S", "T", "U", "F", "H", "C", "C", "S", "S", "", "Y", "", "E", "U", "A",
    ],
    rules: &[also('І', "I"), also('Ї', "I"), also('Є', "E"), also('Ґ', "G"), also('Ў', "U")],
};

/// GOST 7.79-2000 system B: letters without diacritics; its grave accents (Y`, E` and the signs)
/// are apostrophes in a canonical name, and may be left out. Ц is C before E, I, J and Y, and CZ elsewhere; Ё (here Е) is YO.
pub(super) static SYSTEM_B: Table = Table {
    apart: "",
    letters: [
        "A", "B", "V", "G", "D", "E", "ZH", "Z", "I", "J", "K", "L", "M", "N", "O",
        "P", // А to П
        "R", "S", "T", "U", "F", "X", "CZ", "CH", "SH", "SHH", "", "Y", "", "E", "YU", "YA",
    ],
    rules: &[
        also('Ъ', "''"),
        also('Ь', "'"),
        also('Ы', "Y'"),
        also('Э', "E'"),
        also('Е', "YO"),
        leading('Ц', SETTLED, "C", BEFORE_FRONT),
    ],
};
