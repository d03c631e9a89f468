//! Why a row of a register is rejected: the first column at fault, and the reason.

use super::identity::Canonical;
use super::{Row, code, field, identity, policy, time};

/// A column and a reason.
pub(crate) type Fault = (&'static str, &'static str);

type Checked<T = ()> = Result<T, Fault>;

/// The fault of a row of a table; `sources` are the known ones. Nationalities are not judged.
pub(crate) fn fault(table: &str, row: &Row, sources: &[Row]) -> Option<Fault> {
    let checked = match table {
        "sources" => source(row),
        "results" => result(row, sources),
        "certificates" => certificate(row),
        "permits" => permit(row),
        "cards" => card(row),
        other => panic!("no such register: {other}"),
    };
    checked.err()
}

/// The primary key, by which a row is the same one in another spelling.
pub(crate) fn primary_key(table: &str, row: &Row) -> String {
    let read = |text: &str| format!("{:?}", code::decode(text.as_bytes()).expect("a good code"));
    match table {
        "sources" => row["source_id"].trim().to_owned(),
        "results" => row["result_id"].trim().to_owned(),
        "certificates" => read(&row["token"]),
        "permits" => read(&row["code"]),
        "cards" => read(&format!("{}{}", row["series"].trim(), row["number"].trim())),
        other => panic!("no such register: {other}"),
    }
}

/// The value of a column that has more in it than white space.
fn given<'row>(row: &'row Row, column: &str) -> Option<&'row str> {
    field(row, column).map(str::trim).filter(|text| !text.is_empty())
}

fn required<'row>(row: &'row Row, column: &'static str) -> Checked<&'row str> {
    given(row, column).ok_or((column, "empty"))
}

fn instant(row: &Row, column: &'static str) -> Checked<i64> {
    time::instant(required(row, column)?).ok_or((column, "instant"))
}

fn date(row: &Row, column: &'static str) -> Checked<i64> {
    time::date(required(row, column)?).ok_or((column, "date"))
}

/// One of the words of a list, where there is anything.
fn word(row: &Row, column: &'static str, words: &[&str]) -> Checked {
    match given(row, column) {
        Some(text) if !words.contains(&text) => Err((column, "word")),
        _ => Ok(()),
    }
}

fn form<T>(row: &Row, column: &'static str, rule: fn(&str) -> Canonical<T>) -> Checked<Option<T>> {
    given(row, column).map(rule).transpose().map_err(|reason| (column, reason))
}

/// A code of one kind; another kind's is of the wrong length.
fn code_of(kind: &str, text: &str, column: &'static str) -> Checked {
    match code::decode(text.as_bytes()) {
        Ok(code) if code.kind() == kind => Ok(()),
        Ok(_) => Err((column, "length")),
        Err(reason) => Err((column, reason)),
    }
}

/// Names and birth date; nobody is born after the date `by`.
fn person(row: &Row, needed: bool, by: i64) -> Checked<Option<i64>> {
    for column in ["surname", "first_name"] {
        if needed {
            required(row, column)?;
        }
        form(row, column, identity::name)?;
    }
    form(row, "patronymic", identity::patronymic)?;
    if needed {
        required(row, "birth_date")?;
    }
    let born = form(row, "birth_date", identity::birth_date)?;
    match born {
        Some(born) if born > by => Err(("birth_date", "date")),
        born => Ok(born),
    }
}

/// The document, which may be missing only where there is something `instead` of it.
fn document(row: &Row, instead: Option<&str>) -> Checked {
    let (series, number) = (given(row, "doc_series"), given(row, "doc_number"));
    if series.is_none()
        && number.is_none()
        && instead.is_some_and(|other| given(row, other).is_some())
    {
        return Ok(());
    }
    let document = identity::document(series.unwrap_or(""), number.unwrap_or(""));
    document.map(|_| ()).map_err(|reason| ("doc_number", reason))
}

/// Protected or not, the status, and the instant from which it holds.
fn standing(row: &Row, statuses: &[&str]) -> Checked {
    word(row, "protected", &["true", "false"])?;
    word(row, "status", statuses)?;
    match given(row, "status_on") {
        Some(_) => instant(row, "status_on").map(|_| ()),
        None => Ok(()),
    }
}

fn sampled_and_reported(row: &Row) -> Checked<i64> {
    let (sampled_at, reported_at) = (instant(row, "sampled_at")?, instant(row, "reported_at")?);
    if sampled_at > reported_at {
        return Err(("sampled_at", "order"));
    }
    Ok(time::moscow_date(sampled_at))
}

fn source(row: &Row) -> Checked {
    required(row, "source_id")?;
    required(row, "name")?;
    required(row, "kind")?;
    word(row, "kind", &["laboratory", "clinic"])?;
    let mut dates = Vec::new();
    for column in ["connected_from", "connected_to"] {
        if given(row, column).is_some() {
            dates.push(date(row, column)?);
        }
    }
    if dates.is_sorted() { Ok(()) } else { Err(("connected_to", "order")) }
}

fn result(row: &Row, sources: &[Row]) -> Checked {
    required(row, "result_id")?;
    let source_id = required(row, "source_id")?;
    let kind = required(row, "kind")?;
    word(row, "kind", &["pcr", "vaccination", "recovery"])?;
    word(row, "outcome", &["negative", "positive", "inconclusive"])?;
    match (kind, given(row, "outcome")) {
        ("pcr", None) => return Err(("outcome", "empty")),
        ("vaccination" | "recovery", Some(_)) => return Err(("outcome", "not_pcr")),
        _ => {}
    }
    let sampled_on = sampled_and_reported(row)?;
    person(row, true, sampled_on)?;
    document(row, Some("snils"))?;
    form(row, "snils", identity::snils)?;
    required(row, "phone")?;
    form(row, "phone", identity::phone)?;
    form(row, "work_licence", identity::work_licence)?;
    standing(row, &["active", "withdrawn"])?;
    let known = sources.iter().any(|source| given(source, "source_id") == Some(source_id));
    if known { Ok(()) } else { Err(("source_id", "source")) }
}

fn certificate(row: &Row) -> Checked {
    code_of("certificate", required(row, "token")?, "token")?;
    required(row, "kind")?;
    word(row, "kind", &["pcr", "vaccination", "recovery"])?;
    let issued_on = time::moscow_date(instant(row, "issued_at")?);
    let sampled_on = sampled_and_reported(row)?;
    person(row, true, issued_on.min(sampled_on))?;
    document(row, Some("snils"))?;
    form(row, "snils", identity::snils)?;
    standing(row, &["active", "suspended", "revoked"])
}

fn permit(row: &Row) -> Checked {
    let code = required(row, "code")?;
    code_of("permit", code, "code")?;
    let permit_type = required(row, "type")?;
    word(row, "type", &["1", "2", "3"])?;
    word(row, "issuer", &["moscow", "region"])?;
    let issued_on = time::moscow_date(instant(row, "issued_at")?);
    let (from, to) = (date(row, "valid_from")?, date(row, "valid_to")?);
    if from > to {
        return Err(("valid_from", "order"));
    }
    if permit_type != "1" && from != to {
        return Err(("valid_to", "one_day"));
    }
    let (_, month, day) = time::parts(to);
    match code::decode(code.as_bytes()) {
        Ok(code::Code::Permit(text)) if text.starts_with(&format!("{day:02}{month:02}")) => {}
        _ => return Err(("code", "expiry_date")),
    }
    person(row, false, issued_on)?;
    word(row, "doc_type", &["1", "2", "3"])?;
    document(row, None)?;
    form(row, "plate", identity::plate)?;
    form(row, "troika", identity::troika)?;
    form(row, "strelka", identity::strelka)?;
    form(row, "inn", identity::inn)?;
    standing(row, &["active", "revoked"])
}

fn card(row: &Row) -> Checked {
    let (series, number) = (required(row, "series")?, required(row, "number")?);
    code_of("card", &format!("{series}{number}"), "number")?;
    let issued_on = date(row, "issued_on")?;
    let born = person(row, true, issued_on)?;
    if born.is_some_and(|born| !policy::reached(born, 14, issued_on)) {
        return Err(("birth_date", "age"));
    }
    required(row, "gender")?;
    word(row, "gender", &["M", "F"])?;
    required(row, "nationality")?;
    for column in ["photo_sha256", "signature_sha256"] {
        let hash = required(row, column)?;
        if hash.len() != 64 || !hash.chars().all(|digit| digit.is_ascii_hexdigit()) {
            return Err((column, "sha256"));
        }
    }
    document(row, None)?;
    word(row, "protected", &["true", "false"])?;
    word(row, "status", &["active", "lost", "damaged", "details_changed", "replaced"])?;
    let active = given(row, "status").is_none_or(|status| status == "active");
    if given(row, "status_on").is_some() || !active {
        date(row, "status_on")?;
    }
    given(row, "replaced_by").map_or(Ok(()), |other| code_of("card", other, "replaced_by"))
}
