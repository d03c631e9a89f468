//! Loads registers from tables into sealed segments.

pub mod load;
pub mod rejects;
pub mod source;
