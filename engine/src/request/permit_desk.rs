//! The desk where permits are asked for: rules, quota, codes, and the store that they go into.

use std::sync::Arc;

use rayon::prelude::*;

use crate::code::Code;
use crate::desk::{Desk, Issued};
use crate::error::StoreError;
use crate::identity::document;
use crate::intake::week_key;
use crate::key::{CodeCipher, IdentityKeys, Purpose};
use crate::policy::Policy;
use crate::record::{Group, Issuer, Register, Status};
use crate::request::answer::Answer;
use crate::request::asked::{Asked, FORM, Field};
use crate::request::check::{self, Decision, Due};
use crate::request::codes::{self, Source};
use crate::request::mistake::{Mistake, Reason};
use crate::request::quota::{Held, Place, Quota};
use crate::request::repair::{Repaired, repair};
use crate::request::repeat::{self, Landed, Latch, Repeats};
use crate::row::{PERMITS, Row, RowFault};
use crate::store::Snapshot;
use crate::time::Instant;
use crate::verdict::Subtype;
use crate::writer::{Writer, need};

/// A request as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// When.
    pub received_at: Instant,
    /// What it says.
    pub content: Content<'a>,
}

/// What a request says.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// The text of an SMS.
    Message(&'a str),
    /// A form on the web, or one that an operator filled in at the telephone.
    Form(&'a Asked<'a>),
}

/// Answers requests, and issues permits into the living store. Any number of threads use it at
/// once.
pub struct PermitDesk {
    desk: Desk,
    issuer: Issuer,
    cipher: CodeCipher,
    identity: IdentityKeys,
    quota: Quota,
    repeats: Repeats,
    source: Box<Source>,
}

/// A permit on its way into the store.
struct Flight<'d, 'a> {
    desk: &'d PermitDesk,
    due: Due<'a>,
    row: Row<'static>,
    code: Code,
    week: Option<u128>,
    repeat_key: u128,
    latch: Arc<Latch>,
    landed: Landed,
}

/// What becomes of a request before anything is written.
enum Admission<'d, 'a> {
    Answered(Answer),
    Flies(Box<Flight<'d, 'a>>),
    Same(Box<Same<'a>>),
}

/// What was asked for before: its latch tells what came of it.
struct Same<'a> {
    due: Due<'a>,
    repeat_key: u128,
    latch: Arc<Latch>,
}

impl PermitDesk {
    /// A desk on a store.
    ///
    /// # Errors
    /// When a secret of the permits is missing.
    pub fn new(writer: Arc<Writer>, issuer: Issuer) -> Result<Self, StoreError> {
        PermitDesk::with_source(writer, issuer, codes::secure())
    }

    pub(crate) fn with_source(
        writer: Arc<Writer>,
        issuer: Issuer,
        source: Box<Source>,
    ) -> Result<Self, StoreError> {
        let secrets = writer.keys.group(Group::Permits);
        let code = need(Group::Permits, "code", secrets.code.as_ref())?;
        let identity = need(Group::Permits, "identity", secrets.identity.as_ref())?;
        Ok(PermitDesk {
            cipher: CodeCipher::new(code, Register::Permits),
            identity: IdentityKeys::new(identity),
            desk: Desk::new(writer, Register::Permits),
            issuer,
            quota: Quota::default(),
            repeats: Repeats::default(),
            source,
        })
    }

    /// The writer of the store that permits go into.
    #[must_use]
    pub fn writer(&self) -> &Arc<Writer> {
        self.desk.writer()
    }

    /// Answers requests, in their order. A permit is durable, and every reader sees it, when this
    /// returns; calls from many threads share one publish. The same request within ten minutes gets
    /// the same permit; after a restart those of type 3 alone are known, by their quota.
    ///
    /// # Errors
    /// When the store cannot be read or written: then no permit is issued, but where the very last
    /// sync failed some may be; each request can be made again.
    pub fn answer(
        &self,
        requests: &[Request<'_>],
        now: Instant,
    ) -> Result<Vec<Answer>, StoreError> {
        let policy = &self.writer().policy;
        let judged: Vec<_> = requests.par_iter().map(|each| judge(each, policy)).collect();
        let mut admissions = Vec::with_capacity(judged.len());
        for (request, judged) in requests.iter().zip(judged) {
            admissions.push(match judged {
                Err(answer) => Admission::Answered(answer),
                Ok(due) => self.admit(due, request.received_at)?,
            });
        }
        let mut flights: Vec<&mut Flight<'_, '_>> = Vec::new();
        for admission in &mut admissions {
            if let Admission::Flies(flight) = admission {
                flights.push(flight);
            }
        }
        let refused = self.fly(flights, now)?;
        let mut refused = refused.into_iter();
        let told: Vec<_> = admissions
            .into_iter()
            .map(|admission| match admission {
                Admission::Answered(answer) => Ok(answer),
                Admission::Same(same) => Err(same),
                Admission::Flies(flight) => Ok(match refused.next().flatten() {
                    Some(fault) => Answer::refused(mistake_of(fault), None, policy),
                    None => Answer::issued(&flight.due, flight.code),
                }),
            })
            .collect();
        // Only now, when nobody waits for what is done here any more.
        let waited = requests.iter().zip(told).map(|(request, told)| match told {
            Ok(answer) => Ok(answer),
            Err(same) => self.same(request, &same, now),
        });
        waited.collect()
    }

    /// Gives a permit its place and its code.
    fn admit<'a>(
        &self,
        due: Due<'a>,
        received_at: Instant,
    ) -> Result<Admission<'_, 'a>, StoreError> {
        let repeat_key = self.repeat_key(&due);
        let latch = match self.repeats.begin(repeat_key, received_at) {
            Ok(latch) => latch,
            Err(latch) => return Ok(Admission::Same(Box::new(Same { due, repeat_key, latch }))),
        };
        // From here on the flight ends for others too, however it ends.
        let mut flight = Flight {
            desk: self,
            row: self.row(&due, received_at),
            due,
            code: codes::draw(&self.source, due.valid_to).inspect_err(|_| {
                self.repeats.forget(repeat_key, &latch);
                latch.set(Landed::Failed);
            })?,
            week: None,
            repeat_key,
            latch,
            landed: Landed::Failed,
        };
        if let Some(answer) = self.take_place(&mut flight, received_at)? {
            return Ok(Admission::Answered(answer));
        }
        Ok(Admission::Flies(Box::new(flight)))
    }

    /// Takes a place of the week where the type needs one; an answer where that ends it.
    fn take_place(
        &self,
        flight: &mut Flight<'_, '_>,
        received_at: Instant,
    ) -> Result<Option<Answer>, StoreError> {
        let due = &flight.due;
        let (series, number) =
            (due.asked.value(Field::DocSeries), due.asked.value(Field::DocNumber));
        let document = document::canonical(Some(series), Some(number)).ok().flatten();
        let Some(document) = document.filter(|_| due.subtype == Subtype::Other) else {
            return Ok(None);
        };
        let policy = &self.writer().policy;
        let week = week_key(&self.identity, &document, due.valid_from);
        let place = self.quota.take(
            week,
            self.cipher.key(flight.code.bytes),
            policy.other_a_week_max,
            received_at,
            || self.writer().snapshot(),
            |snapshot, held| issued_before(snapshot, held, &flight.row),
        )?;
        match place {
            Place::Taken => {
                flight.week = Some(week);
                Ok(None)
            }
            Place::None => Ok(Some(Answer::over_quota(due.valid_from, policy))),
            Place::Other(code) => {
                flight.landed = Landed::Issued(code);
                Ok(Some(Answer::issued(&flight.due, code)))
            }
        }
    }

    /// Issues what flies, under new codes where one is taken. Answers for each what its register
    /// found wrong with it.
    fn fly(
        &self,
        mut flights: Vec<&mut Flight<'_, '_>>,
        now: Instant,
    ) -> Result<Vec<Option<RowFault>>, StoreError> {
        let mut faults = vec![None; flights.len()];
        let mut places: Vec<usize> = (0..flights.len()).collect();
        while !places.is_empty() {
            let rows = places.iter().map(|place| {
                let flight = &mut flights[*place];
                flight.row.set("code", flight.code.canonical());
                flight.row.clone()
            });
            let issued = self.desk.issue(rows.collect(), now)?;
            let mut again = Vec::new();
            for (place, issued) in places.into_iter().zip(issued) {
                match issued {
                    Issued::Done { .. } => flights[place].land(),
                    Issued::Refused(fault) => faults[place] = Some(fault),
                    // Two rows are the same only with the same code: then one of them is new.
                    Issued::Taken | Issued::Same => {
                        flights[place].draw_again()?;
                        again.push(place);
                    }
                }
            }
            places = again;
        }
        Ok(faults)
    }

    /// The answer to a request that was made before: what that one got, unless it is gone.
    fn same(
        &self,
        request: &Request<'_>,
        same: &Same<'_>,
        now: Instant,
    ) -> Result<Answer, StoreError> {
        if let Landed::Issued(code) = same.latch.wait()
            && self.holds(code)?
        {
            return Ok(Answer::issued(&same.due, code));
        }
        self.repeats.forget(same.repeat_key, &same.latch);
        let mut answers = self.answer(&[*request], now)?;
        Ok(answers.remove(0))
    }

    /// Whether the store holds a permit that nobody took back.
    fn holds(&self, code: Code) -> Result<bool, StoreError> {
        let snapshot = self.writer().snapshot();
        let Some(permits) = snapshot.register(Register::Permits) else { return Ok(false) };
        let Some((hit, _)) = permits.find_exact(self.cipher.key(code.bytes))? else {
            return Ok(false);
        };
        Ok(permits.life(&hit)?.status == Some(Status::Active))
    }

    /// The same for all requests that ask for the same.
    fn repeat_key(&self, due: &Due<'_>) -> u128 {
        let (from, to) = (due.valid_from.to_string(), due.valid_to.to_string());
        let mut fields = vec![Some(from.as_str()), Some(to.as_str())];
        let asked = FORM.iter().filter(|field| !matches!(field, Field::Phone | Field::TravelDate));
        fields.extend(asked.map(|field| Some(due.asked.value(*field))));
        self.identity.key(Purpose::Request, &fields)
    }

    /// The row of a permit, without its code.
    fn row(&self, due: &Due<'_>, received_at: Instant) -> Row<'static> {
        let mut row = Row::empty(&PERMITS);
        for field in FORM {
            // What has no column, such as the phone, is not kept.
            row.set(field.as_str(), due.asked.value(*field).to_owned());
        }
        row.set("issuer", self.issuer.as_str());
        row.set("issued_at", received_at.to_string());
        row.set("valid_from", due.valid_from.to_string());
        row.set("valid_to", due.valid_to.to_string());
        row
    }
}

/// The permit that is due, or the answer where none is.
fn judge<'a>(request: &Request<'a>, policy: &Policy) -> Result<Due<'a>, Answer> {
    let at = request.received_at;
    let decided = match request.content {
        Content::Message(text) => check::read_message(text, at, policy),
        Content::Form(asked) => check::read_form(*asked, at, policy),
    };
    match (decided, request.content) {
        (Ok(Decision::Issue(due)), _) => Ok(due),
        (Ok(Decision::NotRequired), _) => Err(Answer::not_required(policy)),
        (Err(mistake), Content::Form(_)) => Err(Answer::refused(mistake, None, policy)),
        (Err(mistake), Content::Message(text)) => Err(match repair(text, at, policy) {
            Repaired::Corrected(text) => Answer::refused(mistake, Some(text), policy),
            Repaired::NotRequired => Answer::not_required(policy),
            Repaired::Refused(other) => Answer::refused(other, None, policy),
            Repaired::Unclear => Answer::refused(mistake, None, policy),
        }),
    }
}

/// The permit of the week that the same request got, as far as the store can tell.
fn issued_before(
    snapshot: &Snapshot,
    held: &[Held],
    row: &Row<'_>,
) -> Result<Option<Code>, StoreError> {
    let Some(permits) = snapshot.register(Register::Permits) else { return Ok(None) };
    for each in held.iter().filter(|each| !each.revoked) {
        let issued = match permits.details(each.at) {
            Err(StoreError::NoDetails { .. } | StoreError::NoSecret { .. }) => continue,
            issued => issued?,
        };
        if repeat::is_same(&issued, row) {
            return permits.code(each.key).map(Some);
        }
    }
    Ok(None)
}

/// What a register's fault is called to applicants.
fn mistake_of(fault: RowFault) -> Mistake {
    Mistake {
        field: Field::parse(fault.column).unwrap_or(Field::Text),
        reason: Reason::parse(fault.reason).unwrap_or(Reason::Length),
    }
}

impl Flight<'_, '_> {
    fn land(&mut self) {
        self.landed = Landed::Issued(self.code);
    }

    fn draw_again(&mut self) -> Result<(), StoreError> {
        let code = codes::draw(&self.desk.source, self.due.valid_to)?;
        if let Some(week) = self.week {
            let key = |code: Code| self.desk.cipher.key(code.bytes);
            self.desk.quota.exchange(week, key(self.code), key(code));
        }
        self.code = code;
        Ok(())
    }
}

impl Drop for Flight<'_, '_> {
    fn drop(&mut self) {
        if let Some(week) = self.week {
            self.desk.quota.release(week, self.desk.cipher.key(self.code.bytes));
        }
        if self.landed == Landed::Failed {
            self.desk.repeats.forget(self.repeat_key, &self.latch);
        }
        self.latch.set(self.landed);
    }
}

#[cfg(test)]
#[path = "permit_desk_tests.rs"]
mod tests;
