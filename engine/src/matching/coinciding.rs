//! What coinciding results come to.

use super::lookup::Coincidence;
use super::{Matched, Outcome};
use crate::error::StoreError;
use crate::format::{ResultRow, Section};
use crate::policy::Policy;
use crate::record::{ResultKind, TestOutcome};
use crate::stack::OpenRegister;
use crate::store::Snapshot;
use crate::time::Instant;

/// Why a coinciding result gives no certificate, in the order in which reasons win.
const REASONS: [&str; 6] =
    ["withdrawn", "not_reported_yet", "source_not_connected", "positive", "inconclusive", "expired"];

/// What results are judged by.
pub(super) struct Coinciding<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) results: &'a OpenRegister,
    pub(super) policy: &'a Policy,
}

impl Coinciding<'_> {
    /// What the results that coincide with a form come to; `None` without any.
    pub(super) fn of(
        &self,
        submitted_at: Instant,
        coincidences: &[Coincidence],
    ) -> Result<Option<Matched>, StoreError> {
        let mut valid_until: Option<Instant> = None;
        // The result that was reported last; of several the reason that wins, wherever they stand.
        let mut last: Option<(i64, core::cmp::Reverse<usize>)> = None;
        for Coincidence { at, result, .. } in coincidences {
            match self
                .eligible_until(result, submitted_at)
                .map_err(|reason| self.results.damaged(at.segment, Section::Rows, reason))?
            {
                Ok(until) => valid_until = valid_until.max(Some(until)),
                Err(reason) => {
                    let reported = (result.reported_at.get(), core::cmp::Reverse(reason));
                    last = last.max(Some(reported));
                }
            }
        }
        Ok(if valid_until.is_some() {
            Some(Matched { valid_until, ..Matched::of(Outcome::Issued) })
        } else {
            last.map(|(_, reason)| Matched {
                reason: Some(REASONS[reason.0]),
                ..Matched::of(Outcome::NotEligible)
            })
        })
    }

    /// The end of the certificate that a result gives, or the place of the reason why it gives none;
    /// an error says what is damaged.
    fn eligible_until(
        &self,
        result: &ResultRow,
        at: Instant,
    ) -> Result<Result<Instant, usize>, &'static str> {
        let traits = result.traits.get();
        let kind = *ResultKind::ALL.get((traits & 3) as usize).ok_or("no such kind")?;
        let sources = &self.snapshot.sources;
        let source = sources.get(result.source.get() as usize).ok_or("no such source")?;
        let (sampled_at, reported_at) = (
            Instant::from_unix(result.sampled_at.get()),
            Instant::from_unix(result.reported_at.get()),
        );
        let until = self.policy.certificate_until(kind, sampled_at, reported_at, at);
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
