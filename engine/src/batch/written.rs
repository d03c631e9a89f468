//! Verdicts written from what a group of glances says.
#![allow(unsafe_code)]

use super::meaning::MEANING_OF;
use crate::hot::{GROUP, Glances, MEANINGS};
use crate::probe::Machine;
use crate::time::Instant;
use crate::verdict::Kind;
use crate::verify::Judged;

/// Writes the verdicts on codes of a kind.
#[inline(always)]
pub(super) fn write<M: Machine>(kind: Kind, glances: &Glances, verdicts: &mut [Judged; GROUP]) {
    #[cfg(target_arch = "x86_64")]
    if M::HAS_AVX512 {
        // SAFETY: a machine of which that is said was asked for all of it.
        return unsafe { avx512::write(kind, glances, verdicts) };
    }
    by_loops(kind, glances, verdicts);
}

/// The reference of the vectors.
#[inline(always)]
fn by_loops(kind: Kind, glances: &Glances, verdicts: &mut [Judged; GROUP]) {
    let meanings = &MEANING_OF[kind as usize];
    for (lane, verdict) in verdicts.iter_mut().enumerate() {
        *verdict = Judged {
            what: meanings[glances.meanings[lane] as usize % MEANINGS],
            from: Instant::from_unix(glances.validity[lane][0]),
            until: Instant::from_unix(glances.validity[lane][1]),
        };
    }
}

/// By vectors of 64 bytes: a byte of the answers is looked up for all lanes at once.
#[cfg(target_arch = "x86_64")]
mod avx512 {
    use core::arch::x86_64::{
        __m512i, _mm512_mask_permutexvar_epi8, _mm512_permutex2var_epi64, _mm512_set1_epi64,
        _mm512_shuffle_epi8,
    };
    use core::mem::{offset_of, transmute as bytes_of};

    use zerocopy::transmute;

    use super::super::meaning::MEANING_OF;
    use crate::hot::{ABSENT, GROUP, Glances, MEANINGS};
    use crate::verdict::{CodeFault, Kind, Notice, Subtype, Verdict};
    use crate::verify::{Judged, What};

    /// What the meanings of a kind's glances are, byte by byte.
    struct Columns {
        verdicts: [u8; MEANINGS],
        subtypes: [u8; MEANINGS],
        /// A [`What`] as it lies in memory; all others of the kind differ in these two bytes alone.
        other: u64,
    }

    static COLUMNS_OF: [Columns; Kind::ALL.len()] =
        [Columns::of(0), Columns::of(1), Columns::of(2)];

    /// Bits of the bytes of all lanes where a part of a [`What`] stands.
    const fn bytes_at(offset: usize) -> u64 {
        0x0101_0101_0101_0101 << offset
    }

    const VERDICTS: u64 = bytes_at(offset_of!(What, verdict));
    const SUBTYPES: u64 = bytes_at(offset_of!(What, subtype));

    /// The words of an answer.
    const WORDS: usize = 3;
    const _: () = assert!(
        size_of::<What>() == 8
            && size_of::<Judged>() == 8 * WORDS
            && offset_of!(Judged, what) == 0
            && offset_of!(Judged, from) == 8
            && offset_of!(Judged, until) == 16
    );

    impl Columns {
        const fn of(kind: usize) -> Self {
            let meanings = &MEANING_OF[kind];
            let (mut verdicts, mut subtypes) = ([0; MEANINGS], [0; MEANINGS]);
            let mut meaning = 0;
            while meaning < MEANINGS {
                let What { verdict, subtype, .. } = meanings[meaning];
                // SAFETY: an enum without fields, or none of its members, is a byte that is written.
                [verdicts[meaning], subtypes[meaning]] = unsafe {
                    [bytes_of::<Verdict, u8>(verdict), bytes_of::<Option<Subtype>, u8>(subtype)]
                };
                meaning += 1;
            }
            let What { kind, reason, notice, .. } = meanings[ABSENT];
            // SAFETY: as above.
            let [kind, reason, notice] = unsafe {
                [
                    bytes_of::<Option<Kind>, u8>(kind),
                    bytes_of::<Option<CodeFault>, u8>(reason),
                    bytes_of::<Option<Notice>, u8>(notice),
                ]
            };
            let mut other = [0; 8];
            other[offset_of!(What, kind)] = kind;
            other[offset_of!(What, reason)] = reason;
            other[offset_of!(What, notice)] = notice;
            Columns { verdicts, subtypes, other: u64::from_ne_bytes(other) }
        }
    }

    /// [`super::by_loops`], by vectors.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    pub(super) fn write(kind: Kind, glances: &Glances, verdicts: &mut [Judged; GROUP]) {
        let load = |words: [u64; GROUP]| -> __m512i { transmute!(words) };
        let columns = &COLUMNS_OF[kind as usize];
        // A lane's meaning in all its bytes.
        let first_bytes: [[u8; 8]; GROUP] =
            [[0; 8], [8; 8], [0; 8], [8; 8], [0; 8], [8; 8], [0; 8], [8; 8]];
        let meanings = _mm512_shuffle_epi8(load(glances.meanings), transmute!(first_bytes));
        let whats = _mm512_set1_epi64(columns.other.cast_signed());
        let whats =
            _mm512_mask_permutexvar_epi8(whats, VERDICTS, meanings, transmute!(columns.verdicts));
        let whats =
            _mm512_mask_permutexvar_epi8(whats, SUBTYPES, meanings, transmute!(columns.subtypes));

        // Words of the first operand are named by 0 to 7, those of the second by 8 to 15.
        let [front, back]: [__m512i; 2] = transmute!(glances.validity);
        let first = load([0, 8, 9, 1, 10, 11, 2, 12]);
        let middle = load([13, 3, 14, 15, 4, 0, 0, 5]);
        let rest_of_middle = load([0, 1, 2, 3, 4, 8, 9, 7]);
        let last = load([10, 11, 6, 12, 13, 7, 14, 15]);
        let middle = _mm512_permutex2var_epi64(whats, middle, front);
        let words = [
            _mm512_permutex2var_epi64(whats, first, front),
            _mm512_permutex2var_epi64(middle, rest_of_middle, back),
            _mm512_permutex2var_epi64(whats, last, back),
        ];
        let words: [[u64; WORDS]; GROUP] = transmute!(words);
        // SAFETY: an answer is as long as its words, and stands in them as was asserted: first a
        // `What` that is one of the kind's byte for byte, as what differs between them was looked up
        // under one meaning; then two instants, which are any number.
        *verdicts = unsafe { bytes_of::<[[u64; WORDS]; GROUP], [Judged; GROUP]>(words) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::meaning::UNKNOWN;
    use crate::probe::{Vectored, Width};

    /// A group that is written.
    struct Written<'w>(Kind, &'w Glances, &'w mut [Judged; GROUP]);

    impl Vectored for Written<'_> {
        type Output = ();

        fn run<M: Machine>(self) {
            write::<M>(self.0, self.1, self.2);
        }
    }

    #[test]
    fn every_width_writes_every_meaning_as_loops_do() {
        for (kind, first) in Kind::ALL.iter().flat_map(|k| (0..MEANINGS).map(move |f| (*k, f))) {
            let glances = Glances {
                unsaid: 0,
                beyond: 0,
                meanings: core::array::from_fn(|lane| ((first + 5 * lane) % MEANINGS) as u64),
                validity: core::array::from_fn(|lane| {
                    let from = (first * 1000 + lane) as i64 - 30_000;
                    [from, -3 * from]
                }),
            };
            let mut expected = [UNKNOWN; GROUP];
            by_loops(kind, &glances, &mut expected);
            for width in Width::all() {
                let mut verdicts = [UNKNOWN; GROUP];
                width.run(Written(kind, &glances, &mut verdicts));
                assert_eq!(verdicts, expected, "{width:?}");
            }
        }
    }
}
