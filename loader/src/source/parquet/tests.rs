//! Tests of the reading: every type, every damage, and sizes.

mod damage;
mod footer;
mod guard;
mod sample;
mod seeds;
mod types;
