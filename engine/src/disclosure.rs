//! What a role may know of a record's holder.

use serde::Serialize;

use crate::identity::{birth_date, document, name};
use crate::row::Row;
use crate::verdict::Role;

/// What may be told of the holder, by role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Disclosed {
    /// To a taxi: whether the destination is the permit's.
    Taxi {
        /// The answer.
        destination_confirmed: bool,
    },
    /// To a venue.
    Venue {
        /// Initials of surname, first name and patronymic.
        initials: String,
        /// The date of birth as the record has it.
        #[serde(skip_serializing_if = "Option::is_none")]
        birth_date: Option<String>,
        /// The last four symbols of the document.
        #[serde(skip_serializing_if = "Option::is_none")]
        document_last_four: Option<String>,
    },
    /// To an official: every value that the record holds, by column.
    Official(serde_json::Map<String, serde_json::Value>),
}

/// What the role may know of a row; nothing of a protected person.
pub(crate) fn disclose(row: &Row<'_>, role: Role, destination: Option<&str>) -> Option<Disclosed> {
    if row.value("protected").is_some_and(|word| word.trim() == "true") {
        return None;
    }
    match role {
        Role::Status => None,
        Role::Taxi => {
            let known = row.value("destination").map(address);
            let asked = destination.map(address);
            Some(Disclosed::Taxi { destination_confirmed: known.is_some() && known == asked })
        }
        Role::Venue => {
            let form = |column| row.value(column).and_then(|text| name::canonical(text).ok());
            let patronymic = name::patronymic(row.value("patronymic")).ok().flatten();
            let names = [form("surname"), form("first_name"), patronymic];
            let initial = |name: String| name.chars().next().map(|first| format!("{first}."));
            let initials: Vec<_> = names.into_iter().flatten().filter_map(initial).collect();
            let document = document::canonical(row.value("doc_series"), row.value("doc_number"))
                .ok()
                .flatten();
            let last_four = |number: String| {
                let skipped = number.chars().count().saturating_sub(4);
                number.chars().skip(skipped).collect()
            };
            let birth = row.value("birth_date").and_then(|text| birth_date::canonical(text).ok());
            Some(Disclosed::Venue {
                initials: initials.join(" "),
                birth_date: birth.map(|date| date.to_string()),
                document_last_four: document.map(last_four),
            })
        }
        Role::Official => {
            let columns = row.table.columns.iter().zip(&row.values);
            let filled = columns.filter_map(|(column, value)| {
                Some((column.name.to_owned(), value.as_deref()?.into()))
            });
            Some(Disclosed::Official(filled.collect()))
        }
    }
}

/// A destination for comparing: NFKC, upper case, single spaces, Ё as Е.
fn address(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let upper = text.nfkc().collect::<String>().to_uppercase().replace('Ё', "Е");
    upper.split_whitespace().collect::<Vec<_>>().join(" ")
}
