//! Rows that a loader must reject, each with the column and the reason.

use std::io::Result;

use propusk_engine::time::Date;

use crate::ids::{self, Space};
use crate::rng::Rng;
use crate::sheet::{Lines, Sheet};

/// What is wrong with a row.
pub(crate) type Fault = (&'static str, &'static str);

/// A row's register as far as faults differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Book {
    Results,
    Certificates,
    Permits,
    Cards,
}

/// A way to spoil a row: the column, what is written there and the reason.
type Spoil = (&'static str, &'static str, &'static str);

const HOLDER: &[Spoil] = &[
    ("surname", "Иванов1", "digit"),
    ("first_name", "А٣нна", "digit"),
    ("surname", "ЖукWolf", "mixed_script"),
    ("first_name", "ЮлGia", "mixed_script"),
    ("surname", "Пет\u{7}ров", "control"),
    ("first_name", "Ан\u{200B}на", "control"),
    ("patronymic", "Иванович2", "digit"),
    ("birth_date", "1990-02-30", "date"),
    ("birth_date", "31.04.1985", "date"),
    ("birth_date", "1899-12-31", "date"),
    ("birth_date", "1990/05/17", "date"),
    ("protected", "maybe", "word"),
    ("status", "gone", "word"),
];
const DOCUMENT: &[Spoil] = &[
    ("doc_number", "000000", "zeros"),
    ("doc_number", "12345*6", "symbol"),
    ("doc_number", "123456789012345678901", "length"),
];
const RESULTS: &[Spoil] = &[
    ("surname", "", "empty"),
    ("first_name", " ", "empty"),
    ("birth_date", "", "empty"),
    ("phone", "", "empty"),
    ("phone", "+7 495 123-45-67", "phone"),
    ("phone", "+7916123456", "phone"),
    ("snils", "112-233-445 96", "snils"),
    ("source_id", "S9999", "source"),
    ("reported_at", "2022-06-01T10:00:00", "instant"),
    ("sampled_at", "вчера", "instant"),
    ("sampled_at", "2023-01-01T00:00:00+03:00", "order"),
    ("kind", "smear", "word"),
];
const CERTIFICATES: &[Spoil] = &[
    ("surname", "", "empty"),
    ("birth_date", "", "empty"),
    ("issued_at", "2022-06-01T10:00:00", "instant"),
    ("sampled_at", "2023-01-01T00:00:00+03:00", "order"),
    ("kind", "smear", "word"),
];
const PERMITS: &[Spoil] = &[
    ("doc_number", "", "empty"),
    ("inn", "7707083894", "inn"),
    ("plate", "A12", "plate"),
    ("troika", "12345", "troika"),
    ("strelka", "123456", "strelka"),
    ("type", "4", "word"),
    ("issuer", "tver", "word"),
    ("issued_at", "2020-05-01T12:00:00", "instant"),
    ("valid_to", "2020-06-31", "date"),
];
const CARDS: &[Spoil] = &[
    ("nationality", "", "empty"),
    ("photo_sha256", "", "empty"),
    ("gender", "X", "word"),
    ("issued_on", "2020-13-01", "date"),
];

fn key(book: Book) -> &'static str {
    match book {
        Book::Results => "result_id",
        Book::Certificates => "token",
        Book::Permits => "code",
        Book::Cards => "series",
    }
}

/// Gives the row a primary key of its own, so that only the planted fault is wrong.
fn rekey(sheet: &mut Sheet, book: Book, seed: u64, count: u64) {
    match book {
        Book::Results => sheet.set("result_id", &format!("X{count:09}")),
        Book::Certificates => sheet.set("token", &ids::token(seed, Space::Dirty, count)),
        Book::Permits => {
            let valid_to = Date::parse(sheet.get("valid_to")).unwrap_or(Date::MIN);
            sheet.set("code", &ids::permit(seed, Space::Dirty, count, valid_to));
        }
        Book::Cards => {
            let (series, number) = ids::card(seed, Space::Dirty, count);
            sheet.set("series", &series);
            sheet.set("number", &number);
        }
    }
}

/// Faults that need more than one column.
fn special(sheet: &mut Sheet, rng: &mut Rng, book: Book) -> Fault {
    match (book, rng.below(3)) {
        (Book::Results, _) => {
            sheet.set("kind", "pcr");
            sheet.set("outcome", "");
            ("outcome", "empty")
        }
        (Book::Certificates, _) => {
            sheet.set("token", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ");
            ("token", "non_canonical")
        }
        (Book::Permits, choice) => special_permit(sheet, choice),
        (Book::Cards, 0) => {
            sheet.set("status", "lost");
            sheet.set("status_on", "");
            ("status_on", "empty")
        }
        (Book::Cards, _) => {
            let issued = Date::parse(sheet.get("issued_on")).unwrap_or(Date::MIN);
            let birth = issued.plus_days(-14 * 365);
            sheet.set("birth_date", &birth.to_string());
            ("birth_date", "age")
        }
    }
}

fn special_permit(sheet: &mut Sheet, choice: u64) -> Fault {
    let valid_to = Date::parse(sheet.get("valid_to")).unwrap_or(Date::MIN);
    match choice {
        0 => {
            let code = sheet.get("code").to_owned();
            let (_, month, day) = valid_to.plus_days(1).ymd();
            sheet.set("code", &format!("{day:02}{month:02}{}", &code[4..]));
            ("code", "expiry_date")
        }
        1 => {
            sheet.set("type", "1");
            sheet.set("valid_from", &valid_to.plus_days(3).to_string());
            ("valid_from", "order")
        }
        _ => {
            sheet.set("type", "2");
            sheet.set("valid_from", &valid_to.plus_days(-1).to_string());
            ("valid_to", "one_day")
        }
    }
}

/// The same key again with other content.
fn duplicate(sheet: &mut Sheet, book: Book) -> Fault {
    sheet.set("surname", "Двойников");
    (key(book), "duplicate")
}

fn spoil(sheet: &mut Sheet, rng: &mut Rng, book: Book) -> Fault {
    let own = match book {
        Book::Results => RESULTS,
        Book::Certificates => CERTIFICATES,
        Book::Permits => PERMITS,
        Book::Cards => CARDS,
    };
    let shared = rng.below((HOLDER.len() + DOCUMENT.len() + own.len()) as u64) as usize;
    let spoils = HOLDER.iter().chain(DOCUMENT).chain(own);
    let (column, text, reason) = spoils.copied().nth(shared).unwrap_or(HOLDER[0]);
    if column == "doc_number" {
        sheet.set("doc_series", "");
    }
    sheet.set(column, text);
    (column, reason)
}

/// Writes the dirty rows.
pub(crate) struct Dirt {
    /// Dirty rows for one clean row, in millionths.
    rate: u64,
    rejects: Lines,
    /// How many were written.
    pub(crate) count: u64,
}

impl Dirt {
    /// A writer for that share of dirty rows among all.
    pub(crate) fn new(share: f64, rejects: Lines) -> Self {
        let share = share.clamp(0.0, 0.95);
        Dirt { rate: (share / (1.0 - share) * 1e6).round() as u64, rejects, count: 0 }
    }

    /// After a clean row, which is still in the sheet: perhaps some dirty ones.
    pub(crate) fn after(
        &mut self,
        sheet: &mut Sheet,
        rng: &mut Rng,
        seed: u64,
        book: Book,
    ) -> Result<()> {
        let mut left =
            self.rate / 1_000_000 + u64::from(rng.below(1_000_000) < self.rate % 1_000_000);
        let fresh: Vec<String> = if left > 1 { sheet.snapshot() } else { Vec::new() };
        while left > 0 {
            let fault = match rng.below(20) {
                0 => duplicate(sheet, book),
                choice => {
                    rekey(sheet, book, seed, self.count);
                    if choice < 5 { special(sheet, rng, book) } else { spoil(sheet, rng, book) }
                }
            };
            self.write(sheet, fault)?;
            left -= 1;
            if left > 0 {
                sheet.restore(&fresh);
            }
        }
        Ok(())
    }

    fn write(&mut self, sheet: &mut Sheet, (column, reason): Fault) -> Result<()> {
        let register = sheet.table.name;
        let line = sheet.write()?;
        self.count += 1;
        self.rejects.push(&format!(
            "{{\"register\":\"{register}\",\"line\":{line},\"column\":\"{column}\",\"reason\":\"{reason}\"}}"
        ))
    }

    pub(crate) fn finish(self) -> Result<u64> {
        self.rejects.finish()
    }
}
