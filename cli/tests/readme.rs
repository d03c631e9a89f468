//! What the readme shows of the command line is what happens.

use std::path::Path;
use std::process::Command;

/// Commands with the lines that they are shown to print.
fn shown(readme: &str) -> Vec<(String, Vec<String>)> {
    let block = readme.split("```console\n").nth(1).and_then(|rest| rest.split("```").next());
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    let mut goes_on = false;
    for line in block.expect("a console session").lines() {
        match line.strip_prefix("$ ") {
            Some(command) => commands.push((command.to_owned(), Vec::new())),
            None if goes_on => {
                let (command, _) = commands.last_mut().expect("a command");
                command.push('\n');
                command.push_str(line);
            }
            None => commands.last_mut().expect("a command").1.push(line.to_owned()),
        }
        goes_on = line.ends_with('\\') || line.ends_with('|');
    }
    commands
}

#[test]
fn the_session_in_the_readme_is_real() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store").display().to_string();
    let bin = Path::new(env!("CARGO_BIN_EXE_propusk")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let commands = shown(&readme);
    assert!(commands.len() > 6);
    let mut at = root.clone();
    for (command, mut expected) in commands {
        if let Some(to) = command.strip_prefix("cd ") {
            at = root.join(to);
            continue;
        }
        let mut shell = Command::new("sh");
        shell.args(["-c", &command.replace("/tmp/store", &store)]);
        let output = shell.env("PATH", &path).current_dir(&at).output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        let mut told: Vec<_> = told.lines().map(str::to_owned).collect();
        // The order of changes follows the secrets of the store.
        expected.sort();
        told.sort();
        assert_eq!(told, expected, "{command}");
    }
}
