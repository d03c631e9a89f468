//! The vectors held against the loops.

use super::*;
use crate::probe::{Plain, Vectored, Width};

/// A group that is judged.
struct Looked<'l>(i64, &'l Group, [&'l Line; GROUP]);

impl Vectored for Looked<'_> {
    type Output = Glances;

    fn run<M: Machine>(self) -> Glances {
        look_at_lines::<M>(self.0, self.1, self.2)
    }
}

/// By lines that hold some of the keys, at any place, at times near the instant and far from it; some
/// twice, of which the first counts.
#[test]
fn every_width_judges_as_loops_do() {
    let mut number = 1u64;
    let mut random = || {
        number = number.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        number ^ number >> 29
    };
    let mut held = 0;
    for round in 0..20_000 {
        let at = (random() % (1 << 33)) as i64 - (1 << 31);
        let keys: Group = core::array::from_fn(|_| (u128::from(random()) << 64).to_le_bytes());
        let lines: [Line; GROUP] = core::array::from_fn(|lane| {
            let mut line = Line::default();
            for place in 0..4 {
                let tag = (u128::from_le_bytes(keys[lane]) >> 64) as u64 & !0xff;
                let other = random() & !0xff ^ u64::from(random() % 2 == 0) << 8;
                let word = if random() % 4 == 0 { tag } else { other };
                line.words[place] = (word | random() & 0xff).into();
                let near = at.wrapping_add((random() % 8) as i64 - 4);
                let end = if round % 2 == 0 { near as u32 } else { random() as u32 };
                line.ends[place] = end.into();
                line.spans[place] = ((random() >> (32 + random() % 30)) as u32).into();
            }
            line
        });
        let lines = lines.each_ref();
        let by_loops = plain::look::<Plain>(at, &keys, lines);
        for width in Width::all() {
            let by_vectors = width.run(Looked(at, &keys, lines));
            assert_eq!(by_vectors.meanings, by_loops.meanings, "{width:?}");
            assert_eq!(by_vectors.validity, by_loops.validity, "{width:?}");
            assert_eq!(by_vectors.unsaid, by_loops.unsaid, "{width:?}");
            assert_eq!(by_vectors.beyond, by_loops.beyond, "{width:?}");
        }
        held += by_loops.meanings.iter().filter(|meaning| **meaning != ABSENT as u64).count();
    }
    assert!(held > 80_000, "{held}");
}
