//! The rivals, one file each.

use propusk_bench::Times;

use crate::contestant::Build;

mod dashmap;
mod hashbrown;
mod lmdb;
mod papaya;
mod perfect_hash;
#[cfg(feature = "heavy")]
mod postgres;
mod redb;
#[cfg(feature = "heavy")]
mod redis;
#[cfg(feature = "heavy")]
mod rocksdb;
#[cfg(feature = "heavy")]
mod server;
mod sqlite;
mod standard;

/// Every rival by the name that it is asked for with.
pub(crate) const RIVALS: &[(&str, Build)] = &[
    ("hashbrown", hashbrown::build),
    ("std", standard::build),
    ("dashmap", dashmap::build),
    ("papaya", papaya::build),
    ("ptr_hash", perfect_hash::build),
    ("lmdb", lmdb::build),
    ("redb", redb::build),
    ("sqlite", sqlite::build),
    #[cfg(feature = "heavy")]
    ("rocksdb", rocksdb::build_blocks),
    #[cfg(feature = "heavy")]
    ("rocksdb-plain", rocksdb::build_plain),
    #[cfg(feature = "heavy")]
    ("redis", redis::build_on_loopback),
    #[cfg(feature = "heavy")]
    ("redis-socket", redis::build_on_socket),
    #[cfg(feature = "heavy")]
    ("postgres", postgres::build),
];

/// Times as the eight bytes that stores of bytes keep.
fn packed((from, until): Times) -> [u8; 8] {
    (u64::from(until) << 32 | u64::from(from)).to_le_bytes()
}

/// The times again.
fn unpacked(bytes: &[u8]) -> Option<Times> {
    let both = u64::from_le_bytes(bytes.try_into().ok()?);
    Some((both as u32, (both >> 32) as u32))
}
