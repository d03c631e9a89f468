//! The capacity planner: measures this machine and a workload on it, and tells how many such machines
//! the workload needs.

pub mod answer;
pub mod compare;
pub mod deltas;
mod draw;
pub mod error;
pub mod figures;
mod foretold;
pub mod load;
pub mod look_ups;
pub mod machine;
pub mod model;
pub mod open_loop;
pub mod report;
pub mod stores;
pub mod updates;
pub mod workload;

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::plan::answer::{Answer, Capable};
use crate::plan::deltas::DeltaCost;
use crate::plan::error::PlanError;
use crate::plan::foretold::Foretold;
use crate::plan::load::{Crowd, Load, ThreadRate};
use crate::plan::look_ups::StoreTimes;
use crate::plan::machine::{Machine, Measure};
use crate::plan::model::{Model, Point};
use crate::plan::stores::{Holdings, Stores};
use crate::plan::updates::{Changing, Updates};
use crate::plan::workload::Workload;

/// The version of a plan's JSON.
const VERSION: u32 = 1;
/// Bytes of a hot table a record, before one was built: half-full lines of four.
const HOT_BYTES: u64 = 32;

/// A plan: what was asked, what was measured, and the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The version of this form.
    pub version: u32,
    /// The version of the program.
    pub program: String,
    /// When it was measured.
    pub measured_at: String,
    /// What was asked.
    pub workload: Workload,
    /// The answer.
    pub answer: Answer,
    /// The machine.
    pub machine: Machine,
    /// What a store holds.
    pub holdings: Holdings,
    /// Look-ups of one thread, by store, ascending.
    pub stores: Vec<StoreTimes>,
    /// The model, fitted on all stores but the last.
    pub model: Model,
    /// What the model tells of the records asked for.
    pub asked: Point,
    /// What a code takes there, nanoseconds.
    pub asked_ns: f64,
    /// Threads that ask the largest store without a pause.
    pub threads: Vec<ThreadRate>,
    /// What the model tells of all of them, codes a second.
    pub threads_told: f64,
    /// Offered loads on the largest store.
    pub loads: Vec<Load>,
    /// Changes, where any were asked for.
    pub updates: Option<Updates>,
}

impl Plan {
    /// Measures; stores come and go below `folder`. `progress` is told what is being done.
    ///
    /// # Errors
    /// When the workload cannot be measured, or the folder cannot be written.
    pub fn measure(
        workload: Workload,
        folder: &Path,
        measured_at: String,
        progress: &dyn Fn(&str),
    ) -> Result<Self, PlanError> {
        let workload = workload.checked()?;
        let measure = Measure {
            folder,
            threads: workload.threads,
            seconds: workload.seconds,
            hot_bytes: workload.records * HOT_BYTES,
            scratch_bytes_max: workload.line_memory_mib_max << 20,
        };
        let mut stores = Stores::build(folder, workload.measured_records(), progress)?;
        // Before there is other memory to fill and to give back, which holds everything up.
        progress("measuring offered loads");
        let duration = Duration::from_secs_f64(workload.seconds);
        let crowd = Crowd::new(&stores.measured, &workload);
        // The first look at each block of the store proves it.
        crowd.rate(workload.threads, duration)?;
        let threads = crowd.rates(duration)?;
        let most = threads.last().map_or(0.0, |rate| rate.per_second);
        let loads = crowd.loads(most, duration)?;
        drop(crowd);
        let holdings = stores.holdings()?;
        progress("measuring the machine");
        let memory = measure.line_memory()?;
        let machine = measure.machine(&memory)?;
        progress("measuring look-ups of one thread");
        let times = look_ups::measure(&stores, &memory, machine.distance, &workload)?;
        drop(memory);
        let told = Foretold::new(&workload, &machine, &times);
        let mut capable = Capable {
            loads: &loads,
            scale: told.scale,
            updates_share: 1.0,
            updates_most: None,
            memory_bytes: machine.memory_bytes.map(|bytes| bytes as f64),
            record_bytes: [holdings.hot_bytes, holdings.warm_bytes, holdings.disk_bytes],
        };
        let mut answer = capable.answer(&workload);
        let mut updates = None;
        if workload.updates_per_second > 0 {
            progress("measuring updates");
            let cost = stores.fitted.pop().map(|world| DeltaCost::measure(&world, &workload));
            let cost = cost.transpose()?.unwrap_or(DeltaCost { any_ns: 0.0, each_ns: 0.0 });
            let (world, offered) = (&stores.measured, answer.usable.clamp(1.0, most));
            let changing =
                Changing { world, workload: &workload, cost, idle_per_second: most, offered };
            let measured = changing.measure()?;
            capable.updates_share = measured.look_ups_share.min(1.0);
            capable.updates_most = Some(measured.most_per_second);
            answer = capable.answer(&workload);
            updates = Some(measured);
        }
        Ok(Plan {
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            measured_at,
            answer,
            machine,
            holdings,
            stores: times,
            model: told.model,
            asked: told.asked,
            asked_ns: told.asked_ns,
            threads,
            threads_told: told.threads,
            loads,
            updates,
            workload,
        })
    }

    /// Reads a plan that was written as JSON.
    ///
    /// # Errors
    /// When the file cannot be read, or is no plan of this version.
    pub fn read(path: &Path) -> Result<Self, PlanError> {
        let text = fs::read(path).map_err(PlanError::file(path))?;
        let wrong = |reason: String| PlanError::Plan { path: path.to_owned(), reason };
        let plan: Plan = serde_json::from_slice(&text)
            .map_err(|error| wrong(format!("it is no plan ({error})")))?;
        if plan.version != VERSION {
            return Err(wrong(format!("it is a plan of version {}, not {VERSION}", plan.version)));
        }
        Ok(plan)
    }

    /// Writes it as JSON.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), PlanError> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| PlanError::Plan {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        fs::write(path, [&text[..], b"\n"].concat()).map_err(PlanError::file(path))
    }

    /// What a look-up of one thread takes in the largest store, in calls of the workload's size.
    #[must_use]
    pub fn look_up_ns(&self) -> f64 {
        let largest = self.stores.last().and_then(|store| store.at(self.workload.batch));
        largest.map_or(f64::NAN, |time| time.ns)
    }
}
