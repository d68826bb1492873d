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
    /// Fail every request.
    pub(crate) broken: Cell<bool>,
}

impl CountingRandom {
    /// Randomness that never meets another client's on the same store.
    pub fn starting_at(next: u64) -> Self {
        Self { next: Cell::new(next), broken: Cell::new(false) }
    }
}

impl Random for CountingRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        if self.broken.get() {
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
