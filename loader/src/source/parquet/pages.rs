//! Pages that were looked at before they are decoded.
//!
//! A page's own numbers say how much the decoder allocates. A number that damage made large would
//! have it ask for more memory than there is, which ends the program and cannot be caught.

use ::parquet::basic::{Encoding, Type};
use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::schema::types::ColumnDescriptor;

use super::delta;

/// The pages of a column chunk.
pub(super) struct Guarded {
    pages: Box<dyn PageReader>,
    /// Whether rows may have no value.
    is_optional: bool,
    /// The fewest bytes of a value in a dictionary.
    value_bytes: usize,
    /// Rows that no page had yet.
    left: usize,
    has_dictionary: bool,
}

impl Guarded {
    /// The pages of a column that has so many rows.
    pub(super) fn new(pages: Box<dyn PageReader>, column: &ColumnDescriptor, rows: usize) -> Self {
        let value_bytes = match column.physical_type() {
            // The length in front of a text.
            Type::INT32 | Type::BYTE_ARRAY => 4,
            Type::INT64 => 8,
            _ => 1,
        };
        let is_optional = column.max_def_level() > 0;
        Guarded { pages, is_optional, value_bytes, left: rows, has_dictionary: false }
    }

    /// Refuses a page that cannot be what it says.
    fn check(&mut self, page: &Page) -> Result<()> {
        match page {
            Page::DictionaryPage { buf, num_values, .. } => {
                if std::mem::replace(&mut self.has_dictionary, true) {
                    return Err(refused("a second dictionary"));
                }
                if *num_values as usize > buf.len() / self.value_bytes {
                    return Err(refused("a dictionary of more values than bytes"));
                }
                Ok(())
            }
            Page::DataPage { buf, num_values, encoding, def_level_encoding, .. } => {
                if self.is_optional && *def_level_encoding != Encoding::RLE {
                    return Err(refused("levels in an encoding that is not read"));
                }
                let levels = if self.is_optional { levels_length(buf) } else { 0 };
                self.check_data(buf, *num_values, *encoding, levels)
            }
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let levels = *def_levels_byte_len as usize + *rep_levels_byte_len as usize;
                self.check_data(buf, *num_values, *encoding, levels)
            }
        }
    }

    fn check_data(
        &mut self,
        page: &[u8],
        values: u32,
        encoding: Encoding,
        levels: usize,
    ) -> Result<()> {
        let values = values as usize;
        let Some(left) = self.left.checked_sub(values) else {
            return Err(refused("more rows than the group has"));
        };
        self.left = left;
        let Some(data) = page.get(levels..) else {
            return Err(refused("levels that are longer than their page"));
        };
        let fits = match encoding {
            // Deprecated and spelt otherwise in old files, but the same.
            #[allow(deprecated)]
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => self.has_dictionary,
            Encoding::DELTA_LENGTH_BYTE_ARRAY => delta::length(data, values).is_some(),
            Encoding::DELTA_BYTE_ARRAY => delta::length(data, values)
                .and_then(|prefixes| delta::length(data.get(prefixes..)?, values))
                .is_some(),
            _ => true,
        };
        if fits { Ok(()) } else { Err(refused("values that do not fit their encoding")) }
    }
}

/// No row is passed over, so no page is. The library would keep the header of a page that it peeks at,
/// and ask for a reader behind it, where [`super::headers::Headers`] expects another header.
const SKIPPED: &str = "a page that is passed over";

/// The bytes of the levels in front of a page's values; their length is before them.
fn levels_length(page: &[u8]) -> usize {
    page.first_chunk().map_or(0, |length| 4 + u32::from_le_bytes(*length) as usize)
}

fn refused(what: &str) -> ParquetError {
    ParquetError::General(format!("it has {what}"))
}

impl Iterator for Guarded {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Result<Page>> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Guarded {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        page.as_ref().map_or(Ok(()), |page| self.check(page))?;
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        Err(refused(SKIPPED))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        Err(refused(SKIPPED))
    }
}
