//! Changes that go on and on while somebody asks: `sustained [PERMITS [SECONDS [A_SECOND]]]`;
//! 10,000,000 permits, 120 s and 100,000 changes a second if not said; 0 a second is as many as
//! there can be.
//!
//! Threads of one process change statuses, in calls of a few hundred, and merge in the background;
//! another process asks all the while. Where `taskset` is there, each has a core of its own.
//!
//! The reader asks the newest generation and the one that it found at the beginning in turn, some
//! dozens of milliseconds each, so that what else the machine does falls on both: the ratio of the two
//! is what the changes cost a look-up, and the ratio of the latter to itself before and after is what
//! the writer next to it costs the memory, as far as the machine is steady.

use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant as Clock};

use propusk_bench::{Random, World, change, median, text};
use propusk_engine::change::Change;
use propusk_engine::policy::Policy;
use propusk_engine::secret::Keys;
use propusk_engine::store::{OpenRegister, Store};
use propusk_engine::time::Instant;

const THREADS: u64 = 8;
const TOGETHER: usize = 500;
const QUERIES: usize = 1 << 16;
const IDLE_SECONDS: u64 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, root, key, permits] = &arguments[..]
        && word == "read"
    {
        return read(Path::new(root), Path::new(key), permits.parse()?);
    }
    let number = |place: usize, usual: u64| -> Result<u64, String> {
        let Some(text) = arguments.get(place) else { return Ok(usual) };
        text.parse().map_err(|_| format!("`{text}` is not a number"))
    };
    let (permits, seconds, a_second) =
        (number(0, 10_000_000)?, number(1, 120)?, number(2, 100_000)?);
    let world = World::build(permits)?;
    let mut reader = Reader::start(&world)?;
    // It has opened the store once it answers.
    reader.rates(1)?;
    singles(&world)?;
    pin_to_core(0);
    let before = reader.rates(IDLE_SECONDS)?;
    let (written, merges) = (written_bytes(), world.writer.compact_in_background(now));
    let (begun, made) = (Clock::now(), AtomicU64::new(0));
    let (changes, publishes) = std::thread::scope(|scope| -> Result<_, Box<dyn Error>> {
        let first = world.writer.snapshot().generation();
        let workers: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (world, made) = (&world, &made);
                scope.spawn(move || work(world, thread, seconds, a_second, made, begun))
            })
            .collect();
        let sampler = scope.spawn(|| sampled(&world, seconds));
        let during = reader.rates(seconds)?;
        let counts = sampler.join().map_err(|_| "a count panicked")?;
        for worker in workers {
            worker.join().map_err(|_| "a worker panicked")??;
        }
        let elapsed = begun.elapsed().as_secs_f64();
        let made = made.load(Ordering::Relaxed);
        println!(
            "{made} changes in {elapsed:.1} s: {:.0} a second, merges included",
            made as f64 / elapsed
        );
        let after = reader.rates(IDLE_SECONDS)?;
        let control = |rates: &[Rates]| median(rates.iter().map(|rates| rates.first).collect());
        let of_control = during.iter().map(|rates| rates.newest / rates.first).collect();
        let idle = (control(&before) + control(&after)) / 2.0;
        println!(
            "a reader meanwhile: {:.3} of what it gets without changes (median of seconds)",
            median(of_control)
        );
        println!("which is {:.3} of what it gets without a writer", control(&during) / idle);
        let most = counts.iter().copied().fold(0.0, f64::max);
        println!("segments: {:.0} (median of seconds), {most:.0} at the most", median(counts));
        println!(
            "without changes: {:.0} codes a second before, {:.0} meanwhile, {:.0} after",
            control(&before),
            control(&during),
            control(&after)
        );
        Ok((made, world.writer.snapshot().generation() - first))
    })?;
    let written = written_bytes().zip(written).map(|(after, before)| after - before);
    println!("{publishes} publishes; {} segments at the end", segments(&world));
    if let Some(written) = written {
        println!(
            "written: {} MiB, {:.0} bytes a change",
            written >> 20,
            written as f64 / changes as f64
        );
    }
    reader.end()?;
    drop(world);
    let merged = merges.join().map_err(|_| "the merges panicked")??;
    println!("merges: {} of {} rows", merged.merges, merged.rows_written);
    Ok(())
}

/// One change after the other, each durable before the next.
fn singles(world: &World) -> Result<(), Box<dyn Error>> {
    let mut times = Vec::new();
    for round in 0..51 {
        let begun = Clock::now();
        world.writer.apply(&[change(round % world.permits, true)], now())?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    println!("one change alone: durable and visible after {:.2} ms (median)", median(times));
    world.writer.compact_tiers(now())?;
    Ok(())
}

/// Changes at its share of the pace until the time is over.
fn work(
    world: &World,
    thread: u64,
    seconds: u64,
    a_second: u64,
    made: &AtomicU64,
    begun: Clock,
) -> Result<(), propusk_engine::error::StoreError> {
    let mut random = Random::new(thread + 77);
    let mut own = 0u64;
    while begun.elapsed().as_secs() < seconds {
        let due = begun.elapsed().as_secs_f64() * a_second as f64 / THREADS as f64;
        if a_second > 0 && own as f64 > due {
            std::thread::sleep(Duration::from_millis(2));
            continue;
        }
        let each = |_| change(random.next() % world.permits, random.next().is_multiple_of(2));
        let changes: Vec<Change> = (0..TOGETHER).map(each).collect();
        world.writer.apply(&changes, now())?;
        own += TOGETHER as u64;
        made.fetch_add(TOGETHER as u64, Ordering::Relaxed);
    }
    Ok(())
}

/// The number of segments, second after second.
fn sampled(world: &World, seconds: u64) -> Vec<f64> {
    let count = |_| {
        std::thread::sleep(Duration::from_secs(1));
        segments(world) as f64
    };
    (0..seconds).map(count).collect()
}

fn segments(world: &World) -> usize {
    let permits = propusk_engine::record::Register::Permits;
    world.writer.snapshot().register(permits).map_or(0, OpenRegister::segment_count)
}

fn now() -> Instant {
    // The permits are of 2020, and are kept for as long as the policy says.
    Instant::parse("2020-05-04T08:00:00+03:00").expect("an instant")
}

/// What this process had written to storage so far.
fn written_bytes() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/io").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("write_bytes: "))?;
    line.trim().parse().ok()
}

/// Asks the system to keep all threads of this process on one core.
fn pin_to_core(core: u32) {
    let pid = std::process::id().to_string();
    let core = core.to_string();
    // Without it the figures are noisier, and nothing else.
    let _ = Command::new("taskset")
        .args(["-a", "-p", "-c", &core, &pid])
        .stdout(Stdio::null())
        .status();
}

/// Codes a second of the newest generation, and of the first one.
struct Rates {
    newest: f64,
    first: f64,
}

/// A process that asks, and tells how many codes a second.
struct Reader {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Reader {
    fn start(world: &World) -> Result<Self, Box<dyn Error>> {
        let key: PathBuf = world.root().join("key");
        world.keys.write_new(&key)?;
        let mut child = Command::new(std::env::current_exe()?)
            .arg("read")
            .args([world.root(), &key])
            .arg(world.permits.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let asks = child.stdin.take().ok_or("no input")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no output")?);
        Ok(Reader { child, asks, answers })
    }

    /// Codes a second, second after second.
    fn rates(&mut self, seconds: u64) -> Result<Vec<Rates>, Box<dyn Error>> {
        writeln!(self.asks, "{seconds}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let rates: Vec<f64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        Ok(rates
            .as_chunks()
            .0
            .iter()
            .map(|[newest, first]| Rates { newest: *newest, first: *first })
            .collect())
    }

    fn end(mut self) -> Result<(), Box<dyn Error>> {
        drop(self.asks);
        self.child.wait()?;
        Ok(())
    }
}

/// The reader's side: for each line with a number of seconds, a line of rates.
fn read(root: &Path, key: &Path, permits: u64) -> Result<(), Box<dyn Error>> {
    pin_to_core(1);
    let (store, policy) = (Store::open(root, &Keys::read(key)?)?, Policy::default());
    let mut random = Random::new(5);
    let queries: Vec<_> = (0..QUERIES * 16).map(|_| text(random.next() % permits)).collect();
    let (mut verdicts, first) = (Vec::new(), store.snapshot()?);
    for line in std::io::stdin().lines() {
        let seconds: u64 = line?.parse()?;
        let mut rates = Vec::new();
        for _ in 0..seconds {
            let (begun, mut times, mut asked) = (Clock::now(), [0.0; 2], 0);
            while begun.elapsed().as_secs() < 1 {
                // So many of each in a row that what the other one leaves in the caches weighs little.
                for (who, time) in times.iter_mut().enumerate() {
                    let begun = Clock::now();
                    for part in queries.chunks(QUERIES) {
                        let snapshot =
                            if who == 0 { store.snapshot()? } else { Arc::clone(&first) };
                        snapshot.verify_batch(part, now(), &policy, &mut verdicts)?;
                    }
                    *time += begun.elapsed().as_secs_f64();
                }
                asked += queries.len();
            }
            rates.extend(times.map(|time| format!("{:.0}", asked as f64 / time)));
        }
        println!("{}", rates.join(" "));
    }
    Ok(())
}
