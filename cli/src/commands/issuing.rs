//! Certificates for registrations: issued many at a time, told when they are durable.

use std::io::Write;
use std::path::Path;

use propusk_engine::challenge::ChallengeError;
use propusk_engine::code::certificate_url;
use propusk_engine::issue::CertificateDesk;
use propusk_engine::matching::{MatchRole, Matched};
use propusk_engine::policy::Policy;
use propusk_engine::row::Row;
use propusk_engine::store::Snapshot;
use propusk_engine::time::Instant;
use propusk_engine::verdict::Role;
use propusk_engine::verify::Query;

use crate::commands::matching::{Asked, Gate, line, read_forms, unreadable, withheld};
use crate::error::CliError;
use crate::output::Output;
use crate::page::Page;
use crate::pictures::Pictures;
use crate::setting;

/// The most registrations that share one publish.
const TOGETHER_MAX: usize = 1 << 14;

/// Issues certificates into a store.
pub(crate) struct Issuer<'a> {
    pub(crate) desk: CertificateDesk,
    pub(crate) policy: &'a Policy,
    pub(crate) role: MatchRole,
    /// Who is answered; everybody without.
    pub(crate) gate: Option<Gate>,
    pub(crate) pictures: Option<Pictures>,
}

/// A form, unless its outcome may not be shown.
type Admitted = Result<Option<Row<'static>>, ChallengeError>;

impl Issuer<'_> {
    /// Answers every row of an input; answers how many could not be read.
    pub(crate) fn all(
        mut self,
        path: Option<&Path>,
        output: &mut Output<impl Write>,
    ) -> Result<u64, CliError> {
        let gate = self.gate.take();
        let admit = |form: &Row<'_>| -> Admitted {
            let admits = gate.as_ref().map_or(Ok(true), |gate| gate.admits(form))?;
            Ok(admits.then(|| form.clone().into_owned()))
        };
        let mut held = Vec::new();
        let mut faults = 0;
        read_forms(path, admit, |asked| {
            faults += u64::from(matches!(asked, Asked::Unreadable { .. }));
            held.push(asked);
            if held.len() < TOGETHER_MAX {
                return Ok(());
            }
            self.answer(std::mem::take(&mut held), output)
        })?;
        self.answer(held, output)?;
        Ok(faults)
    }

    /// Answers forms together, in their order.
    fn answer(
        &mut self,
        held: Vec<Asked<Admitted>>,
        output: &mut Output<impl Write>,
    ) -> Result<(), CliError> {
        let mut forms = Vec::new();
        let mut lines = Vec::with_capacity(held.len());
        for asked in held {
            lines.push(match asked {
                Asked::Unreadable { input, error } => Err((input, error)),
                Asked::Form { request_id, value } => {
                    let form = value?;
                    let is_admitted = form.is_some();
                    forms.extend(form);
                    Ok((request_id, is_admitted))
                }
            });
        }
        let matched = self.desk.answer(&forms, self.role, setting::now())?;
        let snapshot = self.desk.writer().snapshot();
        let mut answers = forms.iter().zip(matched);
        for read in lines {
            match read {
                Err((input, error)) => output.push(&unreadable(input, error)),
                Ok((request_id, false)) => output.push(&withheld(request_id)),
                Ok((request_id, true)) => {
                    let Some((form, matched)) = answers.next() else { break };
                    self.draw(&snapshot, form, &matched)?;
                    output.push(&line(request_id, &matched, self.policy))
                }
            }
            .map_err(CliError::output)?;
        }
        output.flush().map_err(CliError::output)
    }

    /// Writes the pictures of a certificate, where they are asked for.
    fn draw(
        &mut self,
        snapshot: &Snapshot,
        form: &Row<'_>,
        matched: &Matched,
    ) -> Result<(), CliError> {
        let (Some(pictures), Some(token)) = (&mut self.pictures, matched.token) else {
            return Ok(());
        };
        let at = form.value("submitted_at").and_then(|text| Instant::parse(text.trim()));
        let (text, host) = (token.canonical(), self.policy.certificate_hosts.first());
        let (Some(at), Some(host)) = (at, host) else { return Ok(()) };
        // Nothing is printed that a venue would not be told.
        let query = Query { role: Role::Venue, ..Query::new(text.as_bytes(), at) };
        let answer = snapshot.verify(&query, self.policy)?;
        let Some(validity) = answer.judged.validity() else { return Ok(()) };
        let page = Page {
            subtype: answer.judged.subtype,
            validity,
            holder: answer.holder.as_ref(),
            token: &text,
            url: &certificate_url(&token, host),
        };
        pictures.write(form.value("request_id").unwrap_or_default(), &page)
    }
}
