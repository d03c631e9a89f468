//! Boundary cases written by hand: the second before and after every limit, every verdict, and
//! every order of precedence between two verdicts that can meet.

mod harness;
mod model;

use model::{Row, World};
use propusk_engine::policy::Policy;
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::verify::{Query, Shown};

const PERMIT_HEAD: &str = "code,type,issued_at,valid_from,valid_to,doc_number,status,status_on";
const PERMITS: &str = "
3004WRK000000000,1,2020-04-15T09:00:00+03:00,2020-04-15,2020-04-30,4509123456,,
2902LEAP00000000,2,2020-02-29T00:00:00+03:00,2020-02-29,2020-02-29,4509123456,,
3112NEWYEAR00000,3,2020-12-31T00:00:00+03:00,2020-12-31,2020-12-31,4509123456,,
0101NEWYEAR00000,3,2021-01-01T00:00:00+03:00,2021-01-01,2021-01-01,4509123456,,
2004REVOKED00000,3,2020-04-19T00:00:00+03:00,2020-04-20,2020-04-20,4509123456,revoked,2020-04-20T12:00:00+03:00
2104ALWAYS000000,3,2020-04-19T00:00:00+03:00,2020-04-21,2020-04-21,4509123456,revoked,
2204EARLY0000000,3,2020-04-19T00:00:00+03:00,2020-04-22,2020-04-22,4509123456,revoked,2020-04-19T12:00:00+03:00";

const CERTIFICATE_HEAD: &str = "token,kind,result_id,issued_at,sampled_at,reported_at,surname,first_name,birth_date,doc_number,status,status_on";
const CERTIFICATES: &str = "
00000000000000000000000001,pcr,,2021-12-08T10:00:00+03:00,2021-12-07T10:00:00+03:00,2021-12-07T23:59:59+03:00,Тестова,Анна,1990-01-01,4509123456,,
00000000000000000000000002,pcr,,2021-12-08T10:00:00+03:00,2021-12-07T10:00:00+03:00,2021-12-08T00:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
00000000000000000000000003,vaccination,,2021-03-01T10:00:00+03:00,2020-02-29T10:00:00+03:00,2020-03-01T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
00000000000000000000000004,vaccination,,2021-01-20T10:00:00+03:00,2021-01-15T10:00:00+03:00,2021-01-16T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
00000000000000000000000005,recovery,,2021-06-02T10:00:00+03:00,2021-05-31T10:00:00+03:00,2021-06-01T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
00000000000000000000000006,pcr,,2021-12-08T10:00:00+03:00,2021-12-07T10:00:00+03:00,2021-12-08T00:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,suspended,2021-12-09T00:00:00+03:00
00000000000000000000000007,pcr,R1,2021-12-08T10:00:00+03:00,2021-12-07T10:00:00+03:00,2021-12-08T00:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,";

const CARD_HEAD: &str = "series,number,issued_on,surname,first_name,birth_date,gender,nationality,photo_sha256,signature_sha256,doc_number,status,status_on";
const CARDS: &str = "
AA,0000001,2024-02-29,Тестова,Анна,2010-02-28,F,UZB,#,#,4509123456,,
AA,0000002,2024-03-01,Тестова,Анна,1990-01-01,F,UZB,#,#,4509123456,lost,2024-05-01
AA,0000003,2024-03-01,Тестова,Анна,1990-01-01,F,UZB,#,#,4509123456,damaged,2024-05-01
AA,0000004,2024-03-01,Тестова,Анна,1990-01-01,F,UZB,#,#,4509123456,details_changed,2024-05-01
AA,0000005,2024-03-01,Тестова,Анна,1990-01-01,F,UZB,#,#,4509123456,replaced,2024-05-01";

const RESULT_HEAD: &str = "result_id,source_id,kind,outcome,sampled_at,reported_at,surname,first_name,birth_date,doc_number,phone,status,status_on";
const RESULTS: &str = "
R1,L1,pcr,negative,2021-12-07T10:00:00+03:00,2021-12-08T00:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,9161234567,withdrawn,2021-12-09T06:00:00+03:00";

/// Code, instant, the document that was shown, verdict, notice.
const CASES: &[(&str, &str, &str, &str, &str)] = &[
    ("3004WRK000000000", "2020-04-14T23:59:59+03:00", "", "not_yet_valid", ""),
    ("3004WRK000000000", "2020-04-15T00:00:00+03:00", "", "valid", ""),
    ("3004WRK000000000", "2020-04-30T23:59:59+03:00", "", "valid", ""),
    ("3004WRK000000000", "2020-05-01T00:00:00+03:00", "", "expired", ""),
    ("3004WRK000000000", "2020-04-30T20:59:59Z", "", "valid", ""),
    ("3004WRK000000000", "2020-04-30T21:00:00Z", "", "expired", ""),
    ("2902LEAP00000000", "2020-02-29T00:00:00+03:00", "", "valid", ""),
    ("2902LEAP00000000", "2020-03-01T00:00:00+03:00", "", "expired", ""),
    ("3112NEWYEAR00000", "2020-12-31T23:59:59+03:00", "", "valid", ""),
    ("3112NEWYEAR00000", "2021-01-01T00:00:00+03:00", "", "expired", ""),
    ("0101NEWYEAR00000", "2020-12-31T23:59:59+03:00", "", "not_yet_valid", ""),
    ("0101NEWYEAR00000", "2021-01-01T00:00:00+03:00", "", "valid", ""),
    // A withdrawal holds from its instant, before and after the validity too.
    ("2004REVOKED00000", "2020-04-20T11:59:59+03:00", "", "valid", ""),
    ("2004REVOKED00000", "2020-04-20T12:00:00+03:00", "", "revoked", ""),
    ("2004REVOKED00000", "2020-04-21T00:00:00+03:00", "", "revoked", ""),
    ("2004REVOKED00000", "2020-04-20T12:00:00+03:00", "1", "revoked", ""),
    ("2104ALWAYS000000", "2020-04-20T00:00:00+03:00", "", "revoked", ""),
    ("2204EARLY0000000", "2020-04-19T11:59:59+03:00", "", "not_yet_valid", ""),
    ("2204EARLY0000000", "2020-04-19T12:00:00+03:00", "", "revoked", ""),
    // The holder is asked last.
    ("3004WRK000000000", "2020-04-15T00:00:00+03:00", "45 09 № 123456", "valid", ""),
    ("3004WRK000000000", "2020-04-15T00:00:00+03:00", "4509123457", "holder_mismatch", ""),
    ("3004WRK000000000", "2020-04-15T00:00:00+03:00", "???", "holder_mismatch", ""),
    ("3004WRK000000000", "2020-04-14T23:59:59+03:00", "4509123457", "not_yet_valid", ""),
    ("3004WRK000000000", "2020-05-01T00:00:00+03:00", "4509123457", "expired", ""),
    ("3004WRK000000001", "2020-04-15T00:00:00+03:00", "4509123457", "unknown", ""),
    ("3104WRK000000000", "2020-04-15T00:00:00+03:00", "4509123457", "malformed", ""),
    // 72 hours, and 48 from the report of 8 December on.
    ("00000000000000000000000001", "2021-12-08T09:59:59+03:00", "", "not_yet_valid", ""),
    ("00000000000000000000000001", "2021-12-08T10:00:00+03:00", "", "valid", ""),
    ("00000000000000000000000001", "2021-12-10T23:59:58+03:00", "", "valid", ""),
    ("00000000000000000000000001", "2021-12-10T23:59:59+03:00", "", "expired", ""),
    ("00000000000000000000000002", "2021-12-09T23:59:59+03:00", "", "valid", ""),
    ("00000000000000000000000002", "2021-12-10T00:00:00+03:00", "", "expired", ""),
    // 12 months from a 29 February: to the end of 28 February; this one was over when issued.
    ("00000000000000000000000003", "2021-02-28T23:59:59+03:00", "", "not_yet_valid", ""),
    ("00000000000000000000000003", "2021-03-01T10:00:00+03:00", "", "expired", ""),
    ("00000000000000000000000004", "2022-01-15T23:59:59+03:00", "", "valid", ""),
    ("00000000000000000000000004", "2022-01-16T00:00:00+03:00", "", "expired", ""),
    // 6 months; from 20 December on 12, for older records too.
    ("00000000000000000000000005", "2021-11-30T23:59:59+03:00", "", "valid", ""),
    ("00000000000000000000000005", "2021-12-01T00:00:00+03:00", "", "expired", ""),
    ("00000000000000000000000005", "2021-12-19T23:59:59+03:00", "", "expired", ""),
    ("00000000000000000000000005", "2021-12-20T00:00:00+03:00", "", "valid", ""),
    ("00000000000000000000000005", "2022-05-31T23:59:59+03:00", "", "valid", ""),
    ("00000000000000000000000005", "2022-06-01T00:00:00+03:00", "", "expired", ""),
    ("00000000000000000000000006", "2021-12-08T23:59:59+03:00", "", "valid", ""),
    ("00000000000000000000000006", "2021-12-09T00:00:00+03:00", "", "suspended", ""),
    ("00000000000000000000000006", "2021-12-11T00:00:00+03:00", "", "suspended", ""),
    ("00000000000000000000000007", "2021-12-09T05:59:59+03:00", "", "valid", ""),
    ("00000000000000000000000007", "2021-12-09T06:00:00+03:00", "", "revoked", ""),
    // Five years from a 29 February.
    ("AA 0000001", "2024-02-28T23:59:59+03:00", "", "not_yet_valid", ""),
    ("AA 0000001", "2024-02-29T00:00:00+03:00", "", "valid", ""),
    ("AA 0000001", "2029-02-28T23:59:59+03:00", "", "valid", ""),
    ("AA 0000001", "2029-03-01T00:00:00+03:00", "", "expired", ""),
    ("AA0000002", "2024-04-30T23:59:59+03:00", "", "valid", ""),
    ("AA0000002", "2024-05-01T00:00:00+03:00", "", "reported_lost", ""),
    ("AA0000003", "2024-04-30T23:59:59+03:00", "", "valid", ""),
    ("AA0000003", "2024-05-01T00:00:00+03:00", "", "valid", "replacement_due"),
    ("AA0000003", "2024-05-08T23:59:59+03:00", "", "valid", "replacement_due"),
    ("AA0000003", "2024-05-08T23:59:59+03:00", "1", "holder_mismatch", ""),
    ("AA0000003", "2024-05-09T00:00:00+03:00", "", "replacement_overdue", ""),
    ("AA0000003", "2030-01-01T00:00:00+03:00", "", "replacement_overdue", ""),
    ("AA0000004", "2024-05-08T23:59:59+03:00", "", "valid", "replacement_due"),
    ("AA0000004", "2024-05-09T00:00:00+03:00", "", "replacement_overdue", ""),
    ("AA0000005", "2024-04-30T23:59:59+03:00", "", "valid", ""),
    ("AA0000005", "2024-05-01T00:00:00+03:00", "", "replaced", ""),
];

fn rows(head: &str, text: &str) -> Vec<Row> {
    let hash = "0".repeat(64);
    let lines = text.lines().filter(|line| !line.is_empty());
    let row = |line: &str| {
        let values = line.split(',').map(|value| if value == "#" { hash.as_str() } else { value });
        let filled = head.split(',').zip(values).filter(|(_, value)| !value.is_empty());
        filled.map(|(column, value)| (column.to_owned(), value.to_owned())).collect()
    };
    lines.map(row).collect()
}

fn store() -> (tempfile::TempDir, Store) {
    let world = World {
        sources: rows("source_id,name,kind,connected_from", "L1,Laboratory,laboratory,2020-01-01"),
        results: rows(RESULT_HEAD, RESULTS),
        certificates: rows(CERTIFICATE_HEAD, CERTIFICATES),
        permits: rows(PERMIT_HEAD, PERMITS),
        cards: rows(CARD_HEAD, CARDS),
    };
    let folder = tempfile::tempdir().expect("a folder");
    let store = harness::store(folder.path(), &world);
    (folder, store)
}

#[test]
fn every_case() {
    let ((_folder, store), policy) = (store(), Policy::default());
    for (code, at, document, verdict, notice) in CASES {
        let instant = Instant::parse(at).expect(at);
        let document = (!document.is_empty()).then_some(*document);
        let shown = Shown { document, ..Shown::default() };
        let query = Query { shown, ..Query::new(code.as_bytes(), instant) };
        let judged = store
            .snapshot()
            .expect("a snapshot")
            .verify(&query, &policy)
            .expect("a verdict")
            .judged;
        assert_eq!(judged.verdict.as_str(), *verdict, "{code} at {at}");
        assert_eq!(judged.notice.map_or("", |notice| notice.as_str()), *notice, "{code} at {at}");
    }
}
