//! From a row of text to a sealed segment: canonical form, keys, columns, index.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Seen;
use std::io;
use std::path::Path;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::code::Code;
use crate::details::{self, DetailsWriter};
use crate::format::{
    CertificateRow, ColdRow, FORMAT_VERSION, Header, HolderRow, MAGIC, ResultRow, Section,
};
use crate::key::{CodeCipher, IdentityKeys, Purpose};
use crate::policy::Policy;
use crate::postings;
use crate::record::{Register, ResultKind, Status};
use crate::register::{
    CardRecord, CertificateRecord, PermitRecord, Person, ResultRecord, StatusSince,
};
use crate::row::{Row, RowFault};
use crate::segment;
use crate::table::{self, Entry, State};
use crate::time::Instant;
use crate::verdict::Subtype;

/// Turns rows of one register into what a segment keeps of them. Shared by threads.
pub struct Intake<'a> {
    pub(crate) register: Register,
    pub(crate) cipher: CodeCipher,
    pub(crate) identity: IdentityKeys,
    pub(crate) policy: &'a Policy,
    /// Places of the sources by identifier, for results.
    pub(crate) sources: HashMap<String, u32>,
    /// From when results are withdrawn, by the key of their identifier, for certificates.
    pub(crate) withdrawn: HashMap<u128, Instant>,
}

/// One row, ready to be kept.
pub struct Prepared {
    key: u128,
    content: u64,
    plain: Vec<u8>,
    entry: Entry,
    cold: Option<ColdRow>,
    holder: HolderRow,
    postings: [Option<u128>; 4],
    extra: Extra,
}

enum Extra {
    None,
    Certificate(CertificateRow),
    Result(ResultRow),
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It is kept.
    Added,
    /// The same row was there already; nothing changed.
    Same,
    /// Another row with the same primary key was there first.
    Duplicate,
}

/// A time of use and a status, before they are packed.
struct Life {
    subtype: u8,
    valid_from: Instant,
    valid_until: Instant,
    status: StatusSince,
    result_withdrawn_on: Instant,
}

impl Intake<'_> {
    /// The first column of the register's primary key, which a `duplicate` names.
    #[must_use]
    pub fn primary_column(&self) -> &'static str {
        crate::row::Table::of(self.register).columns[0].name
    }

    /// Checks a row and derives everything that a segment keeps of it.
    ///
    /// # Errors
    /// The first column at fault, and the reason.
    pub fn prepare(&self, row: &Row<'_>) -> Result<Prepared, RowFault> {
        let mut prepared = match self.register {
            Register::Permits => self.permit(&PermitRecord::read(row)?),
            Register::Certificates => self.certificate(&CertificateRecord::read(row)?),
            Register::Cards => self.card(&CardRecord::read(row, self.policy)?),
            Register::Results => self.result(&ResultRecord::read(row)?)?,
            Register::Sources => return Err(RowFault { column: "source_id", reason: "sources" }),
        };
        prepared.plain = details::encode(row);
        if prepared.plain.len() + 16 > details::ROW_BYTES_MAX {
            return Err(RowFault { column: self.primary_column(), reason: "too_long" });
        }
        prepared.content = xxh3_64(&prepared.plain);
        Ok(prepared)
    }

    fn permit(&self, record: &PermitRecord) -> Prepared {
        let mut prepared = self.coded(
            &record.code,
            &record.person,
            &Life {
                subtype: record.subtype as u8 - Subtype::Work as u8 + 1,
                valid_from: record.valid_from.start(),
                valid_until: record.valid_to.end(),
                status: record.status,
                result_withdrawn_on: Instant::MAX,
            },
        );
        let key = |purpose, value: &Option<String>| {
            value.as_deref().map(|value| self.identity.key(purpose, &[Some(value)]))
        };
        prepared.postings = [
            key(Purpose::Plate, &record.plate),
            key(Purpose::Troika, &record.troika),
            key(Purpose::Strelka, &record.strelka),
            None,
        ];
        prepared
    }

    fn certificate(&self, record: &CertificateRecord) -> Prepared {
        let withdrawn_on = record.result_id.as_ref().and_then(|id| {
            self.withdrawn.get(&self.identity.key(Purpose::ResultId, &[Some(id.as_str())]))
        });
        let (sampled_at, reported_at) = (record.sampled_at, record.reported_at);
        let mut prepared = self.coded(
            &record.code,
            &record.person,
            &Life {
                subtype: record.kind as u8 + 1,
                valid_from: record.issued_at,
                valid_until: self.policy.certificate_until(
                    record.kind,
                    sampled_at,
                    reported_at,
                    Instant::MAX,
                ),
                status: record.status,
                result_withdrawn_on: withdrawn_on.copied().unwrap_or(Instant::MAX),
            },
        );
        prepared.extra = Extra::Certificate(CertificateRow {
            sampled_at: sampled_at.unix().into(),
            reported_at: reported_at.unix().into(),
        });
        prepared
    }

    fn card(&self, record: &CardRecord) -> Prepared {
        self.coded(
            &record.code,
            &record.person,
            &Life {
                subtype: 1,
                valid_from: record.issued_on.start(),
                valid_until: self.policy.card_until(record.issued_on, Instant::MAX),
                status: record.status,
                result_withdrawn_on: Instant::MAX,
            },
        )
    }

    fn result(&self, record: &ResultRecord) -> Result<Prepared, RowFault> {
        let source = self.sources.get(&record.source_id);
        let source = *source.ok_or(RowFault { column: "source_id", reason: "source" })?;
        let person = PersonKeys::new(&self.identity, &record.person, &record.phone);
        let short =
            |purpose, value: &Option<String>| self.identity.short(purpose, value.as_deref()).into();
        let withdrawn_on = match record.status.status {
            Status::Withdrawn => record.status.on,
            _ => Instant::MAX,
        };
        let outcome = record.outcome.map_or(3, |outcome| outcome as u32);
        let id = record.result_id.as_str();
        Ok(Prepared {
            key: self.identity.key(Purpose::ResultId, &[Some(id)]),
            content: 0,
            plain: Vec::new(),
            entry: Entry {
                subtype: record.kind as u8 + 1,
                state: State::Cold,
                valid_from: Instant::MIN,
                valid_until: Instant::MAX,
            },
            cold: None,
            holder: HolderRow::default(),
            postings: [
                Some(person.person),
                person.document,
                Some(person.phone_and_birth),
                Some(person.names_and_birth),
            ],
            extra: Extra::Result(ResultRow {
                sampled_at: record.sampled_at.unix().into(),
                reported_at: record.reported_at.unix().into(),
                withdrawn_on: withdrawn_on.unix().into(),
                document: short(Purpose::Document, &record.person.document),
                snils: short(Purpose::Snils, &record.person.snils),
                licence: short(Purpose::Licence, &record.work_licence),
                source: source.into(),
                traits: (record.kind as u32 | outcome << 2 | u32::from(record.protected) << 4)
                    .into(),
            }),
        })
    }

    /// What every register of codes keeps.
    fn coded(&self, code: &Code, person: &Person, life: &Life) -> Prepared {
        let beginning = life.status.on == Instant::MIN;
        let state = match life.status.status {
            Status::Active => State::Active,
            Status::Revoked if beginning => State::Revoked,
            Status::Suspended if beginning => State::Suspended,
            _ => State::Cold,
        };
        let fits = Entry::fits(life.valid_from, life.valid_until);
        let plain = fits && life.result_withdrawn_on == Instant::MAX;
        let state = if plain { state } else { State::Cold };
        let cold = (state == State::Cold).then(|| ColdRow {
            row: 0.into(),
            status: (life.status.status as u32).into(),
            valid_from: life.valid_from.unix().into(),
            valid_until: life.valid_until.unix().into(),
            status_on: life.status.on.unix().into(),
            result_withdrawn_on: life.result_withdrawn_on.unix().into(),
        });
        Prepared {
            key: self.cipher.key(code.bytes),
            content: 0,
            plain: Vec::new(),
            entry: Entry {
                subtype: life.subtype,
                state,
                valid_from: life.valid_from,
                valid_until: life.valid_until,
            },
            cold,
            holder: holder(&self.identity, person),
            postings: [None; 4],
            extra: Extra::None,
        }
    }
}

/// Keys by which a result is found.
pub(crate) struct PersonKeys {
    pub person: u128,
    pub document: Option<u128>,
    pub phone_and_birth: u128,
    pub names_and_birth: u128,
}

impl PersonKeys {
    pub(crate) fn new(keys: &IdentityKeys, person: &Person, phone: &str) -> Self {
        let birth = person.birth_date.map(|date| date.to_string());
        let (birth, phone) = (birth.as_deref(), Some(phone));
        let names = [
            person.surname.as_deref(),
            person.first_name.as_deref(),
            person.patronymic.as_deref(),
            birth,
        ];
        let document = person.document.as_deref();
        PersonKeys {
            person: keys.key(Purpose::Person, &[names[0], names[1], names[2], birth, phone]),
            document: document.map(|number| keys.key(Purpose::Document, &[Some(number)])),
            phone_and_birth: keys.key(Purpose::PhoneAndBirth, &[phone, birth]),
            names_and_birth: keys.key(Purpose::NamesAndBirth, &names),
        }
    }
}

fn holder(keys: &IdentityKeys, person: &Person) -> HolderRow {
    let short = |purpose, value: &Option<String>| keys.short(purpose, value.as_deref()).into();
    let birth = person.birth_date.map(|date| date.to_string());
    HolderRow {
        document: short(Purpose::Document, &person.document),
        surname: short(Purpose::Surname, &person.surname),
        first_name: short(Purpose::FirstName, &person.first_name),
        patronymic: short(Purpose::Patronymic, &person.patronymic),
        birth_date: short(Purpose::BirthDate, &birth),
    }
}

/// Collects the rows of one segment, in the order of arrival.
pub struct Collector {
    pub(crate) register: Register,
    pub(crate) number: u64,
    details: DetailsWriter,
    seen: HashMap<u128, u64>,
    rows: Vec<Kept>,
    cold: Vec<(u32, ColdRow)>,
    postings: [Vec<(u128, u32)>; 4],
    certificates: Vec<CertificateRow>,
    results: Vec<ResultRow>,
}

struct Kept {
    key: u128,
    entry: Entry,
    holder: HolderRow,
    details_at: u64,
}

impl Collector {
    pub(crate) fn new(
        register: Register,
        number: u64,
        details: &Path,
        secret: &crate::secret::Secret,
    ) -> io::Result<Self> {
        Ok(Collector {
            register,
            number,
            details: DetailsWriter::create(details, secret, number)?,
            seen: HashMap::new(),
            rows: Vec::new(),
            cold: Vec::new(),
            postings: Default::default(),
            certificates: Vec::new(),
            results: Vec::new(),
        })
    }

    /// How many rows are kept.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Keeps a row, unless its primary key was there before.
    ///
    /// # Errors
    /// When its details cannot be written.
    pub fn push(&mut self, prepared: Prepared) -> io::Result<Pushed> {
        match self.seen.entry(prepared.key) {
            Seen::Occupied(first) if *first.get() == prepared.content => return Ok(Pushed::Same),
            Seen::Occupied(_) => return Ok(Pushed::Duplicate),
            Seen::Vacant(place) => place.insert(prepared.content),
        };
        let arrival = u32::try_from(self.rows.len())
            .map_err(|_| io::Error::other("more rows than a segment holds; split the load"))?;
        let details_at = self.details.push(prepared.key, prepared.plain)?;
        self.cold.extend(prepared.cold.map(|cold| (arrival, cold)));
        for (postings, key) in self.postings.iter_mut().zip(prepared.postings) {
            postings.extend(key.map(|key| (key, arrival)));
        }
        match prepared.extra {
            Extra::None => {}
            Extra::Certificate(row) => self.certificates.push(row),
            Extra::Result(row) => self.results.push(row),
        }
        let Prepared { key, entry, holder, .. } = prepared;
        self.rows.push(Kept { key, entry, holder, details_at });
        Ok(Pushed::Added)
    }

    /// Seals: the bytes of the segment file. The details are synced.
    pub(crate) fn finish(self, key_identifier: [u8; 8], policy: &Policy) -> io::Result<Vec<u8>> {
        let Collector { register, number, details, seen, rows, cold, .. } = self;
        drop(seen);
        details.finish()?;
        let mut order: Vec<u32> = (0..rows.len() as u32).collect();
        order.par_sort_unstable_by_key(|arrival| table::order(rows[*arrival as usize].key));
        let mut row_of = vec![0u32; rows.len()];
        for (row, arrival) in order.iter().enumerate() {
            row_of[*arrival as usize] = row as u32;
        }
        let sorted = || order.iter().map(|arrival| &rows[*arrival as usize]);
        let entries: Vec<_> = sorted().map(|kept| (kept.key, kept.entry)).collect();
        let (lines, bases, displacement_max) = table::build(&entries);
        drop(entries);
        let mut cold: Vec<ColdRow> = cold
            .into_iter()
            .map(|(arrival, cold)| ColdRow { row: row_of[arrival as usize].into(), ..cold })
            .collect();
        cold.sort_unstable_by_key(|cold| cold.row.get());
        let postings = self.postings.map(|mut pairs| {
            pairs.iter_mut().for_each(|(_, row)| *row = row_of[*row as usize]);
            postings::seal(pairs)
        });
        let [postings_a, postings_b, postings_c, postings_d] = postings;
        let extra = if register == Register::Results {
            table::bytes(&permuted(&self.results, &order))
        } else if register == Register::Certificates {
            table::bytes(&permuted(&self.certificates, &order))
        } else {
            Vec::new()
        };
        let holders: Vec<HolderRow> = if register == Register::Results {
            Vec::new()
        } else {
            sorted().map(|kept| kept.holder).collect()
        };
        let header = header(register, number, key_identifier, policy);
        let header = Header {
            rows: (rows.len() as u64).into(),
            lines: (lines.len() as u64).into(),
            displacement_max: displacement_max.into(),
            ..header
        };
        let mut sections: [Vec<u8>; Section::ALL.len()] = Default::default();
        sections[Section::Lines as usize] = table::bytes(&lines);
        drop(lines);
        sections[Section::Bases as usize] = table::bytes(&bases);
        sections[Section::Keys as usize] =
            sorted().flat_map(|kept| kept.key.to_le_bytes()).collect();
        sections[Section::Cold as usize] = table::bytes(&cold);
        sections[Section::Rows as usize] = extra;
        sections[Section::Holders as usize] = table::bytes(&holders);
        sections[Section::DetailsAt as usize] =
            sorted().flat_map(|kept| kept.details_at.to_le_bytes()).collect();
        sections[Section::PostingsA as usize] = postings_a;
        sections[Section::PostingsB as usize] = postings_b;
        sections[Section::PostingsC as usize] = postings_c;
        sections[Section::PostingsD as usize] = postings_d;
        Ok(segment::seal(header, sections))
    }
}

fn permuted<T: Copy>(items: &[T], order: &[u32]) -> Vec<T> {
    order.iter().map(|arrival| items[*arrival as usize]).collect()
}

/// A header without counts and sections.
pub(crate) fn header(
    register: Register,
    number: u64,
    key_identifier: [u8; 8],
    policy: &Policy,
) -> Header {
    Header {
        magic: MAGIC,
        version: FORMAT_VERSION.into(),
        register: (register as u32).into(),
        number: number.into(),
        key_identifier,
        policy_fingerprint: policy.fingerprint().into(),
        settled_from: policy.settled_from().unix().into(),
        rows: 0.into(),
        lines: 1.into(),
        displacement_max: 0.into(),
        reserved: 0.into(),
        sections: Default::default(),
        checks_checksum: 0.into(),
        checksum: 0.into(),
    }
}

/// The subtype that a hot entry's number means in a register.
pub(crate) fn subtype(register: Register, number: u8) -> Option<Subtype> {
    match (register, number) {
        (Register::Permits, 1) => Some(Subtype::Work),
        (Register::Permits, 2) => Some(Subtype::Medical),
        (Register::Permits, 3) => Some(Subtype::Other),
        (Register::Certificates, 1) => Some(Subtype::Pcr),
        (Register::Certificates, 2) => Some(Subtype::Vaccination),
        (Register::Certificates, 3) => Some(Subtype::Recovery),
        _ => None,
    }
}

/// The kind of result that a number means.
pub(crate) fn result_kind(number: u32) -> Option<ResultKind> {
    ResultKind::ALL.get(number as usize).copied()
}
