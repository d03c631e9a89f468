//! Loads registers from tables into sealed segments.

pub mod load;
pub mod parquet_writer;
pub mod rejects;
pub mod source;
