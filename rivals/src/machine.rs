//! What a measurement was made on.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Serialize;

/// The machine and its system.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) caches: Vec<Cache>,
    pub(crate) memory_bytes: u64,
    pub(crate) kernel: String,
    /// What the system says of large pages for memory that is not of files.
    pub(crate) large_pages: String,
    /// Settings of the C library's allocator.
    pub(crate) allocator: String,
}

/// One cache of the first core.
#[derive(Debug, Serialize)]
pub(crate) struct Cache {
    pub(crate) name: String,
    pub(crate) bytes: u64,
}

/// How this process has its memory mapped.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Pages {
    /// Bytes of files that are mapped by pages of 2 MiB.
    pub(crate) file_pmd_mapped_bytes: u64,
    /// Bytes of other memory on such pages.
    pub(crate) anonymous_huge_bytes: u64,
    /// Bytes in memory.
    pub(crate) resident_bytes: u64,
}

impl Machine {
    pub(crate) fn here() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        Machine {
            processor: field(&read("/proc/cpuinfo"), "model name").unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            caches: caches(),
            memory_bytes: kibibytes(&read("/proc/meminfo"), "MemTotal"),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            large_pages: read("/sys/kernel/mm/transparent_hugepage/enabled").trim().to_owned(),
            allocator: std::env::var("GLIBC_TUNABLES").unwrap_or_default(),
        }
    }

    /// The size of a cache, where it is known.
    pub(crate) fn cache(&self, name: &str) -> Option<u64> {
        self.caches.iter().find(|cache| cache.name == name).map(|cache| cache.bytes)
    }
}

impl Pages {
    pub(crate) fn now() -> Self {
        let read = fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
        Pages {
            file_pmd_mapped_bytes: kibibytes(&read, "FilePmdMapped"),
            anonymous_huge_bytes: kibibytes(&read, "AnonHugePages"),
            resident_bytes: kibibytes(&read, "Rss"),
        }
    }
}

/// The revision that this program was built from, where git knows.
pub(crate) fn revision() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let git =
        Command::new("git").args(["describe", "--always", "--dirty"]).current_dir(root).output();
    let text = git.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    text.map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// The caches of the first core: `L1d`, `L2`, `L3`.
fn caches() -> Vec<Cache> {
    let mut caches = Vec::new();
    for index in 0.. {
        let folder = format!("/sys/devices/system/cpu/cpu0/cache/index{index}");
        let read = |file: &str| fs::read_to_string(format!("{folder}/{file}"));
        let (Ok(level), Ok(kind), Ok(size)) = (read("level"), read("type"), read("size")) else {
            break;
        };
        let kibibytes = size.trim().trim_end_matches('K').parse::<u64>().unwrap_or(0);
        let kind = match kind.trim() {
            "Data" => "d",
            "Instruction" => "i",
            _ => "",
        };
        caches.push(Cache { name: format!("L{}{kind}", level.trim()), bytes: kibibytes << 10 });
    }
    caches
}

/// What stands behind a name and a colon.
fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The same as bytes, where it is given in kB.
fn kibibytes(text: &str, name: &str) -> u64 {
    let value = field(text, name).and_then(|value| value.split(' ').next()?.parse::<u64>().ok());
    value.unwrap_or(0) << 10
}
