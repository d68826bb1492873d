//! The client's use cases over fakes of its ports: every path in milliseconds, without a network or a clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed set-up should fail the test"
)]
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the fakes are a library for all files of this test"
)]

mod agents;
mod anthropic;
mod calling;
mod dry_run;
mod fakes;
mod fallback;
mod faults;
mod healing;
mod history;
mod key_care;
mod records;
mod recovery;
mod registry;
mod resolution;
mod shop;
mod stored;
mod streaming;
mod verifying;
mod write_only;
