//! How many parts of SMS a text takes.

/// UTF-16 units of a text in one part.
const ALONE: usize = 70;
/// UTF-16 units of each part of a longer text.
const JOINED: usize = 67;

/// How many parts a text in UCS-2 takes; a pair of surrogates is never torn apart. None for nothing.
#[must_use]
pub fn parts(text: &str) -> usize {
    if text.encode_utf16().count() <= ALONE {
        return usize::from(!text.is_empty());
    }
    let mut filled = 0;
    let mut parts = 1;
    for character in text.chars() {
        let units = character.len_utf16();
        if filled + units > JOINED {
            parts += 1;
            filled = 0;
        }
        filled += units;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn seventy_fit_alone_and_sixty_seven_joined() {
        let text = |count: usize| "Ж".repeat(count);
        for (count, expected) in
            [(0, 0), (1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)]
        {
            assert_eq!(parts(&text(count)), expected, "{count}");
        }
    }

    #[test]
    fn a_pair_of_surrogates_stays_together() {
        assert_eq!(parts(&"😷".repeat(35)), 1);
        assert_eq!(parts(&"😷".repeat(36)), 2);
        // 33 pairs in each part of 67: one unit of each stays free.
        assert_eq!(parts(&"😷".repeat(66)), 2);
        assert_eq!(parts(&"😷".repeat(67)), 3);
    }
}
