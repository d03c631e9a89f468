//! Calls that come when they are due, whether or not the ones before are done.
//!
//! A caller who waits for an answer before asking again leaves out the very calls that a stall would
//! have hit. Here every call has the moment at which it is due, and its latency runs from there.

use std::time::{Duration, Instant as Clock};

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::plan::draw::unit;
use crate::random::Random;

/// The longest latency that is told apart, nanoseconds.
const LATENCY_MAX_NS: u64 = 3_600_000_000_000;
/// Significant digits of a latency.
const DIGITS: u8 = 3;

/// Time as it passes for whoever serves.
pub(crate) trait Timer {
    /// Nanoseconds since the beginning.
    fn now_ns(&self) -> u64;
    /// Comes back at that time, or at once where it is over.
    fn wait_until(&mut self, due_ns: u64);
}

/// The machine's clock. It is watched without sleeping, since waking up takes as long as a call.
pub(crate) struct Watched(Clock);

/// The machine's clock for what does not mind a late start of some microseconds, and leaves the core to
/// others meanwhile.
pub(crate) struct Slept(Clock);

/// The moments at which independent calls are due: a Poisson process.
pub(crate) struct Arrivals {
    random: Random,
    mean_ns: f64,
    next_ns: f64,
    end_ns: f64,
}

/// How long calls took from the moment at which they were due.
#[derive(Clone)]
pub(crate) struct Latencies(Histogram<u64>);

/// Latencies by the share of calls that took no longer, microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Half of the calls.
    pub p50: f64,
    /// 90 of 100.
    pub p90: f64,
    /// 99 of 100.
    pub p99: f64,
    /// 999 of 1,000.
    pub p99_9: f64,
    /// 9,999 of 10,000.
    pub p99_99: f64,
    /// All.
    pub max: f64,
}

impl Watched {
    /// Begins now.
    pub(crate) fn begin() -> Self {
        Watched(Clock::now())
    }
}

impl Timer for Watched {
    fn now_ns(&self) -> u64 {
        self.0.elapsed().as_nanos() as u64
    }

    fn wait_until(&mut self, due_ns: u64) {
        while self.now_ns() < due_ns {
            std::hint::spin_loop();
        }
    }
}

impl Slept {
    /// Begins now.
    pub(crate) fn begin() -> Self {
        Slept(Clock::now())
    }
}

impl Timer for Slept {
    fn now_ns(&self) -> u64 {
        self.0.elapsed().as_nanos() as u64
    }

    fn wait_until(&mut self, due_ns: u64) {
        std::thread::sleep(Duration::from_nanos(due_ns.saturating_sub(self.now_ns())));
    }
}

impl Arrivals {
    /// So many calls a second on average, for so long.
    pub(crate) fn new(a_second: f64, duration: Duration, seed: u64) -> Self {
        let (mean_ns, end_ns) = (1e9 / a_second, duration.as_secs_f64() * 1e9);
        Arrivals { random: Random::new(seed), mean_ns, next_ns: 0.0, end_ns }
    }
}

impl Iterator for Arrivals {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.next_ns -= self.mean_ns * (1.0 - unit(&mut self.random)).ln();
        (self.next_ns < self.end_ns).then_some(self.next_ns as u64)
    }
}

impl Latencies {
    /// None yet.
    pub(crate) fn new() -> Self {
        let histogram = Histogram::new_with_max(LATENCY_MAX_NS, DIGITS);
        Latencies(histogram.expect("these bounds and digits are allowed"))
    }

    /// Serves every call that is due, each as soon as it is due and the ones before are done. Answers
    /// when the last one was done.
    pub(crate) fn serve<T: Timer, E>(
        &mut self,
        timer: &mut T,
        due: impl Iterator<Item = u64>,
        mut call: impl FnMut(&mut T) -> Result<(), E>,
    ) -> Result<u64, E> {
        for due_ns in due {
            timer.wait_until(due_ns);
            call(timer)?;
            self.0.saturating_record(timer.now_ns().saturating_sub(due_ns));
        }
        Ok(timer.now_ns())
    }

    /// Takes in those of another thread.
    pub(crate) fn add(&mut self, other: &Latencies) {
        // Both have the same bounds.
        self.0 += &other.0;
    }

    /// How many calls there were.
    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// Microseconds that such a share of the calls, in per cent, does not pass.
    pub(crate) fn at_us(&self, percentile: f64) -> f64 {
        self.0.value_at_percentile(percentile) as f64 / 1e3
    }

    /// The usual ones.
    pub(crate) fn percentiles(&self) -> Percentiles {
        let [p50, p90, p99, p99_9, p99_99, max] =
            [50.0, 90.0, 99.0, 99.9, 99.99, 100.0].map(|percentile| self.at_us(percentile));
        Percentiles { p50, p90, p99, p99_9, p99_99, max }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// A clock that only the server and waiting move.
    struct Fake(u64);

    impl Timer for Fake {
        fn now_ns(&self) -> u64 {
            self.0
        }

        fn wait_until(&mut self, due_ns: u64) {
            self.0 = self.0.max(due_ns);
        }
    }

    const MILLISECOND: u64 = 1_000_000;

    /// A server that takes 10 µs a call, and once, in the 500th, `stall`.
    fn serve(stall: u64) -> Latencies {
        let (mut latencies, mut calls) = (Latencies::new(), 0);
        let due = (0..1000).map(|call| call * MILLISECOND);
        let served = latencies.serve(&mut Fake(0), due, |timer| {
            calls += 1;
            timer.0 += if calls == 500 { stall } else { 10_000 };
            Ok::<(), Infallible>(())
        });
        assert_eq!(served, Ok(999 * MILLISECOND + 10_000));
        latencies
    }

    fn assert_about(us: f64, expected: f64) {
        assert!((us / expected - 1.0).abs() < 0.01, "{us} µs, not {expected}");
    }

    #[test]
    fn a_stall_is_told_of_every_call_that_was_due_meanwhile() {
        let calm = serve(10_000).percentiles();
        assert_about(calm.p50, 10.0);
        assert_about(calm.max, 10.0);
        // A stall of 100 ms: the hundred calls behind wait for 99 ms, 98 ms and so on. Whoever
        // asked only when answered would have told of one call in a thousand.
        let stalled = serve(100 * MILLISECOND);
        assert_eq!(stalled.count(), 1000);
        let told = stalled.percentiles();
        // The call behind by k was due k × 1 ms later and done k × 10 µs later.
        assert_about(told.p50, 10.0);
        assert_about(stalled.at_us(89.0), 10.0);
        assert_about(stalled.at_us(91.0), 100_000.0 - 90.0 * 990.0);
        assert_about(told.p99, 100_000.0 - 10.0 * 990.0);
        assert_about(told.p99_9, 100_000.0);
        assert_about(told.max, 100_000.0);
    }

    #[test]
    fn a_server_that_is_too_slow_falls_ever_further_behind() {
        let mut latencies = Latencies::new();
        let due = (0..1000).map(|call| call * MILLISECOND);
        let served = latencies.serve(&mut Fake(0), due, |timer| {
            timer.0 += 2 * MILLISECOND;
            Ok::<(), Infallible>(())
        });
        assert_eq!(served, Ok(2000 * MILLISECOND));
        assert_about(latencies.percentiles().p50, 501_000.0);
        assert_about(latencies.percentiles().max, 1_001_000.0);
    }

    #[test]
    fn arrivals_come_as_often_as_told_and_not_evenly() {
        let due: Vec<_> = Arrivals::new(1e6, Duration::from_millis(100), 7).collect();
        assert!((99_000..101_000).contains(&due.len()), "{}", due.len());
        assert!(due.is_sorted() && *due.last().unwrap() < 100 * MILLISECOND);
        // Of a Poisson process 1 - 1/e of the gaps are shorter than the mean.
        let short = due.windows(2).filter(|pair| pair[1] - pair[0] < 1000).count();
        assert!((62_000..64_500).contains(&short), "{short}");
    }

    #[test]
    fn latencies_of_threads_are_told_together() {
        let mut all = serve(10_000);
        all.add(&serve(100 * MILLISECOND));
        assert_eq!(all.count(), 2000);
        assert_about(all.percentiles().max, 100_000.0);
    }
}
