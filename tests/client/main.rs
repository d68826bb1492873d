//! The client's use cases over fakes of its ports: every path in milliseconds, without a network or a clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed set-up should fail the test"
)]

mod agents;
mod anthropic;
mod auditing;
mod calling;
mod dry_run;
mod fallback;
mod faults;
mod healing;
mod history;
mod key_care;
mod moving;
mod planning;
mod promoting;
mod records;
mod recovery;
mod registrar;
mod registry;
mod resolution;
mod shop;
mod stored;
mod streaming;
mod verifying;
mod write_only;

use testkit::fakes;
