//! Identity: canonical forms, and the reasons where there is none, in the order in which they win.

use std::collections::BTreeSet;

use propusk_engine::identity::{birth_date, document, inn, name, phone, plate, snils, transport};

use crate::model;

/// What a text becomes, or why it becomes nothing.
type Expected = Result<&'static str, &'static str>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Name,
    Patronymic,
    BirthDate,
    Licence,
    Phone,
    Snils,
    Inn,
    Plate,
    Troika,
    Strelka,
}
use Form::{BirthDate, Inn, Licence, Name, Patronymic, Phone, Plate, Snils, Strelka, Troika};

/// A patronymic that says that there is none.
const ABSENT: Expected = Ok("");

#[rustfmt::skip]
const ROWS: &[(Form, &str, Expected)] = &[
    // Upper case, compatibility forms, composed.
    (Name, "Иванова", Ok("ИВАНОВА")),
    (Name, "иВАНОВА", Ok("ИВАНОВА")),
    (Name, "Ｓｍｉｔｈ", Ok("SMITH")),
    (Name, "ﬁx", Ok("FIX")),
    (Name, "Straße", Ok("STRASSE")),
    (Name, "\u{149}", Ok("'N")), // raised to an apostrophe and N
    (Name, "и\u{306}од", Ok("ЙОД")),
    (Name, "Иванов Ⅷ", Ok("ИВАНОВ VIII")),
    // Dashes and apostrophes (every one of them below); what NFKC makes one of them, too; no others.
    (Name, "Салтыков–Щедрин", Ok("САЛТЫКОВ-ЩЕДРИН")),
    (Name, "O’Neill", Ok("O'NEILL")),
    (Name, "A\u{fe32}B", Ok("A-B")),
    (Name, "A\u{ff40}B", Ok("A'B")),
    (Name, "A\u{2033}", Ok("A''")),
    (Name, "A\u{2e3a}B", Ok("A\u{2e3a}B")),
    (Name, "A\u{201c}B", Ok("A\u{201c}B")),
    // White space: runs to one space, none at the ends or beside a hyphen.
    (Name, "  Анна   Мария\t", Ok("АННА МАРИЯ")),
    (Name, "Анна\u{a0}\u{3000}\u{1680}Мария", Ok("АННА МАРИЯ")),
    (Name, "Анна\u{85}Мария\u{2028}", Ok("АННА МАРИЯ")), // of category Cc, but White_Space
    (Name, "Жан - Люк", Ok("ЖАН-ЛЮК")),
    (Name, "Жан- Люк", Ok("ЖАН-ЛЮК")),
    (Name, "Жан \u{2014}Люк", Ok("ЖАН-ЛЮК")),
    (Name, " - Анна - ", Ok("-АННА-")),
    // Ё is Е, composed or not; diacritics stay.
    (Name, "Артём", Ok("АРТЕМ")),
    (Name, "АРТЁМ", Ok("АРТЕМ")),
    (Name, "Арте\u{308}м", Ok("АРТЕМ")),
    (Name, "Müller", Ok("MÜLLER")),
    (Name, "Mu\u{308}ller", Ok("MÜLLER")),
    (Name, "Şahin", Ok("ŞAHIN")),
    (Name, "Їжак", Ok("ЇЖАК")),
    (Name, "Muller", Ok("MULLER")),
    // Other scripts are left alone.
    (Name, "王", Ok("王")),
    (Name, "Ωμ", Ok("ΩΜ")),
    // `empty`, then `control`, `digit`, `mixed_script`.
    (Name, "", Err("empty")),
    (Name, " \u{a0}\t", Err("empty")),
    (Name, "Ан\0на", Err("control")),
    (Name, "Анна\u{1f}", Err("control")),
    (Name, "Анна\u{200b}", Err("control")),
    (Name, "Ан\u{ad}на", Err("control")),
    (Name, "\u{feff}Анна", Err("control")),
    (Name, "Анна\u{202e}", Err("control")),
    (Name, "\u{180e}", Err("control")),
    (Name, "Анна2", Err("digit")),
    (Name, "2", Err("digit")),
    (Name, "Анна٢", Err("digit")),
    (Name, "Анна２", Err("digit")),
    (Name, "Анна²", Err("digit")), // NFKC makes it 2
    (Name, "Анна①", Err("digit")),
    (Name, "Анна2\u{200b}", Err("control")),
    (Name, "Жq\u{200b}", Err("control")),
    (Name, "Жq2", Err("digit")),
    // A word of both scripts: to the one that owns a letter, to Cyrillic where neither does.
    (Name, "Ивaнов", Ok("ИВАНОВ")),
    (Name, "ABEKMHOPCTYXБ", Ok("АВЕКМНОРСТУХБ")),
    (Name, "АВЕКМНОРСТУХZ", Ok("ABEKMHOPCTYXZ")),
    (Name, "Smitн", Ok("SMITH")),
    (Name, "MÜLLЕR", Ok("MÜLLER")),
    (Name, "АHHА", Ok("АННА")),
    (Name, "TОМ", Ok("ТОМ")),
    (Name, "IВАН", Ok("IBAH")), // I has no look-alike among the twelve
    (Name, "ІBAH", Ok("ІВАН")), // nor has the Ukrainian І
    (Name, "FЁDOR", Ok("FEDOR")), // Ё is Е by then
    (Name, "Жq", Err("mixed_script")),
    (Name, "Иvan", Err("mixed_script")),
    (Name, "Анна Жq", Err("mixed_script")),
    // Words are split at spaces and hyphens, not at apostrophes; one script alone is left as it is.
    (Name, "Иванов-Smith", Ok("ИВАНОВ-SMITH")),
    (Name, "Иванов Smith", Ok("ИВАНОВ SMITH")),
    (Name, "Ивaнов-Smitн", Ok("ИВАНОВ-SMITH")),
    (Name, "O'Жан", Ok("О'ЖАН")),
    (Name, "Ж'Z", Err("mixed_script")),
    (Name, "TOM", Ok("TOM")),
    (Name, "ТОМ", Ok("ТОМ")),

    // A patronymic may say that there is none.
    (Patronymic, "Ивановна", Ok("ИВАНОВНА")),
    (Patronymic, "", ABSENT),
    (Patronymic, " ", ABSENT),
    (Patronymic, "-", ABSENT),
    (Patronymic, " — ", ABSENT),
    (Patronymic, "НЕТ", ABSENT),
    (Patronymic, "нет", ABSENT),
    (Patronymic, "нeт", ABSENT),
    (Patronymic, "Нёт", ABSENT),
    (Patronymic, "None", ABSENT),
    (Patronymic, "NОNE", ABSENT),
    (Patronymic, "HET", Ok("HET")), // Latin letters alone
    (Patronymic, "--", Ok("--")),
    (Patronymic, "Нетович", Ok("НЕТОВИЧ")),
    (Patronymic, "Иванов7на", Err("digit")),
    (Patronymic, "\u{200b}", Err("control")),
    (Patronymic, "Жq", Err("mixed_script")),

    // Dates of birth in two orders, real, from 1900 on.
    (BirthDate, "1990-01-02", Ok("1990-01-02")),
    (BirthDate, "02.01.1990", Ok("1990-01-02")),
    (BirthDate, "1900-01-01", Ok("1900-01-01")),
    (BirthDate, "01.01.1900", Ok("1900-01-01")),
    (BirthDate, "1899-12-31", Err("date")),
    (BirthDate, "31.12.1899", Err("date")),
    (BirthDate, "2000-02-29", Ok("2000-02-29")),
    (BirthDate, "29.02.2000", Ok("2000-02-29")),
    (BirthDate, "29.02.1900", Err("date")),
    (BirthDate, "2001-02-29", Err("date")),
    (BirthDate, "1990-04-31", Err("date")),
    (BirthDate, "1990-00-10", Err("date")),
    (BirthDate, "1990-13-10", Err("date")),
    (BirthDate, "00.01.1990", Err("date")),
    (BirthDate, "01.13.1990", Err("date")),
    (BirthDate, "", Err("date")),
    (BirthDate, "1990", Err("date")),
    (BirthDate, "1990-1-2", Err("date")),
    (BirthDate, "2.1.1990", Err("date")),
    (BirthDate, "02.01.90", Err("date")),
    (BirthDate, "02-01-1990", Err("date")),
    (BirthDate, "1990.01.02", Err("date")),
    (BirthDate, "1990/01/02", Err("date")),
    (BirthDate, "19900102", Err("date")),
    (BirthDate, "+1990-01-02", Err("date")),
    (BirthDate, "1990-01-02T00:00:00+03:00", Err("date")),
    (BirthDate, "１990-01-02", Err("date")),
    (BirthDate, "٠2.01.1990", Err("date")),

    // A work licence has the form of a document (below).
    (Licence, "77 №1234567", Ok("771234567")),
    (Licence, "77-н-1", Ok("77H1")),
    (Licence, "", Err("empty")),
    (Licence, "№", Err("empty")),
    (Licence, "77?", Err("symbol")),
    (Licence, "12345678901234567890", Ok("12345678901234567890")),
    (Licence, "123456789012345678901", Err("length")),
    (Licence, "00", Err("zeros")),

    // `+7`, `7` or `8` and ten digits, or ten digits; the ten begin with 9.
    (Phone, "+79161234567", Ok("9161234567")),
    (Phone, "79161234567", Ok("9161234567")),
    (Phone, "89161234567", Ok("9161234567")),
    (Phone, "9161234567", Ok("9161234567")),
    (Phone, "8 (916) 123-45-67", Ok("9161234567")),
    (Phone, "+7\u{a0}916\t1234567", Ok("9161234567")),
    (Phone, "-(9)-161234567)", Ok("9161234567")),
    (Phone, "", Err("phone")),
    (Phone, "916123456", Err("phone")),
    (Phone, "91612345678", Err("phone")),
    (Phone, "+89161234567", Err("phone")),
    (Phone, "+9161234567", Err("phone")),
    (Phone, "+99161234567", Err("phone")),
    (Phone, "0079161234567", Err("phone")),
    (Phone, "++79161234567", Err("phone")),
    (Phone, "779161234567", Err("phone")),
    (Phone, "+74951234567", Err("phone")),
    (Phone, "84951234567", Err("phone")),
    (Phone, "8161234567", Err("phone")),
    (Phone, "916.123.45.67", Err("phone")),
    (Phone, "916–123–45–67", Err("phone")),
    (Phone, "９161234567", Err("phone")),
    (Phone, "٩161234567", Err("phone")),
    (Phone, "916123456O", Err("phone")),

    // Eleven digits; above 001-001-998 the check number is right.
    (Snils, "112-233-445 95", Ok("11223344595")),
    (Snils, "11223344595", Ok("11223344595")),
    (Snils, "112 233 445-95", Ok("11223344595")),
    (Snils, "112-233-445 94", Err("snils")),
    (Snils, "112-233-445 96", Err("snils")),
    (Snils, "001-001-998 00", Ok("00100199800")),
    (Snils, "001-001-998 99", Ok("00100199899")),
    (Snils, "001-001-999 65", Ok("00100199965")), // 7 + 4 + 27 + 18 + 9
    (Snils, "001-001-999 64", Err("snils")),
    (Snils, "001-001-999 00", Err("snils")),
    (Snils, "000-000-000 01", Ok("00000000001")),
    // Sums of 99 to 102 and 200 to 203: a remainder of 100 is written 00, as one of 0 is.
    (Snils, "900-000-090 99", Ok("90000009099")),
    (Snils, "900-000-091 00", Ok("90000009100")),
    (Snils, "900-000-091 01", Err("snils")),
    (Snils, "900-000-092 00", Ok("90000009200")),
    (Snils, "900-000-093 01", Ok("90000009301")),
    (Snils, "900-000-093 00", Err("snils")),
    (Snils, "995-200-000 99", Ok("99520000099")),
    (Snils, "996-100-000 00", Ok("99610000000")),
    (Snils, "996-100-001 00", Ok("99610000100")),
    (Snils, "996-100-002 01", Ok("99610000201")),
    (Snils, "1122334459", Err("snils")),
    (Snils, "112233445950", Err("snils")),
    (Snils, "112.233.445 95", Err("snils")),
    (Snils, "1122334459５", Err("snils")),
    (Snils, "", Err("snils")),

    // Ten or twelve digits with their check digits.
    (Inn, "7707083893", Ok("7707083893")),
    (Inn, "7707083894", Err("inn")),
    (Inn, "7707083983", Err("inn")),
    (Inn, "500100732259", Ok("500100732259")),
    (Inn, "500100732258", Err("inn")),
    (Inn, "500100732269", Err("inn")),
    (Inn, "500100732266", Err("inn")), // the last is right for the eleven before it
    (Inn, "770708389", Err("inn")),
    (Inn, "77070838930", Err("inn")),
    (Inn, "5001007322590", Err("inn")),
    (Inn, "77 07083893", Err("inn")),
    (Inn, "７707083893", Err("inn")),
    (Inn, "", Err("inn")),

    // A plate is a document of 4 to 12 digits and Latin letters.
    (Plate, "А123ВС77", Ok("A123BC77")),
    (Plate, "а 123-вс 77", Ok("A123BC77")),
    (Plate, "a123bc77", Ok("A123BC77")),
    (Plate, "A12B", Ok("A12B")),
    (Plate, "ABCDEFGH1234", Ok("ABCDEFGH1234")),
    (Plate, "A12", Err("plate")),
    (Plate, "ABCDEFGH12345", Err("plate")),
    (Plate, "Б123ВС77", Err("plate")),
    (Plate, "A123?C77", Err("plate")),
    (Plate, "0000", Err("plate")),
    (Plate, "", Err("plate")),

    (Troika, "0123456789", Ok("0123456789")),
    (Troika, "0000000000", Ok("0000000000")),
    (Troika, "012345678", Err("troika")),
    (Troika, "01234567890", Err("troika")),
    (Troika, "01234 56789", Err("troika")),
    (Troika, "012345678９", Err("troika")),
    (Troika, "012345678a", Err("troika")),
    (Strelka, "01234567890", Ok("01234567890")),
    (Strelka, "0123456789", Err("strelka")),
    (Strelka, "012345678901", Err("strelka")),
    (Strelka, "0123456789０", Err("strelka")),
];

/// Series and number: where both are blank there is no document.
#[rustfmt::skip]
const DOCUMENTS: &[(&str, &str, Expected)] = &[
    ("", "", ABSENT),
    (" ", "\u{a0}", ABSENT),
    // The series in its own field or in front of the number; without `№`.
    ("4509", "123456", Ok("4509123456")),
    ("", "4509123456", Ok("4509123456")),
    ("", "45 09 № 123456", Ok("4509123456")),
    ("45 09", "№123456", Ok("4509123456")),
    ("№4509", "123456№", Ok("4509123456")),
    // White space and dashes out; compatibility forms; upper case; look-alikes to Latin.
    ("45-09", "123–456", Ok("4509123456")),
    ("45\u{2212}09", "123\u{ff0d}456\t", Ok("4509123456")),
    ("４５０９", "１２３４５６", Ok("4509123456")),
    ("ав", "екмнорстух", Ok("ABEKMHOPCTYX")),
    ("АВ", "ЕКМНОРСТУХ", Ok("ABEKMHOPCTYX")),
    ("xi", "бж1", Ok("XIБЖ1")),
    ("", "ё1", Ok("Ё1")),
    ("", "и\u{306}1", Ok("Й1")),
    ("", "²1", Ok("21")),
    // `empty`; a series alone is no document.
    ("", "№", Err("empty")),
    ("", "-", Err("empty")),
    ("4509", "", Err("empty")),
    ("4509", " ", Err("empty")),
    ("4509", "№ –", Err("empty")),
    // `symbol`: digits, Latin and Cyrillic letters only.
    ("", "4509/123456", Err("symbol")),
    ("45.09", "123456", Err("symbol")),
    ("", "É1", Err("symbol")),
    ("", "α1", Err("symbol")),
    ("", "٣٣", Err("symbol")),
    ("", "1\u{200b}2", Err("symbol")),
    ("", "0?", Err("symbol")),
    ("", "12345678901234567890?", Err("symbol")),
    // `length`: at most 20, series and number together, counted in letters.
    ("1234567890", "1234567890", Ok("12345678901234567890")),
    ("", "ББББББББББББББББББББ", Ok("ББББББББББББББББББББ")),
    ("1234567890", "12345678901", Err("length")),
    ("", "000000000000000000000", Err("length")),
    // `zeros`.
    ("", "0", Err("zeros")),
    ("0000", "000 000", Err("zeros")),
    ("", "00000000000000000000", Err("zeros")),
    ("0000", "000001", Ok("0000000001")),
];

const DASHES: &str = "\u{2d}\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2043}\u{2212}\u{fe58}\u{fe63}\u{ff0d}";
const APOSTROPHES: &str =
    "\u{27}\u{60}\u{b4}\u{2b9}\u{2bb}\u{2bc}\u{2018}\u{2019}\u{201b}\u{2032}\u{ff07}";

fn engine(form: Form, text: &str) -> Result<String, &'static str> {
    match form {
        Name => name::canonical(text),
        Patronymic => name::patronymic(Some(text)).map(Option::unwrap_or_default),
        BirthDate => birth_date::canonical(text).map(|date| date.to_string()),
        Licence => document::licence(text),
        Phone => phone::canonical(text),
        Snils => snils::canonical(text),
        Inn => inn::canonical(text),
        Plate => plate::canonical(text),
        Troika => transport::troika(text),
        Strelka => transport::strelka(text),
    }
}

fn slow(form: Form, text: &str) -> Result<String, &'static str> {
    use model::identity;
    match form {
        Name => identity::name(text),
        Patronymic => identity::patronymic(text).map(Option::unwrap_or_default),
        BirthDate => identity::birth_date(text).map(model::time::print_date),
        Licence => identity::work_licence(text),
        Phone => identity::phone(text).map(|phone| phone.replace("+7", "")),
        Snils => identity::snils(text),
        Inn => identity::inn(text),
        Plate => identity::plate(text),
        Troika => identity::troika(text),
        Strelka => identity::strelka(text),
    }
}

fn check(form: Form, text: &str, expected: Expected) {
    let expected = expected.map(str::to_owned);
    assert_eq!(engine(form, text), expected, "{form:?} {text:?}");
    assert_eq!(slow(form, text), expected, "the model: {form:?} {text:?}");
    if let Ok(canonical) = expected {
        assert_eq!(engine(form, &canonical), Ok(canonical), "again: {form:?} {text:?}");
    }
}

#[test]
fn every_form() {
    for (form, text, expected) in ROWS {
        check(*form, text, *expected);
    }
}

#[test]
fn every_document() {
    for (series, number, expected) in DOCUMENTS {
        let form = |series, number| {
            document::canonical(Some(series), Some(number)).map(Option::unwrap_or_default)
        };
        let expected = expected.map(str::to_owned);
        assert_eq!(form(series, number), expected, "{series:?} {number:?}");
        if expected != Ok(String::new()) {
            let model = model::identity::document(series, number);
            assert_eq!(model, expected, "the model: {series:?} {number:?}");
        }
        if let Ok(canonical) = expected {
            assert_eq!(form("", &canonical), Ok(canonical), "again: {series:?} {number:?}");
        }
    }
}

#[test]
fn every_dash_and_apostrophe() {
    assert_eq!((DASHES.chars().count(), APOSTROPHES.chars().count()), (12, 11));
    for dash in DASHES.chars() {
        check(Name, &format!("Жан {dash} Люк"), Ok("ЖАН-ЛЮК"));
        check(Patronymic, &format!("{dash}"), ABSENT);
        check(Licence, &format!("1{dash}2"), Ok("12"));
    }
    for apostrophe in APOSTROPHES.chars() {
        check(Name, &format!("O{apostrophe}Neill"), Ok("O'NEILL"));
        check(Licence, &format!("1{apostrophe}2"), Err("symbol"));
    }
}

/// The reasons that some row names.
pub(crate) fn reasons() -> BTreeSet<&'static str> {
    let forms = ROWS.iter().filter_map(|(_, _, expected)| expected.err());
    forms.chain(DOCUMENTS.iter().filter_map(|(_, _, expected)| expected.err())).collect()
}
