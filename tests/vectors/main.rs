//! The sealing code against vectors: published ones where the shared fixtures exist, our own files always.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failed set-up should fail the test, an absent fixture should be seen"
)]

mod seal;
mod sealing;
mod wycheproof;
