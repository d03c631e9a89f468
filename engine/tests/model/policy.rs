//! The dated default policy.

use super::time;

/// The only host of certificate addresses.
pub(crate) const HOST: &str = "immune.mos.ru";
/// How many permits of type 3 a document may have in a calendar week.
pub(crate) const OTHER_PERMITS_A_WEEK: usize = 2;
/// Who is younger needs no permit.
pub(crate) const PERMIT_AGE: i64 = 14;
/// The holder of an e-card has reached this age when it is issued.
pub(crate) const CARD_AGE: i64 = 14;
/// Records are kept so many days after their validity ended.
pub(crate) const RETENTION_DAYS: i64 = 400;

const HOUR: i64 = 3_600;

/// The beginning of a date on which a rule came into force.
fn from(year: i64, month: i64, day: i64) -> i64 {
    time::start(time::civil(year, month, day).expect("a real date"))
}

/// PCR: 72 hours from the report; for reports from 2021-12-08 on, 48 hours.
pub(crate) fn pcr_end(reported_at: i64) -> i64 {
    if reported_at >= from(2021, 12, 8) { reported_at + 48 * HOUR } else { reported_at + 72 * HOUR }
}

/// Vaccination: 12 months from the date of the injection.
pub(crate) fn vaccination_end(sampled_at: i64) -> i64 {
    time::end(time::plus_months(time::moscow_date(sampled_at), 12))
}

/// Recovery: 6 months from the date of the sample; 12 for samples from 2021-12-20 on, and for all
/// the older ones too, whenever it is asked from that date on.
pub(crate) fn recovery_end(sampled_at: i64, at: i64) -> i64 {
    let changed = from(2021, 12, 20);
    let months = if sampled_at >= changed || at >= changed { 12 } else { 6 };
    time::end(time::plus_months(time::moscow_date(sampled_at), months))
}

/// The end of a certificate of this kind, as of an instant.
pub(crate) fn certificate_end(kind: &str, sampled_at: i64, reported_at: i64, at: i64) -> i64 {
    match kind {
        "pcr" => pcr_end(reported_at),
        "vaccination" => vaccination_end(sampled_at),
        "recovery" => recovery_end(sampled_at, at),
        other => panic!("no such kind of certificate: {other}"),
    }
}

/// The last day of a permit of this type that is issued on, and for, a date.
pub(crate) fn permit_last_day(permit_type: &str, date: i64) -> i64 {
    match permit_type {
        "1" => time::civil(2020, 4, 30).expect("a real date"),
        _ => date,
    }
}

/// E-card: 5 years.
pub(crate) fn card_end(issued_on: i64) -> i64 {
    time::end(time::plus_months(issued_on, 5 * 12))
}

/// A damaged or outdated e-card is to be replaced within 7 calendar days.
pub(crate) fn replacement_end(status_on: i64) -> i64 {
    time::end(status_on + 7)
}

/// Whether somebody has reached an age by a date. Born on 29 February: on 28 February, as lengths
/// in years are clamped.
pub(crate) fn reached(birth_date: i64, years: i64, date: i64) -> bool {
    time::plus_months(birth_date, years * 12) <= date
}
