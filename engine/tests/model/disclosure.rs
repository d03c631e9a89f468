//! What a role is told of a holder.

use serde_json::{Map, Value, json};

use super::verify::{Answer, record_document};
use super::{Row, field, identity};

/// What is told of the holder of a good row, beside the answer: `null` for nothing.
pub(crate) fn holder(answer: &Answer, row: &Row, role: &str, destination: Option<&str>) -> Value {
    let tells = matches!(answer.verdict, "valid" | "not_yet_valid" | "expired");
    if field(row, "protected") == Some("true") || !tells {
        return Value::Null;
    }
    match (role, destination) {
        ("taxi", Some(asked)) if answer.kind == Some("permit") => {
            let known = field(row, "destination").map(address);
            json!({ "destination_confirmed": known == Some(address(asked)) })
        }
        ("venue", _) => venue(row),
        ("official", _) => {
            let columns = row.iter().map(|(column, value)| (column.clone(), json!(value)));
            Value::Object(columns.collect::<Map<String, Value>>())
        }
        _ => Value::Null,
    }
}

fn venue(row: &Row) -> Value {
    let name = |column| field(row, column).map(|text| identity::name(text).expect("a good name"));
    let patronymic = identity::patronymic(field(row, "patronymic").unwrap_or(""));
    let patronymic = patronymic.expect("a good patronymic");
    let names = [name("surname"), name("first_name"), patronymic];
    let initials: Vec<String> = names
        .into_iter()
        .flatten()
        .map(|name| format!("{}.", name.chars().next().expect("a letter")))
        .collect();
    let mut told = json!({ "initials": initials.join(" ") });
    if let Some(date) = field(row, "birth_date") {
        told["birth_date"] = json!(date_text(date));
    }
    if let Some(document) = record_document(row) {
        let symbols: Vec<char> = document.chars().collect();
        let last = symbols[symbols.len().saturating_sub(4)..].iter().collect::<String>();
        told["document_last_four"] = json!(last);
    }
    told
}

/// A date of birth as `YYYY-MM-DD`.
fn date_text(text: &str) -> String {
    match text.split('.').collect::<Vec<_>>()[..] {
        [day, month, year] => format!("{year}-{month}-{day}"),
        _ => text.to_owned(),
    }
}

/// Destinations are the same however they are spaced or raised.
fn address(text: &str) -> String {
    let raised = text.to_uppercase().replace('Ё', "Е");
    raised.split_whitespace().collect::<Vec<_>>().join(" ")
}
