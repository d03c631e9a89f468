//! The engine as an integrator links it: seal a register, open the store, ask about codes.

use std::error::Error;

use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::row::{PERMITS, Row};
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::verdict::Role;
use propusk_engine::verify::{Query, Shown};
use propusk_engine::writer::Writer;

const PERMIT: [(&str, &str); 8] = [
    ("code", "0405-ABCD-EFGH-1234"),
    ("type", "1"),
    ("issued_at", "2020-05-01T10:00:00+03:00"),
    ("valid_from", "2020-05-01"),
    ("valid_to", "2020-05-04"),
    ("surname", "Ёлкина"),
    ("doc_series", "45 10"),
    ("doc_number", "123456"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("propusk-example-{}", std::process::id()));
    let answered = run(&folder);
    let _ = std::fs::remove_dir_all(&folder);
    answered
}

fn run(folder: &std::path::Path) -> Result<(), Box<dyn Error>> {
    let policy = Policy::default();
    let keys = Keys::random()?;

    // Load: a row of text becomes keys and sealed details. `propusk load` does this from tables.
    let writer = Writer::open(folder, &keys, &policy)?;
    let mut load = writer.load();
    let (intake, mut collector) = load.begin(Register::Permits)?;
    let mut row = Row::empty(&PERMITS);
    for (column, value) in PERMIT {
        row.set(column, value);
    }
    let prepared = intake.prepare(&row).map_err(|fault| format!("{fault:?}"))?;
    collector.push(prepared)?;
    load.seal(collector)?;
    let at = Instant::parse("2020-05-04T08:00:00+03:00").ok_or("not an instant")?;
    load.publish(at)?;

    // Ask: one code, with what its holder showed.
    let store = Store::open(folder, &keys)?;
    let snapshot = store.snapshot()?;
    let shown =
        Shown { surname: Some("ЕЛКИНА"), document: Some("4510123456"), ..Shown::default() };
    let query =
        Query { shown, role: Role::Venue, ..Query::new("0405авсdeFGH1234".as_bytes(), at) };
    let answer = snapshot.verify(&query, &policy)?;
    println!("{}, {:?}", answer.judged.verdict, answer.holder);

    // Ask: many codes at once.
    let mut verdicts = Vec::new();
    let codes = ["0405ABCDEFGH1234", "0405ABCDEFGH1235", "no code"];
    snapshot.verify_batch(&codes, at, &policy, &mut verdicts)?;
    for (code, judged) in codes.iter().zip(&verdicts) {
        println!("{code}: {}", judged.verdict);
    }
    Ok(())
}
