use proptest::prelude::*;

use super::*;
use crate::key::{Begun, IdentityKeys, Purpose};
use crate::matching::form::Form;
use crate::register::Registration;
use crate::row::RowFault;
use crate::secret::Secret;

const GOOD: [&str; 12] = [
    "Q1",
    "2021-12-02T12:00:00+03:00",
    "Тестова",
    "Анна-Мария",
    "Ивановна",
    "01.02.1990",
    "45 09",
    "123456",
    "112-233-445 95",
    "8 (916) 123-45-67",
    "77 1",
    "L1",
];

fn row(values: &[&str]) -> Row<'static> {
    let mut row = Row::empty(&REGISTRATIONS);
    for (column, value) in REGISTRATIONS.columns.iter().zip(values) {
        row.set(column.name, (*value).to_owned());
    }
    row
}

fn keys() -> IdentityKeys {
    IdentityKeys::new(&Secret::new([5; 32]))
}

/// The key of a form's person.
fn person_key(values: &[&str]) -> Result<u128, RowFault> {
    let (keys, mut persons, mut computed) = (keys(), Begun::default(), Vec::new());
    Form::read(&row(values), &keys, &mut persons)?;
    persons.keys(&mut computed);
    assert_eq!(computed.len(), 1);
    Ok(computed[0])
}

/// Whether a row is read plainly. What is read so is what is read fully too.
#[track_caller]
fn is_plain(values: &[&str]) -> bool {
    let (keys, row) = (keys(), row(values));
    let mut fields = keys.begin(Purpose::Person);
    let plain = PlainForm::read(&row, &mut fields);
    let full = Registration::read(&row);
    let Some(plain) = plain else {
        // Unusual or wrong: the same key or fault as in full.
        assert_eq!(person_key(values), full.map(|full| key_of(&keys, &full)), "{values:?}");
        return false;
    };
    let full = full.expect("a plain form is good");
    assert_eq!(plain.submitted_at, full.submitted_at, "{values:?}");
    let bytes = |text: &Option<String>| text.clone().map(String::into_bytes);
    let short = |text: Option<ShortDocument>| text.map(|text| text.as_bytes().to_vec());
    assert_eq!(short(plain.document), bytes(&full.person.document), "{values:?}");
    assert_eq!(plain.snils.map(|snils| snils.to_vec()), bytes(&full.person.snils), "{values:?}");
    assert_eq!(short(plain.work_licence), bytes(&full.work_licence), "{values:?}");
    assert_eq!(fields.key(), key_of(&keys, &full), "{values:?}");
    true
}

fn key_of(keys: &IdentityKeys, form: &Registration) -> u128 {
    let (person, birth) = (&form.person, form.person.birth_date.map(|date| date.to_string()));
    let names = [&person.surname, &person.first_name, &person.patronymic, &birth];
    let mut fields: Vec<Option<&str>> = names.iter().map(|text| text.as_deref()).collect();
    fields.push(Some(&form.phone));
    keys.key(Purpose::Person, &fields)
}

#[test]
fn a_form_as_nearly_all_are_is_plain() {
    assert!(is_plain(&GOOD));
    for (place, column) in REGISTRATIONS.columns.iter().enumerate() {
        let mut values = GOOD;
        values[place] = "";
        let is_missed = column.required || column.name == "doc_number";
        assert_eq!(is_plain(&values), !is_missed, "{}", column.name);
    }
    for (place, value) in [
        (2, "  щербакова   "),
        (2, "SMITH"),
        (2, "Константинопольская-Петропавловская"),
        (3, "Анна Мария"),
        (3, "Семён"),
        (5, "1990-02-01"),
        (9, "+79161234567"),
        (9, "9161234567"),
        (8, "11223344595"),
        (7, "ab-12 34"),
    ] {
        let mut values = GOOD;
        values[place] = value;
        assert!(is_plain(&values), "{value}");
    }
}

#[test]
fn what_is_unusual_is_read_in_full() {
    let long = "Я".repeat(200);
    for (place, value) in [
        (2, "Тecтoвa"),
        (2, "Müller"),
        (2, "О'Нил"),
        (2, "Тестова\u{a0}"),
        (2, long.as_str()),
        (4, "нет"),
        (4, "-"),
        (5, "\u{a0}1990-02-01"),
        (7, "№ 123456"),
        (7, "12-АВ"),
        (9, "+7\u{a0}9161234567"),
    ] {
        let mut values = GOOD;
        values[place] = value;
        assert!(!is_plain(&values) && person_key(&values).is_ok(), "{value}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_is_read_plainly_is_what_is_read_fully(
        place in 0usize..12,
        other_place in 0usize..12,
        text in "[А-яЁёA-Za-z]{0,8}[ -]?[А-яЁё]{0,3}|[ -]?[0-9A-Zа-я№]{0,4}[ \\t-]?[0-9]{0,21}|\\PC{0,4}|[НнNn][ЕеOo][ТтN][Ee]?|[А-яЁё]{14,19}",
        number in "[+]?[78]?[ (-]?[98][0-9]{2}[)]?[ -]?[0-9]{7}|[0-9]{3}-[0-9]{3}-[0-9]{3} [0-9]{2}|0{1,20}|[0-3][0-9]\\.[01][0-9]\\.(19|20)[0-9]{2}|(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]( |T10:00:00[+]03:00|T10:00:00Z)?",
    ) {
        let mut values = GOOD;
        values[place] = &text;
        values[other_place] = &number;
        is_plain(&values);
    }

    /// However a person is written down, the key is the same; another letter is another person.
    #[test]
    fn equal_persons_have_equal_keys_and_a_changed_letter_makes_another(
        names in proptest::array::uniform3("[А-ЯЁ][а-яё]{1,12}(-[А-ЯЁ][а-яё]{1,6})?"),
        raised in proptest::collection::vec(any::<bool>(), 24),
        alike in any::<bool>(),
        changed in 0usize..3,
        place in 0usize..20,
        letter in proptest::char::range('А', 'Я'),
    ) {
        let mut values = GOOD;
        for (value, name) in values[2..5].iter_mut().zip(&names) {
            *value = name;
        }
        let key = person_key(&values).expect("a key");
        let respelt = names.clone().map(|name| respelt(&name, &raised, alike));
        for (value, name) in values[2..5].iter_mut().zip(&respelt) {
            *value = name;
        }
        prop_assert_eq!(person_key(&values), Ok(key), "{:?}", respelt);

        let mut letters: Vec<char> = names[changed].chars().collect();
        let place = place % letters.len();
        letters[place] = letter;
        let other: String = letters.into_iter().collect();
        values[2 + changed] = &other;
        if let Ok(other_name) = name::canonical(&other) {
            let is_same = name::canonical(&names[changed]).as_ref() == Ok(&other_name);
            prop_assert_eq!(person_key(&values) == Ok(key), is_same, "{} {}", names[changed], other);
        }
    }
}

/// The same name in other letter cases and spaces, and with Latin letters that look like Cyrillic ones
/// where a word has one that does not.
fn respelt(name: &str, raised: &[bool], alike: bool) -> String {
    let words = name.split('-').map(|word| {
        let own = |letter: char| !"АВЕЁКМНОРСТУХавеёкмнорстух".contains(letter);
        let may_mix = alike && word.chars().any(own);
        let letters = word.chars().zip(raised.iter().cycle()).map(|(letter, raised)| {
            let pair =
                crate::code::fold::LOOK_ALIKES.iter().find(|(cyrillic, _)| *cyrillic == letter);
            match pair.filter(|_| may_mix && *raised) {
                Some((_, latin)) => latin.to_string(),
                None if *raised => letter.to_uppercase().collect(),
                None => letter.to_lowercase().collect(),
            }
        });
        letters.collect::<String>()
    });
    format!(" {} ", words.collect::<Vec<_>>().join(" - "))
}
