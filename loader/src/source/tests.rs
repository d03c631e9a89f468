//! Tests of the reading.
