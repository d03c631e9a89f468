//! On which pages a mapped file stands, as the system tells.

use std::fs;
use std::path::Path;

/// The share of a mapped file's resident memory that stands on large pages.
pub(crate) fn large_share(path: &Path) -> Option<f64> {
    let path = path.canonicalize().ok()?;
    share_in(&fs::read_to_string("/proc/self/smaps").ok()?, path.to_str()?)
}

/// The same out of a text of `/proc/PID/smaps`.
fn share_in(smaps: &str, path: &str) -> Option<f64> {
    let (mut resident, mut large, mut is_here) = (0, 0, false);
    for line in smaps.lines() {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default();
        let Some(name) = name.strip_suffix(':') else {
            // A line that begins a mapping: addresses, and its file at the end.
            is_here = line.ends_with(path);
            continue;
        };
        let kibibytes = || words.next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
        match name {
            "Rss" if is_here => resident += { kibibytes }(),
            "FilePmdMapped" if is_here => large += { kibibytes }(),
            _ => {}
        }
    }
    (resident > 0).then(|| large as f64 / resident as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_file_that_was_asked_for_counts() {
        let smaps = "\
7f0000000000-7f0000400000 r--s 00000000 fe:00 17   /data/lines
Size:               4096 kB
Rss:                4096 kB
FilePmdMapped:      3072 kB
7f0000400000-7f0000800000 r--s 00000000 fe:00 18   /data/other
Rss:                4096 kB
FilePmdMapped:      4096 kB
";
        assert_eq!(share_in(smaps, "/data/lines"), Some(0.75));
        assert_eq!(share_in(smaps, "/data/none"), None);
    }
}
