//! Randomness that counts, so that a run is repeatable and no salt repeats.

use std::cell::Cell;

use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::Result;
use ductape_models::client::ports::Random;

/// Fills with a counter; fails when told to.
#[derive(Debug, Default)]
pub struct CountingRandom {
    next: Cell<u64>,
    requests: Cell<u64>,
    fails_from: Cell<Option<u64>>,
    /// Fail every request.
    pub broken: Cell<bool>,
}

impl CountingRandom {
    /// Randomness that never meets another client's on the same store.
    pub fn starting_at(next: u64) -> Self {
        Self { next: Cell::new(next), ..Self::default() }
    }

    /// Serves `count` more requests and fails every one after them.
    pub fn fail_after(&self, count: u64) {
        self.fails_from.set(Some(self.requests.get() + count));
    }

    /// How often it was asked.
    pub fn requests(&self) -> u64 {
        self.requests.get()
    }
}

impl Random for CountingRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        let number = self.requests.replace(self.requests.get() + 1);
        if self.broken.get() || self.fails_from.get().is_some_and(|first| number >= first) {
            return Err(Error::new(ErrorKind::EntropyUnavailable, "no entropy"));
        }
        for chunk in bytes.chunks_mut(8) {
            let value = self.next.get();
            self.next.set(value + 1);
            chunk.copy_from_slice(&value.to_be_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}
