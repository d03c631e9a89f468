//! Certificate tokens: 128 bits as 26 symbols of Crockford's Base32, bare or in a URL.

use crate::verdict::CodeFault;

/// Symbols of a token.
pub(super) const LENGTH: usize = 26;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const NONE: u8 = 0xFF;
/// The first of 26 symbols holds what is left of 128 bits: three bits.
pub(super) const FIRST_MOST: u8 = 7;

/// From symbol byte to its five bits, with Crockford's leniency in reading.
pub(super) static VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let mut table = [NONE; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        let symbol = ALPHABET[value];
        table[symbol as usize] = value as u8;
        table[symbol.to_ascii_lowercase() as usize] = value as u8;
        value += 1;
    }
    table[b'I' as usize] = 1;
    table[b'i' as usize] = 1;
    table[b'L' as usize] = 1;
    table[b'l' as usize] = 1;
    table[b'O' as usize] = 0;
    table[b'o' as usize] = 0;
    table
}

/// The 128 bits, big-endian.
pub(super) fn decode(symbols: &[u8; LENGTH]) -> Result<[u8; 16], CodeFault> {
    let mut bits = 0u128;
    let mut all = 0;
    for symbol in symbols {
        let value = VALUES[usize::from(*symbol)];
        all |= value;
        bits = bits << 5 | u128::from(value);
    }
    // Values have five bits, so only a missing one sets a higher bit.
    if all > 0x1F {
        return Err(CodeFault::Symbol);
    }
    if VALUES[usize::from(symbols[0])] > FIRST_MOST {
        return Err(CodeFault::NonCanonical);
    }
    Ok(bits.to_be_bytes())
}

/// The five bits of a symbol; more where it is none.
#[cfg(any(test, not(target_arch = "x86_64")))]
pub(super) fn value(symbol: u8) -> u8 {
    VALUES[usize::from(symbol)]
}

/// The token of a text that is one, or a URL exactly as [`super::certificate_url`] writes it.
#[inline]
pub(super) fn plain_token<'a>(text: &'a [u8], hosts: &[String]) -> Option<&'a [u8]> {
    if text.len() == LENGTH {
        return Some(text);
    }
    let (head, token) = text.split_at_checked(text.len().checked_sub(LENGTH)?)?;
    let host = head.strip_prefix(b"https://")?.strip_suffix(b"/qr?id=")?;
    hosts.iter().any(|known| known.as_bytes() == host).then_some(token)
}

/// The 26 symbols of 128 bits.
pub(super) fn encode(bytes: [u8; 16]) -> String {
    let bits = u128::from_be_bytes(bytes);
    let symbol = |place: usize| ALPHABET[(bits >> (5 * place) & 0x1F) as usize];
    (0..LENGTH).rev().map(|place| char::from(symbol(place))).collect()
}

/// The value of `id` in `https://HOST/qr?id=VALUE`; `None` if the text is no URL at all.
pub(super) fn token_of_url<'a>(
    text: &'a [u8],
    hosts: &[String],
) -> Option<Result<&'a [u8], CodeFault>> {
    let mark = text.windows(3).position(|window| window == b"://")?;
    let (scheme, rest) = (&text[..mark], &text[mark + 3..]);
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    let (authority, rest) = rest.split_at(end.unwrap_or(rest.len()));
    if !hosts.iter().any(|host| host.as_bytes().eq_ignore_ascii_case(authority)) {
        return Some(Err(CodeFault::Host));
    }
    let value = rest.strip_prefix(b"/qr?id=").filter(|value| {
        scheme == b"https" && !value.iter().any(|byte| matches!(byte, b'&' | b'#' | b'%'))
    });
    Some(value.ok_or(CodeFault::Url))
}
