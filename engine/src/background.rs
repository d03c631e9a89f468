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

/// A new file that is stored little by little; its end is up to whoever writes it.
pub(crate) struct Paced {
    file: File,
    unstored: usize,
}

impl Paced {
    /// Of an empty file.
    pub(crate) fn new(file: File) -> Self {
        Paced { file, unstored: 0 }
    }

    /// The file, some of which may not be stored.
    pub(crate) fn into_inner(self) -> File {
        self.file
    }
}

impl Write for Paced {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.unstored += written;
        if self.unstored > UNSTORED_MAX {
            self.file.sync_data()?;
            self.unstored = 0;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Paced {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
