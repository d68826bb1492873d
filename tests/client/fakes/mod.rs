//! Fakes of the ports. Each behaves like the real thing at its best, and can be told to fail.

mod random;

pub use random::CountingRandom;
