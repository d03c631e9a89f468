//! The house style of the engine's sources: layers, places of `unsafe`, module docs, length.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules from the bottom. Each imports only modules that stand above it in this list.
const LAYERS: &[&str] = &[
    "verdict",
    "record",
    "time",
    "message",
    "error",
    "row",
    "background",
    "probe",
    "code",
    "identity",
    "disclosure",
    "audit",
    "secret",
    "key",
    "filter",
    "format",
    "map",
    "pin",
    "seal",
    "manifest",
    "segment",
    "details",
    "postings",
    "table",
    "hot",
    "joint",
    "policy",
    "register",
    "life",
    "rows",
    "stack",
    "store",
    "ground",
    "intake",
    "collector",
    "change",
    "writer",
    "outbox",
    "challenge",
    "merge",
    "tiers",
    "compact",
    "destroy",
    "loading",
    "rotate",
    "desk",
    "request",
    "verify",
    "batch",
    "standing",
    "matching",
    "issue",
    "revalidate",
    "fuzzing",
];
/// The files that may hold `unsafe`.
const UNSAFE_FILES: &[&str] = &[
    "background.rs",
    "map.rs",
    "probe.rs",
    "batch/written.rs",
    "code/lanes/avx2.rs",
    "code/lanes/avx512.rs",
    "code/lanes/mod.rs",
    "hot/avx2.rs",
    "hot/avx512.rs",
    "joint/avx2.rs",
    "joint/avx512.rs",
    "key/rounds.rs",
    "key/two.rs",
];
const LINES_MAX: usize = 650;

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file: its path below `src` and its text.
fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![sources()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(sources()).unwrap().to_str().unwrap().to_owned();
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    assert!(files.len() > LAYERS.len(), "the sources were not found");
    files
}

/// The module of the crate that a file belongs to: `code/fold.rs` to `code`.
fn module(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

fn is_test_file(file: &str) -> bool {
    file.ends_with("tests.rs")
}

/// The lines that are compiled outside tests, without comments.
fn code(text: &str) -> String {
    let text = text.find("#[cfg(test)]\nmod tests {").map_or(text, |tests| &text[..tests]);
    let lines = text.lines().map(|line| line.split("//").next().unwrap());
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The modules that a text names behind `crate::`, in braces too.
fn imports(code: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut imports = Vec::new();
    for (place, found) in code.match_indices("crate::") {
        let rest = &code[place + found.len()..];
        let Some(braced) = rest.strip_prefix('{') else {
            imports.push(word(rest));
            continue;
        };
        // The members at the first depth of braces.
        let (mut depth, mut begins) = (0, true);
        for (at, character) in braced.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                _ if begins && !character.is_whitespace() => {
                    imports.push(word(&braced[at..]));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    imports
}

/// What a file imports that does not stand above it.
fn layering_faults(file: &str, text: &str) -> Vec<String> {
    let own = module(file);
    let place = |module: &str| LAYERS.iter().position(|layer| *layer == module);
    let imported = imports(&code(text)).into_iter().filter(|module| module != own);
    imported
        .filter(|module| place(module).is_none_or(|above| place(own).is_none_or(|p| above > p)))
        .map(|module| format!("{file} imports `{module}`, which does not stand above `{own}`"))
        .collect()
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|each| each == word)
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn lib_rs_declares_the_layers_in_order() {
    let lib = fs::read_to_string(sources().join("lib.rs")).unwrap();
    let declared: Vec<_> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod "))
        .map(|line| line.trim_end_matches(';'))
        .collect();
    assert_eq!(declared, LAYERS);
}

#[test]
fn every_module_imports_only_what_stands_above_it() {
    let faults: Vec<_> = files()
        .iter()
        .filter(|(file, _)| file != "lib.rs" && !is_test_file(file))
        .flat_map(|(file, text)| layering_faults(file, text))
        .collect();
    assert_none(&faults);
}

#[test]
fn a_wrong_import_is_noticed_however_it_is_written() {
    for wrong in [
        "use crate::store::Store;",
        "use crate::{format::Line, store::{Store, Snapshot}};",
        "use crate::{\n    format::{Line, Header},\n    store,\n};",
        "fn f() -> crate::store::Store {}",
        "use crate::nowhere::Thing;",
    ] {
        assert_eq!(layering_faults("table.rs", wrong).len(), 1, "{wrong}");
    }
    for right in [
        "use crate::{format::{Line, Header}, segment::Segment};",
        "// crate::store\nuse crate::table::Entry;",
        "#[cfg(test)]\nmod tests {\n    use crate::store::Store;\n}",
    ] {
        assert_none(&layering_faults("table.rs", right));
    }
}

#[test]
fn unsafe_stands_in_its_files_alone() {
    let faults: Vec<_> = files()
        .iter()
        .filter(|(file, _)| !UNSAFE_FILES.contains(&file.as_str()))
        .filter(|(_, text)| {
            let code = code(text);
            has_word(&code, "unsafe") || code.contains("allow(unsafe_code)")
        })
        .map(|(file, _)| format!("{file} holds `unsafe`; only {UNSAFE_FILES:?} may"))
        .collect();
    assert_none(&faults);
}

#[test]
fn every_module_begins_by_saying_what_it_is() {
    let faults: Vec<_> = files()
        .iter()
        .filter(|(file, text)| !is_test_file(file) && !text.starts_with("//! "))
        .map(|(file, _)| format!("{file} does not begin with `//!`"))
        .collect();
    assert_none(&faults);
}

#[test]
fn no_file_is_longer_than_a_person_reads() {
    let faults: Vec<_> = files()
        .iter()
        .map(|(file, text)| (file, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(file, lines)| format!("{file} has {lines} lines, at most {LINES_MAX}"))
        .collect();
    assert_none(&faults);
}
