//! New codes of permits: the last day, then twelve symbols that nobody can foresee.

use ring::rand::{SecureRandom as _, SystemRandom};

use crate::code::Code;
use crate::error::StoreError;
use crate::time::Date;
use crate::verdict::Kind;

const SYMBOLS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Bytes below this stand for each symbol equally often.
const EVEN: u8 = 252;
const DRAWN: usize = 12;

/// Fills bytes at random; `false` where there is no randomness.
pub(crate) type Source = dyn Fn(&mut [u8]) -> bool + Send + Sync;

/// The system's secure source.
pub(crate) fn secure() -> Box<Source> {
    let random = SystemRandom::new();
    Box::new(move |bytes| random.fill(bytes).is_ok())
}

/// Draws a code whose last day is this one.
pub(crate) fn draw(source: &Source, valid_to: Date) -> Result<Code, StoreError> {
    let (_, month, day) = valid_to.ymd();
    let mut bytes = [0; 16];
    let date = [day / 10, day % 10, month / 10, month % 10];
    for (target, digit) in bytes.iter_mut().zip(date) {
        *target = b'0' + digit;
    }
    let (mut pool, mut used) = ([0; 16], 16);
    for target in &mut bytes[16 - DRAWN..] {
        loop {
            if used == pool.len() {
                if !source(&mut pool) {
                    return Err(StoreError::Random);
                }
                used = 0;
            }
            used += 1;
            let drawn = pool[used - 1];
            if drawn < EVEN {
                *target = SYMBOLS[usize::from(drawn) % SYMBOLS.len()];
                break;
            }
        }
    }
    Ok(Code { kind: Kind::Permit, bytes })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn may() -> Date {
        Date::from_ymd(2020, 5, 4).unwrap()
    }

    #[test]
    fn a_code_is_its_day_and_symbols_that_are_equally_frequent() {
        let source = secure();
        let mut counts = [0u32; 256];
        let mut codes = HashSet::new();
        for _ in 0..30_000 {
            let code = draw(&source, may()).unwrap();
            let text = code.canonical();
            assert!(text.starts_with("0405"));
            assert_eq!(crate::code::decode_as(Kind::Permit, text.as_bytes()), Ok(code));
            text.bytes().skip(4).for_each(|symbol| counts[usize::from(symbol)] += 1);
            assert!(codes.insert(text));
        }
        // 10,000 of each expected; chance strays by 100, thirteen times that is none.
        for symbol in SYMBOLS {
            let count = counts[usize::from(*symbol)];
            assert!((8_700..11_300).contains(&count), "{}: {count}", char::from(*symbol));
        }
    }

    #[test]
    fn uneven_bytes_are_drawn_again() {
        let source = |bytes: &mut [u8]| {
            bytes.fill(255);
            bytes[3] = 251;
            true
        };
        assert_eq!(draw(&source, may()).unwrap().canonical(), "0405ZZZZZZZZZZZZ");
    }

    #[test]
    fn without_randomness_there_is_no_code() {
        assert!(matches!(draw(&|_| false, may()), Err(StoreError::Random)));
    }
}
