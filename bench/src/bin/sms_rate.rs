//! How many SMS requests are read and checked in a second on one core, and how fast those that are
//! malformed are diagnosed: `sms_rate [MESSAGES]`, 1,000,000 if not said.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant as Clock;

use propusk_bench::median;
use propusk_datasets::mistakes;
use propusk_engine::policy::Policy;
use propusk_engine::request::{Decision, Repaired, read_message, repair};
use propusk_engine::time::Instant;

const ROUNDS: usize = 11;
/// Malformed messages of each kind.
const EACH: u64 = 200;

/// A message and when it arrived.
type Message = (String, Instant);

fn main() -> Result<(), Box<dyn Error>> {
    let messages = match std::env::args().nth(1) {
        None => 1_000_000,
        Some(text) => text.parse().map_err(|_| format!("`{text}` is not a number of messages"))?,
    };
    let policy = Policy::default();
    let kinds = mistakes::names().len();
    let good: Vec<Message> = (0..messages as u64)
        .map(|index| mistakes::sample(1, index / kinds as u64, index as usize % kinds))
        .map(|spoilt| (spoilt.meant, spoilt.received_at))
        .collect();
    let spoilt: Vec<Message> = (0..kinds)
        .flat_map(|place| (0..EACH).map(move |index| mistakes::sample(2, index, place)))
        .map(|spoilt| (spoilt.text, spoilt.received_at))
        .collect();

    let (nanoseconds, issued) = measured(&good, |(text, at)| {
        matches!(read_message(text, *at, &policy), Ok(Decision::Issue(_)))
    });
    assert_eq!(issued, good.len(), "every one of these messages is good");
    report("good messages, read and checked", nanoseconds);
    let (nanoseconds, refused) =
        measured(&spoilt, |(text, at)| read_message(text, *at, &policy).is_err());
    assert_eq!(refused, spoilt.len(), "every one of these messages is malformed");
    report("malformed ones, the mistake told", nanoseconds);
    let (nanoseconds, corrected) = measured(&spoilt, |(text, at)| {
        matches!(repair(text, *at, &policy), Repaired::Corrected(_))
    });
    report("malformed ones, looked into for what was meant", nanoseconds);
    println!("corrected {corrected} of {} ({kinds} kinds of mistakes)", spoilt.len());
    Ok(())
}

/// The median nanoseconds of a message, and for how many it was so.
fn measured(messages: &[Message], is_so: impl Fn(&Message) -> bool) -> (f64, usize) {
    let mut nanoseconds = Vec::new();
    let mut count = 0;
    for _ in 0..ROUNDS {
        let begun = Clock::now();
        count = messages.iter().filter(|message| is_so(black_box(*message))).count();
        nanoseconds.push(begun.elapsed().as_secs_f64() * 1e9 / messages.len() as f64);
    }
    (median(nanoseconds), count)
}

fn report(what: &str, nanoseconds: f64) {
    println!("{what}: {nanoseconds:.1} ns each, {:.0} a second on one core", 1e9 / nanoseconds);
}
