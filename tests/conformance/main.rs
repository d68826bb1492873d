//! Providers against data: recorded real traffic, and cases of our own under `tests/fixtures`. It knows no provider's
//! wire; what a record or a case expects stands in the record or the case.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic, and prints what it walked"
)]

mod cases;
mod drive;
mod recorded;
mod replay;
