//! Loads registers from tables into sealed segments.
