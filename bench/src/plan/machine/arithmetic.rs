//! What the processor computes in its caches: keyed functions of codes and identities.

use std::hint::black_box;
use std::time::{Duration, Instant as Clock};

use propusk_engine::key::{CodeCipher, IdentityKeys, Purpose};
use propusk_engine::record::Register;
use propusk_engine::secret::Secret;

use crate::statistics::median;

/// Blocks that are encrypted between two looks at the clock.
const BLOCKS: usize = 4096;
/// Identities that are keyed between two looks at the clock.
const IDENTITIES: usize = 256;

/// Blocks of AES-128 a second on one core.
pub(crate) fn aes_per_second(budget: Duration) -> f64 {
    let cipher = CodeCipher::new(&Secret::new([7; 32]), Register::Permits);
    let mut blocks = vec![[0; 16]; BLOCKS];
    rate(budget, BLOCKS, || cipher.encrypt(black_box(&mut blocks)))
}

/// HMAC-SHA-256 of a document a second on one core.
pub(crate) fn hmac_per_second(budget: Duration) -> f64 {
    let keys = IdentityKeys::new(&Secret::new([7; 32]));
    rate(budget, IDENTITIES, || {
        for _ in 0..IDENTITIES {
            black_box(keys.key(Purpose::Document, &[black_box(Some("4509123456"))]));
        }
    })
}

fn rate(budget: Duration, count: usize, mut work: impl FnMut()) -> f64 {
    let (mut used, mut each) = (Duration::ZERO, Vec::new());
    while used < budget || each.is_empty() {
        let begun = Clock::now();
        work();
        let took = begun.elapsed();
        used += took;
        each.push(took.as_secs_f64() / count as f64);
    }
    1.0 / median(each).max(1e-12)
}
