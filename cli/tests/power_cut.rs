//! The power goes in the middle of a job: a file system of its own is shut down without flushing its log
//! after one of the job's calls, and mounted again. What the job was answered as durable is there.
//!
//! Needs root and a loop device, and says so where it is skipped. `PROPUSK_POWER_CUTS` says how many cuts
//! are made; 40 if not said.

mod conversation;
mod faults;
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use conversation::{converse, examine, prepare};
use faults::{Fault, JOBS, Prepared, Registers, copy, counted};

/// With and without what ext4 does of itself for programs that do not sync before they rename.
const MODES: [&str; 2] = ["auto_da_alloc", "noauto_da_alloc"];
const IMAGE_BYTES: u64 = 24 << 20;

/// An image of a file system in a file, and where it is mounted.
struct Disk {
    _folder: tempfile::TempDir,
    image: PathBuf,
    mount: PathBuf,
    mode: &'static str,
}

fn done(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

impl Disk {
    /// `None` where the machine does not let us.
    fn new(mode: &'static str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let (image, mount) = (folder.path().join("image"), folder.path().join("mount"));
        fs::create_dir(&mount).unwrap();
        fs::File::create(&image).unwrap().set_len(IMAGE_BYTES).unwrap();
        let made = done(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image));
        let disk = Disk { _folder: folder, image, mount, mode };
        (made && disk.mount()).then_some(disk)
    }

    fn mount(&self) -> bool {
        let options = format!("loop,{}", self.mode);
        done(Command::new("mount").args(["-o", &options]).arg(&self.image).arg(&self.mount))
    }

    fn unmount(&self) -> bool {
        done(Command::new("umount").arg(&self.mount))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.unmount();
    }
}

/// Everything that was written before the job is on the disk.
fn sync(path: &Path) {
    assert!(done(Command::new("sync").arg("-f").arg(path)));
}

#[test]
fn what_was_acknowledged_outlives_the_power() {
    let wanted: usize =
        std::env::var("PROPUSK_POWER_CUTS").map_or(40, |text| text.parse().unwrap());
    let Some(disks) = MODES.into_iter().map(Disk::new).collect::<Option<Vec<Disk>>>() else {
        eprintln!("SKIPPED: power cuts need root, mkfs.ext4 and a loop device");
        return;
    };
    let mut made = 0;
    for seed in 0.. {
        let registers = Registers::new(seed);
        let jobs: Vec<Prepared<'_>> =
            JOBS.iter().map(|job| Prepared::new(&registers, *job)).collect();
        let calls = |place: usize| 1..=jobs[place].calls;
        let all: Vec<(usize, usize, u64)> = (0..jobs.len())
            .flat_map(|job| calls(job).map(move |at| (job, at)))
            .flat_map(|(job, at)| (0..MODES.len()).map(move |disk| (job, disk, at)))
            .collect();
        let take = all.len().min(wanted - made);
        for point in 0..take {
            let (job, disk, at) = all[point * all.len() / take];
            cut(&jobs[job], &disks[disk], at);
        }
        made += take;
        if made == wanted {
            break;
        }
    }
    println!("{made} power cuts, in the modes {MODES:?}");
}

fn cut(job: &Prepared<'_>, disk: &Disk, at: u64) {
    let work = disk.mount.join("work");
    let _ = fs::remove_dir_all(&work);
    job.begin(&work);
    sync(&work);
    let fault = Fault { kind: "cut", at };
    let done = job.registers.perform(job.job, &work, Some(fault));
    assert_ne!(done.status.code(), Some(99), "{}", done.errors);
    assert!(disk.unmount() && disk.mount(), "the file system comes back");
    job.examine(&work, fault, &done);
}

#[test]
fn codes_and_tries_outlive_the_power() {
    let Some(disks) = MODES.into_iter().map(Disk::new).collect::<Option<Vec<Disk>>>() else {
        eprintln!("SKIPPED: power cuts need root, mkfs.ext4 and a loop device");
        return;
    };
    let begins = tempfile::tempdir().unwrap();
    prepare(begins.path());
    let whole = begins.path().with_extension("whole");
    copy(begins.path(), &whole);
    converse(&whole, None);
    let calls = counted(&whole);
    fs::remove_dir_all(&whole).unwrap();
    for at in 1..=calls {
        let disk = &disks[at as usize % disks.len()];
        let work = disk.mount.join("work");
        let _ = fs::remove_dir_all(&work);
        copy(begins.path(), &work);
        sync(&work);
        let fault = Fault { kind: "cut", at };
        let ended = converse(&work, Some(fault));
        assert_ne!(ended.status.code(), Some(99), "{}", ended.errors);
        assert!(disk.unmount() && disk.mount(), "the file system comes back");
        examine(&work, fault, &ended);
    }
    println!("{calls} power cuts, in the modes {MODES:?}");
}
