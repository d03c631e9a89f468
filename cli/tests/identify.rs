//! Identification of a phone on the command line: its answers, the outbox, the outcomes that wait for
//! it, and its end.

mod program;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Output, Stdio};

use program::{DAY, Loaded, PERMIT, examples, json_lines, run, status, told};
use serde_json::{Value, json};

const PHONE: &str = "8 (916) 123-77-88";
const NOON: &str = "2021-12-20T12:00:00+03:00";

struct Identifying {
    loaded: Loaded,
    outbox: String,
}

impl Identifying {
    fn new() -> Self {
        let loaded = Loaded::new();
        let outbox = loaded.path("outbox.ndjson");
        Identifying { loaded, outbox }
    }

    fn run(&self, input: &str) -> Output {
        let mut command = self.loaded.command("identify", &self.loaded.key);
        run(command.args(["--outbox", &self.outbox]), input.as_bytes())
    }

    fn told(&self, lines: &[Value]) -> Vec<Value> {
        let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let output = self.run(&input);
        assert_eq!(status(&output), 0, "{}", told(&output));
        json_lines(&output.stdout)
    }

    fn messages(&self) -> Vec<Value> {
        json_lines(&fs::read(&self.outbox).unwrap())
    }

    fn code(&self) -> String {
        let messages = self.messages();
        messages.last().unwrap()["text_ru"].as_str().unwrap().chars().take(6).collect()
    }
}

#[test]
fn a_phone_is_identified_by_what_was_sent_there() {
    let identifying = Identifying::new();
    let sent = identifying.told(&[json!({ "phone": PHONE, "at": NOON })]);
    assert_eq!(
        sent[0],
        json!({
            "phone_ends": "7788",
            "outcome": "sent",
            "tries_left": 3,
            "message_ru": "Код отправлен в СМС. Введите его в течение пяти минут.",
            "message_en": "A code was sent by SMS. Enter it within five minutes.",
        })
    );
    let code = identifying.code();
    let message = &identifying.messages()[0];
    assert_eq!(message["phone"], "+79161237788");
    assert_eq!(message["at"], NOON);
    assert!(message["text_en"].as_str().unwrap().starts_with(&code));
    assert_eq!(fs::metadata(&identifying.outbox).unwrap().permissions().mode() & 0o777, 0o600);

    let answer = |code: &str, at: &str| json!({ "phone": PHONE, "code": code, "at": at });
    let told = identifying.told(&[
        answer("no", NOON),
        answer(&code, "2021-12-20T12:05:00+03:00"),
        answer(&code, "2021-12-20T12:04:59+03:00"),
        answer(&code, NOON),
        json!({ "phone": "9990000000", "code": "123456", "at": NOON }),
    ]);
    let outcomes: Vec<(&Value, &Value)> =
        told.iter().map(|told| (&told["outcome"], &told["tries_left"])).collect();
    let expected = [
        (json!("wrong"), json!(2)),
        (json!("expired"), Value::Null),
        (json!("accepted"), Value::Null),
        (json!("none"), Value::Null),
        (json!("none"), Value::Null),
    ];
    assert_eq!(outcomes, expected.iter().map(|(one, two)| (one, two)).collect::<Vec<_>>());

    // Three an hour, whatever was accepted, and the wait is told.
    let ask = |at: &str| json!({ "phone": PHONE, "at": at });
    let asked = identifying.told(&[
        ask("2021-12-20T12:10:00+03:00"),
        ask("2021-12-20T12:20:00+03:00"),
        ask("2021-12-20T12:20:01+03:00"),
        ask("2021-12-20T12:59:59+03:00"),
        ask("2021-12-20T13:00:00+03:00"),
    ]);
    let outcomes: Vec<&str> = asked.iter().map(|told| told["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["sent", "sent", "limited", "limited", "sent"]);
    assert!(asked[2]["message_ru"].as_str().unwrap().contains("Подождите 40 мин."));
    assert!(asked[3]["message_en"].as_str().unwrap().contains("Wait 1 min "));
}

/// As `request` takes it. A code is no number: it may begin with a zero.
#[test]
fn a_phone_may_be_written_as_a_number() {
    let identifying = Identifying::new();
    let sent = identifying.told(&[json!({ "phone": 89161237788_u64, "at": NOON })]);
    assert_eq!((&sent[0]["outcome"], &sent[0]["phone_ends"]), (&json!("sent"), &json!("7788")));
    assert_eq!(identifying.messages()[0]["phone"], "+79161237788");
    let code = identifying.code();
    let accepted =
        identifying.told(&[json!({ "phone": 9161237788_u64, "code": code, "at": NOON })]);
    assert_eq!(accepted[0]["outcome"], "accepted");
    let lines = ["{\"phone\": 9161237788.5}", "{\"phone\": 12}", "{\"phone\": null}"];
    let output = identifying.run(&lines.join("\n"));
    assert_eq!(status(&output), 1);
    for (told, error) in
        json_lines(&output.stdout).iter().zip(["JSON: ", "phone: not the", "phone: not the"])
    {
        assert!(told["error"].as_str().unwrap().starts_with(error), "{told}");
    }
    let number = json!({ "phone": 9161237788_u64, "code": 123456 }).to_string();
    let refused = json_lines(&identifying.run(&number).stdout);
    assert!(refused[0]["error"].as_str().unwrap().starts_with("JSON: "), "{}", refused[0]);
}

#[test]
fn lines_that_cannot_be_read_keep_their_places() {
    let identifying = Identifying::new();
    let lines = [
        "{\"phone\": \"12\"}".to_owned(),
        json!({ "phone": PHONE }).to_string(),
        "{\"phone\": \"9161237788\", \"at\": \"now\"}".to_owned(),
        "{\"phone\": \"9161237788\", \"cod\": \"1\"}".to_owned(),
        "9161237788".to_owned(),
    ];
    let output = identifying.run(&lines.join("\n"));
    assert_eq!(status(&output), 1);
    let told = json_lines(&output.stdout);
    for (place, error) in
        [(0, "phone: not the number"), (2, "at: not an instant"), (3, "JSON: "), (4, "JSON: ")]
    {
        assert_eq!(told[place]["input"], lines[place]);
        assert!(told[place]["error"].as_str().unwrap().starts_with(error), "{}", told[place]);
    }
    assert_eq!(told[1]["outcome"], "sent");
    assert!(program::told(&output).is_empty());
}

#[test]
fn outcomes_wait_for_the_phone_where_that_is_asked_for() {
    let identifying = Identifying::new();
    let loaded = &identifying.loaded;
    let forms = fs::read_to_string(examples().join("registrations.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(forms.as_bytes());
    let phone = reader.headers().unwrap().iter().position(|name| name == "phone").unwrap();
    let phones: Vec<String> =
        reader.records().map(|form| form.unwrap()[phone].to_owned()).collect();
    let arguments = |more: &[&str]| {
        let registrations = examples().join("registrations.csv").display().to_string();
        let mut command = loaded.command("match", &loaded.key);
        command.args(["--dry-run", &registrations]).args(more);
        command
    };
    let open = json_lines(&run(&mut arguments(&[]), b"").stdout);
    let gate = ["--require-identified", "10m", "--at", "2021-12-20T12:09:59+03:00"];
    let withheld = |gate: &[&str]| {
        let output = run(&mut arguments(gate), b"");
        assert_eq!(status(&output), 0, "{}", told(&output));
        json_lines(&output.stdout)
    };
    let is_withheld = |line: &Value| line["outcome"] == "withheld";
    // Nobody is identified: whose phone can be read is told nothing, and the others that it cannot.
    let nobody = withheld(&gate);
    assert_eq!(nobody.len(), open.len());
    for (line, open) in nobody.iter().zip(&open) {
        if is_withheld(line) {
            let members: Vec<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(members, ["request_id", "outcome", "reason", "message_ru", "message_en"]);
            assert_eq!(line["reason"], "phone_not_identified");
        } else {
            assert_eq!((line, &line["outcome"]), (open, &json!("invalid")));
        }
    }
    assert!(nobody.iter().filter(|line| is_withheld(line)).count() > 100);

    // One is: that one's outcome is told, for ten minutes.
    let place = nobody.iter().position(is_withheld).unwrap();
    let phone = phones[place].as_str();
    identifying.told(&[json!({ "phone": phone, "at": NOON })]);
    let code = identifying.code();
    let answered = identifying.told(&[json!({ "phone": phone, "at": NOON, "code": code })]);
    assert_eq!(answered[0]["outcome"], "accepted");
    let one = withheld(&gate);
    let told_now = |lines: &[Value]| {
        let told = lines.iter().zip(&nobody).filter(|(line, nobody)| line != nobody);
        told.map(|(line, _)| line["request_id"].clone()).collect::<Vec<_>>()
    };
    assert!(told_now(&one).contains(&open[place]["request_id"]));
    assert_eq!(one[place], open[place]);
    let later = withheld(&["--require-identified", "10m", "--at", "2021-12-20T12:10:00+03:00"]);
    assert_eq!(later, nobody);
    // The contract's output stays as it is where nothing is asked for.
    assert_eq!(json_lines(&run(&mut arguments(&[]), b"").stdout), open);
    for wrong in [
        &["--require-identified", "0s"][..],
        &["--require-identified", "2h"],
        &["--require-identified", "10m", "--role", "laboratory"],
        &["--at", NOON],
    ] {
        assert_eq!(status(&run(&mut arguments(wrong), b"")), 2, "{wrong:?}");
    }
}

#[test]
fn one_process_at_a_time_keeps_the_book_and_a_gate_s_key_does_not_open_it() {
    let identifying = Identifying::new();
    let mut first = identifying.loaded.command("identify", &identifying.loaded.key);
    first.args(["--outbox", &identifying.outbox]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut first = first.spawn().unwrap();
    let mut input = first.stdin.take().unwrap();
    let line = json!({ "phone": PHONE }).to_string() + "\n";
    std::io::Write::write_all(&mut input, line.as_bytes()).unwrap();
    let mut answer = String::new();
    let mut output = std::io::BufReader::new(first.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut output, &mut answer).unwrap();
    assert!(answer.contains("\"sent\""), "{answer}");
    let second = identifying.run("");
    assert_eq!(status(&second), 2);
    assert!(told(&second).contains("another process"), "{}", told(&second));
    // The secrets stay while somebody still writes under them.
    let mut destroy = identifying.loaded.command("destroy", &identifying.loaded.key);
    let key = fs::read(&identifying.loaded.key).unwrap();
    assert_eq!(status(&run(destroy.arg("--yes"), b"")), 2);
    assert_eq!(fs::read(&identifying.loaded.key).unwrap(), key);
    drop(input);
    assert!(first.wait().unwrap().success());

    let gate = identifying.loaded.gate();
    let mut command = identifying.loaded.command("identify", &gate);
    let refused = run(command.args(["--outbox", &identifying.outbox]), b"");
    assert_eq!(status(&refused), 2);
    assert!(told(&refused).contains("no `identity` secret for medical"), "{}", told(&refused));
}

#[test]
fn the_end_of_the_results_takes_the_book_and_the_outbox_along() {
    let identifying = Identifying::new();
    identifying.told(&[json!({ "phone": PHONE })]);
    let book = Path::new(&identifying.loaded.store).join("CHALLENGES");
    assert!(book.exists() && Path::new(&identifying.outbox).exists());
    let permits = identifying.loaded.done("destroy", &["--register", "permits", "--yes"], "");
    assert_eq!(permits[0]["outboxes"], 0);
    assert!(book.exists() && Path::new(&identifying.outbox).exists());
    let gone = identifying.loaded.done("destroy", &["--register", "results", "--yes"], "");
    assert_eq!(gone[0]["outboxes"], 1);
    assert!(!book.exists() && !Path::new(&identifying.outbox).exists());
    let refused = identifying.run("");
    assert_eq!(status(&refused), 2);
    assert!(!book.exists() && !Path::new(&identifying.outbox).exists());
}

#[test]
fn a_damaged_book_is_told_with_what_to_do() {
    let identifying = Identifying::new();
    identifying.told(&[json!({ "phone": PHONE })]);
    let book = Path::new(&identifying.loaded.store).join("CHALLENGES");
    let mut bytes = fs::read(&book).unwrap();
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    fs::write(&book, bytes).unwrap();
    let refused = identifying.run("");
    assert_eq!(status(&refused), 3);
    let said = told(&refused);
    assert!(
        said.contains("CHALLENGES is damaged at byte 128") && said.contains("move it away"),
        "{said}"
    );
}

#[test]
fn holders_are_told_of_verdicts_where_that_is_asked_for() {
    let loaded = Loaded::new();
    let codes = format!("{PERMIT}\n?\n3112-ZZZZ-ZZZZ-ZZZZ\n");
    let told = loaded.done("verify", &["--at", DAY, "--messages"], &codes);
    let russian: Vec<&str> = told.iter().map(|told| told["message_ru"].as_str().unwrap()).collect();
    assert_eq!(
        russian,
        [
            "Код действует.",
            "В коде лишние знаки или их не хватает. Проверьте его и введите полностью.",
            "Такого кода в системе нет. Проверьте его и введите ещё раз.",
        ]
    );
    assert_eq!(told[0]["message_en"], "The code is valid.");
    let plate = loaded.done("verify", &["--at", DAY, "--by", "plate", "--messages"], "A1234");
    assert_eq!(
        plate[0]["message_en"],
        "No permit names this number. Check the number and enter it again."
    );
    // Without being asked for, the answer is as it was.
    for (mut with, without) in told.into_iter().zip(loaded.done("verify", &["--at", DAY], &codes)) {
        with.as_object_mut().unwrap().retain(|member, _| !member.starts_with("message_"));
        assert_eq!(with, without);
    }
    let table = run(
        loaded.command("verify", &loaded.key).args(["--messages", "--format", "csv", "--at", DAY]),
        codes.as_bytes(),
    );
    let csv = String::from_utf8(table.stdout).unwrap();
    assert!(
        csv.starts_with("input,kind,subtype,") && csv.contains(",message_ru,message_en,error\n")
    );
}
