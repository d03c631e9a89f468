//! The same registers as CSV, NDJSON and Parquet: the same store, the same faults, the same answers.

mod program;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use program::{examples, json_lines, propusk, run, status, told};
use propusk_datasets::{Options, generate};
use propusk_engine::row::{Column, Row, SOURCES, Table};
use propusk_loader::parquet_writer::ParquetWriter;
use propusk_loader::source::{ReadError, Source, read_rows};
use serde_json::{Map, Value};

const REGISTERS: [&str; 5] = ["sources", "results", "certificates", "permits", "cards"];

/// The columns of a CSV file, and its rows with the lines where they start.
fn table(path: &Path) -> (Vec<String>, Vec<(u64, Vec<String>)>) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let columns = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |record: csv::Result<csv::StringRecord>| {
        let record = record.unwrap();
        let line = record.position().unwrap().line();
        (line, record.iter().map(str::to_owned).collect())
    };
    (columns, reader.records().map(row).collect())
}

fn to_parquet(columns: &[String], rows: &[(u64, Vec<String>)], path: &Path) {
    let columns: Vec<_> = columns.iter().map(String::as_str).collect();
    let mut writer = ParquetWriter::new(File::create(path).unwrap(), &columns).unwrap();
    for (_, row) in rows {
        writer.push(row.iter().map(|text| (!text.is_empty()).then_some(&**text))).unwrap();
    }
    writer.finish().unwrap();
}

fn to_ndjson(columns: &[String], rows: &[(u64, Vec<String>)], path: &Path) {
    let mut file = File::create(path).unwrap();
    for (_, row) in rows {
        let member = |(name, text): (&String, &String)| (name.clone(), text.clone().into());
        let object: Map<String, Value> = columns.iter().zip(row).map(member).collect();
        writeln!(file, "{}", Value::Object(object)).unwrap();
    }
}

/// Where a row was rejected, by its number, and why.
type Reason = (&'static str, u64, String, String);

/// Loads registers of one format into a new store; answers what was told, and what was rejected.
fn load(
    folder: &Path,
    format: &str,
    row_of: impl Fn(&str, u64) -> u64,
) -> (Value, BTreeSet<Reason>) {
    let place = |name: &str| folder.join(name).display().to_string();
    let inputs = REGISTERS.map(|name| format!("{name}={}", place(&format!("{name}.{format}"))));
    let kept = if format == "ndjson" { "ndjson" } else { "csv" };
    let rejects = place(&format!("{format}.rejects.{kept}"));
    let mut arguments =
        vec!["load".to_owned(), "--store".into(), place(&format!("{format}.store"))];
    arguments.extend(["--rejects".into(), rejects]);
    arguments.extend(inputs);
    let output = run(propusk().args(arguments), b"");
    assert_eq!(status(&output), 1, "{format}: {}", told(&output));
    let mut summary = json_lines(&output.stdout);
    let mut reasons = BTreeSet::new();
    for (register, line) in REGISTERS.into_iter().zip(&mut summary) {
        assert_eq!(line["register"], register);
        if line.as_object_mut().unwrap().remove("rejects").is_none() {
            continue;
        }
        let path = place(&format!("{format}.rejects.{register}.{kept}.reasons.ndjson"));
        for each in json_lines(&fs::read(path).unwrap()) {
            let text = |name: &str| each[name].as_str().unwrap().to_owned();
            assert!(text("file").ends_with(&format!("{register}.{format}")));
            let row = row_of(register, each["line"].as_u64().unwrap());
            reasons.insert((register, row, text("column"), text("reason")));
        }
    }
    (summary.into(), reasons)
}

#[test]
fn every_format_gives_the_same_store_and_the_same_faults() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    generate(folder, &Options { people: 1500, seed: 7, dirty: 0.03 }, &|_| {}).unwrap();
    let mut lines = Map::new();
    for name in REGISTERS.into_iter().chain(["registrations"]) {
        let (columns, rows) = table(&folder.join(format!("{name}.csv")));
        to_parquet(&columns, &rows, &folder.join(format!("{name}.parquet")));
        to_ndjson(&columns, &rows, &folder.join(format!("{name}.ndjson")));
        lines.insert(name.to_owned(), rows.iter().map(|(line, _)| *line).collect());
    }
    let row_of_line = |register: &str, line: u64| {
        let lines = lines[register].as_array().unwrap();
        lines.iter().position(|each| *each == line).unwrap() as u64 + 1
    };
    let (summary, reasons) = load(folder, "csv", row_of_line);
    assert!(reasons.len() > 50);
    for format in ["ndjson", "parquet"] {
        let (other, others) = load(folder, format, |_, row| row);
        assert_eq!(other, summary, "{format}");
        let wrong: Vec<_> = others.symmetric_difference(&reasons).take(5).collect();
        assert!(wrong.is_empty(), "{format}: {wrong:#?}");
    }
    let answers = |format: &str, arguments: &[&str]| {
        let store = folder.join(format!("{format}.store"));
        let mut command = propusk();
        let command = command.current_dir(folder).args(arguments).arg("--store").arg(store);
        let output = run(command, b"");
        assert_eq!(status(&output), 0, "{format}: {}", told(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let verify = ["verify", "codes.txt", "--role", "official", "--at", "2022-01-01T00:00:00+03:00"];
    let laboratory = ["match", "--dry-run", "--role", "laboratory"];
    let forms = |format: &str| answers(format, &[&laboratory[..], &["registrations.csv"]].concat());
    let (verified, matched) = (answers("csv", &verify), forms("csv"));
    assert!(verified.contains("\"valid\"") && matched.contains("\"issued\""));
    for format in ["ndjson", "parquet"] {
        assert!(answers(format, &verify) == verified, "{format}: verify");
        assert!(unlinked(&forms(format)) == unlinked(&matched), "{format}: match");
        let file = format!("registrations.{format}");
        let same = answers("csv", &[&laboratory[..], &[&*file]].concat());
        assert!(same == matched, "{file}");
    }
    mend(folder);
}

/// Answers without tokens, which follow the keys of each store.
fn unlinked(answers: &str) -> Vec<Value> {
    let mut answers = json_lines(answers.as_bytes());
    for answer in &mut answers {
        let answer = answer.as_object_mut().unwrap();
        answer.retain(|member, _| member != "token" && member != "url");
    }
    answers
}

/// What was rejected of Parquet is CSV: loaded again, the same is rejected for the same.
fn mend(folder: &Path) {
    let rejects = folder.join("parquet.rejects.permits.csv");
    let (_, kept) = table(&rejects);
    let output = run(
        propusk()
            .current_dir(folder)
            .args(["load", "--store", "again", "--rejects", "again.csv"])
            .arg(format!("permits={}", rejects.display())),
        b"",
    );
    assert_eq!(status(&output), 1, "{}", told(&output));
    let told = &json_lines(&output.stdout)[0];
    // The rows that were rejected as duplicates are the first of their code here.
    let reasons =
        json_lines(&fs::read(folder.join("parquet.rejects.permits.csv.reasons.ndjson")).unwrap());
    let duplicates = reasons.iter().filter(|each| each["reason"] == "duplicate").count();
    assert!(duplicates > 0 && kept.len() == reasons.len());
    assert_eq!(told["rows"], duplicates);
    assert_eq!(told["rejected"], kept.len() - duplicates);
}

#[test]
fn rejected_rows_are_mended_as_csv() {
    let temporary = tempfile::tempdir().unwrap();
    let place = |name: &str| temporary.path().join(name).display().to_string();
    let columns = ["type", "code", "issued_at", "valid_from", "valid_to", "doc_number", "purpose"];
    let good = ["1", "0405AAAABBBBCCCC", "2020-05-04T00:00:00+03:00", "2020-05-04", "2020-05-04"];
    let mut writer =
        ParquetWriter::new(File::create(place("in.parquet")).unwrap(), &columns).unwrap();
    let row = |code, issued_at, number, purpose| {
        [good[0], code, issued_at, good[3], good[4], number, purpose].map(Some)
    };
    writer.push(row(good[1], good[2], "4510123456", "a, b")).unwrap();
    writer.push(row("0405AAAABBBBDDDD", "2020-05-04", "4510123457", "\"quoted\"\nlines")).unwrap();
    writer.push(row(good[1], good[2], "4510999999", "")).unwrap();
    writer.finish().unwrap();
    let (input, rejects) = (format!("permits={}", place("in.parquet")), place("rejects.csv"));
    let load = |store: &str, arguments: &[&str]| {
        run(propusk().args(["load", "--store", &place(store)]).args(arguments), b"")
    };
    for name in ["rejects.ndjson", "rejects.parquet"] {
        let refused = load("store", &[&input, "--rejects", &place(name)]);
        assert_eq!(status(&refused), 2);
        assert!(told(&refused).contains("kept as CSV; name a file that ends in .csv"));
    }
    let first = load("store", &[&input, "--rejects", &rejects]);
    assert_eq!(status(&first), 1, "{}", told(&first));
    let kept = fs::read_to_string(&rejects).unwrap();
    let expected = "type,code,issued_at,valid_from,valid_to,doc_number,purpose\n\
                    1,0405AAAABBBBDDDD,2020-05-04,2020-05-04,2020-05-04,4510123457,\"\"\"quoted\"\"\nlines\"\n\
                    1,0405AAAABBBBCCCC,2020-05-04T00:00:00+03:00,2020-05-04,2020-05-04,4510999999,\n";
    assert_eq!(kept, expected);
    let reasons = json_lines(&fs::read(format!("{rejects}.reasons.ndjson")).unwrap());
    assert_eq!((&reasons[0]["line"], &reasons[0]["column"]), (&2.into(), &"issued_at".into()));
    assert_eq!((&reasons[1]["line"], &reasons[1]["reason"]), (&3.into(), &"duplicate".into()));
    let mended = kept.replace("DDDD,2020-05-04,", "DDDD,2020-05-04T00:00:00+03:00,");
    fs::write(place("mended.csv"), mended).unwrap();
    let again = load("second", &[&format!("permits={}", place("mended.csv"))]);
    assert_eq!(status(&again), 0, "{}", told(&again));
    let third = load("third", &[&input]);
    assert!(told(&third).contains("in.parquet:2: issued_at: "), "{}", told(&third));
}

#[test]
fn what_is_no_good_parquet_is_named_and_nothing_is_loaded() {
    let temporary = tempfile::tempdir().unwrap();
    let place = |name: &str| temporary.path().join(name).display().to_string();
    let (columns, rows) = table(&examples().join("sources.csv"));
    let whole = place("sources.parquet");
    to_parquet(&columns, &rows, Path::new(&whole));
    let load = |file: &str| {
        let input = format!("sources={}", place(file));
        run(propusk().args(["load", "--store", &place("store"), &input]), b"")
    };
    assert_eq!(status(&load("sources.parquet")), 0);
    let held = || fs::read(place("store/MANIFEST")).unwrap();
    let before = held();
    let bytes = fs::read(&whole).unwrap();
    let mut torn = bytes.clone();
    torn[4..40].fill(0xff);
    let refused = [
        ("short.parquet", &bytes[..bytes.len() - 9], 3, "copy or export the file again"),
        ("torn.parquet", &torn, 3, "row group 1, column `source_id` cannot be read"),
        ("text.csv", &bytes, 2, "a file whose name ends in .parquet"),
        ("text.ndjson", &bytes, 2, "a file whose name ends in .parquet"),
    ];
    for (name, bytes, expected, text) in refused {
        fs::write(place(name), bytes).unwrap();
        let output = load(name);
        let errors = told(&output);
        assert_eq!(status(&output), expected, "{name}: {errors}");
        assert!(errors.contains(name) && errors.contains(text), "{name}: {errors}");
    }
    let mut fewer = columns.clone();
    fewer.retain(|name| name != "kind");
    to_parquet(&fewer, &[], Path::new(&place("fewer.parquet")));
    let output = load("fewer.parquet");
    assert_eq!(status(&output), 2);
    assert!(told(&output).contains("fewer.parquet: the column `kind` is missing"));
    let output = run(propusk().args(["load", "--store", &place("store"), "sources=-"]), &bytes);
    assert_eq!(status(&output), 2);
    assert!(told(&output).contains("standard input: this is Parquet"));
    let output = run(propusk().args(["match", "--store", &place("store"), "--dry-run"]), &bytes);
    assert_eq!(status(&output), 2);
    assert!(told(&output).contains("standard input: this is Parquet"));
    assert!(held() == before);
}

/// Whatever is damaged, the standard error holds one line, which is the error.
#[test]
fn the_standard_error_holds_the_error_alone() {
    let temporary = tempfile::tempdir().unwrap();
    let place = |name: &str| temporary.path().join(name);
    let (columns, rows) = table(&examples().join("sources.csv"));
    to_parquet(&columns, &rows, &place("whole.parquet"));
    let whole = fs::read(place("whole.parquet")).unwrap();
    let is_refused = |bytes: &[u8]| {
        fs::write(place("sources.parquet"), bytes).unwrap();
        let source = Source::<File>::Parquet(File::open(place("sources.parquet")).unwrap());
        let read = read_rows(source, "sources", &SOURCES, |_| Ok(()), |_| Ok::<(), ReadError>(()));
        read.is_err()
    };
    let damaged = (0..whole.len()).map(|byte| {
        let mut bytes = whole.clone();
        bytes[byte] ^= 0xff;
        bytes
    });
    let load = |name: &str| {
        let input = format!("sources={}", place(name).display());
        let mut command = propusk();
        run(command.args(["load", "--store"]).arg(place("store")).arg(input), b"")
    };
    assert_eq!(status(&load("whole.parquet")), 0);
    let mut refused = 0;
    for bytes in damaged.filter(|bytes| is_refused(bytes)).step_by(61) {
        fs::write(place("sources.parquet"), bytes).unwrap();
        let output = load("sources.parquet");
        assert_ne!(status(&output), 0);
        let errors = told(&output);
        assert!(errors.starts_with("propusk: ") && errors.lines().count() == 1, "{errors}");
        refused += 1;
    }
    assert!(refused > 3, "{refused}");
}

#[test]
fn changes_are_written_as_parquet() {
    let loaded = program::Loaded::new();
    let span = ["--since", "2020-01-01T00:00:00+03:00", "--as-of", "2020-06-01T00:00:00+03:00"];
    let told = loaded.done("revalidate", &span, "");
    let out = loaded.path("changes.parquet");
    loaded.done("revalidate", &[&span[..], &["--out", &out]].concat(), "");
    let bytes = fs::read(&out).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    let source = Source::<File>::Parquet(File::open(&out).unwrap());
    let mut read = Vec::new();
    let values = |row: &Row<'_>| Ok(row.clone().into_owned());
    read_rows(source, "changes", &CHANGES, values, |row| {
        let row = row.value.unwrap();
        let member = |column: &Column| (column.name.to_owned(), row.value(column.name).into());
        read.push(Value::Object(CHANGES.columns.iter().map(member).collect()));
        Ok::<(), ReadError>(())
    })
    .unwrap();
    assert!(!told.is_empty());
    assert_eq!(read, told);
}

/// The columns of changes.
static CHANGES: Table = Table {
    name: "changes",
    columns: &[
        Column { name: "register", required: true },
        Column { name: "code", required: true },
        Column { name: "from", required: true },
        Column { name: "to", required: true },
        Column { name: "cause", required: true },
    ],
};
