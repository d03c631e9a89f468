//! The bytes of the book: a header, then records of what is known of a phone.
//!
//! ```text
//! header   0  magic "PRPCHAL\x01"           8   record   0  key of the phone               16
//!          8  identifier of the key         8           16  when codes were sent: 3 × 8    24
//!         16  records written with it       8           40  when it was identified          8
//!         24  zeros                        96           48  tag of the code                32
//!        120  checksum of 0..120            8           80  tries                           4
//!                                                       84  1 where there is a code         4
//!                                                       88  records that were durable then  8
//!                                                       96  zeros                          24
//!                                                      120  checksum of 0..120              8
//! ```
//!
//! Numbers are little-endian, instants Unix seconds with the least number for none, checksums
//! XXH3-64. Of several records of a phone the last one counts.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;
use zerocopy::little_endian::{I64, U32, U64, U128};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::CODES_AN_HOUR;
use super::state::State;
use crate::time::Instant;

const MAGIC: [u8; 8] = *b"PRPCHAL\x01";
/// Bytes of the header, and of each record: no sector of a disk holds a part of one.
pub(crate) const RECORD_BYTES: usize = 128;

#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Header {
    magic: [u8; 8],
    key_identifier: U64,
    records: U64,
    zeros: [u8; 96],
    checksum: U64,
}

#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Record {
    phone: U128,
    sent: [I64; CODES_AN_HOUR],
    identified_at: I64,
    code: [u8; 32],
    tries: U32,
    has_code: U32,
    durable: U64,
    zeros: [u8; 24],
    checksum: U64,
}

const _: () = assert!(size_of::<Header>() == RECORD_BYTES && size_of::<Record>() == RECORD_BYTES);

/// What a book holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) states: HashMap<u128, State>,
    /// How many records there are, those that a crash left empty or cut short among them.
    pub(crate) records: u64,
}

/// Where a book is wrong, and in what.
pub(crate) type Fault = (u64, &'static str);

/// The bytes of a header that is written together with so many records.
pub(crate) fn header(key_identifier: u64, records: u64) -> [u8; RECORD_BYTES] {
    let header = Header {
        magic: MAGIC,
        key_identifier: key_identifier.into(),
        records: records.into(),
        zeros: [0; 96],
        checksum: 0.into(),
    };
    sealed(header.as_bytes())
}

/// A record's bytes; so many before it are durable when it is written.
pub(crate) fn record(phone: u128, state: &State, durable: u64) -> [u8; RECORD_BYTES] {
    let record = Record {
        phone: phone.into(),
        sent: state.sent.map(|instant| instant.unix().into()),
        identified_at: state.identified_at.unix().into(),
        code: state.code.unwrap_or_default(),
        tries: state.tries.into(),
        has_code: u32::from(state.code.is_some()).into(),
        durable: durable.into(),
        zeros: [0; 24],
        checksum: 0.into(),
    };
    sealed(record.as_bytes())
}

/// The bytes with their checksum at the end.
fn sealed(bytes: &[u8]) -> [u8; RECORD_BYTES] {
    let mut sealed = [0; RECORD_BYTES];
    sealed.copy_from_slice(bytes);
    let checksum = xxh3_64(&sealed[..RECORD_BYTES - 8]);
    sealed[RECORD_BYTES - 8..].copy_from_slice(&checksum.to_le_bytes());
    sealed
}

fn is_sealed(bytes: &[u8]) -> bool {
    bytes
        .split_at_checked(RECORD_BYTES - 8)
        .is_some_and(|(covered, checksum)| xxh3_64(covered).to_le_bytes() == *checksum)
}

/// Reads a header: the identifier of its key, and how many records were written with it.
pub(crate) fn read_header(bytes: &[u8]) -> Result<(u64, u64), Fault> {
    let header = bytes.get(..RECORD_BYTES).ok_or((bytes.len() as u64, "it is cut short"))?;
    let read = Header::read_from_bytes(header).map_err(|_| (0, "it has no header"))?;
    if read.magic != MAGIC || !is_sealed(header) || read.zeros != [0; 96] {
        return Err((0, "it has no header"));
    }
    Ok((read.key_identifier.get(), read.records.get()))
}

/// Reads what stands behind the header; at least so many records were written with that.
///
/// A crash may leave the last write in pieces: a record that is cut short at the end, and records
/// that are zeros since their bytes did not come to the disk. Neither was answered for, so both are
/// passed over, but only where no later record says that they were durable. Whatever else is not as
/// it was written is a fault.
pub(crate) fn read_records(bytes: &[u8], mut durable: u64) -> Result<Read, Fault> {
    let mut read = Read::default();
    let mut first_empty = None;
    let at = |record: u64| (record + 1) * RECORD_BYTES as u64;
    for bytes in bytes.get(RECORD_BYTES..).unwrap_or_default().chunks(RECORD_BYTES) {
        let place = read.records;
        read.records += 1;
        if bytes.len() < RECORD_BYTES || bytes.iter().all(|byte| *byte == 0) {
            first_empty = first_empty.or(Some(place));
            continue;
        }
        let (phone, state, known) =
            open(bytes).ok_or((at(place), "a record is not as it was written"))?;
        durable = known.max(durable);
        read.states.insert(phone, state);
    }
    if let Some(place) = first_empty.filter(|place| *place < durable) {
        return Err((at(place), "a record is missing"));
    }
    if read.records < durable {
        return Err((at(read.records), "it is cut short"));
    }
    Ok(read)
}

/// One record; `None` where it is none.
fn open(bytes: &[u8]) -> Option<(u128, State, u64)> {
    let record = Record::read_from_bytes(bytes).ok().filter(|_| is_sealed(bytes))?;
    let code = match record.has_code.get() {
        0 if record.code == [0; 32] => None,
        1 => Some(record.code),
        _ => return None,
    };
    let state = State {
        sent: record.sent.map(|seconds| Instant::from_unix(seconds.get())),
        code,
        tries: record.tries.get(),
        identified_at: Instant::from_unix(record.identified_at.get()),
    };
    let fits = state.is_possible() && record.zeros == [0; 24];
    fits.then_some((record.phone.get(), state, record.durable.get()))
}
