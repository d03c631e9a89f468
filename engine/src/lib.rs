//! The look-up engine of Propusk: is this code good, now, for this person?

pub mod key;
pub mod policy;
pub mod record;
pub mod row;
pub mod secret;
pub mod time;
pub mod verdict;
