//! Generator of realistic registers with their truth, and small fixtures.
//!
//! Every person is derived from the seed and her index alone, and every file is streamed, so a
//! hundred million people need no more memory than a thousand. Truth is known by construction:
//! it is written by the hand that plants the case, never asked from the system under test.

mod dirty;
mod forms;
mod ids;
mod mess;
pub mod mistakes;
mod names;
mod person;
mod queries;
mod records;
mod registers;
mod rng;
mod sheet;
mod sms;

use std::fs;
use std::io::Result;
use std::path::Path;

use propusk_engine::row;

use crate::dirty::{Book, Dirt};
use crate::person::{Person, Stream};
use crate::records::{SOURCES, Source};
use crate::rng::Rng;
use crate::sheet::{Lines, Sheet};
use crate::sms::Requests;

/// How many people lie between two reports of progress.
const PROGRESS: u64 = 4096;

/// What to generate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// People in the registers, at most 500 million.
    pub people: u64,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// The share of dirty rows among the rows of the registers: from 0 to 0.95.
    pub dirty: f64,
}

/// What was generated: rows per file, without headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Each file's path below the output directory, and its rows.
    pub files: Vec<(&'static str, u64)>,
    /// All rows of all files, the truth too.
    pub total: u64,
}

struct Writer {
    seed: u64,
    people: u64,
    sources: Sheet,
    results: Sheet,
    certificates: Sheet,
    permits: Sheet,
    cards: Sheet,
    registrations: Sheet,
    match_truth: Lines,
    codes: Lines,
    verify_truth: Lines,
    requests: Requests,
    dirt: Dirt,
}

impl Writer {
    fn create(out: &Path, options: &Options) -> Result<Self> {
        let truth = out.join("truth");
        fs::create_dir_all(&truth)?;
        Ok(Writer {
            seed: options.seed,
            people: options.people,
            sources: Sheet::create(out, &row::SOURCES)?,
            results: Sheet::create(out, &row::RESULTS)?,
            certificates: Sheet::create(out, &row::CERTIFICATES)?,
            permits: Sheet::create(out, &row::PERMITS)?,
            cards: Sheet::create(out, &row::CARDS)?,
            registrations: Sheet::create(out, &row::REGISTRATIONS)?,
            match_truth: Lines::create(&truth.join("match.ndjson"))?,
            codes: Lines::create(&out.join("codes.txt"))?,
            verify_truth: Lines::create(&truth.join("verify.ndjson"))?,
            requests: Requests {
                lines: Lines::create(&out.join("sms.ndjson"))?,
                truth: Lines::create(&truth.join("request.ndjson"))?,
            },
            dirt: Dirt::new(options.dirty, Lines::create(&truth.join("rejects.ndjson"))?),
        })
    }

    fn all_sources(&mut self) -> Result<()> {
        for index in 0..SOURCES {
            registers::source(&mut self.sources, index, &Source::derive(self.seed, index));
            self.sources.write()?;
        }
        Ok(())
    }

    fn person(&mut self, index: u64) -> Result<()> {
        let person = Person::derive(self.seed, index);
        self.records(&person)?;
        if let Some(truth) = forms::next(&mut self.registrations, self.seed, &person) {
            self.registrations.write()?;
            self.match_truth.push(&truth)?;
        }
        self.requests.next(self.seed, &person)?;
        let mut rng = Rng::new(self.seed, Stream::Query as u64, index);
        if let Some(query) = queries::next(&mut rng, self.seed, &person, self.people) {
            self.codes.push(&query.line)?;
            self.verify_truth.push(&query.truth)?;
        }
        Ok(())
    }

    fn records(&mut self, person: &Person) -> Result<()> {
        let seed = self.seed;
        let mut rng = Rng::new(seed, Stream::Spelling as u64, person.index);
        let mut dirt = Rng::new(seed, Stream::Dirt as u64, person.index);
        if let Some(result) = records::result(seed, person) {
            registers::result(&mut self.results, &mut rng, person, &result);
            self.results.write()?;
            self.dirt.after(&mut self.results, &mut dirt, seed, Book::Results)?;
            if let Some(certificate) = records::certificate(seed, person, result) {
                registers::certificate(&mut self.certificates, &mut rng, person, &certificate);
                self.certificates.write()?;
                self.dirt.after(&mut self.certificates, &mut dirt, seed, Book::Certificates)?;
            }
        }
        if let Some(permit) = records::permit(seed, person) {
            registers::permit(&mut self.permits, &mut rng, person, &permit);
            self.permits.write()?;
            self.dirt.after(&mut self.permits, &mut dirt, seed, Book::Permits)?;
        }
        if let Some(card) = records::card(seed, person) {
            registers::card(&mut self.cards, seed, &mut rng, person, &card);
            self.cards.write()?;
            self.dirt.after(&mut self.cards, &mut dirt, seed, Book::Cards)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Summary> {
        let files = vec![
            ("sources.csv", self.sources.finish()?),
            ("results.csv", self.results.finish()?),
            ("certificates.csv", self.certificates.finish()?),
            ("permits.csv", self.permits.finish()?),
            ("cards.csv", self.cards.finish()?),
            ("registrations.csv", self.registrations.finish()?),
            ("sms.ndjson", self.requests.lines.finish()?),
            ("codes.txt", self.codes.finish()?),
            ("truth/verify.ndjson", self.verify_truth.finish()?),
            ("truth/match.ndjson", self.match_truth.finish()?),
            ("truth/request.ndjson", self.requests.truth.finish()?),
            ("truth/rejects.ndjson", self.dirt.finish()?),
        ];
        let total = files.iter().map(|(_, rows)| rows).sum();
        Ok(Summary { files, total })
    }
}

/// Writes the registers, the questions and the truth into a directory, which is made if it is not
/// there. `progress` is told, now and then and at the end, how many people are done.
///
/// # Errors
/// When a file cannot be written.
pub fn generate(out: &Path, options: &Options, progress: &dyn Fn(u64)) -> Result<Summary> {
    let mut writer = Writer::create(out, options)?;
    writer.all_sources()?;
    for index in 0..options.people {
        writer.person(index)?;
        if index % PROGRESS == PROGRESS - 1 {
            progress(index + 1);
        }
    }
    progress(options.people);
    writer.finish()
}
