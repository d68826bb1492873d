//! LLM models as tagged, stored configurations.

pub mod base_url;
#[cfg(target_arch = "wasm32")]
mod bindings;
pub mod catalog;
pub mod chat;
pub mod client;
pub mod crypto;
pub mod error;
pub mod http;
pub mod model;
pub mod providers;
pub mod reader;
pub mod resolve;
pub mod secret;
pub mod sse;
pub mod warning;

pub use error::{Error, ErrorKind, Result};
pub use secret::{ApiKey, ProductKey};
