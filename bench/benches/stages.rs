//! Every stage on its own, over what the caches hold: decode, key, look up, judge, verify, seal, open.
//! Matching stands in `registers`, stores larger than the caches in `engine`.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use propusk_bench::{Text, World, card, load_permits, text, token};
use propusk_engine::change::Change;
use propusk_engine::code::{self, Code};
use propusk_engine::identity::name;
use propusk_engine::key::{CodeCipher, IdentityKeys, Purpose};
use propusk_engine::policy::Policy;
use propusk_engine::record::{Register, ResultKind, Status};
use propusk_engine::secret::{Keys, Secret};
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::verdict::Kind;
use propusk_engine::verify::{Query, Shown};
use propusk_engine::writer::Writer;

/// Permits in the store; half of them are revoked where rare states are judged.
const PERMITS: u64 = 20_000;
const CODES: usize = 4096;

fn codes<T>(of: impl Fn(u64) -> T) -> Vec<T> {
    (0..CODES as u64).map(of).collect()
}

fn decode(criterion: &mut Criterion) {
    fn suite<C: AsRef<[u8]>>(criterion: &mut Criterion, name: &str, texts: &[C]) {
        let mut group = criterion.benchmark_group("decode");
        group.throughput(Throughput::Elements(CODES as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| texts.iter().filter(|t| code::decode(t.as_ref(), &[]).is_ok()).count());
        });
        group.finish();
    }
    suite(criterion, "permit", &codes(text));
    suite(criterion, "token", &codes(token));
    suite(criterion, "card", &codes(card));
    suite(criterion, "no code", &codes(|number| format!("{number:015}?")));
}

fn key(criterion: &mut Criterion) {
    let cipher = CodeCipher::new(&Secret::new([7; 32]), Register::Permits);
    let mut blocks = codes(text);
    let mut group = criterion.benchmark_group("key");
    group.throughput(Throughput::Elements(CODES as u64));
    group.bench_function("codes, together", |bencher| {
        bencher.iter(|| cipher.encrypt(black_box(&mut blocks)));
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("a code alone", |bencher| {
        bencher.iter(|| cipher.key(black_box(*b"3004ABCDEFGH1234")));
    });
    let keys = IdentityKeys::new(&Secret::new([9; 32]));
    group.bench_function("a surname, from its text", |bencher| {
        bencher.iter(|| {
            let surname = name::canonical(black_box("Примерова")).expect("a name");
            keys.key(Purpose::Surname, &[Some(&surname)])
        });
    });
    group.finish();
}

fn decoded(texts: &[Text]) -> Vec<Code> {
    texts.iter().map(|text| code::decode(text, &[]).expect("a permit")).collect()
}

fn look_up_and_verify(criterion: &mut Criterion) {
    let world = World::build(PERMITS).expect("a store is built");
    let snapshot = world.store.snapshot().expect("a snapshot");
    let mut verdicts = Vec::new();
    for (name, first) in [("hits", 0), ("misses", PERMITS)] {
        let texts = codes(|number| text(first + number));
        let keys = snapshot.code_keys(Kind::Permit, &decoded(&texts)).expect("keys");
        let mut group = criterion.benchmark_group(format!("look up and verify, {name}"));
        group.throughput(Throughput::Elements(CODES as u64));
        group.bench_function("look up, keys in", |bencher| {
            bencher.iter(|| {
                let (at, policy) = (world.at, &world.policy);
                snapshot.verify_keys(Kind::Permit, &keys, at, policy, &mut verdicts)
            });
        });
        group.bench_function("verify, texts in", |bencher| {
            bencher.iter(|| snapshot.verify_batch(&texts, world.at, &world.policy, &mut verdicts));
        });
        let mut turn = texts.iter().cycle();
        group.throughput(Throughput::Elements(1));
        group.bench_function("verify, one at a time", |bencher| {
            bencher.iter(|| {
                let query = Query::new(turn.next().expect("texts never end"), world.at);
                snapshot.verify(&query, &world.policy)
            });
        });
        let shown = Shown { document: Some("4509 123456"), ..Shown::default() };
        group.bench_function("verify, with a document", |bencher| {
            bencher.iter(|| {
                let code = turn.next().expect("texts never end");
                snapshot.verify(&Query { shown, ..Query::new(code, world.at) }, &world.policy)
            });
        });
        group.finish();
    }
}

fn judge(criterion: &mut Criterion) {
    let policy = Policy::default();
    let world = World::build(PERMITS).expect("a store is built");
    let on = Instant::parse("2020-05-03T00:00:00+03:00").expect("an instant");
    let revoke = |code: Code| Change { code, status: Some(Status::Revoked), on, replaced_by: None };
    let texts = codes(text);
    let changes: Vec<_> = decoded(&texts).into_iter().map(revoke).collect();
    world.writer.apply(&changes, world.at).expect("changes");
    let snapshot = world.store.snapshot().expect("a snapshot");
    let mut verdicts = Vec::new();
    let mut group = criterion.benchmark_group("judge");
    group.throughput(Throughput::Elements(CODES as u64));
    group.bench_function("a status that began later", |bencher| {
        bencher.iter(|| snapshot.verify_batch(&texts, world.at, &world.policy, &mut verdicts));
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("the end of a certificate", |bencher| {
        bencher
            .iter(|| policy.certificate_until(ResultKind::Recovery, black_box(on), on, world.at));
    });
    group.bench_function("the end of a card", |bencher| {
        bencher.iter(|| policy.card_until(black_box(on).date(), world.at));
    });
    group.finish();
}

fn seal_and_open(criterion: &mut Criterion) {
    let (keys, policy) = (Keys::random().expect("random bytes"), Policy::default());
    let now = Instant::parse("2020-05-04T08:00:00+03:00").expect("an instant");
    let mut group = criterion.benchmark_group("seal and open");
    group.sample_size(10).throughput(Throughput::Elements(PERMITS));
    group.bench_function("seal a load of permits", |bencher| {
        let empty = || tempfile::tempdir().expect("a folder");
        bencher.iter_batched(
            empty,
            |root| {
                let writer = Writer::open(root.path(), &keys, &policy).expect("a store");
                load_permits(&writer, 0..PERMITS, now).expect("a load");
                root
            },
            BatchSize::PerIteration,
        );
    });
    let root = tempfile::tempdir().expect("a folder");
    let writer = Writer::open(root.path(), &keys, &policy).expect("a store");
    load_permits(&writer, 0..PERMITS, now).expect("a load");
    group.throughput(Throughput::Elements(1)).sample_size(20);
    group.bench_function("open", |bencher| {
        bencher.iter(|| Store::open(root.path(), &keys).expect("a store"));
    });
    group.bench_function("open, and a first verdict", |bencher| {
        bencher.iter(|| {
            let store = Store::open(root.path(), &keys).expect("a store");
            let snapshot = store.snapshot().expect("a snapshot");
            snapshot.verify(&Query::new(&text(1), now), &policy).expect("a verdict")
        });
    });
    group.finish();
}

criterion_group!(benches, decode, key, look_up_and_verify, judge, seal_and_open);
criterion_main!(benches);
