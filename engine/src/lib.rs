//! The look-up engine of Propusk: is this code good, now, for this person?

pub mod code;
pub mod identity;
pub mod record;
pub mod row;
pub mod time;
pub mod verdict;
