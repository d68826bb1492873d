//! Millions of mutated inputs through every fuzz target: none panics, none takes long.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use fuzz_targets::MAX_INPUT;
use fuzz_targets::TARGETS;
use fuzz_targets::Target;
use testkit::Dice;

use crate::campaign::Outcome;
use crate::campaign::Run;
use crate::mutate::Corpus;
use crate::parallel;
use crate::parallel::Sum;
use crate::parallel::Tally;
use crate::parallel::each;

/// Inputs of one part of the work.
const PART: u64 = 2_000;

/// The longest that an input may take.
const LIMIT: Duration = Duration::from_millis(1);

/// From here on an input is timed again: the machine does other things, too.
const SLOW: Duration = Duration::from_micros(400);

/// How often a slow input is timed.
const REPEATS: usize = 9;

/// How often the timing is repeated where it came out too long, and the pause before.
const SECOND_LOOKS: usize = 20;
const PAUSE: Duration = Duration::from_millis(20);

/// Where inputs are kept that found something.
const FOUND: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/prove");

/// What was seen.
#[derive(Debug, Default)]
struct Seen {
    tally: Tally,
    panics: u64,
    slowest: Option<(Duration, &'static str)>,
}

impl Sum for Seen {
    fn add(&mut self, other: Self) {
        self.tally.add(other.tally);
        self.panics += other.panics;
        self.slowest = self.slowest.max(other.slowest);
    }

    fn panicked(&mut self, message: String) {
        self.tally.panicked(message);
    }
}

impl Seen {
    fn feed(&mut self, target: &Target, input: &[u8]) {
        self.tally.count += 1;
        let (took, is_well) = timed(target, input);
        if !is_well {
            self.panics += 1;
            let message = format!("{}: {}, {}", target.name, parallel::last_panic(), keep(target, input));
            return self.tally.fail(message);
        }
        let took = if took > SLOW { median(target, input) } else { took };
        self.slowest = self.slowest.max(Some((took, target.name)));
        if took > LIMIT {
            let message =
                format!("{}: {:.2} ms, {}", target.name, took.as_secs_f64() * 1e3, keep(target, input));
            self.tally.fail(message);
        }
    }
}

fn timed(target: &Target, input: &[u8]) -> (Duration, bool) {
    let start = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    (start.elapsed(), result.is_ok())
}

/// The median of some runs. Where it is too long the runs are repeated after a pause, and the best series counts: what is
/// slow stays slow, and a busy machine is not always as busy.
fn median(target: &Target, input: &[u8]) -> Duration {
    let mut best = series(target, input);
    for _ in 0..SECOND_LOOKS {
        if best <= LIMIT {
            break;
        }
        std::thread::sleep(PAUSE);
        best = best.min(series(target, input));
    }
    best
}

fn series(target: &Target, input: &[u8]) -> Duration {
    let mut times: Vec<Duration> = (0..REPEATS).map(|_| timed(target, input).0).collect();
    times.sort_unstable();
    times[REPEATS / 2]
}

/// Writes an input to a file and says which.
fn keep(target: &Target, input: &[u8]) -> String {
    let sum = input
        .iter()
        .fold(0xCBF2_9CE4_8422_2325_u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3));
    let name = format!("{}-{sum:016x}", target.name);
    let written =
        std::fs::create_dir_all(FOUND).and_then(|()| std::fs::write(Path::new(FOUND).join(&name), input));
    written.map_or_else(|error| format!("not kept: {error}"), |()| format!("kept as target/prove/{name}"))
}

/// Reads one file that was kept, `<target>-<sum>`, and says what comes of it.
///
/// # Errors
/// Why it cannot be read, what it found, or how long it took where that is too long.
pub(crate) fn replay(path: &str) -> Result<String, String> {
    let input = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    let name = Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let target = TARGETS
        .iter()
        .find(|target| name.strip_prefix(target.name).is_some_and(|rest| rest.starts_with('-')));
    let target = target.ok_or("a file's name is <target>-<anything>")?;
    if !timed(target, &input).1 {
        return Err(parallel::last_panic());
    }
    let took = median(target, &input);
    let said = format!("{}: {:.3} ms", target.name, took.as_secs_f64() * 1e3);
    if took > LIMIT { Err(said) } else { Ok(said) }
}

/// The files of a target's corpus and its own seeds.
fn corpus(target: &Target) -> Result<Corpus, String> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus")).join(target.name);
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    // The order of a folder is its file system's; ours is the same everywhere.
    paths.sort();
    let read = |path: &PathBuf| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let mut inputs = paths.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    inputs.extend((target.seeds)());
    if inputs.is_empty() {
        return Err(format!("{} has no corpus", target.name));
    }
    Ok(Corpus::new(inputs, MAX_INPUT))
}

/// The campaign.
pub(crate) fn run(run: &Run) -> Outcome {
    let corpora: Vec<Corpus> = match TARGETS.iter().map(corpus).collect() {
        Ok(corpora) => corpora,
        Err(why) => return Outcome::of(0, "no corpus", vec![why]),
    };
    let parts = run.size(10_000_000, 100_000_000) / PART;
    let seen: Seen = each(run, "fuzz", parts, |part, seen: &mut Seen| {
        let number = usize::try_from(part).unwrap_or_default() % TARGETS.len();
        let mut dice = Dice::part(run.seed, part);
        (0..PART).for_each(|_| seen.feed(&TARGETS[number], &corpora[number].mutated(&mut dice)));
    });
    let (slowest, target) = seen.slowest.unwrap_or_default();
    let (panics, slowest, targets) = (seen.panics, slowest.as_secs_f64() * 1e3, TARGETS.len());
    let figure = format!("{panics} panics, slowest {slowest:.2} ms in {target} ({targets} targets)");
    Outcome::of(seen.tally.count, figure, seen.tally.examples)
}
