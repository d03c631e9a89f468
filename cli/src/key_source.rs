//! Where keys come from: a file, a variable of the environment, or an open descriptor.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use propusk_engine::secret::{KeyError, Keys};
use zeroize::Zeroizing;

/// The longest text of keys that is read.
const BYTES_MAX: usize = 1 << 14;

/// What `--key` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeySource {
    /// A key file.
    File(PathBuf),
    /// A variable that holds a key file's text.
    Environment(String),
    /// An open descriptor, from which a key file's text is read.
    Descriptor(u32),
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeySource::File(path) => path.display().fmt(f),
            KeySource::Environment(name) => write!(f, "env:{name}"),
            KeySource::Descriptor(number) => write!(f, "fd:{number}"),
        }
    }
}

impl KeySource {
    /// Reads the option; a file whose name begins like another source is written `./env:NAME`.
    pub(crate) fn parse(text: PathBuf) -> Result<Self, String> {
        let Some((kind, rest)) = text.to_str().and_then(|text| text.split_once(':')) else {
            return Ok(KeySource::File(text));
        };
        match kind {
            "env" if rest.is_empty() || rest.contains(['=', '\0']) => {
                Err("no variable has that name; write env:NAME".to_owned())
            }
            "env" => Ok(KeySource::Environment(rest.to_owned())),
            "fd" if rest.bytes().all(|byte| byte.is_ascii_digit()) => rest
                .parse()
                .map(KeySource::Descriptor)
                .map_err(|_| "no descriptor has that number; write fd:N, such as fd:3".to_owned()),
            "fd" => Err("no number of a descriptor; write fd:N, such as fd:3".to_owned()),
            _ => Ok(KeySource::File(text)),
        }
    }

    /// Whether there is anything to read.
    pub(crate) fn exists(&self) -> bool {
        match self {
            KeySource::File(path) => path.exists(),
            KeySource::Environment(name) => std::env::var_os(name).is_some(),
            KeySource::Descriptor(number) => descriptor(*number).exists(),
        }
    }

    /// Reads the keys. The text is wiped from memory afterwards; a variable stays in the
    /// environment, where this process cannot wipe it.
    pub(crate) fn read(&self) -> Result<Keys, KeyError> {
        let name = self.to_string();
        let failed = |source| KeyError::Io { path: PathBuf::from(&name), source };
        let text = match self {
            KeySource::File(path) => return Keys::read(path),
            KeySource::Environment(variable) => variable_text(OsStr::new(variable)),
            KeySource::Descriptor(number) => text(&descriptor(*number)),
        };
        Keys::from_text(&name, &text.map_err(failed)?)
    }
}

fn variable_text(name: &OsStr) -> io::Result<Zeroizing<String>> {
    match std::env::var(name) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(std::env::VarError::NotPresent) => {
            Err(io::Error::new(io::ErrorKind::NotFound, "there is no such variable"))
        }
        Err(std::env::VarError::NotUnicode(text)) => {
            drop(Zeroizing::new(text.into_encoded_bytes()));
            Err(io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
        }
    }
}

/// The descriptor's name in the file system.
fn descriptor(number: u32) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{number}"))
}

fn text(path: &Path) -> io::Result<Zeroizing<String>> {
    // It never grows: a longer copy would leave a shorter one behind.
    let mut text = Zeroizing::new(String::with_capacity(2 * BYTES_MAX));
    File::open(path)?.take(BYTES_MAX as u64 + 1).read_to_string(&mut text)?;
    if text.len() > BYTES_MAX {
        let reason = format!("it is longer than {BYTES_MAX} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_as_written() {
        let file = |name: &str| Ok(KeySource::File(PathBuf::from(name)));
        for (text, source) in [
            ("store.key", file("store.key")),
            ("./env:KEY", file("./env:KEY")),
            ("c:3", file("c:3")),
            ("env:KEY", Ok(KeySource::Environment("KEY".to_owned()))),
            ("fd:3", Ok(KeySource::Descriptor(3))),
        ] {
            let parsed = KeySource::parse(PathBuf::from(text));
            assert_eq!(parsed, source);
            assert_eq!(parsed.unwrap().to_string(), text);
        }
        for wrong in ["env:", "env:A=B", "fd:", "fd:-1", "fd:+1", "fd:x", "fd:99999999999"] {
            assert!(KeySource::parse(PathBuf::from(wrong)).is_err(), "{wrong}");
        }
    }
}
