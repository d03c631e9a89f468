//! What the end of a file says must agree with the file and with itself.

use std::sync::Arc;

use ::parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, ParquetMetaData, RowGroupMetaData,
};
use ::parquet::schema::parser::parse_message_type;
use ::parquet::schema::types::SchemaDescriptor;

use crate::source::ReadError;
use crate::source::parquet::footer::check;

/// Numbers of a file of 100 bytes with one row group of one column.
#[derive(Clone, Copy)]
struct Numbers {
    rows: i64,
    group_rows: i64,
    values: i64,
    start: i64,
    dictionary: Option<i64>,
    bytes: i64,
}

const RIGHT: Numbers =
    Numbers { rows: 7, group_rows: 7, values: 7, start: 10, dictionary: Some(4), bytes: 96 };

/// What is told of such a file.
fn told(numbers: Numbers) -> String {
    let schema = parse_message_type("message table { required binary a; }").unwrap();
    let schema = Arc::new(SchemaDescriptor::new(Arc::new(schema)));
    let column = ColumnChunkMetaData::builder(schema.column(0))
        .set_num_values(numbers.values)
        .set_data_page_offset(numbers.start)
        .set_dictionary_page_offset(numbers.dictionary)
        .set_total_compressed_size(numbers.bytes);
    let group = RowGroupMetaData::builder(Arc::clone(&schema))
        .set_num_rows(numbers.group_rows)
        .add_column_metadata(column.build().unwrap());
    let file = FileMetaData::new(1, numbers.rows, None, None, schema, None);
    match check(&ParquetMetaData::new(file, vec![group.build().unwrap()]), 100) {
        Ok(()) => String::new(),
        Err(damage) => match damage.of_file("f") {
            ReadError::Parquet { cause, .. } => cause,
            other => other.to_string(),
        },
    }
}

#[test]
fn numbers_that_do_not_agree_are_refused() {
    assert_eq!(told(RIGHT), "");
    for (numbers, expected) in [
        (Numbers { rows: 8, ..RIGHT }, "not as many rows as the file"),
        (Numbers { group_rows: 6, ..RIGHT }, "`a` has not as many values as rows"),
        (Numbers { values: 8, ..RIGHT }, "`a` has not as many values as rows"),
        (Numbers { group_rows: -7, values: -7, rows: -7, ..RIGHT }, "fewer rows than none"),
        (Numbers { bytes: 97, ..RIGHT }, "`a` does not lie within the file"),
        (Numbers { bytes: -1, ..RIGHT }, "`a` does not lie within the file"),
        (Numbers { bytes: i64::MAX, ..RIGHT }, "`a` does not lie within the file"),
        (Numbers { dictionary: Some(-4), ..RIGHT }, "`a` does not lie within the file"),
        (Numbers { start: -1, dictionary: None, ..RIGHT }, "does not lie within the file"),
        (Numbers { start: 10, dictionary: None, ..RIGHT }, "does not lie within the file"),
    ] {
        let told = told(numbers);
        assert!(told.ends_with(expected), "{told}, not {expected}");
    }
}
