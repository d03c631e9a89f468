//! Rules that take over older records, and what ends were before they did.

use std::sync::OnceLock;

use super::{Rule, holding};
use crate::format::HOT_EPOCH;
use crate::hot::{Earlier, Shifts, day_of};
use crate::time::{Date, Instant};

/// The rules of the kinds of one register, and when those that take over older records do so.
#[derive(Clone, Debug)]
pub(super) struct Takeovers<const KINDS: usize> {
    pub(super) rules: [Vec<Rule>; KINDS],
    /// In the order of time.
    takeovers: Vec<Takeover>,
}

#[derive(Clone, Debug)]
struct Takeover {
    from: Instant,
    /// What ends were between the takeover before this one and this one. Few ask for it, so it is made
    /// when somebody does; it takes a fraction of a millisecond.
    before: OnceLock<Earlier>,
}

/// So many days before the first end that a hot entry can hold, records are taken to be counted from.
/// A policy of lengths beyond that is obeyed, only slower.
const OLDEST_DAYS: i32 = 36_525;

impl<const KINDS: usize> Takeovers<KINDS> {
    pub(super) fn new(rules: [Vec<Rule>; KINDS]) -> Self {
        let takeovers = rules.iter().flatten().filter(|rule| rule.applies_to_existing);
        // The first rule of a kind has no date: it never takes over.
        let dates = takeovers.map(|rule| rule.from).filter(|from| *from > Instant::MIN);
        let mut dates: Vec<Instant> = dates.collect();
        dates.sort_unstable();
        dates.dedup();
        let takeovers = dates.into_iter().map(|from| Takeover { from, before: OnceLock::new() });
        Takeovers { takeovers: takeovers.collect(), rules }
    }

    /// From when on all have taken over.
    #[inline]
    pub(super) fn settled_from(&self) -> Instant {
        self.takeovers.last().map_or(Instant::MIN, |last| last.from)
    }

    /// What ends that hold at last were at an instant, where a rule had yet to take over.
    #[inline]
    pub(super) fn earlier(&self, at: Instant) -> Option<&Earlier> {
        let next = self.takeovers.iter().find(|takeover| at < takeover.from)?;
        let rules = self.rules.iter();
        // All instants between two takeovers are alike.
        let at = next.from.plus_seconds(-1);
        Some(next.before.get_or_init(|| Earlier::new(rules.map(|rules| shifts(rules, at)))))
    }
}

/// By how much the ends of one kind that hold at last were others at an instant.
fn shifts(rules: &[Rule], at: Instant) -> Shifts {
    let last = rules.iter().rfind(|rule| rule.applies_to_existing);
    let Some(last) = last.filter(|last| at < last.from) else { return Shifts::none() };
    if rules.iter().any(|rule| rule.counted_from != last.counted_from) {
        return Shifts::untold();
    }
    let first_end = Instant::from_unix(HOT_EPOCH);
    let last_end = first_end.plus_seconds(u32::MAX.into());
    let takeover = last.from.date().min(last_end.date().plus_days(1));
    let newest_end = last.length.end(takeover.start().plus_seconds(-1)).min(last_end);
    let Ok(newest) = usize::try_from(day_of(newest_end)) else { return Shifts::none() };
    let mut days = Days(vec![Day::Unseen; newest + 1]);
    // Older records end by the rule that takes over, and ended by another.
    let oldest = first_end.date().plus_days(-OLDEST_DAYS);
    let mut day = takeover.plus_days(-1);
    while last.length.end(day.end()) >= first_end {
        if day < oldest {
            return Shifts::untold();
        }
        let then = holding(rules, at, |_| day.start()).unwrap_or(last);
        days.note(day, last, then);
        day = day.plus_days(-1);
    }
    // Younger ones may end on the same days; they end as they ended.
    let mut day = takeover;
    while day_of(day.start()) <= newest as i64 {
        let rule = holding(rules, at, |_| day.start()).unwrap_or(last);
        days.note(day, rule, rule);
        day = day.plus_days(1);
    }
    days.shifts()
}

/// What is known of the shift of the ends of a day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Day {
    /// No record ends on it.
    Unseen,
    /// All were shifted by so many seconds.
    Of(i64),
    /// Some otherwise than others.
    Untold,
}

/// By the day of an end.
struct Days(Vec<Day>);

impl Days {
    /// Notes the ends of all records that are counted from a day, by the rule that holds at last and by
    /// the one that held then. Rules begin with a day, so these are the same for all of them.
    fn note(&mut self, day: Date, last: &Rule, then: &Rule) {
        let counted = [day.start(), day.end().plus_seconds(-1)];
        let ends = counted.map(|counted| last.length.end(counted));
        // Of two rules that both count hours, or both count days or months, the shift is the same for
        // the whole day; of others it is not the same for its first and its last second.
        let [first, other] = counted.map(|counted| {
            then.length.end(counted).unix().saturating_sub(last.length.end(counted).unix())
        });
        let shift = if first == other { Day::Of(first) } else { Day::Untold };
        for end in day_of(ends[0]).max(0)..=day_of(ends[1]) {
            let Some(known) = self.0.get_mut(end as usize) else { break };
            *known = if *known == Day::Unseen || *known == shift { shift } else { Day::Untold };
        }
    }

    fn shifts(&self) -> Shifts {
        let shift = |day: &Day| if let Day::Of(shift) = day { Some(*shift) } else { None };
        Shifts::of_days(&self.0.iter().map(shift).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{CountedFrom, Length, Policy};
    use super::*;
    use crate::record::{Register, ResultKind};

    fn at(text: &str) -> Instant {
        Instant::parse(text).expect(text)
    }

    #[test]
    fn before_the_takeover_of_recovery_all_ends_tell_but_those_beside_leap_days() {
        let policy = Policy::default();
        let before = at("2021-12-19T23:59:59+03:00");
        assert!(policy.earlier(Register::Certificates, at("2021-12-20T00:00:00+03:00")).is_none());
        assert!(policy.earlier(Register::Cards, before).is_none());
        assert!(policy.earlier(Register::Permits, before).is_none());
        let earlier = policy.earlier(Register::Certificates, before).expect("a rule to come");
        let mut untold = Vec::new();
        let mut sampled = at("2019-01-01T12:00:00+03:00");
        while sampled < at("2023-01-01T00:00:00+03:00") {
            for kind in ResultKind::ALL {
                let until = |at| policy.certificate_until(*kind, sampled, sampled, at);
                match earlier.end(*kind as u8 + 1, until(Instant::MAX)) {
                    Some(end) => assert_eq!(end, until(before), "{kind} {sampled}"),
                    None => untold.push((*kind, sampled.date().to_string())),
                }
            }
            sampled = sampled.plus_seconds(86_400);
        }
        let recovery = |date: &str| (ResultKind::Recovery, date.to_owned());
        assert_eq!(untold, ["2020-02-28", "2020-02-29"].map(recovery));
    }

    fn length() -> impl Strategy<Value = Length> {
        prop_oneof![
            (0..2_000u32).prop_map(Length::Hours),
            (0..60u32).prop_map(Length::CalendarDays),
            (0..30u32).prop_map(Length::Months),
            prop_oneof![Just(1_000u32), Just(u32::MAX)].prop_map(Length::Months),
        ]
    }

    /// Up to four rules, the later ones from a day of some years on.
    fn any_rules() -> impl Strategy<Value = Vec<Rule>> {
        let later = (0..2_000i32, length(), any::<bool>(), any::<bool>());
        let counted_from =
            prop_oneof![9 => Just(CountedFrom::SampledAt), 1 => Just(CountedFrom::ReportedAt)];
        let first = (length(), any::<bool>());
        (first, proptest::collection::vec(later, 0..4), counted_from).prop_map(
            |((length, applies_to_existing), mut later, other)| {
                later.sort_by_key(|(day, ..)| *day);
                later.dedup_by_key(|(day, ..)| *day);
                let counted_from = CountedFrom::SampledAt;
                let mut rules =
                    vec![Rule { from: Instant::MIN, length, counted_from, applies_to_existing }];
                for (day, length, applies_to_existing, is_other) in later {
                    let from = first_day().plus_days(day).start();
                    let counted_from = if is_other { other } else { counted_from };
                    rules.push(Rule { from, length, counted_from, applies_to_existing });
                }
                rules
            },
        )
    }

    fn first_day() -> Date {
        Instant::from_unix(HOT_EPOCH).date()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        /// Whatever the rules: an end that tells, tells what the rules say.
        #[test]
        fn an_end_that_tells_tells_what_the_rules_say(
            rules in any_rules(),
            records in proptest::collection::vec((-1_000..2_500i32, 0..86_400i64, 0..3i64), 40),
            instants in proptest::collection::vec(-1_000..2_500i32, 6),
        ) {
            let certificates = Takeovers::new([rules.clone(), rules.clone(), rules.clone()]);
            let policy = Policy { certificates, ..Policy::default() };
            let dates = rules.iter().map(|rule| rule.from).filter(|from| *from > Instant::MIN);
            let edges = dates.flat_map(|from| [-1, 0, 1].map(|by| from.plus_seconds(by)));
            let others = instants.iter().map(|day| first_day().plus_days(*day).start());
            for at in edges.chain(others) {
                let earlier = policy.earlier(Register::Certificates, at);
                prop_assert_eq!(earlier.is_none(), policy.is_settled(Register::Certificates, at));
                for (day, second, edge) in &records {
                    let second = [*second, 0, 86_399][*edge as usize];
                    let sampled = first_day().plus_days(*day).start().plus_seconds(second);
                    let reported = sampled.plus_seconds(5_000);
                    let until = |at| {
                        policy.certificate_until(ResultKind::Pcr, sampled, reported, at)
                    };
                    let sealed = until(Instant::MAX);
                    let is_hot = u32::try_from(sealed.unix() - HOT_EPOCH).is_ok();
                    let end = match earlier {
                        None => Some(sealed),
                        Some(earlier) => earlier.end(1, sealed),
                    };
                    if let Some(end) = end.filter(|_| is_hot) {
                        prop_assert_eq!(end, until(at), "{} at {}", sampled, at);
                    }
                }
            }
        }
    }
}
