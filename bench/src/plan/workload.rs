//! What the planner is asked for: a description of the work, and what it has to keep to.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::plan::error::PlanError;

/// Records at least: fewer would not leave a part to fit the model on.
pub const RECORDS_MIN: u64 = 10_000;
/// Records at most: a line's place is a number of 32 bits.
pub const RECORDS_MAX: u64 = 4_000_000_000;
/// Records that are measured at most, so that a load fits the memory of most machines.
const MEASURED_RECORDS_MAX: u64 = 100_000_000;

/// The work that is planned for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Workload {
    /// Permits that the store holds.
    pub records: u64,
    /// The largest store that is built; beyond it the model tells.
    pub measured_records_max: u64,
    /// The share of codes that the store knows.
    pub hit_share: f64,
    /// How often one known code is asked for beside another.
    pub popularity: Popularity,
    /// Changes of status a second.
    pub updates_per_second: u64,
    /// Codes that are asked for in one call.
    pub batch: usize,
    /// Threads that ask, each on a core of its own; 0 for as many as there are cores, less one for the
    /// writer where there are updates.
    pub threads: usize,
    /// Codes a second, of all machines together.
    pub look_ups_per_second: u64,
    /// The share of calls, in per cent, that the objective is for.
    pub percentile: f64,
    /// How long such a call may take from the moment at which it was due, microseconds.
    pub latency_us: f64,
    /// The share of a machine's capacity that stays free.
    pub headroom: f64,
    /// How long each offered load is kept up, seconds; all else that is measured takes parts of it.
    pub seconds: f64,
    /// Memory, and room in the folder, that random lines are taken from at most.
    pub line_memory_mib_max: u64,
}

/// How often one code is asked for beside another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Popularity {
    /// All alike.
    Uniform,
    /// The code of rank *r* as often as *r* to the power of minus this.
    Zipf(f64),
}

impl Default for Workload {
    fn default() -> Self {
        Workload {
            records: 1_000_000,
            measured_records_max: 10_000_000,
            hit_share: 0.9,
            popularity: Popularity::Uniform,
            updates_per_second: 0,
            batch: 256,
            threads: 0,
            look_ups_per_second: 1_000_000,
            percentile: 99.0,
            latency_us: 1000.0,
            headroom: 0.3,
            seconds: 1.0,
            line_memory_mib_max: 4096,
        }
    }
}

impl Workload {
    /// Reads the members that a TOML text gives; the others are as usual.
    ///
    /// # Errors
    /// [`PlanError::Workload`] for an unknown member or one of another type.
    pub fn from_toml(text: &str) -> Result<Self, PlanError> {
        toml::from_str(text).map_err(|error| PlanError::Workload(error.to_string()))
    }

    /// Settles how many threads there are, and refuses what cannot be measured.
    ///
    /// # Errors
    /// [`PlanError::Workload`], which names the member and its bounds.
    pub fn checked(mut self) -> Result<Self, PlanError> {
        if self.threads == 0 {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            self.threads = (cores - self.writers()).max(1);
        }
        let wrong = |member: &str, bounds: &str| -> Result<Self, PlanError> {
            Err(PlanError::Workload(format!("`{member}` must be {bounds}")))
        };
        let is_within = |value: f64, low: f64, high: f64| (low..=high).contains(&value);
        if !(RECORDS_MIN..=RECORDS_MAX).contains(&self.records) {
            return wrong("records", "from 10,000 to 4,000,000,000");
        }
        if !(RECORDS_MIN..=MEASURED_RECORDS_MAX).contains(&self.measured_records_max) {
            return wrong("measured_records_max", "from 10,000 to 100,000,000");
        }
        if !is_within(self.hit_share, 0.0, 1.0) {
            return wrong("hit_share", "from 0 to 1");
        }
        if !(1..=1 << 20).contains(&self.batch) {
            return wrong("batch", "from 1 to 1,048,576");
        }
        if !(1..=1024).contains(&self.threads) {
            return wrong("threads", "from 0 to 1,024");
        }
        if self.updates_per_second > 10_000_000 {
            return wrong("updates_per_second", "at most 10,000,000");
        }
        if self.look_ups_per_second == 0 {
            return wrong("look_ups_per_second", "at least 1");
        }
        if !is_within(self.percentile, 1.0, 99.999) {
            return wrong("percentile", "from 1 to 99.999");
        }
        if !is_within(self.latency_us, 0.1, 60e6) {
            return wrong("latency_us", "from 0.1 to 60,000,000");
        }
        if !is_within(self.headroom, 0.0, 0.95) {
            return wrong("headroom", "from 0 to 0.95");
        }
        if !is_within(self.seconds, 0.01, 3600.0) {
            return wrong("seconds", "from 0.01 to 3,600");
        }
        if !(1..=1 << 20).contains(&self.line_memory_mib_max) {
            return wrong("line_memory_mib_max", "from 1 to 1,048,576");
        }
        Ok(self)
    }

    /// Cores that are left to the writer.
    pub(crate) fn writers(&self) -> usize {
        usize::from(self.updates_per_second > 0)
    }

    /// How many records are built and measured.
    #[must_use]
    pub fn measured_records(&self) -> u64 {
        self.records.min(self.measured_records_max)
    }
}

impl FromStr for Popularity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "uniform" {
            return Ok(Popularity::Uniform);
        }
        let exponent = text.strip_prefix("zipf:").and_then(|number| number.parse().ok());
        let exponent = exponent.filter(|exponent| (0.01..=4.0).contains(exponent));
        let wrong = || format!("`{text}` is neither `uniform` nor `zipf:S` with S from 0.01 to 4");
        exponent.map(Popularity::Zipf).ok_or_else(wrong)
    }
}

impl TryFrom<String> for Popularity {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl Display for Popularity {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Popularity::Uniform => write!(to, "uniform"),
            Popularity::Zipf(exponent) => write!(to, "zipf:{exponent}"),
        }
    }
}

impl From<Popularity> for String {
    fn from(popularity: Popularity) -> String {
        popularity.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_some_members_and_the_others_are_as_usual() {
        let text = "records = 20000\npopularity = \"zipf:0.99\"\nheadroom = 0.5\n";
        let workload = Workload::from_toml(text).unwrap();
        assert_eq!(workload.records, 20_000);
        assert_eq!(workload.popularity, Popularity::Zipf(0.99));
        let usual = Workload { records: 20_000, headroom: 0.5, ..Workload::default() };
        assert_eq!(workload, Workload { popularity: Popularity::Zipf(0.99), ..usual });
        for wrong in ["record = 1", "records = \"many\"", "popularity = \"zipf\""] {
            assert!(Workload::from_toml(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_measured_is_refused_by_name() {
        let usual = Workload::default;
        let wrongs = [
            ("records", Workload { records: 9_999, ..usual() }),
            ("measured_records_max", Workload { measured_records_max: 1, ..usual() }),
            ("hit_share", Workload { hit_share: f64::NAN, ..usual() }),
            ("batch", Workload { batch: 0, ..usual() }),
            ("threads", Workload { threads: 2000, ..usual() }),
            ("updates_per_second", Workload { updates_per_second: u64::MAX, ..usual() }),
            ("look_ups_per_second", Workload { look_ups_per_second: 0, ..usual() }),
            ("percentile", Workload { percentile: 100.0, ..usual() }),
            ("latency_us", Workload { latency_us: 0.0, ..usual() }),
            ("headroom", Workload { headroom: 1.0, ..usual() }),
            ("seconds", Workload { seconds: 0.0, ..usual() }),
            ("line_memory_mib_max", Workload { line_memory_mib_max: 0, ..usual() }),
        ];
        for (member, wrong) in wrongs {
            let told = wrong.checked().unwrap_err().to_string();
            assert!(told.starts_with(&format!("`{member}` must be")), "{told}");
        }
        let settled = usual().checked().unwrap();
        assert!(settled.threads > 0);
        assert_eq!(settled, Workload { threads: settled.threads, ..usual() });
        assert_eq!(settled.clone().checked().unwrap(), settled);
    }
}
