//! Writes the fuzzer's seeds of segments anew, after a change of the format:
//! `cargo run -p propusk-engine --example fuzz_seeds -- fuzz/corpus/segment`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use propusk_engine::change::Change;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::register::SourceRecord;
use propusk_engine::row::{Row, SOURCES, Table};
use propusk_engine::secret::Keys;
use propusk_engine::time::Instant;
use propusk_engine::writer::Writer;

/// Columns and values of one row, apart by `|`, each `column=value`.
const RESULTS: &[&str] = &[
    "result_id=R1|source_id=L1|kind=pcr|outcome=negative|sampled_at=2021-12-01T09:00:00+03:00|\
     reported_at=2021-12-01T18:00:00+03:00|surname=ОБРАЗЦОВА|first_name=АННА|birth_date=1980-01-02|\
     doc_number=4510123456|phone=+79160000001",
    "result_id=R2|source_id=L1|kind=pcr|outcome=negative|sampled_at=2021-12-02T09:00:00+03:00|\
     reported_at=2021-12-02T18:00:00+03:00|surname=ПРИМЕРОВ|first_name=ПЁТР|birth_date=1975-05-06|\
     doc_number=4510123457|phone=+79160000002|status=withdrawn|status_on=2021-12-03T00:00:00+03:00",
    "result_id=R3|source_id=L2|kind=vaccination|sampled_at=2021-06-01T09:00:00+03:00|\
     reported_at=2021-06-02T18:00:00+03:00|surname=ПРИМЕРОВ|first_name=ПЁТР|birth_date=1975-05-06|\
     snils=11223344595|phone=+79160000002|protected=true",
];
const CERTIFICATES: &[&str] = &[
    "token=1J8TB7ACSA1VY0644VHP78AX0G|kind=pcr|result_id=R1|issued_at=2021-12-01T19:00:00+03:00|\
     sampled_at=2021-12-01T09:00:00+03:00|reported_at=2021-12-01T18:00:00+03:00|surname=ОБРАЗЦОВА|\
     first_name=АННА|birth_date=1980-01-02|doc_number=4510123456",
    "token=2J8TB7ACSA1VY0644VHP78AX0G|kind=pcr|result_id=R2|issued_at=2021-12-02T19:00:00+03:00|\
     sampled_at=2021-12-02T09:00:00+03:00|reported_at=2021-12-02T18:00:00+03:00|surname=ПРИМЕРОВ|\
     first_name=ПЁТР|birth_date=1975-05-06|doc_number=4510123457",
    "token=3J8TB7ACSA1VY0644VHP78AX0G|kind=vaccination|result_id=R3|\
     issued_at=2021-06-03T19:00:00+03:00|sampled_at=2021-06-01T09:00:00+03:00|\
     reported_at=2021-06-02T18:00:00+03:00|surname=ПРИМЕРОВ|first_name=ПЁТР|birth_date=1975-05-06|\
     snils=11223344595|protected=true",
];
const PERMITS: &[&str] = &[
    "code=3004ABCDEFGH1234|type=1|issued_at=2020-04-15T09:00:00+03:00|valid_from=2020-04-15|\
     valid_to=2020-04-30|doc_number=4510123456|plate=А123ВС77|troika=0012345678",
    "code=2704ABCDEFGH1235|type=3|issued_at=2020-04-26T09:00:00+03:00|valid_from=2020-04-27|\
     valid_to=2020-04-27|doc_number=4510123457|strelka=00123456789|status=revoked|\
     status_on=2020-04-27T10:00:00+03:00",
];
const CARDS: &[&str] = &[
    "series=AB|number=7654321|issued_on=2021-07-01|surname=OBRAZTSOV|first_name=ALI|\
     birth_date=1990-02-03|gender=M|nationality=UZB|photo_sha256=PHOTO|signature_sha256=PHOTO|\
     doc_number=AA1234567",
    "series=AB|number=7654322|issued_on=2021-07-02|surname=PRIMEROVA|first_name=ZARINA|\
     birth_date=1991-03-04|gender=F|nationality=TJK|photo_sha256=PHOTO|signature_sha256=PHOTO|\
     doc_number=AA1234568|status=replaced|status_on=2021-08-01|replaced_by=AB7654321",
];

fn main() -> Result<(), Box<dyn Error>> {
    let to: PathBuf = std::env::args_os().nth(1).ok_or("name the folder of the seeds")?.into();
    let folder = tempfile::tempdir()?;
    let (keys, policy) = (Keys::random()?, Policy::default());
    let now = Instant::parse("2021-12-05T00:00:00+03:00").ok_or("an instant")?;
    let writer = Writer::open(folder.path(), &keys, &policy)?;
    let mut load = writer.load();
    let sources = [
        "source_id=L1|name=One|kind=laboratory|connected_from=2021-01-01",
        "source_id=L2|name=Two|kind=clinic",
    ]
    .map(|text| row(&SOURCES, text).and_then(|row| Ok(SourceRecord::read(&row)?)));
    load.seal_sources(&sources.into_iter().collect::<Result<Vec<_>, _>>()?)?;
    for (register, rows) in [
        (Register::Results, RESULTS),
        (Register::Certificates, CERTIFICATES),
        (Register::Permits, PERMITS),
        (Register::Cards, CARDS),
    ] {
        let (intake, mut collector) = load.begin(register)?;
        for text in rows {
            collector.push(intake.prepare(&row(Table::of(register), text)?)?)?;
        }
        load.seal(collector)?;
    }
    load.publish(now)?;
    copy(folder.path(), &to, |name| name)?;
    let token = "1J8TB7ACSA1VY0644VHP78AX0G";
    let on = Some("2021-12-04T00:00:00+03:00");
    let change =
        Change::read(token, "suspended", on, None, &policy).map_err(|fault| fault.reason)?;
    writer.apply(&[change], now)?;
    // The later statuses are the newest segment: it is copied last, under a name of its own.
    copy(folder.path(), &to, |name| match name {
        "certificates" => "certificate-changes",
        other => other,
    })
}

/// Copies the newest segment of each register to the seed that `name` gives.
fn copy<'n>(
    from: &Path,
    to: &Path,
    name: impl Fn(&'n str) -> &'n str,
) -> Result<(), Box<dyn Error>> {
    let registers = ["sources", "results", "certificates", "permits", "cards"];
    for register in registers {
        let mut found = Vec::new();
        for entry in fs::read_dir(from)? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with(&format!("-{register}.segment")) {
                found.push(path);
            }
        }
        found.sort();
        let newest = found.last().ok_or("a register has no segment")?;
        fs::copy(newest, to.join(name(register)))?;
    }
    Ok(())
}

fn row(table: &'static Table, text: &str) -> Result<Row<'static>, Box<dyn Error>> {
    let mut row = Row::empty(table);
    for pair in text.split('|') {
        let (column, value) = pair.split_once('=').ok_or("a pair without `=`")?;
        let value = if value == "PHOTO" { "ab".repeat(32) } else { value.to_owned() };
        if !row.set(column, value) {
            return Err(format!("no column {column}").into());
        }
    }
    Ok(row)
}
