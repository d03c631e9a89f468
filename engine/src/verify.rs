//! Is this code good, at this instant, for this person?

use core::cmp::Reverse;
use core::ops::Deref;

use crate::audit::{AuditEvent, AuditLog, Entry};
use crate::code;
use crate::disclosure::{Disclosed, disclose};
use crate::error::StoreError;
use crate::format::{HolderRow, Section};
use crate::identity::{birth_date, document, name};
use crate::key::Purpose;
use crate::message::Message;
use crate::policy::Policy;
use crate::record::Register;
use crate::stack::{Hit, OpenRegister, Whole, kind_of, register_of, subtype};
use crate::store::Snapshot;
use crate::table::State;
use crate::time::Instant;
use crate::verdict::{CodeFault, Kind, Notice, Role, Subtype, Verdict};

/// The verdict on one code, without anything of its holder: what [`What`] says, and the validity.
///
/// 24 bytes, so that a batch of them stays near the processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Judged {
    pub(crate) what: What,
    /// Of an unknown or malformed code both are the beginning of 1970, so that equal answers are equal.
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

/// A verdict with what belongs to it. A [`Judged`] is read as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(8))]
pub struct What {
    /// The answer.
    pub verdict: Verdict,
    /// The kind, unless malformed.
    pub kind: Option<Kind>,
    /// The subtype of known permits and certificates.
    pub subtype: Option<Subtype>,
    /// Why a code is malformed.
    pub reason: Option<CodeFault>,
    /// What the holder must do.
    pub notice: Option<Notice>,
}

/// What a holder showed; what is `None` was not shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown<'a> {
    /// Series and number of a document.
    pub document: Option<&'a str>,
    /// The surname.
    pub surname: Option<&'a str>,
    /// The first name.
    pub first_name: Option<&'a str>,
    /// The patronymic.
    pub patronymic: Option<&'a str>,
    /// The date of birth.
    pub birth_date: Option<&'a str>,
}

/// One question.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The code as it was read, of any kind.
    pub code: &'a [u8],
    /// As of when.
    pub at: Instant,
    /// Who asks.
    pub role: Role,
    /// What the holder showed.
    pub shown: Shown<'a>,
    /// Where a taxi is asked to go.
    pub destination: Option<&'a str>,
}

impl<'a> Query<'a> {
    /// A question of a turnstile.
    #[must_use]
    pub fn new(code: &'a [u8], at: Instant) -> Self {
        let shown = Shown::default();
        Query { code, at, role: Role::Status, shown, destination: None }
    }
}

/// An answer with what its role may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The verdict.
    pub judged: Judged,
    /// Of the holder.
    pub holder: Option<Disclosed>,
}

/// By what else than its code a permit is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// A number plate.
    Plate,
    /// A Troika card.
    Troika,
    /// A Strelka card.
    Strelka,
}

impl What {
    const fn new(verdict: Verdict, kind: Kind) -> Self {
        What { verdict, kind: Some(kind), subtype: None, reason: None, notice: None }
    }
}

impl Deref for Judged {
    type Target = What;

    #[inline]
    fn deref(&self) -> &What {
        &self.what
    }
}

impl Judged {
    const fn without_validity(what: What) -> Self {
        Judged { what, from: Instant::from_unix(0), until: Instant::from_unix(0) }
    }

    pub(crate) const fn malformed(reason: CodeFault) -> Self {
        let what = What::new(Verdict::Malformed, Kind::Permit);
        Judged::without_validity(What { reason: Some(reason), kind: None, ..what })
    }

    pub(crate) const fn unknown(kind: Kind) -> Self {
        Judged::without_validity(What::new(Verdict::Unknown, kind))
    }

    /// From when to when (exclusive) a known code is valid.
    #[must_use]
    pub const fn validity(&self) -> Option<(Instant, Instant)> {
        match self.what.verdict {
            Verdict::Unknown | Verdict::Malformed => None,
            _ => Some((self.from, self.until)),
        }
    }

    /// What the holder of the code is told.
    #[must_use]
    pub const fn message(&self) -> Message {
        Message::of_verdict(self.what.verdict, self.what.reason, self.what.notice)
    }

    /// The same where the code was looked up by a number plate or transport card.
    #[must_use]
    pub const fn message_by_carrier(&self) -> Message {
        match self.what.verdict {
            Verdict::Unknown => Message::VerdictUnknownCarrier,
            _ => self.message(),
        }
    }
}

impl OpenRegister {
    /// Judges a hit, from its hot entry alone where that is enough.
    #[inline]
    pub(crate) fn judge(
        &self,
        hit: &Hit,
        at: Instant,
        policy: &Policy,
    ) -> Result<Judged, StoreError> {
        let entry = &hit.found.entry;
        if entry.state == State::Cold || !self.segments()[hit.segment].is_settled(at, policy) {
            return self.judge_cold(hit, at, policy);
        }
        let verdict = match entry.state {
            State::Revoked => Verdict::Revoked,
            State::Suspended => Verdict::Suspended,
            _ if at < entry.valid_from => Verdict::NotYetValid,
            _ if at >= entry.valid_until => Verdict::Expired,
            _ => Verdict::Valid,
        };
        let what = What::new(verdict, kind_of(self.register()));
        Ok(Judged {
            what: What { subtype: subtype(self.register(), entry.subtype), ..what },
            from: entry.valid_from,
            until: entry.valid_until,
        })
    }

    #[cold]
    fn judge_cold(&self, hit: &Hit, at: Instant, policy: &Policy) -> Result<Judged, StoreError> {
        let open = &self.segments()[hit.segment];
        let life = open.life_by_rules_of(&hit.found, at, policy)?;
        let register = self.register();
        if life.status.is_none() {
            return Ok(Judged::unknown(kind_of(register)));
        }
        let (verdict, notice) = life.judge(at, policy);
        let subtype = subtype(register, life.subtype);
        Ok(Judged {
            what: What { subtype, notice, ..What::new(verdict, kind_of(register)) },
            from: life.valid_from,
            until: life.valid_until,
        })
    }

    /// Whether everything that was shown is the record's.
    fn holder_matches(&self, at: Whole, shown: &Shown<'_>) -> Result<bool, StoreError> {
        let keys = self.identity()?;
        let holder: HolderRow = self.item(Section::Holders, at)?;
        let equal = |purpose, known: [u8; 3], shown: Option<Option<String>>| {
            shown.is_some_and(|text| keys.brief(purpose, text.as_deref()) == known)
        };
        let known_document = |shown: Option<Option<String>>| {
            let short = |text: Option<String>| keys.short(Purpose::Document, text.as_deref());
            shown.is_some_and(|text| short(text) == holder.document.get())
        };
        // What cannot be read is not equal; an empty patronymic is an absent one.
        let name = |text| name::canonical(text).ok().map(Some);
        let number = |text| document::canonical(None, Some(text)).ok().filter(Option::is_some);
        let birth = |text| birth_date::canonical(text).ok().map(|date| Some(date.to_string()));
        let patronymic = |text| name::patronymic(Some(text)).ok();
        let all = [
            shown.document.map(|t| known_document(number(t))),
            shown.surname.map(|t| equal(Purpose::Surname, holder.surname, name(t))),
            shown.first_name.map(|t| equal(Purpose::FirstName, holder.first_name, name(t))),
            shown.patronymic.map(|t| equal(Purpose::Patronymic, holder.patronymic, patronymic(t))),
            shown.birth_date.map(|t| equal(Purpose::BirthDate, holder.birth_date, birth(t))),
        ];
        Ok(all.into_iter().flatten().all(|same| same))
    }
}

impl OpenRegister {
    /// The answer for a key that was found.
    fn answer(
        &self,
        hit: &Hit,
        key: u128,
        query: &Query<'_>,
        policy: &Policy,
    ) -> Result<Answer, StoreError> {
        let mut judged = self.judge(hit, query.at, policy)?;
        let discloses =
            matches!(judged.verdict, Verdict::Valid | Verdict::NotYetValid | Verdict::Expired);
        let asks = match query.role {
            Role::Status => false,
            Role::Taxi => judged.kind == Some(Kind::Permit) && query.destination.is_some(),
            Role::Venue | Role::Official => true,
        };
        let shows = judged.verdict == Verdict::Valid && !query.shown.is_empty();
        if !(shows || (discloses && asks)) {
            return Ok(Answer { judged, holder: None });
        }
        let whole = self.whole(key)?.ok_or_else(|| {
            self.damaged(hit.segment, Section::Keys, "no whole record stands beneath")
        })?;
        if shows && !self.holder_matches(whole, &query.shown)? {
            judged.what = What { verdict: Verdict::HolderMismatch, notice: None, ..judged.what };
            return Ok(Answer { judged, holder: None });
        }
        let holder = if discloses && asks {
            let life = self.life(hit)?;
            disclose(&self.current_row(whole, Some(&life))?, query.role, query.destination)
        } else {
            None
        };
        Ok(Answer { judged, holder })
    }
}

impl Shown<'_> {
    fn is_empty(&self) -> bool {
        let fields =
            [self.document, self.surname, self.first_name, self.patronymic, self.birth_date];
        fields.iter().all(Option::is_none)
    }
}

impl Snapshot {
    /// Answers one question. The code's whole key is compared, not only its tag.
    ///
    /// # Errors
    /// When the store is damaged or a secret is missing, or an official asks, see
    /// [`Snapshot::verify_for_official`]; never for anything that a holder presents.
    pub fn verify(&self, query: &Query<'_>, policy: &Policy) -> Result<Answer, StoreError> {
        audited(query)?;
        self.answer_code(query, policy)
    }

    fn answer_code(&self, query: &Query<'_>, policy: &Policy) -> Result<Answer, StoreError> {
        let code = match code::decode(query.code, &policy.certificate_hosts) {
            Ok(code) => code,
            Err(reason) => return Ok(Answer { judged: Judged::malformed(reason), holder: None }),
        };
        let unknown = Answer { judged: Judged::unknown(code.kind), holder: None };
        let Some(open) = self.register(register_of(code.kind)) else { return Ok(unknown) };
        let key = open.cipher()?.key(code.bytes);
        let Some((hit, _)) = open.find_exact(key)? else { return Ok(unknown) };
        open.answer(&hit, key, query, policy)
    }

    /// The verdict of the best permit that names a plate or transport card: valid before not yet
    /// valid before the rest, then the latest end, then the smallest code. What cannot be read is
    /// named by no permit.
    ///
    /// # Errors
    /// As [`Snapshot::verify`].
    pub fn verify_carrier(
        &self,
        carrier: Carrier,
        query: &Query<'_>,
        policy: &Policy,
    ) -> Result<Answer, StoreError> {
        audited(query)?;
        self.answer_carrier(carrier, query, policy)
    }

    /// Answers one question of an official, by code or by carrier. Where it discloses what a record
    /// holds, the audit log says so, durably, before this returns.
    ///
    /// # Errors
    /// As [`Snapshot::verify`]; when the log cannot be written, nothing is disclosed.
    pub fn verify_for_official(
        &self,
        carrier: Option<Carrier>,
        query: &Query<'_>,
        policy: &Policy,
        log: &mut AuditLog,
        now: Instant,
    ) -> Result<Answer, StoreError> {
        let query = Query { role: Role::Official, ..*query };
        let answer = match carrier {
            None => self.answer_code(&query, policy)?,
            Some(carrier) => self.answer_carrier(carrier, &query, policy)?,
        };
        if answer.holder.is_some() {
            log.append(&[Entry {
                at: now,
                event: AuditEvent::Disclosure,
                register: answer.judged.kind.map(register_of),
                group: None,
                generation: Some(self.generation()),
                rows: Some(1),
            }])?;
        }
        Ok(answer)
    }

    fn answer_carrier(
        &self,
        carrier: Carrier,
        query: &Query<'_>,
        policy: &Policy,
    ) -> Result<Answer, StoreError> {
        let unknown = Answer { judged: Judged::unknown(Kind::Permit), holder: None };
        let (section, purpose, canonical) = carrier.look_up(query.code);
        let Some((open, canonical)) = self.register(Register::Permits).zip(canonical) else {
            return Ok(unknown);
        };
        let key = open.identity()?.key(purpose, &[Some(&canonical)]);
        let mut best: Option<(Rank, Answer)> = None;
        for (at, key) in open.posted(section, key)? {
            let (hit, _) = open
                .find_exact(key)?
                .ok_or_else(|| open.damaged(at.segment, section, "no such permit"))?;
            let answer = open.answer(&hit, key, query, policy)?;
            let rank = Rank::new(&answer.judged, open.cipher()?.bytes(key));
            if best.as_ref().is_none_or(|(other, _)| rank > *other) {
                best = Some((rank, answer));
            }
        }
        Ok(best.map_or(unknown, |(_, answer)| answer))
    }
}

/// Of several permits the one of the highest rank is answered for.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    verdict: u8,
    until: Instant,
    /// The order of rows follows the secrets: without this, stores with the same permits would
    /// answer differently.
    code: Reverse<[u8; 16]>,
}

impl Rank {
    fn new(judged: &Judged, code: [u8; 16]) -> Self {
        let verdict = match judged.verdict {
            Verdict::Valid => 2,
            Verdict::NotYetValid => 1,
            _ => 0,
        };
        let until = judged.validity().map_or(Instant::MIN, |(_, until)| until);
        Rank { verdict, until, code: Reverse(code) }
    }
}

/// What officials are told is noted.
fn audited(query: &Query<'_>) -> Result<(), StoreError> {
    if query.role == Role::Official { Err(StoreError::Unaudited) } else { Ok(()) }
}

impl Carrier {
    fn look_up(self, text: &[u8]) -> (Section, Purpose, Option<String>) {
        use crate::identity::{plate, transport};
        let text = core::str::from_utf8(text).ok();
        let read = |form: fn(&str) -> Result<String, &'static str>| text.and_then(|t| form(t).ok());
        match self {
            Carrier::Plate => (Section::PostingsA, Purpose::Plate, read(plate::canonical)),
            Carrier::Troika => (Section::PostingsB, Purpose::Troika, read(transport::troika)),
            Carrier::Strelka => (Section::PostingsC, Purpose::Strelka, read(transport::strelka)),
        }
    }
}
