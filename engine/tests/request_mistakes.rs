//! Every kind of mistake that people make in messages: what is told of it, and the corrected
//! message. The messages come from a grammar of mistakes that does not know the parser.

use std::collections::BTreeMap;

use propusk_datasets::mistakes::{self, Intent, Spoilt};
use propusk_engine::policy::Policy;
use propusk_engine::request::{Decision, Repaired, read_message, repair};

/// Messages of each mistake.
const EACH: u64 = 40;

/// What a good message asks for, as text that is the same for the same request.
fn meaning(text: &str, spoilt: &Spoilt) -> Option<String> {
    match read_message(text, spoilt.received_at, &Policy::default()) {
        Ok(Decision::Issue(due)) => Some(format!("{due:?}")),
        _ => None,
    }
}

fn samples() -> Vec<Spoilt> {
    let names = mistakes::names();
    (0..names.len())
        .flat_map(|place| (0..EACH).map(move |index| mistakes::sample(7, index, place)))
        .collect()
}

#[test]
fn what_is_wrong_is_told_and_what_was_meant_is_found() {
    let policy = Policy::default();
    let (mut faults, mut counts) = (Vec::new(), BTreeMap::<_, (u64, u64)>::new());
    let samples = samples();
    assert!(samples.len() > 2000, "{}", samples.len());
    for spoilt in &samples {
        let text = &spoilt.text;
        let meant = meaning(&spoilt.meant, spoilt).expect("what is meant is good");
        match read_message(text, spoilt.received_at, &policy) {
            Err(told)
                if (told.field.as_str(), told.reason.as_str()) == (spoilt.field, spoilt.reason) => {
            }
            told => faults.push(format!("{}: {text}: {told:?}", spoilt.mistake)),
        }
        let count = counts.entry((spoilt.intent == Intent::Lost, spoilt.mistake)).or_default();
        count.1 += 1;
        match (repair(text, spoilt.received_at, &policy), spoilt.intent) {
            (Repaired::Corrected(back), _) if meaning(&back, spoilt) != Some(meant) => {
                faults.push(format!("{}: {text}: {back}: another meaning", spoilt.mistake));
            }
            (Repaired::Corrected(back), Intent::Lost) => {
                faults.push(format!("{}: {text}: {back}: nobody can know", spoilt.mistake));
            }
            (Repaired::Corrected(back), Intent::Clear) if back != spoilt.meant => {
                faults.push(format!("{}: {text}: {back}", spoilt.mistake));
            }
            (Repaired::Corrected(_), _) => count.0 += 1,
            (other, Intent::Clear) => {
                faults.push(format!("{}: {text}: {other:?}", spoilt.mistake));
            }
            _ => {}
        }
    }
    for ((_, mistake), (corrected, all)) in &counts {
        println!("{mistake}: {corrected} of {all}");
    }
    let share = |lost: Option<bool>| {
        let kept = counts.iter().filter(|((other, _), _)| lost.is_none_or(|lost| lost == *other));
        let (corrected, all) =
            kept.fold((0, 0), |sum, (_, count)| (sum.0 + count.0, sum.1 + count.1));
        println!("corrected {corrected} of {all}: {:.1} %", 100.0 * corrected as f64 / all as f64);
        corrected as f64 / all as f64
    };
    share(None);
    let written = share(Some(false));
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults[..faults.len().min(60)].join("\n")
    );
    assert!(written >= 0.9, "{written}");
}

#[test]
fn two_mistakes_together_never_mean_something_else() {
    let policy = Policy::default();
    let (mut faults, mut corrected, mut all) = (Vec::new(), 0, 0);
    for spoilt in samples() {
        let meant = meaning(&spoilt.meant, &spoilt).expect("what is meant is good");
        let text = &spoilt.text;
        for twice in [
            format!("*{text}"),
            format!("{text}*"),
            format!("«{text}»"),
            text.replace('*', "＊"),
            text.replace('*', " * "),
            text.replace('*', "**"),
            text.replace('*', "#"),
            text.replacen('*', "", 1),
            text.replacen("**", "*", 1),
            text.replacen("**", "***", 1),
            text.to_uppercase(),
        ] {
            if read_message(&twice, spoilt.received_at, &policy).is_ok() {
                continue;
            }
            let Repaired::Corrected(back) = repair(&twice, spoilt.received_at, &policy) else {
                continue;
            };
            all += 1;
            let read = meaning(&back, &spoilt);
            let same = read.as_ref() == Some(&meant)
                || read.map(|read| read.to_uppercase()) == Some(meant.to_uppercase());
            if spoilt.intent == Intent::Lost || !same {
                faults.push(format!("{}: {twice}: {back}", spoilt.mistake));
            } else {
                corrected += 1;
            }
        }
    }
    println!("{corrected} of {all}");
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults[..faults.len().min(60)].join("\n")
    );
    assert!(corrected > 10_000);
}
