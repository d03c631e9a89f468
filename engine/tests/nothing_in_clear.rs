//! Nothing personal is on the disk in clear: marked values are loaded, changed, disclosed and merged,
//! and then looked for in every byte of every file of the store, in every form in which they might
//! have been written. Rejected rows, which are kept elsewhere and as they were, are the exception.

use std::fs;
use std::path::Path;

use propusk_engine::audit::AuditLog;
use propusk_engine::change::Change;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::register::SourceRecord;
use propusk_engine::row::{Row, SOURCES, Table};
use propusk_engine::secret::Keys;
use propusk_engine::store::AUDIT;
use propusk_engine::time::Instant;
use propusk_engine::verdict::Role;
use propusk_engine::verify::Query;
use propusk_engine::writer::Writer;

const PERMIT: &str = "3004QWZX77UV8642";
const TOKEN: &str = "5MRK3DT0KEN5MRK3DT0KEN5MRK";
const HOLDER: [(&str, &str); 6] = [
    ("surname", "Маркёров"),
    ("first_name", "Протоклит"),
    ("patronymic", "Вавилонович"),
    ("birth_date", "1961-07-23"),
    ("doc_series", "9871"),
    ("doc_number", "654398"),
];

/// Columns that say nothing of who somebody is: times and words that many rows share.
const OF_ANYBODY: [&str; 7] =
    ["outcome", "sampled_at", "reported_at", "issued_at", "valid_from", "valid_to", "issued_on"];

/// A row of each register, with more than the holder.
fn rows() -> Vec<(Register, Vec<(&'static str, &'static str)>)> {
    let result = vec![
        ("result_id", "MARKED-RESULT-7741"),
        ("source_id", "L1"),
        ("kind", "pcr"),
        ("outcome", "negative"),
        ("sampled_at", "2021-12-18T09:00:00+03:00"),
        ("reported_at", "2021-12-18T19:00:00+03:00"),
        ("snils", "112-233-445 95"),
        ("phone", "+79167654321"),
    ];
    let certificate = vec![
        ("token", TOKEN),
        ("kind", "pcr"),
        ("issued_at", "2021-12-18T20:00:00+03:00"),
        ("sampled_at", "2021-12-18T09:00:00+03:00"),
        ("reported_at", "2021-12-18T19:00:00+03:00"),
        ("result_id", "MARKED-RESULT-7741"),
    ];
    let permit = vec![
        ("code", PERMIT),
        ("type", "1"),
        ("issued_at", "2020-04-15T09:00:00+03:00"),
        ("valid_from", "2020-04-15"),
        ("valid_to", "2020-04-30"),
        ("plate", "У777КХ799"),
        ("troika", "0098765432"),
        ("strelka", "03319876543"),
        ("organisation", "ООО Меченая Организация"),
        ("destination", "улица Меченых, 17"),
    ];
    let card = vec![
        ("series", "AB"),
        ("number", "7654321"),
        ("issued_on", "2024-03-01"),
        ("gender", "F"),
        ("nationality", "UZB"),
        ("signature_sha256", "01ab23cd45ef67ab89cd01ef23ab45cd67ef89ab01cd23ef45ab67cd89ef01ab"),
        ("photo_sha256", "aa11bb22cc33dd44ee55ff66aa11bb22cc33dd44ee55ff66aa11bb22cc33dd44"),
    ];
    vec![
        (Register::Results, result),
        (Register::Certificates, certificate),
        (Register::Permits, permit),
        (Register::Cards, card),
    ]
}

/// Loads every row that the columns of its register allow; values that the register does not have
/// are left out.
fn load(writer: &Writer, now: Instant) -> Vec<String> {
    let mut marked = Vec::new();
    let mut load = writer.load();
    let mut source = Row::empty(&SOURCES);
    for (column, value) in [("source_id", "L1"), ("name", "L"), ("kind", "laboratory")] {
        source.set(column, value);
    }
    source.set("connected_from", "2020-01-01");
    load.seal_sources(&[SourceRecord::read(&source).expect("a source")]).expect("sealed");
    for (register, values) in rows() {
        let (intake, mut collector) = load.begin(register).expect("a collector");
        let mut row = Row::empty(Table::of(register));
        for (column, value) in HOLDER.iter().chain(&values) {
            if row.set(column, *value) && value.len() > 5 && !OF_ANYBODY.contains(column) {
                marked.push((*value).to_owned());
            }
        }
        let prepared = intake.prepare(&row).unwrap_or_else(|fault| panic!("{register}: {fault:?}"));
        collector.push(prepared).expect("kept");
        load.seal(collector).expect("sealed");
    }
    load.publish(now).expect("published");
    marked
}

/// The forms in which a value might be written: as it is, in capitals, without Ё, without anything but
/// letters and digits, as UTF-16, as a number, as digits packed in halves of bytes, as bytes of
/// hexadecimal digits.
fn forms(value: &str) -> Vec<Vec<u8>> {
    let capitals = value.to_uppercase();
    let bare: String = capitals.chars().filter(|symbol| symbol.is_alphanumeric()).collect();
    let texts = [
        value.to_owned(),
        value.to_lowercase(),
        capitals.replace('Ё', "Е"),
        capitals,
        bare.replace('Ё', "Е"),
        bare.clone(),
    ];
    let mut forms: Vec<Vec<u8>> = Vec::new();
    for text in texts {
        forms.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        forms.push(text.into_bytes());
    }
    let digits: String = bare.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 9 && digits.len() == bare.len() {
        let number: u64 = digits.parse().expect("a number");
        // The upper bytes are zeros, and whoever packs leaves them out.
        forms.push(number.to_le_bytes()[..5].to_vec());
        forms.push(number.to_be_bytes()[3..].to_vec());
    }
    let hexadecimal = |text: &str| {
        let pairs = text.as_bytes().chunks_exact(2);
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        pairs.map(byte).collect::<Option<Vec<u8>>>().filter(|bytes| bytes.len() >= 5)
    };
    forms.extend(hexadecimal(&bare));
    if let Some(number) = token_number(value) {
        forms.push(number.to_le_bytes().to_vec());
        forms.push(number.to_be_bytes().to_vec());
    }
    // Four bytes stand anywhere by chance.
    forms.retain(|form| form.len() >= 5);
    forms
}

/// The 128 bits of a certificate token.
fn token_number(value: &str) -> Option<u128> {
    const CROCKFORD: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digit = |symbol| CROCKFORD.find(symbol).map(|digit| digit as u128);
    let digits: Option<Vec<u128>> = value.chars().map(digit).collect();
    let digits = digits.filter(|digits| digits.len() == 26)?;
    Some(digits.iter().fold(0, |number, digit| number << 5 | digit))
}

fn holds(bytes: &[u8], form: &[u8]) -> bool {
    bytes.windows(form.len()).any(|window| window == form)
}

#[test]
fn no_file_of_a_store_holds_a_marked_value() {
    let folder = tempfile::tempdir().expect("a folder");
    let (keys, policy) = (Keys::random().expect("random bytes"), Policy::default());
    let now = Instant::parse("2021-12-19T00:00:00+03:00").expect("an instant");
    let root = folder.path();
    let writer = Writer::open(root, &keys, &policy).expect("a writer");
    let mut marked = load(&writer, now);
    assert!(marked.iter().any(|value| value == TOKEN) && token_number(TOKEN).is_some());
    let mut log = AuditLog::open(&root.join(AUDIT)).expect("a log");
    let then = Instant::parse("2020-04-18T00:00:00+03:00").expect("an instant");
    let official = Query { role: Role::Official, ..Query::new(PERMIT.as_bytes(), then) };
    let answer = writer.snapshot().verify_for_official(None, &official, &policy, &mut log, now);
    assert!(answer.expect("an answer").holder.is_some());
    let revoke = |code: &str| {
        Change::read(code, "revoked", Some("2020-04-20T00:00:00+03:00"), None, &policy).unwrap()
    };
    writer.apply(&[revoke(PERMIT), revoke(TOKEN)], now).expect("applied");
    search(root, &marked);
    writer.compact(now).expect("merged");
    search(root, &marked);
    // The search itself finds what is there.
    let mut clear = b"....".to_vec();
    clear.extend(forms("+79167654321").pop().expect("a form"));
    fs::write(root.join("clear"), clear).expect("written");
    marked.retain(|value| value.starts_with('+'));
    assert!(std::panic::catch_unwind(|| search(root, &marked)).is_err());
}

fn search(root: &Path, marked: &[String]) {
    let (mut files, mut searched) = (0, 0);
    for entry in fs::read_dir(root).expect("the store") {
        let path = entry.expect("a file").path();
        let bytes = fs::read(&path).expect("its bytes");
        for value in marked {
            for form in forms(value) {
                assert!(!holds(&bytes, &form), "{}: {value} as {form:02x?}", path.display());
                searched += 1;
            }
        }
        files += 1;
    }
    assert!(files >= 8 && searched > 1000 || marked.len() == 1, "{files} files, {searched} forms");
}
