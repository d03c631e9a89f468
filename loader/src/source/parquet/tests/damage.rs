//! Damaged files give an error that names the file, or right rows: never a panic, never the end of
//! the program.

use ::parquet::basic::{Compression, Encoding};
use ::parquet::data_type::{ByteArrayType, Int32Type, Int64Type};
use ::parquet::file::properties::{WriterProperties, WriterVersion};

use super::sample::{Group, file, read, small};
use crate::source::ReadError;

const SCHEMA: &str = "optional binary a (STRING); required int64 b (TIMESTAMP(MILLIS,true)); \
                      optional int32 c (DATE);";
const ROWS: i32 = 24;

fn write(group: &mut Group<'_>) {
    let texts: Vec<_> = (0..ROWS)
        .map(|row| (row % 7 > 0).then(|| format!("prefix {}", row % 5).as_str().into()))
        .collect();
    group.optional::<ByteArrayType>(&texts);
    group.column::<Int64Type>(&(0..i64::from(ROWS)).map(|row| row * 1_000).collect::<Vec<_>>());
    let days: Vec<_> = (0..ROWS).map(|row| (row % 3 > 0).then_some(18_000 + row)).collect();
    group.optional::<Int32Type>(&days);
}

/// Small files in every way of writing that has a decoder of its own.
fn files() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        let usual = || WriterProperties::builder().set_writer_version(version);
        files.push(file(SCHEMA, usual().build(), &[&write, &write]));
        files.push(file(SCHEMA, usual().set_compression(Compression::SNAPPY).build(), &[&write]));
        for texts in
            [Encoding::PLAIN, Encoding::DELTA_BYTE_ARRAY, Encoding::DELTA_LENGTH_BYTE_ARRAY]
        {
            let properties = usual()
                .set_dictionary_enabled(false)
                .set_column_encoding("a".into(), texts)
                .set_column_encoding("b".into(), Encoding::DELTA_BINARY_PACKED);
            files.push(file(SCHEMA, properties.build(), &[&write]));
        }
    }
    files
}

/// Reads what may be damaged: an error must name the file, and where there is none no row may be
/// lost or new. Answers whether it was read.
fn survives(bytes: &[u8], rows: usize, what: &str) -> bool {
    match read(bytes) {
        Ok(seen) => {
            assert_eq!(seen.len(), rows, "{what}");
            true
        }
        Err(error) => {
            assert!(error.to_string().starts_with("file.parquet: "), "{what}: {error}");
            false
        }
    }
}

#[test]
fn every_flipped_byte_gives_an_error_or_rows() {
    let mut refused = 0;
    for (number, whole) in files().iter().enumerate() {
        let rows = read(whole).unwrap().len();
        for place in 0..whole.len() {
            for mask in [0x01, 0x10, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[place] ^= mask;
                let what = format!("file {number}, byte {place}, mask {mask:#x}");
                refused += u32::from(!survives(&bytes, rows, &what));
            }
        }
    }
    assert!(refused > 10_000, "{refused}");
}

#[test]
fn every_shorter_file_is_refused() {
    for whole in files() {
        for length in 0..whole.len() {
            let error = read(&whole[..length]).unwrap_err();
            assert!(matches!(error, ReadError::Parquet { .. }), "{length} bytes: {error}");
            assert!(error.to_string().starts_with("file.parquet: the end of the file cannot"));
        }
    }
}

#[test]
fn bytes_that_are_overwritten_give_an_error_or_rows() {
    // Numbers that look like chance and are the same each time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for (number, whole) in files().iter().enumerate() {
        let rows = read(whole).unwrap().len();
        for round in 0..2_000 {
            let mut bytes = whole.clone();
            let length = 1 + next(12);
            let start = next(bytes.len() - length);
            for byte in &mut bytes[start..start + length] {
                // Runs of ones are the longest numbers that the format can hold.
                *byte = if round % 3 == 0 { 0xff } else { next(256) as u8 };
            }
            survives(&bytes, rows, &format!("file {number}, round {round}"));
        }
    }
}

#[test]
fn damage_is_told_with_its_place() {
    let schema = "required binary a (STRING);";
    let text = "unmistakable".repeat(20);
    let mut bytes = small(schema, &|group: &mut Group<'_>| group.texts(&[&text, "x"]));
    let start = bytes.windows(12).position(|part| part == b"unmistakable").unwrap();
    // The length of the text, in front of it.
    bytes[start - 2] = 0x7f;
    let told = read(&bytes).unwrap_err().to_string();
    let place = "file.parquet: row group 1, column `a` cannot be read as Parquet: ";
    assert!(told.starts_with(place) && told.ends_with("copy or export the file again"), "{told}");
    let told = read(b"a,b,c\n1,2,3\n").unwrap_err().to_string();
    assert!(told.starts_with("file.parquet: the end of the file cannot be read"), "{told}");
}
