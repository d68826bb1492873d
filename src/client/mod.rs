//! The use cases: the registry, resolution and calls, written over ports. No clock, socket or JavaScript in sight.

mod answer;
mod api_key;
mod asked;
mod calls;
mod cancel;
mod complaint;
mod continuation;
mod dry_run;
mod exchange;
mod fallback;
#[cfg(test)]
mod fixture;
mod heal;
mod key_context;
mod locks;
mod models;
mod options;
mod outcome;
mod part_decoder;
pub mod ports;
mod record_text;
mod records;
mod recovery;
mod resolution;
mod retry;
mod scrub;
mod sealing;
mod storage_key;
mod stream;
mod timeouts;
mod verify;
mod within;

pub use dry_run::BuiltRequest;
pub use models::Deleted;
pub use options::ClientOptions;
pub use options::RetryOptions;
pub use outcome::Attempt;
pub use outcome::Outcome;
pub use outcome::Served;
pub use part_decoder::PartDecoder;
pub use resolution::Explanation;
pub use resolution::KeyOrigin;
pub use resolution::Params;
pub use resolution::ResolveView;
pub use stream::CompletionStream;
pub use stream::StreamParts;
pub use timeouts::Patience;
pub use verify::Verification;
pub use verify::VerifyStatus;

use core::fmt;

use self::heal::Lessons;
use self::locks::Locks;
use self::ports::Ports;
use crate::crypto::Keyring;

/// One product's door to its models: storage, keys and transport behind one value. It keeps no plaintext
/// and no cache, only what providers said they do not take.
pub struct Client<P> {
    ports: P,
    keyring: Keyring,
    options: ClientOptions,
    locks: Locks,
    lessons: Lessons,
}

impl<P: Ports> Client<P> {
    /// A client over `ports` that seals and opens with `keyring`.
    #[must_use]
    pub fn new(ports: P, keyring: Keyring, options: ClientOptions) -> Self {
        Self { ports, keyring, options, locks: Locks::default(), lessons: Lessons::default() }
    }

    /// The ports, for whoever built the client.
    #[must_use]
    pub fn ports(&self) -> &P {
        &self.ports
    }
}

impl<P> fmt::Debug for Client<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("options", &self.options).finish_non_exhaustive()
    }
}
