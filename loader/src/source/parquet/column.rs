//! The columns of a file, and what text their values have.

use ::parquet::basic::{Compression, ConvertedType, LogicalType, TimeUnit, Type};
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::schema::types::ColumnDescriptor;
use propusk_engine::row::Table;

use crate::source::ColumnFault;

/// A column of a file that is one of the table.
#[derive(Debug)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: &'static str,
    /// Its place in the table.
    pub(super) place: usize,
    /// What text its values have.
    pub(super) kind: Kind,
}

/// What text the values of a column have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// They are text, or bytes that ought to be.
    Text,
    /// `true` and `false`.
    Truth,
    /// Decimal digits, with a sign where they are below zero.
    Integer,
    /// Decimal digits of what is never below zero.
    Unsigned,
    /// `YYYY-MM-DD`.
    Date,
    /// RFC 3339 in +03:00.
    Instant(TimeUnit),
    /// Hexadecimal digits in five groups.
    Uuid,
    /// A column that never has a value.
    Nothing,
}

const AS_TEXT: &str = "write it as text";
const AS_INTEGER: &str = "write whole numbers as integers, and everything else as text";
/// A missing offset is never guessed.
const WITH_ZONE: &str = "write instants adjusted to UTC (or as text with an offset, such as \
     2020-05-04T08:00:00+03:00) and dates as DATE";

/// The columns of a file in their order, if each is one of the table and none is missing.
pub(super) fn columns(
    metadata: &ParquetMetaData,
    table: &'static Table,
) -> Result<Vec<Column>, ColumnFault> {
    let mut columns: Vec<Column> = Vec::new();
    for (index, descriptor) in metadata.file_metadata().schema_descr().columns().iter().enumerate()
    {
        let parts = descriptor.path().parts();
        let name = parts.first().map_or("", String::as_str);
        let named = || name.to_owned();
        let Some(place) = table.position(name) else {
            let known = table.columns.iter().map(|each| each.name).collect::<Vec<_>>().join(", ");
            return Err(ColumnFault::Unknown { column: named(), known });
        };
        if parts.len() > 1 || descriptor.max_rep_level() > 0 {
            return Err(ColumnFault::Nested { column: named() });
        }
        if columns.iter().any(|column| column.place == place) {
            return Err(ColumnFault::Repeated { column: named() });
        }
        let kind = kind(descriptor).map_err(|(found, remedy)| ColumnFault::Type {
            column: named(),
            found,
            remedy,
        })?;
        for group in metadata.row_groups() {
            let codec = group.column(index).compression();
            if matches!(codec, Compression::LZO | Compression::BROTLI(_)) {
                let found = codec.to_string();
                let found = found.split('(').next().unwrap_or_default().to_owned();
                return Err(ColumnFault::Codec { column: named(), found });
            }
        }
        columns.push(Column { name: table.columns[place].name, place, kind });
    }
    let is_there = |place| columns.iter().any(|column| column.place == place);
    let mut wanted = table.columns.iter().enumerate();
    match wanted.find(|(place, column)| column.required && !is_there(*place)) {
        Some((_, missing)) => Err(ColumnFault::Missing { column: missing.name }),
        None => Ok(columns),
    }
}

/// What text the values of a column have, or its type for people and what to do about it.
fn kind(column: &ColumnDescriptor) -> Result<Kind, (String, &'static str)> {
    let physical = column.physical_type();
    let refused = |found: &str, remedy| Err((found.to_owned(), remedy));
    match column.logical_type_ref() {
        Some(LogicalType::String | LogicalType::Enum) if physical == Type::BYTE_ARRAY => {
            Ok(Kind::Text)
        }
        Some(LogicalType::Integer(integer)) if is_integer(physical) => {
            Ok(if integer.is_signed { Kind::Integer } else { Kind::Unsigned })
        }
        Some(LogicalType::Date) if physical == Type::INT32 => Ok(Kind::Date),
        Some(LogicalType::Timestamp(stamp)) if physical == Type::INT64 => {
            if stamp.is_adjusted_to_u_t_c {
                Ok(Kind::Instant(stamp.unit))
            } else {
                refused("TIMESTAMP without a time zone", WITH_ZONE)
            }
        }
        Some(LogicalType::Decimal(decimal)) => whole(decimal.scale, column),
        Some(LogicalType::Uuid) if column.type_length() == 16 => Ok(Kind::Uuid),
        Some(LogicalType::Unknown) if is_integer(physical) => Ok(Kind::Nothing),
        Some(LogicalType::Json) => refused("JSON", AS_TEXT),
        Some(LogicalType::Bson) => refused("BSON", AS_TEXT),
        Some(LogicalType::Time(_)) => refused("TIME", AS_TEXT),
        Some(LogicalType::Float16) => refused("FLOAT16", AS_INTEGER),
        Some(_) => refused(&format!("{physical} with an annotation"), AS_TEXT),
        None => of_converted(column),
    }
}

/// The same, by the annotation that older writers give, or by what the values are stored as.
fn of_converted(column: &ColumnDescriptor) -> Result<Kind, (String, &'static str)> {
    use ConvertedType as C;
    let physical = column.physical_type();
    match (column.converted_type(), physical) {
        (C::NONE | C::UTF8 | C::ENUM, Type::BYTE_ARRAY) => Ok(Kind::Text),
        (C::NONE, Type::BOOLEAN) => Ok(Kind::Truth),
        (C::NONE, Type::INT96) => Err(("INT96".to_owned(), WITH_ZONE)),
        (C::NONE, Type::FLOAT | Type::DOUBLE) => Err((physical.to_string(), AS_INTEGER)),
        (C::NONE | C::INT_8 | C::INT_16 | C::INT_32 | C::INT_64, _) if is_integer(physical) => {
            Ok(Kind::Integer)
        }
        (C::UINT_8 | C::UINT_16 | C::UINT_32 | C::UINT_64, _) if is_integer(physical) => {
            Ok(Kind::Unsigned)
        }
        (C::DATE, Type::INT32) => Ok(Kind::Date),
        // Of these two the format says that they are adjusted to UTC.
        (C::TIMESTAMP_MILLIS, Type::INT64) => Ok(Kind::Instant(TimeUnit::MILLIS)),
        (C::TIMESTAMP_MICROS, Type::INT64) => Ok(Kind::Instant(TimeUnit::MICROS)),
        (C::DECIMAL, _) => whole(column.type_scale(), column),
        (C::NONE, _) => Err((physical.to_string(), AS_TEXT)),
        (converted, _) => Err((converted.to_string(), AS_TEXT)),
    }
}

/// A decimal number, if it has no fraction and is not larger than a number of the machine.
fn whole(scale: i32, column: &ColumnDescriptor) -> Result<Kind, (String, &'static str)> {
    let physical = column.physical_type();
    let is_fixed =
        physical == Type::FIXED_LEN_BYTE_ARRAY && (1..=16).contains(&column.type_length());
    if scale == 0 && (is_integer(physical) || is_fixed) {
        Ok(Kind::Integer)
    } else {
        Err((format!("DECIMAL with {scale} places, stored as {physical}"), AS_INTEGER))
    }
}

fn is_integer(physical: Type) -> bool {
    matches!(physical, Type::INT32 | Type::INT64)
}
