//! Loads: what a later load does to a row that an earlier one brought.

use propusk_engine::collector::Pushed;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::row::Table;
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::writer::Writer;

use crate::model::{Row, World};
use crate::registers::good;
use crate::{Held, changed, harness, row};

const PERMIT: &str = "3004ABCDEFGH1234";
const CERTIFICATE: &str = "01234567890123456789012345";
const CARD: &str = "AA0000001";

/// A register, the good row's changes in the first load and in the later one, what becomes of the
/// later row; the code that is asked for, when, what is shown; the verdict before and after.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    Pushed,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const ROWS: &[Case] = &[
    // Other content replaces the earlier row: its status, its time, its holder.
    ("permits", "", "status=revoked", Pushed::Added, PERMIT, "2020-04-15T00:00:00+03:00", "", "valid", "revoked"),
    ("permits", "status=revoked", "", Pushed::Added, PERMIT, "2020-04-15T00:00:00+03:00", "", "revoked", "valid"),
    ("permits", "", "status=revoked; status_on=2020-04-20T00:00:00+03:00", Pushed::Added, PERMIT, "2020-04-19T23:59:59+03:00", "", "valid", "valid"),
    ("permits", "", "status=revoked; status_on=2020-04-20T00:00:00+03:00", Pushed::Added, PERMIT, "2020-04-20T00:00:00+03:00", "", "valid", "revoked"),
    ("permits", "", "valid_from=2020-04-16", Pushed::Added, PERMIT, "2020-04-15T23:59:59+03:00", "", "valid", "not_yet_valid"),
    ("permits", "", "valid_from=2019-04-15; valid_to=2019-04-30", Pushed::Added, PERMIT, "2020-04-15T23:59:59+03:00", "", "valid", "expired"),
    ("permits", "", "doc_number=4509123457", Pushed::Added, PERMIT, "2020-04-15T00:00:00+03:00", "document=4509123457", "holder_mismatch", "valid"),
    ("permits", "", "doc_number=4509123457", Pushed::Added, PERMIT, "2020-04-15T00:00:00+03:00", "document=4509123456", "valid", "holder_mismatch"),
    ("certificates", "", "kind=vaccination", Pushed::Added, CERTIFICATE, "2021-12-05T10:00:00+03:00", "", "expired", "valid"),
    ("certificates", "", "issued_at=2021-12-02T12:00:01+03:00", Pushed::Added, CERTIFICATE, "2021-12-02T12:00:00+03:00", "", "valid", "not_yet_valid"),
    ("certificates", "", "status=suspended", Pushed::Added, CERTIFICATE, "2021-12-02T12:00:00+03:00", "", "valid", "suspended"),
    ("cards", "", "status=lost; status_on=2024-05-01", Pushed::Added, CARD, "2024-05-01T00:00:00+03:00", "", "valid", "reported_lost"),
    ("cards", "status=lost; status_on=2024-05-01", "", Pushed::Added, CARD, "2024-05-01T00:00:00+03:00", "", "reported_lost", "valid"),
    // However the key is written.
    ("permits", "", "code=3004-авсd efgh-1234; status=revoked", Pushed::Added, PERMIT, "2020-04-15T00:00:00+03:00", "", "valid", "revoked"),
    ("certificates", "", "token=o1234567890i234567890l2345; status=revoked", Pushed::Added, CERTIFICATE, "2021-12-02T12:00:00+03:00", "", "valid", "revoked"),
    ("cards", "", "series=аа; status=lost; status_on=2024-02-29", Pushed::Added, CARD, "2024-02-29T00:00:00+03:00", "", "valid", "reported_lost"),
    // Another key is another row.
    ("permits", "", "code=3004ABCDEFGH1235; status=revoked", Pushed::Added, PERMIT, "2020-04-15T00:00:00+03:00", "", "valid", "valid"),
    ("permits", "", "code=3004ABCDEFGH1235; status=revoked", Pushed::Added, "3004ABCDEFGH1235", "2020-04-15T00:00:00+03:00", "", "unknown", "revoked"),
    // The same row again changes nothing.
    ("permits", "", "", Pushed::Same, PERMIT, "2020-04-15T00:00:00+03:00", "", "valid", "valid"),
    ("permits", "status=revoked", "status=revoked", Pushed::Same, PERMIT, "2020-04-15T00:00:00+03:00", "", "revoked", "revoked"),
    ("certificates", "", "", Pushed::Same, CERTIFICATE, "2021-12-02T12:00:00+03:00", "", "valid", "valid"),
    ("cards", "", "", Pushed::Same, CARD, "2024-02-29T00:00:00+03:00", "", "valid", "valid"),
    // A result that is withdrawn later, or no longer, takes its certificate with it.
    ("results", "", "status=withdrawn", Pushed::Added, CERTIFICATE, "2021-12-02T12:00:00+03:00", "", "valid", "revoked"),
    ("results", "status=withdrawn", "", Pushed::Added, CERTIFICATE, "2021-12-02T12:00:00+03:00", "", "revoked", "valid"),
    ("results", "", "status=withdrawn; status_on=2021-12-03T00:00:00+03:00", Pushed::Added, CERTIFICATE, "2021-12-02T23:59:59+03:00", "", "valid", "valid"),
    ("results", "", "status=withdrawn; status_on=2021-12-03T00:00:00+03:00", Pushed::Added, CERTIFICATE, "2021-12-03T00:00:00+03:00", "", "valid", "revoked"),
    ("results", "", "result_id=R2; status=withdrawn", Pushed::Added, CERTIFICATE, "2021-12-02T12:00:00+03:00", "", "valid", "valid"),
    ("results", "", "", Pushed::Same, CERTIFICATE, "2021-12-02T12:00:00+03:00", "", "valid", "valid"),
];

/// A good row of every register; the certificate names the result.
fn world() -> World {
    World {
        sources: vec![good("sources")],
        results: vec![good("results")],
        certificates: vec![changed(&good("certificates"), "result_id=R1")],
        permits: vec![good("permits")],
        cards: vec![good("cards")],
    }
}

fn rows<'world>(world: &'world mut World, register: &str) -> &'world mut Vec<Row> {
    match register {
        "results" => &mut world.results,
        "certificates" => &mut world.certificates,
        "permits" => &mut world.permits,
        _ => &mut world.cards,
    }
}

#[test]
fn every_later_row() {
    for case in ROWS {
        let (name, first, later, becomes, code, at, shown, before, after) = case;
        let mut world = world();
        let written = changed(&rows(&mut world, name)[0], later);
        let earlier = changed(&rows(&mut world, name)[0], first);
        rows(&mut world, name)[0] = earlier;
        let (folder, keys) =
            (tempfile::tempdir().expect("a folder"), Keys::random().expect("keys"));
        harness::seal(folder.path(), &world, &keys);
        let (root, policy) = (folder.path().to_owned(), Policy::default());
        let store = Store::open(&root, &keys).expect("a store");
        let mut held = Held { world, store, policy, _folder: folder };
        let judged = held.ask(code, at, &row(shown));
        assert_eq!(judged.verdict.as_str(), *before, "before: {case:?}");

        // The model replaces by the words of the key, so it is given the row in its first spelling.
        let key =
            ["result_id", "token", "code", "series"].map(|key| (key, written.get(key).cloned()));
        let old = rows(&mut held.world, name)[0].clone();
        let another = key.iter().any(|(_, new)| {
            new.as_deref().is_some_and(|new| new.contains("R2") || new.contains("1235"))
        });
        if another {
            rows(&mut held.world, name).push(written.clone());
        } else {
            let mut kept = written.clone();
            for (key, _) in key.iter().filter(|(_, new)| new.is_some()) {
                kept.insert((*key).to_owned(), old[*key].clone());
            }
            rows(&mut held.world, name)[0] = kept;
        }
        for (load, expected) in [(1, *becomes), (2, Pushed::Same)] {
            let writer = Writer::open(&root, &keys, &held.policy).expect("a writer");
            let mut load_again = writer.load();
            let register = Register::parse(name).expect(name);
            let (intake, mut collector) = load_again.begin(register).expect("a collector");
            let prepared = intake.prepare(&harness::row(Table::of(register), &written));
            let pushed = collector.push(prepared.expect("a good row")).expect("a kept row");
            assert_eq!(pushed, expected, "load {load}: {case:?}");
            load_again.seal(collector).expect("sealed");
            load_again.publish(Instant::from_unix(1_700_000_000 + load)).expect("published");
            held.store = Store::open(&root, &keys).expect("a store");
            let judged = held.ask(code, at, &row(shown));
            assert_eq!(judged.verdict.as_str(), *after, "after load {load}: {case:?}");
        }
    }
}
