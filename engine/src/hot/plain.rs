//! A group judged by loops, for any machine: the reference of the vectors.

use super::{ABSENT, BEFORE, ENDED, GROUP, Glances, Group, Seen, UNCLEAR};
use crate::format::HOT_EPOCH;

/// Judges what was seen, at so many seconds since [`HOT_EPOCH`].
#[inline(always)]
pub(super) fn judge(at: i64, keys: &Group, seen: &Seen) -> Glances {
    let mut glances =
        Glances { unsaid: 0, beyond: 0, meanings: [0; GROUP], validity: [[0; 2]; GROUP] };
    for (lane, key) in keys.iter().enumerate() {
        let (end, span) = (seen.ends[lane] as i64, seen.spans[lane]);
        let held = seen.held[lane] != 0;
        let begin = end - (span >> 4) as i64;
        let ended = if at >= end { u64::from(ENDED) } else { 0 };
        let before = if at < begin { u64::from(BEFORE) } else { 0 };
        let known = (span & 15) << 2 | ended | before;
        let meaning = if held { known } else { ABSENT as u64 };
        let overflows = seen.words[lane] >> (key[8] & 7) & 1 != 0;
        glances.unsaid |= ((UNCLEAR >> meaning & 1) as u32) << lane;
        glances.beyond |= u32::from(overflows & !held) << lane;
        glances.meanings[lane] = meaning;
        let validity = [begin + HOT_EPOCH, end + HOT_EPOCH];
        glances.validity[lane] = if held { validity } else { [0; 2] };
    }
    glances
}
