//! What coinciding results come to.

use core::cmp::Reverse;

use super::lookup::Coincidence;
use super::{Matched, Outcome};
use crate::error::StoreError;
use crate::format::{ResultRow, Section};
use crate::policy::Policy;
use crate::record::{ResultKind, TestOutcome};
use crate::register::Registration;
use crate::row::Row;
use crate::stack::OpenRegister;
use crate::standing::{Ground, Standing};
use crate::store::Snapshot;
use crate::time::Instant;

/// Why a coinciding result gives no certificate, in the order in which reasons win.
const REASONS: [&str; 6] = [
    "withdrawn",
    "not_reported_yet",
    "source_not_connected",
    "positive",
    "inconclusive",
    "expired",
];

/// Judges the results that coincide with forms.
pub(super) struct Judge<'a> {
    snapshot: &'a Snapshot,
    results: &'a OpenRegister,
    policy: &'a Policy,
    /// The ends of the certificates that results of a form give, and the places of the results.
    eligible: Vec<(Instant, usize)>,
}

impl<'a> Judge<'a> {
    /// Of the results of a snapshot.
    pub(super) fn new(
        snapshot: &'a Snapshot,
        results: &'a OpenRegister,
        policy: &'a Policy,
    ) -> Self {
        Judge { snapshot, results, policy, eligible: Vec::new() }
    }

    /// What the results that coincide with a form come to; `None` without any.
    pub(super) fn of(
        &mut self,
        form: &Row<'_>,
        submitted_at: Instant,
        coincidences: &[Coincidence],
    ) -> Result<Option<Matched>, StoreError> {
        self.eligible.clear();
        // The result that was reported last; of several the reason that wins, wherever they stand.
        let mut last: Option<(i64, Reverse<usize>)> = None;
        for (place, Coincidence { at, result, .. }) in coincidences.iter().enumerate() {
            match self
                .snapshot
                .eligible_until(result, submitted_at, self.policy)
                .map_err(|reason| self.results.damaged(at.segment, Section::Rows, reason))?
            {
                Ok(until) => self.eligible.push((until, place)),
                Err(reason) => last = last.max(Some((result.reported_at.get(), Reverse(reason)))),
            }
        }
        if !self.eligible.is_empty() {
            return self.given(form, submitted_at, coincidences).map(Some);
        }
        Ok(last.map(|(_, Reverse(reason))| Matched {
            reason: Some(REASONS[reason]),
            ..Matched::of(Outcome::NotEligible)
        }))
    }

    /// The certificate that eligible results give: that of the one whose validity ends last, unless
    /// it was taken back.
    fn given(
        &mut self,
        form: &Row<'_>,
        submitted_at: Instant,
        coincidences: &[Coincidence],
    ) -> Result<Matched, StoreError> {
        self.sort_eligible(coincidences)?;
        let mut taken_back = None;
        for (until, place) in &self.eligible {
            let coincidence = &coincidences[*place];
            let issued = Matched::of(Outcome::Issued);
            match self.standing(form, submitted_at, coincidence)? {
                Standing::None => {
                    let (due, valid_until) = (Some(coincidence.at), Some(*until));
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

    /// Puts first whose validity ends last, of several the one that was reported last; of several of
    /// those always the same one, wherever they stand.
    fn sort_eligible(&mut self, coincidences: &[Coincidence]) -> Result<(), StoreError> {
        if self.eligible.len() < 2 {
            return Ok(());
        }
        let order = |(until, place): (Instant, usize)| -> Result<_, StoreError> {
            let Coincidence { at, result, .. } = &coincidences[place];
            let reported_at = Reverse(result.reported_at.get());
            Ok(((Reverse(until), reported_at, self.results.key(*at)?), (until, place)))
        };
        let mut ordered: Vec<_> = self.eligible.drain(..).map(order).collect::<Result<_, _>>()?;
        ordered.sort_unstable_by_key(|(order, _)| *order);
        self.eligible.extend(ordered.into_iter().map(|(_, eligible)| eligible));
        Ok(())
    }

    /// The certificate that stands on a result that coincides with a form.
    fn standing(
        &self,
        form: &Row<'_>,
        submitted_at: Instant,
        coincidence: &Coincidence,
    ) -> Result<Standing, StoreError> {
        if coincidence.certificates.is_empty() {
            return Ok(Standing::None);
        }
        // It was read before, so there is nothing wrong with it.
        let Ok(form) = Registration::read(form) else { return Ok(Standing::None) };
        let ground = Ground { row: &coincidence.result, person: &form.person };
        let certificates = coincidence.certificates.iter().copied();
        self.snapshot.standing_among(certificates, &ground, submitted_at, self.policy)
    }
}

impl Snapshot {
    /// The end of the certificate that a result gives, or the place of the reason why it gives none;
    /// an error says what is damaged.
    pub(crate) fn eligible_until(
        &self,
        result: &ResultRow,
        at: Instant,
        policy: &Policy,
    ) -> Result<Result<Instant, usize>, &'static str> {
        let traits = result.traits.get();
        let kind = *ResultKind::ALL.get((traits & 3) as usize).ok_or("no such kind")?;
        let source = self.sources.get(result.source.get() as usize).ok_or("no such source")?;
        let (sampled_at, reported_at) = (
            Instant::from_unix(result.sampled_at.get()),
            Instant::from_unix(result.reported_at.get()),
        );
        let until = policy.certificate_until(kind, sampled_at, reported_at, at);
        let outcome = TestOutcome::ALL.get((traits >> 2 & 3) as usize);
        let holding = [
            at.unix() >= result.withdrawn_on.get(),
            reported_at > at,
            !source.connected_on(reported_at.date()),
            outcome == Some(&TestOutcome::Positive),
            outcome == Some(&TestOutcome::Inconclusive),
            at >= until,
        ];
        Ok(holding.iter().position(|holds| *holds).map_or(Ok(until), Err))
    }
}
