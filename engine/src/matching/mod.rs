//! Whether a registration coincides with a result, and if not, where it differs.

mod coinciding;
mod diagnosis;
mod disclosure;
mod form;
mod lookup;
mod plain;
mod told;

use core::borrow::Borrow;

use crate::code::Code;
use crate::error::StoreError;
use crate::identity::transliteration::Explanation;
use crate::key::Begun;
use crate::message::Message;
use crate::policy::Policy;
use crate::record::Register;
use crate::register::Registration;
use crate::row::{Row, RowFault};
use crate::stack::{OpenRegister, Whole};
use crate::store::Snapshot;
use crate::time::Instant;
use crate::verdict::words;
use coinciding::Judge;
use form::Form;
use lookup::{Coincidence, Lookup, Searches};

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
    /// What makes equivalent fields so, for the laboratory alone.
    pub regimes: Vec<(&'static str, Explanation)>,
    /// The certificate, once it is issued into a store.
    pub token: Option<Code>,
    /// The exclusive end of the certificate.
    pub valid_until: Option<Instant>,
    /// The result that a certificate is due on, while none is issued.
    pub(crate) due: Option<Whole>,
}

impl Matched {
    fn of(outcome: Outcome) -> Self {
        let (differs, regimes) = (Vec::new(), Vec::new());
        let (field, reason) = (None, None);
        let (token, valid_until, due) = (None, None, None);
        Matched { outcome, field, reason, differs, regimes, token, valid_until, due }
    }

    /// Of a form in which something is wrong.
    #[must_use]
    pub fn invalid(fault: RowFault) -> Self {
        let (field, reason) = (Some(fault.column), Some(fault.reason));
        Matched { field, reason, ..Matched::of(Outcome::Invalid) }
    }

    /// What to do next, for the applicant; [`Matched::told`] also names the fields.
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

/// Forms that are looked up together: enough that the memory of one comes while the others are worked on.
const GROUP: usize = 64;

/// Forms of a group, and the results of their persons.
struct Group<'g, R> {
    rows: &'g [R],
    forms: Vec<Result<Form, RowFault>>,
    /// The places of the forms that could be read.
    places: Vec<usize>,
    searches: Searches,
    /// Results, with the places of the forms.
    found: Vec<(usize, Whole)>,
}

impl<'g, R> Group<'g, R> {
    /// Without forms yet, of which there will be so many in all.
    fn new(all: &'g [R]) -> Self {
        let size = GROUP.min(all.len());
        let (forms, places) = (Vec::with_capacity(size), Vec::with_capacity(size));
        Group { rows: &[], forms, places, searches: Searches::default(), found: Vec::new() }
    }

    /// Reads forms, in the place of those before, and begins to search for the results of their persons.
    fn read<'r, 'k>(&mut self, rows: &'g [R], lookup: &mut Lookup<'k>, persons: &mut Begun<'k>)
    where
        R: Borrow<Row<'r>>,
    {
        self.rows = rows;
        self.forms.clear();
        self.places.clear();
        persons.truncate(0);
        for (place, row) in rows.iter().enumerate() {
            let form = Form::read(row.borrow(), lookup.keys(), persons);
            self.places.extend(form.is_ok().then_some(place));
            self.forms.push(form);
        }
        lookup.begin(&self.places, persons, &mut self.searches);
    }
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
        let mut matched = Vec::with_capacity(1);
        self.match_registrations(core::slice::from_ref(row), role, policy, &mut matched)?;
        // A row has an answer; without one it would have been an error.
        Ok(matched.pop().unwrap_or_else(|| Matched::of(Outcome::NoMatch)))
    }

    /// Matches many rows, as [`Snapshot::match_registration`] does each; the answers take the place
    /// of what `matched` held, in the order of the rows.
    ///
    /// # Errors
    /// When the store is damaged or a secret is missing; never for anything in a form.
    pub fn match_registrations<'r>(
        &self,
        rows: &[impl Borrow<Row<'r>>],
        role: MatchRole,
        policy: &Policy,
        matched: &mut Vec<Matched>,
    ) -> Result<(), StoreError> {
        matched.clear();
        matched.reserve(rows.len());
        let Some(results) = self.register(Register::Results) else {
            matched.extend(rows.iter().map(|row| match Registration::read(row.borrow()) {
                Ok(form) => self.unmatched(&form),
                Err(fault) => Matched::invalid(fault),
            }));
            return Ok(());
        };
        let mut lookup = Lookup::new(results, self.register(Register::Certificates))?;
        let mut judge = Judge::new(self, results, policy);
        let mut persons = Begun::default();
        let [mut current, mut next] = [Group::new(rows), Group::new(rows)];
        let mut groups = rows.chunks(GROUP);
        current.read(groups.next().unwrap_or_default(), &mut lookup, &mut persons);
        lookup.finish(&mut current.searches, &mut current.found)?;
        // Two groups are under way, and while the memory of one comes the other is worked on: results
        // while the next forms are read, the directory while the results are, and then the postings.
        while !current.rows.is_empty() {
            next.read(groups.next().unwrap_or_default(), &mut lookup, &mut persons);
            lookup.compare(&current.forms, &current.found)?;
            lookup.step(&mut next.searches)?;
            let coincidences = lookup.coincidences();
            self.judge_group(&current, coincidences, role, results, &mut judge, matched)?;
            lookup.finish(&mut next.searches, &mut next.found)?;
            core::mem::swap(&mut current, &mut next);
        }
        Ok(())
    }

    /// Says what the forms of a group come to, behind the answers to others.
    fn judge_group<'r>(
        &self,
        group: &Group<'_, impl Borrow<Row<'r>>>,
        mut coincidences: &[Coincidence],
        role: MatchRole,
        results: &OpenRegister,
        judge: &mut Judge<'_>,
        matched: &mut Vec<Matched>,
    ) -> Result<(), StoreError> {
        let (mut failed, mut failed_at) = (Vec::new(), Vec::new());
        for (place, (form, row)) in group.forms.iter().zip(group.rows).enumerate() {
            let row = row.borrow();
            let own = coincidences.partition_point(|coincidence| coincidence.form == place);
            let (of_form, others) = coincidences.split_at(own);
            coincidences = others;
            matched.push(match form {
                Err(fault) => Matched::invalid(*fault),
                Ok(form) => match judge.of(row, form.submitted_at(), of_form)? {
                    Some(matched) => matched,
                    None => match Registration::read(row) {
                        Err(fault) => Matched::invalid(fault),
                        Ok(form) => {
                            let unmatched = self.unmatched(&form);
                            if unmatched.outcome == Outcome::NoMatch {
                                failed_at.push(matched.len());
                                failed.push(form);
                            }
                            unmatched
                        }
                    },
                },
            });
        }
        let differing = diagnosis::nearest(results, &failed, role)?;
        for (at, differs) in failed_at.into_iter().zip(differing) {
            disclosure::tell(&mut matched[at], &differs, role);
        }
        Ok(())
    }

    /// What a form comes to with which nothing coincides, without what differs.
    fn unmatched(&self, form: &Registration) -> Matched {
        let names_unconnected_source = form.source_id.as_ref().is_some_and(|id| {
            let source = self.sources.iter().find(|source| source.source_id == *id);
            source.is_none_or(|source| !source.connected_on(form.submitted_at.date()))
        });
        Matched::of(if names_unconnected_source {
            Outcome::SourceNotConnected
        } else {
            Outcome::NoMatch
        })
    }
}
