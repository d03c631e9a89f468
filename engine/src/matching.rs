//! Whether a registration coincides with a result, and if not, where it differs.

use crate::code::Code;
use crate::error::StoreError;
use crate::format::{ResultRow, Section};
use crate::identity::equivalence::equivalent;
use crate::intake::PersonKeys;
use crate::key::Purpose;
use crate::message::Message;
use crate::policy::Policy;
use crate::record::{Register, ResultKind, TestOutcome};
use crate::register::{Registration, ResultRecord};
use crate::row::Row;
use crate::stack::{OpenRegister, Whole};
use crate::standing::{Ground, Standing};
use crate::store::Snapshot;
use crate::time::Instant;
use crate::verdict::words;

words! {
    /// Who asks for a match.
    MatchRole {
        /// The person who filled in the form.
        Applicant = "applicant",
        /// A connected laboratory.
        Laboratory = "laboratory",
    }
}

words! {
    /// What a registration comes to, the first that holds.
    Outcome {
        /// A field cannot be read or is missing.
        Invalid = "invalid",
        /// A certificate is due.
        Issued = "issued",
        /// A result coincides, and none gives a certificate.
        NotEligible = "not_eligible",
        /// Nothing coincides, and the source that is named was not connected.
        SourceNotConnected = "source_not_connected",
        /// Nothing coincides.
        NoMatch = "no_match",
    }
}

words! {
    /// How a field of the form relates to the nearest result's.
    Relation {
        /// One side lacks it.
        Omitted = "omitted",
        /// The same under a known transliteration, or without diacritics.
        Equivalent = "equivalent",
        /// Another value.
        Contradicted = "contradicted",
    }
}

/// What became of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// The outcome.
    pub outcome: Outcome,
    /// The field at fault, of an invalid form.
    pub field: Option<&'static str>,
    /// Why, of an invalid form or a result that gives no certificate.
    pub reason: Option<&'static str>,
    /// Where the nearest result differs, as far as the role may know.
    pub differs: Vec<(&'static str, Relation)>,
    /// The certificate, once it is issued into a store.
    pub token: Option<Code>,
    /// The exclusive end of the certificate.
    pub valid_until: Option<Instant>,
    /// The result that a certificate is due on, while none is issued.
    pub(crate) due: Option<Due>,
}

/// A result on which a certificate is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) key: u128,
    pub(crate) at: Whole,
}

/// A result that gives a certificate.
struct Eligible {
    due: Due,
    row: ResultRow,
    until: Instant,
}

impl Matched {
    fn of(outcome: Outcome) -> Self {
        let differs = Vec::new();
        let (token, valid_until, due) = (None, None, None);
        Matched { outcome, field: None, reason: None, differs, token, valid_until, due }
    }

    /// What to do next, for the applicant.
    #[must_use]
    pub fn message(&self) -> Message {
        self.outcome.message(self.reason)
    }
}

impl Outcome {
    /// What to do next, for the applicant, where this came of that reason.
    #[must_use]
    pub fn message(self, reason: Option<&str>) -> Message {
        match (self, reason) {
            (Outcome::Issued, _) => Message::MatchIssued,
            (Outcome::Invalid, _) => Message::MatchInvalid,
            (Outcome::SourceNotConnected, _) | (_, Some("source_not_connected")) => {
                Message::MatchSourceNotConnected
            }
            (_, Some("not_reported_yet")) => Message::MatchNotReportedYet,
            (_, Some("withdrawn")) => Message::MatchWithdrawn,
            (_, Some("positive")) => Message::MatchPositive,
            (_, Some("inconclusive")) => Message::MatchInconclusive,
            (_, Some("expired")) => Message::MatchExpired,
            (_, Some("revoked")) => Message::MatchRevoked,
            (_, Some("suspended")) => Message::MatchSuspended,
            (Outcome::NotEligible | Outcome::NoMatch, _) => Message::MatchNone,
        }
    }
}

/// The keys of a form.
struct FormKeys {
    person: PersonKeys,
    document: u64,
    snils: u64,
    licence: u64,
}

impl Snapshot {
    /// Matches a row of `registrations` as of the instant when it was handed in, without issuing.
    ///
    /// # Errors
    /// When the store is damaged or a secret is missing; never for anything in the form.
    pub fn match_registration(
        &self,
        row: &Row<'_>,
        role: MatchRole,
        policy: &Policy,
    ) -> Result<Matched, StoreError> {
        let form = match Registration::read(row) {
            Ok(form) => form,
            Err(fault) => {
                let (field, reason) = (Some(fault.column), Some(fault.reason));
                return Ok(Matched { field, reason, ..Matched::of(Outcome::Invalid) });
            }
        };
        if let Some(results) = self.register(Register::Results) {
            let keys = FormKeys::new(results, &form)?;
            if let Some(matched) = self.coinciding(results, &form, &keys, policy)? {
                return Ok(matched);
            }
            if self.names_unconnected_source(&form) {
                return Ok(Matched::of(Outcome::SourceNotConnected));
            }
            let differs = nearest_differs(results, &form, &keys, role)?;
            return Ok(Matched { differs, ..Matched::of(Outcome::NoMatch) });
        }
        let unconnected = self.names_unconnected_source(&form);
        let outcome = if unconnected { Outcome::SourceNotConnected } else { Outcome::NoMatch };
        Ok(Matched::of(outcome))
    }

    /// What coinciding results come to; `None` without any.
    fn coinciding(
        &self,
        results: &OpenRegister,
        form: &Registration,
        keys: &FormKeys,
        policy: &Policy,
    ) -> Result<Option<Matched>, StoreError> {
        let mut eligible: Vec<Eligible> = Vec::new();
        let mut last: Option<(i64, &'static str)> = None;
        for (at, key) in results.posted(Section::PostingsA, keys.person.person)? {
            let result: ResultRow = results.item(Section::Rows, at)?;
            if !keys.agree(&result) {
                continue;
            }
            match self
                .eligible_until(&result, form.submitted_at, policy)
                .map_err(|reason| results.damaged(at.segment, Section::Rows, reason))?
            {
                Ok(until) => {
                    eligible.push(Eligible { due: Due { key, at }, row: result, until });
                }
                Err(reason) => {
                    let reported_at = result.reported_at.get();
                    if last.is_none_or(|(latest, _)| reported_at > latest) {
                        last = Some((reported_at, reason));
                    }
                }
            }
        }
        if !eligible.is_empty() {
            return self.given(eligible, form, policy).map(Some);
        }
        Ok(last.map(|(_, reason)| Matched {
            reason: Some(reason),
            ..Matched::of(Outcome::NotEligible)
        }))
    }

    /// The certificate that eligible results give: that of the one whose validity ends last, unless
    /// it was taken back.
    fn given(
        &self,
        mut eligible: Vec<Eligible>,
        form: &Registration,
        policy: &Policy,
    ) -> Result<Matched, StoreError> {
        eligible.sort_by_key(|each| (-each.until.unix(), -each.row.reported_at.get()));
        let mut taken_back = None;
        for Eligible { due, row, until } in eligible {
            let ground = Ground { key: due.key, row: &row, person: &form.person };
            let issued = Matched::of(Outcome::Issued);
            match self.standing(&ground, form.submitted_at, policy)? {
                Standing::None => {
                    let (due, valid_until) = (Some(due), Some(until));
                    return Ok(Matched { due, valid_until, ..issued });
                }
                Standing::Good { token, valid_until } => {
                    return Ok(Matched { token, valid_until: Some(valid_until), ..issued });
                }
                Standing::TakenBack(verdict) => {
                    taken_back = taken_back.or(Some(verdict.as_str()));
                }
            }
        }
        Ok(Matched { reason: taken_back, ..Matched::of(Outcome::NotEligible) })
    }

    /// The end of the certificate that a result gives, or the reason why it gives none; an error
    /// says what is damaged.
    pub(crate) fn eligible_until(
        &self,
        result: &ResultRow,
        at: Instant,
        policy: &Policy,
    ) -> Result<Result<Instant, &'static str>, &'static str> {
        let traits = result.traits.get();
        let kind = *ResultKind::ALL.get((traits & 3) as usize).ok_or("no such kind")?;
        let source = self.sources.get(result.source.get() as usize).ok_or("no such source")?;
        let (sampled_at, reported_at) = (
            Instant::from_unix(result.sampled_at.get()),
            Instant::from_unix(result.reported_at.get()),
        );
        let until = policy.certificate_until(kind, sampled_at, reported_at, at);
        let outcome = TestOutcome::ALL.get((traits >> 2 & 3) as usize);
        Ok(if at.unix() >= result.withdrawn_on.get() {
            Err("withdrawn")
        } else if reported_at > at {
            Err("not_reported_yet")
        } else if !source.connected_on(reported_at.date()) {
            Err("source_not_connected")
        } else if outcome == Some(&TestOutcome::Positive) {
            Err("positive")
        } else if outcome == Some(&TestOutcome::Inconclusive) {
            Err("inconclusive")
        } else if at >= until {
            Err("expired")
        } else {
            Ok(until)
        })
    }

    fn names_unconnected_source(&self, form: &Registration) -> bool {
        form.source_id.as_ref().is_some_and(|id| {
            let source = self.sources.iter().find(|source| source.source_id == *id);
            source.is_none_or(|source| !source.connected_on(form.submitted_at.date()))
        })
    }
}

impl FormKeys {
    fn new(results: &OpenRegister, form: &Registration) -> Result<Self, StoreError> {
        let keys = results.identity()?;
        let short = |purpose, value: &Option<String>| keys.short(purpose, value.as_deref());
        Ok(FormKeys {
            person: PersonKeys::new(keys, &form.person, &form.phone),
            document: short(Purpose::Document, &form.person.document),
            snils: short(Purpose::Snils, &form.person.snils),
            licence: short(Purpose::Licence, &form.work_licence),
        })
    }

    /// Whether document, SNILS and licence are equal where both sides have them, and at least one
    /// of document and SNILS is on both sides.
    fn agree(&self, result: &ResultRow) -> bool {
        let pairs = [
            (self.document, result.document.get()),
            (self.snils, result.snils.get()),
            (self.licence, result.licence.get()),
        ];
        let both = |(one, other): &(u64, u64)| *one != 0 && *other != 0;
        pairs.iter().filter(|pair| both(pair)).all(|(one, other)| one == other)
            && pairs[..2].iter().any(both)
    }
}

/// Where the nearest result differs: of the candidates the one with the fewest differing fields,
/// of several the one reported last. Protected persons' results are never candidates.
fn nearest_differs(
    results: &OpenRegister,
    form: &Registration,
    keys: &FormKeys,
    role: MatchRole,
) -> Result<Vec<(&'static str, Relation)>, StoreError> {
    let rows = |section, key| -> Result<Vec<Whole>, StoreError> {
        Ok(results.posted(section, key)?.into_iter().map(|(at, _)| at).collect())
    };
    let mut candidates = Vec::new();
    if let Some(document) = keys.person.document {
        candidates.extend(rows(Section::PostingsB, document)?);
    }
    candidates.extend(rows(Section::PostingsC, keys.person.phone_and_birth)?);
    candidates.extend(rows(Section::PostingsD, keys.person.names_and_birth)?);
    candidates.sort_unstable();
    candidates.dedup();
    let mut nearest: Option<(usize, i64, Vec<_>)> = None;
    for at in candidates {
        let result: ResultRow = results.item(Section::Rows, at)?;
        if result.traits.get() >> 4 & 1 == 1 {
            continue;
        }
        // Without the details nothing can be told apart, so nothing is told.
        let details = match results.details(at) {
            Err(StoreError::NoSecret { .. } | StoreError::NoDetails { .. }) => {
                return Ok(Vec::new());
            }
            details => details?,
        };
        let stored = ResultRecord::read(&details).map_err(|_| {
            results.damaged(at.segment, Section::DetailsAt, "details break the rules")
        })?;
        let differs = differing(form, &stored);
        let reported_at = result.reported_at.get();
        let nearer = |(fewest, last, _): &(usize, i64, Vec<_>)| {
            (differs.len(), -reported_at) < (*fewest, -*last)
        };
        if nearest.as_ref().is_none_or(nearer) {
            nearest = Some((differs.len(), reported_at, differs));
        }
    }
    let differs = nearest.map_or_else(Vec::new, |(_, _, differs)| differs);
    let same = |field| !differs.iter().any(|(name, _)| *name == field);
    let document_on_both = same("document") && form.person.document.is_some();
    let told = role == MatchRole::Laboratory
        || (same("phone") && (document_on_both || same("birth_date")));
    Ok(if told { differs } else { Vec::new() })
}

/// The fields that differ, in the order of the contract.
fn differing(form: &Registration, stored: &ResultRecord) -> Vec<(&'static str, Relation)> {
    let (one, other) = (&form.person, &stored.person);
    let birth = |date: Option<crate::time::Date>| date.map(|date| date.to_string());
    let always = [
        ("surname", one.surname.clone(), other.surname.clone()),
        ("first_name", one.first_name.clone(), other.first_name.clone()),
        ("patronymic", one.patronymic.clone(), other.patronymic.clone()),
        ("birth_date", birth(one.birth_date), birth(other.birth_date)),
        ("document", one.document.clone(), other.document.clone()),
        ("phone", Some(form.phone.clone()), Some(stored.phone.clone())),
    ];
    let where_both = [
        ("snils", one.snils.clone(), other.snils.clone()),
        ("work_licence", form.work_licence.clone(), stored.work_licence.clone()),
    ];
    let where_both =
        where_both.into_iter().filter(|(_, one, other)| one.is_some() && other.is_some());
    let differing = always.into_iter().chain(where_both).filter(|(_, one, other)| one != other);
    differing
        .map(|(field, one, other)| match (one, other) {
            (Some(one), Some(other)) if equivalent(&one, &other) => (field, Relation::Equivalent),
            (Some(_), Some(_)) => (field, Relation::Contradicted),
            _ => (field, Relation::Omitted),
        })
        .collect()
}
