//! Loads registers from tables into sealed segments.

pub mod rejects;
pub mod source;
