//! Registers whose every value is a mark that stands nowhere else, for protected persons and for others,
//! and the search for marks in whatever a program says or writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::program::{propusk, run, status, told};

/// When everybody's record is valid.
pub(crate) const DAY: &str = "2021-12-20T12:00:00+03:00";
pub(crate) const REGISTERS: [&str; 4] = ["results", "certificates", "permits", "cards"];
/// Whether a person is protected.
pub(crate) const PEOPLE: [&str; 2] = ["open", "protected"];

/// The columns whose values say something of a person, by register.
const COLUMNS: [&[&str]; 4] = [
    &[
        "result_id",
        "surname",
        "first_name",
        "patronymic",
        "birth_date",
        "doc_series",
        "doc_number",
        "snils",
        "phone",
        "email",
        "work_licence",
    ],
    &[
        "token",
        "result_id",
        "surname",
        "first_name",
        "patronymic",
        "birth_date",
        "doc_series",
        "doc_number",
        "snils",
    ],
    &[
        "code",
        "surname",
        "first_name",
        "patronymic",
        "birth_date",
        "doc_series",
        "doc_number",
        "plate",
        "troika",
        "strelka",
        "inn",
        "organisation",
        "institution",
        "purpose",
        "departure",
        "destination",
    ],
    &[
        "series",
        "number",
        "surname",
        "first_name",
        "patronymic",
        "birth_date",
        "photo_sha256",
        "signature_sha256",
        "doc_series",
        "doc_number",
    ],
];

/// The other columns, which many rows share.
const SHARED: [&str; 4] = [
    "source_id=L1;kind=pcr;outcome=negative;sampled_at=2021-12-18T09:00:00+03:00;\
     reported_at=2021-12-19T09:00:00+03:00",
    "kind=pcr;issued_at=2021-12-19T10:00:00+03:00;sampled_at=2021-12-18T09:00:00+03:00;\
     reported_at=2021-12-19T09:00:00+03:00",
    "type=1;issuer=moscow;issued_at=2021-12-15T09:00:00+03:00;valid_from=2021-12-15;\
     valid_to=2021-12-31;doc_type=1",
    "issued_on=2021-07-01;gender=F;nationality=UZB",
];

/// A person: register, and whether it is protected; `permits.open`, `cards.protected`.
pub(crate) type Person = (&'static str, &'static str);
/// What was seen of whom: columns, and what is made of them (`initials`, `last_four`, `phone_ends`).
pub(crate) type Seen = BTreeSet<(Person, String)>;
/// A row: a value for each column.
pub(crate) type Row = BTreeMap<String, String>;

/// A number for each person, from 0.
fn number(person: Person) -> usize {
    let place = |all: &[&str], one| all.iter().position(|each| *each == one).expect("known");
    place(&REGISTERS, person.0) * PEOPLE.len() + place(&PEOPLE, person.1)
}

pub(crate) fn people() -> Vec<Person> {
    REGISTERS.iter().flat_map(|register| PEOPLE.map(|person| (*register, person))).collect()
}

/// Three letters that begin the names of one person and of nobody else.
fn initials(person: Person) -> [char; 3] {
    const LETTERS: [char; 24] = [
        'Щ', 'Ф', 'Ц', 'Э', 'Ю', 'Я', 'Ж', 'Ш', 'Ч', 'Х', 'Й', 'Ы', 'Г', 'Д', 'З', 'Л', 'Б', 'И',
        'У', 'П', 'Т', 'Н', 'О', 'Р',
    ];
    [0, 1, 2].map(|place| LETTERS[number(person) * 3 + place])
}

/// Digits with the check digits that an INN of a person has.
fn inn(number: usize) -> String {
    let mut digits: Vec<u32> = format!("77301{:05}", 48_611 + number * 127)
        .chars()
        .map(|digit| digit.to_digit(10).expect("a digit"))
        .collect();
    for weights in [&[7, 2, 4, 10, 3, 5, 9, 4, 6, 8][..], &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]] {
        let sum: u32 = digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum();
        digits.push(sum % 11 % 10);
    }
    digits.iter().map(u32::to_string).collect()
}

/// Digits with the check number that a SNILS has.
fn snils(number: usize) -> String {
    let body = format!("{}", 483_620_517 + number * 1009);
    let digits = body.chars().map(|digit| digit.to_digit(10).expect("a digit"));
    let sum: u32 = digits.zip((1..=9).rev()).map(|(digit, weight)| digit * weight).sum();
    format!("{body}{:02}", sum % 101 % 100)
}

/// The mark of a person in a column.
pub(crate) fn mark(person: Person, column: &str) -> String {
    let n = number(person);
    let tail = ["ова", "ева", "ина", "ова", "ева", "ина", "ова", "ева"][n];
    let name = |place: usize, stem: &str| format!("{}{stem}{tail}", initials(person)[place]);
    let hash = |byte: usize| format!("{byte:02x}").repeat(31) + "7e";
    match column {
        "surname" => name(0, "метчик"),
        "first_name" => name(1, "варфолом"),
        "patronymic" => name(2, "протоген"),
        "birth_date" => format!("19{}-0{}-1{n}", 41 + n * 3, 1 + n),
        "doc_series" => format!("{}", 7341 + n * 13),
        "doc_number" => format!("{}", 837_219 + n * 1117),
        "result_id" => format!("MARK-{:04}", 7719 + number(("results", person.1)) * 31),
        "snils" => snils(n),
        "phone" => format!("+7916{}", 8_347_193 + n * 11_213),
        "email" => format!("marked{}@example.org", 7351 + n * 17),
        "work_licence" => format!("{}", 77_381_946 + n * 10_103),
        "token" => format!("5MRK3DT0KEN5MRK3DT0KEN5MR{n}"),
        "code" => format!("3112QWZX77UV864{n}"),
        "plate" => format!("У{}КХ799", 731 + n * 17),
        "troika" => format!("{:010}", 98_765_432 + n * 1013),
        "strelka" => format!("{:011}", 3_319_876_543_u64 + n as u64 * 1013),
        "inn" => inn(n),
        "organisation" => format!("ООО Метка {}", 7331 + n * 19),
        "institution" => format!("Клиника Метки {}", 7333 + n * 19),
        "purpose" => format!("забрать метку {}", 7337 + n * 19),
        "departure" => format!("улица Меток, {}", 7339 + n * 19),
        "destination" => format!("бульвар Меток, {}", 7343 + n * 19),
        "series" => "AB".to_owned(),
        "number" => format!("{}", 7_654_321 + n * 111),
        "photo_sha256" => hash(0xa1 + n),
        "signature_sha256" => hash(0xc1 + n),
        other => panic!("no mark for {other}"),
    }
}

/// A person's code, as it is read at a gate; for results there is none.
pub(crate) fn code(person: Person) -> Option<String> {
    match person.0 {
        "certificates" => Some(mark(person, "token")),
        "permits" => Some(mark(person, "code")),
        "cards" => Some(mark(person, "series") + &mark(person, "number")),
        _ => None,
    }
}

/// The column in which a person's code stands.
pub(crate) fn code_column(person: Person) -> &'static str {
    match person.0 {
        "certificates" => "token",
        "permits" => "code",
        _ => "number",
    }
}

/// A person's row, as it is loaded.
pub(crate) fn row(person: Person) -> Row {
    let place = REGISTERS.iter().position(|each| *each == person.0).expect("a register");
    let marked = COLUMNS[place].iter().map(|column| ((*column).to_owned(), mark(person, column)));
    let shared = SHARED[place].split(';').map(|each| {
        let (column, value) = each.trim().split_once('=').expect("a value");
        (column.to_owned(), value.to_owned())
    });
    let protected = ("protected".to_owned(), (person.1 == "protected").to_string());
    marked.chain(shared).chain([protected]).collect()
}

/// Rows as NDJSON.
pub(crate) fn ndjson(rows: &[Row]) -> String {
    rows.iter().map(|row| serde_json::to_string(row).expect("JSON") + "\n").collect()
}

/// In which forms a mark may be said: as it is, raised, lowered, without Ё, as digits and letters
/// alone, with Latin letters for those that look alike.
fn forms(value: &str) -> BTreeSet<String> {
    let latin = |text: &str| -> String {
        let pairs = "АВЕКМНОРСТУХ".chars().zip("ABEKMHOPCTYX".chars());
        let pairs: BTreeMap<char, char> = pairs.collect();
        text.chars().map(|symbol| pairs.get(&symbol).copied().unwrap_or(symbol)).collect()
    };
    let raised = value.to_uppercase();
    let bare: String = raised.chars().filter(|symbol| symbol.is_alphanumeric()).collect();
    let ten = value.strip_prefix("+7").unwrap_or(value).to_owned();
    let spaced = |text: &str, gap: &str| {
        let symbols: Vec<char> = text.chars().collect();
        symbols.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(gap)
    };
    let (by_space, by_hyphen) = (spaced(&bare, " "), spaced(&bare, "-"));
    let mut forms: BTreeSet<String> = [value.to_owned(), value.to_lowercase(), ten].into();
    forms.extend([latin(&raised), latin(&bare), raised, bare, by_space, by_hyphen]);
    if let [year, month, day] = value.split('-').collect::<Vec<_>>()[..]
        && year.len() == 4
    {
        forms.insert(format!("{day}.{month}.{year}"));
    }
    forms
}

/// Every mark of everybody, with the forms in which it may be said.
pub(crate) struct Marks(Vec<(Person, String, BTreeSet<String>)>);

impl Marks {
    pub(crate) fn new() -> Self {
        let mut marks = Vec::new();
        for person in people() {
            let row = row(person);
            let place = REGISTERS.iter().position(|each| *each == person.0).expect("a register");
            // A series is of many; a certificate and its result name the same one.
            let skipped = ["series", "doc_series"];
            for column in COLUMNS[place].iter().filter(|column| !skipped.contains(*column)) {
                if (person.0, *column) != ("certificates", "result_id") {
                    marks.push((person, (*column).to_owned(), forms(&row[*column])));
                }
            }
            let [one, two, three] = initials(person);
            let initials = [format!("{one}. {two}. {three}."), format!("{one}{two}{three}")];
            marks.push((person, "initials".to_owned(), initials.into()));
            let document = &row["doc_number"];
            marks.push((person, "last_four".to_owned(), [document[2..].to_owned()].into()));
            if let Some(phone) = row.get("phone") {
                let ends = phone[phone.len() - 4..].to_owned();
                marks.push((person, "phone_ends".to_owned(), [ends].into()));
            }
        }
        Marks(marks)
    }

    /// What is seen in a text. What is a part of another mark is not seen besides.
    pub(crate) fn seen(&self, text: &str) -> Seen {
        let found = |forms: &BTreeSet<String>| forms.iter().any(|form| stands_in(text, form));
        let mut seen: Seen = self
            .0
            .iter()
            .filter(|(_, _, forms)| found(forms))
            .map(|(person, column, _)| (*person, column.clone()))
            .collect();
        for (part, whole) in [("last_four", "doc_number"), ("phone_ends", "phone")] {
            for person in people() {
                if seen.contains(&(person, whole.to_owned())) {
                    seen.remove(&(person, part.to_owned()));
                }
            }
        }
        seen
    }

    /// What is seen in a file's bytes: short marks stand anywhere by chance, and are not looked for.
    pub(crate) fn seen_in_file(&self, path: &Path) -> Seen {
        let bytes = fs::read(path).expect("its bytes");
        let holds = |form: &String| {
            form.len() >= 5 && bytes.windows(form.len()).any(|window| window == form.as_bytes())
        };
        let marks = self.0.iter().filter(|(_, _, forms)| forms.iter().any(holds));
        marks.map(|(person, column, _)| (*person, column.clone())).collect()
    }
}

/// Whether a text says a form. Four digits within a longer number, a measured one say, are not said.
fn stands_in(text: &str, form: &str) -> bool {
    let is_short = form.len() == 4 && form.bytes().all(|byte| byte.is_ascii_digit());
    let goes_on = |mut rest: Box<dyn Iterator<Item = char> + '_>| match rest.next() {
        Some('.' | ',') => rest.next().is_some_and(|next| next.is_ascii_digit()),
        next => next.is_some_and(|next| next.is_ascii_digit()),
    };
    text.match_indices(form).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + form.len()..]);
        !is_short || !goes_on(Box::new(before.chars().rev())) && !goes_on(Box::new(behind.chars()))
    })
}

/// A store with everybody in it, in a folder in which nothing else stands.
pub(crate) struct Stage {
    given: tempfile::TempDir,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: String,
    pub(crate) marks: Marks,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let (given, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = folder.path().join("store").display().to_string();
        let stage = Stage { given, folder, store, marks: Marks::new() };
        let source = [("source_id", "L1"), ("name", "L"), ("kind", "laboratory")];
        let source = source.into_iter().chain([("connected_from", "2020-01-01")]);
        let source: Row = source.map(|(column, value)| (column.into(), value.into())).collect();
        let mut inputs = vec![stage.give("sources.ndjson", &ndjson(&[source]))];
        for register in REGISTERS {
            let rows = PEOPLE.map(|person| row((register, person)));
            inputs.push(stage.give(&format!("{register}.ndjson"), &ndjson(&rows)));
        }
        let inputs: Vec<String> = inputs
            .iter()
            .map(|path| {
                format!("{}={path}", Path::new(path).file_stem().unwrap().to_str().unwrap())
            })
            .collect();
        let mut arguments = vec!["load"];
        arguments.extend(inputs.iter().map(String::as_str));
        let loaded = stage.run(&arguments, "");
        assert_eq!(status(&loaded), 0, "{}", told(&loaded));
        stage.tells(&loaded, &[]);
        stage
    }

    /// Writes a file that a command is given, where no search comes.
    pub(crate) fn give(&self, name: &str, text: &str) -> String {
        let path = self.given.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// A place for a file that a command writes.
    pub(crate) fn place(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Runs a command on the store.
    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Output {
        let (name, rest) = arguments.split_first().expect("a command");
        let mut command = propusk();
        command.args([*name, "--store", &self.store]).args(rest);
        run(&mut command, input.as_bytes())
    }

    /// What is seen in all that a command said, to whom it spoke and to its operator.
    #[track_caller]
    pub(crate) fn tells(&self, output: &Output, expected: &[(Person, &[&str])]) {
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{said}");
        let expected: Seen = expected
            .iter()
            .flat_map(|(person, columns)| {
                columns.iter().map(|column| (*person, (*column).to_owned()))
            })
            .collect();
        assert_eq!(self.marks.seen(&said), expected, "{said}");
    }

    /// Runs a command that says nothing of anybody.
    #[track_caller]
    pub(crate) fn tells_nothing(&self, arguments: &[&str], input: &str) -> Output {
        let output = self.run(arguments, input);
        self.tells(&output, &[]);
        output
    }

    /// What is seen in the files that stand in the folder, the store's among them: names and marks.
    pub(crate) fn files(&self) -> BTreeMap<String, Seen> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path: PathBuf = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(self.folder.path()).unwrap().display().to_string();
                files.insert(name, self.marks.seen_in_file(&path));
            }
        }
        assert!(files.len() > 3, "the files were not found");
        files
    }
}
