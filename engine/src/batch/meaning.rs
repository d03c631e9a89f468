//! What a glance at a line means, as an answer.

use crate::hot::{ABSENT, Glance, MEANINGS, parts};
use crate::stack::{register_of, subtype};
use crate::table::State;
use crate::time::Instant;
use crate::verdict::{Kind, Verdict};
use crate::verify::{Judged, What};

/// What each [`Glance::meaning`] is, by kind.
pub(super) static MEANING_OF: [[What; MEANINGS]; Kind::ALL.len()] =
    [meanings(Kind::Permit), meanings(Kind::Certificate), meanings(Kind::Card)];

/// A code that is not known.
pub(super) const UNKNOWN: Judged = Judged::unknown(Kind::Permit);

/// What a glance says.
#[inline(always)]
pub(super) fn judge(kind: Kind, glance: &Glance) -> Judged {
    Judged {
        what: MEANING_OF[kind as usize][glance.meaning % MEANINGS],
        from: Instant::from_unix(glance.from),
        until: Instant::from_unix(glance.until),
    }
}

const fn meanings(kind: Kind) -> [What; MEANINGS] {
    let mut all = [Judged::unknown(kind).what; MEANINGS];
    let mut meaning = 0;
    while meaning < MEANINGS {
        let (state, number, ended, before) = parts(meaning);
        if number != 0 && meaning != ABSENT {
            all[meaning].verdict = if state == State::Revoked as usize {
                Verdict::Revoked
            } else if state == State::Suspended as usize {
                Verdict::Suspended
            } else if before {
                Verdict::NotYetValid
            } else if ended {
                Verdict::Expired
            } else {
                Verdict::Valid
            };
            all[meaning].subtype = subtype(register_of(kind), number);
        }
        meaning += 1;
    }
    all
}
