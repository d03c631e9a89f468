//! Generated registers as CSV, and as Parquet with the types that a database would give the columns:
//! row by row the same values.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArrayType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};
use propusk_datasets::{Options, generate};
use propusk_engine::row::{
    CARDS, CERTIFICATES, PERMITS, REGISTRATIONS, RESULTS, Row, SOURCES, Table,
};
use propusk_engine::time::{Date, Instant};
use propusk_loader::source::{ReadError, Source, read_rows};

/// One column of a table, with absent values.
enum Typed {
    Texts(Vec<Option<String>>),
    Truths(Vec<Option<bool>>),
    Integers(Vec<Option<i64>>),
    Dates(Vec<Option<i32>>),
    Instants(Vec<Option<i64>>),
}

/// All texts as something else, if each is written in just the way in which that is.
fn all<T: ToString>(
    texts: &[Option<String>],
    parse: impl Fn(&str) -> Option<T>,
) -> Option<Vec<Option<T>>> {
    let read = |text: &Option<String>| {
        let Some(text) = text else { return Some(None) };
        Some(Some(parse(text).filter(|value| value.to_string() == *text)?))
    };
    texts.iter().map(read).collect()
}

impl Typed {
    /// The narrowest type that can say what the texts say.
    fn of(texts: Vec<Option<String>>) -> Self {
        if texts.iter().all(Option::is_none) {
            return Typed::Texts(texts);
        }
        if let Some(truths) = all(&texts, |text| text.parse().ok()) {
            return Typed::Truths(truths);
        }
        if let Some(integers) = all(&texts, |text| text.parse().ok()) {
            return Typed::Integers(integers);
        }
        if let Some(dates) = all(&texts, Date::parse) {
            return Typed::Dates(dates.iter().map(|date| date.map(Date::days)).collect());
        }
        if let Some(instants) = all(&texts, Instant::parse) {
            let micros = |instant: Instant| instant.unix() * 1_000_000;
            return Typed::Instants(instants.iter().map(|each| each.map(micros)).collect());
        }
        Typed::Texts(texts)
    }

    fn schema(&self, name: &str) -> TypePtr {
        let micros = LogicalType::timestamp(true, TimeUnit::MICROS);
        let (physical, logical) = match self {
            Typed::Texts(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Typed::Truths(_) => (Physical::BOOLEAN, None),
            Typed::Integers(_) => (Physical::INT64, None),
            Typed::Dates(_) => (Physical::INT32, Some(LogicalType::Date)),
            Typed::Instants(_) => (Physical::INT64, Some(micros)),
        };
        let builder = Type::primitive_type_builder(name, physical);
        let builder = builder.with_logical_type(logical).with_repetition(Repetition::OPTIONAL);
        Arc::new(builder.build().unwrap())
    }

    fn write(&self, column: &mut SerializedColumnWriter<'_>) {
        fn there<T: Clone>(values: &[Option<T>]) -> (Vec<T>, Vec<i16>) {
            let levels = values.iter().map(|value| value.is_some().into()).collect();
            (values.iter().flatten().cloned().collect(), levels)
        }
        match self {
            Typed::Texts(texts) => {
                let (texts, levels) = there(texts);
                let texts: Vec<_> = texts.iter().map(|text| text.as_str().into()).collect();
                column.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None)
            }
            Typed::Truths(truths) => {
                let (truths, levels) = there(truths);
                column.typed::<BoolType>().write_batch(&truths, Some(&levels), None)
            }
            Typed::Dates(days) => {
                let (days, levels) = there(days);
                column.typed::<Int32Type>().write_batch(&days, Some(&levels), None)
            }
            Typed::Integers(numbers) | Typed::Instants(numbers) => {
                let (numbers, levels) = there(numbers);
                column.typed::<Int64Type>().write_batch(&numbers, Some(&levels), None)
            }
        }
        .unwrap();
    }
}

/// The values of every row, and how many rows were not taken.
fn rows(source: Source<File>, table: &'static Table) -> Vec<Vec<Option<String>>> {
    let mut rows = Vec::new();
    let values = |row: &Row<'_>| {
        Ok(row.values.iter().map(|value| value.as_deref().map(str::to_owned)).collect())
    };
    read_rows(source, "file", table, values, |row| {
        rows.push(row.value.unwrap());
        Ok::<(), ReadError>(())
    })
    .unwrap();
    rows
}

/// Writes rows in several row groups; answers how many columns are no texts.
fn write(rows: &[Vec<Option<String>>], table: &'static Table, path: &Path) -> usize {
    let columns: Vec<Vec<Option<String>>> = (0..table.columns.len())
        .map(|place| rows.iter().map(|row| row[place].clone()).collect())
        .collect();
    let typed: Vec<_> = columns.iter().map(|texts| Typed::of(texts.clone())).collect();
    let fields = table.columns.iter().zip(&typed);
    let fields = fields.map(|(column, typed)| typed.schema(column.name)).collect();
    let schema = Arc::new(Type::group_type_builder("table").with_fields(fields).build().unwrap());
    let properties = WriterProperties::builder().set_data_page_row_count_limit(500).build();
    let file = File::create(path).unwrap();
    let mut file = SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
    let mut group = file.next_row_group().unwrap();
    for typed in &typed {
        let mut column = group.next_column().unwrap().unwrap();
        typed.write(&mut column);
        column.close().unwrap();
    }
    group.close().unwrap();
    file.close().unwrap();
    typed.iter().filter(|typed| !matches!(typed, Typed::Texts(_))).count()
}

#[test]
fn typed_columns_say_what_texts_say() {
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), &Options { people: 4000, seed: 3, dirty: 0.0 }, &|_| {}).unwrap();
    let tables: [&Table; 6] = [&SOURCES, &RESULTS, &CERTIFICATES, &PERMITS, &CARDS, &REGISTRATIONS];
    let mut typed = 0;
    for table in tables {
        let csv = File::open(folder.path().join(format!("{}.csv", table.name))).unwrap();
        let expected = rows(Source::Csv(csv), table);
        let path = folder.path().join("table.parquet");
        typed += write(&expected, table, &path);
        let read = rows(Source::Parquet(File::open(&path).unwrap()), table);
        assert_eq!(read.len(), expected.len(), "{}", table.name);
        for (row, (read, expected)) in read.iter().zip(&expected).enumerate() {
            assert_eq!(read, expected, "{}, row {}", table.name, row + 1);
        }
    }
    assert!(typed > 15, "{typed} columns have a type of their own");
}
