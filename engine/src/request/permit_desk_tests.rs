use std::collections::HashSet;
use std::sync::Mutex;
use std::thread;

use super::*;
use crate::request::answer::Outcome;
use crate::secret::Keys;

/// A source that has few codes to give, and gives each of them many times.
fn poor(codes: u8) -> Box<Source> {
    let next = Mutex::new(0u8);
    Box::new(move |bytes: &mut [u8]| {
        let mut next = next.lock().unwrap();
        bytes.fill(*next % codes);
        *next = next.wrapping_mul(5).wrapping_add(1);
        true
    })
}

#[test]
fn a_code_is_never_given_twice_however_poor_the_randomness() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let at = Instant::parse("2020-05-04T12:00:00+03:00").unwrap();
    let mut codes = HashSet::new();
    // 36 codes in all: each round takes some of those that are left, the last one the rest.
    for (round, threads) in [2, 3, 4].into_iter().enumerate() {
        let writer = Writer::open(folder.path(), &keys, &Policy::default()).unwrap();
        let desk = PermitDesk::with_source(Arc::new(writer), Issuer::Region, poor(36)).unwrap();
        let answers: Vec<Answer> = thread::scope(|scope| {
            let threads: Vec<_> = (0..threads)
                .map(|thread| {
                    let desk = &desk;
                    scope.spawn(move || {
                        let text = |each: i32| {
                            format!("Пропуск*3*2**AB{round}{thread}{each}1****вокзал*дача")
                        };
                        let texts = [0, 1, 2, 3].map(text);
                        let requests = texts.each_ref().map(|text| Request {
                            received_at: at,
                            content: Content::Message(text),
                        });
                        desk.answer(&requests, at).unwrap()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        for answer in answers {
            assert_eq!(answer.outcome, Outcome::Issued);
            assert!(codes.insert(answer.code.unwrap()), "given twice");
        }
        assert!(desk.quota.is_empty(), "nothing flies any more");
    }
    assert_eq!(codes.len(), 36);
}

#[test]
fn what_failed_holds_no_place() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let at = Instant::parse("2020-05-04T12:00:00+03:00").unwrap();
    let writer = Writer::open(folder.path(), &keys, &Policy::default()).unwrap();
    let draws = Mutex::new(0);
    let source: Box<Source> = Box::new(move |bytes: &mut [u8]| {
        let mut draws = draws.lock().unwrap();
        *draws += 1;
        bytes.fill(*draws as u8);
        *draws > 3
    });
    let desk = PermitDesk::with_source(Arc::new(writer), Issuer::Moscow, source).unwrap();
    let text = "Пропуск*3*2**AB1234567****вокзал*дача";
    let request = Request { received_at: at, content: Content::Message(text) };
    for _ in 0..3 {
        assert!(matches!(desk.answer(&[request], at), Err(StoreError::Random)));
    }
    let answer = desk.answer(&[request], at).unwrap().remove(0);
    assert_eq!(answer.outcome, Outcome::Issued);
    // Its sealed rows cannot be written: nothing is issued, and the place is free again.
    let text = "Пропуск*3*2**AB1234567****вокзал*дом";
    let request = Request { received_at: at, content: Content::Message(text) };
    for number in 0..64 {
        let name = crate::writer::details_file(number, Register::Permits);
        let _ = std::fs::File::create_new(folder.path().join(name));
    }
    let mut failed = 0;
    let issued = loop {
        match desk.answer(&[request], at) {
            Ok(answers) => break answers,
            Err(_) => failed += 1,
        }
    };
    assert!(failed > 0);
    assert_eq!(issued[0].outcome, Outcome::Issued);
    assert!(desk.quota.is_empty());
    // Nor does what is beyond the quota.
    let text = "Пропуск*3*2**AB1234567****вокзал*сад";
    let request = Request { received_at: at, content: Content::Message(text) };
    assert_eq!(desk.answer(&[request], at).unwrap()[0].outcome, Outcome::Refused);
    assert!(desk.quota.is_empty());
}
