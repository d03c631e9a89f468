//! The look-up engine of Propusk: is this code good, now, for this person?

pub mod record;
pub mod row;
pub mod time;
pub mod verdict;
