//! The stores that are measured: one of the records asked for, and smaller ones to fit the model on.

use std::fs;
use std::path::Path;
use std::time::Instant as Clock;

use propusk_engine::format::Section;
use propusk_engine::record::Register;
use propusk_engine::store::OpenRegister;
use serde::{Deserialize, Serialize};

use crate::plan::error::PlanError;
use crate::plan::machine::pages;
use crate::world::World;

/// Records of a store that fits the caches of one core: half a MiB of hot lines.
const SMALLEST: u64 = 16_000;
/// The stores that the model is fitted on have no more than one of so many records of the largest.
const PARTS: [u64; 3] = [64, 16, 4];

/// The stores.
pub(crate) struct Stores {
    /// Those that the model is fitted on, ascending.
    pub(crate) fitted: Vec<World>,
    /// The largest.
    pub(crate) measured: World,
    /// Records a second of the largest load that was made now.
    pub(crate) load_per_second: f64,
}

/// What a store holds, and what of it stands where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Holdings {
    /// Records of the store that was measured.
    pub records: u64,
    /// Bytes a record by section; the details, which stand in a file of their own, come last.
    pub sections: Vec<SectionBytes>,
    /// Bytes a record of all files.
    pub disk_bytes: f64,
    /// Bytes a record of the hot lines, all that a batch reads.
    pub hot_bytes: f64,
    /// Bytes a record of everything but details, which `verify` and its postings read.
    pub warm_bytes: f64,
    /// Records for each place of the hot table.
    pub load_factor: f64,
    /// The share of the mapped store that stood on large pages.
    pub on_large_pages: Option<f64>,
    /// Records a second, from rows of text to a sealed and synced store.
    pub load_per_second: f64,
}

/// Bytes of one section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SectionBytes {
    /// Its name.
    pub name: String,
    /// Bytes a record.
    pub bytes: f64,
}

impl Stores {
    /// Builds them in the folder; the largest is a kept one where the benches keep stores.
    pub(crate) fn build(
        folder: &Path,
        records: u64,
        progress: &dyn Fn(&str),
    ) -> Result<Self, PlanError> {
        let (mut fitted, mut load_per_second) = (Vec::new(), 0.0);
        let [smallest, middle, most] = PARTS.map(|part| records / part);
        for records in [smallest.min(SMALLEST), middle, most] {
            progress(&format!("loading {records} records"));
            let begun = Clock::now();
            fitted.push(World::build_in(folder, records).map_err(broken)?);
            load_per_second = records as f64 / begun.elapsed().as_secs_f64();
        }
        progress(&format!("loading {records} records"));
        let keeps = std::env::var_os("PROPUSK_BENCH_STORES").is_some();
        let begun = Clock::now();
        let built = if keeps { World::build(records) } else { World::build_in(folder, records) };
        let measured = built.map_err(broken)?;
        if !keeps {
            load_per_second = records as f64 / begun.elapsed().as_secs_f64();
        }
        Ok(Stores { fitted, measured, load_per_second })
    }

    /// All of them, ascending.
    pub(crate) fn all(&self) -> impl Iterator<Item = &World> {
        self.fitted.iter().chain([&self.measured])
    }

    /// What the largest holds. Its pages are told once it was asked.
    pub(crate) fn holdings(&self) -> Result<Holdings, PlanError> {
        let world = &self.measured;
        let records = world.permits as f64;
        let snapshot = world.store.snapshot()?;
        let open = permits(&snapshot)?;
        let mut sections: Vec<_> = open
            .sections()
            .into_iter()
            .map(|(name, bytes)| SectionBytes {
                name: name.to_owned(),
                bytes: bytes as f64 / records,
            })
            .collect();
        let (mut segments, mut details, mut on_large_pages) = (0, 0, None);
        let entries = fs::read_dir(world.root()).map_err(PlanError::file(world.root()))?;
        for entry in entries.flatten() {
            let (path, bytes) = (entry.path(), entry.metadata().map_or(0, |data| data.len()));
            match path.extension().and_then(|ending| ending.to_str()) {
                Some("segment") => {
                    segments += bytes;
                    on_large_pages = on_large_pages.or(pages::large_share(&path));
                }
                Some("details") => details += bytes,
                _ => {}
            }
        }
        let details = details as f64 / records;
        sections.push(SectionBytes { name: "details".to_owned(), bytes: details });
        Ok(Holdings {
            records: world.permits,
            sections,
            disk_bytes: segments as f64 / records + details,
            hot_bytes: hot_bytes(world)? as f64 / records,
            warm_bytes: segments as f64 / records,
            load_factor: open.load_factor(),
            on_large_pages,
            load_per_second: self.load_per_second,
        })
    }
}

/// Bytes of the hot lines of a store.
pub(crate) fn hot_bytes(world: &World) -> Result<u64, PlanError> {
    let snapshot = world.store.snapshot()?;
    let sections = permits(&snapshot)?.sections();
    let lines = sections.iter().find(|(name, _)| *name == Section::Lines.name());
    Ok(lines.map_or(0, |(_, bytes)| *bytes as u64))
}

/// The register of permits, which every store of the benches has.
pub(crate) fn permits(
    snapshot: &propusk_engine::store::Snapshot,
) -> Result<&OpenRegister, PlanError> {
    let missing = || PlanError::Measure("a store has lost its permits".to_owned());
    snapshot.register(Register::Permits).ok_or_else(missing)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands where an error is mapped")]
fn broken(error: Box<dyn std::error::Error>) -> PlanError {
    PlanError::Measure(format!("a store to measure cannot be built: {error}"))
}
