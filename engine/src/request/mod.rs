//! Permit requests: from a message or a form to a permit, or to what is wrong with it and the
//! message to send back.

mod answer;
mod asked;
mod check;
mod codes;
mod grammar;
mod mistake;
mod parts;
mod permit_desk;
mod plain;
mod quota;
mod repair;
mod repeat;
mod script;

pub use answer::{Answer, Outcome};
pub use asked::{Asked, Field};
pub use check::{Decision, Due, read_form, read_message};
pub use mistake::{Mistake, Reason};
pub use parts::parts;
pub use permit_desk::{Content, PermitDesk, Request};
pub use repair::{Repaired, repair};
