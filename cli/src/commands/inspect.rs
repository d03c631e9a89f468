//! `inspect`: what a store holds.

use clap::Args;
use propusk_engine::record::Register;
use propusk_engine::time::Instant;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::commands::Common;
use crate::error::{CliError, DONE};
use crate::output::Output;
use crate::setting::{self, StoreArgs};

const COLUMNS: &[&str] = &[
    "register",
    "rows",
    "segments",
    "bytes",
    "bytes_per_row",
    "load_factor",
    "sections",
    "generation",
    "published_at",
    "age_seconds",
];

/// Tells what a store holds: rows, segments, bytes by column, load factor, generation and age
#[derive(Args, Debug)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Serialize)]
struct Held {
    register: Register,
    /// Of all segments: records, those that newer ones hide, and statuses.
    rows: usize,
    segments: usize,
    bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_per_row: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    load_factor: Option<f64>,
    sections: Map<String, Value>,
    generation: u64,
    published_at: Instant,
    age_seconds: i64,
}

/// Tells it, a register a line.
pub(crate) fn run(args: &InspectArgs, common: &Common) -> Result<u8, CliError> {
    let store = args.store.open()?;
    let snapshot = store.snapshot()?;
    let mut output = Output::stdout(COLUMNS, common.format).map_err(CliError::output)?;
    for register in Register::ALL {
        let Some(open) = snapshot.register(*register) else { continue };
        let sections = open.sections();
        let bytes = sections.iter().map(|(_, bytes)| bytes).sum();
        let rounded = |number: f64| (number * 1000.0).round() / 1000.0;
        let coded = *register != Register::Sources;
        let published_at = snapshot.published_at();
        let held = Held {
            register: *register,
            rows: open.rows(),
            segments: open.segment_count(),
            bytes,
            bytes_per_row: (open.rows() > 0).then(|| rounded(bytes as f64 / open.rows() as f64)),
            load_factor: coded.then(|| rounded(open.load_factor())),
            sections: sections
                .iter()
                .map(|(name, bytes)| ((*name).to_owned(), (*bytes).into()))
                .collect(),
            generation: snapshot.generation(),
            published_at,
            age_seconds: setting::now().unix().saturating_sub(published_at.unix()),
        };
        output.push(&held).map_err(CliError::output)?;
    }
    output.finish().map_err(CliError::output)?;
    Ok(DONE)
}
