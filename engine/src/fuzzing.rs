//! What the fuzz targets call: each function takes any bytes, and asserts what must hold for all.
//!
//! The same functions run over the tracked seeds and a few thousand mutations of them in this
//! module's tests, so that a change that breaks one is noticed without a fuzzer.

use std::path::Path;

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};
use zerocopy::{FromBytes as _, IntoBytes as _};

use crate::audit::{Entry, Tail, render};
use crate::challenge::record::{self as book, RECORD_BYTES};
use crate::code;
use crate::details;
use crate::format::{
    BLOCK_BYTES, CertificateRow, ColdRow, FORMAT_VERSION, Header, HolderRow, MAGIC, POSTINGS,
    ResultRow, Section,
};
use crate::identity::{
    birth_date, document, inn, name, phone, plate, snils, transliteration, transport,
};
use crate::manifest::Manifest;
use crate::policy::Policy;
use crate::postings;
use crate::record::{Register, ResultKind};
use crate::request::{Asked, Decision, Field, Repaired, parts, read_form, read_message, repair};
use crate::row::{CARDS, CERTIFICATES, PERMITS, RESULTS, SOURCES};
use crate::secret::Keys;
use crate::segment::Segment;
use crate::time::Instant;
use crate::verdict::Kind;

type Form = fn(&str) -> Result<String, &'static str>;

/// Rows of a segment that are read one by one.
const ROWS_MAX: usize = 32;

/// Any bytes are a code or a fault, and a code's canonical text is the same code.
pub fn decode(bytes: &[u8]) {
    let hosts = ["immune.mos.ru".to_owned()];
    for kind in Kind::ALL {
        if let Ok(code) = code::decode_as(*kind, bytes) {
            let canonical = code.canonical();
            assert_eq!(code::decode_as(*kind, canonical.as_bytes()), Ok(code));
        }
    }
    let Ok(code) = code::decode(bytes, &hosts) else { return };
    let canonical = code.canonical();
    let again = code::decode(canonical.as_bytes(), &hosts).expect("canonical text is a code");
    assert_eq!(again, code);
    assert_eq!(again.canonical(), canonical);
    if code.kind == Kind::Certificate {
        let url = code::certificate_url(&code, &hosts[0]);
        assert_eq!(code::decode(url.as_bytes(), &hosts), Ok(code));
    }
}

/// Every canonical form of any text is its own canonical form.
pub fn identity(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let forms: [Form; 8] = [
        name::canonical,
        document::licence,
        phone::canonical,
        snils::canonical,
        inn::canonical,
        plate::canonical,
        transport::troika,
        transport::strelka,
    ];
    for form in forms {
        if let Ok(canonical) = form(&text) {
            assert_eq!(form(&canonical).as_deref(), Ok(canonical.as_str()));
        }
    }
    if let Ok(Some(canonical)) = name::patronymic(Some(&text)) {
        assert_eq!(name::patronymic(Some(&canonical)), Ok(Some(canonical.clone())));
    }
    if let Ok(date) = birth_date::canonical(&text) {
        assert_eq!(birth_date::canonical(&date.to_string()), Ok(date));
    }
    let (series, number) = text.split_once('\n').unwrap_or(("", &text));
    if let Ok(Some(canonical)) = document::canonical(Some(series), Some(number)) {
        assert_eq!(document::canonical(None, Some(&canonical)), Ok(Some(canonical.clone())));
    }
    let is_one = transliteration::equivalent(series, number);
    assert_eq!(transliteration::equivalent(number, series), is_one);
}

/// Any bytes are a policy or an error, and a policy gives an end for every record.
pub fn policy(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(policy) = Policy::from_toml(text) else { return };
    let settled = policy.settled_from();
    let instants = [i64::MIN, -1, 0, 1_638_910_800, settled.unix(), i64::MAX];
    for start in instants.map(Instant::from_unix) {
        for kind in ResultKind::ALL {
            let at_settling = policy.certificate_until(*kind, start, start, settled);
            assert_eq!(policy.certificate_until(*kind, start, start, Instant::MAX), at_settling);
        }
        let _ = policy.card_until(start.date(), start);
        let _ = policy.replacement_until(start);
    }
}

/// Any bytes are a segment or an error, and whatever a segment holds can be asked for. The bytes
/// are tried as they are, and once more with checksums made right.
pub fn segment(bytes: &[u8]) {
    ask(bytes);
    if let Some(resealed) = reseal(bytes) {
        ask(&resealed);
    }
}

/// Any text is a manifest or an error, under a checksum made right, and a manifest's own text is
/// the same manifest. No name that it gives leads out of the folder.
pub fn manifest(bytes: &[u8]) {
    let line = String::from_utf8_lossy(bytes).replace('\n', " ");
    let (path, keys) = (Path::new("MANIFEST"), Keys::default());
    let _ = Manifest::parse(&line, path.to_owned(), &keys);
    let text = format!("{line}\n{:032x}\n", xxh3_128(line.as_bytes()));
    let Ok(manifest) = Manifest::parse(&text, path.to_owned(), &keys) else { return };
    assert!(manifest.files().all(|name| Path::new(name).components().count() <= 1));
    let again = manifest.text(&keys).expect("a manifest is text");
    assert_eq!(Manifest::parse(&again, path.to_owned(), &keys).ok(), Some(manifest));
}

/// Any text is a line of an audit log or none, and what it tells is written as the same line.
pub fn audit(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (Some(entry), Some(tail)) = (Entry::parse(&text), Tail::of(&text)) else { return };
    let written = render(&Tail::EMPTY, &[entry]);
    assert_eq!(Entry::parse(written.trim_end()), Some(entry));
    let next = render(&tail, &[entry]);
    let then = tail.then(next.trim_end());
    assert_eq!(then.map(|then| then.count()), tail.count().checked_add(1));
}

/// Any bytes are a book of codes or a fault, as they are and with checksums made right, and what a book
/// holds is written as a book that holds the same.
pub fn challenges(bytes: &[u8]) {
    read_book(bytes);
    let mut resealed = bytes.to_vec();
    for record in resealed.chunks_exact_mut(RECORD_BYTES) {
        let (covered, checksum) = record.split_at_mut(RECORD_BYTES - 8);
        checksum.copy_from_slice(&xxh3_64(covered).to_le_bytes());
    }
    read_book(&resealed);
}

fn read_book(bytes: &[u8]) {
    let Ok((identifier, records)) = book::read_header(bytes) else { return };
    let Ok(read) = book::read_records(bytes, records) else { return };
    assert!(read.records >= read.states.len() as u64);
    let count = read.states.len() as u64;
    let mut again = book::header(identifier, count).to_vec();
    for (key, state) in &read.states {
        again.extend_from_slice(&book::record(*key, state, count));
    }
    assert_eq!(book::read_header(&again), Ok((identifier, count)));
    assert_eq!(book::read_records(&again, count).map(|again| again.states), Ok(read.states));
}

/// Any text is a key file or an error that shows nothing of it.
pub fn keys(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Err(error) = Keys::from_text("keys", &text) {
        let told = error.to_string();
        let secrets = text.split(|symbol: char| !symbol.is_ascii_hexdigit());
        assert!(secrets.filter(|secret| secret.len() > 16).all(|secret| !told.contains(secret)));
    }
}

/// Any bytes are the text of a row or none, and a row's own bytes are the same bytes.
pub fn details(bytes: &[u8]) {
    for table in [&SOURCES, &RESULTS, &CERTIFICATES, &PERMITS, &CARDS] {
        if let Some(row) = details::decode(table, bytes) {
            assert_eq!(details::encode(&row), bytes);
        }
    }
}

/// Any text is a request, or a mistake; a correction is accepted when it is sent back, and has no
/// digit in its documents, plates and cards that was not sent.
pub fn request(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let policy = Policy::default();
    let at = Instant::from_unix(1_587_000_000);
    if read_message(&text, at, &policy).is_err()
        && let Repaired::Corrected(back) = repair(&text, at, &policy)
    {
        let read = read_message(&back, at, &policy);
        let Ok(Decision::Issue(due)) = read else { panic!("{back}: {read:?}") };
        let sent: Vec<char> = text.chars().filter_map(could_be_digit).collect();
        let numbers = [Field::DocSeries, Field::DocNumber, Field::Plate];
        let cards = [Field::Troika, Field::Strelka, Field::Inn];
        let digits = numbers.iter().chain(&cards).flat_map(|field| due.asked.value(*field).chars());
        let back: Vec<char> = digits.filter(char::is_ascii_digit).collect();
        let count = |all: &[char], digit| all.iter().filter(|each| **each == digit).count();
        for digit in '0'..='9' {
            assert!(count(&back, digit) <= count(&sent, digit), "{digit} was not sent");
        }
    }
    let mut asked = Asked::new();
    for (field, line) in Field::ALL.iter().zip(text.lines()) {
        asked.set(*field, line);
    }
    let _ = read_form(asked, at, &policy);
    assert!(parts(&text) * 67 + 3 >= text.encode_utf16().count());
}

/// The digit that a character may have been meant for.
fn could_be_digit(character: char) -> Option<char> {
    match character {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(character as u32 - 0xFEE0).and_then(could_be_digit)
        }
        '0'..='9' => Some(character),
        'О' | 'о' | 'O' | 'o' => Some('0'),
        'З' | 'з' => Some('3'),
        'I' | 'l' | 'І' | '|' => Some('1'),
        _ => None,
    }
}

fn ask(bytes: &[u8]) {
    let Ok(segment) = Segment::open(bytes, Path::new("segment")) else { return };
    let _ = segment.check();
    for section in POSTINGS {
        let first = segment.raw(section).first_chunk::<16>().copied().unwrap_or_default();
        for key in [0, u128::from_le_bytes(first), u128::MAX] {
            let _ = postings::rows(&segment, section, key);
        }
    }
    for index in 0..segment.rows().min(ROWS_MAX) {
        let _ = segment.item::<ColdRow>(Section::Cold, index);
        let _ = segment.item::<HolderRow>(Section::Holders, index);
        let _ = segment.item::<CertificateRow>(Section::Rows, index);
    }
    let _ = segment.items::<ResultRow>(Section::Rows);
    // The register of sources has no hot lines, and nobody looks a key up in it.
    if segment.register() == Register::Sources {
        return;
    }
    let rows = (0..segment.rows().min(ROWS_MAX)).filter_map(|row| segment.key(row).ok());
    for key in [0, u128::MAX].into_iter().chain(rows) {
        segment.prefetch_key(key);
        if let Ok(Some(found)) = segment.find(key)
            && let Ok(row) = segment.row(&found)
        {
            assert!(row < segment.rows());
            let _ = segment.key(row);
        }
    }
}

/// The same bytes with the checksums that they should have; `None` where there is no header.
fn reseal(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut header, _) = Header::read_from_prefix(bytes).ok()?;
    header.magic = MAGIC;
    header.version = FORMAT_VERSION.into();
    let mut all = bytes.to_vec();
    reseal_section(&mut all, &header, Section::Checks, BLOCK_BYTES)?;
    let checks = header.sections[Section::Checks as usize].offset.get();
    let roots = reseal_section(&mut all, &header, Section::Roots, usize::try_from(checks).ok()?)?;
    header.roots_checksum = xxh3_64(roots).into();
    header.checksum = xxh3_64(&header.as_bytes()[..size_of::<Header>() - 8]).into();
    all[..size_of::<Header>()].copy_from_slice(header.as_bytes());
    Some(all)
}

/// Sets the checksums in a section to those of the blocks from `covered` up to it.
fn reseal_section<'a>(
    all: &'a mut [u8],
    header: &Header,
    section: Section,
    covered: usize,
) -> Option<&'a [u8]> {
    let extent = header.sections[section as usize];
    let from = usize::try_from(extent.offset.get()).ok()?;
    let end = from.checked_add(usize::try_from(extent.bytes.get()).ok()?)?;
    let blocks = all.get(covered..from)?.chunks(BLOCK_BYTES);
    let sums: Vec<u8> = blocks.flat_map(|block| xxh3_64(block).to_le_bytes()).collect();
    let kept = all.get_mut(from..end)?;
    kept.iter_mut().zip(&sums).for_each(|(kept, sum)| *kept = *sum);
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random and are the same in every run.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % limit.max(1) as u64) as usize
        }

        fn mutate(&mut self, bytes: &mut Vec<u8>) {
            for _ in 0..=self.below(4) {
                let at = self.below(bytes.len());
                match self.below(8) {
                    0 => bytes.truncate(at),
                    1 => bytes.insert(at, self.below(256) as u8),
                    2 if at < bytes.len() => drop(bytes.remove(at)),
                    // A header's fields, where the bytes have one.
                    3 => {
                        let at = self.below(bytes.len().min(size_of::<Header>()));
                        bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 0xff);
                    }
                    4 => bytes.iter_mut().skip(at).take(8).for_each(|byte| *byte = 0xff),
                    _ => {
                        let bit = 1 << self.below(8);
                        bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bit);
                    }
                }
            }
        }
    }

    fn run(target: &str, function: fn(&[u8]), mutations: usize) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
        let mut paths: Vec<_> =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        assert!(!paths.is_empty(), "no seeds in {folder:?}");
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        for path in &paths {
            let seed = std::fs::read(path).unwrap();
            function(&seed);
            for _ in 0..mutations / paths.len() {
                let mut bytes = seed.clone();
                numbers.mutate(&mut bytes);
                function(&bytes);
            }
        }
    }

    #[test]
    fn no_mutation_of_a_code_breaks_decoding() {
        run("decode", decode, 20_000);
    }

    #[test]
    fn no_mutation_of_an_identity_breaks_its_form() {
        run("identity", identity, 20_000);
    }

    #[test]
    fn no_mutation_of_a_policy_breaks_it() {
        run("policy", policy, 4_000);
    }

    #[test]
    fn no_mutation_of_a_manifest_breaks_it() {
        run("manifest", manifest, 10_000);
    }

    #[test]
    fn no_mutation_of_an_audit_line_breaks_it() {
        run("audit", audit, 10_000);
    }

    #[test]
    fn no_mutation_of_a_book_of_codes_breaks_it() {
        let seed = include_bytes!("../../fuzz/corpus/challenges/three");
        let (_, records) = book::read_header(seed).unwrap();
        assert_eq!(book::read_records(seed, records).map(|read| read.states.len()), Ok(2));
        run("challenges", challenges, 10_000);
    }

    #[test]
    fn no_mutation_of_a_key_file_shows_a_secret() {
        run("keys", keys, 4_000);
    }

    #[test]
    fn no_mutation_of_details_breaks_them() {
        let permit = include_bytes!("../../fuzz/corpus/details/permit");
        assert!(details::decode(&PERMITS, permit).is_some());
        run("details", details, 10_000);
    }

    #[test]
    fn no_mutation_of_a_request_breaks_reading_or_repairing_it() {
        run("request", request, 20_000);
    }

    #[test]
    fn no_mutation_of_a_segment_breaks_reading_it() {
        run("segment", segment, 4_000);
    }

    #[test]
    fn a_resealed_segment_opens_and_reads_what_was_changed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/segment");
        let mut bytes = std::fs::read(folder.join("permits")).unwrap();
        bytes[BLOCK_BYTES] ^= 1;
        assert!(Segment::open(&bytes[..], Path::new("permits")).unwrap().check().is_err());
        let resealed = reseal(&bytes).unwrap();
        assert!(Segment::open(&resealed[..], Path::new("permits")).unwrap().check().is_ok());
    }
}
