//! A grammar of the mistakes that people make in messages that ask for a permit. Each mistake knows
//! what must be said of it, and whether it leaves in doubt what was meant; nothing here asks the
//! system under test.

mod lost;
mod shape;
mod values;
mod words;

use propusk_engine::time::Instant;

use crate::person::{DocKind, Person, Stream, day};
use crate::rng::Rng;
use crate::sms::{Fields, good};

/// Whether it is clear what a spoilt message was meant to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// It says what was meant, in another way than it should.
    Clear,
    /// It depends on the other fields whether it can be told; nothing else may be taken for it.
    Arguable,
    /// Something is missing or wrong that nobody can know.
    Lost,
}

/// A message that is spoilt in one known way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoilt {
    /// The name of the mistake.
    pub mistake: &'static str,
    /// When it arrives.
    pub received_at: Instant,
    /// The message.
    pub text: String,
    /// The message that was meant.
    pub meant: String,
    /// The field that must be named.
    pub field: &'static str,
    /// The reason that must be told.
    pub reason: &'static str,
    /// Whether it is clear what was meant.
    pub intent: Intent,
}

/// A good message to be spoilt.
pub(crate) struct Good<'f> {
    pub(crate) fields: &'f Fields,
    pub(crate) kind: u64,
}

/// A spoilt text, the field at fault and the reason.
pub(crate) type Outcome = Option<(String, &'static str, &'static str)>;

/// One way to spoil a message; nothing where the message has not what it takes.
pub(crate) struct Mistake {
    pub(crate) name: &'static str,
    pub(crate) intent: Intent,
    pub(crate) spoil: fn(&mut Rng, &Good<'_>) -> Outcome,
}

/// The fields of a message of each type.
const NAMES: [[&str; 10]; 3] = [
    [
        "word",
        "type",
        "doc_type",
        "doc_series",
        "doc_number",
        "plate",
        "troika",
        "strelka",
        "inn",
        "organisation",
    ],
    [
        "word",
        "type",
        "doc_type",
        "doc_series",
        "doc_number",
        "birth_date",
        "plate",
        "troika",
        "strelka",
        "institution",
    ],
    [
        "word",
        "type",
        "doc_type",
        "doc_series",
        "doc_number",
        "plate",
        "troika",
        "strelka",
        "purpose",
        "destination",
    ],
];
/// Of so many spoilt messages one has lost what nobody can know; the rest are written in another way
/// than they should be, as most of the first real ones were.
const LOST_ONE_OF: u64 = 20;

impl Good<'_> {
    pub(crate) fn name(&self, place: usize) -> &'static str {
        NAMES[self.kind as usize - 1][place]
    }

    /// The place of a field.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        NAMES[self.kind as usize - 1].iter().position(|other| *other == name)
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.place(name).map(|place| self.fields[place].as_str()).filter(|value| !value.is_empty())
    }

    pub(crate) fn is_passport(&self) -> bool {
        self.fields[2] == "1"
    }

    /// The message with another value in a field.
    pub(crate) fn with(&self, place: usize, value: impl Into<String>) -> String {
        let mut fields = self.fields.clone();
        fields[place] = value.into();
        fields.join("*")
    }

    /// The message as it should have been.
    fn meant(&self) -> String {
        self.with(0, "Пропуск")
    }
}

/// Every mistake that leaves clear, or arguable, what was meant.
fn written_wrong() -> impl Iterator<Item = &'static Mistake> + Clone {
    words::MISTAKES.iter().chain(shape::MISTAKES).chain(values::MISTAKES)
}

/// The names of all mistakes.
#[must_use]
pub fn names() -> Vec<&'static str> {
    written_wrong().chain(lost::MISTAKES).map(|mistake| mistake.name).collect()
}

/// A message spoilt by the mistake of that place among [`names`]; the same for the same seed and
/// index.
///
/// # Panics
/// Where no message can be spoilt so: there is no such place.
#[must_use]
pub fn sample(seed: u64, index: u64, place: usize) -> Spoilt {
    let mistake =
        written_wrong().chain(lost::MISTAKES).nth(place).expect("a place among the names");
    let mut rng = Rng::new(seed, Stream::Sms as u64, index ^ (place as u64) << 32);
    loop {
        let person = Person::derive(seed, rng.below(1 << 32));
        let adult = person.fourteenth() <= day(2020, 4, 1) && person.doc_kind != DocKind::Birth;
        if !adult {
            continue;
        }
        let kind = 1 + rng.below(3);
        let fields = good(&mut rng, &person, kind);
        let days = if kind == 1 { 17 } else { 50 };
        let at = day(2020, 4, 13).start().plus_seconds(rng.between(0, days * 86_400 - 1));
        if let Some(spoilt) = spoil(&mut rng, mistake, &Good { fields: &fields, kind }, at) {
            return spoilt;
        }
    }
}

/// A good message spoilt by any of the mistakes that it can be spoilt by.
pub(crate) fn spoilt(rng: &mut Rng, fields: &Fields, kind: u64, at: Instant) -> Spoilt {
    let good = Good { fields, kind };
    let (wrong, lost) = (written_wrong().count() as u64, lost::MISTAKES.len() as u64);
    loop {
        let mistake = if rng.below(LOST_ONE_OF) == 0 {
            &lost::MISTAKES[rng.below(lost) as usize]
        } else {
            match written_wrong().nth(rng.below(wrong) as usize) {
                Some(mistake) => mistake,
                None => continue,
            }
        };
        if let Some(spoilt) = spoil(rng, mistake, &good, at) {
            return spoilt;
        }
    }
}

fn spoil(
    rng: &mut Rng,
    mistake: &Mistake,
    good: &Good<'_>,
    received_at: Instant,
) -> Option<Spoilt> {
    let (text, field, reason) = (mistake.spoil)(rng, good)?;
    let meant = good.meant();
    Some(Spoilt {
        mistake: mistake.name,
        received_at,
        text,
        meant,
        field,
        reason,
        intent: mistake.intent,
    })
}
