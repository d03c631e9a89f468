use proptest::prelude::*;

use super::*;
use crate::time::Date;

#[track_caller]
fn agree(canonical: impl Fn(&str) -> Result<String, &'static str>, expected: &str, texts: &[&str]) {
    for text in texts {
        assert_eq!(canonical(text).as_deref(), Ok(expected), "{text:?}");
    }
}

#[track_caller]
fn fail(canonical: impl Fn(&str) -> Result<String, &'static str>, reason: &str, texts: &[&str]) {
    for text in texts {
        assert_eq!(canonical(text), Err(reason), "{text:?}");
    }
}

#[test]
fn birth_dates_in_two_orders() {
    let date = Date::from_ymd(2000, 2, 29).expect("a date");
    for text in ["2000-02-29", "29.02.2000", "\u{a0}29.02.2000\n"] {
        assert_eq!(birth_date::canonical(text), Ok(date), "{text:?}");
    }
    assert!(birth_date::canonical("1900-01-01").is_ok());
    assert!(birth_date::canonical("01.01.1900").is_ok());
    for text in [
        "",
        "1899-12-31",
        "31.12.1899",
        "1900-02-29",
        "2001-02-29",
        "2000-2-29",
        "29.2.2000",
        "29-02-2000",
        "2000.02.29",
        "29.02.00",
        "29/02/2000",
        "2000-02-29T00:00:00Z",
        "٢000-02-29",
        "２９.02.2000",
        "2000 -02-29",
    ] {
        assert_eq!(birth_date::canonical(text), Err("date"), "{text:?}");
    }
}

#[test]
fn documents_are_the_same_wherever_the_series_stands() {
    for (series, number) in [
        (Some("4509"), Some("123456")),
        (None, Some("4509123456")),
        (Some("  "), Some("45 09 № 123456")),
        (Some("45 09"), Some("№123-456")),
        (Some("45–09"), Some("1\u{2212}23\u{FF0D}456")),
        (Some("４５０９"), Some("１２３４５６\t")),
        (Some(""), Some("4509\u{3000}123456")),
    ] {
        let document = document::canonical(series, number);
        assert_eq!(document, Ok(Some("4509123456".to_owned())), "{series:?} {number:?}");
    }
    for series in ["КА", "ка", "KA", "kа", "Ｋа", "К А-"] {
        let document = document::canonical(Some(series), Some("01"));
        assert_eq!(document, Ok(Some("KA01".to_owned())), "{series:?}");
    }
    for (text, expected) in [("бж 1", "БЖ1"), ("йё1", "ЙЁ1"), ("и\u{306}1", "Й1"), ("ß1", "SS1")]
    {
        let document = document::canonical(None, Some(text));
        assert_eq!(document, Ok(Some(expected.to_owned())), "{text:?}");
    }
    let twelve = document::canonical(None, Some("АВЕКМНОРСТУХавекмнор"));
    assert_eq!(twelve, Ok(Some("ABEKMHOPCTYXABEKMHOP".to_owned())));
}

#[test]
fn documents_that_are_absent_or_wrong() {
    for (series, number) in [(None, None), (Some(""), None), (Some(" \u{a0}"), Some("\t"))] {
        assert_eq!(document::canonical(series, number), Ok(None));
    }
    for (series, number, reason) in [
        (Some("4509"), None, "empty"),
        (Some("4509"), Some(" "), "empty"),
        (Some("4509"), Some("№ -"), "empty"),
        (Some("-"), None, "empty"),
        (None, Some("-"), "empty"),
        (None, Some("№"), "empty"),
        (None, Some("123/456"), "symbol"),
        (None, Some("!!"), "symbol"),
        (Some("É"), Some("1"), "symbol"),
        (Some("α"), Some("1"), "symbol"),
        (None, Some("٣٣"), "symbol"),
        (None, Some("1\u{200b}2"), "symbol"),
        (None, Some("Б\u{301}1"), "symbol"),
        (None, Some("00000000000000000000000!"), "symbol"),
        (None, Some("123456789012345678901"), "length"),
        (Some("1234567890"), Some("БББББББББББ"), "length"),
        (None, Some("000000000000000000000"), "length"),
        (Some("0000"), Some("000000"), "zeros"),
        (None, Some("0"), "zeros"),
    ] {
        assert_eq!(document::canonical(series, number), Err(reason), "{series:?} {number:?}");
    }
    assert!(document::canonical(None, Some("ББББББББББББББББББББ")).is_ok());
    fail(document::licence, "empty", &["", " ", "-", "№"]);
    fail(document::licence, "zeros", &["0", "00 00"]);
    agree(document::licence, "77N1234", &["77 n 1234", "77-N-1234"]);
}

#[test]
fn phones_of_russian_mobile_operators() {
    let spellings = [
        "9161234567",
        "89161234567",
        "79161234567",
        "+79161234567",
        "8 (916) 123-45-67",
        "+7\u{a0}(916)\t123-45-67 ",
        "(+7)9161234567",
    ];
    agree(phone::canonical, "9161234567", &spellings);
    let wrong = [
        "",
        "916123456",
        "91612345678",
        "99161234567",
        "+89161234567",
        "+9161234567",
        "++79161234567",
        "7+9161234567",
        "779161234567",
        "8161234567",
        "84951234567",
        "+74951234567",
        "9161234567x",
        "916.123.45.67",
        "916–123–45–67",
        "٩161234567",
        "９161234567",
        "916123456й",
    ];
    fail(phone::canonical, "phone", &wrong);
}

#[test]
fn snils_with_its_check_number() {
    let spellings =
        ["11223344595", "112-233-445 95", " 112 233 445 95 ", "112\u{2011}233\u{2010}445\u{a0}95"];
    agree(snils::canonical, "11223344595", &spellings);
    // Sums of 201 and more wrap round; a remainder of 100 is written 00, as one of 0 is.
    for text in ["08765430300", "23759140485", "76978535800", "10001899900", "10001989900"] {
        agree(snils::canonical, text, &[text]);
    }
    // Up to 001-001-998 any check number will do.
    for text in ["00100199800", "00100199899", "00000000000"] {
        agree(snils::canonical, text, &[text]);
    }
    let right: Vec<u32> = (0..100)
        .filter(|check| snils::canonical(&format!("001001999{check:02}")).is_ok())
        .collect();
    // 1·7 + 1·4 + 9·3 + 9·2 + 9·1 = 65.
    assert_eq!(right, [65]);
    let wrong = [
        "",
        "1122334459",
        "112233445950",
        "11223344594",
        "112-233-445_95",
        "1122334459٥",
        "112.233.445 95",
    ];
    fail(snils::canonical, "snils", &wrong);
}

#[test]
fn inn_with_its_check_digits() {
    for text in ["7707083893", "7830002293", "500100732259"] {
        agree(inn::canonical, text, &[text, &format!(" {text}\n")]);
        for digit in 0..text.len() {
            let mut other = text.to_owned().into_bytes();
            other[digit] = b'0' + (other[digit] - b'0' + 1) % 10;
            let other = String::from_utf8(other).expect("digits");
            fail(inn::canonical, "inn", &[&other]);
        }
    }
    let wrong = [
        "",
        "770708389",
        "77070838930",
        "5001007322590",
        "770708389٣",
        "77 07083893",
        "7707-083893",
    ];
    fail(inn::canonical, "inn", &wrong);
    // The last digit is right for the eleven before it, of which the last is wrong.
    fail(inn::canonical, "inn", &["500100732266"]);
}

#[test]
fn plates_as_documents() {
    agree(plate::canonical, "A123BC77", &["А123ВС77", "а 123 вс 77", "A123-BC-77", "a123bc77"]);
    agree(plate::canonical, "1234", &["1234"]);
    agree(plate::canonical, "ABCDEFGH1234", &["ABCDEFGH1234"]);
    fail(
        plate::canonical,
        "plate",
        &["", "123", "ABCDEFGH12345", "Б123ВС77", "A123/BC", "0000", "-"],
    );
}

#[test]
fn cards_of_public_transport() {
    agree(transport::troika, "0123456789", &["0123456789", " 0123456789\n"]);
    agree(transport::strelka, "01234567890", &["01234567890", "\u{a0}01234567890"]);
    fail(
        transport::troika,
        "troika",
        &["", "012345678", "01234567890", "012345678a", "01234567 9", "٠123456789"],
    );
    fail(transport::strelka, "strelka", &["", "0123456789", "012345678901", "0123456789a"]);
}

proptest! {
    #[test]
    fn documents_are_idempotent(text in "([0-9A-Za-zА-Яа-яЁё№ ᲀ-ᲈﬀßǰ\u{306}\u{308}–-]|\\PC){0,8}") {
        if let Ok(document) = document::licence(&text) {
            prop_assert_eq!(document::licence(&document), Ok(document.clone()));
            prop_assert_eq!(document::canonical(None, Some(&document)), Ok(Some(document)));
        }
    }

    #[test]
    fn numbers_are_idempotent(text in "[+78]?[ (-]?9[0-9]{9}[ ]?|[0-9]{10,12}|\\PC{0,14}") {
        let forms = [
            phone::canonical, snils::canonical, inn::canonical, plate::canonical,
            transport::troika, transport::strelka,
        ];
        for form in forms {
            if let Ok(number) = form(&text) {
                prop_assert_eq!(form(&number), Ok(number));
            }
        }
    }

    #[test]
    fn the_series_may_stand_before_the_number(series in "[0-9A-ZА-Я]{0,4}", number in "[0-9A-ZА-Я]{1,8}") {
        let apart = document::canonical(Some(&series), Some(&number));
        let together = document::canonical(None, Some(&format!("{series} № {number}")));
        prop_assert_eq!(apart, together);
    }
}
