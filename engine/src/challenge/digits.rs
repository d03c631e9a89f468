//! Codes of six digits, drawn so that each is as likely as any other.

use ring::rand::SecureRandom;
use zeroize::Zeroizing;

/// How many codes there are.
const CODES: u32 = 1_000_000;
/// Numbers from here on are drawn again: they would make small codes likelier than others.
const FAIR: u32 = u32::MAX / CODES * CODES;

/// Draws a code; `None` when the system gives no random bytes.
pub(super) fn draw(random: &dyn SecureRandom) -> Option<Zeroizing<String>> {
    loop {
        let mut bytes = Zeroizing::new([0; 4]);
        random.fill(&mut *bytes).ok()?;
        let number = u32::from_le_bytes(*bytes);
        if number < FAIR {
            return Some(Zeroizing::new(format!("{:06}", number % CODES)));
        }
    }
}

/// What was typed without its White_Space: a code of six digits, or something that is none.
pub(super) fn typed(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.chars().filter(|each| !each.is_whitespace()).collect())
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;

    use super::*;

    #[test]
    fn every_code_comes_from_equally_many_numbers() {
        assert_eq!((FAIR % CODES, u32::MAX - FAIR < CODES), (0, true));
    }

    /// Counts of each digit at each place, and of the first three digits, are those of chance: each
    /// bound is missed once in a billion runs.
    #[test]
    fn drawn_codes_look_like_chance() {
        let random = SystemRandom::new();
        let drawn = 200_000;
        let (mut digits, mut beginnings) = ([[0f64; 10]; 6], vec![0f64; 1000]);
        for _ in 0..drawn {
            let code = draw(&random).unwrap();
            assert_eq!(code.len(), 6);
            for (place, digit) in code.bytes().enumerate() {
                digits[place][usize::from(digit - b'0')] += 1.0;
            }
            beginnings[code[..3].parse::<usize>().unwrap()] += 1.0;
        }
        // How far the sum of squares is from what it should be, in standard deviations.
        let strangeness = |counts: &[f64]| {
            let (expected, free) =
                (f64::from(drawn) / counts.len() as f64, counts.len() as f64 - 1.0);
            let squares: f64 =
                counts.iter().map(|count| (count - expected).powi(2) / expected).sum();
            (squares - free) / (2.0 * free).sqrt()
        };
        for place in &digits {
            assert!(strangeness(place) < 12.0, "{place:?}");
        }
        assert!(strangeness(&beginnings).abs() < 8.0);
        // Numbers that small codes alone would come from are strange.
        let mut lopsided = beginnings.clone();
        lopsided[..500].iter_mut().for_each(|count| *count *= 1.1);
        assert!(strangeness(&lopsided) > 8.0);
    }

    #[test]
    fn white_space_is_all_that_is_ignored() {
        assert_eq!(*typed(" 123\u{a0}456\n"), "123456");
        assert_eq!(*typed("123-456"), "123-456");
    }
}
