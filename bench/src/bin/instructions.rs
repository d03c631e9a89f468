//! Instructions of every stage of a verification, counted by Valgrind: the same on a busy machine as on
//! an idle one. `instructions` prints them; where there is no Valgrind it says so and measures nothing.
//!
//! Valgrind knows AVX2 and not AVX-512, so what is counted is what a machine with AVX2 does.

use std::error::Error;
use std::hint::black_box;
use std::process::{Command, ExitCode};

use propusk_bench::{Text, World, card, text, token};
use propusk_engine::batch::CodeKey;
use propusk_engine::code::{self, Code};
use propusk_engine::error::StoreError;
use propusk_engine::identity::name;
use propusk_engine::key::{CodeCipher, IdentityKeys, Purpose};
use propusk_engine::record::Register;
use propusk_engine::secret::Secret;
use propusk_engine::store::Snapshot;
use propusk_engine::verdict::Kind;
use propusk_engine::verify::{Judged, Query};

/// Permits in the store: few, for everything is slow under Valgrind.
const PERMITS: u64 = 5_000;
/// How often a stage is gone through.
const TIMES: usize = 4096;
const BATCH: usize = 256;

/// The stages by name; each is counted in the function that its name begins with.
const STAGES: &[&str] = &[
    "decode_permit",
    "decode_token",
    "decode_card",
    "key",
    "look_up_hits",
    "look_up_misses",
    "verify_batch_hits",
    "verify_batch_misses",
    "verify_one",
    "identity_key",
];

fn main() -> ExitCode {
    let done = match std::env::args().nth(1) {
        Some(stage) => run(&stage),
        None => count_all(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("instructions: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Counts every stage in a process of its own.
fn count_all() -> Result<(), Box<dyn Error>> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("SKIPPED: Valgrind is not installed, so no instructions were counted");
        return Ok(());
    }
    println!("instructions each, over {TIMES}, batches of {BATCH}, {PERMITS} permits, AVX2:");
    for stage in STAGES {
        let function = stage.trim_end_matches("_hits").trim_end_matches("_misses");
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
            .arg(format!("--toggle-collect=*instructions::{function}*"))
            .arg(std::env::current_exe()?)
            .arg(stage)
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        let counted = said.lines().find_map(|line| line.split_once("Collected :"));
        let counted = counted.and_then(|(_, count)| count.trim().parse::<u64>().ok());
        match counted {
            Some(counted) if output.status.success() && counted > 0 => {
                println!("{stage:20} {:9.1}", counted as f64 / TIMES as f64);
            }
            _ => return Err(format!("{stage} was not counted: {said}").into()),
        }
    }
    Ok(())
}

/// Goes through one stage, in a process that Valgrind watches.
fn run(stage: &str) -> Result<(), Box<dyn Error>> {
    let numbers = |first: u64| (0..TIMES as u64).map(move |number| first + number);
    let world = World::build(PERMITS)?;
    let snapshot = world.store.snapshot()?;
    let hits: Vec<Text> = numbers(0).map(text).collect();
    let misses: Vec<Text> = numbers(PERMITS).map(text).collect();
    let mut verdicts = Vec::new();
    let keys = |texts: &[Text]| -> Result<Vec<CodeKey>, Box<dyn Error>> {
        let decoded: Result<Vec<Code>, _> =
            texts.iter().map(|text| code::decode(text, &[])).collect();
        let decoded = decoded.map_err(|fault| format!("{fault:?}"))?;
        Ok(snapshot.code_keys(Kind::Permit, &decoded)?)
    };
    // Blocks that are touched for the first time have their checksums proved.
    for texts in [&hits, &misses] {
        snapshot.verify_batch(texts, world.at, &world.policy, &mut verdicts)?;
        for text in texts {
            snapshot.verify(&Query::new(text, world.at), &world.policy)?;
        }
    }
    match stage {
        "decode_permit" => decode_permit(&hits),
        "decode_token" => decode_token(&numbers(0).map(token).collect::<Vec<_>>()),
        "decode_card" => decode_card(&numbers(0).map(card).collect::<Vec<_>>()),
        "key" => key(&CodeCipher::new(&Secret::new([7; 32]), Register::Permits), &mut hits.clone()),
        "look_up_hits" => look_up(&world, &snapshot, &keys(&hits)?, &mut verdicts)?,
        "look_up_misses" => look_up(&world, &snapshot, &keys(&misses)?, &mut verdicts)?,
        "verify_batch_hits" => verify_batch(&world, &snapshot, &hits, &mut verdicts)?,
        "verify_batch_misses" => verify_batch(&world, &snapshot, &misses, &mut verdicts)?,
        "verify_one" => verify_one(&world, &snapshot, &hits)?,
        "identity_key" => identity_key(&IdentityKeys::new(&Secret::new([9; 32]))),
        _ => return Err(format!("no stage `{stage}`; there are {STAGES:?}").into()),
    }
    Ok(())
}

#[inline(never)]
fn decode_permit(texts: &[[u8; 16]]) {
    for text in texts {
        let _ = black_box(code::decode(black_box(text), &[]));
    }
}

#[inline(never)]
fn decode_token(texts: &[[u8; 26]]) {
    for text in texts {
        let _ = black_box(code::decode(black_box(text), &[]));
    }
}

#[inline(never)]
fn decode_card(texts: &[[u8; 9]]) {
    for text in texts {
        let _ = black_box(code::decode(black_box(text), &[]));
    }
}

#[inline(never)]
fn key(cipher: &CodeCipher, blocks: &mut [[u8; 16]]) {
    cipher.encrypt(black_box(blocks));
}

#[inline(never)]
fn look_up(
    world: &World,
    snapshot: &Snapshot,
    keys: &[CodeKey],
    verdicts: &mut Vec<Judged>,
) -> Result<(), StoreError> {
    for keys in keys.chunks(BATCH) {
        snapshot.verify_keys(Kind::Permit, keys, world.at, &world.policy, verdicts)?;
        black_box(&verdicts);
    }
    Ok(())
}

#[inline(never)]
fn verify_batch(
    world: &World,
    snapshot: &Snapshot,
    texts: &[Text],
    verdicts: &mut Vec<Judged>,
) -> Result<(), StoreError> {
    for texts in texts.chunks(BATCH) {
        snapshot.verify_batch(texts, world.at, &world.policy, verdicts)?;
        black_box(&verdicts);
    }
    Ok(())
}

#[inline(never)]
fn verify_one(world: &World, snapshot: &Snapshot, texts: &[Text]) -> Result<(), StoreError> {
    for text in texts {
        black_box(snapshot.verify(&Query::new(text, world.at), &world.policy)?);
    }
    Ok(())
}

#[inline(never)]
fn identity_key(keys: &IdentityKeys) {
    for _ in 0..TIMES {
        let surname = name::canonical(black_box("Примерова"));
        let surname = surname.as_deref().unwrap_or_default();
        black_box(keys.key(Purpose::Surname, &[Some(surname)]));
    }
}
