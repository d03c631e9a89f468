//! The key file: its text, and how a group's secrets leave it for good.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use zeroize::Zeroizing;

use super::{GroupSecrets, KeyError, Keys, Secret, SigningKey, VerifyingKey};
use crate::record::Group;

/// The longest key file. Its text is read and written in one piece of memory, which is wiped.
const BYTES_MAX: usize = 1 << 14;
/// What group and others may do with a file.
const OTHERS: u32 = 0o077;

const HEAD: &str = "# The secrets of a store. Whoever has them can read it.\n";
/// Begins what a destruction writes beside the key file, so that it takes no other file for its own.
const HEAD_AFTER: &str = "# The secrets of a store after a group's destruction.\n";

/// The text, borrowed: the parser makes no copies of secrets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKeys<'a> {
    #[serde(borrow)]
    medical: Option<WrittenGroup<'a>>,
    #[serde(borrow)]
    permits: Option<WrittenGroup<'a>>,
    #[serde(borrow)]
    cards: Option<WrittenGroup<'a>>,
    #[serde(borrow)]
    manifest: Option<WrittenManifest<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenGroup<'a> {
    code: Option<&'a str>,
    identity: Option<&'a str>,
    details: Option<&'a str>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenManifest<'a> {
    signing: Option<&'a str>,
    verifying: Option<&'a str>,
}

/// Reads the keys in a text.
pub(super) fn parse(path: &Path, text: &str) -> Result<Keys, KeyError> {
    let syntax = |reason| KeyError::Syntax { path: path.to_owned(), reason };
    // The parser's message quotes the line, which holds a secret: only its place is told.
    let written: WrittenKeys<'_> = toml::from_str(text).map_err(|error| {
        syntax(match error.span() {
            Some(span) => format!("no key file's shape at byte {}", span.start),
            None => "no key file's shape".to_owned(),
        })
    })?;
    let secret = |hex: Option<&str>| match hex {
        None => Ok(None),
        Some(hex) => unhex(hex)
            .map(Some)
            .ok_or_else(|| syntax("a secret is not 64 hexadecimal digits".to_owned())),
    };
    let group = |written: Option<WrittenGroup<'_>>| -> Result<GroupSecrets, KeyError> {
        let written = written.unwrap_or_default();
        let (code, identity) = (secret(written.code)?, secret(written.identity)?);
        Ok(GroupSecrets { code, identity, details: secret(written.details)? })
    };
    let manifest = written.manifest.unwrap_or_default();
    let signing = secret(manifest.signing)?.map(SigningKey);
    let verifying = secret(manifest.verifying)?.map(|bytes| VerifyingKey(**bytes.0));
    if let (Some(signing), Some(verifying)) = (&signing, &verifying)
        && signing.verifying_key() != *verifying
    {
        return Err(syntax("its signing and verifying keys do not belong together".to_owned()));
    }
    Ok(Keys {
        medical: group(written.medical)?,
        permits: group(written.permits)?,
        cards: group(written.cards)?,
        signing,
        verifying,
    })
}

fn text(head: &str, keys: &Keys) -> Zeroizing<String> {
    // It never grows: a longer copy would leave a shorter one behind.
    let mut text = Zeroizing::new(String::with_capacity(BYTES_MAX));
    text.push_str(head);
    for name in Group::ALL {
        let group = keys.group(*name);
        text.push_str(&format!("\n[{name}]\n"));
        for (key, secret) in
            [("code", &group.code), ("identity", &group.identity), ("details", &group.details)]
        {
            push(&mut text, key, secret.as_ref().map(|secret| &**secret.0));
        }
    }
    text.push_str("\n[manifest]\n");
    push(&mut text, "signing", keys.signing.as_ref().map(|key| &**key.0.0));
    push(&mut text, "verifying", keys.verifying.as_ref().map(VerifyingKey::bytes));
    text
}

fn push(text: &mut String, key: &str, bytes: Option<&[u8; 32]>) {
    let Some(bytes) = bytes else { return };
    text.push_str(key);
    text.push_str(" = \"");
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    text.extend(digits.filter_map(|digit| char::from_digit(digit.into(), 16)));
    text.push_str("\"\n");
}

fn unhex(text: &str) -> Option<Secret> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut secret = Secret::zero();
    for (byte, pair) in secret.0.iter_mut().zip(digits.chunks_exact(2)) {
        let value = |digit: u8| char::from(digit).to_digit(16);
        *byte = (value(pair[0])? * 16 + value(pair[1])?) as u8;
    }
    Some(secret)
}

/// Reads a key file, or the file beside it where [`destroy_group`] was cut short.
pub(super) fn read(path: &Path) -> Result<Keys, KeyError> {
    if let Some(keys) = read_whole(path)? {
        return Ok(keys);
    }
    // A destruction that is at work is waited for.
    let path = real(path)?;
    let _held = lock(&path, File::options().read(true), File::lock_shared)?;
    read_held(&path)
}

/// Reads a key file that no destruction works on, or else the file beside: where a file is
/// overwritten, that one alone holds its secrets.
fn read_held(path: &Path) -> Result<Keys, KeyError> {
    if let Some(keys) = read_whole(path)? {
        return Ok(keys);
    }
    let lost = || {
        let reason = "it is overwritten with zeros, and no whole file `.new` stands beside it";
        KeyError::Syntax { path: path.to_owned(), reason: reason.to_owned() }
    };
    match read_whole(&beside(path)) {
        Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Err(lost()),
        read => read?.ok_or_else(lost),
    }
}

/// Reads one file; `None` where it is overwritten, be it in part.
fn read_whole(path: &Path) -> Result<Option<Keys>, KeyError> {
    let mut file = File::open(path).map_err(io_at(path))?;
    let metadata = file.metadata().map_err(io_at(path))?;
    let mode = metadata.mode() & 0o7777;
    // A folder fails to be read, which says more than its mode.
    if mode & OTHERS != 0 && !metadata.is_dir() {
        return Err(KeyError::Mode { path: path.to_owned(), mode });
    }
    let bytes = contents(&mut file, path)?;
    if is_overwritten(&bytes) {
        return Ok(None);
    }
    let syntax = |reason: &str| KeyError::Syntax { path: path.to_owned(), reason: reason.into() };
    let text = std::str::from_utf8(&bytes).map_err(|_| syntax("it is not UTF-8"))?;
    parse(path, text).map(Some)
}

fn contents(file: &mut File, path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * BYTES_MAX));
    file.take(BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(io_at(path))?;
    if bytes.len() > BYTES_MAX {
        let reason = format!("it is longer than {BYTES_MAX} bytes");
        return Err(KeyError::Syntax { path: path.to_owned(), reason });
    }
    Ok(bytes)
}

/// No key file holds a zero byte until it is overwritten.
fn is_overwritten(bytes: &[u8]) -> bool {
    bytes.contains(&0)
}

/// Writes a key file that was not there, durably. It takes its name when it is whole: a part of one
/// would stand in the way of the next try.
pub(super) fn write_new(path: &Path, keys: &Keys) -> Result<(), KeyError> {
    let exists = || KeyError::Exists { path: path.to_owned() };
    if path.symlink_metadata().is_ok() {
        return Err(exists());
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".unfinished");
    let unfinished = PathBuf::from(name);
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io_at(path)(error)),
        _ => {}
    }
    let written = create(&unfinished, &text(HEAD, keys)).and_then(|()| {
        // Unlike a rename, a link replaces nothing.
        fs::hard_link(&unfinished, path).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => exists(),
            _ => io_at(path)(source),
        })
    });
    let removed = fs::remove_file(&unfinished).map_err(io_at(&unfinished));
    written.and(removed)?;
    sync_folder(path).map_err(io_at(path))
}

fn create(path: &Path, text: &str) -> Result<(), KeyError> {
    let mut options = File::options();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path).map_err(
        |source| match source.kind() {
            io::ErrorKind::AlreadyExists => KeyError::Exists { path: path.to_owned() },
            _ => io_at(path)(source),
        },
    )?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| sync_folder(path))
        .map_err(io_at(path))
}

/// The steps of a destruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The remaining secrets stand beside, durably.
    Written,
    /// The old file is zeros.
    Overwritten,
    /// The file beside is the key file.
    Renamed,
}

/// Removes a group's secrets from a key file for good; `false` when the file has none of them.
///
/// The remaining secrets are written beside (`FILE.new`) and synced, then the old file's bytes are
/// overwritten with zeros and synced, then the new file takes the old one's name. A crash at any
/// step loses no other group's secret: [`Keys::read`] knows a file that is overwritten and reads the
/// one beside, and the next call goes on where this one ended.
///
/// The bytes are overwritten where they stand. A journal, snapshots, a file system that copies on
/// write and flash may keep old blocks all the same, and so may backups: only a medium that was
/// encrypted under a key now gone, or that is destroyed, keeps nothing for certain.
///
/// # Errors
/// When the file cannot be read or written; call again when the cause is gone.
pub fn destroy_group(path: &Path, group: Group) -> Result<bool, KeyError> {
    destroy(path, group, &mut |_| Ok(()))
}

/// Tells each step when it is done, and stops where that fails.
pub(super) fn destroy(
    path: &Path,
    group: Group,
    done: &mut dyn FnMut(Step) -> Result<(), KeyError>,
) -> Result<bool, KeyError> {
    // Of a link the file itself is overwritten and replaced.
    let path = real(path)?;
    let mut old = lock(&path, File::options().read(true).write(true), File::lock)?;
    let new = beside(&path);
    if is_overwritten(&contents(&mut old, &path)?) {
        // An earlier destruction ended here. The secrets stand in the file beside alone.
        read_held(&path)?;
        replace(&mut old, &path, done)?;
        drop(old);
        return destroy(&path, group, done);
    }
    wipe_unfinished(&new)?;
    let mut keys = read_held(&path)?;
    if keys.group(group).is_empty() {
        return Ok(false);
    }
    *keys.group_mut(group) = GroupSecrets::default();
    create(&new, &text(HEAD_AFTER, &keys))?;
    done(Step::Written)?;
    replace(&mut old, &path, done)?;
    Ok(true)
}

fn replace(
    old: &mut File,
    path: &Path,
    done: &mut dyn FnMut(Step) -> Result<(), KeyError>,
) -> Result<(), KeyError> {
    overwrite(old).map_err(io_at(path))?;
    done(Step::Overwritten)?;
    fs::rename(beside(path), path).map_err(io_at(path))?;
    done(Step::Renamed)?;
    sync_folder(path).map_err(io_at(path))
}

/// Zeros over every byte, in place.
fn overwrite(file: &mut File) -> io::Result<()> {
    let length = file.metadata()?.len();
    file.rewind()?;
    io::copy(&mut io::repeat(0).take(length), file)?;
    file.sync_all()
}

/// Wipes what an earlier destruction left beside when it ended before it overwrote anything.
fn wipe_unfinished(new: &Path) -> Result<(), KeyError> {
    let mut file = match File::options().read(true).write(true).open(new) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io_at(new)(error)),
    };
    let bytes = contents(&mut file, new)?;
    let head = &bytes[..bytes.len().min(HEAD_AFTER.len())];
    if !HEAD_AFTER.as_bytes().starts_with(head) && !is_overwritten(&bytes) {
        return Err(KeyError::Exists { path: new.to_owned() });
    }
    overwrite(&mut file).and_then(|()| fs::remove_file(new)).map_err(io_at(new))
}

/// Opens a key file and holds it against destructions.
fn lock(
    path: &Path,
    options: &OpenOptions,
    lock: fn(&File) -> io::Result<()>,
) -> Result<File, KeyError> {
    loop {
        let file = options.open(path).map_err(io_at(path))?;
        lock(&file).map_err(io_at(path))?;
        let held = file.metadata().map_err(io_at(path))?;
        let there = fs::metadata(path).map_err(io_at(path))?;
        // A destruction may have put a new file into its place meanwhile.
        if (held.dev(), held.ino()) == (there.dev(), there.ino()) {
            return Ok(file);
        }
    }
}

fn real(path: &Path) -> Result<PathBuf, KeyError> {
    fs::canonicalize(path).map_err(io_at(path))
}

pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn io_at(path: &Path) -> impl Fn(io::Error) -> KeyError + '_ {
    move |source| KeyError::Io { path: path.to_owned(), source }
}
