//! Corrected messages held against a second grammar of mistakes, which shares nothing with the one
//! of `propusk-datasets`: its applicants, its values and its mistakes are its own. It puts values
//! into fields where they do not belong, and makes two mistakes at once; a corrected message must
//! say what was meant at first, or there must be none.
//!
//! `PROPUSK_MESSAGES` says how many messages are made, `PROPUSK_SEED` from which number they begin:
//! another seed gives other messages.

mod foreign;

use std::collections::BTreeMap;

use foreign::{LOSING, MISTAKES, Numbers, WRITING, good, spoil};
use propusk_engine::policy::Policy;
use propusk_engine::request::{Decision, Field, Repaired, read_message, repair};
use propusk_engine::time::Instant;

/// What a message asks for, however its values are written; nothing where it is refused.
fn meaning(text: &str, at: Instant) -> Option<Vec<String>> {
    let Ok(Decision::Issue(due)) = read_message(text, at, &Policy::default()) else { return None };
    let joined =
        |fields: &[Field]| fields.iter().map(|field| due.asked.value(*field)).collect::<String>();
    let plain = |text: String| {
        let alike = |each: char| match each {
            'А' => 'A',
            'В' => 'B',
            'Е' => 'E',
            'К' => 'K',
            'М' => 'M',
            'Н' => 'H',
            'О' => 'O',
            'Р' => 'P',
            'С' => 'C',
            'Т' => 'T',
            'У' => 'Y',
            'Х' => 'X',
            other => other,
        };
        let capitals = text.to_uppercase();
        capitals.chars().map(alike).filter(|each| each.is_alphanumeric()).collect::<String>()
    };
    // The year in front, as dates may be written too.
    let birth_date = |text: String| match text.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] if year.len() == 4 => format!("{day}.{month}.{year}"),
        _ => text,
    };
    let mut meaning = vec![plain(joined(&[Field::DocSeries, Field::DocNumber]))];
    meaning.extend(apart().map(|field| {
        let text = joined(&[*field]);
        plain(if *field == Field::BirthDate { birth_date(text) } else { text })
    }));
    Some(meaning)
}

/// The fields of a meaning behind the document.
fn apart() -> impl Iterator<Item = &'static Field> {
    Field::ALL.iter().filter(|field| !matches!(field, Field::DocSeries | Field::DocNumber))
}

/// The meaning with its two texts turned: nobody can know which was meant to be first.
fn with_texts_turned(meaning: &[String]) -> Vec<String> {
    let place = |wanted| 1 + apart().position(|field| *field == wanted).unwrap();
    let mut turned = meaning.to_vec();
    turned.swap(place(Field::Purpose), place(Field::Destination));
    turned
}

/// A number of the environment.
fn told(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |number| number.parse().unwrap())
}

/// Prints how many messages of each name were found, and two of them.
fn report(title: &str, found: &BTreeMap<String, Vec<String>>) {
    for (name, texts) in found {
        let some = texts[..texts.len().min(2)].join("\n    ");
        println!("{title} {name}: {}\n    {some}", texts.len());
    }
}

#[test]
fn mistakes_of_another_grammar_get_no_message_of_another_meaning() {
    let at = Instant::parse("2020-04-20T08:00:00+03:00").unwrap();
    let policy = Policy::default();
    let mut numbers = Numbers(told("PROPUSK_SEED", 2020));
    let runs = told("PROPUSK_MESSAGES", 40_000);
    let (mut faults, mut malformed, mut corrected, mut unseen) =
        (BTreeMap::<_, Vec<String>>::new(), 0, 0, BTreeMap::<_, Vec<String>>::new());
    for _ in 0..runs {
        let meant = good(&mut numbers);
        let Some(wanted) = meaning(&meant.text(), at) else { continue };
        let (first, second) = match numbers.below(10) {
            0 => (numbers.pick(LOSING), numbers.pick(WRITING)),
            1..6 => (numbers.pick(MISTAKES), numbers.pick(MISTAKES)),
            6 => (numbers.pick(WRITING), numbers.pick(WRITING)),
            7 => (numbers.pick(WRITING), numbers.pick(MISTAKES)),
            _ => (numbers.pick(MISTAKES), numbers.pick(WRITING)),
        };
        let Some(once) = spoil(&mut numbers, &meant, first) else { continue };
        let (sent, name, other) = match numbers.below(3) {
            0 => (once.clone(), first.to_owned(), None),
            _ => {
                let mut other = spoil(&mut numbers.clone(), &meant, second);
                let Some(twice) = spoil(&mut numbers, &once, second) else { continue };
                // What is written otherwise may have the second mistake fall on another field.
                if WRITING.contains(&first) {
                    other = meant.with_changes(&once, &twice).or(other);
                }
                (twice, format!("{first}, {second}"), other)
            }
        };
        // Spaces leave no trace of empty fields, and texts have commas and full stops too.
        if LOSING.contains(&first) && sent.separator.trim_matches([' ', '\n', ',', '.']).is_empty()
        {
            continue;
        }
        // Nor does a type that was moved away and has become a digit of its neighbour.
        if sent.is_run_together() && sent.fields[1] != meant.fields[1] {
            continue;
        }
        let text = sent.text();
        if read_message(&text, at, &policy).is_ok() {
            continue;
        }
        malformed += 1;
        let Repaired::Corrected(back) = repair(&text, at, &policy) else { continue };
        corrected += 1;
        let Some(read) = meaning(&back, at) else {
            faults.entry(name).or_default().push(format!("{text:?}: {back}: refused again"));
            continue;
        };
        if read == wanted || read == with_texts_turned(&wanted) {
            continue;
        }
        // Alone, one of the mistakes gives a good message: nobody could know.
        let lost = [Some(&once), other.as_ref()]
            .into_iter()
            .flatten()
            .any(|alone| meaning(&alone.text(), at).is_some_and(|other| other != wanted));
        let into = if lost { &mut unseen } else { &mut faults };
        into.entry(name)
            .or_default()
            .push(format!("{}\n      {text:?}\n      {back}", meant.text()));
    }
    report("UNSEEN", &unseen);
    report("FAULT", &faults);
    let sum = |found: &BTreeMap<String, Vec<String>>| found.values().map(Vec::len).sum::<usize>();
    println!(
        "{malformed} malformed, {corrected} corrected, {} wrong, {} unseen",
        sum(&faults),
        sum(&unseen)
    );
    assert_eq!(sum(&faults), 0);
    // A rule that suggests nothing makes no mistakes either.
    assert!(corrected * 10 > malformed * 3, "{corrected} of {malformed}");
}
