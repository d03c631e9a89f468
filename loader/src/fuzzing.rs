//! What the fuzz target calls: it takes any bytes, and asserts what must hold for all.

use bytes::Bytes;
use propusk_engine::row::{CARDS, CERTIFICATES, PERMITS, RESULTS, Row, RowFault, SOURCES, Table};

use crate::source::{ReadError, RowOutcome, read_parquet};

/// Rows that are read of a file. One of a hundred bytes can have 2^31 rows, all of them empty.
const ROWS_MAX: u64 = 1 << 14;

/// Why reading ended before its file did.
enum Ended {
    Enough,
    Refused(ReadError),
}

impl From<ReadError> for Ended {
    fn from(error: ReadError) -> Self {
        Ended::Refused(error)
    }
}

/// Any bytes as a register in Parquet are rows in their order, or an error that names the file and what
/// to do about it. A panic that is not told as damage ends the fuzzer; so does a line of one that is.
pub fn parquet(bytes: &[u8]) {
    let bytes = Bytes::copy_from_slice(bytes);
    for table in [&SOURCES, &RESULTS, &CERTIFICATES, &PERMITS, &CARDS] {
        if !has_other_columns(&bytes, table) {
            return;
        }
    }
}

/// Reads the bytes as a table; whether their columns are not the table's.
fn has_other_columns(bytes: &Bytes, table: &'static Table) -> bool {
    let mut rows = 0;
    let accept = |row: RowOutcome<'_, usize>| {
        rows += 1;
        assert_eq!(row.line, rows);
        assert!(row.value.is_ok_and(|values| values <= table.columns.len()) || !row.raw.is_empty());
        if rows < ROWS_MAX { Ok(()) } else { Err(Ended::Enough) }
    };
    let values = |row: &Row<'_>| -> Result<usize, RowFault> {
        Ok(row.values.iter().filter(|value| value.is_some()).count())
    };
    match read_parquet(bytes.clone(), "file.parquet", table, values, accept) {
        Ok(()) | Err(Ended::Enough) => false,
        Err(Ended::Refused(ReadError::ParquetColumn { file, fault })) => {
            assert!(file == "file.parquet" && !fault.to_string().is_empty());
            true
        }
        Err(Ended::Refused(ReadError::Parquet { file, place, cause })) => {
            assert!(file == "file.parquet" && !place.is_empty() && !cause.is_empty());
            false
        }
        Err(Ended::Refused(other)) => panic!("{other}"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Each byte of each seed flipped, and overwritten as far as the longest number; and each seed as
    /// it is, which is rows.
    #[test]
    fn no_damage_of_a_seed_breaks_reading_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/parquet");
        let mut seeds = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let seed = std::fs::read(entry.unwrap().path()).unwrap();
            let bytes = Bytes::copy_from_slice(&seed);
            let tables = [&SOURCES, &RESULTS, &CERTIFICATES, &PERMITS, &CARDS];
            assert!(tables.iter().any(|table| !has_other_columns(&bytes, table)));
            for place in 0..seed.len() {
                for (length, mask) in [(1, 0x01), (1, 0x80), (5, 0xff)] {
                    let mut bytes = seed.clone();
                    bytes.iter_mut().skip(place).take(length).for_each(|byte| *byte ^= mask);
                    parquet(&bytes);
                }
            }
            seeds += 1;
        }
        assert!(seeds >= 4);
    }
}
