//! Workloads: a store of synthetic permits, the same permits in a hash map, and queries for both.

mod kinds;
mod limit;
pub mod plan;
mod queries;
mod random;
pub mod results;
mod statistics;
mod world;

pub use kinds::{CardText, TokenText, card, register, token};
pub use limit::RandomLines;
pub use queries::{Text, Times, decoded, text, times, valid_in};
pub use random::Random;
pub use statistics::{median, quantile};
pub use world::{Closed, World, before_takeover, change, drop_cached, load_permits};
