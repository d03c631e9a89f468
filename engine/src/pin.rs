//! Pinning the newest snapshot: one shared number says whether there is a newer one.
//!
//! The protocol stands here apart from files and processes, so that a model checker can run it.

/// The number of the newest generation, as the writer last told it.
pub(crate) trait Word {
    /// The number.
    fn load(&self) -> u64;
}

/// Where the snapshot in force is kept.
pub(crate) trait Slot<P> {
    /// A pin of it.
    fn load(&self) -> P;
    /// Puts another in its place.
    fn store(&self, pinned: P);
    /// Runs one renewal at a time.
    fn in_turn<R>(&self, renew: impl FnOnce() -> R) -> R;
}

/// A snapshot that is at least as new as the word was when this was called. `renew` opens the
/// newest one; it runs only where the word is newer than what is in force, in one thread at a
/// time, and the others then take what it brought.
pub(crate) fn pin<P: Clone, E>(
    word: &impl Word,
    slot: &impl Slot<P>,
    generation: impl Fn(&P) -> u64,
    renew: impl FnOnce(&P) -> Result<P, E>,
) -> Result<P, E> {
    let wanted = word.load();
    let pinned = slot.load();
    if generation(&pinned) >= wanted {
        return Ok(pinned);
    }
    slot.in_turn(|| {
        let pinned = slot.load();
        if generation(&pinned) >= wanted {
            return Ok(pinned);
        }
        let renewed = renew(&pinned)?;
        slot.store(renewed.clone());
        Ok(renewed)
    })
}
