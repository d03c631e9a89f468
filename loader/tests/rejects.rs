//! Rejected rows are kept whole, and load again.

use std::fs;

use propusk_engine::row::{RowFault, SOURCES};
use propusk_loader::rejects::{RejectsError, RejectsWriter};
use propusk_loader::source::{ReadError, Rejected, Source, read_rows};

/// Reads sources; answers the names taken, and keeps what was rejected.
fn load(source: Source<&[u8]>, rejects: &mut RejectsWriter) -> Vec<String> {
    let mut names = Vec::new();
    let convert = |row: &propusk_engine::row::Row<'_>| match row.value("kind") {
        Some("clinic") => Ok(row.value("name").unwrap_or_default().to_owned()),
        _ => Err(RowFault { column: "kind", reason: "kind" }),
    };
    read_rows(source, "sources", &SOURCES, convert, |row| {
        match &row.value {
            Ok(name) => names.push(name.clone()),
            Err(fault) => rejects.write(row.header, &row.rejected("sources", fault)).unwrap(),
        }
        Ok::<(), ReadError>(())
    })
    .unwrap();
    names
}

#[test]
fn rejects_are_mended_and_load_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rejects.csv");
    let mut rejects = RejectsWriter::new(&path).unwrap();
    let input = b"\xef\xbb\xbfkind,source_id,name\r\nclinic,1,One\r\nclnic,2,\"Two\r\n\"\"2\"\"\"\r\nclinic\r\n";
    assert_eq!(load(Source::Csv(input), &mut rejects), ["One"]);
    assert_eq!(rejects.finish().unwrap(), 2);
    let kept = fs::read(&path).unwrap();
    assert_eq!(kept, b"kind,source_id,name\nclnic,2,\"Two\r\n\"\"2\"\"\"\nclinic\n");
    let reasons = fs::read_to_string(directory.path().join("rejects.csv.reasons.ndjson")).unwrap();
    let expected = r#"{"file":"sources","line":3,"column":"kind","reason":"kind"}
{"file":"sources","line":5,"column":"","reason":"fields"}
"#;
    assert_eq!(reasons, expected);
    let mended = String::from_utf8(kept).unwrap().replace("clnic", "clinic");
    let mut again = RejectsWriter::new(directory.path().join("again.csv")).unwrap();
    assert_eq!(load(Source::Csv(mended.as_bytes()), &mut again), ["Two\r\n\"2\""]);
    assert_eq!(again.count(), 1);
}

#[test]
fn rejected_objects_are_kept_as_lines() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rejects.ndjson");
    let mut rejects = RejectsWriter::new(&path).unwrap();
    let input = b"{\"kind\":\"clinic\",\"name\":\"One\"}\n{\"kind\" : 1}\n{\"a\":\"\xff\"}";
    assert_eq!(load(Source::Ndjson(input), &mut rejects), ["One"]);
    rejects.finish().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"{\"kind\" : 1}\n{\"a\":\"\xff\"}\n");
}

#[test]
fn nothing_rejected_makes_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let rejects = RejectsWriter::new(directory.path().join("rejects.csv")).unwrap();
    assert_eq!(rejects.finish().unwrap(), 0);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_rejects() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rejects.csv");
    let mut rejects = RejectsWriter::new(&path).unwrap();
    rejects.write(b"a", &rejected()).unwrap();
    for each in [rejects.path(), rejects.reasons_path()] {
        assert_eq!(fs::metadata(each).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn files_and_headers_are_not_mixed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rejects.csv");
    let mut rejects = RejectsWriter::new(&path).unwrap();
    let mut late = RejectsWriter::new(&path).unwrap();
    rejects.write(b"a,b", &rejected()).unwrap();
    let other = rejects.write(b"b,a", &rejected());
    assert!(matches!(other, Err(RejectsError::OtherHeader { .. })));
    assert!(matches!(late.write(b"a,b", &rejected()), Err(RejectsError::Exists { .. })));
    assert!(matches!(RejectsWriter::new(&path), Err(RejectsError::Exists { .. })));
}

fn rejected() -> Rejected {
    let (file, column, reason) = ("f".to_owned(), "a".to_owned(), "empty".to_owned());
    Rejected { file, line: 2, column, reason, raw: b"1,2".to_vec() }
}
