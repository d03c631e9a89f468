//! The records of a person, with what is true of them.

use propusk_engine::time::{Date, Instant};

use crate::ids::{self, Space};
use crate::person::{Person, Stream, day};
use crate::rng::Rng;

/// Laboratories and clinics.
pub(crate) const SOURCES: u64 = 50;

/// A laboratory or clinic.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) clinic: bool,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
}

impl Source {
    pub(crate) fn derive(seed: u64, index: u64) -> Source {
        let mut rng = Rng::new(seed, Stream::Source as u64, index);
        let never = index % 10 == 9;
        let from = day(2020, 3, 1).plus_days(rng.between(0, 460) as i32);
        let to = day(2021, 8, 1).plus_days(rng.between(0, 200) as i32);
        Source {
            clinic: index % 3 == 2,
            from: (!never).then_some(from),
            to: (index % 4 == 1 && !never).then_some(to),
        }
    }

    pub(crate) fn connected(&self, on: Date) -> bool {
        self.from.is_some_and(|from| from <= on) && self.to.is_none_or(|to| on <= to)
    }
}

/// What a status did to a record, and since when (`None`: from the beginning).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) word: &'static str,
    pub(crate) on: Option<Instant>,
}

impl Status {
    /// Whether it holds at an instant.
    pub(crate) fn holds(&self, at: Instant) -> bool {
        self.on.is_none_or(|on| on <= at)
    }
}

/// `pcr`, `vaccination` or `recovery`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Pcr,
    Vaccination,
    Recovery,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        ["pcr", "vaccination", "recovery"][self as usize]
    }

    /// The exclusive end of the validity, as it is known at `at`.
    pub(crate) fn until(self, sampled: Instant, reported: Instant, at: Instant) -> Instant {
        let months = |months| sampled.date().plus_months(months).plus_days(1).start();
        match self {
            Kind::Pcr if reported >= day(2021, 12, 8).start() => reported.plus_seconds(48 * 3600),
            Kind::Pcr => reported.plus_seconds(72 * 3600),
            Kind::Vaccination => months(12),
            Kind::Recovery if sampled.max(at) >= day(2021, 12, 20).start() => months(12),
            Kind::Recovery => months(6),
        }
    }
}

/// A result of a laboratory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LabResult {
    pub(crate) source: u64,
    pub(crate) kind: Kind,
    pub(crate) outcome: &'static str,
    pub(crate) sampled: Instant,
    pub(crate) reported: Instant,
    pub(crate) withdrawn: Option<Status>,
    /// Whether the row names the document, and the SNILS where there is one.
    pub(crate) with_document: bool,
    pub(crate) with_licence: bool,
}

fn odd_status(rng: &mut Rng, word: &'static str, after: Instant, span: i64) -> Status {
    let on = after.plus_seconds(rng.between(0, span));
    Status { word, on: (!rng.per_mille(200)).then_some(on) }
}

/// The person's one result, where she has any.
pub(crate) fn result(seed: u64, person: &Person) -> Option<LabResult> {
    let mut rng = Rng::new(seed, Stream::Result as u64, person.index);
    if !rng.per_mille(600) {
        return None;
    }
    let kind = match rng.below(10) {
        0..5 => Kind::Pcr,
        5..8 => Kind::Vaccination,
        _ => Kind::Recovery,
    };
    let outcome = match (kind, rng.below(100)) {
        (Kind::Pcr, 0..10) => "positive",
        (Kind::Pcr, 10..13) => "inconclusive",
        (Kind::Pcr, _) => "negative",
        _ => "",
    };
    // From 2021-02-01 to 2022-02-05; every eighth around the change of the rule of 8 December.
    let first = day(2021, 2, 1).start();
    let mut sampled = first.plus_seconds(rng.between(0, 370 * 86_400));
    if rng.below(8) == 0 {
        sampled = day(2021, 12, 6).start().plus_seconds(rng.between(0, 4 * 86_400));
    }
    let mut reported = sampled.plus_seconds(rng.between(0, 40 * 3600));
    if rng.per_mille(5) && sampled < day(2021, 12, 8).start() {
        reported = day(2021, 12, 8).start().plus_seconds(rng.between(-1, 1)).max(sampled);
    }
    let withdrawn = rng.per_mille(30).then(|| odd_status(&mut rng, "withdrawn", reported, 864_000));
    let with_document = person.snils.is_none() || rng.per_mille(850);
    let with_licence = person.licence.is_some() && rng.per_mille(700);
    let source = rng.below(SOURCES).min(rng.below(SOURCES));
    Some(LabResult {
        source,
        kind,
        outcome,
        sampled,
        reported,
        withdrawn,
        with_document,
        with_licence,
    })
}

/// What the truth of any record at an instant needs.
#[derive(Clone, Debug)]
pub(crate) struct Validity {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    pub(crate) status: Option<Status>,
}

impl Validity {
    fn verdict(&self, at: Instant) -> &'static str {
        match self.status {
            Some(status) if status.holds(at) => match status.word {
                "lost" => "reported_lost",
                "damaged" | "details_changed" => "replacement_overdue",
                word => word,
            },
            _ if at < self.from => "not_yet_valid",
            _ if at >= self.until => "expired",
            _ => "valid",
        }
    }
}

/// A certificate.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    pub(crate) token: String,
    pub(crate) result: LabResult,
    pub(crate) names_result: bool,
    pub(crate) issued: Instant,
    /// Its own status.
    pub(crate) status: Option<Status>,
}

/// The certificate of a result, where it was issued.
pub(crate) fn certificate(seed: u64, person: &Person, result: LabResult) -> Option<Certificate> {
    let mut rng = Rng::new(seed, Stream::Certificate as u64, person.index);
    if matches!(result.outcome, "positive" | "inconclusive") || !rng.per_mille(720) {
        return None;
    }
    let issued = result.reported.plus_seconds(rng.between(0, 40 * 3600));
    let odd = result.withdrawn.is_none() && rng.per_mille(40);
    let word = if rng.below(2) == 0 { "revoked" } else { "suspended" };
    let span = if result.kind == Kind::Pcr { 86_400 } else { 100 * 86_400 };
    let status = odd.then(|| odd_status(&mut rng, word, issued, span));
    let names_result = result.withdrawn.is_some() || rng.per_mille(800);
    let token = ids::token(seed, Space::Real, person.index);
    Some(Certificate { token, result, names_result, issued, status })
}

impl Certificate {
    fn validity(&self, at: Instant) -> Validity {
        let withdrawn = self.result.withdrawn.map(|status| Status { word: "revoked", ..status });
        let until = self.result.kind.until(self.result.sampled, self.result.reported, at);
        Validity { from: self.issued, until, status: self.status.or(withdrawn) }
    }
}

/// A travel permit.
#[derive(Clone, Debug)]
pub(crate) struct Permit {
    pub(crate) code: String,
    pub(crate) kind: u64,
    pub(crate) issued: Instant,
    pub(crate) from: Date,
    pub(crate) to: Date,
    pub(crate) status: Option<Status>,
}

/// The person's permit, where she has any.
pub(crate) fn permit(seed: u64, person: &Person) -> Option<Permit> {
    let mut rng = Rng::new(seed, Stream::Permit as u64, person.index);
    let issued = day(2020, 4, 13).start().plus_seconds(rng.between(0, 57 * 86_400 - 1));
    let wanted = rng.per_mille(700);
    if !wanted || person.fourteenth() > day(2020, 4, 1) {
        return None;
    }
    let kind = [1, 1, 2, 3, 3][rng.below(5) as usize];
    let travel = issued.date().plus_days(rng.below(3) as i32);
    let (from, to) = match kind {
        1 if issued.date() <= day(2020, 4, 30) => (issued.date(), day(2020, 4, 30)),
        1 => (issued.date(), day(2020, 5, 31).max(issued.date().plus_days(7))),
        _ => (travel, travel),
    };
    let status = rng.per_mille(40).then(|| odd_status(&mut rng, "revoked", issued, 3 * 86_400));
    let code = ids::permit(seed, Space::Real, person.index, to);
    Some(Permit { code, kind, issued, from, to, status })
}

/// A foreign citizen's e-card.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    pub(crate) series: String,
    pub(crate) number: String,
    pub(crate) issued: Date,
    /// The status and its date.
    pub(crate) status: Option<(&'static str, Date)>,
}

/// The person's card, where she has any.
pub(crate) fn card(seed: u64, person: &Person) -> Option<Card> {
    let mut rng = Rng::new(seed, Stream::Card as u64, person.index);
    let mut issued = day(2018, 1, 1).plus_days(rng.between(0, 1500) as i32);
    if rng.per_mille(20) {
        issued = day(2020, 2, 29);
    }
    if !person.foreign || person.fourteenth() > issued {
        return None;
    }
    let odd = rng.per_mille(60);
    let word = rng.pick(&["lost", "damaged", "details_changed", "replaced"]);
    let on = issued.plus_days(rng.between(0, 1500) as i32);
    let (series, number) = ids::card(seed, Space::Real, person.index);
    Some(Card { series, number, issued, status: odd.then_some((word, on)) })
}

/// Any record that a code names.
#[derive(Clone, Debug)]
pub(crate) enum Coded {
    Certificate(Certificate),
    Permit(Permit),
    Card(Card),
}

impl Coded {
    /// All records of a person.
    pub(crate) fn all(seed: u64, person: &Person) -> impl Iterator<Item = Coded> {
        let certificate = result(seed, person).and_then(|found| certificate(seed, person, found));
        let permit = permit(seed, person).map(Coded::Permit);
        let card = card(seed, person).map(Coded::Card);
        [certificate.map(Coded::Certificate), permit, card].into_iter().flatten()
    }

    fn validity(&self, at: Instant) -> Validity {
        match self {
            Coded::Certificate(certificate) => certificate.validity(at),
            Coded::Permit(permit) => Validity {
                from: permit.from.start(),
                until: permit.to.plus_days(1).start(),
                status: permit.status,
            },
            Coded::Card(card) => Validity {
                from: card.issued.start(),
                until: card.issued.plus_months(60).plus_days(1).start(),
                status: card.status.map(|(word, on)| {
                    let grace = if matches!(word, "damaged" | "details_changed") { 8 } else { 0 };
                    Status { word, on: Some(on.plus_days(grace).start()) }
                }),
            },
        }
    }

    /// The verdict at an instant, and whether the holder is right.
    pub(crate) fn verdict(&self, at: Instant, right_holder: bool) -> &'static str {
        match self.validity(at).verdict(at) {
            "valid" if !right_holder => "holder_mismatch",
            verdict => verdict,
        }
    }

    /// The instants at which the verdict may change.
    pub(crate) fn boundaries(&self) -> [Instant; 4] {
        let (early, late) = (self.validity(Instant::MIN), self.validity(Instant::MAX));
        let status = early.status.and_then(|status| status.on).unwrap_or(early.from);
        [early.from, early.until, late.until, status]
    }
}
