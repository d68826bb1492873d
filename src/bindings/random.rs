//! The platform's secure random source, and nothing in its place where it fails.

use crate::client::ports::Random;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;

/// `crypto.getRandomValues`.
#[derive(Clone, Copy, Debug)]
pub(super) struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        getrandom::fill(bytes).map_err(|_| {
            Error::new(ErrorKind::EntropyUnavailable, "crypto.getRandomValues is missing or failed")
        })
    }
}
