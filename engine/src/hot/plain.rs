//! A group judged by loops, for any machine: the reference of the vectors.

use super::{ABSENT, BEFORE, ENDED, GROUP, Glances, Group, UNCLEAR};
use crate::format::{HOT_EPOCH, LINE_ENTRIES, Line};
use crate::probe::Machine;
use crate::table;

/// Judges what the home lines of keys hold, at so many seconds since [`HOT_EPOCH`].
#[inline(always)]
pub(super) fn look<M: Machine>(at: i64, keys: &Group, lines: [&Line; GROUP]) -> Glances {
    let mut glances =
        Glances { unsaid: 0, beyond: 0, meanings: [0; GROUP], validity: [[0; 2]; GROUP] };
    for (lane, (key, line)) in keys.iter().zip(lines).enumerate() {
        let key = u128::from_le_bytes(*key);
        let places = M::equal_but_low_byte(&line.words, (key >> 64) as u64);
        let held = places != 0;
        // Some place in any case: what it says is masked where the key is not here.
        let place = places.trailing_zeros() as usize % LINE_ENTRIES;
        let (end, span) = (i64::from(line.ends[place].get()), line.spans[place].get());
        let begin = end - i64::from(span >> 4);
        let ended = if at >= end { ENDED } else { 0 };
        let before = if at < begin { BEFORE } else { 0 };
        let known = (span & 15) << 2 | ended | before;
        let meaning = if held { u64::from(known) } else { ABSENT as u64 };
        let (word, bit) = table::filter(key);
        let overflows = line.words[word].get() & bit != 0;
        glances.unsaid |= ((UNCLEAR >> meaning & 1) as u32) << lane;
        glances.beyond |= u32::from(overflows & !held) << lane;
        glances.meanings[lane] = meaning;
        let validity = [begin + HOT_EPOCH, end + HOT_EPOCH];
        glances.validity[lane] = if held { validity } else { [0; 2] };
    }
    glances
}
