//! Codes: shapes, leniency, and the reasons in the order in which they win.

use propusk_engine::code;
use propusk_engine::policy::Policy;
use propusk_engine::verdict::{CodeFault, Kind};

use crate::model;

/// What a row expects: a canonical code, or the reason why there is none.
type Expected = Result<(Kind, &'static str), CodeFault>;

const fn permit(canonical: &'static str) -> Expected {
    Ok((Kind::Permit, canonical))
}

const fn token(canonical: &'static str) -> Expected {
    Ok((Kind::Certificate, canonical))
}

const fn card(canonical: &'static str) -> Expected {
    Ok((Kind::Card, canonical))
}

const EMPTY: Expected = Err(CodeFault::Empty);
const HOST: Expected = Err(CodeFault::Host);
const URL: Expected = Err(CodeFault::Url);
const LENGTH: Expected = Err(CodeFault::Length);
const SYMBOL: Expected = Err(CodeFault::Symbol);
const NON_CANONICAL: Expected = Err(CodeFault::NonCanonical);
const EXPIRY_DATE: Expected = Err(CodeFault::ExpiryDate);

const T: Expected = token("0123456789ABCDEFGHJKMNPQRS");

#[rustfmt::skip]
const ROWS: &[(&str, Expected)] = &[
    // White space of any sort around a code is ignored, and nothing but that.
    ("", EMPTY),
    (" ", EMPTY),
    ("\u{a0}\u{3000}\t\r\n\u{2028}\u{85}", EMPTY),
    (" 3004ABCDEFGH1234", permit("3004ABCDEFGH1234")),
    ("3004ABCDEFGH1234\r\n", permit("3004ABCDEFGH1234")),
    ("\u{3000}AA0000001\u{a0}", card("AA0000001")),
    ("\u{2003}0123456789ABCDEFGHJKMNPQRS\u{85}", T),
    (" https://immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS\n", T),
    ("\u{feff}3004ABCDEFGH1234", LENGTH),
    ("3004ABCDEFGH1234\u{200b}", LENGTH),
    ("3004ABCDEFGH1234\0", LENGTH),
    ("3004ABC EFGH1234", SYMBOL),

    // Small letters are raised, ASCII ones and the twelve Cyrillic ones (below); no other symbol means
    // anything, however it may look or be raised elsewhere.
    ("3004abcdefghijkl", permit("3004ABCDEFGHIJKL")),
    ("3004mnopqrstuvwxyz", LENGTH),
    ("3004mnopqrstuvwx", permit("3004MNOPQRSTUVWX")),
    ("3004yz0123456789", permit("3004YZ0123456789")),
    ("3004БBCDEFGH1234", SYMBOL),
    ("3004бBCDEFGH1234", SYMBOL),
    ("3004ЗBCDEFGH1234", SYMBOL),
    ("3004ЁBCDEFGH1234", SYMBOL),
    ("3004ЯBCDEFGH1234", SYMBOL),
    ("3004ІBCDEFGH1234", SYMBOL),
    ("3004ЅBCDEFGH1234", SYMBOL),
    ("3004ЈBCDEFGH1234", SYMBOL),
    ("3004ΑBCDEFGH1234", SYMBOL), // a Greek alpha
    ("3004ſBCDEFGH1234", SYMBOL), // raised to S elsewhere
    ("3004ıBCDEFGH1234", SYMBOL), // raised to I elsewhere
    ("3004\u{212a}BCDEFGH1234", SYMBOL), // the sign of the kelvin
    ("3004\u{1c80}BCDEFGH1234", SYMBOL), // raised to В elsewhere
    ("3004\u{1c83}BCDEFGH1234", SYMBOL), // raised to С elsewhere
    ("3004ＡBCDEFGH1234", SYMBOL),
    ("３004ABCDEFGH1234", SYMBOL),
    ("٣004ABCDEFGH1234", SYMBOL),
    ("3004ABCDEFGH123\u{2080}", SYMBOL),
    ("3004ABCDEFGH123\u{301}", SYMBOL),
    ("3004ABCDEFGH12_4", SYMBOL),
    ("3004ABCDEFGH12:4", SYMBOL),
    ("3004ABCDEFGH12@4", SYMBOL),
    ("3004ABCDEFGH12[4", SYMBOL),
    ("3004ABCDEFGH12`4", SYMBOL),
    ("3004ABCDEFGH12{4", SYMBOL),
    ("3004ABCDEFGH12/4", SYMBOL),

    // A URL is a text with `://`. Another authority than the policy's host is `host`; ASCII case aside.
    ("https://immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", T),
    ("https://IMMUNE.mos.RU/qr?id=0123456789ABCDEFGHJKMNPQRS", T),
    ("https://immune.mos.ru.evil.su/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https://immune-mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https://mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https://www.immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https://immune.mos.ru./qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https://immunе.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST), // a Cyrillic е
    ("https://immune.mos.ru:443/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https://user@immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https://immune.mos.ru@evil.su/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https://immune.mos.ru%2F/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https:// immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https:///qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https://immune.mos.ru\\@evil.su/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https://immune.mos.ru\\/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https://evil.su/https://immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    ("https://", HOST),
    ("://", HOST),
    ("https:/immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", LENGTH),
    // Scheme `https` in small letters, path `/qr`, one `id` alone, no fragment, no percent sign: else `url`.
    ("http://immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("HTTPS://immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("Https://immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("://immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("x https://immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru", URL),
    ("https://immune.mos.ru/", URL),
    ("https://immune.mos.ru/qr", URL),
    ("https://immune.mos.ru/?id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru?id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru/QR?id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru/qr/?id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru//qr?id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru/qr?", URL),
    ("https://immune.mos.ru/qr?id", URL),
    ("https://immune.mos.ru/qr?ID=0123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru/qr?x=1&id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS&x=1", URL),
    ("https://immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS&", URL),
    ("https://immune.mos.ru/qr;?id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru/./qr?id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru/qr?&id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru/qr?id=1&id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRS#", URL),
    ("https://immune.mos.ru#/qr?id=0123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru/qr?id=%30123456789ABCDEFGHJKMNPQRS", URL),
    ("https://immune.mos.ru/%71r?id=0123456789ABCDEFGHJKMNPQRS", URL),
    // What `id` says is a token, and no other kind of code.
    ("https://immune.mos.ru/qr?id=o1234s6789abcdefghjkmnpqrs", token("01234S6789ABCDEFGHJKMNPQRS")),
    ("https://immune.mos.ru/qr?id=", LENGTH),
    ("https://immune.mos.ru/qr?id=3004ABCDEFGH1234", LENGTH),
    ("https://immune.mos.ru/qr?id=AA0000001", LENGTH),
    ("https://immune.mos.ru/qr?id= 0123456789ABCDEFGHJKMNPQRS", LENGTH),
    ("https://immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQRU", SYMBOL),
    ("https://immune.mos.ru/qr?id=id=3456789ABCDEFGHJKMNPQRS", SYMBOL),
    ("https://immune.mos.ru/qr?id=8123456789ABCDEFGHJKMNPQRS", NON_CANONICAL),

    // A token is 26 symbols of Crockford's Base32, small or capital; I and L are 1, O is 0.
    ("0123456789ABCDEFGHJKMNPQRS", T),
    ("0123456789abcdefghjkmnpqrs", T),
    ("00000000000000000000TVWXYZ", token("00000000000000000000TVWXYZ")),
    ("00000000000000000000tvwxyz", token("00000000000000000000TVWXYZ")),
    ("OoIiLl00000000000000000000", token("00111100000000000000000000")),
    ("00000000000000000000000000", token("00000000000000000000000000")),
    // No U, no hyphens, no Cyrillic.
    ("U0000000000000000000000000", SYMBOL),
    ("0000000000000000000000000u", SYMBOL),
    ("0000000000000-000000000000", SYMBOL),
    ("0123456789ABCDEFGHJKMNPQRС", SYMBOL),
    ("а123456789ABCDEFGHJKMNPQRS", SYMBOL),
    ("0123456789ABC DEFGHJKMNPQR", SYMBOL),
    ("01234-56789-ABCDE-FGHJK-MNPQR-S", LENGTH),
    // A first symbol above 7 holds more than 128 bits.
    ("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", token("7ZZZZZZZZZZZZZZZZZZZZZZZZZ")),
    ("80000000000000000000000000", NON_CANONICAL),
    ("90000000000000000000000000", NON_CANONICAL),
    ("Z0000000000000000000000000", NON_CANONICAL),
    ("a0000000000000000000000000", NON_CANONICAL),

    // A permit is 16 symbols, unbroken or four groups of four; one space or hyphen, mixed as it comes.
    ("3004ABCDEFGH1234", permit("3004ABCDEFGH1234")),
    ("3004 ABCD EFGH 1234", permit("3004ABCDEFGH1234")),
    ("3004-ABCD-EFGH-1234", permit("3004ABCDEFGH1234")),
    ("3004-ABCD EFGH 1234", permit("3004ABCDEFGH1234")),
    ("3004 ABCD-EFGH 1234", permit("3004ABCDEFGH1234")),
    ("3004 ABCD EFGH-1234", permit("3004ABCDEFGH1234")),
    ("3004-ABCD-EFGH 1234", permit("3004ABCDEFGH1234")),
    ("3004-авсд-EFGH 1234", SYMBOL),
    ("3004-АвСЕ-ехhH 1234", permit("3004ABCEEXHH1234")),
    // At all three places or nowhere, one alone, and no other dash or space.
    ("3004 ABCDEFGH1234", LENGTH),
    ("3004-ABCD-EFGH1234", LENGTH),
    ("3004ABCD-EFGH-1234", LENGTH),
    ("3004  ABCD EFGH 1234", LENGTH),
    ("3004--ABCD-EFGH-1234", LENGTH),
    ("300-4ABC-DEFG-H1234", LENGTH),
    ("3004-ABCD-EFGH-123-4", LENGTH),
    ("3004\u{2010}ABCD-EFGH-1234", LENGTH),
    ("3004\u{a0}ABCD EFGH 1234", LENGTH),
    ("3004\tABCD EFGH 1234", LENGTH),
    ("3004_ABCD_EFGH_1234", LENGTH),
    ("3004-ABCD-EFGH-1-34", SYMBOL),
    // Four digits first, then digits and letters.
    ("0101000000000000", permit("0101000000000000")),
    ("0101ZZZZZZZZZZZZ", permit("0101ZZZZZZZZZZZZ")),
    ("A004ABCDEFGH1234", SYMBOL),
    ("3О04ABCDEFGH1234", SYMBOL), // a letter О
    ("300OABCDEFGH1234", SYMBOL),
    // The four are a date of some year, 29 February too.
    ("2902ABCDEFGH1234", permit("2902ABCDEFGH1234")),
    ("3112ABCDEFGH1234", permit("3112ABCDEFGH1234")),
    ("0101ABCDEFGH1234", permit("0101ABCDEFGH1234")),
    ("3101ABCDEFGH1234", permit("3101ABCDEFGH1234")),
    ("3103ABCDEFGH1234", permit("3103ABCDEFGH1234")),
    ("3105ABCDEFGH1234", permit("3105ABCDEFGH1234")),
    ("3006ABCDEFGH1234", permit("3006ABCDEFGH1234")),
    ("3107ABCDEFGH1234", permit("3107ABCDEFGH1234")),
    ("3108ABCDEFGH1234", permit("3108ABCDEFGH1234")),
    ("3009ABCDEFGH1234", permit("3009ABCDEFGH1234")),
    ("3110ABCDEFGH1234", permit("3110ABCDEFGH1234")),
    ("3011ABCDEFGH1234", permit("3011ABCDEFGH1234")),
    ("3002ABCDEFGH1234", EXPIRY_DATE),
    ("3201ABCDEFGH1234", EXPIRY_DATE),
    ("3104ABCDEFGH1234", EXPIRY_DATE),
    ("3106ABCDEFGH1234", EXPIRY_DATE),
    ("3109ABCDEFGH1234", EXPIRY_DATE),
    ("3111ABCDEFGH1234", EXPIRY_DATE),
    ("3212ABCDEFGH1234", EXPIRY_DATE),
    ("0001ABCDEFGH1234", EXPIRY_DATE),
    ("0100ABCDEFGH1234", EXPIRY_DATE),
    ("0113ABCDEFGH1234", EXPIRY_DATE),
    ("0000ABCDEFGH1234", EXPIRY_DATE),
    ("9999ABCDEFGH1234", EXPIRY_DATE),
    ("1230ABCDEFGH1234", EXPIRY_DATE), // month first

    // A card is two letters and seven digits, with or without one space between.
    ("AZ0123456", card("AZ0123456")),
    ("az0123456", card("AZ0123456")),
    ("az 0123456", card("AZ0123456")),
    ("аХ 9999999", card("AX9999999")),
    ("AZ  0123456", LENGTH),
    ("AZ-0123456", LENGTH),
    ("A Z0123456", LENGTH),
    ("AZ0 123456", LENGTH),
    ("AZ\u{a0}0123456", LENGTH),
    ("A00123456", SYMBOL),
    ("0Z0123456", SYMBOL),
    ("AZZ123456", SYMBOL),
    ("AZ012345O", SYMBOL),
    ("ЖZ0123456", SYMBOL),
    ("012345678", SYMBOL),

    // 26, 16 and 9 symbols; anything else is `length`. Symbols are counted, not bytes.
    ("0", LENGTH),
    ("AZ012345", LENGTH),
    ("AZ01234567", LENGTH),
    ("3004ABCDEFGH123", LENGTH),
    ("3004ABCDEFGH12345", LENGTH),
    ("3004-ABCD-EFGH-123", LENGTH),
    ("0123456789ABCDEFGHJKMNPQR", LENGTH),
    ("0123456789ABCDEFGHJKMNPQRST", LENGTH),
    ("3004ССССАААААААА", permit("3004CCCCAAAAAAAA")),
    ("жжжжжжжжжжжжж", LENGTH), // 26 bytes

    // The order of the reasons. `host` before `url`, `length`, `symbol`, `non_canonical`.
    ("http://mos.ru/", HOST),
    ("https://mos.ru/qr?id=0", HOST),
    ("https://mos.ru/qr?id=U0000000000000000000000000", HOST),
    ("https://mos.ru/qr?id=80000000000000000000000000", HOST),
    // `url` before `length`, `symbol`, `non_canonical`.
    ("http://immune.mos.ru/qr?id=0", URL),
    ("http://immune.mos.ru/qr?id=U0000000000000000000000000", URL),
    ("http://immune.mos.ru/qr?id=80000000000000000000000000", URL),
    // `length` before `symbol`, `non_canonical`, `expiry_date`.
    ("U000000000000000000000000", LENGTH),
    ("?", LENGTH),
    ("800000000000000000000000000", LENGTH),
    ("3002ABCDEFGH12345", LENGTH),
    // `symbol` before `non_canonical`, `expiry_date`.
    ("8000000000000000000000000U", SYMBOL),
    ("3002ABCDEFGH123?", SYMBOL),
    ("3002-ABCD-EFGH-123?", SYMBOL),
];

/// Each Cyrillic capital, its small letter, and the Latin capital to which both are folded.
const LETTERS: [(char, char, char); 12] = [
    ('А', 'а', 'A'),
    ('В', 'в', 'B'),
    ('Е', 'е', 'E'),
    ('К', 'к', 'K'),
    ('М', 'м', 'M'),
    ('Н', 'н', 'H'),
    ('О', 'о', 'O'),
    ('Р', 'р', 'P'),
    ('С', 'с', 'C'),
    ('Т', 'т', 'T'),
    ('У', 'у', 'Y'),
    ('Х', 'х', 'X'),
];

/// Bytes that are not UTF-8 are wrong symbols, at either end too.
const NOT_UTF_8: &[(&[u8], Expected)] = &[
    (b"\xff", LENGTH),
    (b"3004ABCDEFGH123\xff", SYMBOL),
    (b"\xff004ABCDEFGH1234", SYMBOL),
    (b"3004ABCDEFGH1234\xff", LENGTH),
    (b"\xffAZ0123456", LENGTH),
    (b"AZ012345\xd0", SYMBOL),
    (b"\xc0Z0123456", SYMBOL),
    (b"0123456789ABCDEFGHJKMNPQR\x80", SYMBOL),
    (b"https://immune.mos.ru\xff/qr?id=0123456789ABCDEFGHJKMNPQRS", HOST),
    (b"https://immune.mos.ru/qr?id=0123456789ABCDEFGHJKMNPQR\xff", SYMBOL),
    (b" \xff ", LENGTH),
];

/// A register's code is read as leniently, but one of another kind is of the wrong length.
const OF_ONE_KIND: &[(Kind, &str, Expected)] = &[
    (Kind::Permit, " 3004-ехhH-EFGH 1234 ", permit("3004EXHHEFGH1234")),
    (Kind::Permit, "0123456789ABCDEFGHJKMNPQRS", LENGTH),
    (Kind::Permit, "AA0000001", LENGTH),
    (Kind::Permit, "", EMPTY),
    (Kind::Permit, "3002ABCDEFGH1234", EXPIRY_DATE),
    (Kind::Certificate, "\to123456789abcdefghjkmnpqrs", T),
    (Kind::Certificate, "3004ABCDEFGH1234", LENGTH),
    (Kind::Certificate, "80000000000000000000000000", NON_CANONICAL),
    (Kind::Card, "ах 0000001", card("AX0000001")),
    (Kind::Card, "3004ABCDEFGH1234", LENGTH),
    (Kind::Card, "A00000001", SYMBOL),
];

fn check(text: &[u8], expected: Expected) {
    let shown = String::from_utf8_lossy(text);
    let words = |code: code::Code| (code.kind, code.canonical());
    let expected = expected.map(|(kind, canonical)| (kind, canonical.to_owned()));
    let decoded = code::decode(text, &Policy::default().certificate_hosts).map(words);
    assert_eq!(decoded, expected, "{shown:?}");
    let model = model::code::decode(text).map(|code| match code {
        model::code::Code::Permit(text) => (Kind::Permit, text),
        model::code::Code::Certificate(text) => (Kind::Certificate, text),
        model::code::Code::Card(text) => (Kind::Card, text),
    });
    assert_eq!(model, expected.map_err(CodeFault::as_str), "the model: {shown:?}");
}

#[test]
fn every_text() {
    for (text, expected) in ROWS {
        check(text.as_bytes(), *expected);
    }
    for (text, expected) in NOT_UTF_8 {
        check(text, *expected);
    }
    for (kind, text, expected) in OF_ONE_KIND {
        let decoded = code::decode_as(*kind, text.as_bytes());
        let decoded = decoded.map(|code| (code.kind, code.canonical()));
        let expected = expected.map(|(kind, canonical)| (kind, canonical.to_owned()));
        assert_eq!(decoded, expected, "{kind} {text:?}");
    }
}

#[test]
fn every_letter() {
    let decoded = |text: &str| {
        let code = code::decode(text.as_bytes(), &[]).expect(text);
        assert_eq!(model::code::decode(text.as_bytes()).map(|code| code.kind()), Ok("permit"));
        code.canonical()
    };
    for (capital, small, latin) in LETTERS {
        let expected = format!("0101{latin}0000000000{latin}");
        for letter in [capital, small, latin, latin.to_ascii_lowercase()] {
            assert_eq!(decoded(&format!("0101{letter}0000000000{letter}")), expected);
        }
    }
}

/// The reasons that some row names.
pub(crate) fn reasons() -> Vec<CodeFault> {
    let bytes = NOT_UTF_8.iter().map(|(_, expected)| *expected);
    ROWS.iter().map(|(_, expected)| *expected).chain(bytes).filter_map(Result::err).collect()
}
