//! Every type has the text that CSV and NDJSON have for the same, or is refused by name.

use ::parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use ::parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray,
    FixedLenByteArrayType, FloatType, Int32Type, Int64Type, Int96, Int96Type,
};
use ::parquet::file::properties::{WriterProperties, WriterVersion};

use super::sample::{Group, file, read, small, texts};

/// What a column `a` of this type says.
fn column<T: DataType>(schema: &str, values: &[T::T]) -> Vec<String> {
    let file = small(&format!("required {schema};"), &|group: &mut Group<'_>| {
        group.column::<T>(values);
    });
    texts(&file).into_iter().map(Option::unwrap_or_default).collect()
}

/// What is told of a column of this type.
fn refused<T: DataType>(schema: &str, values: &[T::T]) -> String {
    let file = small(schema, &|group: &mut Group<'_>| group.column::<T>(values));
    read(&file).unwrap_err().to_string()
}

fn bytes(texts: &[&[u8]]) -> Vec<ByteArray> {
    texts.iter().map(|text| ByteArray::from(text.to_vec())).collect()
}

#[test]
fn texts_are_what_they_are() {
    for schema in ["binary a (STRING)", "binary a (UTF8)", "binary a (ENUM)", "binary a"] {
        let values = bytes(&["Ж".as_bytes(), b"", b" a\"b,c\r\n\"", b"\"", b"5\" x", b"last\r"]);
        let seen = column::<ByteArrayType>(schema, &values);
        assert_eq!(seen, ["Ж", "", " a\"b,c\r\n\"", "\"", "5\" x", "last\r"], "{schema}");
    }
}

#[test]
fn what_is_not_utf8_is_a_fault_of_its_column() {
    let file = small("required binary c; required binary a;", &|group: &mut Group<'_>| {
        group.column::<ByteArrayType>(&bytes(&[b"x", b"\xff\"", b"x"]));
        group.column::<ByteArrayType>(&bytes(&[b"\xff", b"y", b"z"]));
    });
    let seen = read(&file).unwrap();
    assert_eq!(seen[0].value, Err(("a".to_owned(), "utf8")));
    assert_eq!(seen[1].value, Err(("c".to_owned(), "utf8")));
    assert_eq!(seen[1].raw, b"\"\xff\"\"\",y");
    assert!(seen[2].value.is_ok());
}

#[test]
fn numbers_are_digits() {
    let small = [i32::MIN, -1, 0, 7, i32::MAX];
    let signed = ["-2147483648", "-1", "0", "7", "2147483647"];
    for schema in
        ["int32 a", "int32 a (INT_8)", "int32 a (INTEGER(16,true))", "int32 a (DECIMAL(9,0))"]
    {
        assert_eq!(column::<Int32Type>(schema, &small), signed, "{schema}");
    }
    let unsigned = ["2147483648", "4294967295", "0", "7", "2147483647"];
    for schema in ["int32 a (UINT_32)", "int32 a (INTEGER(32,false))"] {
        assert_eq!(column::<Int32Type>(schema, &small), unsigned, "{schema}");
    }
    let large = [i64::MIN, -1, 79_161_234_567];
    let signed = ["-9223372036854775808", "-1", "79161234567"];
    for schema in ["int64 a", "int64 a (INT_64)", "int64 a (DECIMAL(18,0))"] {
        assert_eq!(column::<Int64Type>(schema, &large), signed, "{schema}");
    }
    let unsigned = ["9223372036854775808", "18446744073709551615", "79161234567"];
    assert_eq!(column::<Int64Type>("int64 a (UINT_64)", &large), unsigned);
    let fixed = |bytes: &[u8]| FixedLenByteArray::from(bytes.to_vec());
    let values = [fixed(&[0xff, 0xff, 0xfe]), fixed(&[0, 0, 0]), fixed(&[1, 0, 0])];
    let schema = "fixed_len_byte_array(3) a (DECIMAL(6,0))";
    assert_eq!(column::<FixedLenByteArrayType>(schema, &values), ["-2", "0", "65536"]);
}

#[test]
fn truths_and_identifiers_are_words() {
    assert_eq!(column::<BoolType>("boolean a", &[true, false]), ["true", "false"]);
    let value = FixedLenByteArray::from((1..=16).collect::<Vec<u8>>());
    let seen = column::<FixedLenByteArrayType>("fixed_len_byte_array(16) a (UUID)", &[value]);
    assert_eq!(seen, ["01020304-0506-0708-090a-0b0c0d0e0f10"]);
}

#[test]
fn dates_are_written_as_dates() {
    let days = [-719_162, -1, 0, 18_261, 2_932_896, 2_932_897, i32::MIN];
    let texts = [
        "0001-01-01",
        "1969-12-31",
        "1970-01-01",
        "2019-12-31",
        "9999-12-31",
        "2932897",
        "-2147483648",
    ];
    assert_eq!(column::<Int32Type>("int32 a (DATE)", &days), texts);
}

#[test]
fn instants_are_written_with_the_offset_of_moscow() {
    let seconds = 1_588_568_400;
    let whole = "2020-05-04T08:00:00+03:00";
    for (unit, factor, part) in [
        ("MILLIS", 1_000, "2020-05-04T08:00:00.001+03:00"),
        ("MICROS", 1_000_000, "2020-05-04T08:00:00.000001+03:00"),
        ("NANOS", 1_000_000_000, "2020-05-04T08:00:00.000000001+03:00"),
    ] {
        let schema = format!("int64 a (TIMESTAMP({unit},true))");
        let values = [seconds * factor, seconds * factor + 1, -factor, 0, -1];
        let seen = column::<Int64Type>(&schema, &values);
        let rest = ["1970-01-01T02:59:59+03:00", "1970-01-01T03:00:00+03:00"];
        let before = format!("1970-01-01T02:59:59.{}+03:00", factor - 1);
        assert_eq!(seen, [&[whole, part], &rest[..], &[&before]].concat(), "{unit}");
    }
    for (schema, factor) in [("TIMESTAMP_MILLIS", 1_000), ("TIMESTAMP_MICROS", 1_000_000)] {
        let schema = format!("int64 a ({schema})");
        assert_eq!(column::<Int64Type>(&schema, &[seconds * factor]), [whole]);
    }
    let far = [i64::MAX, i64::MIN];
    let seen = column::<Int64Type>("int64 a (TIMESTAMP(MILLIS,true))", &far);
    assert_eq!(seen, ["9223372036854775807", "-9223372036854775808"]);
}

#[test]
fn absent_values_are_absent() {
    let schema = "optional binary a (STRING); optional int32 b; optional int32 c (UNKNOWN);";
    let values: [_; 5] = std::array::from_fn(|row| (row % 2 == 1).then_some(row as i32));
    let file = small(schema, &|group: &mut Group<'_>| {
        let texts = [Some("x".into()), None, Some("".into()), None, Some("y".into())];
        group.optional::<ByteArrayType>(&texts);
        group.optional::<Int32Type>(&values);
        group.optional::<Int32Type>(&[None; 5]);
    });
    let seen = read(&file).unwrap();
    let records = ["x,,", ",1,", ",,", ",3,", "y,,"];
    for (place, (row, record)) in seen.iter().zip(records).enumerate() {
        assert_eq!(row.row, place as u64 + 1);
        assert_eq!(row.raw, record.as_bytes());
        let fields = record.split(',').map(|field| (!field.is_empty()).then(|| field.to_owned()));
        assert_eq!(row.value, Ok(fields.collect()));
    }
}

#[test]
fn what_has_no_such_text_is_refused_by_name() {
    let local = "required int64 a (TIMESTAMP(MILLIS,false));";
    let told = refused::<Int64Type>(local, &[0]);
    assert!(told.starts_with("file.parquet: the column `a` is of the type TIMESTAMP without"));
    assert!(told.contains("adjusted to UTC") && told.contains("2020-05-04T08:00:00+03:00"));
    let told = refused::<Int96Type>("required int96 a;", &[Int96::new()]);
    assert!(told.contains("the type INT96") && told.contains("adjusted to UTC"), "{told}");
    for told in [
        refused::<DoubleType>("required double a;", &[0.0]),
        refused::<FloatType>("required float a;", &[0.0]),
        refused::<Int64Type>("required int64 a (DECIMAL(9,2));", &[0]),
    ] {
        assert!(told.contains("column `a`") && told.contains("as integers"), "{told}");
    }
    let fixed = [FixedLenByteArray::from(vec![0; 12])];
    for told in [
        refused::<Int32Type>("required int32 a (TIME(MILLIS,true));", &[0]),
        refused::<ByteArrayType>("required binary a (JSON);", &bytes(&[b"1"])),
        refused::<ByteArrayType>("required binary a (BSON);", &bytes(&[b"1"])),
        refused::<FixedLenByteArrayType>("required fixed_len_byte_array(12) a;", &fixed),
        refused::<FixedLenByteArrayType>("required fixed_len_byte_array(12) a (INTERVAL);", &fixed),
    ] {
        assert!(told.contains("column `a`") && told.contains("write it as text"), "{told}");
    }
}

#[test]
fn columns_that_are_not_the_tables_are_refused_by_name() {
    let told = refused::<Int32Type>("required int32 z;", &[0]);
    assert_eq!(
        told,
        "file.parquet: unknown column `z`; rename or remove it, the columns are: a, b, c"
    );
    let told = refused::<Int32Type>("required int32 b;", &[0]);
    assert!(told.contains("the column `a` is missing"), "{told}");
    let file = small("required int32 a; required int32 a;", &|group: &mut Group<'_>| {
        group.column::<Int32Type>(&[0]);
        group.column::<Int32Type>(&[0]);
    });
    assert!(read(&file).unwrap_err().to_string().contains("the column `a` is there twice"));
    let nested = "required group a { required int32 b; }";
    assert!(refused::<Int32Type>(nested, &[0]).contains("the column `a` is nested"));
    let list =
        small("repeated int32 a;", &|group: &mut Group<'_>| group.list::<Int32Type>(&[1, 2]));
    assert!(read(&list).unwrap_err().to_string().contains("the column `a` is nested"));
}

#[test]
fn codecs_encodings_and_versions_make_no_difference() {
    let schema = "required binary a (STRING); optional int64 b; optional boolean c;";
    // Enough for several pages, batches and groups; long prefixes in common, many repeated.
    let names: Vec<String> = (0..9000).map(|row| format!("long prefix {}", row % 700)).collect();
    let write = |group: &mut Group<'_>| {
        group.texts(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let numbers: Vec<_> = (0..9000_i64).map(|row| (row % 3 > 0).then_some(row * row)).collect();
        group.optional::<Int64Type>(&numbers);
        let truths: Vec<_> = (0..9000).map(|row| (row % 5 > 0).then_some(row % 2 > 0)).collect();
        group.optional::<BoolType>(&truths);
    };
    let usual = || WriterProperties::builder().set_data_page_row_count_limit(1000);
    let expected = read(&file(schema, usual().build(), &[&write, &write])).unwrap();
    assert_eq!(expected.len(), 18_000);
    assert_eq!(expected[9001].row, 9002);
    assert_eq!(expected[9001].raw, b"long prefix 1,1,true");
    assert_eq!(expected[8997].raw, b"long prefix 597,,true");
    let mut files = Vec::new();
    for codec in [
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
        Compression::LZ4_RAW,
        Compression::LZ4,
    ] {
        files.push(file(schema, usual().set_compression(codec).build(), &[&write, &write]));
    }
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        let usual = || usual().set_writer_version(version).set_compression(Compression::SNAPPY);
        files.push(file(schema, usual().build(), &[&write, &write]));
        for (texts, numbers) in [
            (Encoding::PLAIN, Encoding::PLAIN),
            (Encoding::DELTA_BYTE_ARRAY, Encoding::DELTA_BINARY_PACKED),
            (Encoding::DELTA_LENGTH_BYTE_ARRAY, Encoding::BYTE_STREAM_SPLIT),
        ] {
            let properties = usual()
                .set_dictionary_enabled(false)
                .set_column_encoding("a".into(), texts)
                .set_column_encoding("b".into(), numbers);
            files.push(file(schema, properties.build(), &[&write, &write]));
        }
    }
    for (place, file) in files.iter().enumerate() {
        assert!(read(file).unwrap() == expected, "file {place}");
    }
}

#[test]
fn a_dictionary_gives_no_more_text_at_a_time_than_a_file_of_text() {
    let long = "я".repeat(300_000);
    let write = |group: &mut Group<'_>| group.texts(&[long.as_str(); 40]);
    let file = small("required binary a (STRING);", &write);
    assert!(file.len() < 2_000_000, "the text stands there once");
    let input = bytes::Bytes::from(file.clone());
    let (mut groups, _) = crate::source::parquet::open(input, "f", &super::sample::LOOSE).unwrap();
    let mut parts = 0;
    while let Some(part) = crate::source::parallel::Parts::next_part(&mut groups).unwrap() {
        parts += 1;
        assert_eq!(crate::source::split::Chunk::from(part).records().count(), 1);
    }
    assert_eq!(parts, 40);
    assert_eq!(read(&file).unwrap().len(), 40);
}

#[test]
fn a_row_that_is_too_long_is_a_fault() {
    let long = "x".repeat(1 << 20);
    let fits = &long[..(1 << 20) - 1];
    let file = small("required binary a; required binary b;", &|group: &mut Group<'_>| {
        group.texts(&[&long, fits, "x"]);
        group.texts(&["", "", ""]);
    });
    let seen = read(&file).unwrap();
    assert_eq!(seen[0].value, Err((String::new(), "too_long")));
    assert_eq!(seen[0].raw.len(), long.len() + 1);
    assert!(seen[1].value.is_ok() && seen[2].value.is_ok());
}

#[test]
fn nothing_is_read_of_no_rows() {
    let schema = "required binary a (STRING);";
    assert_eq!(read(&file(schema, WriterProperties::default(), &[])).unwrap(), []);
    let file = small(schema, &|group: &mut Group<'_>| group.texts(&[]));
    assert_eq!(read(&file).unwrap(), []);
}
