//! Tests of the reading: against the `csv` crate and `serde_json`, in chunks of a few bytes.

use std::fmt::Write as _;
use std::io;

use proptest::prelude::*;
use propusk_engine::row::{Column, Row, RowFault, SOURCES, Table};

use super::split::{Limits, Lines, Splitter};
use super::*;

/// A table of three columns that a row may leave empty.
static LOOSE: Table = Table {
    name: "loose",
    columns: &[
        Column { name: "a", required: false },
        Column { name: "b", required: false },
        Column { name: "c", required: false },
    ],
};

/// A row's values, or its column and reason.
type Value = Result<Vec<Option<String>>, (String, &'static str)>;

/// What was read of a row: its line, its bytes, its values or its column and reason.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    line: u64,
    raw: Vec<u8>,
    value: Value,
}

fn values(row: &Row<'_>) -> Result<Vec<Option<String>>, RowFault> {
    if row.values.iter().flatten().any(|value| value == "bad") {
        return Err(RowFault { column: "b", reason: "bad" });
    }
    Ok(row.values.iter().map(|value| value.as_deref().map(str::to_owned)).collect())
}

fn read_in(
    input: &[u8],
    table: &'static Table,
    lines: Lines,
    limits: Limits,
) -> Result<Vec<Seen>, ReadError> {
    let mut seen = Vec::new();
    let mut splitter = Splitter::new(input, "file.csv", lines, limits);
    let header = match lines {
        Lines::Csv => Some(csv::Header::read(&mut splitter, table)?),
        Lines::Ndjson => None,
    };
    read_parts(splitter, table, header.as_ref(), &values, |row| {
        let raw = row.raw.to_vec();
        let value = row.value.map_err(|fault| (fault.column.into_owned(), fault.reason));
        seen.push(Seen { line: row.line, raw, value });
        Ok::<(), ReadError>(())
    })?;
    Ok(seen)
}

/// Reads in chunks of every small size; what comes of it must be the same.
fn read(input: impl AsRef<[u8]>, lines: Lines) -> Vec<Seen> {
    let input = input.as_ref();
    let whole = read_in(input, &LOOSE, lines, Limits::DEFAULT).unwrap();
    for chunk in [3, 7, 64] {
        let limits = Limits { chunk, ..Limits::DEFAULT };
        assert_eq!(read_in(input, &LOOSE, lines, limits).unwrap(), whole, "chunk {chunk}");
    }
    whole
}

fn good(fields: &[&str]) -> Value {
    Ok(fields.iter().map(|field| (!field.is_empty()).then(|| (*field).to_owned())).collect())
}

fn bad(column: &str, reason: &'static str) -> Value {
    Err((column.to_owned(), reason))
}

fn lines_and_values(seen: &[Seen]) -> Vec<(u64, Value)> {
    seen.iter().map(|each| (each.line, each.value.clone())).collect()
}

fn header_fault(input: &[u8]) -> String {
    let read = read_in(input, &SOURCES, Lines::Csv, Limits { chunk: 7, ..Limits::DEFAULT });
    read.unwrap_err().to_string()
}

#[test]
fn formats_go_by_the_ending() {
    let of = |path: &str| Format::of_path(Path::new(path));
    assert_eq!(of("a/b.csv"), Some(Format::Csv));
    assert_eq!(of("B.CSV"), Some(Format::Csv));
    assert_eq!(of("b.ndjson"), Some(Format::Ndjson));
    assert_eq!(of("b.jsonl"), Some(Format::Ndjson));
    assert_eq!(of("b.Parquet"), Some(Format::Parquet));
    assert_eq!(of("b.csv.gz"), None);
    assert_eq!(of("csv"), None);
}

#[test]
fn columns_come_in_any_order_and_lines_are_counted_through_quotes() {
    let seen = read("\u{feff}c,a\r\n1,\"x\r\ny\n\"\r\n\r\n\n3,\"d\"\"q\"\n,last", Lines::Csv);
    let expected = [
        (2, good(&["x\r\ny\n", "", "1"])),
        (7, good(&["d\"q", "", "3"])),
        (8, good(&["last", "", ""])),
    ];
    assert_eq!(lines_and_values(&seen), expected);
    assert_eq!(seen[0].raw, b"1,\"x\r\ny\n\"");
    assert_eq!(seen[1].raw, b"3,\"d\"\"q\"");
}

#[test]
fn faulty_csv_rows_do_not_stop_the_rest() {
    let input = b"a,b,c\n1,2\n1,2,3,4\n1,\"\xff,\",3\n\xff,2,3\n1,bad,3\n5\" pipe,2,3\n1,2,3\n";
    let expected = [
        (2, bad("", "fields")),
        (3, bad("", "fields")),
        (4, bad("b", "utf8")),
        (5, bad("a", "utf8")),
        (6, bad("b", "bad")),
        (7, good(&["5\" pipe", "2", "3"])),
        (8, good(&["1", "2", "3"])),
    ];
    let seen = read(input, Lines::Csv);
    assert_eq!(lines_and_values(&seen), expected);
    assert_eq!(seen[2].raw, b"1,\"\xff,\",3");
}

#[test]
fn an_open_quote_takes_the_rest() {
    let seen = read("a,b,c\n1,2,3\n4,\"5,6\n7,8,9\n", Lines::Csv);
    assert_eq!(lines_and_values(&seen), [(2, good(&["1", "2", "3"])), (3, bad("", "quote"))]);
    assert_eq!(seen[1].raw, b"4,\"5,6\n7,8,9");
}

#[test]
fn a_row_that_is_too_long_gives_up_one_line() {
    let input =
        "a,b,c\n1,2,3\n4,\"5,6\n7,8,9\n10,11,12\n13,14,15\nabcdefghijklmnopqrstuvwxyzab\n1,,\n";
    let expected = [
        (2, good(&["1", "2", "3"]), "1,2,3"),
        (3, bad("", "too_long"), "4,\"5,6"),
        (4, good(&["7", "8", "9"]), "7,8,9"),
        (5, good(&["10", "11", "12"]), "10,11,12"),
        (6, good(&["13", "14", "15"]), "13,14,15"),
        (7, bad("", "too_long"), "abcdefghijklmnopqrst"),
        (7, bad("", "too_long"), "uvwxyzab"),
        (8, good(&["1", "", ""]), "1,,"),
    ];
    for chunk in [3, 7, 20, 33, 1 << 20] {
        let limits = Limits { chunk, record: 20 };
        let seen = read_in(input.as_bytes(), &LOOSE, Lines::Csv, limits).unwrap();
        let seen: Vec<_> = seen
            .into_iter()
            .map(|each| (each.line, each.value, String::from_utf8(each.raw).unwrap()))
            .collect();
        let expected =
            expected.clone().map(|(line, value, raw)| (line, value, raw.to_owned())).to_vec();
        assert_eq!(seen, expected, "chunk {chunk}");
    }
}

#[test]
fn a_wrong_header_is_named() {
    let unknown = header_fault(b"source_id,name,kind,nmae\n");
    assert!(unknown.contains("unknown column `nmae`") && unknown.contains("connected_to"));
    assert!(header_fault(b"\nsource_id,name\n").contains("line 2: the column `kind` is missing"));
    assert!(header_fault(b"name,name,kind\n").contains("`name` stands in the header twice"));
    assert!(header_fault(b"name,\xff\n").contains("not UTF-8 from byte 6"));
    assert!(header_fault(b"name,\"kind\n").contains("no end (quote)"));
    assert!(header_fault(b"").contains("the file is empty"));
    assert!(header_fault(b"\xef\xbb\xbf\r\n").contains("the file is empty"));
    let no_rows = read_in(b"source_id,name,kind", &SOURCES, Lines::Csv, Limits::DEFAULT);
    assert_eq!(no_rows.unwrap(), []);
}

#[test]
fn faulty_objects_do_not_stop_the_rest() {
    let lines: &[(&[u8], _)] = &[
        (b"{\"a\":\"x\",\"b\":1.10,\"c\":true}", good(&["x", "1.10", "true"])),
        (b"{\"c\":null,\"a\":\"\",\"b\":\"\\u0416\\n\"}\r", good(&["", "\u{416}\n", ""])),
        (
            b"{\"b\":123456789012345678901234567890}",
            good(&["", "123456789012345678901234567890", ""]),
        ),
        (b"{}", good(&["", "", ""])),
        (b"{\"a\":1", bad("", "json")),
        (b"{\"a\":1} 2", bad("", "json")),
        (b"{\"a\":\"\\ud800\"}", bad("", "json")),
        (b"[1]", bad("", "json")),
        (b"\"a\"", bad("", "json")),
        (b"{\"a\":[1]}", bad("", "json")),
        (b"{\"a\":{\"b\":1}}", bad("", "json")),
        (b"{\"a\":1,\"z\":2}", bad("z", "unknown_column")),
        (b"{\"z\":2,\"a\":}", bad("", "json")),
        (b"{\"a\":null,\"\\u0061\":2}", bad("a", "repeated")),
        (b"{\"a\":1,\"b\":\"\xff\"}", bad("b", "utf8")),
        (b"\xff", bad("", "utf8")),
        (b"{\"a\":\"bad\"}", bad("b", "bad")),
        (b"{\"a\":\"last\"}", good(&["last", "", ""])),
    ];
    let mut input = b"\xef\xbb\xbf\n \r\n".to_vec();
    input.extend(lines.iter().map(|(line, _)| *line).collect::<Vec<_>>().join(&b'\n'));
    let seen = read(input, Lines::Ndjson);
    let expected: Vec<_> = (3..).zip(lines.iter().map(|(_, value)| value.clone())).collect();
    assert_eq!(lines_and_values(&seen), expected);
}

#[test]
fn an_object_that_is_too_long_is_a_fault() {
    let limits = Limits { chunk: 7, record: 16 };
    let input = b"{\"a\":1}\n{\"a\":\"0123456789\"}\n{\"a\":2}";
    let seen = read_in(input, &LOOSE, Lines::Ndjson, limits).unwrap();
    let expected = [
        (1, good(&["1", "", ""])),
        (2, bad("", "too_long")),
        (2, bad("", "too_long")),
        (3, good(&["2", "", ""])),
    ];
    assert_eq!(lines_and_values(&seen), expected);
}

/// An input that breaks off.
struct Broken<'a>(&'a [u8]);

impl Read for Broken<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("broken off")),
            read => Ok(read),
        }
    }
}

#[test]
fn an_input_that_breaks_off_is_an_error() {
    let input = Broken(b"a,b,c\n1,2,3\n");
    let accept = |_: RowOutcome<'_, Vec<Option<String>>>| Ok::<(), ReadError>(());
    let read = read_rows(Source::Csv(input), "pipe", &LOOSE, values, accept);
    assert!(read.unwrap_err().to_string().starts_with("pipe: cannot be read: broken off"));
}

#[test]
fn accept_ends_the_reading() {
    #[derive(Debug)]
    struct Enough;
    impl From<ReadError> for Enough {
        fn from(fault: ReadError) -> Self {
            panic!("{fault}");
        }
    }
    let mut input = String::from("a,b,c\n");
    (0..1000).for_each(|number| writeln!(input, "{number},,").unwrap());
    let mut left = 10;
    let limits = Limits { chunk: 64, ..Limits::DEFAULT };
    let mut splitter = Splitter::new(input.as_bytes(), "f", Lines::Csv, limits);
    let header = csv::Header::read(&mut splitter, &LOOSE).unwrap();
    let read = read_parts(splitter, &LOOSE, Some(&header), &values, |_| {
        left -= 1;
        if left == 0 { Err(Enough) } else { Ok(()) }
    });
    assert!(read.is_err() && left == 0);
}

#[test]
fn parquet_is_not_taken_for_text() {
    for lines in [Lines::Csv, Lines::Ndjson] {
        for chunk in [1, 1 << 20] {
            let limits = Limits { chunk, ..Limits::DEFAULT };
            let read = read_in(b"PAR1\x15\x04", &LOOSE, lines, limits);
            assert!(read.unwrap_err().to_string().contains("file.csv: this is Parquet"));
        }
    }
}

#[test]
fn a_lone_worker_can_read_too() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let seen = pool.install(|| read("a,b,c\n1,2,3\n4,5,6\n7,8,9\n", Lines::Csv));
    assert_eq!(seen.len(), 3);
}

/// What the `csv` crate reads, without the rows that are empty lines.
fn oracle(input: &[u8]) -> Vec<(u64, Vec<String>)> {
    let mut reader = ::csv::ReaderBuilder::new().flexible(true).from_reader(input);
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            let line = record.position().unwrap().line();
            (line, record.iter().map(str::to_owned).collect())
        })
        .collect()
}

fn matches_oracle(input: &[u8]) -> Result<(), TestCaseError> {
    let seen = read(input, Lines::Csv);
    let rows = oracle(input);
    prop_assert_eq!(seen.len(), rows.len());
    for (seen, (_, fields)) in seen.iter().zip(rows) {
        let expected = match &seen.value {
            Err((_, "quote")) => continue,
            _ if fields.len() != 3 => bad("", "fields"),
            _ => good(&fields.iter().map(String::as_str).collect::<Vec<_>>()),
        };
        prop_assert_eq!(&seen.value, &expected);
    }
    Ok(())
}

proptest! {
    #[test]
    fn csv_as_the_csv_crate_reads_it(
        rows in prop::collection::vec([".{0,6}", "[a,\"\n\u{416}]{0,9}", "(\r\n|,|\"|x){0,5}"], 0..20),
        crlf in any::<bool>(),
        always in any::<bool>(),
    ) {
        let mut writer = ::csv::WriterBuilder::new()
            .terminator(if crlf { ::csv::Terminator::CRLF } else { ::csv::Terminator::Any(b'\n') })
            .quote_style(if always { ::csv::QuoteStyle::Always } else { ::csv::QuoteStyle::Necessary })
            .from_writer(Vec::new());
        writer.write_record(["a", "b", "c"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let input = writer.into_inner().unwrap();
        let seen = read(&input, Lines::Csv);
        prop_assert_eq!(seen.len(), rows.len());
        let mut line = 2;
        for (seen, row) in seen.iter().zip(&rows) {
            prop_assert_eq!(&seen.value, &good(&row.each_ref().map(String::as_str)));
            prop_assert_eq!(seen.line, line);
            line += 1 + row.iter().map(|field| field.matches('\n').count() as u64).sum::<u64>();
        }
        matches_oracle(&input)?;
    }

    #[test]
    fn careless_csv_as_the_csv_crate_reads_it(body in "(a|,|,|\"|\"|\n|\r\n|\u{416}){0,60}") {
        matches_oracle(format!("a,b,c\n{body}").as_bytes())?;
    }

    #[test]
    fn objects_as_serde_json_reads_them(
        rows in prop::collection::vec((".{0,6}", any::<i64>(), prop::option::of(any::<bool>())), 0..20),
    ) {
        let mut input = String::new();
        let mut expected = Vec::new();
        for (text, number, truth) in rows.iter().filter(|row| row.0 != "bad") {
            writeln!(input, "{}", serde_json::json!({ "a": text, "b": number, "c": truth })).unwrap();
            let truth = truth.map_or(String::new(), |truth| truth.to_string());
            expected.push(good(&[text, &number.to_string(), &truth]));
        }
        let seen: Vec<_> = read(&input, Lines::Ndjson).into_iter().map(|each| each.value).collect();
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn careless_objects_as_serde_json_reads_them(
        line in "(\\{\"a\":|\\{\"b\":\"|\"|\\}|1|,\"c\":|\\\\|null|\\\\u0416|-|\\.5|\u{416}){0,9}",
    ) {
        let seen = read(&line, Lines::Ndjson);
        let parsed = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&line);
        let json = matches!(seen.first(), Some(Seen { value: Err((_, "json")), .. }));
        let nested = parsed.as_ref().is_ok_and(|map| map.values().any(serde_json::Value::is_object));
        prop_assert_eq!(json, !line.is_empty() && (parsed.is_err() || nested));
    }
}
