//! Identification by SMS answers as a slow model does, over any order of asking, answering, waiting
//! and restarting.

mod model;

use std::io;
use std::sync::Mutex;

use model::challenge::{Answer, Phones};
use proptest::prelude::*;
use propusk_engine::challenge::{Challenged, Challenges, Gateway, Identified, PhoneNumber, Sms};
use propusk_engine::secret::Keys;
use propusk_engine::time::Instant;

const BEGIN: i64 = 1_640_000_000;
/// Three phones, each in several spellings.
const PHONES: [[&str; 3]; 3] = [
    ["9160000001", "+7 (916) 000-00-01", "89160000001"],
    ["9160000002", "7 916 000 00 02", "+79160000002"],
    ["9260000001", "8(926)0000001", "926 000-00-01"],
];
const WITHIN: [i64; 4] = [1, 60, 600, 3600];

/// Keeps the codes that were sent, by phone.
#[derive(Default)]
struct Caught(Mutex<Vec<(String, String)>>);

impl Gateway for Caught {
    fn send(&self, sms: &Sms<'_>) -> io::Result<()> {
        let code: String = sms.text_ru.chars().take_while(char::is_ascii_digit).collect();
        assert_eq!((code.len(), sms.text_en.contains(&code)), (6, true));
        assert!(sms.text_ru.chars().count() <= 70, "one part of an SMS: {}", sms.text_ru);
        self.0.lock().unwrap().push((sms.phone.to_owned(), code));
        Ok(())
    }
}

impl Caught {
    fn codes(&self, phone: &str) -> Vec<String> {
        let caught = self.0.lock().unwrap();
        let of_phone = caught.iter().filter(|(to, _)| to.strip_prefix("+7") == Some(phone));
        of_phone.map(|(_, code)| code.clone()).collect()
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A code is asked for.
    Ask { phone: usize, spelling: usize },
    /// A code is typed: one of those sent, the newest first, or something else.
    Answer { phone: usize, spelling: usize, typed: usize },
    /// The clock goes on.
    Wait { seconds: i64 },
    /// The clock is put back for the next step alone.
    Back { seconds: i64 },
    /// The process ends and another begins.
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let who = || (0..PHONES.len(), 0..3usize);
    prop_oneof![
        6 => who().prop_map(|(phone, spelling)| Step::Ask { phone, spelling }),
        9 => (who(), 0..12usize)
            .prop_map(|((phone, spelling), typed)| Step::Answer { phone, spelling, typed }),
        3 => (0..400i64).prop_map(|seconds| Step::Wait { seconds }),
        1 => prop_oneof![Just(299), Just(300), Just(3299), Just(3300), Just(3599), Just(3600)]
            .prop_map(|seconds| Step::Wait { seconds }),
        1 => (0..3000i64).prop_map(|seconds| Step::Back { seconds }),
        1 => Just(Step::Restart),
    ]
}

struct Life {
    folder: tempfile::TempDir,
    keys: Keys,
    challenges: Option<Challenges>,
    identified: Identified,
    model: Phones,
    caught: Caught,
    clock: i64,
    back: i64,
}

fn words(challenged: &Challenged) -> Answer {
    let Challenged { outcome, tries_left, wait_seconds } = *challenged;
    (outcome.as_str(), tries_left, wait_seconds)
}

impl Life {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = Keys::random().expect("random bytes");
        let identified = Identified::open(folder.path(), &keys).expect("no book yet");
        let challenges = Some(Challenges::open(folder.path(), &keys).expect("a book"));
        let (model, caught) = (Phones::default(), Caught::default());
        Life { folder, keys, challenges, identified, model, caught, clock: BEGIN, back: 0 }
    }

    /// Does a step, and holds the answer against the model's.
    fn take(&mut self, step: Step) {
        let at = self.clock - std::mem::take(&mut self.back);
        let instant = Instant::from_unix(at);
        let number = |phone: usize, spelling: usize| {
            PhoneNumber::read(PHONES[phone][spelling]).expect("a phone")
        };
        let challenges = self.challenges.as_ref().expect("an open book");
        match step {
            Step::Ask { phone, spelling } => {
                let expected = self.model.ask(PHONES[phone][0], at);
                let before = self.caught.codes(PHONES[phone][0]).len();
                let asked = challenges.ask(&number(phone, spelling), instant, &self.caught);
                assert_eq!(words(&asked.expect("an answer")), expected, "{step:?}");
                let codes = self.caught.codes(PHONES[phone][0]);
                assert_eq!(codes.len() - before, usize::from(expected.0 == "sent"));
                if expected.0 == "sent" {
                    self.model.sent(PHONES[phone][0], at, codes.last().expect("a code"));
                }
            }
            Step::Answer { phone, spelling, typed } => {
                let typed = self.typed(phone, typed);
                let expected = self.model.answer(PHONES[phone][0], &typed, at);
                let answered = challenges.answer(&number(phone, spelling), &typed, instant);
                assert_eq!(words(&answered.expect("an answer")), expected, "{step:?} {typed}");
            }
            Step::Wait { seconds } => self.clock += seconds,
            Step::Back { seconds } => self.back = seconds,
            Step::Restart => {
                self.challenges = None;
                let reopened = Challenges::open(self.folder.path(), &self.keys);
                self.challenges = Some(reopened.expect("the book again"));
            }
        }
        for (phone, spellings) in PHONES.iter().enumerate() {
            for within in WITHIN {
                let expected = self.model.is_identified(spellings[0], at, within);
                let known = self.identified.is_identified(&number(phone, 1), instant, within);
                assert_eq!(known.expect("an answer"), expected, "{step:?} {phone} {within}");
            }
        }
    }

    /// What is typed: mostly the newest code, an older one, or nothing like a code.
    fn typed(&self, phone: usize, typed: usize) -> String {
        let mut codes = self.caught.codes(PHONES[phone][0]);
        codes.reverse();
        let newest = codes.first().cloned().unwrap_or_else(|| "000000".to_owned());
        match typed {
            0..3 => newest,
            3 => format!(" {} {}\n", &newest[..3], &newest[3..]),
            4 | 5 => codes.get(typed - 3).cloned().unwrap_or_default(),
            6 => self.caught.codes(PHONES[(phone + 1) % 3][0]).pop().unwrap_or_default(),
            7 => newest[..5].to_owned(),
            8 => format!("{newest}0"),
            9 => format!("{:06}", (newest.parse::<u32>().expect("digits") + 1) % 1_000_000),
            10 => newest.replace(|_: char| true, "٣"),
            _ => String::new(),
        }
    }
}

/// A few dozen lives, or as many as `PROPTEST_CASES` says.
fn config() -> ProptestConfig {
    let usual = ProptestConfig { max_shrink_iters: 400, ..ProptestConfig::default() };
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { usual.cases } else { 64 };
    ProptestConfig { cases, ..usual }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_steps_are_answered_as_the_model_answers(
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let mut life = Life::new();
        for step in steps {
            life.take(step);
        }
    }
}

/// So long that the book is written anew on the way, and old phones are dropped from it.
#[test]
fn a_long_life_is_answered_as_the_model_answers() {
    let mut life = Life::new();
    let mut numbers = 0x9e37_79b9_7f4a_7c15u64;
    let mut below = |limit: u64| {
        numbers ^= numbers << 13;
        numbers ^= numbers >> 7;
        numbers ^= numbers << 17;
        (numbers % limit) as usize
    };
    let book = life.folder.path().join("CHALLENGES");
    let (mut longest, mut anew) = (0, 0);
    for _ in 0..8000 {
        let (phone, spelling) = (below(3), below(3));
        let before = std::fs::metadata(&book).expect("the book").len();
        longest = before.max(longest);
        life.take(match below(20) {
            0..6 => Step::Ask { phone, spelling },
            6..15 => Step::Answer { phone, spelling, typed: below(12) },
            15 => Step::Wait { seconds: below(2000) as i64 },
            16 => Step::Back { seconds: below(3000) as i64 },
            _ => Step::Wait { seconds: below(200) as i64 },
        });
        let after = std::fs::metadata(&book).expect("the book").len();
        anew += usize::from(after < before);
    }
    assert!(longest <= 128 * 1025 && anew >= 1, "{longest} bytes, {anew} times anew");
}

/// Who does nothing but guess: so many guesses are compared in an hour, each right once in a million.
/// Where a code lies for a while before it is tried, its guesses come with those of the next hour.
#[test]
fn guesses_are_twelve_in_any_hour_and_nine_an_hour_in_the_long_run() {
    const HOURS: i64 = 8;
    // For how many seconds the last code of every other hour lies, and the most guesses in any hour.
    for (patience, most) in [(0, 9), (1, 12), (299, 12), (300, 9)] {
        let mut life = Life::new();
        let phone = PhoneNumber::read(PHONES[0][0]).expect("a phone");
        let challenges = life.challenges.take().expect("a book");
        let (mut guesses, mut asked_at, mut sent) = (Vec::new(), 0, 0);
        for second in 0..HOURS * 3600 {
            let at = Instant::from_unix(BEGIN + second);
            for _ in 0..3 {
                let asked = challenges.ask(&phone, at, &life.caught).expect("an answer");
                if asked.outcome.as_str() == "sent" {
                    (asked_at, sent) = (second, sent + 1);
                }
                let lies = sent % 6 == 3 && second - asked_at < patience;
                for _ in 0..if lies { 0 } else { 4 } {
                    let answered = challenges.answer(&phone, "none", at).expect("an answer");
                    guesses.extend((answered.outcome.as_str() == "wrong").then_some(second));
                }
            }
        }
        let in_hour_before = |end: i64| {
            let from = end - 3600;
            guesses.iter().filter(|guess| (from + 1..=end).contains(*guess)).count()
        };
        let found = (0..HOURS * 3600).map(in_hour_before).max();
        assert_eq!((sent, found), (3 * HOURS, Some(most)), "patience {patience}");
        assert!(guesses.len() as i64 <= 9 * HOURS, "{} guesses", guesses.len());
    }
}
