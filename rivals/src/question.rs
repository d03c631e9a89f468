//! What contestants are asked: the same codes in the form that each takes.

use std::error::Error;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use propusk_bench::{CardText, Text, Times, TokenText, card, decoded, text, times, token};
use propusk_engine::batch::CodeKey;
use propusk_engine::code::{self, Code};
use propusk_engine::key::CodeCipher;
use propusk_engine::store::Snapshot;
use propusk_engine::verdict::{CodeFault, Kind};
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use rand_distr::{Distribution as _, Zipf};

/// What fails fails for an operator, who reads it.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The 16 canonical bytes of a code, decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(pub(crate) [u8; 16]);

impl Key {
    pub(crate) fn of(number: u64) -> Self {
        Key(decoded(&text(number)).to_le_bytes())
    }

    /// As two numbers, for hash functions.
    #[inline]
    pub(crate) fn halves(&self) -> (u64, u64) {
        let whole = u128::from_ne_bytes(self.0);
        (whole as u64, (whole >> 64) as u64)
    }
}

impl Hash for Key {
    /// As one number: most hash functions have a fast path for it.
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(u128::from_ne_bytes(self.0));
    }
}

/// How many of the codes asked for are valid, and how many are not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) valid: u64,
    pub(crate) unknown: u64,
}

impl Counts {
    /// Counts one answer: the times of a code, or that it is not known.
    #[inline]
    pub(crate) fn add(&mut self, found: Option<Times>, at: u32) {
        let (from, until) = found.unwrap_or((u32::MAX, 0));
        self.valid += u64::from((from <= at) & (at < until));
        self.unknown += u64::from(found.is_none());
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.valid += other.valid;
        self.unknown += other.unknown;
    }
}

/// Times during which nothing is valid: those of a suspended permit.
pub(crate) const NEVER: Times = (0, 0);

/// The records that everybody holds: permits 0 to `count`.
#[derive(Clone, Copy)]
pub(crate) struct Records {
    pub(crate) count: u64,
}

impl Records {
    /// One after the other.
    pub(crate) fn iter(self) -> impl Iterator<Item = (Key, Times)> {
        let both = [times(0), times(1)];
        (0..self.count).map(move |number| (Key::of(number), both[number as usize % 2]))
    }

    /// In ascending order of their keys, for what is built fastest so.
    pub(crate) fn sorted(self) -> Vec<(Key, Times)> {
        let mut all = Vec::with_capacity(self.count as usize);
        all.extend(self.iter());
        all.sort_unstable_by_key(|record: &(Key, Times)| record.0);
        all
    }
}

/// How codes are drawn.
pub(crate) struct Draw<'d> {
    pub(crate) kind: Kind,
    pub(crate) records: Records,
    /// The share of known ones.
    pub(crate) hits: f64,
    /// The exponent of Zipf's law; uniform without.
    pub(crate) zipf: Option<f64>,
    /// The instant of every question.
    pub(crate) at: u32,
    /// The permits that were suspended since they were loaded.
    pub(crate) suspended: &'d Numbers,
    /// Whose keys are wanted.
    pub(crate) snapshot: &'d Snapshot,
    pub(crate) cipher: &'d CodeCipher,
    /// How many hot lines it has.
    pub(crate) lines: u64,
}

/// Texts of codes of one kind, next to each other.
pub(crate) enum Texts {
    Permits(Vec<Text>),
    Tokens(Vec<TokenText>),
    Cards(Vec<CardText>),
}

/// Some of them.
#[derive(Clone, Copy)]
pub(crate) enum SomeTexts<'q> {
    Permits(&'q [Text]),
    Tokens(&'q [TokenText]),
    Cards(&'q [CardText]),
}

/// Codes in every form, and the truth of each.
pub(crate) struct Questions {
    pub(crate) texts: Texts,
    pub(crate) keys: Vec<Key>,
    pub(crate) code_keys: Vec<CodeKey>,
    /// A hot line for each: about that in which it is looked for first, spread as those are.
    pub(crate) homes: Vec<u32>,
    truth: Vec<Counts>,
}

/// Part of them.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'q> {
    pub(crate) texts: SomeTexts<'q>,
    pub(crate) keys: &'q [Key],
    pub(crate) code_keys: &'q [CodeKey],
    pub(crate) homes: &'q [u32],
    pub(crate) at: u32,
    /// How many belong together, where they are not one batch.
    #[cfg_attr(not(feature = "heavy"), expect(dead_code, reason = "servers alone need it"))]
    pub(crate) batch: usize,
}

impl Texts {
    /// Adds the code of a record; what it says.
    fn add(&mut self, number: u64) -> std::result::Result<Code, CodeFault> {
        match self {
            Texts::Permits(texts) => {
                texts.push(text(number));
                code::decode(&text(number), &[])
            }
            Texts::Tokens(texts) => {
                texts.push(token(number));
                code::decode(&token(number), &[])
            }
            Texts::Cards(texts) => {
                texts.push(card(number));
                code::decode(&card(number), &[])
            }
        }
    }

    #[inline]
    fn part(&self, range: Range<usize>) -> SomeTexts<'_> {
        match self {
            Texts::Permits(texts) => SomeTexts::Permits(&texts[range]),
            Texts::Tokens(texts) => SomeTexts::Tokens(&texts[range]),
            Texts::Cards(texts) => SomeTexts::Cards(&texts[range]),
        }
    }
}

impl Questions {
    fn empty(kind: Kind) -> Self {
        let texts = match kind {
            Kind::Permit => Texts::Permits(Vec::new()),
            Kind::Certificate => Texts::Tokens(Vec::new()),
            Kind::Card => Texts::Cards(Vec::new()),
        };
        let (keys, code_keys, homes, truth) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Questions { texts, keys, code_keys, homes, truth }
    }

    /// Draws so many, by a seed.
    ///
    /// # Errors
    /// When the engine has no keys for them.
    pub(crate) fn draw(draw: &Draw<'_>, count: usize, seed: u64) -> Result<Self> {
        let mut random = SmallRng::seed_from_u64(seed);
        let records = draw.records.count;
        let law = draw.zipf.map(|exponent| Zipf::new(records as f64, exponent)).transpose()?;
        // Of the other kinds it is the same halves that are over and valid.
        let both = match draw.kind {
            Kind::Permit => [times(0), times(1)],
            Kind::Certificate | Kind::Card => [NEVER, (0, u32::MAX)],
        };
        let mut questions = Questions::empty(draw.kind);
        let mut codes = Vec::new();
        for _ in 0..count {
            let known = random.random_bool(draw.hits);
            let number = match &law {
                None => random.random_range(0..records),
                Some(law) => scatter(law.sample(&mut random) as u64 - 1, records),
            };
            let number = if known { number } else { number + records };
            let code = questions.texts.add(number).map_err(|fault| format!("{fault:?}"))?;
            questions.keys.push(Key(code.bytes));
            codes.push(code);
            let held = if draw.suspended.has(number) { NEVER } else { both[number as usize % 2] };
            let mut truth = Counts::default();
            truth.add(known.then_some(held), draw.at);
            questions.truth.push(truth);
        }
        questions.code_keys = draw.snapshot.code_keys(draw.kind, &codes)?;
        let mut blocks: Vec<[u8; 16]> = questions.keys.iter().map(|key| key.0).collect();
        draw.cipher.encrypt(&mut blocks);
        let home = |block: &[u8; 16]| {
            let low = u128::from_le_bytes(*block) as u64;
            ((u128::from(low) * u128::from(draw.lines)) >> 64) as u32
        };
        questions.homes = blocks.iter().map(home).collect();
        Ok(questions)
    }

    /// Some of them, at an instant.
    #[inline]
    pub(crate) fn part(&self, range: Range<usize>, at: u32, batch: usize) -> Asked<'_> {
        Asked {
            texts: self.texts.part(range.clone()),
            keys: &self.keys[range.clone()],
            code_keys: &self.code_keys[range.clone()],
            homes: &self.homes[range],
            at,
            batch,
        }
    }

    /// What is true of the first so many.
    pub(crate) fn truth(&self, count: usize) -> Counts {
        let mut sum = Counts::default();
        self.truth[..count].iter().for_each(|one| sum += *one);
        sum
    }
}

/// A place for a rank such that neighbours in rank are far from each other: a permutation where the
/// prime does not divide the records.
fn scatter(rank: u64, records: u64) -> u64 {
    const PRIME: u128 = 0x9e37_79b9_7f4a_7c55;
    ((u128::from(rank) * PRIME) % u128::from(records)) as u64
}

/// A set of small numbers.
#[derive(Default)]
pub(crate) struct Numbers {
    words: Vec<u64>,
}

impl Numbers {
    pub(crate) fn insert(&mut self, number: u64) {
        let word = (number / 64) as usize;
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (number % 64);
    }

    pub(crate) fn has(&self, number: u64) -> bool {
        self.words.get((number / 64) as usize).is_some_and(|word| word >> (number % 64) & 1 != 0)
    }
}
