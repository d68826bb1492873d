//! The client's use cases over fakes of its ports: every path in milliseconds, without a network or a clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed set-up should fail the test"
)]

mod calling;
mod fakes;
mod faults;
mod shop;
mod stored;
mod streaming;
