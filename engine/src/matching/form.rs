//! A form as far as coinciding needs it.

use super::plain::PlainForm;
use crate::format::ResultRow;
use crate::identity::short::Short;
use crate::key::{Begun, IdentityKeys, Purpose};
use crate::register::Registration;
use crate::row::{Row, RowFault};
use crate::time::Instant;

/// A form that was read.
pub(super) enum Form {
    /// As nearly all are.
    Plain(PlainForm),
    /// As some are.
    Full(Box<Registration>),
}

/// A field, if both sides have it.
#[inline]
fn pair(purpose: Purpose, own: Option<&[u8]>, stored: u64) -> Option<OnBoth<'_>> {
    own.filter(|_| stored != 0).map(|own| (purpose, own, stored))
}

/// A field that both sides have: what its key is for, the form's, and the key of the result's.
pub(super) type OnBoth<'f> = (Purpose, &'f [u8], u64);

impl Form {
    /// Reads a row, and puts the fields of its person's key behind the others.
    ///
    /// # Errors
    /// The first column at fault.
    #[inline]
    pub(super) fn read<'k>(
        row: &Row<'_>,
        keys: &'k IdentityKeys,
        persons: &mut Begun<'k>,
    ) -> Result<Self, RowFault> {
        let place = persons.len();
        let plain = PlainForm::read(row, persons.begin(keys, Purpose::Person));
        if let Some(form) = plain {
            return Ok(Form::Plain(form));
        }
        persons.truncate(place);
        let form = Registration::read(row)?;
        let person = &form.person;
        let birth_date = person.birth_date.map(|date| date.to_string());
        let fields = persons.begin(keys, Purpose::Person);
        for field in [&person.surname, &person.first_name, &person.patronymic, &birth_date] {
            fields.field(field.as_deref().map(str::as_bytes));
        }
        fields.field(Some(form.phone.as_bytes()));
        Ok(Form::Full(Box::new(form)))
    }

    /// When it was handed in.
    pub(super) fn submitted_at(&self) -> Instant {
        match self {
            Form::Plain(form) => form.submitted_at,
            Form::Full(form) => form.submitted_at,
        }
    }

    /// What of document, SNILS and licence both sides have, all of which must be equal; nothing where
    /// neither document nor SNILS is on both.
    #[inline]
    pub(super) fn on_both(&self, result: &ResultRow) -> impl Iterator<Item = OnBoth<'_>> {
        let [document, snils, licence] = self.fields();
        let document = pair(Purpose::Document, document, result.document.get());
        let snils = pair(Purpose::Snils, snils, result.snils.get());
        let licence = pair(Purpose::Licence, licence, result.licence.get());
        let any = document.is_some() || snils.is_some();
        document.into_iter().chain(snils).chain(licence.filter(|_| any))
    }

    /// Document, SNILS and licence.
    #[inline]
    fn fields(&self) -> [Option<&[u8]>; 3] {
        match self {
            Form::Plain(form) => [
                form.document.as_ref().map(Short::as_bytes),
                form.snils.as_ref().map(|snils| &snils[..]),
                form.work_licence.as_ref().map(Short::as_bytes),
            ],
            Form::Full(form) => [&form.person.document, &form.person.snils, &form.work_licence]
                .map(|field| field.as_deref().map(str::as_bytes)),
        }
    }
}
