//! The look-up engine of Propusk: is this code good, now, for this person?
//!
//! Every module imports only modules that stand above it in this list, and a test holds that.

pub mod verdict;

pub mod record;
pub mod time;

pub mod error;
pub mod row;

pub mod code;
pub mod identity;

pub mod secret;

pub mod key;

pub mod format;
pub mod map;
mod probe;

mod segment;

mod details;
mod postings;
mod table;

pub mod policy;

pub mod register;

pub mod intake;

pub mod store;

pub mod verify;

pub mod matching;

pub mod revalidate;

#[doc(hidden)]
pub mod fuzzing;
