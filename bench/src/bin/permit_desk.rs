//! How many permits are issued in a second, durably: by many threads that ask for one at a time, and
//! by one that asks for many together: `permit_desk [PERMITS]`, 100,000 if not said.

use std::error::Error;
use std::sync::Arc;
use std::thread;
use std::time::Instant as Clock;

use propusk_engine::policy::Policy;
use propusk_engine::record::Issuer;
use propusk_engine::request::{Answer, Content, Outcome, PermitDesk, Request};
use propusk_engine::secret::Keys;
use propusk_engine::time::Instant;
use propusk_engine::writer::Writer;

/// Requests in one call of whoever asks for many.
const TOGETHER: usize = 10_000;
/// Threads that ask for one at a time, and how many each asks for.
const THREADS: usize = 64;
const EACH: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let permits = match std::env::args().nth(1) {
        None => 100_000,
        Some(text) => text.parse().map_err(|_| format!("`{text}` is not a number of permits"))?,
    };
    let folder = tempfile::tempdir()?;
    let (keys, policy) = (Keys::random()?, Policy::default());
    let writer = Arc::new(Writer::open(folder.path(), &keys, &policy)?);
    let desk = PermitDesk::new(Arc::clone(&writer), Issuer::Moscow)?;
    let at = Instant::parse("2020-05-04T12:00:00+03:00").ok_or("an instant")?;
    let text = |number: usize| format!("Пропуск*3*2**AB{number:08}****вокзал*дача");
    let merging = writer.compact_in_background(move || at);

    let texts: Vec<String> = (0..permits).map(text).collect();
    let begun = Clock::now();
    for texts in texts.chunks(TOGETHER) {
        let request = |text| Request { received_at: at, content: Content::Message(text) };
        let requests: Vec<Request<'_>> = texts.iter().map(|text| request(text.as_str())).collect();
        assert_eq!(issued(&desk.answer(&requests, at)?), texts.len());
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{permits} permits, {TOGETHER} together: {:.0} a second", permits as f64 / seconds);

    let generation = writer.snapshot().generation();
    let begun = Clock::now();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (desk, text) = (&desk, &text);
                scope.spawn(move || {
                    (0..EACH).try_for_each(|each| {
                        let text = text(permits + thread * EACH + each);
                        let content = Content::Message(&text);
                        let answers = desk.answer(&[Request { received_at: at, content }], at)?;
                        assert_eq!(issued(&answers), 1);
                        Ok::<(), propusk_engine::error::StoreError>(())
                    })
                })
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or(Ok(())))
    })?;
    let (seconds, asked) = (begun.elapsed().as_secs_f64(), THREADS * EACH);
    println!(
        "{THREADS} threads, one at a time: {:.0} a second, {:.1} a publish",
        asked as f64 / seconds,
        asked as f64 / (writer.snapshot().generation() - generation) as f64
    );
    drop((desk, writer));
    let merged = merging.join().map_err(|_| "the merging broke off")??;
    println!("merges meanwhile: {}", merged.merges);
    Ok(())
}

fn issued(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.outcome == Outcome::Issued).count()
}
