//! Work on every thread at once, counted as it goes. What a part of the work does depends on its number alone, so the
//! result is the same on any number of threads.

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use crate::campaign::Run;
use crate::report;

/// Most examples of failures that are kept.
const EXAMPLES: usize = 10;

/// How often progress is looked at, in milliseconds.
const LOOK_MS: u64 = 250;

/// How often it is told where it cannot be shown in place, in seconds.
const TELL_S: u64 = 15;

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Panics are caught and counted; their words are kept instead of printed.
pub(crate) fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|info| {
        LAST_PANIC.with(|last| *last.borrow_mut() = info.to_string().replace('\n', " "));
    }));
}

/// The words of this thread's last panic.
pub(crate) fn last_panic() -> String {
    LAST_PANIC.with(|last| last.borrow().clone())
}

/// What a campaign counts while it works.
pub(crate) trait Sum: Default + Send {
    /// Takes in what another thread counted.
    fn add(&mut self, other: Self);
    /// Takes in a part of the work that panicked.
    fn panicked(&mut self, message: String);
}

/// Cases and failures.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Cases tried.
    pub(crate) count: u64,
    /// Cases that came out wrong.
    pub(crate) failed: u64,
    /// Some of them in words.
    pub(crate) examples: Vec<String>,
}

impl Tally {
    /// Counts a case; `describe` is only called where it came out wrong.
    pub(crate) fn check(&mut self, is_right: bool, describe: impl FnOnce() -> String) {
        self.count += 1;
        if !is_right {
            self.fail(describe());
        }
    }

    /// Counts a failure of a case that was counted before.
    pub(crate) fn fail(&mut self, example: String) {
        self.failed += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(example);
        }
    }
}

impl Sum for Tally {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.failed += other.failed;
        self.examples.extend(other.examples);
        self.examples.truncate(EXAMPLES);
    }

    fn panicked(&mut self, message: String) {
        self.fail(format!("panicked: {message}"));
    }
}

/// Does parts 0 to `parts` of the work on all threads.
pub(crate) fn each<S: Sum>(run: &Run, name: &str, parts: u64, work: impl Fn(u64, &mut S) + Sync) -> S {
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let worker = || {
            let mut sum = S::default();
            loop {
                let part = next.fetch_add(1, Ordering::Relaxed);
                if part >= parts {
                    return sum;
                }
                let result = catch_unwind(AssertUnwindSafe(|| work(part, &mut sum)));
                if result.is_err() {
                    sum.panicked(format!("part {part}: {}", last_panic()));
                }
                done.fetch_add(1, Ordering::Relaxed);
            }
        };
        let workers: Vec<_> = (0..run.threads.max(1)).map(|_| scope.spawn(worker)).collect();
        let mut told = Instant::now();
        while !workers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            std::thread::park_timeout(Duration::from_millis(LOOK_MS.min(1 + parts)));
            tell(name, done.load(Ordering::Relaxed), parts, &mut told);
        }
        let mut sum = S::default();
        for worker in workers {
            match worker.join() {
                Ok(other) => sum.add(other),
                Err(_) => sum.panicked("a worker died".to_owned()),
            }
        }
        sum
    })
}

fn tell(name: &str, done: u64, parts: u64, told: &mut Instant) {
    let text = format!("{name}: {}% ({done} of {parts})", done * 100 / parts.max(1));
    report::progress(&text);
    if told.elapsed().as_secs() >= TELL_S && !std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        report::note(&text);
        *told = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_done_once_and_a_panic_is_a_failure() {
        let run = Run { seed: 1, is_long: false, threads: 3 };
        let sum: Tally = each(&run, "test", 100, |part, sum: &mut Tally| {
            sum.check(part != 7, || format!("part {part}"));
            assert!(part != 9, "nine");
        });
        assert_eq!((sum.count, sum.failed), (100, 2));
        assert!(sum.examples.contains(&"part 7".to_owned()));
    }
}
