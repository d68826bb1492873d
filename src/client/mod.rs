//! The use cases: the registry, resolution and calls, written over ports.

pub mod ports;
