//! One sealed segment: bytes whose header and geometry were checked, blocks checked at first touch.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use xxhash_rust::xxh3::xxh3_64;
use zerocopy::little_endian::U64;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::error::StoreError;
use crate::format::{
    BLOCK_BYTES, CertificateRow, ColdRow, Extent, FORMAT_VERSION, Header, HolderRow, Line, MAGIC,
    POSTINGS, PostingsLine, ROWS_CHANGES, ROWS_WHOLE, ResultRow, Section, directory_entries,
    directory_of,
};
use crate::manifest::Named;
use crate::map::{MappedFile, Memory, Resident};
use crate::record::Register;
use crate::seal::Sealed;

/// A checked header over bytes.
#[derive(Debug)]
pub(crate) struct Segment<B> {
    bytes: B,
    header: Header,
    register: Register,
    path: PathBuf,
    /// One bit a block that was found whole.
    whole: Vec<AtomicU64>,
    /// Whether every block of the filter was found whole.
    filter_whole: AtomicBool,
    /// How many blocks of hot lines were found whole.
    lines_whole: AtomicUsize,
    /// Where the hot lines lie, if not in the bytes.
    lines: OnceLock<Resident>,
}

impl Segment<MappedFile> {
    /// Has the sections come into large pages, where there are any. All of them are read at random; details,
    /// which are not, stand in files of their own.
    pub(crate) fn ask_for_large_pages(&self) {
        self.bytes.ask_for_large_pages(0, self.bytes.as_ref().len());
    }
}

impl<B: AsRef<[u8]>> Segment<B> {
    /// Checks the header, the geometry and the roots of the checksums, 8 bytes for every 2 MiB of the
    /// file: it costs about the same time whatever the segment holds.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Format`] for anything that no writer wrote.
    pub(crate) fn open(bytes: B, path: &Path) -> Result<Self, StoreError> {
        let damaged = |place, reason| StoreError::Damaged { path: path.to_owned(), place, reason };
        let all = bytes.as_ref();
        let (header, _) =
            Header::read_from_prefix(all).map_err(|_| damaged("header", "it is cut short"))?;
        if header.magic != MAGIC {
            return Err(damaged("header", "it is not a segment"));
        }
        if header.version.get() != FORMAT_VERSION {
            let found = header.version.get();
            return Err(StoreError::Format { path: path.to_owned(), found, known: FORMAT_VERSION });
        }
        let sealed = size_of::<Header>() - 8;
        if xxh3_64(&all[..sealed]) != header.checksum.get() {
            return Err(damaged("header", "its checksum differs"));
        }
        let register = Register::ALL.get(header.register.get() as usize);
        let register = *register.ok_or_else(|| damaged("header", "no such register"))?;
        check_geometry(&header, register, all.len()).map_err(|(place, why)| damaged(place, why))?;
        let blocks = all.len().div_ceil(BLOCK_BYTES);
        let whole = (0..blocks.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        let segment = Segment {
            bytes,
            header,
            register,
            path: path.to_owned(),
            whole,
            filter_whole: AtomicBool::new(false),
            lines_whole: AtomicUsize::new(0),
            lines: OnceLock::new(),
        };
        if xxh3_64(segment.raw(Section::Roots)) != header.roots_checksum.get() {
            return Err(segment.damaged(Section::Roots, "its checksum differs"));
        }
        Ok(segment)
    }

    /// The checked header.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// The register that it holds.
    pub(crate) fn register(&self) -> Register {
        self.register
    }

    /// Whether every row is a whole record; else every row is a later status of one beneath.
    pub(crate) fn is_whole(&self) -> bool {
        self.header.rows_are.get() == ROWS_WHOLE
    }

    /// How many rows it holds.
    pub(crate) fn rows(&self) -> usize {
        self.header.rows.get() as usize
    }

    /// How many bytes a section takes.
    pub(crate) fn section_bytes(&self, section: Section) -> usize {
        self.header.sections[section as usize].bytes.get() as usize
    }

    /// The bytes of a section, not yet checked.
    pub(crate) fn raw(&self, section: Section) -> &[u8] {
        let extent = self.header.sections[section as usize];
        // The geometry was checked at opening.
        &self.bytes.as_ref()[extent.offset.get() as usize..][..extent.bytes.get() as usize]
    }

    /// The hot lines, not yet checked.
    #[inline]
    pub(crate) fn lines(&self) -> &[u8] {
        self.lines.get().map_or_else(|| self.raw(Section::Lines), AsRef::as_ref)
    }

    /// Puts the hot lines where they shall lie, all of them checked, unless they lie there already.
    pub(crate) fn keep_lines(&self, memory: Memory) -> Result<(), StoreError> {
        if memory == Memory::Mapped || self.lines.get().is_some() {
            return Ok(());
        }
        let lines = self.section(Section::Lines)?;
        let resident = match memory {
            Memory::Mapped | Memory::Populated => return Ok(()),
            Memory::Locked => {
                let extent = self.header.sections[Section::Lines as usize];
                Resident::locked(&self.path, extent.offset.get(), lines.len())
            }
            Memory::Copied => Resident::copied(lines),
        };
        let resident =
            resident.map_err(|source| StoreError::Io { path: self.path.clone(), source })?;
        // Another thread's is as good.
        let _ = self.lines.set(resident);
        Ok(())
    }

    /// Item `index` of a section of equal items, its blocks checked if this is the first touch.
    pub(crate) fn item<T>(&self, section: Section, index: usize) -> Result<T, StoreError>
    where
        T: FromBytes + KnownLayout + Immutable + Unaligned,
    {
        let raw = self.raw(section);
        let bytes = index.checked_mul(size_of::<T>()).and_then(|from| raw.get(from..));
        let item = bytes.and_then(|bytes| T::read_from_prefix(bytes).ok());
        let (item, _) = item.ok_or_else(|| self.damaged(section, "it has no such place"))?;
        self.check_range(section, index * size_of::<T>(), size_of::<T>())?;
        Ok(item)
    }

    /// A whole section of equal items, every block of it checked.
    pub(crate) fn items<T>(&self, section: Section) -> Result<&[T], StoreError>
    where
        T: FromBytes + KnownLayout + Immutable + Unaligned,
    {
        let raw = self.raw(section);
        self.check_range(section, 0, raw.len())?;
        <[T]>::ref_from_bytes(raw).map_err(|_| self.damaged(section, "its length is no multiple"))
    }

    /// The filter, every word of it checked; none of it where no other segment stands beneath.
    #[inline]
    pub(crate) fn filter(&self) -> Result<&[U64], StoreError> {
        // Relaxed: as for the bits of blocks.
        if !self.filter_whole.load(Ordering::Relaxed) {
            self.section(Section::Filter)?;
            self.filter_whole.store(true, Ordering::Relaxed);
        }
        let raw = self.raw(Section::Filter);
        let damaged = || self.damaged(Section::Filter, "its length is no multiple");
        <[U64]>::ref_from_bytes(raw).map_err(|_| damaged())
    }

    /// The whole of a section, checked.
    pub(crate) fn section(&self, section: Section) -> Result<&[u8], StoreError> {
        self.check_range(section, 0, self.section_bytes(section))?;
        Ok(self.raw(section))
    }

    /// Proves every block.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] naming the first section that differs.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        Section::ALL.iter().try_for_each(|section| self.section(*section).map(|_| ()))
    }

    /// Proves the manifest's digest of the whole file.
    pub(crate) fn has_digest(&self, named: &Named) -> Result<(), StoreError> {
        if named.has_digest(&Sealed::of(self.bytes.as_ref())) {
            return Ok(());
        }
        let (path, reason) = (self.path.clone(), "its digest is not the manifest's");
        Err(StoreError::Damaged { path, place: "digest", reason })
    }

    pub(crate) fn damaged(&self, section: Section, reason: &'static str) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), place: section.name(), reason }
    }

    /// Checks the blocks of a range that were not checked before.
    #[inline]
    pub(crate) fn check_range(
        &self,
        section: Section,
        from: usize,
        bytes: usize,
    ) -> Result<(), StoreError> {
        if bytes == 0 || section == Section::Roots {
            return Ok(());
        }
        let start = self.header.sections[section as usize].offset.get() as usize + from;
        for block in start / BLOCK_BYTES..=(start + bytes - 1) / BLOCK_BYTES {
            let bit = 1 << (block % 64);
            // Relaxed: the bit says something of immutable bytes, it publishes nothing.
            if self.whole[block / 64].load(Ordering::Relaxed) & bit == 0 {
                self.check_block(section, block)?;
                let before = self.whole[block / 64].fetch_or(bit, Ordering::Relaxed);
                if section == Section::Lines && before & bit == 0 {
                    self.count_proved_lines()?;
                }
            }
        }
        Ok(())
    }

    /// Counts one more block of lines that was found whole. Behind the last home line stand some that
    /// hardly any key is looked for in: they are proved once all others are, which then need not be
    /// asked any more.
    #[cold]
    fn count_proved_lines(&self) -> Result<(), StoreError> {
        let proved = self.lines_whole.fetch_add(1, Ordering::Relaxed) + 1;
        let homes = self.home_lines() as usize * size_of::<Line>();
        if proved == homes.div_ceil(BLOCK_BYTES) {
            let behind = self.section_bytes(Section::Lines).saturating_sub(homes);
            self.check_range(Section::Lines, homes, behind)?;
        }
        Ok(())
    }

    /// Whether the block of that byte of a section was found whole already.
    #[inline]
    pub(crate) fn is_proved(&self, section: Section, byte: usize) -> bool {
        let start = self.header.sections[section as usize].offset.get() as usize + byte;
        let block = start / BLOCK_BYTES;
        self.whole[block / 64].load(Ordering::Relaxed) >> (block % 64) & 1 != 0
    }

    /// Whether all hot lines were found whole already.
    #[inline]
    pub(crate) fn are_lines_proved(&self) -> bool {
        let blocks = self.section_bytes(Section::Lines).div_ceil(BLOCK_BYTES);
        self.lines_whole.load(Ordering::Relaxed) == blocks
    }

    #[cold]
    fn check_block(&self, section: Section, block: usize) -> Result<(), StoreError> {
        let all = self.bytes.as_ref();
        let end = ((block + 1) * BLOCK_BYTES).min(all.len());
        // The header's block has no checksum here: the first one is that of block 1.
        let checks_block = self.header.sections[Section::Checks as usize].offset.get() as usize;
        let (checks, place) = match block.checked_sub(checks_block / BLOCK_BYTES) {
            None => (Section::Checks, (block - 1) * 8),
            Some(place) => (Section::Roots, place * 8),
        };
        self.check_range(checks, place, 8)?;
        let known = self.raw(checks).get(place..place + 8);
        let known = known.and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
        if known == Some(xxh3_64(&all[block * BLOCK_BYTES..end])) {
            Ok(())
        } else {
            Err(self.damaged(section, "its checksum differs"))
        }
    }
}

/// Ranges before any arithmetic with them: every section inside the file, in its order, as long as
/// the rows and lines say.
fn check_geometry(
    header: &Header,
    register: Register,
    file_bytes: usize,
) -> Result<(), (&'static str, &'static str)> {
    let mut end = BLOCK_BYTES as u64;
    for (section, extent) in Section::ALL.iter().zip(&header.sections) {
        let Extent { offset, bytes } = *extent;
        if offset.get() != end.next_multiple_of(BLOCK_BYTES as u64) {
            return Err((section.name(), "it does not stand where it should"));
        }
        end = offset.get().checked_add(bytes.get()).ok_or((section.name(), "it is too long"))?;
        if end > file_bytes as u64 {
            return Err((section.name(), "it is cut short"));
        }
    }
    if end != file_bytes as u64 {
        return Err(("end", "bytes follow it"));
    }
    if !matches!(header.rows_are.get(), ROWS_WHOLE | ROWS_CHANGES) {
        return Err(("header", "its rows are of no known sort"));
    }
    let (rows, lines) = (header.rows.get(), header.lines.get());
    if rows > u64::from(u32::MAX) || lines > u64::from(u32::MAX) || rows > lines * 4 {
        return Err(("header", "its counts are impossible"));
    }
    if lines <= u64::from(header.displacement_max.get()) {
        return Err(("header", "its displacement is impossible"));
    }
    let sized = |section: Section, count: u64, each: usize| {
        let bytes = header.sections[section as usize].bytes.get();
        if bytes == count * each as u64 {
            Ok(())
        } else {
            Err((section.name(), "its length is wrong"))
        }
    };
    let blocks = header.sections[Section::Checks as usize].offset.get() / BLOCK_BYTES as u64 - 1;
    sized(Section::Checks, blocks, 8)?;
    sized(Section::Roots, (blocks * 8).div_ceil(BLOCK_BYTES as u64), 8)?;
    if register == Register::Sources {
        return Ok(());
    }
    let whole = header.rows_are.get() == ROWS_WHOLE;
    let whole_rows = if whole { rows } else { 0 };
    sized(Section::Lines, lines, size_of::<Line>())?;
    sized(Section::Bases, lines, 4)?;
    sized(Section::Keys, rows, 16)?;
    sized(Section::DetailsAt, whole_rows, 8)?;
    match register {
        Register::Results => sized(Section::Rows, rows, size_of::<ResultRow>())?,
        Register::Certificates => sized(Section::Rows, rows, size_of::<CertificateRow>())?,
        _ => sized(Section::Rows, 0, 1)?,
    }
    if register == Register::Results {
        sized(Section::Holders, 0, 1)?;
    } else {
        sized(Section::Holders, whole_rows, size_of::<HolderRow>())?;
    }
    let multiple = |section: Section, each: usize| {
        let bytes = header.sections[section as usize].bytes.get();
        let whole = bytes.is_multiple_of(each as u64);
        if whole { Ok(()) } else { Err((section.name(), "its length is no multiple")) }
    };
    for postings in POSTINGS {
        multiple(postings, size_of::<PostingsLine>())?;
        let lines =
            header.sections[postings as usize].bytes.get() / size_of::<PostingsLine>() as u64;
        sized(directory_of(postings), directory_entries(lines), 4)?;
    }
    multiple(Section::Cold, size_of::<ColdRow>())?;
    multiple(Section::DetailsFiles, size_of::<u64>())?;
    multiple(Section::Filter, size_of::<u64>())
}
