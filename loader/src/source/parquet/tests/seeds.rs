//! The seeds of the fuzz target: registers of sources, one for each codec and decoder.

use std::fs;
use std::path::Path;

use ::parquet::basic::{Compression, Encoding};
use ::parquet::data_type::{ByteArrayType, Int32Type, Int64Type};
use ::parquet::file::properties::{WriterProperties, WriterVersion};

use super::sample::{Group, file};
use crate::parquet_writer::ParquetWriter;

const SCHEMA: &str = "required binary source_id (STRING); required binary name (ENUM); \
                      required binary kind; optional int32 connected_from (DATE); \
                      optional int64 connected_to (TIMESTAMP(MILLIS,true));";

fn rows(group: &mut Group<'_>) {
    group.texts(&["L0", "L1", "L2"]);
    group.column::<ByteArrayType>(&["Laboratory 0", "Laboratory 1", "\"2\""].map(Into::into));
    group.texts(&["clinic", "laboratory", "laboratory"]);
    group.optional::<Int32Type>(&[Some(18_600), None, Some(18_700)]);
    group.optional::<Int64Type>(&[None, None, Some(1_640_984_400_000)]);
}

/// As the program itself writes tables.
fn written() -> Vec<u8> {
    let columns = ["source_id", "name", "kind", "connected_from", "connected_to"];
    let mut writer = ParquetWriter::new(Vec::new(), &columns).unwrap();
    for row in [
        [Some("L0"), Some("Лаборатория 0"), Some("clinic"), Some("2020-11-17"), None],
        [Some("L1"), Some("a, b"), Some("laboratory"), None, Some("2022-02-03")],
    ] {
        writer.push(row).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
#[ignore = "writes the tracked seeds anew"]
fn write_seeds() {
    use Compression::{GZIP, LZ4_RAW, SNAPPY, UNCOMPRESSED, ZSTD};
    use Encoding::{DELTA_BYTE_ARRAY, DELTA_LENGTH_BYTE_ARRAY, PLAIN};
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/parquet");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("written"), written()).unwrap();
    let (old, new) = (WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0);
    let usual = |version, codec| {
        WriterProperties::builder().set_writer_version(version).set_compression(codec)
    };
    let dictionaries = usual(old, GZIP(Default::default())).build();
    fs::write(folder.join("dictionaries"), file(SCHEMA, dictionaries, &[&rows, &rows])).unwrap();
    for (name, version, codec, texts) in [
        ("plain", old, UNCOMPRESSED, PLAIN),
        ("packed", old, SNAPPY, PLAIN),
        ("prefixes", new, ZSTD(Default::default()), DELTA_BYTE_ARRAY),
        ("lengths", new, LZ4_RAW, DELTA_LENGTH_BYTE_ARRAY),
    ] {
        let properties = usual(version, codec).set_dictionary_enabled(false);
        let properties = properties.set_column_encoding("name".into(), texts);
        let properties = properties
            .set_column_encoding("connected_from".into(), Encoding::DELTA_BINARY_PACKED)
            .build();
        fs::write(folder.join(name), file(SCHEMA, properties, &[&rows])).unwrap();
    }
}
