//! Identification by SMS: a list of what happened, read from the first event to the last for every
//! question.

/// What happened to a phone, in the order in which it did.
#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Sent(String),
    Tried,
    Accepted,
}

/// The answer to the owner of a phone: outcome, tries left, seconds to wait.
pub(crate) type Answer = (&'static str, Option<u32>, Option<i64>);

/// Everything that happened: the phone, when, and what.
#[derive(Clone, Debug, Default)]
pub(crate) struct Phones {
    events: Vec<(String, i64, What)>,
}

impl Phones {
    fn of<'s>(&'s self, phone: &'s str) -> impl Iterator<Item = &'s (String, i64, What)> {
        self.events.iter().filter(move |(whose, _, _)| whose == phone)
    }

    /// The instant that counts: never before a code was sent, or the phone identified.
    fn time(&self, phone: &str, at: i64) -> i64 {
        let known = self.of(phone).filter(|(_, _, what)| *what != What::Tried);
        known.map(|(_, when, _)| *when).chain([at]).max().expect("one at the least")
    }

    /// Whether a code may be sent, or in how many seconds.
    pub(crate) fn ask(&self, phone: &str, at: i64) -> Answer {
        let now = self.time(phone, at);
        let sent = self.of(phone).filter(|(_, _, what)| matches!(what, What::Sent(_)));
        let mut within: Vec<i64> =
            sent.map(|(_, when, _)| *when).filter(|when| *when > now - 3600).collect();
        within.sort_unstable();
        if within.len() < 3 {
            return ("sent", Some(3), None);
        }
        // The third last must be an hour old.
        ("limited", None, Some(within[within.len() - 3] + 3600 - now))
    }

    /// A code was sent.
    pub(crate) fn sent(&mut self, phone: &str, at: i64, code: &str) {
        let now = self.time(phone, at);
        self.events.push((phone.to_owned(), now, What::Sent(code.to_owned())));
    }

    /// Somebody types a code.
    pub(crate) fn answer(&mut self, phone: &str, typed: &str, at: i64) -> Answer {
        let now = self.time(phone, at);
        let mut newest = None;
        let (mut tries, mut accepted) = (0, false);
        for (_, when, what) in self.of(phone) {
            match what {
                What::Sent(code) => {
                    newest = Some((*when, code.clone()));
                    (tries, accepted) = (0, false);
                }
                What::Tried => tries += 1,
                What::Accepted => accepted = true,
            }
        }
        let Some((sent, code)) = newest.filter(|_| !accepted && tries < 3) else {
            return ("none", None, None);
        };
        if now >= sent + 300 {
            return (if now < sent + 3600 { "expired" } else { "none" }, None, None);
        }
        self.events.push((phone.to_owned(), now, What::Tried));
        let typed: String = typed.split_whitespace().collect();
        if typed != code {
            return ("wrong", Some(2 - tries), None);
        }
        self.events.push((phone.to_owned(), now, What::Accepted));
        ("accepted", None, None)
    }

    /// Whether the phone was identified less than so many seconds before.
    pub(crate) fn is_identified(&self, phone: &str, at: i64, within: i64) -> bool {
        let now = self.time(phone, at);
        let accepted = self.of(phone).filter(|(_, _, what)| *what == What::Accepted);
        accepted.into_iter().any(|(_, when, _)| now < when + within)
    }
}
