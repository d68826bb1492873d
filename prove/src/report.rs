//! What is printed: one line for each campaign, and a sum at the end.

use std::io::IsTerminal;
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::process::ExitCode;
use std::time::Instant;

use crate::campaign::Campaign;
use crate::campaign::Outcome;
use crate::campaign::Run;
use crate::fuzz;
use crate::parallel;

/// One line of output that other programs may read.
#[allow(clippy::print_stdout, reason = "a command talks to the terminal")]
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// One line for whoever watches.
#[allow(clippy::print_stderr, reason = "a command talks to the terminal")]
pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

/// How far the work is: in place on a terminal, else nothing.
#[allow(clippy::print_stderr, reason = "a command talks to the terminal")]
pub(crate) fn progress(text: &str) {
    if std::io::stderr().is_terminal() {
        eprint!("\r\u{1b}[K{text}");
        // A terminal that is gone shows no progress, and that is all.
        let _ = std::io::stderr().flush();
    }
}

/// Runs the campaigns and prints a line for each.
pub(crate) fn all(run: &Run, campaigns: &[&Campaign]) -> ExitCode {
    parallel::keep_panics_quiet();
    note(&format!("seed {}, {} threads{}", run.seed, run.threads, if run.is_long { ", long" } else { "" }));
    let (start, mut missed, mut skipped) = (Instant::now(), 0, 0);
    for campaign in campaigns {
        let outcome = one(run, campaign);
        missed += usize::from(!outcome.missed.is_empty());
        skipped += usize::from(outcome.is_skipped);
    }
    let reached = campaigns.len() - missed - skipped;
    let seconds = start.elapsed().as_secs_f64();
    line(&format!("prove: {reached} reached, {missed} missed, {skipped} skipped in {seconds:.0} s"));
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Feeds kept inputs to their fuzz targets again.
pub(crate) fn replays(paths: &[String]) -> ExitCode {
    parallel::keep_panics_quiet();
    let mut is_well = true;
    for path in paths {
        match fuzz::replay(path) {
            Ok(said) => line(&format!("{path}: {said}")),
            Err(why) => {
                is_well = false;
                line(&format!("{path}: MISSED: {why}"));
            }
        }
    }
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn one(run: &Run, campaign: &Campaign) -> Outcome {
    let start = Instant::now();
    note(&format!("{} ...", campaign.name));
    let outcome = catch_unwind(AssertUnwindSafe(|| (campaign.run)(run)))
        .unwrap_or_else(|_| Outcome::of(0, "it panicked", vec![parallel::last_panic()]));
    progress("");
    line(&printed(campaign.name, &outcome, start.elapsed().as_secs_f64()));
    outcome.missed.iter().for_each(|why| line(&format!("    MISSED: {why}")));
    outcome
}

fn printed(name: &str, outcome: &Outcome, seconds: f64) -> String {
    format!("{name:<20}{:>12}  {:<64}{seconds:>8.1} s", outcome.count, outcome.figure)
}
