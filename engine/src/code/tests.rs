use proptest::prelude::*;

use super::*;

const TOKEN: &str = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ";
const PERMIT: &str = "1504ABCDEFGH1234";

fn hosts() -> Vec<String> {
    vec!["immune.mos.ru".to_owned()]
}

fn read(text: impl AsRef<[u8]>) -> Result<(Kind, String), CodeFault> {
    decode(text.as_ref(), &hosts()).map(|code| (code.kind, code.canonical()))
}

#[track_caller]
fn is(kind: Kind, canonical: &str, texts: &[&str]) {
    for text in texts {
        assert_eq!(read(text), Ok((kind, canonical.to_owned())), "{text:?}");
    }
}

#[track_caller]
fn fails(fault: CodeFault, texts: &[&str]) {
    for text in texts {
        assert_eq!(read(text), Err(fault), "{text:?}");
    }
}

#[test]
fn permits_in_every_accepted_shape() {
    is(
        Kind::Permit,
        PERMIT,
        &[
            PERMIT,
            "1504abcdefgh1234",
            "1504 ABCD EFGH 1234",
            "1504-abcd-EFGH-1234",
            "1504-ABCD EFGH-1234",
            "\u{3000}\t1504ABCDEFGH1234\u{a0}\r\n",
            "1504АВCDЕFGН1234",
            "1504авcdеfgн1234",
        ],
    );
    is(Kind::Permit, "1504ABEKMHOPCTYX", &["1504АВЕКМНОРСТУХ", "1504авекмнорстух"]);
    is(Kind::Permit, "2902000000000000", &["2902000000000000"]);
}

#[test]
fn permits_name_a_day_of_some_year() {
    let rest = "ABCDEFGH1234";
    for (date, right) in [
        ("0101", true),
        ("3101", true),
        ("3201", false),
        ("2902", true),
        ("3002", false),
        ("3004", true),
        ("3104", false),
        ("3112", true),
        ("0112", true),
        ("0113", false),
        ("0100", false),
        ("0001", false),
        ("9999", false),
    ] {
        let fault = read(format!("{date}{rest}")).err();
        assert_eq!(fault, (!right).then_some(CodeFault::ExpiryDate), "{date}");
    }
    let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for number in 0..10_000u16 {
        let (day, month) = (number / 100, usize::from(number % 100));
        let right = (1..=12).contains(&month) && day >= 1 && day <= lengths[month - 1];
        assert_eq!(read(format!("{number:04}{rest}")).is_ok(), right, "{number:04}");
    }
}

#[test]
fn separators_of_other_patterns_count_as_symbols() {
    fails(
        CodeFault::Length,
        &[
            "1504ABCD EFGH1234",
            "1504-ABCD-EFGH1234",
            "1504_ABCD-EFGH-1234",
            "1504-ABCD_EFGH-1234",
            "1504-ABCD-EFGH_1234",
            "1504\u{a0}ABCD EFGH 1234",
            "1504  ABCD EFGH 1234",
            "1504–ABCD–EFGH–1234",
            "AB-1234567",
            "AB  1234567",
            "A B1234567",
            "AB\u{a0}1234567",
            "0000-0000-0000-0000-0000-0000-00",
        ],
    );
    fails(CodeFault::Symbol, &["1504-ABCD-EFGH12", "1504 -BCD EFGH 1234", "1504 ABCD EFG  1234"]);
}

#[test]
fn cards_with_and_without_a_space() {
    is(
        Kind::Card,
        "AB1234567",
        &["AB1234567", "ab 1234567", "АВ 1234567", "ав1234567", " AB 1234567\n"],
    );
    fails(
        CodeFault::Symbol,
        &["A11234567", "1B1234567", "ABC234567", "AB123456O", "AB12345б7", "ЖB1234567"],
    );
}

#[test]
fn tokens_with_crockfords_leniency() {
    is(
        Kind::Certificate,
        TOKEN,
        &[TOKEN, &TOKEN.to_lowercase(), "\u{2003}7ZZZZZZZZZZZZZZZZZZZZZZZZZ"],
    );
    is(
        Kind::Certificate,
        "11100111100000000000000000",
        &["IL1OO1il1oo000000000000000", "1lI0o1LLIO0000000000000000"],
    );
    is(Kind::Certificate, "0123456789ABCDEFGHJKMNPQRS", &["0123456789ABCDEFGHJKMNPQRS"]);
    assert_eq!(decode(TOKEN.as_bytes(), &[]).map(|code| code.bytes), Ok([0xFF; 16]));
    assert_eq!(Code::certificate(1).canonical(), "00000000000000000000000001");
    assert_eq!(Code::certificate(1 << 127).canonical(), "40000000000000000000000000");
}

#[test]
fn tokens_with_a_fault() {
    fails(
        CodeFault::Symbol,
        &[
            "0000000000000000000000000U",
            "0000000000000000000000000u",
            "0000000000000-000000000000",
            "0000000000000 000000000000",
            "0000000000000А000000000000",
            "8000000000000А000000000000",
            "U0000000000000000000000000",
        ],
    );
    fails(
        CodeFault::NonCanonical,
        &["80000000000000000000000000", "Z0000000000000000000000000", "a0000000000000000000000000"],
    );
}

#[test]
fn only_twelve_cyrillic_letters_mean_anything() {
    for wrong in [
        'ſ', '１', 'Ａ', '٣', 'é', 'ß', 'Б', 'Ё', 'ё', 'я', 'І', 'Ѕ', 'ᲀ', 'ᲃ', 'Α', '\u{212a}',
        '\u{301}', '\0', '_', '!', '\u{200b}',
    ] {
        fails(
            CodeFault::Symbol,
            &[&format!("1504ABCDEFGH123{wrong}"), &format!("1504ABC{wrong}EFGH1234")],
        );
    }
    for wrong in ['У', 'Х', 'x', '-', ' ', '+', 'О'] {
        fails(CodeFault::Symbol, &[&format!("150{wrong}ABCDEFGH1234")]);
    }
}

#[test]
fn only_so_many_symbols_are_a_code() {
    for count in 1..60 {
        let text = "1".repeat(count);
        let wide = "Ж".repeat(count);
        let fault = match count {
            9 | 16 | 26 => CodeFault::Symbol,
            _ => CodeFault::Length,
        };
        fails(fault, &[&wide]);
        assert_eq!(read(&text).err() == Some(CodeFault::Length), ![9, 16, 26].contains(&count));
    }
    fails(CodeFault::Length, &["-", "----", "1504ABCDEFGH1234\0", "\u{200b}1504ABCDEFGH1234"]);
    // The length wins over a wrong symbol, that over too many bits or a date that is none.
    fails(CodeFault::Length, &["!504ABCDEFGH12345", "ЖЖ"]);
    fails(CodeFault::Symbol, &["9999ABCDEFGH123!", "Z000000000000000000000000U"]);
}

#[test]
fn nothing_but_white_space_is_empty() {
    fails(CodeFault::Empty, &["", " ", "\t\r\n\u{85}\u{a0}\u{2028}\u{3000}"]);
    fails(CodeFault::Length, &["\u{200b}", "\0"]);
}

#[test]
fn urls_of_the_policys_hosts() {
    for url in [
        format!("https://immune.mos.ru/qr?id={TOKEN}"),
        format!("https://IMMUNE.Mos.ru/qr?id={}", TOKEN.to_lowercase()),
        format!("  https://immune.mos.ru/qr?id={TOKEN}\n"),
    ] {
        is(Kind::Certificate, TOKEN, &[&url]);
    }
    let token = decode(TOKEN.as_bytes(), &[]).expect("a token");
    let url = certificate_url(&token, "immune.mos.ru");
    assert_eq!(url, format!("https://immune.mos.ru/qr?id={TOKEN}"));
    assert_eq!(decode(url.as_bytes(), &hosts()), Ok(token));
    let both = ["a.ru".to_owned(), "Immune.mos.RU".to_owned()];
    assert_eq!(decode(url.as_bytes(), &both), Ok(token));
    assert_eq!(decode(url.as_bytes(), &[]), Err(CodeFault::Host));
}

#[test]
fn urls_of_other_hosts() {
    for authority in [
        "immune-mos.ru",
        "immune.mos.ru.qr24.su",
        "user@immune.mos.ru",
        "@immune.mos.ru",
        "immune.mos.ru:443",
        "immune.mos.ru:",
        "immune.mos.ru.",
        "immune.mos.ru\\@evil.ru",
        "immune.mоs.ru",
        "immune.mos.ru%2F",
        " immune.mos.ru",
        "ıммune.mos.ru",
        "",
    ] {
        for rest in [format!("/qr?id={TOKEN}"), "/x#%".to_owned(), String::new()] {
            fails(CodeFault::Host, &[&format!("https://{authority}{rest}")]);
            fails(CodeFault::Host, &[&format!("ftp://{authority}{rest}")]);
        }
    }
    fails(CodeFault::Host, &["://", "1504://ABCDEFGH1", "ftp://2504518RAUXW0WY5"]);
}

#[test]
fn urls_of_another_form() {
    for form in [
        "http://immune.mos.ru/qr?id={}",
        "HTTPS://immune.mos.ru/qr?id={}",
        "://immune.mos.ru/qr?id={}",
        "x https://immune.mos.ru/qr?id={}",
        "https://immune.mos.ru",
        "https://immune.mos.ru?id={}",
        "https://immune.mos.ru#id={}",
        "https://immune.mos.ru/",
        "https://immune.mos.ru/qr",
        "https://immune.mos.ru/qr?",
        "https://immune.mos.ru/qr?id",
        "https://immune.mos.ru/qr/?id={}",
        "https://immune.mos.ru//qr?id={}",
        "https://immune.mos.ru/QR?id={}",
        "https://immune.mos.ru/qr?ID={}",
        "https://immune.mos.ru/qr?x=1&id={}",
        "https://immune.mos.ru/qr?id={}&x=1",
        "https://immune.mos.ru/qr?id={}&",
        "https://immune.mos.ru/qr?&id={}",
        "https://immune.mos.ru/qr?id={}&id={}",
        "https://immune.mos.ru/qr?id={}#",
        "https://immune.mos.ru/qr?id=%37{}",
        "https://immune.mos.ru/q%72?id={}",
        "https://immune.mos.ru/qr#?id={}",
    ] {
        fails(CodeFault::Url, &[&form.replace("{}", TOKEN)]);
    }
}

#[test]
fn the_value_of_a_url_is_a_token_and_nothing_else() {
    for (value, fault) in [
        ("", CodeFault::Length),
        (PERMIT, CodeFault::Length),
        ("AB1234567", CodeFault::Length),
        (" 7ZZZZZZZZZZZZZZZZZZZZZZZZZ", CodeFault::Length),
        ("7ZZZZZZZZZZZZZZZZZZZZZZZZZ/", CodeFault::Length),
        ("7ZZZZZZZZZZZZZZZZZZZZZZZZZ;", CodeFault::Length),
        ("7ZZZZZZZZZZZZZZZZZZZZZZZZ?", CodeFault::Symbol),
        ("7ZZZZZZZZZZZZZZZZZZZZZZZZХ", CodeFault::Symbol),
        ("8ZZZZZZZZZZZZZZZZZZZZZZZZZ", CodeFault::NonCanonical),
    ] {
        fails(fault, &[&format!("https://immune.mos.ru/qr?id={value}")]);
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_wrong_symbols() {
    for (text, fault) in [
        (&b"1504ABCDEFGH123\xFF"[..], CodeFault::Symbol),
        (b"\xFF504ABCDEFGH1234", CodeFault::Symbol),
        (b" 1504ABCDEFGH123\xD0\n", CodeFault::Symbol),
        (b"1504ABCDEFGH12\xE2\x82", CodeFault::Symbol),
        (b"1504ABCDEFGH1\xF0\x9F\x98", CodeFault::Symbol),
        (b"1504ABCDEFGH1234\xFF", CodeFault::Length),
        (b"1504ABCDEFGH123\xE2\x82", CodeFault::Length),
        (b"\xFF", CodeFault::Length),
        (b" \xFF ", CodeFault::Length),
        (b"\xFFB1234567", CodeFault::Symbol),
        (b"\xC2\xA0AB123456\xFF\xC2\xA0", CodeFault::Symbol),
        (b"https://immune.mos.ru\xFF/qr?id=1", CodeFault::Host),
        (b"https://immune.mos.ru/qr\xFF?id=1", CodeFault::Url),
        (b"https://immune.mos.ru/qr?id=\xFF", CodeFault::Length),
        (b"https://immune.mos.ru/qr?id=0000000000000000000000000\xFF", CodeFault::Symbol),
    ] {
        assert_eq!(read(text), Err(fault), "{text:?}");
    }
}

#[test]
fn registers_read_one_kind() {
    let cases = [
        (Kind::Permit, "1504-abcd efgh-1234"),
        (Kind::Card, " ав 1234567"),
        (Kind::Certificate, TOKEN),
    ];
    for (kind, text) in cases {
        assert_eq!(decode_as(kind, text.as_bytes()), decode(text.as_bytes(), &[]), "{text}");
        for other in Kind::ALL.iter().filter(|other| **other != kind) {
            assert_eq!(decode_as(*other, text.as_bytes()), Err(CodeFault::Length), "{text}");
        }
        assert_eq!(decode_as(kind, "\u{a0}".as_bytes()), Err(CodeFault::Empty));
    }
    let url = format!("https://immune.mos.ru/qr?id={TOKEN}");
    assert_eq!(decode_as(Kind::Certificate, url.as_bytes()), Err(CodeFault::Length));
    assert_eq!(decode_as(Kind::Permit, b"3002ABCDEFGH1234"), Err(CodeFault::ExpiryDate));
}

#[test]
fn a_code_is_not_shown_in_logs() {
    let shown = format!("{:?}", decode(PERMIT.as_bytes(), &[]));
    assert!(
        shown.contains("Permit") && !shown.contains("49") && !shown.contains("ABCD"),
        "{shown}"
    );
}

/// Texts near codes: symbols of codes, look-alikes, separators, white space and odd bytes.
fn near_codes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => "[0-9A-Za-z]{1,4}".prop_map(String::into_bytes),
        2 => "[АВЕКМНОРСТУХавекмнорстухЖſ１]".prop_map(String::into_bytes),
        1 => "[ \\-\u{a0}\t]".prop_map(String::into_bytes),
        1 => Just(b"https://immune.mos.ru/qr?id=".to_vec()),
        1 => any::<[u8; 1]>().prop_map(|byte| byte.to_vec()),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn the_short_cut_changes_nothing(text in near_codes()) {
        prop_assert_eq!(decode(&text, &hosts()), decode_fully(&text, &hosts()));
    }

    #[test]
    fn the_short_cut_changes_nothing_for_permits(text in "[0-3 ][0-9][01][0-9a][0-9A-Za-z ]{11}[0-9A-Z \n-]") {
        prop_assert_eq!(decode(text.as_bytes(), &hosts()), decode_fully(text.as_bytes(), &hosts()));
    }

    #[test]
    fn what_is_read_is_read_again(text in near_codes()) {
        if let Ok(code) = decode(&text, &hosts()) {
            prop_assert_eq!(decode(code.canonical().as_bytes(), &[]), Ok(code));
            prop_assert_eq!(decode_as(code.kind, code.canonical().as_bytes()), Ok(code));
        }
    }

    #[test]
    fn every_token_is_read_again(bits: u128) {
        let token = Code::certificate(bits);
        prop_assert_eq!(decode(token.canonical().as_bytes(), &[]), Ok(token));
        let url = certificate_url(&token, "immune.mos.ru");
        prop_assert_eq!(decode(url.as_bytes(), &hosts()), Ok(token));
    }

    #[test]
    fn trimming_bytes_is_trimming_text(text in "[ \u{a0}\u{3000}a]{0,6}", odd in "[ \u{2003}a]{0,4}") {
        prop_assert_eq!(fold::trim(text.as_bytes()), text.trim().as_bytes());
        let broken = [text.as_bytes(), b"\xFF", odd.as_bytes()].concat();
        let expected = [text.trim_start().as_bytes(), b"\xFF", odd.trim_end().as_bytes()].concat();
        prop_assert_eq!(fold::trim(&broken), expected.as_slice());
    }
}
