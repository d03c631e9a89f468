//! The engine's steps and the whole, beside a hash map and the limit of the memory, in one process.
//!
//! `PROPUSK_BENCH_ROWS` is the number of permits, 1,000,000 if unset; with `--test` 10,000.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use propusk_bench::{RandomLines, World, decoded, text, valid_in};
use propusk_engine::code;
use propusk_engine::key::CodeCipher;
use propusk_engine::record::Register;
use propusk_engine::secret::Secret;
use propusk_engine::verdict::Verdict;
use propusk_engine::verify::Query;

fn is_test() -> bool {
    std::env::args().any(|argument| argument == "--test")
}

fn permits() -> u64 {
    if is_test() {
        return 10_000;
    }
    let asked = std::env::var("PROPUSK_BENCH_ROWS").ok();
    asked.map_or(1_000_000, |rows| rows.parse().expect("PROPUSK_BENCH_ROWS is a number"))
}

fn steps(criterion: &mut Criterion) {
    let hosts = ["immune.mos.ru".to_owned()];
    let texts: Vec<_> = (0..4096).map(text).collect();
    let tokens: Vec<_> = (0..4096u128)
        .map(|number| code::Code::certificate(number * 0x9e37_79b9_7f4a_7c15_f39c).canonical())
        .collect();

    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Elements(4096));
    group.bench_function("permit", |bencher| {
        bencher.iter(|| texts.iter().filter(|text| code::decode(*text, &hosts).is_ok()).count());
    });
    group.bench_function("token", |bencher| {
        bencher.iter(|| {
            tokens.iter().filter(|token| code::decode(token.as_bytes(), &hosts).is_ok()).count()
        });
    });
    group.finish();

    let cipher = CodeCipher::new(&Secret::new([7; 32]), Register::Permits);
    let mut blocks = texts.clone();
    let mut group = criterion.benchmark_group("key");
    group.throughput(Throughput::Elements(4096));
    group
        .bench_function("batch", |bencher| bencher.iter(|| cipher.encrypt(black_box(&mut blocks))));
    group.finish();
}

fn look_ups(criterion: &mut Criterion) {
    let count = if is_test() { 10_000 } else { 1 << 20 };
    let world = World::build(permits()).expect("a store is built");
    let map = world.hash_map();
    let queries = world.queries(count, 1);
    let keys: Vec<_> = queries.iter().map(decoded).collect();
    let lines = RandomLines::new(world.permits, count, 2);
    let snapshot = world.store.snapshot().expect("a snapshot");
    let mut verdicts = Vec::new();
    let mut group = criterion.benchmark_group(format!("look up in {} permits", world.permits));

    let mut turn = queries.iter().cycle();
    group.throughput(Throughput::Elements(1));
    group.bench_function("verify, one code", |bencher| {
        bencher.iter(|| {
            let query = Query::new(turn.next().expect("queries never end"), world.at);
            snapshot.verify(&query, &world.policy).expect("the store is whole").judged.verdict
        });
    });

    group.throughput(Throughput::Elements(count as u64)).sample_size(20);
    group.bench_function("verify_batch, text in", |bencher| {
        bencher.iter(|| {
            let answered = snapshot.verify_batch(&queries, world.at, &world.policy, &mut verdicts);
            answered.expect("the store is whole");
            verdicts.iter().filter(|judged| judged.verdict == Verdict::Valid).count()
        });
    });
    group.bench_function("std HashMap, decoded keys in", |bencher| {
        bencher.iter(|| valid_in(&map, &keys, world.at));
    });
    group.bench_function("limit: one random line each", |bencher| {
        bencher.iter(|| lines.gather());
    });
    group.finish();
}

criterion_group!(benches, steps, look_ups);
criterion_main!(benches);
