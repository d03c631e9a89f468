//! Certificates on request: a registration that coincides with an eligible result gets the one
//! certificate of that result, issued into the living store if it is not there yet.
//!
//! A token is a keyed function of what the certificate stands on. So the same result gives the same
//! token again, also after a restart, to threads that ask at once, and from a store that was
//! restored from a backup: what people have printed stays good. Without the secrets it is 128 bits
//! that nobody can guess or link.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rayon::prelude::*;

use crate::code::Code;
use crate::desk::{Desk, Issued};
use crate::error::StoreError;
use crate::format::{ResultRow, Section};
use crate::ground::{certificate_of, says_the_same};
use crate::key::{IdentityKeys, Purpose};
use crate::matching::{MatchRole, Matched};
use crate::policy::Policy;
use crate::record::{Group, Register};
use crate::register::{CertificateRecord, ResultRecord};
use crate::row::{Row, RowFault};
use crate::stack::{OpenRegister, Whole};
use crate::standing::{Ground, Standing};
use crate::store::Snapshot;
use crate::time::Instant;
use crate::writer::{Writer, need};

/// What a row was made of changed before it got into the store.
const CHANGED: RowFault = RowFault { column: "result_id", reason: "changed" };
/// How many registrations a thread takes at once.
const TOGETHER: usize = 256;
/// How often a registration is judged anew because what it rests on changed meanwhile.
const ROUNDS_MAX: usize = 100;

/// Answers registrations, and issues certificates into the living store. Any number of threads use
/// it at once.
pub struct CertificateDesk {
    desk: Desk,
    tokens: IdentityKeys,
}

impl CertificateDesk {
    /// A desk on a store.
    ///
    /// # Errors
    /// When a secret of results and certificates is missing: issuing needs all three.
    pub fn new(writer: Arc<Writer>) -> Result<Self, StoreError> {
        let secrets = writer.keys.group(Group::Medical);
        let code = need(Group::Medical, "code", secrets.code.as_ref())?;
        let identity = need(Group::Medical, "identity", secrets.identity.as_ref())?;
        need(Group::Medical, "details", secrets.details.as_ref())?;
        let tokens = IdentityKeys::of_tokens(code, identity);
        let rules = IdentityKeys::new(identity);
        let policy = writer.policy.clone();
        let rule = move |snapshot: &Snapshot, row: &Row<'_>| {
            let holds = is_due(snapshot, row, &rules, &policy)?;
            Ok(if holds { Ok(()) } else { Err(CHANGED) })
        };
        let desk = Desk::new(writer, Register::Certificates).with_rule(Box::new(rule));
        Ok(CertificateDesk { desk, tokens })
    }

    /// The writer of the store that certificates go into.
    #[must_use]
    pub fn writer(&self) -> &Arc<Writer> {
        self.desk.writer()
    }

    /// Answers registrations, in their order. A certificate is durable, and every reader sees it,
    /// when this returns; calls from many threads share one publish. Waits for its turn while
    /// something is loaded.
    ///
    /// # Errors
    /// When the store cannot be read or written: then no certificate is issued, but where the very
    /// last sync failed some may be. Each registration can be handed in again, and gets the same.
    pub fn answer(
        &self,
        registrations: &[Row<'_>],
        role: MatchRole,
        now: Instant,
    ) -> Result<Vec<Matched>, StoreError> {
        let mut answers: Vec<Option<Matched>> = vec![None; registrations.len()];
        let mut open: Vec<usize> = (0..registrations.len()).collect();
        // How many tokens of a result were taken by certificates that are no longer there.
        let mut taken: HashMap<u128, u64> = HashMap::new();
        for _ in 0..ROUNDS_MAX {
            let snapshot = self.writer().snapshot();
            let policy = &self.writer().policy;
            let forms: Vec<&Row<'_>> = open.iter().map(|place| &registrations[*place]).collect();
            let matched: Vec<Vec<Matched>> = forms
                .par_chunks(TOGETHER)
                .map(|forms| {
                    let mut matched = Vec::new();
                    snapshot.match_registrations(forms, role, policy, &mut matched)?;
                    Ok(matched)
                })
                .collect::<Result<_, StoreError>>()?;
            let mut asked: HashMap<u128, Row<'static>> = HashMap::new();
            let mut again = Vec::new();
            for (place, matched) in open.iter().copied().zip(matched.into_iter().flatten()) {
                let Some(due) = matched.due else {
                    answers[place] = Some(matched);
                    continue;
                };
                again.push(place);
                // What is due is due on a result of this snapshot.
                let results = snapshot.register(Register::Results).ok_or(StoreError::Contended)?;
                let key = results.key(due)?;
                if let Entry::Vacant(vacant) = asked.entry(key) {
                    let number = taken.get(&key).copied().unwrap_or(0);
                    vacant.insert(self.row(results, due, &registrations[place], number)?);
                }
            }
            if again.is_empty() {
                // Each has its answer now.
                return Ok(answers.into_iter().flatten().collect());
            }
            let (keys, rows): (Vec<u128>, Vec<_>) = asked.into_iter().unzip();
            for (key, issued) in keys.into_iter().zip(self.desk.issue(rows, now)?) {
                if issued == Issued::Taken {
                    *taken.entry(key).or_default() += 1;
                }
            }
            open = again;
        }
        Err(StoreError::Contended)
    }

    /// The row of a certificate that is due.
    fn row(
        &self,
        results: &OpenRegister,
        due: Whole,
        registration: &Row<'_>,
        number: u64,
    ) -> Result<Row<'static>, StoreError> {
        let result = results.details(due)?;
        let broken =
            |_| results.damaged(due.segment, Section::DetailsAt, "details break the rules");
        let record = ResultRecord::read(&result).map_err(broken)?;
        let mut row = certificate_of(&result);
        row.set("token", self.token(&record, number).canonical());
        // Its text was read when it was matched.
        row.set("issued_at", registration.value("submitted_at").unwrap_or_default().to_owned());
        Ok(row)
    }

    /// The token of the certificate for what a result says of a person.
    fn token(&self, result: &ResultRecord, number: u64) -> Code {
        let person = &result.person;
        let birth = person.birth_date.map(|date| date.to_string());
        let number = number.to_string();
        let bits = self.tokens.key(
            Purpose::Token,
            &[
                Some(&result.result_id),
                Some(result.kind.as_str()),
                person.surname.as_deref(),
                person.first_name.as_deref(),
                person.patronymic.as_deref(),
                birth.as_deref(),
                person.document.as_deref(),
                person.snils.as_deref(),
                Some(&number),
            ],
        );
        Code::certificate(bits)
    }
}

/// Whether a certificate is due on a result as a row says it, and none stands on it.
fn is_due(
    snapshot: &Snapshot,
    row: &Row<'_>,
    keys: &IdentityKeys,
    policy: &Policy,
) -> Result<bool, StoreError> {
    let Some(results) = snapshot.register(Register::Results) else { return Ok(false) };
    let key = keys.key(Purpose::ResultId, &[row.value("result_id").map(str::trim)]);
    let Some(at) = results.whole(key)? else { return Ok(false) };
    if !says_the_same(row, &results.details(at)?) {
        return Ok(false);
    }
    let Ok(record) = CertificateRecord::read(row) else { return Ok(false) };
    let result: ResultRow = results.item(Section::Rows, at)?;
    let eligible = snapshot
        .eligible_until(&result, record.issued_at, policy)
        .map_err(|reason| results.damaged(at.segment, Section::Rows, reason))?;
    let ground = Ground { row: &result, person: &record.person };
    let standing = snapshot.standing(key, &ground, record.issued_at, policy)?;
    Ok(eligible.is_ok() && standing == Standing::None)
}
