//! How long a list of integers in the encoding DELTA_BINARY_PACKED is.
//!
//! The decoder of texts in a delta encoding makes room for as many lengths as such a list says that
//! it has, before it reads one.

/// The length of the list at the start of `bytes`; `None` where it has more integers than `most`,
/// or more bytes than there are.
pub(super) fn length(bytes: &[u8], most: usize) -> Option<usize> {
    let mut at = 0;
    let block = number(bytes, &mut at)?;
    let blocks = number(bytes, &mut at)?;
    let count = number(bytes, &mut at)?;
    let _first = number(bytes, &mut at)?;
    if count > most || blocks == 0 || !block.is_multiple_of(blocks) {
        return None;
    }
    let in_each = block / blocks;
    // The first integer stands in front.
    let mut left = count.saturating_sub(1);
    if left > 0 && in_each == 0 {
        return None;
    }
    while left > 0 {
        let _least = number(bytes, &mut at)?;
        let widths = bytes.get(at..at.checked_add(blocks)?)?;
        at += blocks;
        for width in widths {
            // Behind the last integer widths stand for nothing.
            if left == 0 {
                break;
            }
            at = at.checked_add(usize::from(*width).checked_mul(in_each)? / 8)?;
            left = left.saturating_sub(in_each);
        }
    }
    (at <= bytes.len()).then_some(at)
}

/// A number of seven bits a byte, the lowest first.
pub(super) fn number(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return usize::try_from(number).ok();
        }
    }
    None
}
