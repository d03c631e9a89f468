//! What a publish changes of the manifest, and what the audit log says of it.

use crate::audit::AuditEvent;
use crate::error::StoreError;
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

    /// The new sealed files.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        let segments = self.segments.iter().map(|(named, _)| named);
        segments.chain(&self.details).map(|named| named.file.as_str())
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
///
/// # Errors
/// When a segment is to stand before one that is gone: on top it would hide what came later.
pub(super) fn edited(before: &Manifest, edit: &Edit) -> Result<Manifest, StoreError> {
    let mut next = before.clone();
    let dropped = |named: &Named| edit.dropped.iter().any(|register| named.is_of(*register));
    next.segments.retain(|named| !dropped(named));
    next.details.retain(|named| !dropped(named));
    next.rejects.retain(|rejects| {
        edit.dropped.iter().all(|register| rejects.register != register.as_str())
    });
    for (named, before) in &edit.segments {
        let place = match *before {
            None => next.segments.len(),
            Some(segment) => {
                let place = next.segments.iter().position(|other| other.number == segment);
                place.ok_or_else(|| StoreError::Misplaced { file: named.file.clone(), segment })?
            }
        };
        next.segments.insert(place, named.clone());
    }
    next.segments.retain(|named| !edit.removed.contains(&named.number));
    next.details.extend(edit.details.iter().cloned());
    for rejects in &edit.rejects {
        if !next.rejects.contains(rejects) {
            next.rejects.push(rejects.clone());
        }
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Sealed;

    fn named(number: u64) -> Named {
        let sealed = Sealed::of(b"");
        Named::new(Register::Permits, number, format!("{number}.segment"), &sealed)
    }

    /// What a merge of segments asks for.
    fn merge(removed: &[u64], into: u64) -> Edit {
        let segments = vec![(named(into), removed.first().copied())];
        Edit { removed: removed.to_vec(), segments, ..Edit::default() }
    }

    #[test]
    fn a_merged_segment_stands_where_the_merged_ones_stood() {
        let segments = [1, 2, 3, 4].map(named).to_vec();
        let before = Manifest { segments, ..Manifest::empty() };
        let after = edited(&before, &merge(&[2, 3], 5)).unwrap();
        let numbers: Vec<u64> = after.segments.iter().map(|named| named.number).collect();
        assert_eq!(numbers, [1, 5, 4]);
    }

    #[test]
    fn a_merged_segment_is_not_published_where_the_merged_ones_are_gone() {
        let segments = [1, 4].map(named).to_vec();
        let before = Manifest { segments, ..Manifest::empty() };
        let told = edited(&before, &merge(&[2, 3], 5)).unwrap_err();
        assert!(matches!(&told, StoreError::Misplaced { file, segment: 2 } if file == "5.segment"));
        assert_eq!(told.to_string(), told.again().to_string());
        // Nor where the whole register goes in the same publish.
        let gone = Edit { dropped: vec![Register::Permits], ..merge(&[1], 5) };
        assert!(matches!(edited(&before, &gone), Err(StoreError::Misplaced { segment: 1, .. })));
    }
}
