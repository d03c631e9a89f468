//! Is this code good, at this instant, for this person?

use zerocopy::FromBytes as _;

use crate::code::{self, Code};
use crate::disclosure::{Disclosed, disclose};
use crate::error::StoreError;
use crate::format::{CertificateRow, ColdRow, HolderRow, Section};
use crate::identity::{birth_date, document, name};
use crate::intake::{result_kind, subtype};
use crate::key::{CodeBlock, Purpose};
use crate::policy::Policy;
use crate::postings;
use crate::record::{Register, Status};
use crate::store::{OpenRegister, Snapshot};
use crate::table::{Found, State};
use crate::time::Instant;
use crate::verdict::{CodeFault, Kind, Notice, Role, Subtype, Verdict};

/// How many look-ups are in flight in a batch.
const BLOCK: usize = 64;

/// The verdict on one code, without anything of its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
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
    /// From when to when (exclusive) a known code is valid.
    pub validity: Option<(Instant, Instant)>,
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

impl Judged {
    fn malformed(reason: CodeFault) -> Self {
        let reason = Some(reason);
        Judged { reason, kind: None, ..Judged::unknown(Kind::Permit).with(Verdict::Malformed) }
    }

    fn unknown(kind: Kind) -> Self {
        Judged {
            verdict: Verdict::Unknown,
            kind: Some(kind),
            subtype: None,
            reason: None,
            notice: None,
            validity: None,
        }
    }

    fn with(self, verdict: Verdict) -> Self {
        Judged { verdict, ..self }
    }
}

/// A record's time of use and statuses, unpacked.
struct Life {
    valid_from: Instant,
    valid_until: Instant,
    status: Status,
    status_on: Instant,
    result_withdrawn_on: Instant,
}

/// The first of withdrawn, not yet valid, expired and valid that holds.
fn judge(life: &Life, at: Instant, policy: &Policy) -> (Verdict, Option<Notice>) {
    let mut notice = None;
    if at >= life.result_withdrawn_on {
        return (Verdict::Revoked, None);
    }
    if at >= life.status_on {
        match life.status {
            Status::Active => {}
            Status::Withdrawn | Status::Revoked => return (Verdict::Revoked, None),
            Status::Suspended => return (Verdict::Suspended, None),
            Status::Lost => return (Verdict::ReportedLost, None),
            Status::Replaced => return (Verdict::Replaced, None),
            Status::Damaged | Status::DetailsChanged => {
                if at >= policy.replacement_until(life.status_on) {
                    return (Verdict::ReplacementOverdue, None);
                }
                notice = Some(Notice::ReplacementDue);
            }
        }
    }
    if at < life.valid_from {
        (Verdict::NotYetValid, None)
    } else if at >= life.valid_until {
        (Verdict::Expired, None)
    } else {
        (Verdict::Valid, notice)
    }
}

/// The register that holds a kind of code.
fn register_of(kind: Kind) -> Register {
    match kind {
        Kind::Permit => Register::Permits,
        Kind::Certificate => Register::Certificates,
        Kind::Card => Register::Cards,
    }
}

fn kind_of(register: Register) -> Kind {
    match register {
        Register::Permits => Kind::Permit,
        Register::Cards => Kind::Card,
        _ => Kind::Certificate,
    }
}

impl OpenRegister {
    /// Judges what was found, from its hot entry alone where that is enough.
    #[inline]
    pub(crate) fn judge(
        &self,
        found: &Found,
        at: Instant,
        policy: &Policy,
    ) -> Result<Judged, StoreError> {
        let header = self.segment.header();
        let settled = header.policy_fingerprint.get() == policy.fingerprint()
            && at.unix() >= header.settled_from.get();
        let register = self.register();
        let entry = &found.entry;
        if entry.state == State::Cold || !(settled || register == Register::Permits) {
            return self.judge_cold(found, at, policy);
        }
        let verdict = match entry.state {
            State::Revoked => Verdict::Revoked,
            State::Suspended => Verdict::Suspended,
            _ if at < entry.valid_from => Verdict::NotYetValid,
            _ if at >= entry.valid_until => Verdict::Expired,
            _ => Verdict::Valid,
        };
        Ok(Judged {
            verdict,
            kind: Some(kind_of(register)),
            subtype: subtype(register, entry.subtype),
            reason: None,
            notice: None,
            validity: Some((entry.valid_from, entry.valid_until)),
        })
    }

    #[cold]
    fn judge_cold(
        &self,
        found: &Found,
        at: Instant,
        policy: &Policy,
    ) -> Result<Judged, StoreError> {
        let life = self.life_by_rules_of(found, at, policy)?;
        let (verdict, notice) = judge(&life, at, policy);
        let register = self.register();
        Ok(Judged {
            verdict,
            kind: Some(kind_of(register)),
            subtype: subtype(register, found.entry.subtype),
            reason: None,
            notice,
            validity: Some((life.valid_from, life.valid_until)),
        })
    }

    /// The verdict at `at` under the rules that were in force at `rules_at`.
    pub(crate) fn judge_by_rules_of(
        &self,
        found: &Found,
        rules_at: Instant,
        at: Instant,
        policy: &Policy,
    ) -> Result<Verdict, StoreError> {
        Ok(judge(&self.life_by_rules_of(found, rules_at, policy)?, at, policy).0)
    }

    fn life_by_rules_of(
        &self,
        found: &Found,
        rules_at: Instant,
        policy: &Policy,
    ) -> Result<Life, StoreError> {
        let register = self.register();
        let row = self.segment.row(found)?;
        let mut life = self.life(found, row)?;
        if register == Register::Certificates {
            let times: CertificateRow = self.segment.item(Section::Rows, row)?;
            let sampled_at = Instant::from_unix(times.sampled_at.get());
            let reported_at = Instant::from_unix(times.reported_at.get());
            let kind = result_kind(u32::from(found.entry.subtype) - 1);
            let kind = kind.ok_or_else(|| self.segment.damaged(Section::Lines, "no such kind"))?;
            life.valid_until = policy.certificate_until(kind, sampled_at, reported_at, rules_at);
        } else if register == Register::Cards {
            life.valid_until = policy.card_until(life.valid_from.date(), rules_at);
        }
        Ok(life)
    }

    fn life(&self, found: &Found, row: usize) -> Result<Life, StoreError> {
        let entry = &found.entry;
        let status = match entry.state {
            State::Active => Status::Active,
            State::Revoked => Status::Revoked,
            State::Suspended => Status::Suspended,
            State::Cold => return self.cold_life(row),
        };
        Ok(Life {
            valid_from: entry.valid_from,
            valid_until: entry.valid_until,
            status,
            status_on: Instant::MIN,
            result_withdrawn_on: Instant::MAX,
        })
    }

    fn cold_life(&self, row: usize) -> Result<Life, StoreError> {
        let count = self.segment.section_bytes(Section::Cold) / size_of::<ColdRow>();
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low + (high - low) / 2;
            let cold: ColdRow = self.segment.item(Section::Cold, middle)?;
            if (cold.row.get() as usize) < row { low = middle + 1 } else { high = middle }
        }
        let damaged = |reason| self.segment.damaged(Section::Cold, reason);
        let cold: ColdRow = self.segment.item(Section::Cold, low)?;
        if cold.row.get() as usize != row {
            return Err(damaged("a row is missing"));
        }
        let status = Status::ALL.get(cold.status.get() as usize);
        Ok(Life {
            valid_from: Instant::from_unix(cold.valid_from.get()),
            valid_until: Instant::from_unix(cold.valid_until.get()),
            status: *status.ok_or_else(|| damaged("no such status"))?,
            status_on: Instant::from_unix(cold.status_on.get()),
            result_withdrawn_on: Instant::from_unix(cold.result_withdrawn_on.get()),
        })
    }

    /// Whether everything that was shown is the record's.
    fn holder_matches(&self, row: usize, shown: &Shown<'_>) -> Result<bool, StoreError> {
        let keys = self.identity()?;
        let holder: HolderRow = self.segment.item(Section::Holders, row)?;
        let equal = |purpose, known: u64, shown: Option<Option<String>>| {
            shown.is_some_and(|text| keys.short(purpose, text.as_deref()) == known)
        };
        // What cannot be read is not equal; an empty patronymic is an absent one.
        let name = |text| name::canonical(text).ok().map(Some);
        let number = |text| document::canonical(None, Some(text)).ok().filter(Option::is_some);
        let birth = |text| birth_date::canonical(text).ok().map(|date| Some(date.to_string()));
        let patronymic = |text| name::patronymic(Some(text)).ok();
        let all = [
            shown.document.map(|t| equal(Purpose::Document, holder.document.get(), number(t))),
            shown.surname.map(|t| equal(Purpose::Surname, holder.surname.get(), name(t))),
            shown.first_name.map(|t| equal(Purpose::FirstName, holder.first_name.get(), name(t))),
            shown
                .patronymic
                .map(|t| equal(Purpose::Patronymic, holder.patronymic.get(), patronymic(t))),
            shown.birth_date.map(|t| equal(Purpose::BirthDate, holder.birth_date.get(), birth(t))),
        ];
        Ok(all.into_iter().flatten().all(|same| same))
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
    /// When the store is damaged or a secret is missing; never for anything that a holder presents.
    pub fn verify(&self, query: &Query<'_>, policy: &Policy) -> Result<Answer, StoreError> {
        let code = match code::decode(query.code, &policy.certificate_hosts) {
            Ok(code) => code,
            Err(reason) => return Ok(Answer { judged: Judged::malformed(reason), holder: None }),
        };
        let unknown = Answer { judged: Judged::unknown(code.kind), holder: None };
        let Some(open) = self.register(register_of(code.kind)) else { return Ok(unknown) };
        let key = open.cipher()?.key(code.bytes);
        let Some(found) = open.segment.find(key)? else { return Ok(unknown) };
        let row = open.segment.row(&found)?;
        if open.segment.key(row)? != key {
            return Ok(unknown);
        }
        self.answer(open, &found, row, query, policy)
    }

    fn answer(
        &self,
        open: &OpenRegister,
        found: &Found,
        row: usize,
        query: &Query<'_>,
        policy: &Policy,
    ) -> Result<Answer, StoreError> {
        let mut judged = open.judge(found, query.at, policy)?;
        if judged.verdict == Verdict::Valid
            && !query.shown.is_empty()
            && !open.holder_matches(row, &query.shown)?
        {
            judged = Judged { notice: None, ..judged.with(Verdict::HolderMismatch) };
        }
        let discloses =
            matches!(judged.verdict, Verdict::Valid | Verdict::NotYetValid | Verdict::Expired);
        let asks = match query.role {
            Role::Status => false,
            Role::Taxi => judged.kind == Some(Kind::Permit) && query.destination.is_some(),
            Role::Venue | Role::Official => true,
        };
        let holder = if discloses && asks {
            disclose(&open.details(row)?, query.role, query.destination)
        } else {
            None
        };
        Ok(Answer { judged, holder })
    }

    /// Judges many codes as of one instant, in input order, into `verdicts` (cleared first).
    /// Many look-ups are in flight at once. A known code is told by its tag of 56 bits;
    /// [`Snapshot::verify`] compares the whole key.
    ///
    /// # Errors
    /// When the store is damaged or a secret is missing.
    pub fn verify_batch<C: AsRef<[u8]>>(
        &self,
        codes: &[C],
        at: Instant,
        policy: &Policy,
        verdicts: &mut Vec<Judged>,
    ) -> Result<(), StoreError> {
        verdicts.clear();
        verdicts.reserve(codes.len());
        let mut blocks = codes.chunks(BLOCK).map(|codes| self.begin_block(codes, policy));
        let Some(mut ahead) = blocks.next().transpose()? else { return Ok(()) };
        for next in blocks {
            // The next block's lines are on their way while this one is judged.
            let current = std::mem::replace(&mut ahead, next?);
            self.finish_block(&current, at, policy, verdicts)?;
        }
        self.finish_block(&ahead, at, policy, verdicts)
    }

    /// Decodes, keys and prefetches a block.
    #[inline]
    fn begin_block<C: AsRef<[u8]>>(
        &self,
        codes: &[C],
        policy: &Policy,
    ) -> Result<InFlight, StoreError> {
        let mut block = InFlight {
            count: codes.len(),
            lanes: [Lane::Malformed(CodeFault::Empty); BLOCK],
            keys: [CodeBlock::default(); BLOCK],
        };
        let mut only = None;
        let mut mixed = false;
        for (index, text) in codes.iter().enumerate() {
            match code::decode(text.as_ref(), &policy.certificate_hosts) {
                Err(reason) => block.lanes[index] = Lane::Malformed(reason),
                Ok(Code { kind, bytes }) => {
                    mixed |= *only.get_or_insert(kind) != kind;
                    block.lanes[index] = Lane::Code(kind);
                    block.keys[index] = bytes.into();
                }
            }
        }
        match only {
            Some(kind) if !mixed => self.key_all(&mut block, kind)?,
            _ => self.key_each(&mut block)?,
        }
        for (lane, key) in block.lanes[..block.count].iter().zip(&block.keys) {
            if let Lane::Code(kind) = lane
                && let Some(open) = self.register(register_of(*kind))
            {
                open.segment.prefetch_key(u128::from_le_bytes((*key).into()));
            }
        }
        Ok(block)
    }

    /// One kind only: all blocks through the cipher at once.
    fn key_all(&self, block: &mut InFlight, kind: Kind) -> Result<(), StoreError> {
        if let Some(open) = self.register(register_of(kind)) {
            open.cipher()?.encrypt(&mut block.keys[..block.count]);
        }
        Ok(())
    }

    fn key_each(&self, block: &mut InFlight) -> Result<(), StoreError> {
        for (lane, key) in block.lanes[..block.count].iter().zip(&mut block.keys) {
            if let Lane::Code(kind) = lane
                && let Some(open) = self.register(register_of(*kind))
            {
                open.cipher()?.encrypt(core::slice::from_mut(key));
            }
        }
        Ok(())
    }

    #[inline]
    fn finish_block(
        &self,
        block: &InFlight,
        at: Instant,
        policy: &Policy,
        verdicts: &mut Vec<Judged>,
    ) -> Result<(), StoreError> {
        for (lane, key) in block.lanes[..block.count].iter().zip(&block.keys) {
            verdicts.push(match lane {
                Lane::Malformed(reason) => Judged::malformed(*reason),
                Lane::Code(kind) => match self.register(register_of(*kind)) {
                    None => Judged::unknown(*kind),
                    Some(open) => match open.segment.find(u128::from_le_bytes((*key).into()))? {
                        None => Judged::unknown(*kind),
                        Some(found) => open.judge(&found, at, policy)?,
                    },
                },
            });
        }
        Ok(())
    }

    /// The verdict of the best permit that names a plate or transport card: valid before not yet
    /// valid before the rest, then the latest end. What cannot be read is named by no permit.
    ///
    /// # Errors
    /// When the store is damaged or a secret is missing.
    pub fn verify_carrier(
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
        let mut best: Option<(u8, Instant, Answer)> = None;
        for row in postings::rows(&open.segment, section, key)? {
            let found = open.segment.find(open.segment.key(row as usize)?)?;
            let found = found.ok_or_else(|| open.segment.damaged(section, "no such permit"))?;
            let answer = self.answer(open, &found, row as usize, query, policy)?;
            let rank = match answer.judged.verdict {
                Verdict::Valid => 2,
                Verdict::NotYetValid => 1,
                _ => 0,
            };
            let until = answer.judged.validity.map_or(Instant::MIN, |(_, until)| until);
            if best.as_ref().is_none_or(|(r, u, _)| (rank, until) > (*r, *u)) {
                best = Some((rank, until, answer));
            }
        }
        Ok(best.map_or(unknown, |(_, _, answer)| answer))
    }
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

/// A block of look-ups whose lines were asked for.
struct InFlight {
    count: usize,
    lanes: [Lane; BLOCK],
    keys: [CodeBlock; BLOCK],
}

#[derive(Clone, Copy)]
enum Lane {
    Malformed(CodeFault),
    Code(Kind),
}

/// Every entry of a register's hot lines, in the order of rows.
pub(crate) fn entries(open: &OpenRegister) -> Result<impl Iterator<Item = Found> + '_, StoreError> {
    let bytes = open.segment.section(Section::Lines)?;
    let lines = <[crate::format::Line]>::ref_from_bytes(bytes)
        .map_err(|_| open.segment.damaged(Section::Lines, "its length is no multiple"))?;
    let places = lines.iter().enumerate().flat_map(|(line, read)| {
        (0..crate::format::LINE_ENTRIES).map(move |place| Found {
            entry: crate::table::Entry::unpack(read.ends[place].get(), read.spans[place].get()),
            line,
            place,
        })
    });
    Ok(places.filter(|found| found.entry.subtype != 0))
}
