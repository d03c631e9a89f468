//! Many threads ask and answer at once: no phone is sent more codes than three an hour, no code is
//! tried more often than three times or accepted twice, and what they were told is there afterwards.

use std::io;
use std::sync::Mutex;
use std::thread;

use propusk_engine::challenge::{
    ChallengeOutcome, Challenges, Gateway, Identified, PhoneNumber, Sms,
};
use propusk_engine::secret::Keys;
use propusk_engine::time::Instant;

const THREADS: usize = 8;
const AT: Instant = Instant::from_unix(1_640_000_000);

/// Keeps phones and their codes.
#[derive(Default)]
struct Caught(Mutex<Vec<(String, String)>>);

impl Gateway for Caught {
    fn send(&self, sms: &Sms<'_>) -> io::Result<()> {
        let code = sms.text_ru.chars().take(6).collect();
        self.0.lock().unwrap().push((sms.phone.to_owned(), code));
        Ok(())
    }
}

impl Caught {
    fn last(&self) -> String {
        self.0.lock().unwrap().last().expect("a code").1.clone()
    }
}

fn phone(number: usize) -> PhoneNumber {
    PhoneNumber::read(&format!("9{number:09}")).expect("a phone")
}

/// What each thread was told of each of its turns.
fn at_once<T: Send>(turns: usize, ask: impl Fn(usize, usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let ask = &ask;
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn(move || (0..turns).map(|turn| ask(thread, turn)).collect::<Vec<T>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    })
}

fn count(outcomes: &[ChallengeOutcome], outcome: ChallengeOutcome) -> usize {
    outcomes.iter().filter(|each| **each == outcome).count()
}

#[test]
fn one_phone_is_sent_three_codes_and_each_is_tried_three_times() {
    for round in 0..20 {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = Keys::random().expect("random bytes");
        let (challenges, caught) =
            (Challenges::open(folder.path(), &keys).expect("a book"), Caught::default());
        // Some ask and some guess.
        let outcomes = at_once(30, |thread, turn| {
            let told = if (thread + turn) % 3 == round % 3 {
                challenges.ask(&phone(1), AT, &caught)
            } else {
                challenges.answer(&phone(1), "guess", AT)
            };
            told.expect("an answer").outcome
        });
        let (sent, wrong) =
            (count(&outcomes, ChallengeOutcome::Sent), count(&outcomes, ChallengeOutcome::Wrong));
        assert_eq!((sent, caught.0.lock().unwrap().len()), (3, 3));
        // All threads end long after the last code was sent, so its tries are all used.
        assert!((3..=9).contains(&wrong), "{wrong} tries");
        drop(challenges);
        let reopened = Challenges::open(folder.path(), &keys).expect("the book again");
        let right = reopened.answer(&phone(1), &caught.last(), AT).expect("an answer");
        assert_eq!(right.outcome, ChallengeOutcome::None);
        let asked = reopened.ask(&phone(1), AT, &caught).expect("an answer");
        assert_eq!(asked.outcome, ChallengeOutcome::Limited);
    }
}

#[test]
fn one_code_is_tried_three_times_and_accepted_once() {
    for round in 0..20 {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = Keys::random().expect("random bytes");
        let (challenges, caught) =
            (Challenges::open(folder.path(), &keys).expect("a book"), Caught::default());
        challenges.ask(&phone(1), AT, &caught).expect("sent");
        let code = caught.last();
        let right = |thread: usize| round % 2 == 1 || thread == round % THREADS;
        let told = at_once(10, |thread, _| {
            let typed = if right(thread) { code.as_str() } else { "guess" };
            challenges.answer(&phone(1), typed, AT).expect("an answer")
        });
        let outcomes: Vec<_> = told.iter().map(|told| told.outcome).collect();
        let accepted = count(&outcomes, ChallengeOutcome::Accepted);
        assert!(accepted <= 1 && (accepted == 1 || round % 2 == 0), "{accepted} accepted");
        let mut left: Vec<u32> = told.iter().filter_map(|told| told.tries_left).collect();
        assert!(left.len() + accepted <= 3, "{left:?} and {accepted}");
        left.sort_unstable();
        left.dedup();
        assert_eq!(left.len(), count(&outcomes, ChallengeOutcome::Wrong), "each left is told once");
    }
}

#[test]
fn what_many_threads_were_told_of_many_phones_is_there_afterwards() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = Keys::random().expect("random bytes");
    let (challenges, identified) = (
        Challenges::open(folder.path(), &keys).expect("a book"),
        Identified::open(folder.path(), &keys).expect("a reader"),
    );
    // Each thread has its own phones; every third one types something else. A reader looks on, and
    // the book is written anew now and then.
    let told = at_once(120, |thread, turn| {
        let (number, caught) = (thread * 1000 + turn, Caught::default());
        challenges.ask(&phone(number), AT, &caught).expect("sent");
        let typed = if turn % 3 == 0 { "guess".to_owned() } else { caught.last() };
        let told = challenges.answer(&phone(number), &typed, AT).expect("an answer").outcome;
        let known = identified.is_identified(&phone(number), AT, 60).expect("an answer");
        assert_eq!(known, told == ChallengeOutcome::Accepted);
        (number, told)
    });
    drop(challenges);
    let reopened = Challenges::open(folder.path(), &keys).expect("the book again");
    for (number, told) in told {
        let known = identified.is_identified(&phone(number), AT, 60).expect("an answer");
        assert_eq!(known, told == ChallengeOutcome::Accepted, "{number}");
        let left = reopened.answer(&phone(number), "guess", AT).expect("an answer").tries_left;
        assert_eq!(left, (told == ChallengeOutcome::Wrong).then_some(1), "{number}");
    }
}
