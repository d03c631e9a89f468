//! The bytes of a segment file: the one table of sizes and offsets.
//!
//! A segment is one sealed file: a header block of 4,096 bytes, then sections, each beginning at a
//! multiple of 4,096. All numbers are little-endian. `docs/format.md` explains why.
//!
//! ```text
//! header      0  magic "PROPUSK\0"          8   hot line    0  four words of 8 bytes:
//!             8  format version             4               |    bits 8..64  tag
//!            12  register                   4               |    bits 0..8   a byte of the filter
//!            16  segment number             8              32  four ends of 4 bytes, seconds
//!            24  key identifier             8               |    since 2020-01-01T00:00+03:00
//!            32  policy fingerprint         8              48  four spans of 4 bytes:
//!            40  rows                       8               |    bits 4..32  seconds of validity
//!            48  lines                      8               |    bits 2..4   state
//!            56  displacement_max           4               |    bits 0..2   subtype, 0 is empty
//!            60  what its rows are          4   |    of a cold entry: zeros, state, subtype,
//!            64  19 sections: offset, bytes 304 |    and the place of its cold row as its end
//!           368  checksum of the roots      8
//!           376  checksum of 0..376         8
//! ```

use zerocopy::little_endian::{I64, U32, U64, U128};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// The version of the format that this program writes and reads.
pub const FORMAT_VERSION: u32 = 5;
/// The first eight bytes of a segment.
pub const MAGIC: [u8; 8] = *b"PROPUSK\0";
/// The unit of alignment and of checking.
pub const BLOCK_BYTES: usize = 4096;
/// Places for sections in the header.
pub const SECTIONS: usize = 19;
/// Entries in a hot line.
pub const LINE_ENTRIES: usize = 4;
/// Pairs in a line of postings.
pub const LINE_PAIRS: usize = 3;
/// Lines of postings for each entry of their directory: six pairs, of which nearly all stand in the line
/// that is guessed or the one beside it.
const DIRECTORY_LINES: u64 = 2;
/// The zero of the ends in hot lines: 2020-01-01T00:00:00+03:00, in Unix seconds.
pub const HOT_EPOCH: i64 = 1_577_826_000;
/// The longest validity that a hot entry holds, in seconds.
pub const SPAN_SECONDS_MAX: i64 = (1 << 28) - 1;

/// Every row of the segment is a whole record.
pub const ROWS_WHOLE: u32 = 0;
/// Every row of the segment is a later status of a record that stands beneath.
pub const ROWS_CHANGES: u32 = 1;
/// The status of a record that was removed, in a cold row.
pub const STATUS_REMOVED: u32 = u32::MAX;

/// The sections of a segment, by their place in the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Hot lines of 64 bytes.
    Lines = 0,
    /// For each hot line, how many rows stand before it: 4 bytes.
    Bases = 1,
    /// For each row its key, in ascending order of the two halves swapped: 16 bytes.
    Keys = 2,
    /// Rows with a rare state, ascending: [`ColdRow`].
    Cold = 3,
    /// What the register keeps of each row: [`CertificateRow`] or [`ResultRow`].
    Rows = 4,
    /// What a holder may show, for each row: [`HolderRow`].
    Holders = 5,
    /// Where each row's details stand, 8 bytes: the file's place in [`Section::DetailsFiles`] in
    /// bits 56..64, the offset in bits 16..56, the number of bytes in bits 0..16.
    DetailsAt = 6,
    /// The first many-valued key: plates, persons, or results behind certificates: [`PostingsLine`].
    PostingsA = 7,
    /// Where the keys of the first stand, by their upper bits: 4 bytes each.
    DirectoryA = 8,
    /// The second: Troika cards, or documents.
    PostingsB = 9,
    /// Where those stand.
    DirectoryB = 10,
    /// The third: Strelka cards, or phones and birth dates.
    PostingsC = 11,
    /// Where those stand.
    DirectoryC = 12,
    /// The fourth: names and birth dates, or documents and weeks of travel.
    PostingsD = 13,
    /// Where those stand.
    DirectoryD = 14,
    /// The numbers of the files that hold details of these rows, 8 bytes each.
    DetailsFiles = 15,
    /// Which keys are not here, by words of 8 bytes; empty where nothing stands beneath.
    Filter = 16,
    /// Checksums of all blocks before these: 8 bytes each, the header's block left out.
    Checks = 17,
    /// Checksums of the blocks of checksums: 8 bytes each.
    Roots = 18,
}

impl Section {
    /// Every section, by place.
    pub const ALL: [Section; SECTIONS] = [
        Section::Lines,
        Section::Bases,
        Section::Keys,
        Section::Cold,
        Section::Rows,
        Section::Holders,
        Section::DetailsAt,
        Section::PostingsA,
        Section::DirectoryA,
        Section::PostingsB,
        Section::DirectoryB,
        Section::PostingsC,
        Section::DirectoryC,
        Section::PostingsD,
        Section::DirectoryD,
        Section::DetailsFiles,
        Section::Filter,
        Section::Checks,
        Section::Roots,
    ];

    /// The name that errors and `inspect` use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Section::Lines => "hot lines",
            Section::Bases => "row bases",
            Section::Keys => "keys",
            Section::Cold => "cold rows",
            Section::Rows => "rows",
            Section::Holders => "holders",
            Section::DetailsAt => "places of details",
            Section::PostingsA => "postings A",
            Section::DirectoryA => "directory A",
            Section::PostingsB => "postings B",
            Section::DirectoryB => "directory B",
            Section::PostingsC => "postings C",
            Section::DirectoryC => "directory C",
            Section::PostingsD => "postings D",
            Section::DirectoryD => "directory D",
            Section::DetailsFiles => "files of details",
            Section::Filter => "filter",
            Section::Checks => "checksums",
            Section::Roots => "checksums of checksums",
        }
    }
}

/// The sections of postings.
pub const POSTINGS: [Section; 4] =
    [Section::PostingsA, Section::PostingsB, Section::PostingsC, Section::PostingsD];

/// The directory of a section of postings; it stands right behind it.
pub(crate) const fn directory_of(postings: Section) -> Section {
    Section::ALL[postings as usize + 1]
}

/// How many entries the directory of so many lines of postings has.
#[must_use]
pub const fn directory_entries(lines: u64) -> u64 {
    if lines == 0 { 0 } else { lines.div_ceil(DIRECTORY_LINES) + 1 }
}

/// A place in the file.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct Extent {
    /// The first byte.
    pub offset: U64,
    /// How many.
    pub bytes: U64,
}

/// The header, as it stands in the file.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct Header {
    /// [`MAGIC`].
    pub magic: [u8; 8],
    /// [`FORMAT_VERSION`].
    pub version: U32,
    /// The register's place in its enum.
    pub register: U32,
    /// The segment's number, unique in its store.
    pub number: U64,
    /// Identifies the code secret without showing it.
    pub key_identifier: [u8; 8],
    /// The policy that the hot entries were computed under.
    pub policy_fingerprint: U64,
    /// Rows.
    pub rows: U64,
    /// Hot lines, the spare ones at the end included.
    pub lines: U64,
    /// How many lines from its home an entry stands at the most.
    pub displacement_max: U32,
    /// What its rows are: [`ROWS_WHOLE`] or [`ROWS_CHANGES`].
    pub rows_are: U32,
    /// Where the sections are.
    pub sections: [Extent; SECTIONS],
    /// The checksum of [`Section::Roots`].
    pub roots_checksum: U64,
    /// The checksum of all before.
    pub checksum: U64,
}

/// One hot line.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct Line {
    /// Tags, and the filter in their low bytes.
    pub words: [U64; LINE_ENTRIES],
    /// Exclusive ends, seconds since [`HOT_EPOCH`].
    pub ends: [U32; LINE_ENTRIES],
    /// Seconds of validity, state and subtype.
    pub spans: [U32; LINE_ENTRIES],
}

/// A row whose state does not fit its hot entry.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct ColdRow {
    /// The row.
    pub row: U32,
    /// The status's place in its enum.
    pub status: U32,
    /// From when it is valid, Unix seconds.
    pub valid_from: I64,
    /// Until when, under the segment's policy.
    pub valid_until: I64,
    /// From when the status holds.
    pub status_on: I64,
    /// From when the result behind a certificate is withdrawn.
    pub result_withdrawn_on: I64,
    /// The key of the card that replaced this one, 0 if none.
    pub replaced_by: U128,
}

/// Pairs of a many-valued key and a row that has it, in a line of memory.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct PostingsLine {
    /// Ascending; all ones where there is no pair.
    pub keys: [U128; LINE_PAIRS],
    /// The row of each; all ones where there is no pair.
    pub rows: [U32; LINE_PAIRS],
    /// The upper 32 bits of the key before the line, 0 if none.
    pub before: U32,
}

/// What a policy needs to judge a certificate anew.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct CertificateRow {
    /// Unix seconds.
    pub sampled_at: I64,
    /// Unix seconds.
    pub reported_at: I64,
}

/// What matching needs of a result.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct ResultRow {
    /// Unix seconds.
    pub sampled_at: I64,
    /// Unix seconds.
    pub reported_at: I64,
    /// From when it is withdrawn, Unix seconds; the largest number if it is not.
    pub withdrawn_on: I64,
    /// Key of the document, 0 if none.
    pub document: U64,
    /// Key of the SNILS, 0 if none.
    pub snils: U64,
    /// Key of the work licence, 0 if none.
    pub licence: U64,
    /// The source's place in its register.
    pub source: U32,
    /// Kind in bits 0..2, outcome in bits 2..4 (3 if none), protected in bit 4.
    pub traits: U32,
    /// Zeros: no row stands in two lines of memory.
    pub padding: [u8; 8],
}

/// Keys of what a holder may show; zeros where the record has none.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct HolderRow {
    /// The document.
    pub document: U64,
    /// The surname.
    pub surname: [u8; 3],
    /// The first name.
    pub first_name: [u8; 3],
    /// The patronymic.
    pub patronymic: [u8; 3],
    /// The date of birth.
    pub birth_date: [u8; 3],
}

const _: () = {
    assert!(size_of::<Header>() == 384);
    assert!(size_of::<Line>() == 64);
    assert!(core::mem::offset_of!(Line, ends) == 32);
    assert!(core::mem::offset_of!(Line, spans) == 48);
    assert!(size_of::<PostingsLine>() == 64);
    assert!(core::mem::offset_of!(PostingsLine, rows) == 48);
    assert!(core::mem::offset_of!(PostingsLine, before) == 60);
    assert!(size_of::<ColdRow>() == 56);
    assert!(size_of::<CertificateRow>() == 16);
    assert!(size_of::<ResultRow>() == 64);
    assert!(size_of::<HolderRow>() == 20);
    assert!(core::mem::offset_of!(Header, sections) == 64);
    assert!(core::mem::offset_of!(Header, checksum) == 376);
    assert!(directory_of(Section::PostingsA) as usize == Section::DirectoryA as usize);
    assert!(directory_of(Section::PostingsD) as usize == Section::DirectoryD as usize);
};
