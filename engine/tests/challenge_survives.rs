//! What limits guessing survives: a process that ends between any two bytes that it writes, damaged
//! bytes, a gateway that fails, another process, and the end of the group.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use propusk_engine::challenge::{
    ChallengeError, ChallengeOutcome, Challenged, Challenges, Gateway, Identified, PhoneNumber, Sms,
};
use propusk_engine::error::StoreError;
use propusk_engine::outbox::Outbox;
use propusk_engine::policy::Policy;
use propusk_engine::record::Group;
use propusk_engine::secret::Keys;
use propusk_engine::time::Instant;
use propusk_engine::writer::Writer;

const BEGIN: i64 = 1_640_000_000;
const PHONE: &str = "9161237788";
const RECORD_BYTES: usize = 128;

/// Keeps the last code.
#[derive(Default)]
struct Caught(Mutex<String>);

impl Gateway for Caught {
    fn send(&self, sms: &Sms<'_>) -> io::Result<()> {
        *self.0.lock().unwrap() = sms.text_ru.chars().take(6).collect();
        Ok(())
    }
}

/// Takes nothing over, or ends whoever sends.
struct Broken {
    panics: bool,
}

impl Gateway for Broken {
    fn send(&self, _: &Sms<'_>) -> io::Result<()> {
        assert!(!self.panics, "the process ends here");
        Err(io::Error::new(io::ErrorKind::ConnectionRefused, "no route to the operator"))
    }
}

fn at(second: i64) -> Instant {
    Instant::from_unix(BEGIN + second)
}

fn phone() -> PhoneNumber {
    PhoneNumber::read(PHONE).expect("a phone")
}

/// A folder with a key, and the book in it.
struct Book {
    folder: tempfile::TempDir,
    keys: Keys,
    caught: Caught,
}

impl Book {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Book { folder, keys: Keys::random().expect("random bytes"), caught: Caught::default() }
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn path(&self) -> PathBuf {
        self.root().join("CHALLENGES")
    }

    fn open(&self) -> Challenges {
        Challenges::open(self.root(), &self.keys).expect("a book")
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).expect("the book")
    }

    fn ask(&self, challenges: &Challenges, second: i64) -> ChallengeOutcome {
        challenges.ask(&phone(), at(second), &self.caught).expect("an answer").outcome
    }

    fn code(&self) -> String {
        self.caught.0.lock().unwrap().clone()
    }

    fn wrong(challenges: &Challenges, second: i64) -> Challenged {
        challenges.answer(&phone(), "wrong", at(second)).expect("an answer")
    }
}

#[test]
fn codes_tries_limits_and_identifications_are_there_after_a_restart() {
    let book = Book::new();
    assert_eq!(book.ask(&book.open(), 0), ChallengeOutcome::Sent);
    assert_eq!(Book::wrong(&book.open(), 1).tries_left, Some(2));
    let accepted = book.open().answer(&phone(), &book.code(), at(2)).expect("an answer");
    assert_eq!(accepted.outcome, ChallengeOutcome::Accepted);
    // It is good once, and who restarts the process does not have it again.
    let again = book.open().answer(&phone(), &book.code(), at(3)).expect("an answer");
    assert_eq!(again.outcome, ChallengeOutcome::None);
    assert_eq!(book.ask(&book.open(), 4), ChallengeOutcome::Sent);
    for left in [2, 1, 0] {
        assert_eq!(Book::wrong(&book.open(), 5).tries_left, Some(left));
    }
    assert_eq!(Book::wrong(&book.open(), 6).outcome, ChallengeOutcome::None);
    let dead = book.open().answer(&phone(), &book.code(), at(7)).expect("an answer");
    assert_eq!(dead.outcome, ChallengeOutcome::None);
    assert_eq!(book.ask(&book.open(), 8), ChallengeOutcome::Sent);
    assert_eq!(book.ask(&book.open(), 3599), ChallengeOutcome::Limited);
    assert_eq!(book.ask(&book.open(), 3600), ChallengeOutcome::Sent);
    assert_eq!(book.ask(&book.open(), 3600), ChallengeOutcome::Limited);
    let identified = Identified::open(book.root(), &book.keys).expect("a book");
    let known = |second, within| identified.is_identified(&phone(), at(second), within).unwrap();
    assert!(known(3600, 3599) && !known(3600, 3598) && !known(3602, 9999));
}

#[test]
fn a_process_that_ends_between_any_two_bytes_gains_nothing() {
    let book = Book::new();
    let challenges = book.open();
    // What the book was after each write, and how many codes and tries count then.
    let mut writes = vec![(book.bytes(), 0, 0)];
    for (codes, tries) in [(1, 0), (1, 1), (1, 2), (1, 3), (2, 0), (2, 1)] {
        if tries == 0 {
            assert_eq!(book.ask(&challenges, codes), ChallengeOutcome::Sent);
        } else {
            assert_eq!(Book::wrong(&challenges, codes).outcome, ChallengeOutcome::Wrong);
        }
        writes.push((book.bytes(), codes, tries));
    }
    drop(challenges);
    for pair in writes.windows(2) {
        let [(before, ..), (after, codes, tries)] = pair else { unreachable!("two of them") };
        assert!(after.starts_with(before) && after.len() == before.len() + RECORD_BYTES);
        for cut in before.len()..=after.len() {
            // The file may have grown to its new length already, with zeros in it.
            for grown in [cut, after.len()] {
                let mut torn = after[..cut].to_vec();
                torn.resize(grown, 0);
                fs::write(book.path(), &torn).expect("written");
                if grown > cut && !torn[before.len()..].iter().all(|byte| *byte == 0) {
                    // No disk writes a part of a sector, so this is damage.
                    let whole = torn == *after;
                    assert_eq!(Challenges::open(book.root(), &book.keys).is_ok(), whole, "{cut}");
                    continue;
                }
                let (codes, tries) = match (cut == after.len(), tries) {
                    (true, _) => (*codes, *tries),
                    (false, 0) => (codes - 1, if *codes > 1 { 3 } else { 0 }),
                    (false, _) => (*codes, tries - 1),
                };
                let challenges = book.open();
                let wrong = Book::wrong(&challenges, codes);
                let left = (codes > 0 && tries < 3).then(|| 2 - tries);
                assert_eq!(wrong.tries_left, left, "{codes} {tries} cut at {cut}");
                let sent = (0..4).filter(|_| book.ask(&challenges, 3) == ChallengeOutcome::Sent);
                assert_eq!(sent.count() as i64, 3 - codes, "{codes} {tries} cut at {cut}");
            }
        }
    }
}

#[test]
fn every_byte_of_a_book_is_noticed_when_it_is_another() {
    let book = Book::new();
    book.ask(&book.open(), 0);
    let challenges = book.open();
    for _ in 0..2 {
        assert_eq!(Book::wrong(&challenges, 1).outcome, ChallengeOutcome::Wrong);
    }
    drop(challenges);
    let whole = book.bytes();
    // A header, a record that was written with it, two that were appended.
    assert_eq!(whole.len(), 4 * RECORD_BYTES);
    let open = |bytes: &[u8]| {
        fs::write(book.path(), bytes).expect("written");
        Challenges::open(book.root(), &book.keys).map(drop)
    };
    for place in 0..whole.len() {
        for mask in [1, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[place] ^= mask;
            match open(&bytes) {
                Err(error @ ChallengeError::Damaged { .. }) => {
                    let told = error.to_string();
                    assert!(told.contains("CHALLENGES is damaged at byte"), "{told}");
                    assert!(told.contains("move it away"), "{told}");
                }
                other => panic!("byte {place}: {other:?}"),
            }
        }
        // What was written with the header is missed, what was appended is forgotten: a file that is
        // cut short there is one that was never written.
        assert_eq!(open(&whole[..place]).is_ok(), place >= 2 * RECORD_BYTES, "{place}");
    }
    // A record that never came to the disk, before one that was written after it was durable.
    let mut hole = whole.clone();
    hole[2 * RECORD_BYTES..3 * RECORD_BYTES].fill(0);
    assert!(matches!(open(&hole), Err(ChallengeError::Damaged { byte: 256, .. })));
    assert!(open(&whole).is_ok());
    // A reader is told the same.
    fs::write(book.path(), &hole).expect("written");
    assert!(matches!(
        Identified::open(book.root(), &book.keys),
        Err(ChallengeError::Damaged { .. })
    ));
}

#[test]
fn a_code_counts_though_it_did_not_get_away() {
    let book = Book::new();
    let refused = book.open().ask(&phone(), at(0), &Broken { panics: false });
    let told = refused.expect_err("not taken").to_string();
    assert!(told.contains("no route to the operator") && told.contains("counts as sent"), "{told}");
    let challenges = book.open();
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let _ = challenges.ask(&phone(), at(1), &Broken { panics: true });
    }));
    assert!(ended.is_err());
    drop(challenges);
    assert_eq!(book.ask(&book.open(), 2), ChallengeOutcome::Sent);
    assert_eq!(book.ask(&book.open(), 3), ChallengeOutcome::Limited);
}

#[test]
fn a_book_is_one_process_s_and_one_key_s() {
    let book = Book::new();
    let held = book.open();
    let second = Challenges::open(book.root(), &book.keys).map(drop);
    assert!(matches!(second, Err(ChallengeError::Store(StoreError::Busy { .. }))));
    // Who only reads need not wait.
    assert!(Identified::open(book.root(), &book.keys).is_ok());
    drop(held);
    let other = Keys::random().expect("random bytes");
    for opened in [
        Challenges::open(book.root(), &other).map(drop),
        Identified::open(book.root(), &other).map(drop),
    ] {
        assert!(matches!(opened, Err(ChallengeError::Store(StoreError::WrongKey { .. }))));
    }
    let gate = Challenges::open(book.root(), &book.keys.for_gate()).map(drop);
    assert!(matches!(gate, Err(ChallengeError::Store(StoreError::NoSecret { .. }))));
}

#[test]
fn a_book_holds_neither_phones_nor_codes_and_stays_small() {
    let book = Book::new();
    let challenges = book.open();
    let (mut longest, mut codes) = (0, Vec::new());
    for (place, second) in (0..2600).map(|place| (place, place * 10)) {
        let number = PhoneNumber::read(&format!("9{:09}", place * 7919)).expect("a phone");
        challenges.ask(&number, at(second), &book.caught).expect("an answer");
        codes.push(book.code());
        longest = longest.max(fs::metadata(book.path()).expect("the book").len());
    }
    // Of two hours there are 720 phones; twice as many records may stand there, and as many as that
    // are written at once.
    assert!(longest <= 1 + 2 * 1025 * RECORD_BYTES as u64, "{longest} bytes");
    let number = |text: &str| text.parse::<u64>().expect("digits");
    let bytes = book.bytes();
    let holds = |form: &[u8]| bytes.windows(form.len()).any(|window| window == form);
    for place in 1900..2600u64 {
        let (phone, code) = (format!("9{:09}", place * 7919), &codes[place as usize]);
        assert!(!holds(phone.as_bytes()) && !holds(code.as_bytes()), "{phone}");
        assert!(!holds(&number(&phone).to_le_bytes()[..5]), "{phone}");
        assert!(!holds(&number(&phone).to_be_bytes()[3..]), "{phone}");
    }
}

#[test]
fn an_outbox_is_its_owner_s_and_goes_with_its_group() {
    let book = Book::new();
    let writer = Writer::open(book.root(), &book.keys, &Policy::default()).expect("a writer");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let path = elsewhere.path().join("outbox.ndjson");
    let outbox = Outbox::open(book.root(), Group::Medical, &path).expect("an outbox");
    let challenges = book.open();
    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o7777, 0o600);
    // What was cut short stands alone.
    fs::write(&path, "{\"phone\":\"+7916").expect("written");
    challenges.ask(&phone(), at(0), &outbox).expect("sent");
    let text = fs::read_to_string(&path).expect("a text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, "{\"phone\":\"+7916"));
    let sms: serde_json::Value = serde_json::from_str(lines[1]).expect("JSON");
    assert_eq!((&sms["phone"], &sms["at"]), (&"+79161237788".into(), &at(0).to_string().into()));
    let code: String = sms["text_ru"].as_str().expect("a text").chars().take(6).collect();
    assert!(sms["text_en"].as_str().expect("a text").starts_with(&code));
    // The sender takes the file away, and the next message makes another.
    let taken = elsewhere.path().join("taken");
    fs::rename(&path, &taken).expect("renamed");
    challenges.ask(&phone(), at(1), &outbox).expect("sent");
    assert_eq!(fs::read_to_string(&path).expect("a text").lines().count(), 1);
    assert_eq!(fs::read_to_string(&taken).expect("a text"), text);

    // While the book is open nothing is destroyed; another group's end does not touch it.
    let destroy = |group| writer.destroy(group, at(2));
    assert!(matches!(destroy(Group::Medical), Err(StoreError::Busy { .. })));
    drop(challenges);
    assert!(destroy(Group::Permits).expect("destroyed").outboxes.is_empty());
    assert!(path.exists() && book.path().exists());
    let gone = destroy(Group::Medical).expect("destroyed");
    assert_eq!(gone.outboxes, [fs::canonicalize(elsewhere.path()).unwrap().join("outbox.ndjson")]);
    assert!(!path.exists() && !book.path().exists());
    assert!(destroy(Group::Medical).expect("destroyed again").outboxes.is_empty());
}

#[test]
fn a_list_of_outboxes_that_is_damaged_is_told() {
    let book = Book::new();
    let open =
        |name: &str| Outbox::open(book.root(), Group::Medical, &book.root().join(name)).map(drop);
    assert!(open("one").is_ok() && open("two").is_ok() && open("one").is_ok());
    let list = book.root().join("OUTBOXES");
    let text = fs::read_to_string(&list).expect("a list");
    assert_eq!(text.lines().count(), 2);
    fs::write(&list, &text[..text.len() - 4]).expect("written");
    assert!(matches!(open("three"), Err(StoreError::Damaged { .. })));
    assert!(matches!(open("/nowhere/at/all"), Err(StoreError::Io { .. })));
}
