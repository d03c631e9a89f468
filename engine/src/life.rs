//! A record's time of use and statuses: what a verdict follows from.

use crate::format::{ColdRow, STATUS_REMOVED};
use crate::policy::Policy;
use crate::record::Status;
use crate::table::{Entry, State};
use crate::time::Instant;
use crate::verdict::{Notice, Verdict};

/// The time of use and statuses of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    /// The number of its subtype, 1 to 3.
    pub subtype: u8,
    pub valid_from: Instant,
    pub valid_until: Instant,
    /// `None` for a record that was removed.
    pub status: Option<Status>,
    /// From when the status holds.
    pub status_on: Instant,
    /// From when the result behind a certificate is withdrawn.
    pub result_withdrawn_on: Instant,
    /// The key of the card that replaced this one, 0 if none.
    pub replaced_by: u128,
}

impl Life {
    /// The hot entry, and the cold row where the entry does not say it all.
    pub(crate) fn pack(&self) -> (Entry, Option<ColdRow>) {
        let beginning = self.status_on == Instant::MIN;
        let state = match self.status {
            Some(Status::Active) => State::Active,
            Some(Status::Revoked) if beginning => State::Revoked,
            Some(Status::Suspended) if beginning => State::Suspended,
            _ => State::Cold,
        };
        let fits = Entry::fits(self.valid_from, self.valid_until);
        let hot = fits && self.result_withdrawn_on == Instant::MAX;
        let state = if hot { state } else { State::Cold };
        let cold = (state == State::Cold).then(|| ColdRow {
            row: 0.into(),
            status: self.status.map_or(STATUS_REMOVED, |status| status as u32).into(),
            valid_from: self.valid_from.unix().into(),
            valid_until: self.valid_until.unix().into(),
            status_on: self.status_on.unix().into(),
            result_withdrawn_on: self.result_withdrawn_on.unix().into(),
            replaced_by: self.replaced_by.into(),
        });
        let (subtype, valid_from, valid_until) = (self.subtype, self.valid_from, self.valid_until);
        (Entry { subtype, state, valid_from, valid_until }, cold)
    }

    /// The life that a hot entry says; `None` where a cold row does.
    pub(crate) fn of_entry(entry: &Entry) -> Option<Self> {
        let status = match entry.state {
            State::Active => Status::Active,
            State::Revoked => Status::Revoked,
            State::Suspended => Status::Suspended,
            State::Cold => return None,
        };
        Some(Life {
            subtype: entry.subtype,
            valid_from: entry.valid_from,
            valid_until: entry.valid_until,
            status: Some(status),
            status_on: Instant::MIN,
            result_withdrawn_on: Instant::MAX,
            replaced_by: 0,
        })
    }

    /// The life that a cold row says; `None` for a status that no writer wrote.
    pub(crate) fn of_cold(subtype: u8, cold: &ColdRow) -> Option<Self> {
        let status = match cold.status.get() {
            STATUS_REMOVED => None,
            number => Some(*Status::ALL.get(number as usize)?),
        };
        Some(Life {
            subtype,
            valid_from: Instant::from_unix(cold.valid_from.get()),
            valid_until: Instant::from_unix(cold.valid_until.get()),
            status,
            status_on: Instant::from_unix(cold.status_on.get()),
            result_withdrawn_on: Instant::from_unix(cold.result_withdrawn_on.get()),
            replaced_by: cold.replaced_by.get(),
        })
    }

    /// The first of unknown, withdrawn, not yet valid, expired and valid that holds.
    pub(crate) fn judge(&self, at: Instant, policy: &Policy) -> (Verdict, Option<Notice>) {
        let Some(status) = self.status else { return (Verdict::Unknown, None) };
        if at >= self.result_withdrawn_on {
            return (Verdict::Revoked, None);
        }
        let mut notice = None;
        if at >= self.status_on {
            match status {
                Status::Active => {}
                Status::Withdrawn | Status::Revoked => return (Verdict::Revoked, None),
                Status::Suspended => return (Verdict::Suspended, None),
                Status::Lost => return (Verdict::ReportedLost, None),
                Status::Replaced => return (Verdict::Replaced, None),
                Status::Damaged | Status::DetailsChanged => {
                    if at >= policy.replacement_until(self.status_on) {
                        return (Verdict::ReplacementOverdue, None);
                    }
                    notice = Some(Notice::ReplacementDue);
                }
            }
        }
        if at < self.valid_from {
            (Verdict::NotYetValid, None)
        } else if at >= self.valid_until {
            (Verdict::Expired, None)
        } else {
            (Verdict::Valid, notice)
        }
    }
}
