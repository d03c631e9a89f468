//! What a certificate stands on: its result, and what becomes of it when that is corrected.

use crate::record::{ResultKind, TestOutcome};
use crate::register::{CertificateRecord, Person, ResultRecord};
use crate::row::{CERTIFICATES, Row};

/// The columns that a certificate has from its result.
const FROM_RESULT: [&str; 12] = [
    "kind",
    "result_id",
    "sampled_at",
    "reported_at",
    "surname",
    "first_name",
    "patronymic",
    "birth_date",
    "doc_series",
    "doc_number",
    "snils",
    "protected",
];

/// A result that was loaded again with other content, and on which certificates stand.
pub(crate) struct Correction {
    /// The key of the result.
    pub result: u128,
    /// What it said before.
    pub before: ResultRecord,
    /// What it says now, as a record and as it was written.
    pub after: ResultRecord,
    pub row: Row<'static>,
}

/// What a correction makes of a certificate.
pub(crate) enum Corrected {
    /// It did not stand on what the result said before, so that it is none of its business; or it
    /// says all that the result says.
    Unchanged,
    /// It says what the result says now.
    Follows(Box<Row<'static>>),
    /// Its result gives it to nobody, or to somebody else, or is another thing.
    Revoked,
}

/// The certificate that a result gives: everything but its token and the instant of issue.
pub(crate) fn certificate_of(result: &Row<'_>) -> Row<'static> {
    let mut row = Row::empty(&CERTIFICATES);
    copy(result, &mut row);
    row
}

/// Whether a certificate says what the result says.
pub(crate) fn says_the_same(certificate: &Row<'_>, result: &Row<'_>) -> bool {
    FROM_RESULT.iter().all(|column| certificate.value(column) == result.value(column))
}

fn copy(result: &Row<'_>, certificate: &mut Row<'static>) {
    for column in FROM_RESULT {
        certificate.set(column, result.value(column).unwrap_or_default().to_owned());
    }
}

impl Correction {
    /// What it makes of a certificate that names the result.
    pub(crate) fn of(&self, row: &Row<'static>, certificate: &CertificateRecord) -> Corrected {
        let stood = supports(&self.before, certificate)
            && (self.before.sampled_at, self.before.reported_at)
                == (certificate.sampled_at, certificate.reported_at);
        if !stood {
            return Corrected::Unchanged;
        }
        if !supports(&self.after, certificate) {
            return Corrected::Revoked;
        }
        if says_the_same(row, &self.row) {
            return Corrected::Unchanged;
        }
        let mut follows = row.clone();
        copy(&self.row, &mut follows);
        Corrected::Follows(Box::new(follows))
    }
}

/// Whether a result gives a certificate of that kind to that person.
fn supports(result: &ResultRecord, certificate: &CertificateRecord) -> bool {
    let gives = match result.kind {
        ResultKind::Pcr => result.outcome == Some(TestOutcome::Negative),
        ResultKind::Vaccination | ResultKind::Recovery => true,
    };
    gives && result.kind == certificate.kind && is_same(&result.person, &certificate.person)
}

/// Whether nothing that both sides say of a person differs. Names and the date of birth are always
/// said: an absent patronymic is one, too.
fn is_same(one: &Person, other: &Person) -> bool {
    let differs = |one: &Option<String>, other: &Option<String>| {
        one.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| one != other)
    };
    let names = |person: &Person| {
        let Person { surname, first_name, patronymic, birth_date, .. } = person.clone();
        (surname, first_name, patronymic, birth_date)
    };
    names(one) == names(other)
        && !differs(&one.document, &other.document)
        && !differs(&one.snils, &other.snils)
}
