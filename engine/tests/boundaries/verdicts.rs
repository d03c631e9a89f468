//! Verdicts in time: the second before and after every beginning, end and change of status.

use std::collections::BTreeSet;

use propusk_engine::code;
use propusk_engine::error::StoreError;

use crate::model::{Row, World};
use crate::{Held, row};

const PERMIT_HEAD: &str =
    "code,type,issuer,issued_at,valid_from,valid_to,doc_number,status,status_on";
const PERMITS: &str = "
3004WRK000000000,1,moscow,2020-04-15T09:00:00+03:00,2020-04-15,2020-04-30,4509123456,,
2902LEAP00000000,2,,2020-02-29T00:00:00+03:00,2020-02-29,2020-02-29,4509123456,,
0103AFTERLEAP000,2,region,2020-02-29T00:00:00+03:00,2020-03-01,2020-03-01,4509123456,,
3112NEWYEAR00000,3,,2020-12-31T00:00:00+03:00,2020-12-31,2020-12-31,4509123456,,
0101NEWYEAR00000,3,,2021-01-01T00:00:00+03:00,2021-01-01,2021-01-01,4509123456,,
0101BOTHYEARS000,1,,2020-12-31T00:00:00+03:00,2020-12-31,2021-01-01,4509123456,,
2004REVOKED00000,3,,2020-04-19T00:00:00+03:00,2020-04-20,2020-04-20,4509123456,revoked,2020-04-20T12:00:00+03:00
2104ALWAYS000000,3,,2020-04-19T00:00:00+03:00,2020-04-21,2020-04-21,4509123456,revoked,
2204ACTIVE000000,3,,2020-04-19T00:00:00+03:00,2020-04-22,2020-04-22,4509123456,active,2020-04-22T12:00:00+03:00";

const CERTIFICATE_HEAD: &str = "token,kind,result_id,issued_at,sampled_at,reported_at,surname,first_name,birth_date,doc_number,status,status_on";
const CERTIFICATES: &str = "
00000000000000000000000001,pcr,,2021-12-08T10:00:00+03:00,2021-12-07T10:00:00+03:00,2021-12-07T23:59:59+03:00,Тестова,Анна,1990-01-01,4509123456,,
00000000000000000000000002,pcr,,2021-12-08T10:00:00+03:00,2021-12-07T10:00:00+03:00,2021-12-08T00:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
00000000000000000000000003,vaccination,,2020-03-02T10:00:00+03:00,2020-02-29T10:00:00+03:00,2020-03-01T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
00000000000000000000000004,vaccination,,2021-01-20T10:00:00+03:00,2021-01-14T21:00:00Z,2021-01-16T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
00000000000000000000000005,recovery,,2021-06-02T10:00:00+03:00,2021-05-31T10:00:00+03:00,2021-06-01T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
00000000000000000000000006,pcr,,2021-12-08T10:00:00+03:00,2021-12-07T10:00:00+03:00,2021-12-08T00:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,suspended,2021-12-09T00:00:00+03:00
00000000000000000000000007,pcr,R1,2021-12-08T10:00:00+03:00,2021-12-07T10:00:00+03:00,2021-12-08T00:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
00000000000000000000000008,pcr,,2021-11-02T10:00:00Z,2021-11-01T10:00:00Z,2021-11-02T10:00:00Z,Тестова,Анна,1990-01-01,4509123456,,
00000000000000000000000009,vaccination,,2020-03-02T10:00:00+03:00,2020-02-28T20:59:59Z,2020-03-01T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
0000000000000000000000000A,recovery,,2020-09-02T10:00:00+03:00,2020-08-31T10:00:00+03:00,2020-09-01T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
0000000000000000000000000B,recovery,,2021-12-21T10:00:00+03:00,2021-12-20T00:00:00+03:00,2021-12-21T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
0000000000000000000000000C,recovery,,2021-12-19T12:00:00+03:00,2021-12-19T10:00:00+03:00,2021-12-19T11:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
0000000000000000000000000D,vaccination,,2021-03-02T10:00:00+03:00,2021-03-01T10:00:00+03:00,2021-03-02T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,revoked,2021-06-01T00:00:00+03:00
0000000000000000000000000E,vaccination,R2,2021-03-02T10:00:00+03:00,2021-03-01T10:00:00+03:00,2021-03-02T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
0000000000000000000000000F,vaccination,R404,2021-03-02T10:00:00+03:00,2021-03-01T10:00:00+03:00,2021-03-02T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,
0000000000000000000000000G,vaccination,,2021-03-02T10:00:00+03:00,2021-03-01T10:00:00+03:00,2021-03-02T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,suspended,
0000000000000000000000000H,pcr,R3,2021-12-08T10:00:00+03:00,2021-12-07T10:00:00+03:00,2021-12-08T00:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,,";

const RESULT_HEAD: &str = "result_id,source_id,kind,outcome,sampled_at,reported_at,surname,first_name,birth_date,doc_number,phone,status,status_on";
const RESULTS: &str = "
R1,L1,pcr,negative,2021-12-07T10:00:00+03:00,2021-12-08T00:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,9161234567,withdrawn,2021-12-09T06:00:00+03:00
R2,L1,vaccination,,2021-03-01T10:00:00+03:00,2021-03-02T10:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,9161234567,withdrawn,
R3,L1,pcr,negative,2021-12-07T10:00:00+03:00,2021-12-08T00:00:00+03:00,Тестова,Анна,1990-01-01,4509123456,9161234567,,";

const CARD_HEAD: &str = "series,number,issued_on,surname,first_name,birth_date,gender,nationality,photo_sha256,signature_sha256,doc_number,status,status_on,replaced_by";
const CARDS: &str = "
AA,0000001,2024-02-29,Тестова,Анна,2010-02-28,F,UZB,#,#,4509123456,,,
AA,0000002,2024-03-01,Тестова,Анна,1990-01-01,F,UZB,#,#,4509123456,lost,2024-05-01,
AA,0000003,2024-03-01,Тестова,Анна,1990-01-01,F,UZB,#,#,4509123456,damaged,2024-05-01,
AA,0000004,2024-03-01,Тестова,Анна,1990-01-01,F,UZB,#,#,4509123456,details_changed,2024-05-01,
AA,0000005,2024-03-01,Тестова,Анна,1990-01-01,F,UZB,#,#,4509123456,replaced,2024-05-01,AA0000006
AA,0000006,2024-05-01,Тестова,Анна,1990-01-01,F,UZB,#,#,4509123456,,,
AA,0000007,2019-05-05,Тестова,Анна,1990-01-01,F,UZB,#,#,4509123456,damaged,2024-05-01,
AA,0000008,2024-06-01,Тестова,Анна,1990-01-01,F,XXA,#,#,4509123456,damaged,2024-05-31,
AA,0000009,2023-12-01,Тестова,Анна,1990-01-01,F,UZB,#,#,4509123456,damaged,2023-12-28,
AA,0000010,2023-12-01,Тестова,Анна,1990-01-01,F,UZB,#,#,4509123456,damaged,2024-02-22,";

/// Code, instant, verdict, notice.
#[rustfmt::skip]
const CASES: &[(&str, &str, &str, &str)] = &[
    // Well formed, and this snapshot holds no such code.
    ("3004WRK000000001", "2020-04-15T00:00:00+03:00", "unknown", ""),
    ("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "2020-04-15T00:00:00+03:00", "unknown", ""),
    ("AB0000001", "2020-04-15T00:00:00+03:00", "unknown", ""),
    ("3104WRK000000000", "2020-04-15T00:00:00+03:00", "malformed", ""),
    // However it is written, it is the same code.
    ("3004-wгк0-0000-0000", "2020-04-15T00:00:00+03:00", "malformed", ""),
    ("3004-wrк0 0000-0000", "2020-04-15T00:00:00+03:00", "valid", ""),
    ("https://immune.mos.ru/qr?id=oooooooooooooooooooooooool", "2021-12-08T10:00:00+03:00", "valid", ""),

    // A permit holds from `valid_from` 00:00 to the end of `valid_to`, in Moscow.
    ("3004WRK000000000", "2020-04-14T23:59:59+03:00", "not_yet_valid", ""),
    ("3004WRK000000000", "2020-04-15T00:00:00+03:00", "valid", ""),
    ("3004WRK000000000", "2020-04-30T23:59:59+03:00", "valid", ""),
    ("3004WRK000000000", "2020-05-01T00:00:00+03:00", "expired", ""),
    ("3004WRK000000000", "2020-04-14T20:59:59Z", "not_yet_valid", ""),
    ("3004WRK000000000", "2020-04-14T21:00:00Z", "valid", ""),
    ("3004WRK000000000", "2020-04-30T20:59:59Z", "valid", ""),
    ("3004WRK000000000", "2020-04-30T21:00:00Z", "expired", ""),
    ("3004WRK000000000", "2020-05-01T11:00:00+14:00", "expired", ""),
    ("2902LEAP00000000", "2020-02-28T23:59:59+03:00", "not_yet_valid", ""),
    ("2902LEAP00000000", "2020-02-29T00:00:00+03:00", "valid", ""),
    ("2902LEAP00000000", "2020-02-29T23:59:59+03:00", "valid", ""),
    ("2902LEAP00000000", "2020-03-01T00:00:00+03:00", "expired", ""),
    ("0103AFTERLEAP000", "2020-02-29T23:59:59+03:00", "not_yet_valid", ""),
    ("0103AFTERLEAP000", "2020-03-01T00:00:00+03:00", "valid", ""),
    ("3112NEWYEAR00000", "2020-12-31T00:00:00+03:00", "valid", ""),
    ("3112NEWYEAR00000", "2020-12-31T23:59:59+03:00", "valid", ""),
    ("3112NEWYEAR00000", "2021-01-01T00:00:00+03:00", "expired", ""),
    ("0101NEWYEAR00000", "2020-12-31T23:59:59+03:00", "not_yet_valid", ""),
    ("0101NEWYEAR00000", "2021-01-01T00:00:00+03:00", "valid", ""),
    ("0101NEWYEAR00000", "2021-01-01T23:59:59+03:00", "valid", ""),
    ("0101NEWYEAR00000", "2021-01-02T00:00:00+03:00", "expired", ""),
    ("0101BOTHYEARS000", "2020-12-30T23:59:59+03:00", "not_yet_valid", ""),
    ("0101BOTHYEARS000", "2020-12-31T00:00:00+03:00", "valid", ""),
    ("0101BOTHYEARS000", "2021-01-01T23:59:59+03:00", "valid", ""),
    ("0101BOTHYEARS000", "2021-01-02T00:00:00+03:00", "expired", ""),
    // A revocation holds from its instant, from the beginning without one; `active` changes nothing.
    ("2004REVOKED00000", "2020-04-20T11:59:59+03:00", "valid", ""),
    ("2004REVOKED00000", "2020-04-20T12:00:00+03:00", "revoked", ""),
    ("2104ALWAYS000000", "1990-01-01T00:00:00+03:00", "revoked", ""),
    ("2104ALWAYS000000", "2020-04-21T00:00:00+03:00", "revoked", ""),
    ("2204ACTIVE000000", "2020-04-22T11:59:59+03:00", "valid", ""),
    ("2204ACTIVE000000", "2020-04-22T12:00:00+03:00", "valid", ""),

    // A certificate holds from `issued_at`. PCR: 72 hours; 48 where it was reported from 8 December on.
    ("00000000000000000000000001", "2021-12-08T09:59:59+03:00", "not_yet_valid", ""),
    ("00000000000000000000000001", "2021-12-08T10:00:00+03:00", "valid", ""),
    ("00000000000000000000000001", "2021-12-10T23:59:58+03:00", "valid", ""),
    ("00000000000000000000000001", "2021-12-10T23:59:59+03:00", "expired", ""),
    ("00000000000000000000000002", "2021-12-09T23:59:59+03:00", "valid", ""),
    ("00000000000000000000000002", "2021-12-10T00:00:00+03:00", "expired", ""),
    ("00000000000000000000000008", "2021-11-02T12:59:59+03:00", "not_yet_valid", ""),
    ("00000000000000000000000008", "2021-11-02T13:00:00+03:00", "valid", ""),
    ("00000000000000000000000008", "2021-11-05T12:59:59+03:00", "valid", ""),
    ("00000000000000000000000008", "2021-11-05T13:00:00+03:00", "expired", ""),
    // Vaccination: 12 months from the Moscow date; from 29 February to the end of 28 February.
    ("00000000000000000000000003", "2021-02-28T23:59:59+03:00", "valid", ""),
    ("00000000000000000000000003", "2021-03-01T00:00:00+03:00", "expired", ""),
    ("00000000000000000000000009", "2021-02-28T23:59:59+03:00", "valid", ""),
    ("00000000000000000000000009", "2021-03-01T00:00:00+03:00", "expired", ""),
    ("00000000000000000000000004", "2022-01-15T23:59:59+03:00", "valid", ""),
    ("00000000000000000000000004", "2022-01-16T00:00:00+03:00", "expired", ""),
    // Recovery: 6 months, clamped to the month's end; from 20 December on 12, for older records too.
    ("0000000000000000000000000A", "2021-02-28T23:59:59+03:00", "valid", ""),
    ("0000000000000000000000000A", "2021-03-01T00:00:00+03:00", "expired", ""),
    ("00000000000000000000000005", "2021-11-30T23:59:59+03:00", "valid", ""),
    ("00000000000000000000000005", "2021-12-01T00:00:00+03:00", "expired", ""),
    ("00000000000000000000000005", "2021-12-19T23:59:59+03:00", "expired", ""),
    ("00000000000000000000000005", "2021-12-20T00:00:00+03:00", "valid", ""),
    ("00000000000000000000000005", "2022-05-31T23:59:59+03:00", "valid", ""),
    ("00000000000000000000000005", "2022-06-01T00:00:00+03:00", "expired", ""),
    ("0000000000000000000000000B", "2022-12-20T23:59:59+03:00", "valid", ""),
    ("0000000000000000000000000B", "2022-12-21T00:00:00+03:00", "expired", ""),
    ("0000000000000000000000000C", "2022-12-19T23:59:59+03:00", "valid", ""),
    ("0000000000000000000000000C", "2022-12-20T00:00:00+03:00", "expired", ""),
    // The holder fell ill; it was revoked; its result was withdrawn.
    ("00000000000000000000000006", "2021-12-08T23:59:59+03:00", "valid", ""),
    ("00000000000000000000000006", "2021-12-09T00:00:00+03:00", "suspended", ""),
    ("0000000000000000000000000G", "2021-03-02T10:00:00+03:00", "suspended", ""),
    ("0000000000000000000000000D", "2021-05-31T23:59:59+03:00", "valid", ""),
    ("0000000000000000000000000D", "2021-06-01T00:00:00+03:00", "revoked", ""),
    ("00000000000000000000000007", "2021-12-09T05:59:59+03:00", "valid", ""),
    ("00000000000000000000000007", "2021-12-09T06:00:00+03:00", "revoked", ""),
    ("0000000000000000000000000E", "2021-03-02T10:00:00+03:00", "revoked", ""),
    // A result that is not withdrawn, or not there, takes nothing away.
    ("0000000000000000000000000H", "2021-12-09T06:00:00+03:00", "valid", ""),
    ("0000000000000000000000000F", "2021-03-02T10:00:00+03:00", "valid", ""),

    // A card holds from 00:00 of `issued_on`, five years: from 29 February to the end of 28 February.
    ("AA 0000001", "2024-02-28T23:59:59+03:00", "not_yet_valid", ""),
    ("AA 0000001", "2024-02-29T00:00:00+03:00", "valid", ""),
    ("AA 0000001", "2029-02-28T23:59:59+03:00", "valid", ""),
    ("AA 0000001", "2029-03-01T00:00:00+03:00", "expired", ""),
    ("AA0000006", "2029-05-01T23:59:59+03:00", "valid", ""),
    ("AA0000006", "2029-05-02T00:00:00+03:00", "expired", ""),
    // Lost and replaced from the day of `status_on`.
    ("AA0000002", "2024-04-30T23:59:59+03:00", "valid", ""),
    ("AA0000002", "2024-05-01T00:00:00+03:00", "reported_lost", ""),
    ("AA0000005", "2024-04-30T23:59:59+03:00", "valid", ""),
    ("AA0000005", "2024-05-01T00:00:00+03:00", "replaced", ""),
    // Damaged or outdated: a notice to the end of `status_on` and seven days, then overdue.
    ("AA0000003", "2024-04-30T23:59:59+03:00", "valid", ""),
    ("AA0000003", "2024-05-01T00:00:00+03:00", "valid", "replacement_due"),
    ("AA0000003", "2024-05-08T23:59:59+03:00", "valid", "replacement_due"),
    ("AA0000003", "2024-05-09T00:00:00+03:00", "replacement_overdue", ""),
    ("AA0000004", "2024-05-01T00:00:00+03:00", "valid", "replacement_due"),
    ("AA0000004", "2024-05-08T23:59:59+03:00", "valid", "replacement_due"),
    ("AA0000004", "2024-05-09T00:00:00+03:00", "replacement_overdue", ""),
    ("AA0000009", "2024-01-04T23:59:59+03:00", "valid", "replacement_due"),
    ("AA0000009", "2024-01-05T00:00:00+03:00", "replacement_overdue", ""),
    ("AA0000010", "2024-02-29T23:59:59+03:00", "valid", "replacement_due"),
    ("AA0000010", "2024-03-01T00:00:00+03:00", "replacement_overdue", ""),
    // The notice goes with `valid` alone.
    ("AA0000007", "2024-05-05T23:59:59+03:00", "valid", "replacement_due"),
    ("AA0000007", "2024-05-06T00:00:00+03:00", "expired", ""),
    ("AA0000008", "2024-05-31T23:59:59+03:00", "not_yet_valid", ""),
    ("AA0000008", "2024-06-01T00:00:00+03:00", "valid", "replacement_due"),
];

/// Code, instant, kind, subtype, beginning and exclusive end: told of every known record.
#[rustfmt::skip]
const KINDS: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("3004WRK000000000", "2020-04-15T00:00:00+03:00", "permit", "work", "2020-04-15T00:00:00+03:00", "2020-05-01T00:00:00+03:00"),
    ("2902LEAP00000000", "2020-04-15T00:00:00+03:00", "permit", "medical", "2020-02-29T00:00:00+03:00", "2020-03-01T00:00:00+03:00"),
    ("3112NEWYEAR00000", "2020-04-15T00:00:00+03:00", "permit", "other", "2020-12-31T00:00:00+03:00", "2021-01-01T00:00:00+03:00"),
    ("2104ALWAYS000000", "2020-04-21T00:00:00+03:00", "permit", "other", "2020-04-21T00:00:00+03:00", "2020-04-22T00:00:00+03:00"),
    ("00000000000000000000000001", "2021-12-08T10:00:00+03:00", "certificate", "pcr", "2021-12-08T10:00:00+03:00", "2021-12-10T23:59:59+03:00"),
    ("00000000000000000000000006", "2021-12-09T00:00:00+03:00", "certificate", "pcr", "2021-12-08T10:00:00+03:00", "2021-12-10T00:00:00+03:00"),
    ("00000000000000000000000003", "2021-02-28T23:59:59+03:00", "certificate", "vaccination", "2020-03-02T10:00:00+03:00", "2021-03-01T00:00:00+03:00"),
    ("0000000000000000000000000C", "2021-12-19T23:59:59+03:00", "certificate", "recovery", "2021-12-19T12:00:00+03:00", "2022-06-20T00:00:00+03:00"),
    ("0000000000000000000000000C", "2021-12-20T00:00:00+03:00", "certificate", "recovery", "2021-12-19T12:00:00+03:00", "2022-12-20T00:00:00+03:00"),
    ("AA0000001", "2024-02-28T23:59:59+03:00", "card", "", "2024-02-29T00:00:00+03:00", "2029-03-01T00:00:00+03:00"),
    ("AA0000002", "2024-05-01T00:00:00+03:00", "card", "", "2024-03-01T00:00:00+03:00", "2029-03-02T00:00:00+03:00"),
    ("AA0000003", "2024-05-09T00:00:00+03:00", "card", "", "2024-03-01T00:00:00+03:00", "2029-03-02T00:00:00+03:00"),
    ("AA0000005", "2024-05-01T00:00:00+03:00", "card", "", "2024-03-01T00:00:00+03:00", "2029-03-02T00:00:00+03:00"),
    // Of a code that is not known, its kind; of what is no code, nothing.
    ("3004WRK000000001", "2020-04-15T00:00:00+03:00", "permit", "", "", ""),
    ("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "2020-04-15T00:00:00+03:00", "certificate", "", "", ""),
    ("AB0000001", "2020-04-15T00:00:00+03:00", "card", "", "", ""),
    ("3104WRK000000000", "2020-04-15T00:00:00+03:00", "", "", "", ""),
];

/// Seconds after the load, the limit that the caller set, and whether the snapshot is fresh enough.
const AGES: &[(i64, i64, bool)] = &[
    (0, 0, true),
    (1, 0, false),
    (86_399, 86_400, true),
    (86_400, 86_400, true),
    (86_401, 86_400, false),
];

fn rows(head: &str, text: &str) -> Vec<Row> {
    let lines = text.lines().filter(|line| !line.is_empty());
    let change = |(column, value): (&str, &str)| format!("{column}={value}");
    let each = |line: &str| {
        let columns: Vec<_> = head.split(',').zip(line.split(',')).map(change).collect();
        row(&columns.join("; "))
    };
    lines.map(each).collect()
}

fn held() -> Held {
    Held::of(World {
        sources: rows("source_id,name,kind,connected_from", "L1,Laboratory,laboratory,2020-01-01"),
        results: rows(RESULT_HEAD, RESULTS),
        certificates: rows(CERTIFICATE_HEAD, CERTIFICATES),
        permits: rows(PERMIT_HEAD, PERMITS),
        cards: rows(CARD_HEAD, CARDS),
    })
}

#[test]
fn every_case() {
    let held = held();
    for (code, at, verdict, notice) in CASES {
        let judged = held.ask(code, at, &Row::new());
        assert_eq!(judged.verdict.as_str(), *verdict, "{code} at {at}");
        assert_eq!(judged.notice.map_or("", |notice| notice.as_str()), *notice, "{code} at {at}");
    }
}

#[test]
fn every_kind() {
    let held = held();
    for (code, at, kind, subtype, from, until) in KINDS {
        let judged = held.ask(code, at, &Row::new());
        let validity = judged.validity().map(|(from, until)| (from.to_string(), until.to_string()));
        let (told_from, told_until) = validity.unwrap_or_default();
        let told = (
            judged.kind.map_or("", |kind| kind.as_str()),
            judged.subtype.map_or("", |subtype| subtype.as_str()),
            told_from.as_str(),
            told_until.as_str(),
        );
        assert_eq!(told, (*kind, *subtype, *from, *until), "{code} at {at}");
    }
}

#[test]
fn every_age_of_a_snapshot() {
    let snapshot = held().snapshot();
    for (age, limit, fresh) in AGES {
        match snapshot.fresh_at(snapshot.published_at().plus_seconds(*age), *limit) {
            Ok(()) => assert!(fresh, "{age} {limit}"),
            Err(StoreError::Stale { age_seconds, limit_seconds }) => {
                assert!(!fresh, "{age} {limit}");
                assert_eq!((age_seconds, limit_seconds), (*age, *limit));
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_store_without_registers_knows_no_code() {
    let held = Held::of(World::default());
    for (code, _, kind, ..) in KINDS {
        let judged = held.ask(code, "2020-04-15T00:00:00+03:00", &Row::new());
        let expected = if kind.is_empty() { "malformed" } else { "unknown" };
        assert_eq!(judged.verdict.as_str(), expected, "{code}");
    }
}

#[test]
fn no_record_goes_unasked() {
    let held = held();
    let decode = |text: &str| code::decode(text.as_bytes(), &held.policy.certificate_hosts).ok();
    let asked: BTreeSet<_> =
        CASES.iter().filter_map(|(code, ..)| Some(decode(code)?.canonical())).collect();
    let of = |rows: &[Row], columns: &[&str]| -> Vec<String> {
        rows.iter()
            .map(|row| columns.iter().map(|column| row[*column].as_str()).collect())
            .collect()
    };
    let world = &held.world;
    let codes = [
        of(&world.permits, &["code"]),
        of(&world.certificates, &["token"]),
        of(&world.cards, &["series", "number"]),
    ];
    for code in codes.concat() {
        assert!(asked.contains(&code), "{code}");
    }
}

/// The verdicts, notices, kinds and subtypes that some row names.
pub(crate) fn named() -> BTreeSet<&'static str> {
    let verdicts = CASES.iter().flat_map(|(_, _, verdict, notice)| [*verdict, *notice]);
    verdicts.chain(KINDS.iter().flat_map(|(_, _, kind, subtype, ..)| [*kind, *subtype])).collect()
}
