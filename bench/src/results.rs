//! A store of synthetic test results, and forms that coincide with them or just do not.

use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use propusk_engine::format::FORMAT_VERSION;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::register::SourceRecord;
use propusk_engine::row::{REGISTRATIONS, RESULTS, Row, SOURCES};
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::{Date, Instant};
use propusk_engine::writer::Writer;
use tempfile::TempDir;

use crate::world::link_files;

/// The most results that are loaded at once.
const LOAD_RESULTS_MAX: usize = 10_000_000;
/// The first date of birth, and how many days of birth follow.
const BORN_FROM: (i16, u8, u8) = (1940, 1, 1);
const BORN_DAYS: u64 = 24_000;

const SURNAMES: [&str; 16] = [
    "Иванова",
    "Смирнова",
    "Кузнецова",
    "Попова",
    "Васильева",
    "Петрова",
    "Соколова",
    "Михайлова",
    "Новикова",
    "Фёдорова",
    "Морозова",
    "Волкова",
    "Алексеева",
    "Лебедева",
    "Семёнова",
    "Егорова",
];
const FIRST_NAMES: [(&str, &str); 8] = [
    ("Анна", "Anna"),
    ("Мария", "Mariia"),
    ("Елена", "Yelena"),
    ("Дарья", "Daria"),
    ("Екатерина", "Ekaterina"),
    ("Юлия", "Yuliya"),
    ("Наталья", "Natalia"),
    ("Ольга", "Olga"),
];
const PATRONYMICS: [&str; 8] = [
    "Ивановна",
    "Александровна",
    "Сергеевна",
    "Дмитриевна",
    "Андреевна",
    "Алексеевна",
    "Юрьевна",
    "Владимировна",
];

/// A store of results, open, in a folder that goes with it.
pub struct Results {
    /// The store, as a reader has it.
    pub store: Store,
    /// The policy that it was sealed under.
    pub policy: Policy,
    _folder: TempDir,
}

/// One person of the store.
struct Person {
    surname: &'static str,
    first_name: &'static str,
    latin: &'static str,
    patronymic: &'static str,
    born: Date,
    phone: String,
    series: String,
    number: String,
}

/// The person of result `number`; no two have the same phone or document.
fn person(number: u64) -> Person {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let pick = |shift: u32, count: usize| (mixed >> shift) as usize % count;
    let (year, month, day) = BORN_FROM;
    let first = Date::from_ymd(year, month, day).expect("a date");
    let (first_name, latin) = FIRST_NAMES[pick(20, FIRST_NAMES.len())];
    Person {
        surname: SURNAMES[pick(10, SURNAMES.len())],
        first_name,
        latin,
        patronymic: PATRONYMICS[pick(30, PATRONYMICS.len())],
        born: first.plus_days(((mixed >> 40) % BORN_DAYS) as i32),
        phone: format!("+79{:09}", number % 1_000_000_000),
        series: format!("{:02} {:02}", 10 + number / 1_000_000 % 90, number / 90_000_000 % 100),
        number: format!("{:06}", number % 1_000_000),
    }
}

impl Person {
    /// The columns that a result and a form have in common, as people write them.
    fn fill(&self, row: &mut Row<'_>) {
        row.set("surname", self.surname);
        row.set("first_name", self.first_name);
        row.set("patronymic", self.patronymic);
        let (year, month, day) = self.born.ymd();
        row.set("birth_date", format!("{day:02}.{month:02}.{year:04}"));
        row.set("doc_series", self.series.clone());
        row.set("doc_number", self.number.clone());
        row.set("phone", self.phone.clone());
    }
}

/// A message as long as the one whose HMAC finds the person of result `number`: canonical names,
/// birth date and phone, each behind four bytes, and one byte before them.
#[must_use]
pub fn person_message(number: u64) -> Vec<u8> {
    let person = person(number);
    let mut message = vec![1];
    let names = [person.surname, person.first_name, person.patronymic];
    let names = names.map(|name| name.to_uppercase().replace('Ё', "Е"));
    let rest = [person.born.to_string(), person.phone[2..].to_owned()];
    for field in names.iter().chain(&rest) {
        message.extend_from_slice(&(field.len() as u32).to_le_bytes());
        message.extend_from_slice(field.as_bytes());
    }
    message
}

impl Results {
    /// Loads that many results into a new store and opens it. Where `PROPUSK_BENCH_STORES` names a
    /// folder, stores are kept there, and one that is there is taken as it is.
    ///
    /// # Errors
    /// When the store cannot be written or opened.
    pub fn build(results: u64) -> Result<Self, Box<dyn Error>> {
        let now = Instant::parse("2021-12-10T12:00:00+03:00").ok_or("not an instant")?;
        let (folder, keys) = match std::env::var_os("PROPUSK_BENCH_STORES").map(PathBuf::from) {
            None => {
                let folder = TempDir::new()?;
                let keys = fill(folder.path(), results, now)?;
                (folder, keys)
            }
            Some(stores) => {
                let kept = stores.join(format!("format-{FORMAT_VERSION}-results-{results}"));
                let key = kept.with_extension("key");
                if !key.exists() {
                    fs::create_dir_all(&kept)?;
                    fill(&kept, results, now)?.write_new(&key)?;
                }
                let folder = TempDir::new_in(&stores)?;
                link_files(&kept, folder.path())?;
                (folder, Keys::read(&key)?)
            }
        };
        let store = Store::open(folder.path(), &keys)?;
        Ok(Results { store, policy: Policy::default(), _folder: folder })
    }

    /// The form of the person of result `number`, which coincides with it.
    #[must_use]
    pub fn form(&self, number: u64) -> Row<'static> {
        let mut form = Row::empty(&REGISTRATIONS);
        form.set("request_id", format!("Q{number}"));
        form.set("submitted_at", "2021-12-09T18:30:00+03:00");
        person(number).fill(&mut form);
        form
    }

    /// The same with one mistake: of three in turn a first name in Latin letters, a letter more in
    /// the surname, another document.
    #[must_use]
    pub fn failing_form(&self, number: u64) -> Row<'static> {
        let (mut form, person) = (self.form(number), person(number));
        match number % 3 {
            0 => form.set("first_name", person.latin),
            1 => form.set("surname", format!("{}я", person.surname)),
            _ => form.set("doc_number", format!("{}7", person.number)),
        };
        form
    }
}

/// Loads that many results into a new store; its secrets.
fn fill(root: &Path, results: u64, now: Instant) -> Result<Keys, Box<dyn Error>> {
    let keys = Keys::random()?;
    let policy = Policy::default();
    let writer = Writer::open(root, &keys, &policy)?;
    let mut source = Row::empty(&SOURCES);
    for (column, value) in [
        ("source_id", "L1"),
        ("name", "Laboratory"),
        ("kind", "laboratory"),
        ("connected_from", "2020-01-01"),
    ] {
        source.set(column, value);
    }
    let source = SourceRecord::read(&source)?;
    for part in (0..results).step_by(LOAD_RESULTS_MAX) {
        let end = results.min(part + LOAD_RESULTS_MAX as u64);
        load(&writer, &source, part..end, now)?;
    }
    writer.compact_tiers(now)?;
    Ok(keys)
}

/// Loads the results of these numbers: negative tests of 9 December 2021.
fn load(
    writer: &Writer,
    source: &SourceRecord,
    numbers: Range<u64>,
    now: Instant,
) -> Result<(), Box<dyn Error>> {
    let mut load = writer.load();
    load.seal_sources(core::slice::from_ref(source))?;
    let (intake, mut collector) = load.begin(Register::Results)?;
    for number in numbers {
        let mut row = Row::empty(&RESULTS);
        row.set("result_id", format!("R{number}"));
        row.set("source_id", "L1");
        row.set("kind", "pcr");
        row.set("outcome", "negative");
        row.set("sampled_at", "2021-12-08T20:00:00+03:00");
        row.set("reported_at", "2021-12-09T08:00:00+03:00");
        person(number).fill(&mut row);
        let prepared = intake.prepare(&row).map_err(|fault| format!("{fault:?}"))?;
        collector.push(prepared)?;
    }
    load.seal(collector)?;
    load.publish(now)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use propusk_engine::matching::{MatchRole, Outcome};

    use super::*;

    #[test]
    fn forms_coincide_and_fail_as_they_should() {
        let results = Results::build(600).unwrap();
        let snapshot = results.store.snapshot().unwrap();
        let mut matched = Vec::new();
        for failing in [false, true] {
            let form = |number| {
                if failing { results.failing_form(number) } else { results.form(number) }
            };
            let forms: Vec<_> = (0..600).map(form).collect();
            for role in [MatchRole::Applicant, MatchRole::Laboratory] {
                snapshot.match_registrations(&forms, role, &results.policy, &mut matched).unwrap();
                assert_eq!(matched.len(), 600);
                for matched in &matched {
                    let expected = if failing { Outcome::NoMatch } else { Outcome::Issued };
                    assert_eq!(matched.outcome, expected);
                    assert_eq!(matched.differs.len(), usize::from(failing), "{matched:?}");
                }
            }
        }
        // One byte; five fields behind four each; Иванова Анна Ивановна; birth date and phone.
        assert_eq!(person_message(0).len(), 1 + 5 * 4 + 2 * 19 + 20);
    }
}
