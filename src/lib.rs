//! LLM models as tagged, stored configurations: a model is created once per product, with one sealed API key per
//! environment, resolved by its tag and called. This crate is the core behind the npm package `ductape-models`; it
//! performs no I/O of its own.
//!
//! # The way through
//!
//! A [`client::Client`] works over five ports ([`client::ports`]): storage, transport, clock, randomness and key
//! references. Its options are plain JSON values, read field by field ([`reader`]), so every mistake is one [`Error`]
//! with a stable code that names the field.
//!
//! 1. `create` and its siblings keep a [`model::Model`] as a record; API keys are sealed by [`crypto`] for exactly one
//!    product, tag, environment, provider and origin.
//! 2. [`resolve::resolve`] decides every setting over five levels and says where each value came from.
//! 3. [`catalog::adjust`] drops or clamps what the model does not take, and says so.
//! 4. A [`providers::Provider`] turns the call into a [`http::HttpRequest`] and the answer into a [`chat::Completion`],
//!    or a stream of bytes ([`sse`]) into [`chat::StreamPart`]s.
//!
//! # Precedence, without storage or network
//!
//! ```
//! use ductape_models::model::{ModelConfig, ProviderId};
//! use ductape_models::resolve::{AgentLayers, Base, InlineModel, Layer, resolve};
//! use serde_json::json;
//!
//! let model = InlineModel::new(ProviderId::Openai, "gpt-4.1");
//! let agent = AgentLayers::read("agent", &json!({
//!     "modelConfig": {"temperature": 0.5},
//!     "envs": [{"slug": "prd", "modelConfig": {"maxTokens": 4000}}],
//! }))?;
//! let runtime = ModelConfig::read("modelConfig", &json!({"temperature": 0.2}))?;
//!
//! let base = Base::Inline { product: "shop", model: &model };
//! let settings = resolve(base, "prd", Some(&agent), &runtime)?.settings;
//! assert_eq!((settings.temperature.value, settings.temperature.source), (Some(0.2), Layer::Runtime));
//! assert_eq!((settings.max_tokens.value, settings.max_tokens.source), (Some(4000), Layer::Environment));
//! # Ok::<(), ductape_models::Error>(())
//! ```
//!
//! # What is deliberately absent
//!
//! Global state, environment variables, default keys, logging, caches of plaintext.

pub mod agent;
pub mod base_url;
pub mod catalog;
pub mod chat;
pub mod client;
pub mod crypto;
pub mod error;
pub mod http;
pub mod json;
pub mod model;
pub mod providers;
pub mod reader;
pub mod resolve;
pub mod secret;
pub mod sse;
pub mod warning;

#[cfg(target_arch = "wasm32")]
mod bindings;

pub use error::Error;
pub use error::ErrorKind;
pub use error::Result;
pub use secret::ApiKey;
pub use secret::ProductKey;
