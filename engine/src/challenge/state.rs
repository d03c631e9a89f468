//! The rules for one phone: how many codes it may be sent, and which one it may answer.

use super::{CODE_SECONDS, CODES_AN_HOUR, HOUR_SECONDS, KEPT_SECONDS, TRIES};
use crate::time::Instant;

/// What is known of one phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// When the last codes were sent, the oldest first; [`Instant::MIN`] where there were fewer.
    pub(super) sent: [Instant; CODES_AN_HOUR],
    /// The tag of the newest code; `None` once it was accepted.
    pub(super) code: Option<[u8; 32]>,
    /// How often the newest code was answered.
    pub(super) tries: u32,
    /// When the phone was last identified; [`Instant::MIN`] where it never was.
    pub(super) identified_at: Instant,
}

/// Whether there is a code to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Live {
    /// The tag of the code, and when it was sent.
    Code([u8; 32], Instant),
    /// Its time is over.
    Expired,
    /// None was sent, or it was accepted or tried too often.
    None,
}

impl State {
    /// Of a phone that nothing is known of.
    pub(super) const NEW: State = State {
        sent: [Instant::MIN; CODES_AN_HOUR],
        code: None,
        tries: 0,
        identified_at: Instant::MIN,
    };

    /// The phone's time never runs backward: an instant before the newest one that is known of it
    /// counts as that one.
    pub(super) fn now(&self, at: Instant) -> Instant {
        at.max(self.newest())
    }

    fn newest(&self) -> Instant {
        self.newest_sent().max(self.identified_at)
    }

    fn newest_sent(&self) -> Instant {
        self.sent[CODES_AN_HOUR - 1]
    }

    /// In how many seconds the next code may be sent; `None` for at once.
    pub(super) fn wait_seconds(&self, now: Instant) -> Option<i64> {
        // Of the last three codes the oldest says whether all three were sent within the hour.
        let free = self.sent[0].plus_seconds(HOUR_SECONDS);
        (self.sent[0] != Instant::MIN && now < free).then(|| free.unix().saturating_sub(now.unix()))
    }

    /// A new code replaces the one before.
    pub(super) fn send(&mut self, tag: [u8; 32], now: Instant) {
        self.sent.rotate_left(1);
        self.sent[CODES_AN_HOUR - 1] = now;
        self.code = Some(tag);
        self.tries = 0;
    }

    /// The code that may be answered.
    pub(super) fn live(&self, now: Instant) -> Live {
        let sent = self.newest_sent();
        let before = |seconds| now < sent.plus_seconds(seconds);
        match self.code.filter(|_| self.tries < TRIES) {
            Some(tag) if before(CODE_SECONDS) => Live::Code(tag, sent),
            Some(_) if before(HOUR_SECONDS) => Live::Expired,
            Some(_) | None => Live::None,
        }
    }

    /// The code came back: it is good once.
    pub(super) fn accept(&mut self, now: Instant) {
        self.code = None;
        self.identified_at = now;
    }

    /// Whether the phone was identified within the last so many seconds.
    pub(super) fn is_identified(&self, at: Instant, within_seconds: i64) -> bool {
        self.identified_at != Instant::MIN
            && self.now(at) < self.identified_at.plus_seconds(within_seconds)
    }

    /// Whether anything of it may still matter.
    pub(super) fn is_kept(&self, at: Instant) -> bool {
        at < self.newest().plus_seconds(KEPT_SECONDS)
    }

    /// Whether the rules lead to such a state: what a file holds may be anything.
    pub(super) fn is_possible(&self) -> bool {
        self.sent.is_sorted() && self.newest_sent() != Instant::MIN && self.tries <= TRIES
    }
}
