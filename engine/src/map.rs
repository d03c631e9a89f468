//! A file as bytes: the one place that maps memory.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::{Advice, Mmap, MmapMut, MmapOptions, MmapRaw};

/// The bytes of a sealed file, mapped read-only.
#[derive(Debug)]
pub struct MappedFile(Mmap);

impl MappedFile {
    /// Maps a whole file.
    ///
    /// # Errors
    /// When it cannot be opened or mapped.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: sealed files are written once, renamed into place and never changed again;
        // nothing in this project truncates or overwrites one. Somebody who does so from outside
        // can make reads change or fault, as docs/format.md says.
        let map = unsafe { Mmap::map(&file)? };
        Ok(MappedFile(map))
    }

    /// Has the system read a part of the file into large pages, as [`on_large_pages`] says.
    pub(crate) fn ask_for_large_pages(&self, from: usize, bytes: usize) {
        if bytes >= LARGE_PAGE_BYTES {
            on_large_pages(&self.0, from, bytes);
        }
    }
}

/// Asks for a part of a mapping to lie on large pages: random reads then need no walk through the tables
/// of pages. Of a file, what is read from now on does, where its file system can; what is in memory
/// already stays as it is. Where the system has none, the pages are small, and nothing else.
fn on_large_pages(map: &Mmap, from: usize, bytes: usize) {
    let _ = map.advise_range(Advice::HugePage, from, bytes);
}

impl AsRef<[u8]> for MappedFile {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The size of a large page, where a system has them.
const LARGE_PAGE_BYTES: usize = 1 << 21;

/// Memory of this process alone, all zeros, on large pages where the system gives them: random reads
/// then need no walk through the tables of pages.
fn private(bytes: usize) -> io::Result<MmapMut> {
    let map = MmapMut::map_anon(bytes.next_multiple_of(LARGE_PAGE_BYTES))?;
    // Without it the pages are small, and nothing else.
    let _ = map.advise(Advice::HugePage);
    Ok(map)
}

/// How the hot lines of a store lie in memory. All give the same answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Memory {
    /// Mapped from their files: a page is read when a code first needs it, and the system may take it
    /// back. Every process shares it.
    #[default]
    Mapped,
    /// Mapped, and all read and proved when a segment is opened.
    Populated,
    /// As populated, and the system is told never to take them back. It must allow the process so many
    /// locked bytes.
    Locked,
    /// Copied into memory of this process alone, on large pages where the system gives them: a random
    /// read then needs no walk through the tables of pages. Costs the lines' size for each process.
    Copied,
}

impl Memory {
    /// All of them, the default first.
    pub const ALL: &[Memory] = &[Memory::Mapped, Memory::Populated, Memory::Locked, Memory::Copied];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Memory::Mapped => "mapped",
            Memory::Populated => "populated",
            Memory::Locked => "locked",
            Memory::Copied => "copied",
        }
    }
}

/// Bytes that stay where they are: locked, or copied on large pages.
#[derive(Debug)]
pub(crate) enum Resident {
    Locked(Mmap),
    Copied { map: Mmap, len: usize },
}

impl Resident {
    /// A part of a sealed file, locked.
    pub(crate) fn locked(path: &Path, offset: u64, len: usize) -> io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: as for any sealed file, see `MappedFile::open`.
        let map = unsafe { MmapOptions::new().offset(offset).len(len).map(&file)? };
        on_large_pages(&map, 0, len);
        map.lock()?;
        Ok(Resident::Locked(map))
    }

    /// A copy of bytes.
    pub(crate) fn copied(bytes: &[u8]) -> io::Result<Self> {
        let mut map = private(bytes.len().max(1))?;
        map[..bytes.len()].copy_from_slice(bytes);
        Ok(Resident::Copied { map: map.make_read_only()?, len: bytes.len() })
    }
}

impl AsRef<[u8]> for Resident {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        match self {
            Resident::Locked(map) => map,
            Resident::Copied { map, len } => &map[..*len],
        }
    }
}

/// Private words that threads set bits of while others read them.
#[derive(Debug)]
pub(crate) struct PrivateWords {
    map: MmapRaw,
    len: usize,
}

impl PrivateWords {
    /// So many zeros.
    pub(crate) fn zeroed(len: usize) -> io::Result<Self> {
        Ok(PrivateWords { map: private(len * size_of::<u64>())?.into(), len })
    }

    #[inline]
    pub(crate) fn words(&self) -> &[AtomicU64] {
        // SAFETY: the mapping has at least `len` words, is aligned to a page, was zeroed by the
        // system, is private, and lives as long as `self`; all of it is reached by atomic
        // operations only.
        unsafe { core::slice::from_raw_parts(self.map.as_ptr().cast(), self.len) }
    }
}

/// A number in a file that several processes see at once: the one file that is not sealed.
#[derive(Debug)]
pub struct SharedWord {
    map: WordMap,
}

#[derive(Debug)]
enum WordMap {
    Reading(Mmap),
    Writing(MmapRaw),
}

/// How many bytes its file has.
pub const WORD_BYTES: u64 = 8;

impl SharedWord {
    /// Maps a word for reading; `None` where there is no such file, or one of another length.
    ///
    /// # Errors
    /// When the file is there and cannot be mapped.
    pub fn open(path: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        if file.metadata()?.len() != WORD_BYTES {
            return Ok(None);
        }
        // SAFETY: the bytes are only read as an atomic word, see `load`. The writer never makes
        // the file shorter.
        let map = WordMap::Reading(unsafe { MmapOptions::new().len(8).map(&file)? });
        Ok(Some(SharedWord { map }))
    }

    /// Maps a word for writing, in a new file where there is none.
    ///
    /// # Errors
    /// When the file cannot be made or mapped.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut options = File::options();
        let file = options.read(true).write(true).create(true).truncate(false).open(path)?;
        file.set_len(WORD_BYTES)?;
        let map = WordMap::Writing(MmapOptions::new().len(8).map_raw(&file)?);
        Ok(SharedWord { map })
    }

    /// The number. Everything that was done before it was stored is seen after it was loaded.
    #[must_use]
    #[inline]
    pub fn load(&self) -> u64 {
        u64::from_le(self.word().load(Ordering::Acquire))
    }

    /// Sets the number; nothing happens for a word that was opened for reading.
    pub fn store(&self, number: u64) {
        if let WordMap::Writing(_) = self.map {
            self.word().store(number.to_le(), Ordering::Release);
        }
    }

    fn word(&self) -> &AtomicU64 {
        let start = match &self.map {
            WordMap::Reading(map) => map.as_ptr(),
            WordMap::Writing(map) => map.as_ptr(),
        };
        // SAFETY: a mapping of eight bytes begins at a page's start, so the pointer is aligned and
        // good for as long as `self.map` lives, which the lifetime says. All processes reach these
        // bytes by atomic operations only. The pages of a reader are read-only: it only loads, and
        // loads of a word's size are plain reads on every target that Rust's standard library
        // names for read-only memory.
        unsafe { AtomicU64::from_ptr(start.cast::<u64>().cast_mut()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the kernel was told so of the mapping that has this byte.
    fn is_asked_for(byte: &u8) -> bool {
        let place = std::ptr::from_ref(byte) as usize;
        let smaps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut here = false;
        for line in smaps.lines() {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            let number = |text| usize::from_str_radix(text, 16).ok();
            if let Some((Some(from), Some(to))) = range.map(|(a, b)| (number(a), number(b))) {
                here = (from..to).contains(&place);
            } else if let (true, Some(flags)) = (here, line.strip_prefix("VmFlags:")) {
                return flags.split_whitespace().any(|flag| flag == "hg");
            }
        }
        false
    }

    #[test]
    fn a_large_part_of_a_file_is_asked_for_on_large_pages_and_nothing_else_is() {
        if !Path::new("/sys/kernel/mm/transparent_hugepage").exists() {
            eprintln!("skipped: this kernel has no large pages");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, vec![7; 4 * LARGE_PAGE_BYTES]).unwrap();
        let file = MappedFile::open(&path).unwrap();
        let bytes = file.as_ref();
        file.ask_for_large_pages(4096, LARGE_PAGE_BYTES - 1);
        assert!(!is_asked_for(&bytes[4096]));
        file.ask_for_large_pages(4096, 2 * LARGE_PAGE_BYTES);
        assert!(is_asked_for(&bytes[4096]) && is_asked_for(&bytes[2 * LARGE_PAGE_BYTES]));
        assert!(!is_asked_for(&bytes[0]) && !is_asked_for(&bytes[3 * LARGE_PAGE_BYTES]));
        let locked = Resident::locked(&path, 4096, 3 * 4096).unwrap();
        assert!(is_asked_for(&locked.as_ref()[0]));
    }
}
