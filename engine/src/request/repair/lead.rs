//! The word that a message begins with, however it is written.

use crate::request::grammar::WORD;
use crate::request::script::{as_cyrillic, digit, is_enclosing, small};

/// The word as foreigners write it; another letter here or there is still that word.
const BY_SOUND: &str = "propusk";
/// Other words that can only mean it: on the keys of a Russian keyboard, and in English.
const OTHER_WORDS: [&str; 3] = ["ghjgecr", "permit", "pass"];
/// What politely stands before it.
const POLITE: [&str; 8] =
    ["цифровой", "электронный", "здравствуйте", "добрый", "день", "привет", "прошу", "hello"];

/// The fields after the word; `None` where the message begins with something else.
pub(super) fn without_word(fields: &[String]) -> Option<Vec<String>> {
    // An asterisk at the very beginning.
    let fields = match fields {
        [first, rest @ ..]
            if bare(first).is_empty() && rest.first().is_some_and(|f| is_word(f)) =>
        {
            rest
        }
        all => all,
    };
    let (first, rest) = fields.split_first()?;
    if is_word(first) {
        return Some(rest.to_vec());
    }
    if let Some(kind) = word_and_type(first) {
        return Some([kind].into_iter().chain(rest.iter().cloned()).collect());
    }
    let only = bare(first).chars().map(digit).collect::<Option<String>>();
    match only.as_deref() {
        // The word was left out; an asterisk may have stood before it all.
        Some("1" | "2" | "3") => Some(fields.to_vec()),
        Some("") => Some(rest.to_vec()),
        _ => None,
    }
}

/// Without marks at the ends.
fn bare(text: &str) -> &str {
    text.trim_matches(|each: char| {
        each.is_whitespace() || is_enclosing(each) || ":.,;!-–—".contains(each)
    })
}

/// Whether this is the word, or can only mean it.
pub(super) fn is_word(text: &str) -> bool {
    let mut words = bare(text).split_whitespace().rev();
    let Some(last) = words.next() else { return false };
    is_one_word(last)
        && words.all(|word| {
            let word: String = bare(word).chars().map(small).collect();
            POLITE.contains(&word.as_str())
        })
}

fn is_one_word(text: &str) -> bool {
    let small: String = text.chars().map(small).collect();
    OTHER_WORDS.contains(&small.as_str())
        || text.chars().all(char::is_alphabetic)
            && (is_near(&as_cyrillic(text), WORD) || is_near(&small, BY_SOUND))
}

/// The type that stands right behind the word, without an asterisk between.
fn word_and_type(first: &str) -> Option<String> {
    let first = bare(first);
    let last = first.chars().next_back().filter(|last| matches!(last, '1'..='3'))?;
    let before = first.strip_suffix(last)?.trim_end_matches('№');
    is_word(before).then(|| last.to_string())
}

/// Whether two words differ by one letter at the most: another, one more, one less, or two
/// neighbours changed over.
fn is_near(text: &str, word: &str) -> bool {
    let (text, word): (Vec<char>, Vec<char>) = (text.chars().collect(), word.chars().collect());
    let same = text.iter().zip(&word).take_while(|(one, other)| one == other).count();
    let (text, word) = (&text[same..], &word[same..]);
    match (text, word) {
        ([] | [_], []) | ([], [_]) => true,
        ([_, rest @ ..], [_, others @ ..]) if rest == others => true,
        ([_, rest @ ..], others) if rest == others => true,
        (rest, [_, others @ ..]) if rest == others => true,
        ([a, b, rest @ ..], [c, d, others @ ..]) => a == d && b == c && rest == others,
        _ => false,
    }
}
