//! The randomness of the operating system behind the client's port, as the bindings have it from the browser.

use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::Result;
use ductape_models::client::ports::Random;

/// The operating system's source.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        getrandom::fill(bytes)
            .map_err(|_| Error::new(ErrorKind::EntropyUnavailable, "the system gives no random bytes"))
    }
}
