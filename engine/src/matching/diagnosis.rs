//! Where the nearest result differs from a form with which nothing coincides.

use super::disclosure::may_be_told_of;
use super::{MatchRole, Relation};
use crate::error::StoreError;
use crate::format::{ResultRow, Section};
use crate::identity::transliteration::{Explanation, explain};
use crate::intake::PersonKeys;
use crate::register::{Registration, ResultRecord};
use crate::stack::{OpenRegister, Whole};

/// A field that differs: how, and what makes it equivalent if it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    place: usize,
    pub(super) relation: Relation,
    pub(super) explanation: Option<Explanation>,
}

/// The fields that may differ, in the order of the contract; the last two only where both sides have
/// them.
const FIELDS: [&str; 8] = [
    "surname",
    "first_name",
    "patronymic",
    "birth_date",
    "document",
    "phone",
    "snils",
    "work_licence",
];
/// How many fields differ also where one side lacks them.
const ALWAYS: usize = 6;

impl Difference {
    /// The name of the field.
    pub(super) fn field(&self) -> &'static str {
        FIELDS[self.place]
    }
}

/// Where the nearest result differs that the role may be told of: the one with the fewest differing
/// fields, of several the one reported last; of several of those the first in the order of fields and
/// relations, so that the answer does not hang on where a row stands. Protected persons' results are
/// never candidates.
pub(super) fn nearest(
    results: &OpenRegister,
    form: &Registration,
    role: MatchRole,
) -> Result<Vec<Difference>, StoreError> {
    let mut nearest: Option<(usize, core::cmp::Reverse<i64>, Vec<Difference>)> = None;
    for at in candidates(results, form, role)? {
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
        if !may_be_told_of(role, form, &stored) {
            continue;
        }
        let differs = differing(form, &stored);
        let reported_at = core::cmp::Reverse(result.reported_at.get());
        let candidate = (differs.len(), reported_at, differs);
        if nearest.as_ref().is_none_or(|nearest| candidate < *nearest) {
            nearest = Some(candidate);
        }
    }
    Ok(nearest.map_or_else(Vec::new, |(_, _, differs)| differs))
}

/// The rows that share the document, or phone and birth date, or all three names and birth date. An
/// applicant is told of none that the first two do not find, so the third is not asked for one.
fn candidates(
    results: &OpenRegister,
    form: &Registration,
    role: MatchRole,
) -> Result<Vec<Whole>, StoreError> {
    let keys = PersonKeys::new(results.identity()?, &form.person, &form.phone);
    let by_names = (role == MatchRole::Laboratory).then_some(keys.names_and_birth);
    let mut candidates = Vec::new();
    for (section, key) in [
        (Section::PostingsB, keys.document),
        (Section::PostingsC, Some(keys.phone_and_birth)),
        (Section::PostingsD, by_names),
    ] {
        let Some(key) = key else { continue };
        candidates.extend(results.posted(section, key)?.into_iter().map(|(at, _)| at));
    }
    candidates.sort_unstable();
    candidates.dedup();
    Ok(candidates)
}

/// The fields that differ, in the order of the contract.
fn differing(form: &Registration, stored: &ResultRecord) -> Vec<Difference> {
    let (one, other) = (&form.person, &stored.person);
    let birth = |date: Option<crate::time::Date>| date.map(|date| date.to_string());
    let (born, other_born) = (birth(one.birth_date), birth(other.birth_date));
    let pairs = [
        (one.surname.as_deref(), other.surname.as_deref()),
        (one.first_name.as_deref(), other.first_name.as_deref()),
        (one.patronymic.as_deref(), other.patronymic.as_deref()),
        (born.as_deref(), other_born.as_deref()),
        (one.document.as_deref(), other.document.as_deref()),
        (Some(form.phone.as_str()), Some(stored.phone.as_str())),
        (one.snils.as_deref(), other.snils.as_deref()),
        (form.work_licence.as_deref(), stored.work_licence.as_deref()),
    ];
    let differing = pairs.into_iter().enumerate().filter(|(place, (one, other))| {
        one != other && (*place < ALWAYS || (one.is_some() && other.is_some()))
    });
    let related = |(place, pair): (usize, (Option<&str>, Option<&str>))| {
        let explanation = match pair {
            (Some(one), Some(other)) => explain(one, other),
            _ => None,
        };
        let relation = match (pair, explanation) {
            ((None, _) | (_, None), _) => Relation::Omitted,
            (_, Some(_)) => Relation::Equivalent,
            (_, None) => Relation::Contradicted,
        };
        Difference { place, relation, explanation }
    };
    differing.map(related).collect()
}
