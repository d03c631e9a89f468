//! One load: every input into its register, the registers sealed and published together.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use propusk_engine::collector::Pushed;
use propusk_engine::error::StoreError;
use propusk_engine::loading::Load;
use propusk_engine::record::Register;
use propusk_engine::register::SourceRecord;
use propusk_engine::row::{Row, RowFault, Table};
use propusk_engine::time::Instant;
use propusk_engine::writer::Writer;

use crate::rejects::{RejectsError, RejectsWriter};
use crate::source::{Fault, Format, ReadError, RowOutcome, Source, read_rows};

/// How many rejected rows are told of one by one where no file keeps them.
pub const TOLD_MAX: usize = 20;

/// How many rows lie between two reports of progress.
const PROGRESS_ROWS: u64 = 8192;

/// The order in which registers are loaded: each after those that its rows refer to.
const ORDER: [Register; 5] = [
    Register::Sources,
    Register::Results,
    Register::Certificates,
    Register::Permits,
    Register::Cards,
];

/// One table to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The register that it belongs to.
    pub register: Register,
    /// The file; the standard input without.
    pub path: Option<PathBuf>,
    /// How it is written.
    pub format: Format,
}

/// Where a row was rejected and why; nothing of what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The file.
    pub file: String,
    /// The line where the row starts, from 1; in Parquet the number of the row, from 1.
    pub line: u64,
    /// The column that is wrong; empty where the row as a whole is.
    pub column: String,
    /// What is wrong, in a word.
    pub reason: &'static str,
}

/// What became of the rows of one register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterSummary {
    /// The register.
    pub register: Register,
    /// Rows that are in the store now.
    pub rows: u64,
    /// Rows that were there already with the same content.
    pub same: u64,
    /// Rejected rows by reason.
    pub rejected: BTreeMap<&'static str, u64>,
    /// The file that keeps the rejected rows.
    pub rejects: Option<PathBuf>,
}

/// What a load did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadSummary {
    /// The generation that it published.
    pub generation: u64,
    /// The registers in the order in which they were loaded.
    pub registers: Vec<RegisterSummary>,
    /// The first rejected rows, [`TOLD_MAX`] at most, where no file keeps them.
    pub told: Vec<Told>,
}

impl LoadSummary {
    /// How many rows were rejected in all.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.registers.iter().flat_map(|each| each.rejected.values()).sum()
    }
}

/// Why nothing was loaded. What was published before stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An input.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The rejects file.
    #[error(transparent)]
    Rejects(#[from] RejectsError),
    /// An input cannot be opened.
    #[error("{}: cannot be opened: {source}; check its name and that it may be read", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The store's files cannot be written.
    #[error("{}: cannot be written: {source}; check its rights and its free space", path.display())]
    Write {
        /// The store.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Loads tables into a store and publishes them together. Registers are taken in the order of their
/// references whatever the order of `inputs`; several inputs may name one register. Rejected rows
/// go to `rejects`, or, where several registers are loaded, to files beside it with the register's
/// name before the ending. `progress` is told the file and the rows read so far.
///
/// # Errors
/// When an input, the store or a rejects file cannot be read or written; the store then holds what
/// it held.
pub fn load(
    writer: &Writer,
    inputs: &[Input],
    rejects: Option<&Path>,
    now: Instant,
    progress: &dyn Fn(&str, u64),
) -> Result<LoadSummary, LoadError> {
    let wanted: Vec<Register> = ORDER
        .into_iter()
        .filter(|register| inputs.iter().any(|input| input.register == *register))
        .collect();
    let several = wanted.len() > 1;
    // Every rejects file is refused before anything is read, not hours into the load.
    let mut sinks = Vec::new();
    for register in &wanted {
        let path = rejects.map(|base| rejects_path(base, *register, several));
        let of_register = inputs.iter().filter(|input| input.register == *register);
        if let Some(path) = path.as_deref().filter(|path| !can_be_loaded(path, of_register)) {
            return Err(RejectsError::NotCsv { path: path.to_owned() }.into());
        }
        sinks.push(Sink::new(*register, path, progress)?);
    }
    let mut load = writer.load();
    let mut summary = LoadSummary::default();
    for mut sink in sinks {
        let register = sink.summary.register;
        let inputs: Vec<_> = inputs.iter().filter(|input| input.register == register).collect();
        sink.told_max = TOLD_MAX - summary.told.len();
        if register == Register::Sources {
            load_sources(&mut load, &inputs, &mut sink)?;
        } else {
            load_records(&mut load, &inputs, &mut sink)?;
        }
        sink.finish(&mut load, &mut summary)?;
    }
    summary.generation = load.publish(now)?;
    Ok(summary)
}

/// The rejects file of a register.
fn rejects_path(base: &Path, register: Register, several: bool) -> PathBuf {
    if !several {
        return base.to_owned();
    }
    let mut name = base.file_stem().map_or_else(OsString::new, OsString::from);
    name.push(".");
    name.push(register.as_str());
    if let Some(ending) = base.extension() {
        name.push(".");
        name.push(ending);
    }
    base.with_file_name(name)
}

/// Whether a rejects file of that name could be loaded again: rows of Parquet are kept as CSV.
fn can_be_loaded<'a>(path: &Path, mut inputs: impl Iterator<Item = &'a Input>) -> bool {
    match Format::of_path(path) {
        Some(Format::Csv) | None => true,
        Some(Format::Ndjson) => inputs.all(|input| input.format != Format::Parquet),
        Some(Format::Parquet) => false,
    }
}

/// Where the outcomes of a register's rows go.
struct Sink<'a> {
    summary: RegisterSummary,
    writer: Option<RejectsWriter>,
    told: Vec<Told>,
    told_max: usize,
    read: u64,
    progress: &'a dyn Fn(&str, u64),
}

impl<'a> Sink<'a> {
    fn new(
        register: Register,
        path: Option<PathBuf>,
        progress: &'a dyn Fn(&str, u64),
    ) -> Result<Self, LoadError> {
        let writer = path.map(RejectsWriter::new).transpose()?;
        let summary = RegisterSummary {
            register,
            rows: 0,
            same: 0,
            rejected: BTreeMap::new(),
            rejects: None,
        };
        Ok(Sink { summary, writer, told: Vec::new(), told_max: 0, read: 0, progress })
    }

    fn count(&mut self, file: &str) {
        self.read += 1;
        if self.read.is_multiple_of(PROGRESS_ROWS) {
            (self.progress)(file, self.read);
        }
    }

    fn reject<T>(
        &mut self,
        file: &str,
        outcome: &RowOutcome<'_, T>,
        fault: &Fault,
    ) -> Result<(), LoadError> {
        *self.summary.rejected.entry(fault.reason).or_default() += 1;
        if let Some(writer) = &mut self.writer {
            writer.write(outcome.header, &outcome.rejected(file, fault))?;
        } else if self.told.len() < self.told_max {
            self.told.push(Told {
                file: file.to_owned(),
                line: outcome.line,
                column: fault.column.clone().into_owned(),
                reason: fault.reason,
            });
        }
        Ok(())
    }

    fn finish(mut self, load: &mut Load<'_>, summary: &mut LoadSummary) -> Result<(), LoadError> {
        if let Some(writer) = self.writer {
            let path = writer.path().to_owned();
            let files = [path.clone(), writer.reasons_path().to_owned()];
            if writer.finish()? > 0 {
                for file in files {
                    let file = fs::canonicalize(&file)
                        .map_err(|source| LoadError::Open { path: file, source })?;
                    load.note_rejects(self.summary.register, file);
                }
                self.summary.rejects = Some(path);
            }
        }
        summary.registers.push(self.summary);
        summary.told.append(&mut self.told);
        Ok(())
    }
}

/// Reads the rows of all inputs; `keep` is told each converted row and answers what became of it.
fn read_all<T: Send>(
    inputs: &[&Input],
    sink: &mut Sink<'_>,
    primary: &'static str,
    convert: impl Fn(&Row<'_>) -> Result<T, RowFault> + Sync,
    mut keep: impl FnMut(T) -> Result<Pushed, LoadError>,
) -> Result<(), LoadError> {
    let table = Table::of(sink.summary.register);
    for input in inputs {
        let (file, source) = open(input)?;
        let accept = |outcome: RowOutcome<'_, T>| -> Result<(), LoadError> {
            sink.count(&file);
            let RowOutcome { line, header, raw, value } = outcome;
            let bare = RowOutcome { line, header, raw, value: Ok(()) };
            match value {
                Err(fault) => sink.reject(&file, &bare, &fault),
                Ok(value) => match keep(value)? {
                    Pushed::Added => Ok(()),
                    Pushed::Same => {
                        sink.summary.same += 1;
                        Ok(())
                    }
                    Pushed::Duplicate => {
                        let fault = RowFault { column: primary, reason: "duplicate" };
                        sink.reject(&file, &bare, &fault.into())
                    }
                },
            }
        };
        read_rows(source, &file, table, &convert, accept)?;
        (sink.progress)(&file, sink.read);
    }
    Ok(())
}

/// The name of an input for people, and the input.
fn open(input: &Input) -> Result<(String, Source<Box<dyn Read + Send>>), LoadError> {
    let Some(path) = &input.path else {
        let (file, stream) = ("standard input".to_owned(), Box::new(io::stdin()));
        return match input.format {
            Format::Csv => Ok((file, Source::Csv(stream))),
            Format::Ndjson => Ok((file, Source::Ndjson(stream))),
            Format::Parquet => Err(ReadError::ParquetAsText { file }.into()),
        };
    };
    let file = File::open(path).map_err(|source| LoadError::Open { path: path.clone(), source })?;
    let source = match input.format {
        Format::Csv => Source::Csv(Box::new(file) as Box<dyn Read + Send>),
        Format::Ndjson => Source::Ndjson(Box::new(file) as Box<dyn Read + Send>),
        Format::Parquet => Source::Parquet(file),
    };
    Ok((path.display().to_string(), source))
}

fn load_records(
    load: &mut Load<'_>,
    inputs: &[&Input],
    sink: &mut Sink<'_>,
) -> Result<(), LoadError> {
    let (intake, mut collector) = load.begin(sink.summary.register)?;
    let (primary, path) = (intake.primary_column(), load.root().to_owned());
    let convert = |row: &Row<'_>| intake.prepare(row);
    read_all(inputs, sink, primary, convert, |prepared| {
        let written = collector.push(prepared);
        written.map_err(|source| LoadError::Write { path: path.clone(), source })
    })?;
    sink.summary.rows = load.seal(collector)?;
    Ok(())
}

fn load_sources(
    load: &mut Load<'_>,
    inputs: &[&Input],
    sink: &mut Sink<'_>,
) -> Result<(), LoadError> {
    let mut sources: Vec<SourceRecord> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    read_all(inputs, sink, "source_id", SourceRecord::read, |source| {
        Ok(match places.get(&source.source_id) {
            Some(place) if sources[*place] == source => Pushed::Same,
            Some(_) => Pushed::Duplicate,
            None => {
                places.insert(source.source_id.clone(), sources.len());
                sources.push(source);
                Pushed::Added
            }
        })
    })?;
    sink.summary.rows = load.seal_sources(&sources)?;
    sink.summary.same += sources.len() as u64 - sink.summary.rows;
    Ok(())
}
