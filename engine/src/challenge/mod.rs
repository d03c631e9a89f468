//! SMS identification: a phone is its owner's when a code that was sent to it comes back.
//!
//! - A code is six digits, all equally likely. It is good from the instant at which it was sent for
//!   five minutes, the end excluded, and for three tries; whatever is given in answer is a try. A new
//!   code replaces the one before, and an accepted one is good no more.
//! - A code is sent at an instant where fewer than three were sent to the phone in the hour before
//!   it; one that was sent an hour before to the second does not count any more.
//! - The time of a phone never runs backward: an earlier instant counts as the newest one at which it
//!   was sent a code or identified. What is known of a phone is kept for two hours, so a clock that is
//!   put back by less than an hour resets nothing.
//!
//! A code counts, durably, before it is sent, and a try before the answer is compared with the code:
//! who makes the process end at any moment gains neither. So whoever guesses has three tries for
//! each of three codes an hour, each right once in a million.
//!
//! The book holds phones and codes only as keyed functions of themselves.

mod digits;
mod error;
mod gateway;
mod identified;
mod journal;
pub(crate) mod record;
mod state;

use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use ring::rand::SystemRandom;

use crate::error::StoreError;
use crate::identity::phone;
use crate::key::{IdentityKeys, Purpose};
use crate::message::Message;
use crate::record::Group;
use crate::secret::Keys;
use crate::time::Instant;
use crate::verdict::words;
use crate::writer::{lock, need, unpoisoned};

pub use error::ChallengeError;
pub use gateway::{Gateway, Sms};
pub use identified::Identified;
use journal::{Journal, Phones};
use state::{Live, State};

/// The most codes that one phone is sent in an hour.
pub const CODES_AN_HOUR: usize = 3;
/// How often one code may be answered.
pub const TRIES: u32 = 3;
/// For how long a code is good.
pub const CODE_SECONDS: i64 = 300;
/// The longest time for which a phone may be taken as identified.
pub const IDENTIFIED_SECONDS_MAX: i64 = HOUR_SECONDS;
const HOUR_SECONDS: i64 = 3600;
/// For how long what is known of a phone is kept.
const KEPT_SECONDS: i64 = 2 * HOUR_SECONDS;

/// The book's file in the folder of a store.
const CHALLENGES: &str = "CHALLENGES";
/// Its name while it is being written.
const NEW_CHALLENGES: &str = "CHALLENGES.new";
/// The kernel holds it for whoever has the book open.
const CHALLENGES_LOCK: &str = "CHALLENGES.LOCK";

words! {
    /// What became of asking for a code, or of answering it.
    ChallengeOutcome {
        /// A code was sent.
        Sent = "sent",
        /// Three codes were sent within the hour: none is sent.
        Limited = "limited",
        /// It is the code: the phone is identified.
        Accepted = "accepted",
        /// It is not the code.
        Wrong = "wrong",
        /// The code's time is over.
        Expired = "expired",
        /// There is no code to answer: none was sent, or it was accepted or tried too often.
        None = "none",
    }
}

/// The answer to the phone's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenged {
    /// What became of it.
    pub outcome: ChallengeOutcome,
    /// How often the code may still be answered, where there is one.
    pub tries_left: Option<u32>,
    /// In how many seconds another code may be sent, where none was.
    pub wait_seconds: Option<i64>,
}

impl Challenged {
    fn of(outcome: ChallengeOutcome) -> Self {
        Challenged { outcome, tries_left: None, wait_seconds: None }
    }

    /// What the owner is told, in Russian and in English.
    #[must_use]
    pub fn message(&self) -> (String, String) {
        let minutes = (self.wait_seconds.unwrap_or(0).saturating_add(59) / 60).to_string();
        let tries = self.tries_left.unwrap_or(0).to_string();
        let message = match self.outcome {
            ChallengeOutcome::Sent => Message::IdentifySent,
            ChallengeOutcome::Limited => Message::IdentifyLimited,
            ChallengeOutcome::Accepted => Message::IdentifyAccepted,
            ChallengeOutcome::Wrong if self.tries_left == Some(0) => Message::IdentifyWrongLast,
            ChallengeOutcome::Wrong => Message::IdentifyWrong,
            ChallengeOutcome::Expired => Message::IdentifyExpired,
            ChallengeOutcome::None => Message::IdentifyNone,
        };
        message.fill(&[("minutes", &minutes), ("tries", &tries)])
    }
}

/// A phone of a Russian mobile operator, the same one however it was written.
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a phone.
    ///
    /// # Errors
    /// `phone`
    pub fn read(text: &str) -> Result<Self, &'static str> {
        phone::canonical(text).map(PhoneNumber)
    }

    /// The last four digits, by which its owner knows it.
    #[must_use]
    pub fn ends(&self) -> &str {
        &self.0[6..]
    }

    fn key(&self, keys: &IdentityKeys) -> u128 {
        keys.key(Purpose::ChallengedPhone, &[Some(&self.0)])
    }
}

/// The book of codes, beside the registers of a store. Any number of threads ask and answer at once;
/// no other process does while it is open.
pub struct Challenges {
    keys: IdentityKeys,
    phones: Phones,
    queue: Mutex<Queue>,
    journal: Mutex<Journal>,
    random: SystemRandom,
    _held: File,
}

/// What waits to become durable.
#[derive(Default)]
struct Queue {
    changed: Vec<(u128, State)>,
    /// The ticket of the last change.
    last: u64,
}

impl Challenges {
    /// Opens the book of a store, with all that was answered before; makes it where there is none.
    ///
    /// # Errors
    /// [`StoreError::Busy`] while another process has it open; when it is damaged, cannot be
    /// written, or the group of results has no identity secret.
    pub fn open(root: &Path, keys: &Keys) -> Result<Self, ChallengeError> {
        let keys = identity(keys)?;
        let held = hold(root)?;
        let (journal, phones) = Journal::open(root, identifier(&keys))?;
        let (queue, journal) = (Mutex::default(), Mutex::new(journal));
        Ok(Challenges { keys, phones, queue, journal, random: SystemRandom::new(), _held: held })
    }

    /// Sends a code to a phone, unless too many were sent.
    ///
    /// # Errors
    /// When it cannot be written down, or the gateway does not take the message: it counts as sent
    /// all the same.
    pub fn ask(
        &self,
        phone: &PhoneNumber,
        at: Instant,
        gateway: &dyn Gateway,
    ) -> Result<Challenged, ChallengeError> {
        let code = digits::draw(&self.random).ok_or(ChallengeError::Random)?;
        let key = phone.key(&self.keys);
        let (ticket, wait_seconds) = {
            let mut state = self.phones.entry(key).or_insert(State::NEW);
            let now = state.now(at);
            let wait_seconds = state.wait_seconds(now);
            if wait_seconds.is_none() {
                let fields = [Some(phone.0.as_str()), Some(&now.unix().to_string()), Some(&code)];
                state.send(self.keys.tag(Purpose::ChallengeCode, &fields), now);
                (self.enqueue(key, *state), None)
            } else {
                (self.last_ticket(), wait_seconds)
            }
        };
        self.make_durable(ticket, at)?;
        if wait_seconds.is_some() {
            return Ok(Challenged { wait_seconds, ..Challenged::of(ChallengeOutcome::Limited) });
        }
        gateway::send(gateway, &phone.0, &code, at)
            .map_err(|source| ChallengeError::Gateway { source })?;
        Ok(Challenged { tries_left: Some(TRIES), ..Challenged::of(ChallengeOutcome::Sent) })
    }

    /// Holds what the owner of a phone typed against the code that was sent there.
    ///
    /// # Errors
    /// When it cannot be written down: the try is used all the same.
    pub fn answer(
        &self,
        phone: &PhoneNumber,
        typed: &str,
        at: Instant,
    ) -> Result<Challenged, ChallengeError> {
        let key = phone.key(&self.keys);
        let Some((live, tries_left, ticket)) = self.take_try(key, at) else {
            return Ok(Challenged::of(ChallengeOutcome::None));
        };
        // Before the answer is looked at: whoever ends the process now has used the try.
        self.make_durable(ticket, at)?;
        let (tag, sent) = match live {
            Live::Code(tag, sent) => (tag, sent),
            Live::Expired => return Ok(Challenged::of(ChallengeOutcome::Expired)),
            Live::None => return Ok(Challenged::of(ChallengeOutcome::None)),
        };
        let typed = digits::typed(typed);
        let fields = [Some(phone.0.as_str()), Some(&sent.unix().to_string()), Some(&typed)];
        if !self.keys.verifies(Purpose::ChallengeCode, &fields, &tag) {
            let tries_left = Some(tries_left);
            return Ok(Challenged { tries_left, ..Challenged::of(ChallengeOutcome::Wrong) });
        }
        let accepted = {
            let state = self.phones.get_mut(&key);
            // Another thread may have accepted it, or replaced it, since.
            state.filter(|state| state.code == Some(tag)).map(|mut state| {
                let now = state.now(at);
                state.accept(now);
                self.enqueue(key, *state)
            })
        };
        let Some(ticket) = accepted else { return Ok(Challenged::of(ChallengeOutcome::None)) };
        self.make_durable(ticket, at)?;
        Ok(Challenged::of(ChallengeOutcome::Accepted))
    }

    /// Uses a try of the code that may be answered, where there is one; how many are left then.
    fn take_try(&self, key: u128, at: Instant) -> Option<(Live, u32, u64)> {
        let mut state = self.phones.get_mut(&key)?;
        let live = state.live(state.now(at));
        if !matches!(live, Live::Code(..)) {
            return Some((live, 0, self.last_ticket()));
        }
        state.tries += 1;
        Some((live, TRIES - state.tries, self.enqueue(key, *state)))
    }

    /// Puts a change into the queue, while its phone is held: so the changes of a phone keep their
    /// order.
    fn enqueue(&self, key: u128, state: State) -> u64 {
        let mut queue = unpoisoned(&self.queue);
        queue.changed.push((key, state));
        queue.last += 1;
        queue.last
    }

    fn last_ticket(&self) -> u64 {
        unpoisoned(&self.queue).last
    }

    /// Returns when a change, and all before it, is durable. Who comes first writes for all who came
    /// meanwhile. No phone may be held.
    fn make_durable(&self, ticket: u64, at: Instant) -> Result<(), ChallengeError> {
        let mut journal = unpoisoned(&self.journal);
        if journal.durable >= ticket {
            return Ok(());
        }
        let (changed, last) = {
            let mut queue = unpoisoned(&self.queue);
            (std::mem::take(&mut queue.changed), queue.last)
        };
        journal.write(&changed, &self.phones, at)?;
        journal.durable = last;
        Ok(())
    }
}

/// Holds the book against every other process, until what is given back goes.
///
/// # Errors
/// [`StoreError::Busy`] while another process has it open.
pub fn hold(root: &Path) -> Result<File, StoreError> {
    lock(root, CHALLENGES_LOCK)
}

/// Whether the store has a book.
pub(crate) fn exists(root: &Path) -> bool {
    root.join(CHALLENGES).exists()
}

/// Removes the book, of which nobody can tell anything without the secrets.
pub(crate) fn remove(root: &Path) -> Result<(), StoreError> {
    for name in [CHALLENGES, NEW_CHALLENGES] {
        let path = root.join(name);
        journal::remove(&path).map_err(|source| StoreError::Io { path, source })?;
    }
    Ok(())
}

fn identity(keys: &Keys) -> Result<IdentityKeys, StoreError> {
    let secret = keys.group(Group::Medical).identity.as_ref();
    Ok(IdentityKeys::new(need(Group::Medical, "identity", secret)?))
}

/// By which a book knows its key.
fn identifier(keys: &IdentityKeys) -> u64 {
    keys.key(Purpose::ChallengedPhone, &[]) as u64
}
