//! Symbols: one byte for each symbol of a text, and what it means in a code.
//!
//! A symbol byte is the ASCII character itself; or, for one of the twelve Cyrillic letters that
//! look like Latin ones, the Latin capital with the high bit set; or [`WRONG`] for all else. So
//! an ASCII text is its own symbols, and each kind of code needs one table of 256 bytes.

use crate::verdict::CodeFault;

/// A symbol that no code has.
pub(super) const WRONG: u8 = 0xFF;
/// Marks a Latin capital that was written as a Cyrillic letter.
const CYRILLIC: u8 = 0x80;
/// The most symbols that a code has, separators included.
const MOST: usize = 26;

/// The twelve Cyrillic capitals and the Latin capitals that they look like.
pub(crate) const LOOK_ALIKES: [(char, char); 12] = [
    ('А', 'A'),
    ('В', 'B'),
    ('Е', 'E'),
    ('К', 'K'),
    ('М', 'M'),
    ('Н', 'H'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('Т', 'T'),
    ('У', 'Y'),
    ('Х', 'X'),
];

/// From symbol byte to `0-9A-Z`; zero where it is neither a digit nor a letter.
pub(super) static ALPHANUMERIC: [u8; 256] = alphanumeric();

const fn alphanumeric() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        if byte.is_ascii_alphanumeric() {
            table[byte as usize] = byte.to_ascii_uppercase();
        }
        byte += 1;
    }
    let mut pair = 0;
    while pair < LOOK_ALIKES.len() {
        let latin = LOOK_ALIKES[pair].1 as u8;
        table[(latin | CYRILLIC) as usize] = latin;
        pair += 1;
    }
    table
}

/// The symbol byte of a character.
fn symbol(character: char) -> u8 {
    if character.is_ascii() {
        return character as u8;
    }
    // Only the small letters а to я are raised: nothing else becomes one of the twelve, not even
    // where Unicode's upper case says so (ᲀ is В there).
    let capital = match character {
        'а'..='я' => char::from_u32(character as u32 - 0x20).unwrap_or(character),
        other => other,
    };
    LOOK_ALIKES
        .iter()
        .find(|(cyrillic, _)| *cyrillic == capital)
        .map_or(WRONG, |(_, latin)| *latin as u8 | CYRILLIC)
}

/// The symbols of a text, on the stack.
pub(super) struct Symbols {
    bytes: [u8; MOST],
    count: usize,
}

impl Symbols {
    /// Reads every symbol; each byte that is not UTF-8 is a wrong one. A text with more symbols
    /// than any code has is a fault of length.
    pub(super) fn read(text: &[u8]) -> Result<Self, CodeFault> {
        let mut symbols = Symbols { bytes: [0; MOST], count: 0 };
        for chunk in text.utf8_chunks() {
            for character in chunk.valid().chars() {
                symbols.push(symbol(character))?;
            }
            for _ in chunk.invalid() {
                symbols.push(WRONG)?;
            }
        }
        Ok(symbols)
    }

    fn push(&mut self, symbol: u8) -> Result<(), CodeFault> {
        *self.bytes.get_mut(self.count).ok_or(CodeFault::Length)? = symbol;
        self.count += 1;
        Ok(())
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.count]
    }
}

/// The text without the White_Space at its ends. What is not UTF-8 is not White_Space.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    if let Ok(text) = core::str::from_utf8(text) {
        return text.trim().as_bytes();
    }
    let first = text.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let text = &text[first.len() - first.trim_start().len()..];
    // The last chunk ends the text with valid UTF-8 only when nothing invalid follows in it.
    let last = text.utf8_chunks().last().filter(|chunk| chunk.invalid().is_empty());
    let tail = last.map_or("", |chunk| chunk.valid());
    &text[..text.len() - (tail.len() - tail.trim_end().len())]
}
