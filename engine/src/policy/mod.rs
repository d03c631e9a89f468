//! Dated rules: how long what is valid, as pure functions of a record's instants.
//!
//! The embedded default is `engine/policy.toml`; the rule for PCR certificates stands there.

mod takeover;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use takeover::Takeovers;

use crate::hot::Earlier;
use crate::record::{Register, ResultKind};
use crate::time::{Date, Instant};

/// The embedded default, as TOML.
pub const DEFAULT_TOML: &str = include_str!("../../policy.toml");

/// Why a policy cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Not TOML, or not of this shape.
    #[error("the policy is not readable: {0}; compare it with the embedded default")]
    Syntax(#[from] toml::de::Error),
    /// A kind without any rule.
    #[error("the policy has no rule for `{0}`; add one without `from`")]
    NoRule(&'static str),
    /// The first rule has a date, or a later one has none, or they are not in order.
    #[error(
        "rule {place} of `{kind}` is out of order: only the first has no `from`, and dates rise"
    )]
    Order {
        /// The kind of record.
        kind: &'static str,
        /// Which rule, from 1.
        place: usize,
    },
    /// Not exactly one of `hours`, `calendar_days` and `months`.
    #[error("rule {place} of `{kind}` needs exactly one of hours, calendar_days, months")]
    Length {
        /// The kind of record.
        kind: &'static str,
        /// Which rule, from 1.
        place: usize,
    },
    /// A date that is none.
    #[error("`{0}` in the policy is not a date YYYY-MM-DD")]
    Date(String),
}

/// A length of validity. Hours are exact; days and months run to the end of a Moscow date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So many times 3,600 seconds.
    Hours(u32),
    /// To the end of the date that many days after.
    CalendarDays(u32),
    /// To the end of the day with the same number that many months after.
    Months(u32),
}

impl Length {
    /// The exclusive end of the validity that is counted from `start`.
    #[must_use]
    pub fn end(self, start: Instant) -> Instant {
        match self {
            Length::Hours(hours) => start.plus_seconds(i64::from(hours) * 3600),
            Length::CalendarDays(days) => {
                start.date().plus_days(i32::try_from(days).unwrap_or(i32::MAX)).end()
            }
            Length::Months(months) => start.date().plus_months(months).end(),
        }
    }
}

/// From which instant of a record its validity is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CountedFrom {
    /// When the laboratory reported.
    #[default]
    ReportedAt,
    /// When the sample was taken.
    SampledAt,
}

/// One dated rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    from: Instant,
    length: Length,
    counted_from: CountedFrom,
    applies_to_existing: bool,
}

/// The rules in force.
#[derive(Clone, Debug)]
pub struct Policy {
    certificates: Takeovers<3>,
    cards: Takeovers<1>,
    /// Hosts whose URLs are ours, in small letters.
    pub certificate_hosts: Vec<String>,
    /// How long after its end a record is kept.
    pub retention_days: u32,
    /// The age that an e-card's holder has reached on the day of issue.
    pub card_age_years_min: u32,
    /// How many calendar days a holder has to replace a card.
    pub replacement_calendar_days: u32,
    /// The last day of work permits.
    pub work_last_day: Date,
    /// How many permits of type 3 a document gets in a calendar week.
    pub other_a_week_max: u32,
    /// The age from which a permit is needed.
    pub permit_age_years_min: u32,
    fingerprint: u64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    certificate_hosts: Vec<String>,
    retention_days: u32,
    #[serde(default)]
    pcr: Vec<WrittenRule>,
    #[serde(default)]
    vaccination: Vec<WrittenRule>,
    #[serde(default)]
    recovery: Vec<WrittenRule>,
    #[serde(default)]
    card: Vec<WrittenRule>,
    card_holder: WrittenCardHolder,
    permit: WrittenPermit,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    from: Option<String>,
    hours: Option<u32>,
    calendar_days: Option<u32>,
    months: Option<u32>,
    #[serde(default)]
    counted_from: CountedFrom,
    #[serde(default)]
    applies_to_existing: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenCardHolder {
    age_years_min: u32,
    replacement_calendar_days: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenPermit {
    work_last_day: String,
    other_a_week_max: u32,
    age_years_min: u32,
}

impl Default for Policy {
    /// The embedded policy.
    fn default() -> Self {
        Policy::from_toml(DEFAULT_TOML).expect("a test reads the embedded policy")
    }
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// Every way in which the text is not a policy, see [`PolicyError`].
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let written: Written = toml::from_str(text)?;
        let canonical = serde_json::to_vec(&written).unwrap_or_default();
        Ok(Policy {
            certificates: Takeovers::new([
                rules("pcr", &written.pcr)?,
                rules("vaccination", &written.vaccination)?,
                rules("recovery", &written.recovery)?,
            ]),
            cards: Takeovers::new([rules("card", &written.card)?]),
            certificate_hosts: written.certificate_hosts,
            retention_days: written.retention_days,
            card_age_years_min: written.card_holder.age_years_min,
            replacement_calendar_days: written.card_holder.replacement_calendar_days,
            work_last_day: date(&written.permit.work_last_day)?,
            other_a_week_max: written.permit.other_a_week_max,
            permit_age_years_min: written.permit.age_years_min,
            fingerprint: xxh3_64(&canonical),
        })
    }

    /// A number that differs between policies, for stores sealed under one of them.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// The exclusive end of a certificate's validity, as it stands at `at`.
    #[must_use]
    pub fn certificate_until(
        &self,
        kind: ResultKind,
        sampled_at: Instant,
        reported_at: Instant,
        at: Instant,
    ) -> Instant {
        last_holding(&self.certificates.rules[kind as usize], at, |rule| match rule.counted_from {
            CountedFrom::ReportedAt => reported_at,
            CountedFrom::SampledAt => sampled_at,
        })
    }

    /// The exclusive end of a card's validity, as it stands at `at`.
    #[must_use]
    pub fn card_until(&self, issued_on: Date, at: Instant) -> Instant {
        last_holding(&self.cards.rules[0], at, |_| issued_on.start())
    }

    /// The instant from which on all rules of certificates and cards that take over existing
    /// records have done so: an end computed for later holds at every instant from here on.
    #[must_use]
    pub fn settled_from(&self) -> Instant {
        self.certificates.settled_from().max(self.cards.settled_from())
    }

    /// Whether all ends of a register's records at an instant are those that hold at last.
    #[inline]
    pub(crate) fn is_settled(&self, register: Register, at: Instant) -> bool {
        match register {
            Register::Certificates => at >= self.certificates.settled_from(),
            Register::Cards => at >= self.cards.settled_from(),
            _ => true,
        }
    }

    /// What the ends of a register's hot entries were at an instant, where a rule had yet to take over.
    #[inline]
    pub(crate) fn earlier(&self, register: Register, at: Instant) -> Option<&Earlier> {
        match register {
            Register::Certificates => self.certificates.earlier(at),
            Register::Cards => self.cards.earlier(at),
            _ => None,
        }
    }

    /// The exclusive end of the time that a holder has to replace a card.
    #[must_use]
    pub fn replacement_until(&self, status_on: Instant) -> Instant {
        Length::CalendarDays(self.replacement_calendar_days).end(status_on)
    }
}

/// The end by the last rule that holds for a record.
fn last_holding(rules: &[Rule], at: Instant, counted: impl Fn(&Rule) -> Instant) -> Instant {
    let holding = holding(rules, at, &counted);
    holding.map_or(Instant::MIN, |rule| rule.length.end(counted(rule)))
}

/// The last rule that holds for a record. The first has no date, so one always does.
fn holding(rules: &[Rule], at: Instant, counted: impl Fn(&Rule) -> Instant) -> Option<&Rule> {
    rules
        .iter()
        .rev()
        .find(|rule| counted(rule) >= rule.from || (rule.applies_to_existing && at >= rule.from))
}

fn rules(kind: &'static str, written: &[WrittenRule]) -> Result<Vec<Rule>, PolicyError> {
    let mut rules: Vec<Rule> = Vec::with_capacity(written.len());
    for (index, each) in written.iter().enumerate() {
        let place = index + 1;
        let length = match (each.hours, each.calendar_days, each.months) {
            (Some(hours), None, None) => Length::Hours(hours),
            (None, Some(days), None) => Length::CalendarDays(days),
            (None, None, Some(months)) => Length::Months(months),
            _ => return Err(PolicyError::Length { kind, place }),
        };
        let from = match &each.from {
            None => Instant::MIN,
            Some(text) => date(text)?.start(),
        };
        let in_order = match rules.last() {
            None => each.from.is_none(),
            Some(last) => from > last.from,
        };
        if !in_order {
            return Err(PolicyError::Order { kind, place });
        }
        rules.push(Rule {
            from,
            length,
            counted_from: each.counted_from,
            applies_to_existing: each.applies_to_existing,
        });
    }
    if rules.is_empty() { Err(PolicyError::NoRule(kind)) } else { Ok(rules) }
}

fn date(text: &str) -> Result<Date, PolicyError> {
    Date::parse(text).ok_or_else(|| PolicyError::Date(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).expect(text)
    }

    #[test]
    fn pcr_changes_to_48_hours_with_the_report_of_8_december() {
        let policy = Policy::default();
        let until = |reported: &str| {
            let reported = at(reported);
            policy.certificate_until(ResultKind::Pcr, reported, reported, reported)
        };
        assert_eq!(until("2021-12-07T23:59:59+03:00"), at("2021-12-10T23:59:59+03:00"));
        assert_eq!(until("2021-12-08T00:00:00+03:00"), at("2021-12-10T00:00:00+03:00"));
    }

    #[test]
    fn recovery_is_prolonged_for_older_records_from_20_december() {
        let policy = Policy::default();
        let sampled = at("2021-08-31T12:00:00+03:00");
        let until =
            |now: &str| policy.certificate_until(ResultKind::Recovery, sampled, sampled, at(now));
        assert_eq!(until("2021-12-19T23:59:59+03:00"), at("2022-03-01T00:00:00+03:00"));
        assert_eq!(until("2021-12-20T00:00:00+03:00"), at("2022-09-01T00:00:00+03:00"));
        assert_eq!(policy.settled_from(), at("2021-12-20T00:00:00+03:00"));
    }

    #[test]
    fn a_card_of_29_february_ends_after_28_february() {
        let issued = Date::from_ymd(2024, 2, 29).unwrap();
        let until = Policy::default().card_until(issued, issued.start());
        assert_eq!(until, at("2029-03-01T00:00:00+03:00"));
    }

    #[test]
    fn hours_and_calendar_days_are_different_lengths() {
        let start = at("2021-12-08T10:00:00+03:00");
        assert_eq!(Length::Hours(48).end(start), at("2021-12-10T10:00:00+03:00"));
        assert_eq!(Length::CalendarDays(2).end(start), at("2021-12-11T00:00:00+03:00"));
    }

    #[test]
    fn a_wrong_policy_says_where() {
        let swap = |from: &str, to: &str| Policy::from_toml(&DEFAULT_TOML.replacen(from, to, 1));
        let error = swap("hours = 72", "from = \"2020-01-01\"\nhours = 72").unwrap_err();
        assert!(matches!(error, PolicyError::Order { kind: "pcr", place: 1 }), "{error}");
        let error = swap("hours = 72", "hours = 72\nmonths = 1").unwrap_err();
        assert!(matches!(error, PolicyError::Length { kind: "pcr", place: 1 }), "{error}");
        assert!(matches!(swap("hours = 72", "ours = 72"), Err(PolicyError::Syntax(_))));
        assert!(matches!(swap("2021-12-08", "2021-13-08"), Err(PolicyError::Date(_))));
    }
}
