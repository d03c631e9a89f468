//! A job that is killed, or whose call fails, at any of the calls by which it changes files: the store
//! is as before or as after, what was acknowledged is there, and the job can be done again.
//!
//! `PROPUSK_CRASHES` says at how many points; 300 if not said.

mod faults;
mod program;

use faults::{Fault, JOBS, Prepared, Registers};

/// The process ends before a call or within a write, or one call fails, or all from there on.
const KINDS: [&str; 6] = ["kill", "torn", "enospc", "eio", "enospc+", "eio+"];

#[test]
fn every_call_may_be_the_last_or_fail() {
    let wanted = std::env::var("PROPUSK_CRASHES").map_or(300, |text| text.parse().unwrap());
    let mut made = 0;
    for seed in 0.. {
        let registers = Registers::new(seed);
        let jobs: Vec<Prepared<'_>> =
            JOBS.iter().map(|job| Prepared::new(&registers, *job)).collect();
        let all: Vec<(usize, Fault)> = jobs
            .iter()
            .enumerate()
            .flat_map(|(place, job)| {
                let calls = 1..=job.calls;
                calls.flat_map(move |at| KINDS.map(|kind| (place, Fault { kind, at })))
            })
            .collect();
        // As many as are wanted, spread over all; then with other registers.
        let take = all.len().min(wanted - made);
        for point in 0..take {
            let (place, fault) = all[point * all.len() / take];
            let job = &jobs[place];
            let folder = tempfile::tempdir().unwrap();
            let work = folder.path().join("work");
            job.begin(&work);
            let done = job.registers.perform(job.job, &work, Some(fault));
            job.examine(&work, fault, &done);
        }
        made += take;
        let calls: Vec<_> = jobs.iter().map(|job| (job.job, job.calls)).collect();
        println!("{take} of {} points, calls {calls:?}", all.len());
        if made == wanted {
            break;
        }
    }
    println!("{made} faults");
}
