//! Fakes of the ports. Each behaves like the real thing at its best, and can be told to fail.

mod clock;
mod key_agent;
mod observer;
mod ports;
mod random;
mod storage;
mod tools;
mod transport;

pub use clock::VirtualClock;
pub use key_agent::FakeKeyAgent;
pub use observer::FakeObserver;
pub use ports::FakeKeyResolver;
pub use ports::FakePorts;
pub use ports::NoTransport;
pub use ports::block_on;
pub use ports::keyring;
pub use ports::product_key;
pub use random::CountingRandom;
pub use storage::Fault;
pub use storage::MemoryStorage;
pub use tools::Behaviour;
pub use tools::FakeTools;
pub use transport::Reply;
pub use transport::ScriptedBody;
pub use transport::ScriptedTransport;
