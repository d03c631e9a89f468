//! Records of every kind by number: their codes and their rows.

use propusk_engine::code::Code;
use propusk_engine::record::Register;
use propusk_engine::row::{CARDS, CERTIFICATES, PERMITS, Row};
use propusk_engine::verdict::Kind;

use crate::queries::{days, text};

/// The symbols of a certificate's token.
pub type TokenText = [u8; 26];
/// Those of a card: series and number.
pub type CardText = [u8; 9];

/// Numbers of a card for each series.
const CARD_NUMBERS: u64 = 10_000_000;
const LETTERS: u64 = 26;
const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// The register that holds codes of a kind.
#[must_use]
pub fn register(kind: Kind) -> Register {
    match kind {
        Kind::Permit => Register::Permits,
        Kind::Certificate => Register::Certificates,
        Kind::Card => Register::Cards,
    }
}

/// The token of certificate `number`; no two have the same.
///
/// # Panics
/// Never: a token has 26 symbols.
#[must_use]
pub fn token(number: u64) -> TokenText {
    // An odd factor can be undone, so no two are equal.
    let bits = u128::from(number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    let text = Code::certificate(bits).canonical();
    text.as_bytes().try_into().expect("a token has 26 symbols")
}

/// Series and number of card `number`; no two below 6,760,000,000 have the same.
#[must_use]
pub fn card(number: u64) -> CardText {
    let series = number / CARD_NUMBERS % (LETTERS * LETTERS);
    // The factor shares no divisor with the numbers of a series.
    let mut digits = number % CARD_NUMBERS * 7_654_321 % CARD_NUMBERS;
    let mut text =
        [b'A' + (series / LETTERS) as u8, b'A' + (series % LETTERS) as u8, 0, 0, 0, 0, 0, 0, 0];
    for place in text[2..].iter_mut().rev() {
        *place = b'0' + (digits % 10) as u8;
        digits /= 10;
    }
    text
}

/// The row of record `number`; at the instant that its world is asked for those with an odd number are
/// valid, the others are over.
pub(crate) fn row(kind: Kind, number: u64) -> Row<'static> {
    let even = number.is_multiple_of(2);
    let document = if number == 0 { "9999999999".to_owned() } else { format!("{number:010}") };
    let string = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    let mut row;
    match kind {
        Kind::Permit => {
            let (from, to) = days(number);
            row = Row::empty(&PERMITS);
            row.set("code", string(&text(number)));
            row.set("type", "1");
            row.set("issued_at", "2020-04-27T12:00:00+03:00");
            row.set("valid_from", from);
            row.set("valid_to", to);
        }
        Kind::Certificate => {
            // Of each kind a third, those with an odd number valid before the last rule took over and after.
            let (kind, odd_day) = match number / 2 % 3 {
                0 => ("vaccination", "2021-06-10"),
                1 => ("recovery", "2021-10-10"),
                _ => ("pcr", "2021-12-19"),
            };
            let day = if even { "2020-01-10" } else { odd_day };
            row = Row::empty(&CERTIFICATES);
            row.set("token", string(&token(number)));
            row.set("kind", kind);
            for column in ["issued_at", "sampled_at", "reported_at"] {
                row.set(column, format!("{day}T12:00:00+03:00"));
            }
        }
        Kind::Card => {
            let card = string(&card(number));
            row = Row::empty(&CARDS);
            row.set("series", card[..2].to_owned());
            row.set("number", card[2..].to_owned());
            row.set("issued_on", if even { "2016-01-10" } else { "2020-01-10" });
            row.set("gender", "F");
            row.set("nationality", "UZB");
            for column in ["photo_sha256", "signature_sha256"] {
                row.set(column, HASH);
            }
        }
    }
    if kind != Kind::Permit {
        row.set("surname", "ПРИМЕРОВА");
        row.set("first_name", "АННА");
        row.set("birth_date", "1980-01-01");
    }
    row.set("doc_number", document);
    row
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use propusk_engine::verdict::Verdict;

    use super::*;
    use crate::{World, before_takeover};

    #[test]
    fn half_of_every_kind_is_valid() {
        for kind in Kind::ALL {
            let world = World::build_of(*kind, 1_000).unwrap();
            let texts: Vec<Vec<u8>> = (0..2_000)
                .map(|number| match kind {
                    Kind::Permit => text(number).to_vec(),
                    Kind::Certificate => token(number).to_vec(),
                    Kind::Card => card(number).to_vec(),
                })
                .collect();
            assert_eq!(texts.iter().collect::<HashSet<_>>().len(), 2_000);
            let snapshot = world.store.snapshot().unwrap();
            let mut verdicts = Vec::new();
            let before = (*kind != Kind::Permit).then(before_takeover);
            for at in [world.at].into_iter().chain(before) {
                snapshot.verify_batch(&texts, at, &world.policy, &mut verdicts).unwrap();
                for (number, judged) in verdicts.iter().enumerate() {
                    let expected = match number {
                        1_000.. => Verdict::Unknown,
                        number if number % 2 == 0 => Verdict::Expired,
                        _ => Verdict::Valid,
                    };
                    assert_eq!(judged.verdict, expected, "{kind} {number} at {at}");
                }
            }
        }
    }
}
