//! What a campaign is, and the list of them.

use crate::contexts;
use crate::entropy;
use crate::envelopes;
use crate::faults;
use crate::fuzz;
use crate::interleavings;
use crate::records;
use crate::rekey;
use crate::salts;
use crate::vectors;

/// How the campaigns of one command run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// Where all random choices start.
    pub(crate) seed: u64,
    /// Whether it may take hours.
    pub(crate) is_long: bool,
    /// How many threads work.
    pub(crate) threads: usize,
}

impl Run {
    pub(crate) fn new(seed: u64, is_long: bool) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { seed, is_long, threads }
    }

    /// The amount of work for this run.
    pub(crate) fn size(&self, normal: u64, long: u64) -> u64 {
        if self.is_long { long } else { normal }
    }
}

/// How a campaign ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// How many cases it tried.
    pub(crate) count: u64,
    /// What it found, in a few words.
    pub(crate) figure: String,
    /// Why the figure is missed: some examples. Empty where it is reached.
    pub(crate) missed: Vec<String>,
    /// Whether what it needs was not there.
    pub(crate) is_skipped: bool,
}

impl Outcome {
    /// An outcome that is reached where nothing is in `missed`.
    pub(crate) fn of(count: u64, figure: impl Into<String>, missed: Vec<String>) -> Self {
        Self { count, figure: figure.into(), missed, is_skipped: false }
    }

    /// Nothing was tried, for want of `what`.
    pub(crate) fn skipped(what: &str) -> Self {
        Self { count: 0, figure: format!("skipped: {what}"), missed: Vec::new(), is_skipped: true }
    }
}

/// A claim, and the work that would find it wrong.
#[derive(Debug)]
pub(crate) struct Campaign {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// The work.
    pub(crate) run: fn(&Run) -> Outcome,
}

/// Every campaign, in the order of running.
pub(crate) const CAMPAIGNS: &[Campaign] = &[
    Campaign { name: "wycheproof-aes-gcm", run: vectors::aes_gcm },
    Campaign { name: "wycheproof-hkdf", run: vectors::hkdf },
    Campaign { name: "wycheproof-chunked", run: vectors::chunked },
    Campaign { name: "envelope-edits", run: envelopes::run },
    Campaign { name: "context-pairs", run: contexts::run },
    Campaign { name: "record-edits", run: records::run },
    Campaign { name: "salts", run: salts::run },
    Campaign { name: "entropy", run: entropy::run },
    Campaign { name: "faults", run: faults::run },
    Campaign { name: "rekey", run: rekey::run },
    Campaign { name: "interleavings", run: interleavings::run },
    Campaign { name: "fuzz", run: fuzz::run },
];
