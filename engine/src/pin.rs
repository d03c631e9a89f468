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

#[cfg(test)]
mod tests {
    use loom::sync::atomic::{AtomicU64, Ordering};
    use loom::sync::{Arc, Mutex};

    use super::*;

    /// What a writer publishes to: the manifest on the disk, and then the word.
    struct Published {
        disk: AtomicU64,
        word: AtomicU64,
    }

    /// A reader process: a snapshot is its generation alone.
    struct Reader {
        published: Arc<Published>,
        slot: Mutex<u64>,
        turn: Mutex<()>,
    }

    impl Word for Published {
        fn load(&self) -> u64 {
            self.word.load(Ordering::Acquire)
        }
    }

    impl Slot<u64> for Reader {
        fn load(&self) -> u64 {
            *self.slot.lock().unwrap()
        }

        fn store(&self, pinned: u64) {
            *self.slot.lock().unwrap() = pinned;
        }

        fn in_turn<R>(&self, renew: impl FnOnce() -> R) -> R {
            let _turn = self.turn.lock().unwrap();
            renew()
        }
    }

    impl Reader {
        fn pin(&self) -> u64 {
            let renew = |_: &u64| Ok::<_, ()>(self.published.disk.load(Ordering::Acquire));
            pin(&*self.published, self, |pinned| *pinned, renew).unwrap()
        }
    }

    /// In every order in which two readers of a process and a writer can take their steps: a pin is
    /// at least what was answered as published before it began, and never older than one before.
    #[test]
    fn no_pin_is_older_than_what_was_acknowledged() {
        let mut model = loom::model::Builder::new();
        // `LOOM_MAX_PREEMPTIONS` asks for more.
        model.preemption_bound.get_or_insert(2);
        model.check(|| {
            let published =
                Arc::new(Published { disk: AtomicU64::new(1), word: AtomicU64::new(1) });
            let slot = Mutex::new(1);
            let reader = Reader { published: Arc::clone(&published), slot, turn: Mutex::new(()) };
            let reader = Arc::new(reader);
            let acknowledged = Arc::new(AtomicU64::new(1));
            let writer = {
                let (published, acknowledged) = (Arc::clone(&published), Arc::clone(&acknowledged));
                loom::thread::spawn(move || {
                    for generation in 2..=3 {
                        published.disk.store(generation, Ordering::Release);
                        published.word.store(generation, Ordering::Release);
                        acknowledged.store(generation, Ordering::Release);
                    }
                })
            };
            let ask = move |reader: &Reader| {
                let mut last = 0;
                for _ in 0..2 {
                    let floor = acknowledged.load(Ordering::Acquire);
                    let pinned = reader.pin();
                    assert!(pinned >= floor && pinned >= last, "{pinned} {floor} {last}");
                    last = pinned;
                }
            };
            let other = {
                let (reader, ask) = (Arc::clone(&reader), ask.clone());
                loom::thread::spawn(move || ask(&reader))
            };
            ask(&reader);
            other.join().unwrap();
            writer.join().unwrap();
            assert_eq!(reader.pin(), 3);
        });
    }
}
