//! SHA-256 of sixteen blocks at once, one in each lane of the widest vectors that a machine has.

use crate::probe::{Machine, Vectored, widest};

/// How many blocks are compressed at once.
pub(super) const LANES: usize = 16;

/// One word of every block or state.
pub(super) type Words = [u32; LANES];

/// The constants of SHA-256: of the cube roots of the first primes.
pub(super) const ROUNDS: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

/// Takes one block into each state whose lane of `taken` is all ones; others stay as they are.
pub(super) fn compress(states: &mut [Words; 8], blocks: &[Words; 16], taken: &Words) {
    widest(Compression { states, blocks, taken });
}

struct Compression<'a> {
    states: &'a mut [Words; 8],
    blocks: &'a [Words; 16],
    taken: &'a Words,
}

/// The same of every lane.
#[inline(always)]
fn each(word: impl Fn(usize) -> u32) -> Words {
    let mut words = [0; LANES];
    for (lane, of_lane) in words.iter_mut().enumerate() {
        *of_lane = word(lane);
    }
    words
}

impl Vectored for Compression<'_> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        let mut schedule = *self.blocks;
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *self.states;
        for (round, constant) in ROUNDS.iter().enumerate() {
            let at = round % 16;
            if round >= 16 {
                let [early, late] = [schedule[(round + 1) % 16], schedule[(round + 14) % 16]];
                let (first, middle) = (schedule[at], schedule[(round + 9) % 16]);
                schedule[at] = each(|l| {
                    let mixed_early =
                        early[l].rotate_right(7) ^ early[l].rotate_right(18) ^ (early[l] >> 3);
                    let mixed_late =
                        late[l].rotate_right(17) ^ late[l].rotate_right(19) ^ (late[l] >> 10);
                    let sum = first[l].wrapping_add(middle[l]);
                    sum.wrapping_add(mixed_early).wrapping_add(mixed_late)
                });
            }
            let word = schedule[at];
            let one = each(|l| {
                let mixed = e[l].rotate_right(6) ^ e[l].rotate_right(11) ^ e[l].rotate_right(25);
                let chosen = (e[l] & f[l]) ^ (!e[l] & g[l]);
                let sum = h[l].wrapping_add(*constant).wrapping_add(word[l]);
                sum.wrapping_add(mixed).wrapping_add(chosen)
            });
            let other = each(|l| {
                let mixed = a[l].rotate_right(2) ^ a[l].rotate_right(13) ^ a[l].rotate_right(22);
                let most = (a[l] & b[l]) ^ (a[l] & c[l]) ^ (b[l] & c[l]);
                mixed.wrapping_add(most)
            });
            (h, g, f) = (g, f, e);
            e = each(|l| d[l].wrapping_add(one[l]));
            (d, c, b) = (c, b, a);
            a = each(|l| one[l].wrapping_add(other[l]));
        }
        for (state, worked) in self.states.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *state = each(|l| state[l].wrapping_add(worked[l] & self.taken[l]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Width;

    #[test]
    fn every_lane_is_sha_256() {
        let mut word = 1u32;
        let mut next = || {
            word = word.wrapping_mul(0x9e37_79b1).rotate_left(7) ^ 0x1234_5678;
            word
        };
        for _ in 0..20 {
            let mut states: [Words; 8] = core::array::from_fn(|_| core::array::from_fn(|_| next()));
            let blocks: [Words; 16] = core::array::from_fn(|_| core::array::from_fn(|_| next()));
            let taken = core::array::from_fn(|_| if next() % 4 == 0 { 0 } else { u32::MAX });
            let before = states;
            for (lane, width) in
                (0..LANES).flat_map(|lane| Width::all().into_iter().map(move |w| (lane, w)))
            {
                states = before;
                width.run(Compression { states: &mut states, blocks: &blocks, taken: &taken });
                let mut state: [u32; 8] = core::array::from_fn(|word| before[word][lane]);
                let mut block = [0; 64];
                for (word, bytes) in blocks.iter().zip(block.as_chunks_mut().0) {
                    *bytes = word[lane].to_be_bytes();
                }
                if taken[lane] != 0 {
                    sha2::block_api::compress256(&mut state, &[block]);
                }
                assert_eq!(state, core::array::from_fn(|word| states[word][lane]), "{lane}");
            }
        }
    }
}
