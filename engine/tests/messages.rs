//! What holders and applicants are told: every outcome has a text in both languages that is short, polite,
//! in its own script, and names the next step.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use propusk_engine::challenge::{ChallengeOutcome, Challenged};
use propusk_engine::matching::{Matched, Outcome};
use propusk_engine::message::Message;
use propusk_engine::row::RowFault;
use propusk_engine::verdict::{CodeFault, Notice, Verdict};

/// The most symbols of a text, its placeholders left out: two parts of an SMS in Russian.
const SYMBOLS_MAX: usize = 134;
/// The most sentences.
const SENTENCES_MAX: usize = 4;

/// What is no refusal, and asks for nothing.
const NOTHING_TO_DO: &[Message] = &[Message::VerdictValid, Message::RequestNotRequired];

/// What a text may ask for. Another verb is put here once it was read aloud.
const STEPS_RU: &[&str] = &[
    "введите",
    "замените",
    "запросите",
    "исправьте",
    "носите",
    "обратитесь",
    "откройте",
    "отправьте",
    "отсканируйте",
    "перешлите",
    "подождите",
    "получите",
    "предъявите",
    "проверьте",
    "сдайте",
    "сообщайте",
    "сохраните",
];
const STEPS_EN: &[&str] = &[
    "ask", "carry", "check", "contact", "correct", "enter", "get", "open", "replace", "save",
    "scan", "send", "show", "take", "tell", "wait",
];

/// Why a result that coincides gives no certificate.
const NOT_ELIGIBLE: &[&str] = &[
    "withdrawn",
    "not_reported_yet",
    "source_not_connected",
    "positive",
    "inconclusive",
    "expired",
    "revoked",
    "suspended",
];

/// Words of Latin letters that Russian knows as they are.
const LATIN_IN_RUSSIAN: &[&str] = &["QR"];

/// Words that are written in capitals.
const ABBREVIATIONS: &[&str] = &["СНИЛС", "SNILS"];

/// Words of those who build such systems, and words that blame.
const NEVER: &[&str] = &[
    "api",
    "base32",
    "canonical",
    "crockford",
    "database",
    "denied",
    "error",
    "exception",
    "failed",
    "failure",
    "forbidden",
    "hash",
    "hmac",
    "id",
    "illegal",
    "invalid",
    "json",
    "malformed",
    "null",
    "parse",
    "payload",
    "record",
    "refused",
    "rejected",
    "snapshot",
    "syntax",
    "timeout",
    "token",
    "url",
    "utf",
    "you must",
    "your fault",
    "база",
    "валидный",
    "валидация",
    "виноваты",
    "вы должны",
    "вы ошиблись",
    "запись",
    "невалидный",
    "недопустимо",
    "некорректный",
    "отказано",
    "ошибка",
    "парсинг",
    "реестр",
    "сбой",
    "синтаксис",
    "таймаут",
    "токен",
    "формат",
    "хеш",
    "хэш",
];

/// What is never said alone: names of fields, and what is wrong with one, to which what to do is added
/// when the answer to a request is put together.
fn is_part(message: &Message) -> bool {
    let name = format!("{message:?}");
    let whole = [Message::RequestIssued, Message::RequestIssuedWork, Message::RequestNotRequired];
    let ends = [Message::RequestNextCorrected, Message::RequestNextAgain];
    let of_request = name.starts_with("Request") && !whole.contains(message);
    name.starts_with("Field") || (of_request && !ends.contains(message))
}

/// The messages that are said alone, and the ends of those that are put together.
fn whole() -> impl Iterator<Item = &'static Message> {
    Message::ALL.iter().filter(|message| !is_part(message))
}

/// The names in braces.
fn placeholders(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1);
    parts.map(|part| part.split_once('}').expect("a brace that closes").0).collect()
}

/// The text without the names in braces.
fn bare(text: &str) -> String {
    let mut bare = text.to_owned();
    for name in placeholders(text) {
        bare = bare.replace(&format!("{{{name}}}"), "");
    }
    bare
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|symbol: char| !symbol.is_alphanumeric() && symbol != '\'');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn is_cyrillic(symbol: char) -> bool {
    matches!(symbol, 'А'..='я' | 'Ё' | 'ё')
}

/// Whether a word, or several in a row, stand in a text.
fn says(text: &str, phrase: &str) -> bool {
    let phrase = words(phrase);
    words(text).windows(phrase.len()).any(|window| window == phrase)
}

#[test]
fn both_languages_say_something_and_name_the_same_values() {
    let mut russian = BTreeSet::new();
    let mut english = BTreeSet::new();
    for message in Message::ALL {
        let (ru, en) = (message.ru(), message.en());
        let least = if is_part(message) { 1 } else { 2 };
        assert!(words(ru).len() >= least && words(en).len() >= least, "{message:?}");
        assert_eq!(placeholders(ru), placeholders(en), "{message:?}");
        assert!(russian.insert(ru) && english.insert(en), "{message:?} says what another one says");
    }
}

#[test]
fn each_text_is_in_its_own_script() {
    for message in Message::ALL {
        // The word that a message begins with is the same in every language.
        let (ru, en) = (bare(message.ru()), bare(message.en()).replace("«Пропуск»", "word"));
        assert!(en.is_ascii(), "{message:?}: {en}");
        let word = |word: &str| {
            let latin = word.chars().any(|symbol| symbol.is_ascii_alphabetic());
            !latin || LATIN_IN_RUSSIAN.contains(&word)
        };
        let symbol = |symbol: char| {
            is_cyrillic(symbol)
                || symbol.is_ascii_graphic()
                || matches!(symbol, ' ' | '№' | '«' | '»')
        };
        assert!(ru.split(|symbol: char| !symbol.is_alphabetic()).all(word), "{message:?}: {ru}");
        assert!(ru.chars().all(symbol), "{message:?}: {ru}");
        assert!(ru.chars().any(is_cyrillic), "{message:?}: {ru}");
    }
}

#[test]
fn each_text_is_short_and_made_of_sentences() {
    for message in whole() {
        for text in [message.ru(), message.en()] {
            let length = bare(text).chars().count();
            assert!(length <= SYMBOLS_MAX, "{message:?}: {length} symbols: {text}");
            assert!(text.ends_with('.') && !text.contains(".."), "{message:?}: {text}");
            assert_eq!(text, text.split_whitespace().collect::<Vec<_>>().join(" "), "{message:?}");
            let first = text.chars().next().expect("a symbol");
            assert!(first == '{' || first.is_uppercase(), "{message:?}: {text}");
            let sentences: Vec<&str> = text.split_inclusive(". ").collect();
            assert!(sentences.len() <= SENTENCES_MAX, "{message:?}: {text}");
        }
    }
}

#[test]
fn each_text_is_polite_and_plain() {
    for message in whole() {
        for text in [message.ru(), message.en()] {
            assert!(!text.contains('!'), "{message:?} shouts: {text}");
            for never in NEVER {
                assert!(!says(text, never), "{message:?} says `{never}`: {text}");
            }
            let shouted = text.split(|symbol: char| !symbol.is_alphabetic()).find(|word| {
                let loud = word.chars().count() > 3 && word.chars().all(char::is_uppercase);
                loud && !ABBREVIATIONS.contains(word)
            });
            assert_eq!(shouted, None, "{message:?}: {text}");
        }
    }
}

#[test]
fn each_text_names_the_next_step() {
    for message in whole() {
        if NOTHING_TO_DO.contains(message) {
            continue;
        }
        for (text, steps) in [(message.ru(), STEPS_RU), (message.en(), STEPS_EN)] {
            let named = words(text).into_iter().any(|word| steps.contains(&word.as_str()));
            assert!(named, "{message:?} names no step of the list: {text}");
        }
        // Whoever is asked is asked politely: no verb that is meant for one whom one knows well.
        let familiar = words(message.ru()).into_iter().find(|word| {
            let plural = |step: &&&str| step.strip_suffix("те").is_some_and(|verb| verb == word);
            STEPS_RU.iter().any(|step| plural(&step))
        });
        assert_eq!(familiar, None, "{message:?}");
    }
}

#[test]
fn every_verdict_has_a_message_of_its_own() {
    let mut told = BTreeSet::new();
    for verdict in Verdict::ALL {
        match verdict {
            Verdict::Malformed => {
                let of = |fault: &CodeFault| Message::of_verdict(*verdict, Some(*fault), None);
                told.extend(CodeFault::ALL.iter().map(of));
            }
            Verdict::Valid => {
                let of = |notice: &Notice| Message::of_verdict(*verdict, None, Some(*notice));
                told.extend(Notice::ALL.iter().map(of));
                told.insert(Message::of_verdict(*verdict, None, None));
            }
            _ => drop(told.insert(Message::of_verdict(*verdict, None, None))),
        }
    }
    let count = Verdict::ALL.len() - 1 + CodeFault::ALL.len() + Notice::ALL.len();
    assert_eq!(told.len(), count, "{told:?}");
}

#[test]
fn every_outcome_of_a_form_has_a_message() {
    let told = |outcome: Outcome, reason| outcome.message(reason);
    let outcomes: BTreeSet<Message> = Outcome::ALL
        .iter()
        .filter(|outcome| **outcome != Outcome::NotEligible)
        .map(|outcome| told(*outcome, None))
        .collect();
    assert_eq!(outcomes.len(), Outcome::ALL.len() - 1, "{outcomes:?}");
    let reasons = NOT_ELIGIBLE.iter().map(|reason| told(Outcome::NotEligible, Some(*reason)));
    let reasons: BTreeSet<Message> = reasons.collect();
    assert_eq!(reasons.len(), NOT_ELIGIBLE.len(), "{reasons:?}");
    // Nothing coincides, or something does: a source that was not connected is told alike.
    let both: Vec<&Message> = outcomes.intersection(&reasons).collect();
    assert_eq!(both, [&told(Outcome::SourceNotConnected, None)]);
}

/// Whoever is turned away is told of which field: by its name, in both languages, and what to do.
#[test]
fn what_is_wrong_with_a_form_is_told_by_the_name_of_the_field() {
    let given = [
        ("surname", "empty", "Фамилия: не заполнено.", "Surname: not filled in."),
        (
            "first_name",
            "digit",
            "Имя: цифр быть не должно.",
            "First name: there must be no digits.",
        ),
        ("patronymic", "mixed_script", "Отчество: русские", "Patronymic: Cyrillic"),
        ("surname", "control", "Фамилия: уберите", "Surname: take out"),
        ("birth_date", "date", "Дата рождения: нужна дата", "Date of birth: a date"),
        ("doc_number", "empty", "Номер документа: не", "Number of the document: not"),
        ("doc_number", "symbol", "Номер документа: только", "Number of the document: letters"),
        ("doc_number", "length", "Номер документа: вместе", "Number of the document: at most 20"),
        ("doc_number", "zeros", "Номер документа: одни", "Number of the document: nothing but"),
        ("snils", "snils", "СНИЛС: такого номера нет", "SNILS: there is no such number"),
        ("phone", "phone", "Телефон: нужен мобильный", "Phone: a mobile number"),
        ("work_licence", "length", "Патент на работу: не больше 20", "Work licence: at most 20"),
    ];
    for (column, reason, ru, en) in given {
        let told = Matched::invalid(RowFault { column, reason }).told();
        assert!(
            told.0.starts_with(ru) && told.0.ends_with("Исправьте и отправьте снова."),
            "{told:?}"
        );
        assert!(
            told.1.starts_with(en) && told.1.ends_with("Correct it and send it again."),
            "{told:?}"
        );
        assert!(![&told.0, &told.1].iter().any(|text| text.contains(['{', '}'])), "{told:?}");
    }
    // What no applicant fills in has no name.
    for (column, reason) in [("request_id", "empty"), ("submitted_at", "instant")] {
        let (ru, en) = Matched::invalid(RowFault { column, reason }).told();
        assert_eq!((&*ru, &*en), (Message::MatchInvalid.ru(), Message::MatchInvalid.en()));
    }
}

#[test]
fn every_step_of_identification_has_a_message() {
    let mut told = BTreeSet::new();
    for outcome in ChallengeOutcome::ALL {
        for tries_left in [None, Some(0), Some(2)] {
            let challenged = Challenged { outcome: *outcome, tries_left, wait_seconds: Some(61) };
            let (ru, en) = challenged.message();
            assert!(!ru.contains(['{', '}']) && !en.contains(['{', '}']), "{ru} {en}");
            // A started minute is waited for.
            assert_eq!(ru.contains(" 2 мин."), *outcome == ChallengeOutcome::Limited, "{ru}");
            told.insert(ru.replace(char::is_numeric, ""));
        }
    }
    // Without tries the last message of a wrong code is another one.
    assert_eq!(told.len(), ChallengeOutcome::ALL.len() + 1, "{told:?}");
}

/// The sources of a folder and those below it.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_message_is_told_by_somebody() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src", "../cli/src"] {
        sources(&root.join(folder), &mut found);
    }
    let texts: Vec<String> =
        found.iter().map(|path| fs::read_to_string(path).expect("a source")).collect();
    assert!(texts.len() > 50, "the sources were not found");
    for message in Message::ALL {
        let name = format!("Message::{message:?}");
        let told = |text: &String| {
            text.match_indices(&name).any(|(place, _)| {
                !text[place + name.len()..].starts_with(|next: char| next.is_alphanumeric())
            })
        };
        assert!(texts.iter().any(told), "nobody tells {name}");
    }
}

#[test]
fn values_are_put_into_their_places() {
    let (ru, en) = Message::IdentifyWrong.fill(&[("tries", "2"), ("minutes", "9")]);
    assert!(ru.ends_with("Осталось попыток: 2.") && en.ends_with("Tries left: 2."), "{ru} {en}");
    for message in Message::ALL {
        let values: Vec<(&str, &str)> =
            placeholders(message.ru()).into_iter().map(|name| (name, "7")).collect();
        let (ru, en) = message.fill(&values);
        assert!(!ru.contains(['{', '}']) && !en.contains(['{', '}']), "{message:?}");
        if values.is_empty() {
            assert_eq!((ru.as_str(), en.as_str()), (message.ru(), message.en()));
        }
    }
}
