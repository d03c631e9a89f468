use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::*;
use crate::policy::Policy;
use crate::row::PERMITS;
use crate::secret::Keys;

fn permit(code: &str) -> Row<'static> {
    let mut row = Row::empty(&PERMITS);
    for (column, value) in [
        ("code", code),
        ("type", "3"),
        ("issued_at", "2020-05-04T12:00:00+03:00"),
        ("valid_from", "2020-05-04"),
        ("valid_to", "2020-05-04"),
        ("doc_number", "4509123456"),
    ] {
        row.set(column, value.to_owned());
    }
    row
}

#[test]
fn whoever_waits_is_told_when_the_one_who_publishes_panics() {
    const WAITING: usize = 4;
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let at = Instant::parse("2020-05-04T12:00:00+03:00").unwrap();
    let writer = Arc::new(Writer::open(folder.path(), &keys, &Policy::default()).unwrap());
    let (begun, begins) = mpsc::channel();
    let (go, gone) = mpsc::channel();
    let gone = Mutex::new(gone);
    let desk = Desk::new(writer, Register::Permits).with_rule(Box::new(move |_, row| {
        match row.value("code").unwrap() {
            "0405AAAAAAAAAAAA" => {
                begun.send(()).unwrap();
                gone.lock().unwrap().recv().unwrap();
            }
            "0405CCCCCCCCCCCC" => panic!("a fault of the program"),
            _ => {}
        }
        Ok(Ok(()))
    }));
    let issue = |code: &str| desk.issue(vec![permit(code)], at);
    thread::scope(|scope| {
        let first = scope.spawn(|| issue("0405AAAAAAAAAAAA"));
        begins.recv().unwrap();
        // While the first one publishes the others come, one of them with what breaks the next.
        let codes =
            ["0405BBBBBBBBBBBB", "0405CCCCCCCCCCCC", "0405DDDDDDDDDDDD", "0405EEEEEEEEEEEE"];
        let issue = &issue;
        let others: [_; WAITING] = codes.map(|code| scope.spawn(move || issue(code)));
        while unpoisoned(&desk.queue).waiting.len() < WAITING {
            thread::sleep(Duration::from_millis(1));
        }
        go.send(()).unwrap();
        assert!(matches!(first.join().unwrap().unwrap()[..], [Issued::Done { .. }]));
        let ends: Vec<_> = others.into_iter().map(thread::ScopedJoinHandle::join).collect();
        assert_eq!(ends.iter().filter(|end| end.is_err()).count(), 1, "it is not hidden");
        for end in ends.into_iter().flatten() {
            assert!(matches!(end, Err(StoreError::BrokenOff)), "{end:?}");
        }
    });
    let queue = unpoisoned(&desk.queue);
    assert!(!queue.is_publishing && queue.waiting.is_empty() && queue.done.is_empty());
    drop(queue);
    assert!(matches!(issue("0405BBBBBBBBBBBB").unwrap()[..], [Issued::Done { .. }]));
}
