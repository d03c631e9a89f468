//! What this process still holds of a secret when its owner is dropped, as the system shows it.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use propusk_engine::record::Group;
use propusk_engine::secret::{Keys, destroy_group};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A byte of the secret: computed, so that nothing in this process but the key file's reader puts
/// the secret together.
fn byte(place: usize) -> u8 {
    (place as u8).wrapping_mul(89).wrapping_add(41) ^ 0x5c
}

fn digit(place: usize) -> u8 {
    let byte = byte(place / 2);
    DIGITS[usize::from(if place.is_multiple_of(2) { byte >> 4 } else { byte & 15 })]
}

/// Writes a key file, a digit at a time.
fn write_key_file(path: &Path) {
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path).unwrap();
    for group in Group::ALL {
        writeln!(file, "[{group}]").unwrap();
        for name in ["code", "identity", "details"] {
            write!(file, "{name} = \"").unwrap();
            (0..64).for_each(|place| file.write_all(&[digit(place)]).unwrap());
            writeln!(file, "\"").unwrap();
        }
    }
}

/// How many times half of the secret stands in this process's memory, as bytes or as digits.
fn copies() -> usize {
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut found = 0;
    // A page and the beginning of the next, so that nothing is missed between them.
    let mut page = vec![0u8; 4096 + 64];
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let number = |text| u64::from_str_radix(text, 16).unwrap();
        let own = page.as_ptr() as u64;
        for at in (number(from)..number(to)).step_by(4096) {
            if own < at + 4096 + 64 && at < own + 4096 + 64 {
                continue;
            }
            let Ok(read) = memory.read_at(&mut page, at) else { continue };
            let read = &page[..read];
            found += read.windows(16).filter(|window| begins(window, byte)).count();
            found += read.windows(32).filter(|window| begins(window, digit)).count();
        }
    }
    page.fill(0);
    found
}

fn begins(window: &[u8], secret: fn(usize) -> u8) -> bool {
    window.iter().enumerate().all(|(place, each)| *each == secret(place))
}

#[test]
fn a_dropped_secret_is_not_in_memory_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.key");
    write_key_file(&path);
    assert_eq!(copies(), 0);
    let keys = Keys::read(&path).unwrap();
    assert!(copies() >= 9, "the search finds a secret that is there");
    keys.write_new(&folder.path().join("copy.key")).unwrap();
    let gate = keys.clone().for_gate();
    drop(keys);
    assert!(copies() >= 3);
    drop(gate);
    assert_eq!(copies(), 0);
    assert!(destroy_group(&path, Group::Cards).unwrap());
    assert_eq!(copies(), 0);
}
