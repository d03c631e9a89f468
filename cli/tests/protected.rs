//! What each role sees of people, protected ones and others, in everything that every command says or
//! writes: what its role is told, and nothing else. All values are marked and looked for.
//!
//! A new command needs a line in [`CASES`]: the test reads the program's help and fails without one.

mod marked;
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::process::Output;

use marked::{
    DAY, PEOPLE, Person, REGISTERS, Row, Seen, Stage, code, code_column, mark, ndjson, people, row,
};
use program::{json_lines, propusk, run, status, told};
use serde_json::{Value, json};

type Case = fn(&Stage);

/// Every command with what it is held to. Each begins on a stage of its own, and ends with a search of
/// all files: what a store holds is nobody's to read.
const CASES: &[(&str, Case)] = &[
    ("demo", |stage| tells_nothing(stage, &[&["demo", "--people", "50"]])),
    ("load", load),
    ("verify", verify),
    ("match", match_forms),
    ("identify", identify),
    ("request", request),
    ("plan", |stage| {
        let folder = stage.place("planned");
        fs::create_dir(&folder).unwrap();
        let little = ["--records", "10000", "--seconds", "0.02", "--threads", "1"];
        let quick = ["--line-memory-mib-max", "4", "--latency-us", "60000000"];
        let asked = ["--look-ups-per-second", "1", "--folder", &folder];
        tells_nothing(stage, &[&[&["plan"][..], &little, &quick, &asked].concat()]);
    }),
    ("revalidate", revalidate),
    ("change", change),
    ("compact", |stage| tells_nothing_of_the_store(stage, &["compact"])),
    ("generate", |stage| {
        let out = stage.place("generated");
        tells_nothing(stage, &[&["generate", "--out", &out, "--people", "20"]]);
    }),
    ("inspect", |stage| tells_nothing_of_the_store(stage, &["inspect"])),
    ("check", |stage| tells_nothing_of_the_store(stage, &["check"])),
    ("key", |stage| {
        let out = stage.place("gate.key");
        tells_nothing_of_the_store(stage, &["key", "--for", "gate", "--out", &out]);
    }),
    ("rotate", |stage| {
        let out = stage.place("rotated");
        tells_nothing_of_the_store(stage, &["rotate", "--out", &out]);
    }),
    ("destroy", |stage| tells_nothing_of_the_store(stage, &["destroy", "--yes"])),
    ("completions", |stage| tells_nothing(stage, &[&["completions", "bash"]])),
    ("man", |stage| {
        let out = stage.place("man");
        tells_nothing(stage, &[&["man"], &["man", "--out", &out]]);
    }),
];

/// The files that hold what was given in clear, by command: what their operator asked for.
const IN_CLEAR: &[(&str, &[&str])] = &[
    ("load", &["rejects.csv", "rejects.ndjson"]),
    ("match", &["pictures/Q-open.html"]),
    ("identify", &["outbox.ndjson"]),
    ("revalidate", &["changes.csv", "changes.ndjson"]),
];

const ROLES: [&str; 4] = ["status", "taxi", "venue", "official"];
const FORMATS: [&str; 3] = ["ndjson", "csv", "table"];

/// The commands that the program's help lists.
fn commands() -> BTreeSet<String> {
    let help = run(propusk().arg("--help"), b"");
    let help = String::from_utf8(help.stdout).unwrap();
    let listed = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    let names = listed.expect("a list of commands").lines().filter_map(|line| {
        let name = line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?;
        Some(name.split(' ').next()?.to_owned())
    });
    names.filter(|name| name != "help").collect()
}

#[test]
fn every_command_is_held_to_what_its_role_may_see() {
    let commands = commands();
    let cases: BTreeSet<String> = CASES.iter().map(|(command, _)| (*command).to_owned()).collect();
    assert!(commands.len() > 10);
    assert_eq!(cases, commands, "each command has a line in CASES, and no other has");
    for (command, case) in CASES {
        println!("{command}");
        let stage = Stage::new();
        case(&stage);
        let in_clear = IN_CLEAR.iter().find(|(of, _)| of == command);
        let in_clear = in_clear.map_or(&[][..], |(_, names)| names);
        for (name, seen) in stage.files() {
            let expected = in_clear.contains(&name.as_str());
            assert_eq!(!seen.is_empty(), expected, "{command}: {name} holds {seen:?}");
        }
    }
}

/// Runs commands without a store.
fn tells_nothing(stage: &Stage, commands: &[&[&str]]) {
    for arguments in commands {
        let output = run(propusk().args(*arguments), b"");
        assert_eq!(status(&output), 0, "{}", told(&output));
        stage.tells(&output, &[]);
    }
}

/// Runs a command, before that with another's key and after it on files that are damaged.
fn tells_nothing_of_the_store(stage: &Stage, arguments: &[&str]) {
    let other = stage.place("other.key");
    let wrong = [arguments, &["--key", &other]].concat();
    assert_ne!(status(&stage.tells_nothing(&wrong, "")), 0);
    for format in FORMATS.iter().take(if arguments[0] == "inspect" { 3 } else { 1 }) {
        let output = stage.tells_nothing(&[arguments, &["--format", format]].concat(), "");
        assert_eq!(status(&output), 0, "{}", told(&output));
    }
    let files = fs::read_dir(&stage.store).unwrap().map(|entry| entry.unwrap().path());
    for path in files.collect::<Vec<_>>() {
        // A command may have put another file in place of it.
        let Ok(whole) = fs::read(&path) else { continue };
        for damaged in [&whole[..whole.len() / 2], b"", b"nothing like it"] {
            fs::write(&path, damaged).unwrap();
            stage.tells_nothing(arguments, "");
        }
        fs::write(&path, whole).unwrap();
    }
}

fn person(register: &str, person: &str) -> Person {
    people().into_iter().find(|each| *each == (register, person)).expect("a person")
}

/// People whose codes are asked for.
fn holders() -> Vec<Person> {
    people().into_iter().filter(|person| code(*person).is_some()).collect()
}

/// The code of each, which whoever asks knows already.
fn codes_alone() -> Vec<(Person, &'static [&'static str])> {
    let column = |person| match code_column(person) {
        "token" => &["token"][..],
        "code" => &["code"],
        _ => &["number"],
    };
    holders().into_iter().map(|person| (person, column(person))).collect()
}

/// What a role is told of a holder's record, as the answer's member `holder`.
fn holder(role: &str, person: Person, asks_destination: bool) -> Value {
    let row = row(person);
    match role {
        _ if person.1 == "protected" => Value::Null,
        "taxi" if person.0 == "permits" && asks_destination => {
            json!({ "destination_confirmed": true })
        }
        "venue" => {
            let first = |column: &str| row[column].chars().next().unwrap();
            let (one, two, three) = (first("surname"), first("first_name"), first("patronymic"));
            json!({
                "initials": format!("{one}. {two}. {three}."),
                "birth_date": row["birth_date"],
                "document_last_four": row["doc_number"][2..],
            })
        }
        "official" => json!(row),
        _ => Value::Null,
    }
}

/// What is seen of a holder where a role is told that.
fn columns(stage: &Stage, told: &Value) -> Vec<(Person, String)> {
    let mut seen: Seen = stage.marks.seen(&told.to_string());
    // A result is named by the certificate that was issued for it.
    seen.retain(|(person, _)| person.0 != "results" || told.get("token").is_none());
    seen.into_iter().collect()
}

fn verify(stage: &Stage) {
    let codes: String = holders().iter().filter_map(|each| code(*each)).map(|c| c + "\n").collect();
    let questions: String = holders()
        .iter()
        .map(|person| {
            let destination = row(*person).get("destination").cloned().unwrap_or_default();
            json!({ "code": code(*person), "destination": destination }).to_string() + "\n"
        })
        .collect();
    for role in ROLES {
        for (input, asks) in [(&codes, false), (&questions, true)] {
            for format in FORMATS {
                let arguments = ["verify", "--at", DAY, "--role", role, "--messages"];
                let arguments = [&arguments[..], &["--format", format]].concat();
                verify_as(stage, &arguments, input, role, asks, &holders());
            }
        }
        verify_by_carrier(stage, role);
        verify_another_holder(stage, role);
        verify_what_is_wrong(stage, role, &codes);
    }
    withdrawn_records_tell_nothing(stage, &codes);
}

/// Asks, and holds what is said against what the role may see of each.
fn verify_as(
    stage: &Stage,
    arguments: &[&str],
    input: &str,
    role: &str,
    asks: bool,
    asked: &[Person],
) -> Output {
    let output = stage.run(arguments, input);
    assert_eq!(status(&output), 0, "{}", told(&output));
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let mut expected: Seen = stage.marks.seen(input);
    // A destination that is named is not said again.
    expected.retain(|(_, column)| column != "destination");
    for person in asked {
        expected.extend(columns(stage, &holder(role, *person, asks)));
    }
    assert_eq!(seen_without_results(stage, &said), expected, "{arguments:?}: {said}");
    if arguments.ends_with(&["--format", "ndjson"]) {
        let answers = json_lines(&output.stdout);
        assert_eq!(answers.len(), asked.len());
        for (answer, person) in answers.iter().zip(asked) {
            assert_eq!(answer["holder"], holder(role, *person, asks), "{role} {person:?}");
            assert_eq!(answer["verdict"], "valid", "{role} {person:?}");
            let members: BTreeSet<&str> =
                answer.as_object().unwrap().keys().map(String::as_str).collect();
            let mut known: BTreeSet<&str> =
                ["input", "kind", "verdict", "valid_from", "valid_until"].into();
            known.extend(["message_ru", "message_en"]);
            known.extend((person.0 != "cards").then_some("subtype"));
            known.extend((!answer["holder"].is_null()).then_some("holder"));
            assert_eq!(members, known, "{role} {person:?}");
        }
    }
    output
}

/// What is seen; results by the certificates that were issued for them are not told apart.
fn seen_without_results(stage: &Stage, said: &str) -> Seen {
    let mut seen = stage.marks.seen(said);
    seen.retain(|(person, column)| person.0 != "results" || column != "result_id");
    seen
}

fn verify_by_carrier(stage: &Stage, role: &str) {
    let permits = PEOPLE.map(|each| person("permits", each));
    for by in ["plate", "troika", "strelka"] {
        let lines: String = permits.iter().map(|each| mark(*each, by) + "\n").collect();
        let arguments = ["verify", "--at", DAY, "--role", role, "--by", by, "--messages"];
        for format in FORMATS {
            let arguments = [&arguments[..], &["--format", format]].concat();
            verify_as(stage, &arguments, &lines, role, false, &permits);
        }
    }
}

/// Whoever shows something else learns nothing, and not whose it is.
fn verify_another_holder(stage: &Stage, role: &str) {
    let shown = [("surname", "Другова"), ("document", "1111 222333"), ("birth_date", "1999-09-09")];
    for (column, value) in shown {
        let question = |person: &Person| {
            let mut question = json!({ "code": code(*person) });
            question[column] = json!(value);
            question.to_string() + "\n"
        };
        let questions: String = holders().iter().map(question).collect();
        let output = stage.run(&["verify", "--at", DAY, "--role", role], &questions);
        stage.tells(&output, &codes_alone());
        let answers = json_lines(&output.stdout);
        assert!(answers.iter().all(|answer| answer["verdict"] == "holder_mismatch"));
    }
    // What is right is not said again either, but to whom it is told anyway.
    for shown in ["surname", "birth_date"] {
        let question = |person: &Person| {
            let mut question = json!({ "code": code(*person) });
            question[shown] = json!(mark(*person, shown));
            question.to_string() + "\n"
        };
        let questions: String = holders().iter().map(question).collect();
        let output = stage.run(&["verify", "--at", DAY, "--role", role], &questions);
        let protected = holders().into_iter().filter(|person| person.1 == "protected");
        let said = String::from_utf8_lossy(&output.stdout);
        let seen = stage.marks.seen(&said);
        for person in protected {
            let of_person = seen.iter().filter(|(whose, _)| *whose == person);
            assert_eq!(of_person.count(), 1, "{role} {person:?} {said}");
        }
    }
}

/// Wrong use and wrong input: an operator is told what is wrong, and nothing of anybody.
fn verify_what_is_wrong(stage: &Stage, role: &str, codes: &str) {
    let wrong_use: [&[&str]; 6] = [
        &["verify", "--role", "doctor"],
        &["verify", "--role", role, "--at", "now"],
        &["verify", "--role", role, "--by", "document"],
        &["verify", "--role", role, "--by", "phone"],
        &["verify", "--role", role, "--key", "/nowhere/store.key"],
        &["verify", "--role", role, "--policy", "/nowhere/policy.toml"],
    ];
    for arguments in wrong_use {
        let output = stage.tells_nothing(arguments, codes);
        assert_ne!(status(&output), 0, "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    // Of a line that cannot be read, the line is said again, in its place, and no more.
    for broken in ["{\"code\": 5", "{\"code\": \"x\", \"phone\": \"+7\"}", "{}", "\u{0}\u{1b}[2J"] {
        let output = stage.run(&["verify", "--role", role, "--at", DAY], broken);
        stage.tells(&output, &[]);
    }
    // A gate's key does not disclose, whatever role is asked for.
    let gate = stage.place("gate.key");
    if !fs::exists(&gate).unwrap() {
        assert_eq!(status(&stage.run(&["key", "--for", "gate", "--out", &gate], "")), 0);
    }
    let output = stage.run(&["verify", "--role", role, "--at", DAY, "--key", &gate], codes);
    let said = stage.marks.seen(&String::from_utf8_lossy(&output.stdout));
    let known: Seen = stage.marks.seen(codes);
    assert!(said.is_subset(&known), "{said:?}");
    assert_eq!(status(&output) == 0, matches!(role, "status" | "taxi"), "{}", told(&output));
}

fn withdrawn_records_tell_nothing(stage: &Stage, codes: &str) {
    for person in holders() {
        let word = if person.0 == "cards" { "lost" } else { "revoked" };
        let on = if person.0 == "cards" { "2021-12-01" } else { "2021-12-01T00:00:00+03:00" };
        let change = json!({ "code": code(person), "status": word, "on": on }).to_string();
        let changed = stage.run(&["change"], &change);
        assert_eq!(status(&changed), 0, "{}", told(&changed));
    }
    for role in ROLES {
        let output = stage.run(&["verify", "--at", DAY, "--role", role], codes);
        stage.tells(&output, &codes_alone());
    }
}

/// The forms of applicants who were tested: as the laboratory has them, and with one field otherwise.
fn forms(person: Person, changes: &[(&str, &str)]) -> Row {
    let columns = ["surname", "first_name", "patronymic", "birth_date", "doc_series"];
    let columns = columns.into_iter().chain(["doc_number", "snils", "phone", "work_licence"]);
    let mut form: Row = columns.map(|column| (column.to_owned(), mark(person, column))).collect();
    form.insert("request_id".to_owned(), format!("Q-{}", changes.len()));
    form.insert("submitted_at".to_owned(), DAY.to_owned());
    for (column, value) in changes {
        match *value {
            "" => drop(form.remove(*column)),
            value => drop(form.insert((*column).to_owned(), value.to_owned())),
        }
    }
    form
}

/// What applicants write otherwise than their laboratories.
const OTHERWISE: &[&[(&str, &str)]] = &[
    &[],
    &[("surname", "Другова")],
    &[("first_name", "")],
    &[("patronymic", "")],
    &[("birth_date", "1999-09-09")],
    &[("doc_number", "111222")],
    &[("snils", "11223344595")],
    &[("phone", "+79990000000")],
    &[("work_licence", "5")],
    &[("surname", "Другова"), ("first_name", "Анна")],
    &[("surname", "Другова"), ("doc_number", "111222")],
    &[("phone", "+79990000000"), ("doc_number", "111222")],
    &[("surname", "X9"), ("source_id", "L1")],
];

fn match_forms(stage: &Stage) {
    let (open, protected) = (person("results", "open"), person("results", "protected"));
    for role in ["applicant", "laboratory"] {
        for format in FORMATS {
            let forms = |person| OTHERWISE.iter().map(move |changes| forms(person, changes));
            let input = ndjson(&forms(open).chain(forms(protected)).collect::<Vec<_>>());
            let arguments = ["match", "--dry-run", "--role", role, "--format", format];
            // Not even what the applicant wrote is said again.
            let output = stage.tells_nothing(&arguments, &input);
            assert_eq!(status(&output), 0, "{}", told(&output));
        }
        // A protected person is answered as one of whom nothing is known, unless all coincides.
        for changes in OTHERWISE.iter().filter(|changes| !changes.is_empty()) {
            let known = match_one(stage, role, forms(protected, changes));
            let nobody = [
                ("surname", "Нетова"),
                ("birth_date", "1977-07-07"),
                ("doc_number", "999888"),
                ("phone", "+79991112233"),
                ("snils", "11223344595"),
            ];
            let mut stranger = forms(protected, changes);
            for (column, value) in nobody {
                if stranger.contains_key(column) && !changes.iter().any(|(each, _)| *each == column)
                {
                    stranger.insert(column.to_owned(), value.to_owned());
                }
            }
            assert_eq!(known, match_one(stage, role, stranger), "{role} {changes:?}");
        }
    }
    let told_of = |changes| match_one(stage, "laboratory", forms(open, changes))["differs"].clone();
    assert_eq!(told_of(&[("surname", "Другова")]), json!({ "surname": "contradicted" }));
    match_what_is_wrong(stage, open);
    issue_on_paper(stage);
}

/// Certificates, their pages and pictures say what a venue is told, and nothing of protected people.
fn issue_on_paper(stage: &Stage) {
    let folder = stage.place("pictures");
    let people = PEOPLE.map(|each| person("results", each));
    let asked = people.map(|person| {
        let request_id = format!("Q-{}", person.1);
        forms(person, &[("request_id", &request_id)])
    });
    let drawn = stage.run(&["match", "--qr", &folder], &ndjson(&asked));
    let told_tokens: Vec<String> = json_lines(&drawn.stdout)
        .iter()
        .map(|line| line["token"].as_str().expect("a certificate").to_owned())
        .collect();
    // Digits may stand in a token by chance.
    let seen = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let bare = told_tokens.iter().fold(text, |text, token| text.replace(token, ""));
        stage.marks.seen(&bare)
    };
    assert_eq!((seen(&drawn.stdout), seen(&drawn.stderr)), (Seen::new(), Seen::new()));
    let venue = ["initials", "birth_date", "last_four"];
    for person in people {
        let file = |ending: &str| format!("{folder}/Q-{}.{ending}", person.1);
        let is_open = person.1 == "open";
        let shown = venue.iter().filter(|_| is_open).map(|column| (person, (*column).to_owned()));
        assert_eq!(seen(&fs::read(file("html")).unwrap()), shown.collect::<Seen>());
        assert_eq!(seen(&fs::read(file("svg")).unwrap()), Seen::new());
        for role in ROLES {
            let arguments = ["verify", "--image", &file("png"), "--at", DAY, "--role", role];
            let output = stage.run(&arguments, "");
            let answer = json_lines(&output.stdout).pop().expect("an answer");
            assert_eq!(answer["verdict"], "valid");
            let told = seen(&output.stdout);
            match role {
                "venue" if is_open => assert_eq!(answer["holder"], holder(role, person, false)),
                "official" if is_open => {
                    assert!(told.iter().all(|(other, _)| *other == person) && told.len() > 5);
                }
                _ => assert_eq!((told, &answer["holder"]), (Seen::new(), &Value::Null), "{role}"),
            }
            assert_eq!(seen(&output.stderr), Seen::new());
        }
    }
    // Where nothing can be written, and what is no picture.
    let form = ndjson(&asked);
    let nowhere = stage.run(&["match", "--qr", "/dev/null/pictures"], &form);
    assert_ne!(status(&nowhere), 0);
    assert_eq!((seen(&nowhere.stdout), seen(&nowhere.stderr)), (Seen::new(), Seen::new()));
    let page = format!("{folder}/Q-open.html");
    assert_eq!(status(&stage.tells_nothing(&["verify", "--image", &page], "")), 1);
}

fn match_one(stage: &Stage, role: &str, form: Row) -> Value {
    let output = stage.run(&["match", "--dry-run", "--role", role], &ndjson(&[form]));
    json_lines(&output.stdout).pop().expect("an answer")
}

fn match_what_is_wrong(stage: &Stage, open: Person) {
    // A line that cannot be read is said again, and nothing else of anybody.
    let form = ndjson(&[forms(open, &[])]).replace("\"request_id\"", "\"request\"");
    let output = stage.run(&["match", "--dry-run"], &form);
    assert_eq!(status(&output), 1);
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert_eq!(stage.marks.seen(&said), stage.marks.seen(&form), "{said}");
    let form = ndjson(&[forms(open, &[])]);
    for arguments in [
        &["match", "--role", "doctor"][..],
        &["match", "--dry-run", "--key", "/nowhere/store.key"],
        &["match", "--dry-run", "--role", "laboratory", "--require-identified", "5m"],
        &["match", "--dry-run", "--require-identified", "2h"],
    ] {
        assert_ne!(status(&stage.tells_nothing(arguments, &form)), 0, "{arguments:?}");
    }
    // Whose phone is not identified is told nothing of the outcome.
    let output = stage.tells_nothing(&["match", "--dry-run", "--require-identified", "5m"], &form);
    assert_eq!(json_lines(&output.stdout)[0]["outcome"], "withheld");
}

fn identify(stage: &Stage) {
    let outbox = stage.place("outbox.ndjson");
    let arguments = ["identify", "--outbox", &outbox];
    let tested = PEOPLE.map(|each| person("results", each));
    for person in tested {
        let phone = mark(person, "phone");
        let asked = json!({ "phone": phone, "at": DAY }).to_string() + "\n";
        let answered = json!({ "phone": phone, "at": DAY, "code": "x" }).to_string() + "\n";
        for format in FORMATS {
            let input = format!("{asked}{answered}");
            let output = stage.run(&[&arguments[..], &["--format", format]].concat(), &input);
            stage.tells(&output, &[(person, &["phone_ends"])]);
        }
        // Protected people are sent codes as others are, and a phone that nobody has is as well.
        let output = stage.run(&arguments, &asked);
        assert_eq!(json_lines(&output.stdout)[0]["outcome"], "limited");
    }
    for broken in ["{\"phone\": 5}", "{\"phone\": \"12\"}", "{}", "?"] {
        let output = stage.tells_nothing(&arguments, broken);
        assert_eq!(status(&output), 1);
    }
    let nowhere = ["identify", "--outbox", "/nowhere/outbox"];
    assert_ne!(status(&stage.tells_nothing(&nowhere, "")), 0);
    let book = std::path::Path::new(&stage.store).join("CHALLENGES");
    fs::write(book, "damaged").unwrap();
    let phone = mark(tested[1], "phone");
    assert_eq!(status(&stage.tells_nothing(&arguments, &json!({ "phone": phone }).to_string())), 3);
}

/// Who asks for a permit is told of it, and may read the own message again, set right; nothing of anybody
/// else.
fn request(stage: &Stage) {
    for person in PEOPLE.map(|each| person("permits", each)) {
        let given = |column: &str| mark(person, column);
        let mut form = json!({
            "received_at": DAY, "channel": "web", "phone": "+79990000000", "travel_date": &DAY[..10],
            "type": 3, "doc_type": 1, "purpose": "visit", "destination": "Tverskaya 1",
        });
        for column in ["surname", "first_name", "patronymic", "birth_date", "doc_series"] {
            form[column] = json!(given(column));
        }
        form["doc_number"] = json!(given("doc_number"));
        let (series, number, plate) = (given("doc_series"), given("doc_number"), given("plate"));
        let text = format!("Propusk* 3 *1*{series}*{number}* {plate}***visit*Tverskaya 1");
        let message = json!({ "received_at": DAY, "phone": "+79990000000", "text": text });
        for format in FORMATS {
            let asked = format!("{form}\n");
            stage.tells_nothing(&["request", "--format", format], &asked);
            let output = stage.run(&["request", "--format", format], &format!("{message}\n"));
            let said =
                String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
            assert!(stage.marks.seen(&said).is_subset(&stage.marks.seen(&text)), "{said}");
        }
    }
    for broken in ["{\"phone\": 5}", "{}", "?"] {
        assert_eq!(status(&stage.tells_nothing(&["request"], broken)), 1);
    }
}

fn revalidate(stage: &Stage) {
    let since = ["revalidate", "--since", "2019-01-01T00:00:00+03:00", "--as-of", DAY];
    for format in FORMATS {
        let output = stage.run(&[&since[..], &["--format", format]].concat(), "");
        assert_eq!(status(&output), 0, "{}", told(&output));
        stage.tells(&output, &codes_alone());
    }
    for name in ["changes.csv", "changes.ndjson"] {
        let out = stage.place(name);
        stage.tells_nothing(&[&since[..], &["--out", &out]].concat(), "");
    }
    let turned = ["revalidate", "--since", DAY, "--as-of", "2019-01-01T00:00:00+03:00"];
    assert_eq!(status(&stage.tells_nothing(&turned, "")), 2);
}

fn change(stage: &Stage) {
    let line =
        |person: &Person| json!({ "code": code(*person), "status": "active" }).to_string() + "\n";
    let lines: String = holders().iter().map(line).collect();
    for format in FORMATS {
        let output = stage.run(&["change", "--format", format], &lines);
        assert_eq!(status(&output), 0, "{}", told(&output));
        stage.tells(&output, &codes_alone());
    }
    for broken in ["{\"code\":\"?\",\"status\":\"revoked\"}", "{", "{\"name\":1}"] {
        assert_eq!(status(&stage.tells_nothing(&["change"], broken)), 1);
    }
}

/// Rows that are wrong in one column each: the operator is told where and why, and no value; with a
/// file for rejects, the rows stand there as they were.
fn load(stage: &Stage) {
    for (name, header) in [("rejects.csv", true), ("rejects.ndjson", false)] {
        for register in REGISTERS {
            let mut rows = Vec::new();
            for each in PEOPLE.map(|each| person(register, each)) {
                let good = row(each);
                for column in good.keys() {
                    let mut row = good.clone();
                    let broken = format!("{}\u{7}9§", row[column]);
                    row.insert(column.clone(), broken);
                    rows.push(row);
                }
            }
            let (text, ending) =
                if header { (csv(&rows), "csv") } else { (ndjson(&rows), "ndjson") };
            let input = stage.give(&format!("broken.{ending}"), &text);
            let input = format!("{register}={input}");
            let output = stage.tells_nothing(&["load", &input], "");
            assert_eq!(status(&output), 1, "{}", told(&output));
            let rejects = stage.place(name);
            stage.tells_nothing(&["load", &input, "--rejects", &rejects], "");
        }
    }
    for (name, text) in
        [("wrong.csv", "code,surname,middle\n"), ("wrong.ndjson", "{\"middle\":1}\n")]
    {
        let path = stage.give(name, text);
        stage.tells_nothing(&["load", &format!("permits={path}")], "");
        stage.tells_nothing(&["load", &format!("people={path}")], "");
    }
    stage.tells_nothing(&["load", "permits=/nowhere/permits.csv"], "");
}

/// Rows of the same columns as CSV.
fn csv(rows: &[Row]) -> String {
    let columns: Vec<&str> = rows[0].keys().map(String::as_str).collect();
    let line = |row: &Row| {
        let cells = columns.iter().map(|column| format!("\"{}\"", row[*column]));
        cells.collect::<Vec<_>>().join(",") + "\n"
    };
    columns.join(",") + "\n" + &rows.iter().map(line).collect::<String>()
}

#[test]
fn the_search_finds_what_is_there() {
    let stage = Stage::new();
    let open = person("permits", "open");
    for (column, said) in [
        ("surname", mark(open, "surname").to_uppercase()),
        ("plate", "Y799KX799".to_owned()),
        ("birth_date", "14.05.1953".to_owned()),
        ("code", "3112-QWZX-77UV-8644".to_owned()),
        ("last_four", "«1687»".to_owned()),
        ("last_four", "1687, 21687 and 1687.5".to_owned()),
        ("initials", "ГДЗ".to_owned()),
    ] {
        let seen = stage.marks.seen(&format!("... {said} ..."));
        let seen: Vec<&str> = seen
            .iter()
            .filter(|(who, _)| *who == open)
            .map(|(_, column)| column.as_str())
            .collect();
        assert_eq!(seen, [column], "{said}");
    }
    for measured in ["21687", "16870", "0.1687", "1687.5", "5,1687", "1687,000"] {
        assert!(stage.marks.seen(&format!("{measured} ns")).is_empty(), "{measured}");
    }
    fs::write(stage.place("clear"), "....91683471939...").unwrap();
    let files = stage.files();
    assert_eq!(files["clear"].len(), 1);
    assert!(files.iter().all(|(name, seen)| name == "clear" || seen.is_empty()));
}
