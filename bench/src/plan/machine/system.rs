//! What the system tells of the machine.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A cache of the first core, as the system tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cache {
    /// 1 is the nearest.
    pub level: u32,
    /// Its size.
    pub bytes: u64,
}

/// The processor's name.
pub(crate) fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("model name"));
    let name = line.map(|line| line.trim_start_matches([' ', '\t', ':']).trim());
    name.unwrap_or(std::env::consts::ARCH).to_owned()
}

/// The system's name and version.
pub(crate) fn kernel() -> String {
    let version = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{} {}", std::env::consts::OS, version.trim()).trim().to_owned()
}

/// Bytes of memory in all, and those that are to be had now.
pub(crate) fn memory() -> Option<(u64, u64)> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let bytes = |name: &str| -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
    };
    Some((bytes("MemTotal:")?, bytes("MemAvailable:")?))
}

/// When the system gives large pages to memory that asks for nothing.
pub(crate) fn large_pages() -> Option<String> {
    let text = fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").ok()?;
    Some(text.split('[').nth(1)?.split(']').next()?.to_owned())
}

/// The caches for data, the nearest first.
pub(crate) fn caches() -> Vec<Cache> {
    let Ok(folder) = fs::read_dir("/sys/devices/system/cpu/cpu0/cache") else { return Vec::new() };
    let one = |path: &Path| -> Option<Cache> {
        let read = |name: &str| fs::read_to_string(path.join(name)).ok();
        let is_data = read("type")?.trim() != "Instruction";
        let level = read("level")?.trim().parse().ok()?;
        let bytes = size(read("size")?.trim())?;
        is_data.then_some(Cache { level, bytes })
    };
    let mut caches: Vec<_> = folder.flatten().filter_map(|entry| one(&entry.path())).collect();
    caches.sort_by_key(|cache| cache.level);
    caches
}

/// Reads `48K` or `2M`.
fn size(text: &str) -> Option<u64> {
    let unit = match text.chars().next_back()? {
        'K' => 1 << 10,
        'M' => 1 << 20,
        'G' => 1 << 30,
        _ => return text.parse().ok(),
    };
    text[..text.len() - 1].parse::<u64>().ok().map(|count| count * unit)
}

/// The type of the file system that a folder is on.
pub(crate) fn file_system(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    file_system_in(&fs::read_to_string("/proc/self/mountinfo").ok()?, &folder)
}

/// The same out of a text of `/proc/PID/mountinfo`: the longest mount point above the folder counts.
fn file_system_in(mounts: &str, folder: &Path) -> Option<String> {
    let mount = |line: &str| -> Option<(usize, String)> {
        let (before, after) = line.split_once(" - ")?;
        let point = before.split(' ').nth(4)?;
        folder.starts_with(point).then_some(())?;
        Some((point.len(), after.split(' ').next()?.to_owned()))
    };
    mounts.lines().filter_map(mount).max_by_key(|(length, _)| *length).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_mounts_are_read() {
        assert_eq!(size("48K"), Some(49_152));
        assert_eq!(size("2M"), Some(2 << 20));
        assert_eq!(size("64"), Some(64));
        assert_eq!(size("K"), None);
        let mounts = "\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:26 / /tmp rw,nosuid shared:12 - tmpfs tmpfs rw,size=1g
31 30 0:27 / /tmp/data rw - xfs /dev/vdb rw
";
        let on = |folder: &str| file_system_in(mounts, Path::new(folder));
        assert_eq!(on("/home").as_deref(), Some("ext4"));
        assert_eq!(on("/tmp/other").as_deref(), Some("tmpfs"));
        assert_eq!(on("/tmp/data/store").as_deref(), Some("xfs"));
    }
}
