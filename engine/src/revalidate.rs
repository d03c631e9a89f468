//! Every record whose verdict differs between two instants or policies.

use serde::Serialize;

use crate::code::Code;
use crate::error::StoreError;
use crate::policy::Policy;
use crate::record::Register;
use crate::store::Snapshot;
use crate::time::Instant;
use crate::verdict::{Verdict, words};

words! {
    /// Why a verdict changed.
    Cause {
        /// Time passed.
        Clock = "clock",
        /// The rules in force then would give another verdict now.
        Policy = "policy",
        /// Either verdict is a withdrawn one.
        Status = "status",
    }
}

/// One changed verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where the record is.
    pub register: Register,
    /// Its code.
    pub code: Code,
    /// The verdict then.
    pub from: Verdict,
    /// The verdict now.
    pub to: Verdict,
    /// Why.
    pub cause: Cause,
}

impl Serialize for Change {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut fields = serializer.serialize_struct("Change", 5)?;
        fields.serialize_field("register", &self.register)?;
        fields.serialize_field("code", &self.code.canonical())?;
        fields.serialize_field("from", &self.from)?;
        fields.serialize_field("to", &self.to)?;
        fields.serialize_field("cause", &self.cause)?;
        fields.end()
    }
}

impl Snapshot {
    /// Tells every record whose verdict at `as_of` under `policy` differs from that at `since`
    /// under `policy_since`, register by register, the newest segment's rows first, in their order. Reads every hot line
    /// once.
    ///
    /// # Errors
    /// When the store is damaged or a code secret is missing.
    pub fn revalidate(
        &self,
        since: Instant,
        as_of: Instant,
        policy_since: &Policy,
        policy: &Policy,
        emit: &mut dyn FnMut(Change),
    ) -> Result<(), StoreError> {
        for register in [Register::Certificates, Register::Permits, Register::Cards] {
            let Some(open) = self.register(register) else { continue };
            open.each_newest(&mut |hit, key| {
                let from = open.judge(&hit, since, policy_since)?.verdict;
                let to = open.judge(&hit, as_of, policy)?.verdict;
                if from == to {
                    return Ok(());
                }
                let cause = if from.is_withdrawn() || to.is_withdrawn() {
                    Cause::Status
                } else if open.judge_by_rules_of(&hit, since, as_of, policy_since)? != to {
                    Cause::Policy
                } else {
                    Cause::Clock
                };
                let code = open.code(key()?)?;
                emit(Change { register, code, from, to, cause });
                Ok(())
            })?;
        }
        Ok(())
    }
}
