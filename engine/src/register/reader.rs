//! Reading one row, column by column.

use crate::code::{self, Code};
use crate::identity::{document, name};
use crate::record::Status;
use crate::register::{Person, StatusSince};
use crate::row::{Row, RowFault};
use crate::time::{Date, Instant};
use crate::verdict::Kind;

/// A row being read; every fault names its column.
pub(super) struct Reader<'a> {
    row: &'a Row<'a>,
}

/// Ties a reason to its column.
pub(super) fn fault<T>(column: &'static str, reason: &'static str) -> Result<T, RowFault> {
    Err(RowFault { column, reason })
}

impl<'a> Reader<'a> {
    pub(super) fn new(row: &'a Row<'a>) -> Self {
        Reader { row }
    }

    /// The text of a column; what is nothing but white space is absent.
    pub(super) fn text(&self, column: &'static str) -> Option<&'a str> {
        self.row.value(column).map(str::trim).filter(|text| !text.is_empty())
    }

    pub(super) fn required(&self, column: &'static str) -> Result<&'a str, RowFault> {
        self.text(column).ok_or(RowFault { column, reason: "empty" })
    }

    pub(super) fn instant(&self, column: &'static str) -> Result<Instant, RowFault> {
        Instant::parse(self.required(column)?).ok_or(RowFault { column, reason: "instant" })
    }

    pub(super) fn date(&self, column: &'static str) -> Result<Date, RowFault> {
        Date::parse(self.required(column)?).ok_or(RowFault { column, reason: "date" })
    }

    pub(super) fn optional_date(&self, column: &'static str) -> Result<Option<Date>, RowFault> {
        self.text(column).map(|_| self.date(column)).transpose()
    }

    /// A word of a fixed list.
    pub(super) fn word<T>(
        &self,
        column: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, RowFault> {
        parse(self.required(column)?).ok_or(RowFault { column, reason: "word" })
    }

    pub(super) fn optional_word<T>(
        &self,
        column: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, RowFault> {
        self.text(column).map(|_| self.word(column, parse)).transpose()
    }

    pub(super) fn protected(&self) -> Result<bool, RowFault> {
        let parse = |word: &str| match word {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        };
        Ok(self.optional_word("protected", parse)?.unwrap_or(false))
    }

    /// A value that has a canonical form, if there is one.
    pub(super) fn canonical(
        &self,
        column: &'static str,
        form: impl Fn(&str) -> Result<String, &'static str>,
    ) -> Result<Option<String>, RowFault> {
        let canonical = self.text(column).map(form).transpose();
        canonical.map_err(|reason| RowFault { column, reason })
    }

    pub(super) fn code(&self, column: &'static str, kind: Kind) -> Result<Code, RowFault> {
        let code = code::decode_as(kind, self.required(column)?.as_bytes());
        code.map_err(|reason| RowFault { column, reason: reason.as_str() })
    }

    /// Surname, first name, patronymic and date of birth.
    pub(super) fn names(&self, required: bool) -> Result<Person, RowFault> {
        let name = |column: &'static str| -> Result<Option<String>, RowFault> {
            if required {
                self.required(column)?;
            }
            self.canonical(column, name::canonical)
        };
        let (surname, first_name) = (name("surname")?, name("first_name")?);
        let patronymic = name::patronymic(self.text("patronymic"));
        let patronymic = patronymic.map_err(|reason| RowFault { column: "patronymic", reason })?;
        if required {
            self.required("birth_date")?;
        }
        let birth_date = self.text("birth_date").map(crate::identity::birth_date::canonical);
        let birth_date =
            birth_date.transpose().map_err(|reason| RowFault { column: "birth_date", reason })?;
        Ok(Person { surname, first_name, patronymic, birth_date, document: None, snils: None })
    }

    /// The document, where one is required if `instead` has no value.
    pub(super) fn document(
        &self,
        instead: Option<&'static str>,
    ) -> Result<Option<String>, RowFault> {
        let column = "doc_number";
        let document = document::canonical(self.text("doc_series"), self.text(column))
            .map_err(|reason| RowFault { column, reason })?;
        if document.is_none() && instead.is_none_or(|other| self.text(other).is_none()) {
            return fault(column, "empty");
        }
        Ok(document)
    }

    /// The status and its instant, out of the statuses that the register has.
    pub(super) fn status(&self, allowed: &[Status]) -> Result<StatusSince, RowFault> {
        let parse = |word: &str| Status::parse(word).filter(|status| allowed.contains(status));
        let status = self.optional_word("status", parse)?.unwrap_or(Status::Active);
        let on = self.text("status_on").map(|_| self.instant("status_on")).transpose()?;
        Ok(StatusSince { status, on: on.unwrap_or(Instant::MIN) })
    }
}

/// A birth date is not after the date of an event.
pub(super) fn born_by(birth_date: Option<Date>, event: Date) -> Result<(), RowFault> {
    match birth_date {
        Some(born) if born > event => fault("birth_date", "date"),
        _ => Ok(()),
    }
}
