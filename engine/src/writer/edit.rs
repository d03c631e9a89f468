//! What a publish changes of the manifest, and what the audit log says of it.

use crate::audit::AuditEvent;
use crate::manifest::{Manifest, Named, Rejects};
use crate::record::{Group, Register};

/// What a publish does beside changes.
#[derive(Default)]
pub(crate) struct Edit {
    /// Segments that go away.
    pub(crate) removed: Vec<u64>,
    /// Registers that go away, with all that they have.
    pub(crate) dropped: Vec<Register>,
    /// New segments, each with the number of the segment before which it stands; on top without.
    pub(crate) segments: Vec<(Named, Option<u64>)>,
    pub(crate) details: Vec<Named>,
    pub(crate) rejects: Vec<Rejects>,
    /// What the audit log says of it.
    pub(crate) notes: Vec<Note>,
}

/// A line of the audit log to be.
pub(crate) struct Note {
    pub(crate) event: AuditEvent,
    pub(crate) register: Option<Register>,
    pub(crate) group: Option<Group>,
    pub(crate) rows: Option<u64>,
}

impl Note {
    pub(crate) fn of(event: AuditEvent, register: Register, rows: u64) -> Self {
        Note { event, register: Some(register), group: None, rows: Some(rows) }
    }
}

impl Edit {
    pub(super) fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.dropped.is_empty() && self.segments.is_empty()
    }

    pub(super) fn append(&mut self, other: Edit) {
        self.removed.extend(other.removed);
        self.dropped.extend(other.dropped);
        self.segments.extend(other.segments);
        self.details.extend(other.details);
        self.rejects.extend(other.rejects);
        self.notes.extend(other.notes);
    }
}

/// The manifest after an edit.
pub(super) fn edited(before: &Manifest, edit: Edit) -> Manifest {
    let mut next = before.clone();
    let dropped = |named: &Named| edit.dropped.iter().any(|register| named.is_of(*register));
    next.segments.retain(|named| !dropped(named));
    next.details.retain(|named| !dropped(named));
    next.rejects.retain(|rejects| {
        edit.dropped.iter().all(|register| rejects.register != register.as_str())
    });
    for (named, before) in edit.segments {
        let place =
            before.and_then(|number| next.segments.iter().position(|other| other.number == number));
        next.segments.insert(place.unwrap_or(next.segments.len()), named);
    }
    next.segments.retain(|named| !edit.removed.contains(&named.number));
    next.details.extend(edit.details);
    for rejects in edit.rejects {
        if !next.rejects.contains(&rejects) {
            next.rejects.push(rejects);
        }
    }
    next
}
