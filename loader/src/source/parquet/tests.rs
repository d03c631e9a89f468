//! Tests of the reading: every type, every damage, and sizes.

mod damage;
mod sample;
mod types;
