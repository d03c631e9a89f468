//! The look-up engine of Propusk: is this code good, now, for this person?
//!
//! The engine has no clock, no network and prints nothing: the caller gives the instant, the
//! policy and the keys. One writer changes a store, any number of threads and processes ask it.
//!
//! ```
//! use propusk_engine::change::Change;
//! use propusk_engine::matching::{MatchRole, Outcome};
//! use propusk_engine::policy::Policy;
//! use propusk_engine::record::Register;
//! use propusk_engine::row::{PERMITS, REGISTRATIONS, Row};
//! use propusk_engine::secret::Keys;
//! use propusk_engine::store::Store;
//! use propusk_engine::time::Instant;
//! use propusk_engine::verdict::Verdict;
//! use propusk_engine::verify::Query;
//! use propusk_engine::writer::Writer;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let root = folder.path();
//! let (keys, policy) = (Keys::random()?, Policy::default());
//! let noon = Instant::parse("2020-04-30T12:00:00+03:00").ok_or("an instant")?;
//!
//! // Load: rows of text become a sealed segment, and the manifest names it.
//! let writer = Writer::open(root, &keys, &policy)?;
//! let mut load = writer.load();
//! let (intake, mut collector) = load.begin(Register::Permits)?;
//! let mut row = Row::empty(&PERMITS);
//! for (column, value) in [
//!     ("code", "3004 ABCD EFGH 1234"),
//!     ("type", "1"),
//!     ("issued_at", "2020-04-15T09:00:00+03:00"),
//!     ("valid_from", "2020-04-15"),
//!     ("valid_to", "2020-04-30"),
//!     ("doc_number", "4509 123456"),
//! ] {
//!     row.set(column, value);
//! }
//! collector.push(intake.prepare(&row)?)?;
//! load.seal(collector)?;
//! load.publish(noon)?;
//!
//! // Verify one code, or many at once.
//! let store = Store::open(root, &keys)?;
//! let snapshot = store.snapshot()?;
//! let answer = snapshot.verify(&Query::new("3004-abcd-efgh-1234".as_bytes(), noon), &policy)?;
//! assert_eq!(answer.judged.verdict, Verdict::Valid);
//! let mut verdicts = Vec::new();
//! snapshot.verify_batch(&["3004ABCDEFGH1234", "?"], noon, &policy, &mut verdicts)?;
//! assert_eq!(verdicts[1].verdict, Verdict::Malformed);
//!
//! // Match a form: this one is empty, so its first required column is told.
//! let form = Row::empty(&REGISTRATIONS);
//! let matched = snapshot.match_registration(&form, MatchRole::Applicant, &policy)?;
//! assert_eq!((matched.outcome, matched.field), (Outcome::Invalid, Some("request_id")));
//!
//! // Revalidate: what changed in a day?
//! let mut changes = Vec::new();
//! let next = noon.plus_seconds(86_400);
//! snapshot.revalidate(noon, next, &policy, &policy, &mut |change| changes.push(change))?;
//! assert_eq!((changes[0].from, changes[0].to), (Verdict::Valid, Verdict::Expired));
//!
//! // Change: durable, and visible to every reader, when it returns. What is pinned stays.
//! let on = Some("2020-04-30T11:00:00+03:00");
//! let change = Change::read("3004ABCDEFGH1234", "revoked", on, None, &policy);
//! writer.apply(&[change.map_err(|fault| fault.reason)?], noon)?;
//! let codes = ["3004ABCDEFGH1234"];
//! snapshot.verify_batch(&codes, noon, &policy, &mut verdicts)?;
//! assert_eq!(verdicts[0].verdict, Verdict::Valid);
//! store.snapshot()?.verify_batch(&codes, noon, &policy, &mut verdicts)?;
//! assert_eq!(verdicts[0].verdict, Verdict::Revoked);
//! # Ok(())
//! # }
//! ```
//!
//! Every module imports only modules that stand above it in this list, and a test holds that.

pub mod verdict;

pub mod record;
pub mod time;

pub mod message;

pub mod error;
pub mod row;

mod background;
mod probe;

pub mod code;
pub mod identity;

pub mod disclosure;

pub mod audit;

pub mod secret;

pub mod key;

mod filter;
pub mod format;
pub mod map;
mod pin;

mod seal;

mod manifest;

mod segment;

mod details;
mod postings;
mod table;

mod hot;
mod joint;

pub mod policy;

pub mod register;

mod life;

mod rows;

mod stack;

pub mod store;

mod ground;

pub mod intake;

pub mod collector;

pub mod change;

pub mod writer;

pub mod outbox;

pub mod challenge;

mod merge;

mod tiers;

pub mod compact;
pub mod destroy;
pub mod loading;
pub mod rotate;

pub mod desk;

pub mod request;

pub mod verify;

pub mod batch;

mod standing;

pub mod matching;

pub mod issue;

pub mod revalidate;

#[doc(hidden)]
pub mod fuzzing;
