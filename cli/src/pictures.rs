//! A folder of QR codes: a PNG, an SVG and a printable page for each certificate.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use propusk_imaging::Symbol;

use crate::error::CliError;
use crate::page::Page;

/// Pixels of a module in PNG pictures.
const MODULE_PIXELS: usize = 10;
/// The longest name that is written as it is, and what is left of longer ones.
const NAME_MAX: usize = 120;
const NAME_CUT: usize = 80;

/// Writes pictures into a folder.
pub(crate) struct Pictures {
    folder: PathBuf,
    /// Which certificate has a name, where names that differ in capitals alone are the same.
    names: HashMap<String, String>,
}

impl Pictures {
    /// A folder, which is made where there is none.
    pub(crate) fn new(folder: &Path) -> Result<Self, CliError> {
        fs::create_dir_all(folder).map_err(|source| unwritten(folder, source))?;
        Ok(Pictures { folder: folder.to_owned(), names: HashMap::new() })
    }

    /// Writes the pictures of a certificate, named by its request.
    pub(crate) fn write(&mut self, request_id: &str, page: &Page<'_>) -> Result<(), CliError> {
        let name = self.name(request_id, page.token);
        let failed = |error: propusk_imaging::SymbolError| {
            unwritten(&self.folder.join(&name), io::Error::other(error))
        };
        let symbol = Symbol::of(page.url).map_err(failed)?;
        let png = symbol.png(MODULE_PIXELS).map_err(failed)?;
        for (ending, bytes) in [
            ("png", png),
            ("svg", symbol.svg().into_bytes()),
            ("html", page.html(&symbol).into_bytes()),
        ] {
            let path = self.folder.join(format!("{name}.{ending}"));
            write(&path, &bytes).map_err(|source| unwritten(&path, source))?;
        }
        Ok(())
    }

    /// A name in the folder that no other certificate of this run has.
    fn name(&mut self, request_id: &str, token: &str) -> String {
        let safe = safe_name(request_id);
        let mut name = safe.clone();
        for number in 2.. {
            let holder = self.names.entry(name.to_lowercase()).or_insert_with(|| token.to_owned());
            if holder == token {
                break;
            }
            name = format!("{safe}~{number}");
        }
        name
    }
}

/// What a holder may show is for the owner of the files alone.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

fn unwritten(path: &Path, source: io::Error) -> CliError {
    CliError::Unwritten { path: path.to_owned(), source }
}

/// A name that leads nowhere: letters, digits, `-` and `_` as they are, every other byte as `~` and
/// two digits; what is long is cut, and ends in a digest of all of it.
fn safe_name(request_id: &str) -> String {
    let mut name = String::new();
    for byte in request_id.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'_' || (byte == b'-' && !name.is_empty()) {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("~{byte:02X}"));
        }
        if name.len() > NAME_MAX {
            let digest = xxhash_rust::xxh3::xxh3_64(request_id.as_bytes());
            return format!("{}~~{digest:016x}", &name[..NAME_CUT]);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder_or_is_anothers() {
        let hostile = [
            "Q1",
            "..",
            ".",
            "../x",
            "/etc/passwd",
            "a/b",
            "a\\b",
            "C:x",
            "-rf",
            "",
            " ",
            "a\0b",
            "a\nb",
            "ы",
            "~2F",
            "~",
            "CON.",
            &"x".repeat(5000),
            &"x".repeat(5001),
            "a b",
        ];
        let mut names = std::collections::BTreeSet::new();
        for request_id in hostile {
            let name = safe_name(request_id);
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte);
            assert!(name.bytes().all(plain) && name.len() < 200, "{request_id}: {name}");
            assert!(!name.starts_with('-'), "{request_id}");
            assert!(names.insert(name), "{request_id}");
        }
        assert_eq!(safe_name("Q-0_1"), "Q-0_1");
    }

    #[test]
    fn two_certificates_never_share_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut pictures = Pictures::new(folder.path()).unwrap();
        assert_eq!(pictures.name("q", "A"), "q");
        assert_eq!(pictures.name("q", "A"), "q");
        assert_eq!(pictures.name("Q", "B"), "Q~2");
        assert_eq!(pictures.name("q", "C"), "q~3");
        assert_eq!(pictures.name("Q", "B"), "Q~2");
    }
}
