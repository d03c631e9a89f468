//! From a row of text to a sealed segment: canonical form, keys, columns, index.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::xxh3_64;

use crate::code::Code;
use crate::details;
use crate::error::StoreError;
use crate::format::{CertificateRow, ColdRow, HolderRow, ResultRow, Section};
use crate::ground::Correction;
use crate::key::{CodeCipher, IdentityKeys, Purpose};
use crate::life::Life;
use crate::policy::Policy;
use crate::record::{Register, Status};
use crate::register::{
    CardRecord, CertificateRecord, PermitRecord, Person, ResultRecord, StatusSince,
};
use crate::row::{Row, RowFault};
use crate::stack::OpenRegister;
use crate::store::Snapshot;
use crate::table::{Entry, State};
use crate::time::{Date, Instant};
use crate::verdict::Subtype;

/// Turns rows of one register into what a segment keeps of them. Shared by threads.
pub struct Intake<'a> {
    pub(crate) register: Register,
    pub(crate) cipher: CodeCipher,
    pub(crate) identity: IdentityKeys,
    pub(crate) policy: &'a Policy,
    /// Places of the sources by identifier, for results.
    pub(crate) sources: HashMap<String, u32>,
    /// What the store holds beneath, with what was sealed before in this load.
    pub(crate) beneath: Arc<Snapshot>,
    /// Why that could not be read.
    pub(crate) broken: Arc<OnceLock<StoreError>>,
}

/// One row, ready to be kept.
pub struct Prepared {
    pub(crate) key: u128,
    pub(crate) content: u64,
    pub(crate) plain: Vec<u8>,
    pub(crate) entry: Entry,
    pub(crate) cold: Option<ColdRow>,
    pub(crate) holder: HolderRow,
    pub(crate) postings: [Option<u128>; 4],
    pub(crate) columns: Columns,
    /// Whether the store holds this very row already.
    pub(crate) same: bool,
    /// From when a result is withdrawn, where that differs from what the store holds.
    pub(crate) withdrawal: Option<Instant>,
    /// What it corrects, where certificates stand on that.
    pub(crate) correction: Option<Box<Correction>>,
}

/// What a register keeps of a row beside its entry.
pub(crate) enum Columns {
    None,
    Certificate(CertificateRow),
    Result(ResultRow),
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
            Register::Certificates => self.certificate(&CertificateRecord::read(row)?)?,
            Register::Cards => self.card(&CardRecord::read(row, self.policy)?),
            Register::Results => self.result(&ResultRecord::read(row)?)?,
            Register::Sources => return Err(RowFault { column: "source_id", reason: "sources" }),
        };
        prepared.plain = details::encode(row);
        if prepared.plain.len() + 16 > details::ROW_BYTES_MAX {
            return Err(RowFault { column: self.primary_column(), reason: "too_long" });
        }
        prepared.content = xxh3_64(&prepared.plain);
        self.compare(&mut prepared, row).map_err(|error| self.broken(error))?;
        Ok(prepared)
    }

    /// Notes that the store beneath cannot be read: what is loaded now is then never sealed, so what
    /// is said of the row does not matter.
    fn broken(&self, error: StoreError) -> RowFault {
        let _ = self.broken.set(error);
        RowFault { column: self.primary_column(), reason: "store" }
    }

    /// Whether the store beneath holds the row already, and what it knew of a result.
    fn compare(&self, prepared: &mut Prepared, row: &Row<'_>) -> Result<(), StoreError> {
        let beneath = self.beneath.register(self.register);
        let whole = match beneath {
            None => None,
            Some(open) => open.whole(prepared.key)?.map(|whole| (open, whole)),
        };
        if let Some((open, whole)) = whole {
            match open.plain_details(whole) {
                Ok(plain) if plain == prepared.plain => prepared.same = true,
                Ok(plain) => {
                    prepared.correction = self.correction(prepared.key, &plain, row)?.map(Box::new);
                }
                // Who cannot read what was there cannot tell what is corrected.
                Err(StoreError::NoSecret { .. } | StoreError::NoDetails { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        if let Columns::Result(row) = &prepared.columns {
            let before = match whole {
                None => i64::MAX,
                Some((open, at)) => open.item::<ResultRow>(Section::Rows, at)?.withdrawn_on.get(),
            };
            let now = row.withdrawn_on.get();
            prepared.withdrawal = (now != before).then(|| Instant::from_unix(now));
        }
        Ok(())
    }

    /// What a row of results corrects, where certificates stand on what was there.
    fn correction(
        &self,
        result: u128,
        before: &[u8],
        row: &Row<'_>,
    ) -> Result<Option<Correction>, StoreError> {
        let certificates = self.beneath.register(Register::Certificates);
        let (Register::Results, Some(certificates)) = (self.register, certificates) else {
            return Ok(None);
        };
        if certificates.posted(Section::PostingsA, result)?.is_empty() {
            return Ok(None);
        }
        let records = details::decode(row.table, before)
            .and_then(|before| ResultRecord::read(&before).ok())
            .zip(ResultRecord::read(row).ok());
        let row = row.clone().into_owned();
        Ok(records.map(|(before, after)| Correction { result, before, after, row }))
    }

    /// Whether the store beneath has a row of this key, be it a removed one.
    pub(crate) fn holds(&self, key: u128) -> Result<bool, StoreError> {
        let beneath = self.beneath.register(self.register);
        beneath.map_or(Ok(false), |open| Ok(open.find_exact(key)?.is_some()))
    }

    /// From when the result behind a certificate is withdrawn.
    fn result_withdrawn_on(&self, result_key: u128) -> Result<Instant, StoreError> {
        let Some(results) = self.beneath.register(Register::Results) else {
            return Ok(Instant::MAX);
        };
        withdrawn_on(results, result_key)
    }

    fn permit(&self, record: &PermitRecord) -> Prepared {
        let mut prepared = self.coded(
            &record.code,
            &record.person,
            &Life {
                subtype: record.subtype as u8 - Subtype::Work as u8 + 1,
                valid_from: record.valid_from.start(),
                valid_until: record.valid_to.end(),
                ..living(record.status)
            },
        );
        let key = |purpose, value: &Option<String>| {
            value.as_deref().map(|value| self.identity.key(purpose, &[Some(value)]))
        };
        prepared.postings = [
            key(Purpose::Plate, &record.plate),
            key(Purpose::Troika, &record.troika),
            key(Purpose::Strelka, &record.strelka),
            document_and_week(&self.identity, record),
        ];
        prepared
    }

    fn certificate(&self, record: &CertificateRecord) -> Result<Prepared, RowFault> {
        let result = record.result_id.as_ref();
        let result = result.map(|id| self.identity.key(Purpose::ResultId, &[Some(id.as_str())]));
        let withdrawn_on = match result {
            None => Instant::MAX,
            Some(key) => self.result_withdrawn_on(key).map_err(|error| self.broken(error))?,
        };
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
                result_withdrawn_on: withdrawn_on,
                ..living(record.status)
            },
        );
        prepared.postings[0] = result;
        prepared.columns = Columns::Certificate(CertificateRow {
            sampled_at: sampled_at.unix().into(),
            reported_at: reported_at.unix().into(),
        });
        Ok(prepared)
    }

    fn card(&self, record: &CardRecord) -> Prepared {
        self.coded(
            &record.code,
            &record.person,
            &Life {
                subtype: 1,
                valid_from: record.issued_on.start(),
                valid_until: self.policy.card_until(record.issued_on, Instant::MAX),
                ..living(record.status)
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
            columns: Columns::Result(ResultRow {
                sampled_at: record.sampled_at.unix().into(),
                reported_at: record.reported_at.unix().into(),
                withdrawn_on: withdrawn_on.unix().into(),
                document: short(Purpose::Document, &record.person.document),
                snils: short(Purpose::Snils, &record.person.snils),
                licence: short(Purpose::Licence, &record.work_licence),
                source: source.into(),
                traits: (record.kind as u32 | outcome << 2 | u32::from(record.protected) << 4)
                    .into(),
                padding: [0; 8],
            }),
            same: false,
            withdrawal: None,
            correction: None,
        })
    }

    /// What every register of codes keeps.
    fn coded(&self, code: &Code, person: &Person, life: &Life) -> Prepared {
        let (entry, cold) = life.pack();
        Prepared {
            key: self.cipher.key(code.bytes),
            content: 0,
            plain: Vec::new(),
            entry,
            cold,
            holder: holder(&self.identity, person),
            postings: [None; 4],
            columns: Columns::None,
            same: false,
            withdrawal: None,
            correction: None,
        }
    }
}

/// From when a result is withdrawn; never for one that the store does not hold.
pub(crate) fn withdrawn_on(results: &OpenRegister, key: u128) -> Result<Instant, StoreError> {
    let Some(at) = results.whole(key)? else { return Ok(Instant::MAX) };
    let row: ResultRow = results.item(Section::Rows, at)?;
    Ok(Instant::from_unix(row.withdrawn_on.get()))
}

/// Under which key the quota of a permit of type 3 is counted; no other type has one.
fn document_and_week(keys: &IdentityKeys, record: &PermitRecord) -> Option<u128> {
    let document = record.person.document.as_deref()?;
    (record.subtype == Subtype::Other).then(|| week_key(keys, document, record.valid_from))
}

/// The key of a document and the calendar week of a date.
pub(crate) fn week_key(keys: &IdentityKeys, document: &str, date: Date) -> u128 {
    let monday = date.week_start().to_string();
    keys.key(Purpose::DocumentAndWeek, &[Some(document), Some(&monday)])
}

/// A life of which only the status is known.
fn living(status: StatusSince) -> Life {
    Life {
        subtype: 1,
        valid_from: Instant::MIN,
        valid_until: Instant::MAX,
        status: Some(status.status),
        status_on: status.on,
        result_withdrawn_on: Instant::MAX,
        replaced_by: 0,
    }
}

/// Keys by which a result is found.
struct PersonKeys {
    person: u128,
    document: Option<u128>,
    phone_and_birth: u128,
    names_and_birth: u128,
}

impl PersonKeys {
    fn new(keys: &IdentityKeys, person: &Person, phone: &str) -> Self {
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

/// What a holder may show, as keys.
pub(crate) fn holder(keys: &IdentityKeys, person: &Person) -> HolderRow {
    let brief = |purpose, value: &Option<String>| keys.brief(purpose, value.as_deref());
    let birth = person.birth_date.map(|date| date.to_string());
    HolderRow {
        document: keys.short(Purpose::Document, person.document.as_deref()).into(),
        surname: brief(Purpose::Surname, &person.surname),
        first_name: brief(Purpose::FirstName, &person.first_name),
        patronymic: brief(Purpose::Patronymic, &person.patronymic),
        birth_date: brief(Purpose::BirthDate, &birth),
    }
}
