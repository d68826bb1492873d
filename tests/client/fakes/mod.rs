//! Fakes of the ports. Each behaves like the real thing at its best, and can be told to fail.

mod clock;
mod random;
mod transport;

pub(crate) use clock::VirtualClock;
pub(crate) use clock::block_on;
pub(crate) use random::CountingRandom;
pub(crate) use transport::Reply;
pub(crate) use transport::ScriptedTransport;
