//! Loads registers from tables into sealed segments.

#[doc(hidden)]
pub mod fuzzing;
pub mod load;
pub mod parquet_writer;
pub mod rejects;
pub mod source;
