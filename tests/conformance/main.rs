//! Every decoder against recorded provider traffic, whole and cut at every byte.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failed set-up should fail the test"
)]

mod recorded;
