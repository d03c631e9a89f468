//! One person, derived from the seed and her index alone.

use propusk_engine::time::Date;

use crate::ids;
use crate::names::{MEN, ORIGINS, STREETS, SURNAMES, WOMEN};
use crate::rng::{Rng, mix};

/// People of one family: father, mother and two children.
pub(crate) const FAMILY: u64 = 4;

/// The streams of random numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    Family = 1,
    Person,
    Result,
    Certificate,
    Permit,
    Card,
    Spelling,
    Dirt,
    Query,
    Form,
    Sms,
    Source,
}

/// The kind of document that a person shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DocKind {
    Passport,
    Foreign,
    Birth,
}

/// A person as she is in truth.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) index: u64,
    pub(crate) male: bool,
    pub(crate) foreign: bool,
    pub(crate) nationality: &'static str,
    pub(crate) surname: &'static str,
    pub(crate) first_name: &'static str,
    pub(crate) patronymic: &'static str,
    pub(crate) birth: Date,
    pub(crate) doc_kind: DocKind,
    pub(crate) series: String,
    pub(crate) number: String,
    pub(crate) snils: Option<String>,
    /// Ten digits.
    pub(crate) phone: u64,
    pub(crate) licence: Option<String>,
    pub(crate) protected: bool,
    pub(crate) street: &'static str,
    pub(crate) house: u64,
}

/// A date that is known to exist.
pub(crate) fn day(year: i16, month: u8, day: u8) -> Date {
    Date::from_ymd(year, month, day).unwrap_or(Date::MIN)
}

fn phone(random: u64) -> u64 {
    9_000_000_000 + random % 1_000_000_000
}

/// The birthday of the `member` of a family. Fathers, mothers and children are born in years that
/// never overlap, the children in different years unless they are twins.
fn birth(family: &mut Rng, member: u64, twins: bool) -> Date {
    let father = family.between(1944, 1980) as i16;
    let offsets = family.next();
    let year = match member {
        0 => father,
        1 => father + 1,
        _ if member == 2 || twins => father + 20 + (offsets % 9) as i16,
        _ => father + 30 + (offsets % 9) as i16,
    };
    let mut date = day(year, 1, 1);
    let days = family.next();
    // A tenth of all people are born on one of few days, as clerks write them down.
    let shared = family.per_mille(100);
    let days = if member == 2 || (twins && member == 3) { days } else { mix(days ^ member) };
    date = date.plus_days(if shared { 0 } else { (days % 365) as i32 });
    date
}

struct Names {
    surname: &'static str,
    first: &'static str,
    patronymic: &'static str,
    nationality: &'static str,
}

fn foreign_names(family: &mut Rng, member: u64, male: bool) -> Names {
    let origin = family.pick_skewed(ORIGINS);
    let surname = family.pick_skewed(origin.surnames);
    let start = family.next() as usize;
    let firsts = if male { origin.men } else { origin.women };
    let first = firsts[(start % 64 + member as usize) % firsts.len()];
    let surname = if male { surname.0 } else { surname.1 };
    Names { surname, first, patronymic: "", nationality: origin.nationality }
}

fn russian_names(family: &mut Rng, member: u64, male: bool) -> Names {
    let surname = family.pick_skewed(SURNAMES);
    let father = family.below(MEN.len() as u64) as usize;
    let namesake = family.per_mille(80);
    let start = family.next() as usize % 64;
    let step = member as usize;
    let own =
        if namesake && member == 2 { father } else { (father + 1 + start % 8 + step) % MEN.len() };
    let (first, parent) = match member {
        // In a family of namesakes the father is himself his father's namesake.
        0 if namesake => (MEN[father].0, father),
        0 => (MEN[father].0, start % MEN.len()),
        1 => (WOMEN[start % WOMEN.len()], (start / 3) % MEN.len()),
        _ if male => (MEN[own].0, father),
        _ => (WOMEN[(start + step) % WOMEN.len()], father),
    };
    let patronymic = if male { MEN[parent].1 } else { MEN[parent].2 };
    let surname = if male { surname.0 } else { surname.1 };
    Names { surname, first, patronymic, nationality: "RUS" }
}

impl Person {
    /// The person of an index.
    pub(crate) fn derive(seed: u64, index: u64) -> Person {
        let (family_index, member) = (index / FAMILY, index % FAMILY);
        let mut family = Rng::new(seed, Stream::Family as u64, family_index);
        let mut own = Rng::new(seed, Stream::Person as u64, index);
        let foreign = family.per_mille(300);
        let twins = family.per_mille(120);
        let shares_phone = family.per_mille(400);
        let family_phone = phone(family.next());
        let (street, house) = (family.pick(STREETS), 1 + family.below(120));
        let sexes = family.next();
        let male = match member {
            0 => true,
            1 => false,
            _ => sexes & (if member == 2 || twins { 1 } else { 2 }) != 0,
        };
        let birth = birth(&mut family, member, twins);
        let names = if foreign {
            foreign_names(&mut family, member, male)
        } else {
            russian_names(&mut family, member, male)
        };
        let child = birth > day(2006, 1, 1);
        let (doc_kind, (series, number)) = if foreign {
            (DocKind::Foreign, ids::foreign_passport(seed, index))
        } else if child {
            (DocKind::Birth, ids::birth_certificate(seed, index))
        } else {
            (DocKind::Passport, ids::passport(seed, index))
        };
        let own_phone = phone(own.next());
        let licence = foreign && own.per_mille(300);
        let omit_patronymic = own.per_mille(60);
        Person {
            index,
            male,
            foreign,
            nationality: names.nationality,
            surname: names.surname,
            first_name: names.first,
            patronymic: if omit_patronymic { "" } else { names.patronymic },
            birth,
            doc_kind,
            series,
            number,
            snils: (!foreign && own.per_mille(600)).then(|| ids::snils(own.next())),
            phone: if shares_phone { family_phone } else { own_phone },
            licence: licence.then(|| format!("77{}", ids::digits(own.next() % 1_000_000_000, 9))),
            protected: own.per_mille(10),
            street,
            house,
        }
    }

    /// The fourteenth birthday (that of a 29 February falls on 1 March here, the later reading).
    pub(crate) fn fourteenth(&self) -> Date {
        let (year, month, date) = self.birth.ymd();
        Date::from_ymd(year + 14, month, date).unwrap_or(self.birth.plus_days(14 * 366))
    }
}
