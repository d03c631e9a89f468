use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use zerocopy::FromZeros as _;

use super::*;
use crate::format::{
    BLOCK_BYTES, CertificateRow, FORMAT_VERSION, Header, LINE_PAIRS, Line, MAGIC, directory_of,
};
use crate::record::Register;
use crate::seal::SegmentWriter;

const SECTION: Section = Section::PostingsA;

/// Numbers that look random and are the same in every run.
struct Numbers(u128);

impl Numbers {
    fn next(&mut self) -> u128 {
        self.0 = self.0.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(1);
        self.0 ^ self.0 >> 71
    }
}

/// A segment with those pairs, ascending, and with what `forge` makes of their lines and directory.
fn sealed(pairs: &[(u128, u32)], forge: impl FnOnce(&mut [PostingsLine], &mut [u32])) -> Vec<u8> {
    let rows = pairs.len();
    let mut header = Header::new_zeroed();
    header.magic = MAGIC;
    header.version = FORMAT_VERSION.into();
    header.register = (Register::Certificates as u32).into();
    let hot = rows.div_ceil(4).max(1);
    (header.rows, header.lines) = ((rows as u64).into(), (hot as u64).into());
    let mut builder = Builder::new(rows);
    let mut lines: Vec<_> =
        pairs.iter().filter_map(|(key, row)| builder.push(*key, *row)).collect();
    let (last, directory) = builder.finish();
    lines.extend(last);
    assert_eq!(lines.len(), rows.div_ceil(LINE_PAIRS));
    let mut directory: Vec<u32> = directory.iter().map(|place| place.get()).collect();
    forge(&mut lines, &mut directory);
    let mut writer = SegmentWriter::new(Cursor::new(Vec::new()), header);
    for (section, bytes) in [
        (Section::Lines, hot * size_of::<Line>()),
        (Section::Bases, hot * 4),
        (Section::Keys, rows * 16),
        (Section::Rows, rows * size_of::<CertificateRow>()),
        (Section::Holders, rows * 20),
        (Section::DetailsAt, rows * 8),
    ] {
        writer.begin(section).unwrap();
        writer.write(&vec![0; bytes]).unwrap();
    }
    writer.begin(SECTION).unwrap();
    writer.write_items(&lines).unwrap();
    writer.begin(directory_of(SECTION)).unwrap();
    writer.write_items(&directory).unwrap();
    writer.finish().unwrap().0.into_inner()
}

fn open(bytes: &[u8]) -> Segment<&[u8]> {
    Segment::open(bytes, Path::new("segment")).unwrap()
}

/// Pairs of these keys, ascending, each with a row of its own.
fn pairs_of(keys: impl IntoIterator<Item = u128>) -> Vec<(u128, u32)> {
    let mut pairs: Vec<_> = keys.into_iter().zip(0u32..).collect();
    pairs.sort_unstable();
    pairs
}

/// Lists of keys as HMACs make them, and as nobody does.
fn lists() -> Vec<Vec<(u128, u32)>> {
    let mut numbers = Numbers(7);
    let mut random = |count: usize| -> Vec<u128> { (0..count).map(|_| numbers.next()).collect() };
    let mut lists: Vec<Vec<u128>> = (0..=20).map(&mut random).collect();
    lists.extend([100, 1_000, 5_000].map(&mut random));
    for count in [1, 2, 3, 4, 6, 7, 100, 3_000] {
        // All equal; all with one upper part; all at one end or the other; two heaps of equal ones.
        lists.push(vec![1 << 77; count]);
        lists.push((0..count as u128).map(|low| 5 << 125 | low).collect());
        lists.push((0..count as u128).collect());
        lists.push((0..count as u128).map(|low| u128::MAX - low).collect());
        lists.push((0..count).map(|place| [1 << 100, 1 << 127][place % 2]).collect());
        // Few values among many others.
        let values = random(5);
        let repeated = random(count).into_iter().chain((0..count).map(|at| values[at % 5]));
        lists.push(repeated.collect());
        // Equal ones at every place of a line, with others around that have the same upper bits.
        let middle = (0..count as u128).map(|low| (9 << 96) | (low / 5));
        lists.push(middle.chain([9 << 96 | u128::MAX >> 40]).chain(random(3)).collect());
    }
    lists.into_iter().map(pairs_of).collect()
}

/// Keys that are there, and ones beside them.
fn asked(pairs: &[(u128, u32)]) -> Vec<u128> {
    let mut asked: Vec<u128> = pairs.iter().map(|(key, _)| *key).collect();
    asked.dedup();
    let beside = |key: &u128| [key.wrapping_sub(1), key.wrapping_add(1), key ^ 1 << 127];
    asked.extend(asked.clone().iter().flat_map(beside));
    asked.extend([0, 1, 1 << 64, 1 << 127, u128::MAX - 1, u128::MAX]);
    asked
}

#[test]
fn a_search_finds_what_reading_all_pairs_does() {
    for list in lists() {
        let bytes = sealed(&list, |_, _| ());
        let segment = open(&bytes);
        assert_eq!(pairs(&segment, SECTION).unwrap().collect::<Vec<_>>(), list);
        let mut by_key = BTreeMap::<u128, Vec<u32>>::new();
        for (key, row) in &list {
            by_key.entry(*key).or_default().push(*row);
        }
        for key in asked(&list) {
            let expected = by_key.get(&key).cloned().unwrap_or_default();
            assert_eq!(rows(&segment, SECTION, key).unwrap(), expected, "{key} of {}", list.len());
        }
    }
}

/// How many steps a search takes.
fn steps(segment: &Segment<&[u8]>, key: u128) -> u32 {
    let postings = Postings::new(segment, SECTION).unwrap();
    let (mut search, mut steps) = (postings.search(key), 1);
    while postings.step(&mut search).unwrap() {
        steps += 1;
    }
    steps
}

#[test]
fn a_search_reads_the_directory_and_a_line_or_two() {
    let mut numbers = Numbers(3);
    let list = pairs_of((0..20_000).map(|_| numbers.next()));
    let bytes = sealed(&list, |_, _| ());
    let segment = open(&bytes);
    let all: u32 = list.iter().map(|(key, _)| steps(&segment, *key)).sum();
    assert!(all < 46_000, "{all} steps");
    // Where keys are not spread, halving keeps the steps few.
    for list in lists() {
        let bytes = sealed(&list, |_, _| ());
        let segment = open(&bytes);
        let most = asked(&list).iter().map(|key| steps(&segment, *key)).max().unwrap();
        assert!(most <= 5 + list.len().max(1).ilog2(), "{most} of {}", list.len());
    }
}

/// Every changed byte of lines and directory is an error where it is read, and elsewhere changes
/// nothing.
#[test]
fn changed_bytes_are_noticed_or_not_read() {
    let mut numbers = Numbers(5);
    for count in [1, 5, 40, 1_500] {
        let list = pairs_of((0..count).map(|_| numbers.next()));
        let whole = sealed(&list, |_, _| ());
        let header = *open(&whole).header();
        for section in [SECTION, directory_of(SECTION)] {
            let extent = header.sections[section as usize];
            let (from, bytes) = (extent.offset.get() as usize, extent.bytes.get() as usize);
            assert!(bytes > 0);
            for byte in (from..from + bytes).step_by(1 + bytes / 50) {
                let mut changed = whole.clone();
                changed[byte] ^= 1 << (byte % 8);
                let segment = open(&changed);
                let mut noticed = 0;
                for (key, row) in list.iter().step_by(1 + count / 50) {
                    match rows(&segment, SECTION, *key) {
                        Ok(rows) => assert_eq!(rows, [*row]),
                        Err(StoreError::Damaged { place, .. }) => {
                            assert_eq!(place, section.name());
                            noticed += 1;
                        }
                        Err(other) => panic!("{other}"),
                    }
                }
                // Only where there are several blocks are there keys that do not need this one.
                assert!(noticed > 0 || bytes > BLOCK_BYTES, "byte {byte} of {}", section.name());
            }
        }
    }
}

/// Whatever stands in lines and directory under right checksums, a search ends soon, within them.
#[test]
fn forged_bytes_give_rows_or_errors_in_a_few_steps() {
    let mut numbers = Numbers(11);
    let list = pairs_of((0..300).map(|_| numbers.next()));
    for round in 0..400 {
        let bytes = sealed(&list, |lines, directory| {
            for _ in 0..1 + round % 7 {
                let number = numbers.next();
                let value = (number >> 64) as u32;
                let entry = value as usize % directory.len();
                let line = &mut lines[value as usize % 100];
                match number % 6 {
                    0 => directory[entry] = u32::MAX - value % 3,
                    1 => directory[entry] = value % 310,
                    2 => directory.fill(value % 400),
                    3 => line.keys[value as usize % 3] = number.into(),
                    4 => line.rows[value as usize % 3] = value.into(),
                    _ => line.before = value.into(),
                }
            }
            if round % 5 == 0 {
                (directory[0], directory[1]) = (0, 300);
                directory.fill(300);
                directory[0] = 0;
            }
        });
        let segment = open(&bytes);
        for key in asked(&list) {
            match rows(&segment, SECTION, key) {
                Ok(rows) => {
                    assert!(rows.iter().all(|row| (*row as usize) < list.len()));
                    assert!(steps(&segment, key) <= 16);
                }
                Err(StoreError::Damaged { place, .. }) => {
                    assert!([SECTION, directory_of(SECTION)].iter().any(|of| of.name() == place));
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}

#[test]
fn a_directory_of_another_length_is_not_opened() {
    let list = pairs_of((0..30u128).map(|key| key << 120));
    let bytes = sealed(&list, |_, _| ());
    let mut header = *open(&bytes).header();
    let directory = &mut header.sections[directory_of(SECTION) as usize];
    directory.bytes = (directory.bytes.get() - 4).into();
    let mut shorter = bytes.clone();
    let sealed = size_of::<Header>() - 8;
    use zerocopy::IntoBytes as _;
    header.checksum = xxhash_rust::xxh3::xxh3_64(&header.as_bytes()[..sealed]).into();
    shorter[..size_of::<Header>()].copy_from_slice(header.as_bytes());
    match Segment::open(&shorter[..], Path::new("segment")) {
        Err(StoreError::Damaged { place, .. }) => assert_eq!(place, "directory A"),
        other => panic!("{:?}", other.map(|_| ())),
    }
}
