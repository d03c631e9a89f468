//! A line of `request`: an SMS, or a form.

use propusk_engine::request::{Asked, Field};
use propusk_engine::time::Instant;
use serde::Deserialize;

use crate::setting;
use crate::text::Text;

/// The members of a line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Members<'a> {
    #[serde(borrow)]
    received_at: Text<'a>,
    #[serde(borrow)]
    channel: Text<'a>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    #[serde(borrow)]
    phone: Text<'a>,
    #[serde(borrow)]
    travel_date: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    surname: Text<'a>,
    #[serde(borrow)]
    first_name: Text<'a>,
    #[serde(borrow)]
    patronymic: Text<'a>,
    #[serde(borrow)]
    birth_date: Text<'a>,
    #[serde(borrow)]
    doc_type: Text<'a>,
    #[serde(borrow)]
    doc_series: Text<'a>,
    #[serde(borrow)]
    doc_number: Text<'a>,
    #[serde(borrow)]
    plate: Text<'a>,
    #[serde(borrow)]
    troika: Text<'a>,
    #[serde(borrow)]
    strelka: Text<'a>,
    #[serde(borrow)]
    inn: Text<'a>,
    #[serde(borrow)]
    organisation: Text<'a>,
    #[serde(borrow)]
    institution: Text<'a>,
    #[serde(borrow)]
    purpose: Text<'a>,
    #[serde(borrow)]
    departure: Text<'a>,
    #[serde(borrow)]
    destination: Text<'a>,
}

/// A line that was read.
pub(crate) struct Line<'a> {
    received_at: Instant,
    members: Box<Members<'a>>,
}

/// What a line says.
pub(crate) enum Said<'a> {
    Message(&'a str),
    Form(Box<Asked<'a>>),
}

impl<'a> Line<'a> {
    /// Reads a line, or tells why it cannot be read.
    pub(crate) fn read(line: &'a [u8]) -> Result<Self, String> {
        let members: Members<'a> =
            serde_json::from_slice(line).map_err(|error| format!("JSON: {error}"))?;
        let received_at = Instant::parse(&members.received_at.0)
            .ok_or_else(|| format!("received_at: {}", setting::NO_INSTANT))?;
        let line = Line { received_at, members: Box::new(members) };
        if line.members.text.is_some() && line.columns().any(|(_, text)| !text.is_empty()) {
            return Err(
                "text: an SMS says everything in its text; leave out the columns".to_owned()
            );
        }
        let channels: &[&str] =
            if line.members.text.is_some() { &["", "sms"] } else { &["", "web", "telephone"] };
        if !channels.contains(&&*line.members.channel.0) {
            return Err("channel: not one of sms (with `text`), web, telephone".to_owned());
        }
        Ok(line)
    }

    /// When it arrived, and what it says.
    pub(crate) fn said(&self) -> (Instant, Said<'_>) {
        let said = match &self.members.text {
            Some(text) => Said::Message(&text.0),
            None => {
                let mut asked = Box::new(Asked::new());
                self.columns().for_each(|(field, text)| asked.set(field, text));
                asked.set(Field::Phone, &self.members.phone.0);
                Said::Form(asked)
            }
        };
        (self.received_at, said)
    }

    /// What only a form has.
    fn columns(&self) -> impl Iterator<Item = (Field, &str)> {
        let members = &*self.members;
        [
            (Field::TravelDate, &members.travel_date),
            (Field::Type, &members.kind),
            (Field::Surname, &members.surname),
            (Field::FirstName, &members.first_name),
            (Field::Patronymic, &members.patronymic),
            (Field::BirthDate, &members.birth_date),
            (Field::DocType, &members.doc_type),
            (Field::DocSeries, &members.doc_series),
            (Field::DocNumber, &members.doc_number),
            (Field::Plate, &members.plate),
            (Field::Troika, &members.troika),
            (Field::Strelka, &members.strelka),
            (Field::Inn, &members.inn),
            (Field::Organisation, &members.organisation),
            (Field::Institution, &members.institution),
            (Field::Purpose, &members.purpose),
            (Field::Departure, &members.departure),
            (Field::Destination, &members.destination),
        ]
        .into_iter()
        .map(|(field, text)| (field, &*text.0))
    }
}
