//! What the end of a file says of its row groups, held against the file and against itself.

use ::parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use super::shield::Damage;

/// Checks that every column chunk lies within the file and has as many values as its group has
/// rows. What is not so would give a panic later, or other rows than were written.
pub(super) fn check(metadata: &ParquetMetaData, bytes: u64) -> Result<(), Damage> {
    let columns = metadata.file_metadata().schema_descr().num_columns();
    let mut rows = 0_i64;
    for (place, group) in metadata.row_groups().iter().enumerate() {
        let number = place + 1;
        if group.columns().len() != columns {
            return Err(format!("row group {number} has not the columns of the schema").into());
        }
        if group.num_rows() < 0 {
            return Err(format!("row group {number} has fewer rows than none").into());
        }
        rows = rows.checked_add(group.num_rows()).ok_or("there are too many rows")?;
        for chunk in group.columns() {
            if !lies_within(chunk, bytes) {
                let path = chunk.column_path().string();
                let text = format!("row group {number}: `{path}` does not lie within the file");
                return Err(text.into());
            }
            // Nested columns have other numbers of values; they are refused by name later.
            let is_flat = chunk.column_descr().max_rep_level() == 0;
            if is_flat && chunk.num_values() != group.num_rows() {
                let path = chunk.column_path().string();
                let text = format!("row group {number}: `{path}` has not as many values as rows");
                return Err(text.into());
            }
        }
    }
    if rows != metadata.file_metadata().num_rows() {
        return Err("the row groups have not as many rows as the file".into());
    }
    Ok(())
}

fn lies_within(chunk: &ColumnChunkMetaData, bytes: u64) -> bool {
    let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
    let end = start.checked_add(chunk.compressed_size());
    let bounds = [start, chunk.compressed_size(), chunk.data_page_offset()];
    bounds.iter().all(|bound| *bound >= 0)
        && end.is_some_and(|end| u64::try_from(end).is_ok_and(|end| end <= bytes))
}
