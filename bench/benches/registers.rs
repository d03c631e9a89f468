//! Whole registers: loading them, matching forms, revalidating a day.
//!
//! `PROPUSK_BENCH_PEOPLE` sets how many people the registers tell of (50,000; 1,000 in tests).

use std::fs::File;
use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use propusk_datasets::{Options, generate};
use propusk_engine::matching::MatchRole;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::row::{REGISTRATIONS, Row};
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::writer::Writer;
use propusk_loader::load::{Input, load};
use propusk_loader::parquet_writer::ParquetWriter;
use propusk_loader::source::Format;

fn people() -> u64 {
    let default =
        if std::env::args().any(|argument| argument == "--test") { 1_000 } else { 50_000 };
    let asked = std::env::var("PROPUSK_BENCH_PEOPLE").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn inputs(data: &Path, format: Format) -> Vec<Input> {
    let ending = if format == Format::Parquet { "parquet" } else { "csv" };
    let input = |register: &Register| Input {
        register: *register,
        path: Some(data.join(format!("{register}.{ending}"))),
        format,
    };
    Register::ALL.iter().map(input).collect()
}

/// The same registers as Parquet.
fn to_parquet(data: &Path) {
    for register in Register::ALL {
        let mut reader =
            csv::Reader::from_path(data.join(format!("{register}.csv"))).expect("a table");
        let header = reader.headers().expect("a header").clone();
        let file = File::create(data.join(format!("{register}.parquet"))).expect("a file");
        let mut table =
            ParquetWriter::new(file, &header.iter().collect::<Vec<_>>()).expect("a file");
        for record in reader.records() {
            let record = record.expect("a row");
            let row = record.iter().map(|text| (!text.is_empty()).then_some(text));
            table.push(row).expect("a row");
        }
        table.finish().expect("a file");
    }
}

fn forms(data: &Path) -> Vec<Row<'static>> {
    let mut reader = csv::Reader::from_path(data.join("registrations.csv")).expect("a table");
    let header = reader.headers().expect("a header").clone();
    let row = |record: csv::StringRecord| {
        let mut row = Row::empty(&REGISTRATIONS);
        for (column, value) in header.iter().zip(&record) {
            row.set(column, value.to_owned());
        }
        row
    };
    reader.records().map(|record| row(record.expect("a row"))).collect()
}

fn registers(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let options = Options { people: people(), seed: 1, dirty: 0.0 };
    generate(&data, &options, &|_| ()).expect("registers");
    let (keys, policy) = (Keys::random().expect("random bytes"), Policy::default());
    let now = Instant::parse("2022-01-01T00:00:00+03:00").expect("an instant");
    to_parquet(&data);
    let fill = |root: &Path, format| {
        let writer = Writer::open(root, &keys, &policy).expect("a store");
        load(&writer, &inputs(&data, format), None, now, &|_, _| ()).expect("a load");
    };
    let mut group = criterion.benchmark_group(format!("registers of {} people", options.people));
    group.sample_size(10);
    for (name, format) in [("load", Format::Csv), ("load from Parquet", Format::Parquet)] {
        group.bench_function(name, |bencher| {
            let empty = || tempfile::tempdir_in(folder.path()).expect("a folder");
            bencher.iter_batched(empty, |root| fill(root.path(), format), BatchSize::PerIteration);
        });
    }
    let root = folder.path().join("store");
    fill(&root, Format::Csv);
    let snapshot = Store::open(&root, &keys).expect("a store").snapshot().expect("a snapshot");
    let forms = forms(&data);
    group.throughput(Throughput::Elements(forms.len() as u64));
    group.bench_function("match", |bencher| {
        bencher.iter(|| {
            for form in &forms {
                let matched = snapshot.match_registration(form, MatchRole::Applicant, &policy);
                black_box(matched.expect("an outcome"));
            }
        });
    });
    group.bench_function("revalidate a day", |bencher| {
        let since = Instant::parse("2020-04-30T00:00:00+03:00").expect("an instant");
        bencher.iter(|| {
            let mut changes = 0;
            let until = since.plus_seconds(86_400);
            snapshot
                .revalidate(since, until, &policy, &policy, &mut |_| changes += 1)
                .expect("a whole store");
            changes
        });
    });
    group.finish();
}

criterion_group!(benches, registers);
criterion_main!(benches);
