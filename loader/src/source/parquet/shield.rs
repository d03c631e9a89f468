//! Damage, however the library tells of it.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::source::ReadError;

/// What is wrong with a file, and where in it.
#[derive(Debug)]
pub(super) struct Damage {
    place: String,
    cause: String,
}

impl Damage {
    /// The damage of a file of that name.
    pub(super) fn of_file(self, file: &str) -> ReadError {
        ReadError::Parquet { file: file.to_owned(), place: self.place, cause: self.cause }
    }
}

/// Any error is damage, at a place that [`shielded`] knows.
impl<E: fmt::Display> From<E> for Damage {
    fn from(cause: E) -> Self {
        Damage { place: String::new(), cause: cause.to_string() }
    }
}

/// Does some reading of a file that may be damaged, and says where it was if it was.
///
/// The library checks much of what it reads, but not all: offsets below zero, a page before its
/// dictionary, lengths that run past the end and the like are `assert!`, `expect` and slices out of
/// range in it. Such a panic is caught here, or a damaged file would end the program without saying
/// which file it was. Nothing that was being read is used again after that. What the panic says
/// becomes part of the error: it tells of lengths and places and of no value.
pub(super) fn shielded<T>(
    place: impl Into<String>,
    work: impl FnOnce() -> Result<T, Damage>,
) -> Result<T, Damage> {
    let quiet = Quiet::new();
    let done = catch_unwind(AssertUnwindSafe(work));
    drop(quiet);
    let cause = match done {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(damage)) => damage.cause,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            format!("the decoder gave up ({})", text.unwrap_or("without a word"))
        }
    };
    Err(Damage { place: place.into(), cause })
}

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// While it is there, panics of this thread write no line of their own; those of others do, as before.
struct Quiet {
    before: bool,
}

impl Quiet {
    fn new() -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = take_hook();
            set_hook(Box::new(move |panic| {
                // A thread that is ending has no flag any more, and reads nothing.
                if !IS_QUIET.try_with(Cell::get).unwrap_or(false) {
                    before(panic);
                }
            }));
        });
        Quiet { before: IS_QUIET.replace(true) }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        IS_QUIET.set(self.before);
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::process::Command;
    use std::thread;

    use super::*;

    /// Set where the test runs in a process of its own, whose standard error is looked at.
    const INSIDE: &str = "PROPUSK_TEST_INSIDE";

    #[test]
    fn a_panic_is_told_in_the_error_and_has_no_line_of_its_own() {
        if env::var_os(INSIDE).is_some() {
            let told = shielded("there", || -> Result<(), Damage> { panic!("a word") });
            let damage = told.unwrap_err();
            assert_eq!(damage.place, "there");
            assert_eq!(damage.cause, "the decoder gave up (a word)");
            thread::spawn(|| panic!("of another thread")).join().unwrap_err();
            catch_unwind(|| panic!("afterwards")).unwrap_err();
            return;
        }
        let (_, module) = module_path!().split_once("::").unwrap();
        let name = format!("{module}::a_panic_is_told_in_the_error_and_has_no_line_of_its_own");
        let mut inside = Command::new(env::current_exe().unwrap());
        let output =
            inside.args([&name, "--exact", "--nocapture"]).env(INSIDE, "1").output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{errors}");
        assert!(errors.contains("of another thread") && !errors.contains("a word"), "{errors}");
        assert!(errors.contains("afterwards"), "{errors}");
    }
}
