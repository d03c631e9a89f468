//! Writing a segment in one pass: sections in their order, checksums and digest on the way.

use std::io::{self, Seek, SeekFrom, Write};

use ring::digest::{Context, SHA256};
use xxhash_rust::xxh3::xxh3_64;
use zerocopy::{Immutable, IntoBytes};

use crate::format::{BLOCK_BYTES, Extent, Header, Section};

/// Bytes that are collected before they are hashed and written: whole blocks. Written in pieces of
/// two MiB at multiples of two MiB, a file comes to stand on pages of that size where the system has
/// them, and a look-up then seldom waits for an address to be translated.
const PIECE_BYTES: usize = 512 * BLOCK_BYTES;

/// What names a sealed file's content: its length, and the SHA-256 of all blocks after the first,
/// then of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub bytes: u64,
    pub digest: [u8; 32],
}

/// A segment that is being written.
pub(crate) struct SegmentWriter<W> {
    out: W,
    header: Header,
    digest: Context,
    piece: Vec<u8>,
    checks: Vec<u8>,
    /// Bytes written before the piece.
    written: u64,
    section: Option<usize>,
}

impl<W: Write + Seek> SegmentWriter<W> {
    /// Begins at the start of `out`; the header's counts may be set until the end.
    pub(crate) fn new(out: W, header: Header) -> Self {
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        // The header's place, until it is known.
        piece.resize(BLOCK_BYTES, 0);
        SegmentWriter {
            out,
            header,
            digest: Context::new(&SHA256),
            piece,
            checks: Vec::new(),
            written: 0,
            section: None,
        }
    }

    /// The header, for counts that are known only now.
    pub(crate) fn header(&mut self) -> &mut Header {
        &mut self.header
    }

    /// Begins the next section; those between stay empty.
    ///
    /// # Panics
    /// For a section that does not come after the last one.
    pub(crate) fn begin(&mut self, section: Section) -> io::Result<()> {
        let from = self.section.map_or(0, |last| last + 1);
        assert!(from <= section as usize, "sections are written in their order");
        self.end_section();
        for index in from..=section as usize {
            self.align()?;
            self.header.sections[index] =
                Extent { offset: self.position().into(), bytes: 0.into() };
        }
        self.section = Some(section as usize);
        Ok(())
    }

    /// Appends to the section.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while self.piece.len() + bytes.len() >= PIECE_BYTES {
            let (head, rest) = bytes.split_at(PIECE_BYTES - self.piece.len());
            self.piece.extend_from_slice(head);
            bytes = rest;
            self.flush_piece()?;
        }
        self.piece.extend_from_slice(bytes);
        Ok(())
    }

    /// Appends items to the section.
    pub(crate) fn write_items<T: IntoBytes + Immutable>(&mut self, items: &[T]) -> io::Result<()> {
        self.write(items.as_bytes())
    }

    /// Writes the checksums and the header; the caller syncs.
    pub(crate) fn finish(mut self) -> io::Result<(W, Sealed)> {
        self.begin(Section::Checks)?;
        self.flush_piece()?;
        let checks = std::mem::take(&mut self.checks);
        self.write(&checks)?;
        // From here on the collected checksums are those of the blocks of checksums.
        self.begin(Section::Roots)?;
        self.flush_piece()?;
        let roots = std::mem::take(&mut self.checks);
        self.write(&roots)?;
        self.end_section();
        self.flush_piece()?;
        self.header.roots_checksum = xxh3_64(&roots).into();
        let sealed = size_of::<Header>() - size_of::<u64>();
        self.header.checksum = xxh3_64(&self.header.as_bytes()[..sealed]).into();
        let mut first = [0; BLOCK_BYTES];
        first[..size_of::<Header>()].copy_from_slice(self.header.as_bytes());
        self.digest.update(&first);
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(&first)?;
        self.out.flush()?;
        let mut digest = [0; 32];
        digest.copy_from_slice(self.digest.finish().as_ref());
        Ok((self.out, Sealed { bytes: self.written, digest }))
    }

    fn position(&self) -> u64 {
        self.written + self.piece.len() as u64
    }

    fn end_section(&mut self) {
        let position = self.position();
        if let Some(section) = self.section {
            let extent = &mut self.header.sections[section];
            extent.bytes = (position - extent.offset.get()).into();
        }
    }

    fn align(&mut self) -> io::Result<()> {
        let missing = self.position().next_multiple_of(BLOCK_BYTES as u64) - self.position();
        self.write(&[0; BLOCK_BYTES][..missing as usize])
    }

    /// Hashes and writes what was collected: whole blocks, but for the end of the last section.
    fn flush_piece(&mut self) -> io::Result<()> {
        let header = if self.written == 0 { BLOCK_BYTES } else { 0 };
        for block in self.piece[header..].chunks(BLOCK_BYTES) {
            self.checks.extend_from_slice(&xxh3_64(block).to_le_bytes());
        }
        self.digest.update(&self.piece[header..]);
        self.out.write_all(&self.piece)?;
        self.written += self.piece.len() as u64;
        self.piece.clear();
        Ok(())
    }
}

/// The digest of a file that is written from its beginning to its end.
pub(crate) struct FileDigest {
    first: Vec<u8>,
    rest: Context,
    bytes: u64,
}

impl FileDigest {
    pub(crate) fn new() -> Self {
        FileDigest { first: Vec::new(), rest: Context::new(&SHA256), bytes: 0 }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let missing = BLOCK_BYTES - self.first.len();
        let (first, rest) = bytes.split_at(bytes.len().min(missing));
        self.first.extend_from_slice(first);
        self.rest.update(rest);
        self.bytes += bytes.len() as u64;
    }

    pub(crate) fn finish(mut self) -> Sealed {
        self.rest.update(&self.first);
        let mut digest = [0; 32];
        digest.copy_from_slice(self.rest.finish().as_ref());
        Sealed { bytes: self.bytes, digest }
    }
}

impl Sealed {
    /// Of bytes that are all there.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut digest = FileDigest::new();
        digest.update(bytes);
        digest.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use zerocopy::FromZeros as _;

    use super::*;

    #[test]
    fn a_digest_is_the_same_on_the_way_and_afterwards() {
        for length in [0usize, 1, 4096, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES * 2 + 5] {
            let mut writer = SegmentWriter::new(Cursor::new(Vec::new()), Header::new_zeroed());
            writer.begin(Section::Keys).unwrap();
            for piece in vec![7u8; length].chunks(1000) {
                writer.write(piece).unwrap();
            }
            let (out, sealed) = writer.finish().unwrap();
            assert_eq!(Sealed::of(out.get_ref()), sealed, "{length}");
        }
    }
}
