//! Permits by number: their codes, their times, and the same in a hash map.

use std::collections::HashMap;

use propusk_engine::code;
use propusk_engine::time::{Date, Instant};

use crate::random::Random;
use crate::world::World;

/// The text of a permit's code.
pub type Text = [u8; 16];
/// From when to when (exclusive) a permit is valid, Unix seconds.
pub type Times = (u32, u32);

const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPQRSTUVWX";
const LOW_60_BITS: u64 = (1 << 60) - 1;

/// The code of permit `number`; no two have the same.
#[must_use]
pub fn text(number: u64) -> Text {
    // Odd factors and shifts to the right can be undone, so this is a permutation of 60 bits.
    let mut bits = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) & LOW_60_BITS;
    bits ^= bits >> 31;
    bits = bits.wrapping_mul(0xbf58_476d_1ce4_e5b9) & LOW_60_BITS;
    bits ^= bits >> 29;
    let mut text =
        if number.is_multiple_of(2) { *b"3004............" } else { *b"1005............" };
    for (place, symbol) in text[4..].iter_mut().enumerate() {
        *symbol = SYMBOLS[(bits >> (5 * place)) as usize & 31];
    }
    text
}

/// First and last day of permit `number`.
pub(crate) fn days(number: u64) -> (&'static str, &'static str) {
    if number.is_multiple_of(2) {
        ("2020-04-28", "2020-04-30")
    } else {
        ("2020-05-01", "2020-05-10")
    }
}

/// The times of permit `number` as a program that keeps plain numbers would have them.
#[must_use]
pub fn times(number: u64) -> Times {
    let (from, to) = days(number);
    let date = |text| Date::parse(text).expect("a date");
    (date(from).start().unix() as u32, date(to).end().unix() as u32)
}

impl World {
    /// The same permits in the hash map of the standard library, under their decoded codes.
    #[must_use]
    pub fn hash_map(&self) -> HashMap<u128, Times> {
        let (even, odd) = (times(0), times(1));
        let of = |number: u64| if number.is_multiple_of(2) { even } else { odd };
        (0..self.permits).map(|number| (decoded(&text(number)), of(number))).collect()
    }

    /// So many random codes, nine of ten held by the store.
    #[must_use]
    pub fn queries(&self, count: usize, seed: u64) -> Vec<Text> {
        let mut random = Random::new(seed);
        let mut query = || {
            let known = !random.next().is_multiple_of(10);
            let number = random.next() % self.permits;
            text(if known { number } else { self.permits + number })
        };
        (0..count).map(|_| query()).collect()
    }
}

/// The key that a hash map is given: the canonical bytes of a code.
///
/// # Panics
/// For a text that is no code.
#[must_use]
pub fn decoded(text: &Text) -> u128 {
    u128::from_le_bytes(code::decode(text, &[]).expect("a permit").bytes)
}

/// How many of these codes are valid at `at`, by a hash map.
#[must_use]
pub fn valid_in(map: &HashMap<u128, Times>, keys: &[u128], at: Instant) -> usize {
    let at = at.unix() as u32;
    keys.iter()
        .filter(|key| map.get(key).is_some_and(|(from, to)| (*from..*to).contains(&at)))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use propusk_engine::verdict::Verdict;

    #[test]
    fn store_and_hash_map_agree_on_every_query() {
        let world = World::build(2_000).unwrap();
        let map = world.hash_map();
        assert_eq!(map.len(), 2_000);
        let queries = world.queries(5_000, 1);
        let mut verdicts = Vec::new();
        let snapshot = world.store.snapshot().unwrap();
        snapshot.verify_batch(&queries, world.at, &world.policy, &mut verdicts).unwrap();
        let valid = verdicts.iter().filter(|judged| judged.verdict == Verdict::Valid).count();
        let unknown = verdicts.iter().filter(|judged| judged.verdict == Verdict::Unknown).count();
        let keys: Vec<_> = queries.iter().map(decoded).collect();
        assert_eq!(valid, valid_in(&map, &keys, world.at));
        assert_eq!(unknown, keys.iter().filter(|key| !map.contains_key(key)).count());
        assert!(valid > 1_500 && unknown > 300);
    }
}
