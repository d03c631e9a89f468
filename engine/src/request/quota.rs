//! How many permits of type 3 a document has in a calendar week: those in the store, and those on
//! their way into it.

use dashmap::DashMap;

use crate::error::StoreError;
use crate::format::Section;
use crate::record::{Register, Status};
use crate::stack::Whole;
use crate::store::Snapshot;
use crate::time::Instant;

/// A permit of the week that is in the store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) at: Whole,
    pub(crate) key: u128,
    pub(crate) revoked: bool,
}

/// What is on its way into the store, by document and week: the keys of codes. Nothing of it needs
/// to survive: what counts after a restart is what the store holds.
#[derive(Default)]
pub(crate) struct Quota {
    flying: DashMap<u128, Vec<u128>>,
}

/// Whether there was a place.
pub(crate) enum Place<T> {
    /// There was, and it is taken.
    Taken,
    /// There was none.
    None,
    /// The look at what the store holds ended it.
    Other(T),
}

impl Quota {
    /// Takes one of the places of a week for a code. `snapshot` is asked while nobody else can take
    /// a place of that week; `look` may end it by what the store holds.
    pub(crate) fn take<T, S: AsRef<Snapshot>>(
        &self,
        week: u128,
        code: u128,
        places: u32,
        at: Instant,
        snapshot: impl FnOnce() -> S,
        look: impl FnOnce(&Snapshot, &[Held]) -> Result<Option<T>, StoreError>,
    ) -> Result<Place<T>, StoreError> {
        let place = self.try_take(week, code, places, at, snapshot, look);
        if !matches!(place, Ok(Place::Taken)) {
            self.release(week, code);
        }
        place
    }

    fn try_take<T, S: AsRef<Snapshot>>(
        &self,
        week: u128,
        code: u128,
        places: u32,
        at: Instant,
        snapshot: impl FnOnce() -> S,
        look: impl FnOnce(&Snapshot, &[Held]) -> Result<Option<T>, StoreError>,
    ) -> Result<Place<T>, StoreError> {
        let mut flying = self.flying.entry(week).or_default();
        let snapshot = snapshot();
        let held = held(snapshot.as_ref(), week, at)?;
        if let Some(other) = look(snapshot.as_ref(), &held)? {
            return Ok(Place::Other(other));
        }
        // What flies may have landed in the store already: it counts once.
        let stored = |key: &u128| held.iter().any(|each| each.key == *key);
        let count = held.iter().filter(|each| !each.revoked).count()
            + flying.iter().filter(|key| !stored(key)).count();
        if count >= places as usize {
            return Ok(Place::None);
        }
        flying.push(code);
        Ok(Place::Taken)
    }

    /// What flew has landed, or will not: the store alone says from now on.
    pub(crate) fn release(&self, week: u128, code: u128) {
        if let Some(mut flying) = self.flying.get_mut(&week) {
            flying.retain(|key| *key != code);
        }
        self.flying.remove_if(&week, |_, flying| flying.is_empty());
    }

    /// Whether nothing flies.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.flying.is_empty()
    }

    /// Another code flies in the place of the first.
    pub(crate) fn exchange(&self, week: u128, code: u128, other: u128) {
        if let Some(mut flying) = self.flying.get_mut(&week) {
            flying.iter_mut().filter(|key| **key == code).for_each(|key| *key = other);
        }
    }
}

/// The permits of type 3 of a document and week that the store holds, as they are at an instant.
fn held(snapshot: &Snapshot, week: u128, at: Instant) -> Result<Vec<Held>, StoreError> {
    let Some(permits) = snapshot.register(Register::Permits) else { return Ok(Vec::new()) };
    let mut held = Vec::new();
    for (whole, key) in permits.posted(Section::PostingsD, week)? {
        let Some((hit, _)) = permits.find_exact(key)? else { continue };
        let life = permits.life(&hit)?;
        let revoked = match life.status {
            None => continue,
            Some(Status::Revoked) => life.status_on <= at,
            Some(_) => false,
        };
        held.push(Held { at: whole, key, revoked });
    }
    Ok(held)
}
