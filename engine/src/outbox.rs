//! Outboxes: messages to phones, in clear, in files that a sender picks up wherever the operator wants
//! them. A store remembers where, so that the end of a group takes them along.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::record::Group;

/// The file that names the outboxes of a store.
const OUTBOXES: &str = "OUTBOXES";
const NEW_OUTBOXES: &str = "OUTBOXES.new";

/// A file of JSON lines that only its owner may read.
pub struct Outbox {
    path: PathBuf,
}

/// Where an outbox is, and with which group it goes.
#[derive(Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Listed {
    group: String,
    path: PathBuf,
}

impl Outbox {
    /// Opens an outbox, and has the store in `root` remember it, durably, for the end of a group.
    ///
    /// # Errors
    /// When it cannot be written, or remembered.
    pub fn open(root: &Path, group: Group, path: &Path) -> Result<Self, StoreError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).map_err(io_at(path))?;
        let name = path.file_name().ok_or_else(|| {
            io_at(path)(io::Error::new(io::ErrorKind::InvalidInput, "it names no file"))
        })?;
        let outbox = Outbox { path: folder.join(name) };
        remember(root, Listed { group: group.to_string(), path: outbox.path.clone() })?;
        outbox.append_text("").map_err(io_at(path))?;
        Ok(outbox)
    }

    /// Appends a line, durably. Whoever renames the file away finds whole lines in it once it has
    /// the file's lock.
    ///
    /// # Errors
    /// When it cannot be written: then the line is not there, or it is cut short and stands alone.
    pub fn append(&self, line: &impl Serialize) -> io::Result<()> {
        self.append_text(&(serde_json::to_string(line)? + "\n"))
    }

    fn append_text(&self, text: &str) -> io::Result<()> {
        let mut file = self.locked()?;
        let end = file.seek(SeekFrom::End(0))?;
        let mut last = [b'\n'];
        if end > 0 {
            file.seek(SeekFrom::Start(end - 1))?;
            file.read_exact(&mut last)?;
        }
        // What a crash cut short must not run into this line.
        let ends = if last == [b'\n'] { "" } else { "\n" };
        file.write_all(format!("{ends}{text}").as_bytes())?;
        file.sync_data()
    }

    /// The file that has the outbox's name now, with its lock.
    fn locked(&self) -> io::Result<File> {
        loop {
            let made = !self.path.exists();
            let mut options = File::options();
            let file = options.read(true).append(true).create(true).mode(0o600).open(&self.path)?;
            if made {
                self.path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())?;
            }
            file.lock()?;
            // The sender may have taken the file away meanwhile.
            let held = file.metadata()?;
            match fs::metadata(&self.path) {
                Ok(there) if (there.dev(), there.ino()) == (held.dev(), held.ino()) => {
                    return Ok(file);
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
    }
}

/// Where a group's outboxes are.
pub(crate) fn of_group(root: &Path, group: Group) -> Result<Vec<PathBuf>, StoreError> {
    let listed = read(root)?.into_iter().filter(|each| each.group == group.as_str());
    Ok(listed.map(|each| each.path).collect())
}

/// Forgets a group's outboxes, durably.
pub(crate) fn forget(root: &Path, group: Group) -> Result<(), StoreError> {
    let _folder = lock(root)?;
    let mut all = read(root)?;
    let before = all.len();
    all.retain(|each| each.group != group.as_str());
    if all.len() == before { Ok(()) } else { write(root, &all) }
}

fn remember(root: &Path, outbox: Listed) -> Result<(), StoreError> {
    let _folder = lock(root)?;
    let mut all = read(root)?;
    if all.contains(&outbox) {
        return Ok(());
    }
    all.push(outbox);
    write(root, &all)
}

/// Holds the folder of a store against others who change the list.
fn lock(root: &Path) -> Result<File, StoreError> {
    let folder = File::open(root).map_err(io_at(root))?;
    folder.lock().map_err(io_at(root))?;
    Ok(folder)
}

fn read(root: &Path) -> Result<Vec<Listed>, StoreError> {
    let path = root.join(OUTBOXES);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(io_at(&path))?,
    };
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().map_err(|_| StoreError::Damaged {
        path,
        place: "list of outboxes",
        reason: "a line names none",
    })
}

fn write(root: &Path, all: &[Listed]) -> Result<(), StoreError> {
    let (path, new) = (root.join(OUTBOXES), root.join(NEW_OUTBOXES));
    let lines: Result<String, _> =
        all.iter().map(|each| serde_json::to_string(each).map(|line| line + "\n")).collect();
    let written = lines.map_err(io::Error::other).and_then(|lines| {
        let mut file = File::create(&new)?;
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &path)?;
        File::open(root)?.sync_all()
    });
    written.map_err(io_at(&path))
}

fn io_at(path: &Path) -> impl Fn(io::Error) -> StoreError + '_ {
    move |source| StoreError::Io { path: path.to_owned(), source }
}
