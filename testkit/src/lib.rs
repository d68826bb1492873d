//! What the tests, the fuzz targets and `npm run prove` share: fakes of the client's ports, the readers of published
//! vectors, the providers' decoders by name, records taken apart. No product depends on it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed set-up should fail the test that asked for it"
)]

mod dice;
pub mod fakes;
pub mod record;
pub mod wires;
pub mod wycheproof;

pub use dice::Dice;
