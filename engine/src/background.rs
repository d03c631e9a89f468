//! Work in the background, which must not keep other work waiting: threads that give way, and files that
//! go to storage as they are written.
#![allow(unsafe_code)]

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

/// Bytes of a file that may wait to be stored. Many more at once, at its end, would keep small files
/// that are synced meanwhile waiting for them.
const UNSTORED_MAX: usize = 4 << 20;

/// Lets other threads go before the one that calls, for the rest of its life, where there are fewer cores
/// than threads: by so many steps of the system's niceness. Does nothing where the system has none.
pub(crate) fn give_way(steps: i32) {
    #[cfg(target_os = "linux")]
    // SAFETY: the call takes numbers alone. 0 is the thread that calls; where it may not, nothing changes.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, steps);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = steps;
}

/// What can be asked to store all that was written to it.
pub(crate) trait Stored {
    /// Returns when it is stored.
    fn store(&mut self) -> io::Result<()>;
}

impl Stored for File {
    fn store(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// A new file that is stored little by little; its end is up to whoever writes it.
pub(crate) struct Paced<F> {
    file: F,
    unstored: usize,
    /// How many bytes may be.
    unstored_max: usize,
}

impl<F> Paced<F> {
    /// Of an empty file.
    pub(crate) fn new(file: F) -> Self {
        Paced { file, unstored: 0, unstored_max: UNSTORED_MAX }
    }

    /// The file, some of which may not be stored.
    pub(crate) fn into_inner(self) -> F {
        self.file
    }
}

impl<F: Write + Stored> Write for Paced<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.unstored += written;
        if self.unstored > self.unstored_max {
            // What fails is not tried again: the system may have forgotten what it could not store.
            self.file.store()?;
            self.unstored = 0;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl<F: Seek> Seek for Paced<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufWriter, Cursor};

    use super::*;

    /// A file that notes how long it was whenever it was stored, and cannot be at one of these times.
    #[derive(Default)]
    struct Noted {
        content: Cursor<Vec<u8>>,
        stored_at: Vec<usize>,
        fails_at: Option<usize>,
    }

    impl Write for Noted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // Less than asked for, as a file may.
            self.content.write(&bytes[..bytes.len().min(7)])
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Noted {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.content.seek(to)
        }
    }

    impl Stored for Noted {
        fn store(&mut self) -> io::Result<()> {
            if self.fails_at == Some(self.stored_at.len()) {
                return Err(io::Error::other("not stored"));
            }
            self.stored_at.push(self.content.get_ref().len());
            Ok(())
        }
    }

    fn paced(file: Noted) -> BufWriter<Paced<Noted>> {
        BufWriter::with_capacity(16, Paced { unstored_max: 30, ..Paced::new(file) })
    }

    #[test]
    fn a_file_is_stored_as_it_is_written() {
        let bytes: Vec<u8> = (0..200).collect();
        let mut out = paced(Noted::default());
        for piece in bytes.chunks(11) {
            out.write_all(piece).unwrap();
        }
        // As a header that is written when all else is known.
        out.rewind().unwrap();
        out.write_all(&[9; 4]).unwrap();
        out.flush().unwrap();
        let file = out.into_parts().0.into_inner();
        let content = file.content.into_inner();
        assert_eq!((&content[..4], &content[4..]), (&[9; 4][..], &bytes[4..]));
        let mut before = 0;
        for at in &file.stored_at {
            assert!(at - before <= 30 + 7, "{:?}", file.stored_at);
            before = *at;
        }
        assert!(file.stored_at.len() >= 5 && 200 - before <= 30, "{:?}", file.stored_at);
    }

    #[test]
    fn what_cannot_be_stored_in_the_middle_is_told() {
        for fails_at in 0..5 {
            let mut out = paced(Noted { fails_at: Some(fails_at), ..Noted::default() });
            let written = [1; 200].chunks(11).try_for_each(|piece| out.write_all(piece));
            let told = written.and_then(|()| out.flush()).unwrap_err();
            assert_eq!(told.to_string(), "not stored");
            let (file, _) = out.into_parts();
            assert_eq!(file.into_inner().stored_at.len(), fails_at);
        }
    }

    #[test]
    fn files_of_the_system_are_stored() {
        let mut file = Paced { unstored_max: 10, ..Paced::new(tempfile::tempfile().unwrap()) };
        file.write_all(&[1; 100]).unwrap();
        let mut file = file.into_inner();
        assert_eq!((file.metadata().unwrap().len(), file.stream_position().unwrap()), (100, 100));
        file.store().unwrap();
    }
}
