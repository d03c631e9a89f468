//! What an applicant is told, so that nobody can ask who was tested: `docs/threat-model.md` says of
//! what this keeps an attacker.

use super::diagnosis::Difference;
use super::{MatchRole, Matched};
use crate::register::{Registration, ResultRecord};

/// Whether a role may be told of a result. An applicant may of those alone that have the form's phone,
/// which the applicant was identified by, and its document or birth date. All other results are as if
/// they were not there: not only what is told, but whether anything is.
pub(super) fn may_be_told_of(role: MatchRole, form: &Registration, stored: &ResultRecord) -> bool {
    let (one, other) = (&form.person, &stored.person);
    let same_document = one.document.is_some() && one.document == other.document;
    role == MatchRole::Laboratory
        || (form.phone == stored.phone && (same_document || one.birth_date == other.birth_date))
}

/// Puts into an answer what differs, and for the laboratory what makes equivalent fields so.
pub(super) fn tell(matched: &mut Matched, differs: &[Difference], role: MatchRole) {
    let relations = differs.iter().map(|difference| (difference.field(), difference.relation));
    matched.differs = relations.collect();
    if role == MatchRole::Laboratory {
        let explained =
            |difference: &Difference| Some((difference.field(), difference.explanation?));
        matched.regimes = differs.iter().filter_map(explained).collect();
    }
}
