//! The headers of pages, looked at before the pages are read.
//!
//! The library makes room for as many bytes as a page's header says that it unpacks to, before it
//! unpacks one. A header can say 2 GiB of a page of a hundred bytes, which no codec could make of it.

use std::sync::Arc;

use ::parquet::basic::Compression;
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::reader::{ChunkReader, Length};
use bytes::Bytes;

use super::delta::number;

/// The longest page that is read, unpacked. Writers make pages of a mebibyte, some of a hundred.
pub(super) const PAGE_MAX: u64 = 512 << 20;
/// The longest that the first three fields of a header are: a byte and a number of 32 bits each.
const SIZES_BYTES: u64 = 3 * 6;
/// A field of 32 bits that follows the field before it.
const NEXT_I32: u8 = 0x15;

/// A file as the pages of one column chunk are read from it.
pub(super) struct Headers<R> {
    input: Arc<R>,
    bytes: u64,
    codec: Compression,
}

impl<R: ChunkReader> Headers<R> {
    /// Of a chunk that is compressed so.
    pub(super) fn new(input: Arc<R>, codec: Compression) -> Self {
        Headers { bytes: input.len(), input, codec }
    }

    /// Refuses a page whose header says what cannot be.
    fn check(&self, start: u64) -> Result<()> {
        let there = self.bytes.saturating_sub(start).min(SIZES_BYTES);
        let header = self.input.get_bytes(start, there as usize)?;
        let Some([unpacked, packed]) = sizes(&header) else {
            return Err(refused("a page whose header does not begin with its sizes".to_owned()));
        };
        let longest = unpacked.max(packed);
        if longest > PAGE_MAX {
            let most = PAGE_MAX >> 20;
            return Err(refused(format!("a page of {longest} bytes, and {most} MiB is the most")));
        }
        if unpacked > most_of(self.codec, packed) {
            let codec = self.codec;
            return Err(refused(format!("a page of {unpacked} bytes in {packed} of {codec}")));
        }
        Ok(())
    }
}

impl<R: ChunkReader> Length for Headers<R> {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl<R: ChunkReader> ChunkReader for Headers<R> {
    type T = R::T;

    /// The library asks for it where the header of a page begins, and nowhere else: what has it keep a
    /// header and come back to the page is refused by [`super::pages::Guarded`].
    fn get_read(&self, start: u64) -> Result<R::T> {
        self.check(start)?;
        self.input.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.input.get_bytes(start, length)
    }
}

/// How many bytes a page has, unpacked and in the file: the second and the third field of its header,
/// behind its type. `None` where it begins otherwise.
pub(super) fn sizes(header: &[u8]) -> Option<[u64; 2]> {
    let mut at = 0;
    let mut next = || {
        let is_next = *header.get(at)? == NEXT_I32;
        at += 1;
        let zigzag = is_next.then(|| number(header, &mut at))??;
        // Those below zero are odd.
        zigzag.is_multiple_of(2).then_some(zigzag as u64 / 2)
    };
    let (_type, unpacked, packed) = (next()?, next()?, next()?);
    Some([unpacked, packed])
}

/// The most bytes that a codec makes of so many.
fn most_of(codec: Compression, packed: u64) -> u64 {
    let times = match codec {
        // What is not packed is taken as it is, whatever its header says.
        Compression::UNCOMPRESSED => return u64::MAX,
        // 64 bytes of a copy of 3; 255 of each byte of a length; 258 of 2 bits.
        Compression::SNAPPY => 22,
        Compression::LZ4 | Compression::LZ4_RAW => 255,
        Compression::GZIP(_) => 1032,
        // A block of 128 KiB of 4 bytes.
        _ => 1 << 15,
    };
    packed.saturating_mul(times)
}

fn refused(what: String) -> ParquetError {
    ParquetError::General(format!("it has {what}"))
}
