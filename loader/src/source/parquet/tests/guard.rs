//! What would have the decoder make room for more than there is, is refused before it is decoded.

use ::parquet::basic::{Compression, Encoding};
use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::column::reader::get_column_reader;
use ::parquet::errors::Result;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::reader::ChunkReader;
use ::parquet::schema::parser::parse_message_type;
use ::parquet::schema::types::SchemaDescriptor;
use bytes::Bytes;

use super::sample::{Group, file, read};
use crate::source::parquet::cells::Cells;
use crate::source::parquet::column::Kind;
use crate::source::parquet::delta;
use crate::source::parquet::headers::{Headers, PAGE_MAX, sizes};
use crate::source::parquet::pages::Guarded;
use crate::source::parquet::shield::shielded;

/// Pages that were never in a file.
struct Pages(std::vec::IntoIter<Page>);

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Result<Page>> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        Ok(self.0.next())
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        Ok(None)
    }

    fn skip_next_page(&mut self) -> Result<()> {
        Ok(())
    }
}

/// What is told of pages of a column of a group of ten rows.
fn told(column: &str, pages: Vec<Page>) -> String {
    let schema = parse_message_type(&format!("message table {{ {column}; }}")).unwrap();
    let schema = SchemaDescriptor::new(std::sync::Arc::new(schema));
    let pages = Guarded::new(Box::new(Pages(pages.into_iter())), &schema.column(0), 10);
    match pages.collect::<Result<Vec<_>>>() {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

fn dictionary(bytes: usize, num_values: u32) -> Page {
    let (buf, encoding) = (Bytes::from(vec![0; bytes]), Encoding::PLAIN);
    Page::DictionaryPage { buf, num_values, encoding, is_sorted: false }
}

fn data(bytes: &[u8], num_values: u32, encoding: Encoding) -> Page {
    Page::DataPage {
        buf: Bytes::copy_from_slice(bytes),
        num_values,
        encoding,
        def_level_encoding: Encoding::RLE,
        rep_level_encoding: Encoding::RLE,
        statistics: None,
    }
}

#[test]
fn pages_that_cannot_be_are_refused() {
    const TEXT: &str = "required binary a";
    let indices = |rows| data(&[0; 20], rows, Encoding::RLE_DICTIONARY);
    assert_eq!(told(TEXT, vec![dictionary(40, 10), indices(4), indices(6)]), "");
    for (column, pages, expected) in [
        (TEXT, vec![dictionary(40, 11)], "a dictionary of more values than bytes"),
        (TEXT, vec![dictionary(40, u32::MAX)], "a dictionary of more values than bytes"),
        ("required int64 a", vec![dictionary(40, 6)], "a dictionary of more values than bytes"),
        (TEXT, vec![dictionary(40, 1), dictionary(40, 1)], "a second dictionary"),
        (TEXT, vec![indices(1)], "values that do not fit their encoding"),
        (TEXT, vec![dictionary(40, 1), indices(4), indices(7)], "more rows than the group has"),
        (
            "optional binary a",
            vec![data(&[17, 0, 0, 0, 0], 1, Encoding::PLAIN)],
            "levels that are longer than their page",
        ),
        (
            TEXT,
            vec![data(&[0xff; 20], 1, Encoding::DELTA_LENGTH_BYTE_ARRAY)],
            "values that do not fit their encoding",
        ),
        (
            TEXT,
            vec![data(&[&LIST[..], &[0xff; 8]].concat(), 3, Encoding::DELTA_BYTE_ARRAY)],
            "values that do not fit their encoding",
        ),
    ] {
        let told = told(column, pages);
        assert!(told.ends_with(expected), "{told}, not {expected}");
    }
    let levels = Page::DataPageV2 {
        buf: Bytes::from(vec![0; 8]),
        num_values: 1,
        encoding: Encoding::PLAIN,
        num_nulls: 0,
        num_rows: 1,
        def_levels_byte_len: 9,
        rep_levels_byte_len: 0,
        is_compressed: false,
        statistics: None,
    };
    assert!(told(TEXT, vec![levels]).ends_with("levels that are longer than their page"));
}

#[test]
fn a_column_has_as_many_rows_as_its_group() {
    let schema = parse_message_type("message table { required int32 a; }").unwrap();
    let schema = SchemaDescriptor::new(std::sync::Arc::new(schema));
    let pages = || Box::new(Pages(vec![data(&[0; 12], 3, Encoding::PLAIN)].into_iter()));
    let reader = || get_column_reader(schema.column(0), pages());
    let told = |rows| {
        let mut reader = reader();
        let read = shielded("", || Cells::read(&mut reader, Kind::Integer, rows));
        let ended = read.and_then(|_| shielded("", || Cells::read_none(&mut reader)));
        ended.map_or_else(|damage| damage.of_file("f").to_string(), |()| String::new())
    };
    assert!(told(2).contains("it has more rows than its group"));
    assert_eq!(told(3), "");
    assert!(told(4).contains("it has fewer rows than its group"));
}

/// Three integers: 128 in a block of 4 times 32, the first is 10; one bit for each difference.
const LIST: [u8; 14] = [0x80, 1, 4, 3, 20, 0, 1, 0, 0, 0, 0b11, 0, 0, 0];

#[test]
fn lists_are_as_long_as_they_say() {
    assert_eq!(delta::length(&LIST, 3), Some(LIST.len()));
    assert_eq!(delta::length(&[&LIST[..], b"behind"].concat(), 9), Some(LIST.len()));
    assert_eq!(delta::length(&LIST, 2), None, "more than there are rows");
    for length in 0..LIST.len() {
        assert_eq!(delta::length(&LIST[..length], 3), None, "cut to {length}");
    }
    // Of one integer there are no blocks.
    assert_eq!(delta::length(&[0x80, 1, 4, 1, 20, 9], 1), Some(5));
    for broken in [[0x80, 1, 0, 3, 20], [0x81, 1, 4, 3, 20], [0, 0x80, 1, 3, 20]] {
        assert_eq!(delta::length(&broken, 3), None, "{broken:?}");
    }
}

/// A number below zero as itself, another one as its zigzag, seven bits a byte.
fn thrift(number: i64) -> Vec<u8> {
    let mut zigzag = (number << 1 ^ number >> 63).cast_unsigned();
    let mut bytes = Vec::new();
    while zigzag >= 0x80 {
        bytes.push(zigzag as u8 | 0x80);
        zigzag >>= 7;
    }
    bytes.push(zigzag as u8);
    bytes
}

/// A header of those sizes, as far as it is looked at.
fn header(unpacked: i64, packed: i64) -> Vec<u8> {
    [0, unpacked, packed].iter().flat_map(|field| [vec![0x15], thrift(*field)].concat()).collect()
}

#[test]
fn sizes_are_what_a_header_says() {
    assert_eq!(sizes(&header(0, 0)), Some([0, 0]));
    assert_eq!(sizes(&header(300, 64)), Some([300, 64]));
    let longest = header(i32::MAX.into(), i32::MAX.into());
    assert_eq!(sizes(&longest), Some([i32::MAX as u64; 2]));
    assert_eq!(sizes(&[&longest[..], b"more"].concat()), Some([i32::MAX as u64; 2]));
    for length in 0..longest.len() {
        assert_eq!(sizes(&longest[..length]), None, "cut to {length}");
    }
    for (unpacked, packed) in [(-1, 0), (0, -1), (i32::MIN.into(), 1)] {
        assert_eq!(sizes(&header(unpacked, packed)), None);
    }
    // Another field, or one of another type.
    for place in [0, 2, 5] {
        let mut other = header(300, 64);
        other[place] ^= 0x10;
        assert_eq!(sizes(&other), None, "{place}");
    }
}

#[test]
fn a_page_that_no_codec_could_make_is_refused_before_it_is_read() {
    let told = |unpacked: u64, packed: u64, codec| {
        let bytes = header(unpacked.cast_signed(), packed.cast_signed());
        let headers = Headers::new(Bytes::from(bytes).into(), codec);
        headers.get_read(0).map_or_else(|error| error.to_string(), |_| String::new())
    };
    let gzip = Compression::GZIP(Default::default());
    let zstd = Compression::ZSTD(Default::default());
    for (codec, most) in [
        (Compression::SNAPPY, 22 * 1000),
        (Compression::LZ4, 255 * 1000),
        (Compression::LZ4_RAW, 255 * 1000),
        (gzip, 1032 * 1000),
        (zstd, (1000 << 15).min(PAGE_MAX)),
        (Compression::UNCOMPRESSED, PAGE_MAX),
    ] {
        assert_eq!(told(most, 1000, codec), "", "{codec}");
        let error = told(most + 1, 1000, codec);
        assert!(error.contains(&format!("it has a page of {} bytes", most + 1)), "{error}");
    }
    assert!(told(1, PAGE_MAX + 1, Compression::UNCOMPRESSED).ends_with("512 MiB is the most"));
    let headers = Headers::new(Bytes::from_static(b"PAR1").into(), Compression::SNAPPY);
    for start in 0..9 {
        assert!(headers.get_read(start).is_err());
    }
}

#[test]
fn a_page_that_says_more_than_it_holds_is_told_with_its_place() {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let properties = properties.set_dictionary_enabled(false).build();
    let text = "a".repeat(100);
    let whole = file(
        "required binary a (STRING);",
        properties,
        &[&|group: &mut Group<'_>| {
            group.texts(&[&text]);
        }],
    );
    let [unpacked, packed] = sizes(&whole[4..]).expect("a page behind the magic");
    let says = header(unpacked.cast_signed(), packed.cast_signed());
    assert_eq!(whole[4..4 + says.len()], says);
    let mut bytes = whole.clone();
    // The highest number of as many bytes.
    bytes[7..9].copy_from_slice(&[0xfe, 0x7f]);
    let told = read(&bytes).unwrap_err().to_string();
    let place = "file.parquet: row group 1, column `a` cannot be read as Parquet: ";
    assert!(told.starts_with(place) && told.contains("it has a page of 8191 bytes in "), "{told}");
}
