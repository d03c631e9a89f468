//! Codes: from the bytes that a gate reads to a kind and 16 canonical bytes.
//!
//! Decoding allocates nothing and fails only with a [`CodeFault`]. The kind follows from the
//! number of symbols: 26 are a certificate's token, 16 a permit, 9 a card.

mod card;
mod certificate;
pub(crate) mod fold;
mod lanes;
mod permit;
#[cfg(test)]
mod tests;
mod together;

use core::fmt;

use crate::verdict::{CodeFault, Kind};
use fold::Symbols;
pub(crate) use together::{Places, TOGETHER, Together, read};

/// A well-formed code in canonical form.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code {
    /// What sort of code it is.
    pub kind: Kind,
    /// Permit: its 16 canonical ASCII symbols. Certificate: its 128 bits, big-endian. Card: its 9
    /// canonical ASCII symbols, then zero bytes.
    pub bytes: [u8; 16],
}

/// Shows the kind alone: a code in a log would be as good as the code in the hand.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Code {
    /// The certificate token of 128 bits.
    #[must_use]
    pub const fn certificate(bits: u128) -> Self {
        Code { kind: Kind::Certificate, bytes: bits.to_be_bytes() }
    }

    /// The canonical text: 16 symbols of a permit, 26 of a token, 9 of a card.
    #[must_use]
    pub fn canonical(&self) -> String {
        match self.kind {
            Kind::Permit => self.bytes.iter().map(|byte| char::from(*byte)).collect(),
            Kind::Certificate => certificate::encode(self.bytes),
            Kind::Card => card::encode(self.bytes),
        }
    }
}

/// Reads a code of any kind, bare or (certificates) in a URL of one of those hosts.
///
/// # Errors
///
/// The first fault, in the order of [`CodeFault`]'s members.
#[inline]
pub fn decode(text: &[u8], certificate_hosts: &[String]) -> Result<Code, CodeFault> {
    // Nearly every text is an unbroken code in ASCII, and such a text is its own symbols. What does
    // not pass here may still be one with white space around it, so it is read in full.
    match decode_plain(text, certificate_hosts) {
        Some(code) => Ok(code),
        None => decode_fully(text, certificate_hosts),
    }
}

/// Reads a text that is its own symbols.
#[inline]
fn decode_plain(text: &[u8], certificate_hosts: &[String]) -> Option<Code> {
    let (kind, (bytes, is_code)) = if let Some(symbols) = text.as_array() {
        (Kind::Permit, lanes::permit(symbols))
    } else if let Some(symbols) = text.as_array() {
        (Kind::Card, lanes::card(symbols))
    } else {
        let token = certificate::plain_token(text, certificate_hosts)?;
        (Kind::Certificate, lanes::token(token.as_array()?))
    };
    is_code.then_some(Code { kind, bytes })
}

/// Reads any text; [`decode`] is this with a short cut.
fn decode_fully(text: &[u8], certificate_hosts: &[String]) -> Result<Code, CodeFault> {
    let text = fold::trim(text);
    if text.is_empty() {
        return Err(CodeFault::Empty);
    }
    if let Some(token) = certificate::token_of_url(text, certificate_hosts) {
        return decode_symbols(Kind::Certificate, Symbols::read(token?)?.as_slice());
    }
    let symbols = Symbols::read(text)?;
    let kind = kind_of(symbols.as_slice()).ok_or(CodeFault::Length)?;
    decode_symbols(kind, symbols.as_slice())
}

/// Reads a bare code of one kind, with the same leniency as [`decode`]; for registers.
///
/// # Errors
///
/// The first fault, in the order of [`CodeFault`]'s members; another kind's length is a fault of
/// length.
pub fn decode_as(kind: Kind, text: &[u8]) -> Result<Code, CodeFault> {
    let text = fold::trim(text);
    if text.is_empty() {
        return Err(CodeFault::Empty);
    }
    decode_symbols(kind, Symbols::read(text)?.as_slice())
}

/// The kind that the shape tells.
fn kind_of(symbols: &[u8]) -> Option<Kind> {
    if symbols.len() == certificate::LENGTH {
        Some(Kind::Certificate)
    } else if permit::shape(symbols).is_some() {
        Some(Kind::Permit)
    } else {
        card::shape(symbols).map(|_| Kind::Card)
    }
}

fn decode_symbols(kind: Kind, symbols: &[u8]) -> Result<Code, CodeFault> {
    let bytes = match kind {
        Kind::Permit => permit::decode(&permit::shape(symbols).ok_or(CodeFault::Length)?)?,
        Kind::Certificate => {
            certificate::decode(symbols.try_into().map_err(|_| CodeFault::Length)?)?
        }
        Kind::Card => card::decode(&card::shape(symbols).ok_or(CodeFault::Length)?)?,
    };
    Ok(Code { kind, bytes })
}

/// The URL that a certificate's QR code holds.
#[must_use]
pub fn certificate_url(token: &Code, host: &str) -> String {
    format!("https://{host}/qr?id={}", token.canonical())
}
