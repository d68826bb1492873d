//! Precedence: one model, one environment and up to five levels of settings become one [`Resolved`]. Pure and total;
//! it never sees a plaintext key.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::base_url::BaseUrl;
use crate::crypto::SealedKey;
use crate::model::{Api, ProviderId};

/// The level a value came from, lowest rank first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Layer {
    /// No level set it; the product's default.
    Default,
    /// The model's base settings.
    Model,
    /// The model's entry for the environment.
    ModelEnv,
    /// The agent.
    Agent,
    /// The agent's entry for the environment.
    Environment,
    /// The call.
    Runtime,
}

/// A value that a higher level hid.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shadowed<T> {
    /// Where it was set.
    pub source: Layer,
    /// What it was; `null` where the level said "do not send".
    pub value: Option<T>,
}

/// What the provider's rules did to a value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adjustment<T> {
    /// The value that is sent; `null` where nothing is.
    pub sent: Option<T>,
    /// Why, in a sentence.
    pub reason: String,
}

/// One resolved setting: its value, the level it came from, and what it hid.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field<T> {
    /// The winning value; `None` where nothing is to be sent.
    pub value: Option<T>,
    /// The level that won.
    pub source: Layer,
    /// Values of lower levels, highest first.
    pub shadowed: Vec<Shadowed<T>>,
    /// What the provider's rules changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<Adjustment<T>>,
}

impl<T> Field<T> {
    /// The value to send: the adjusted one where the provider's rules changed it.
    #[must_use]
    pub fn sent(&self) -> Option<&T> {
        match &self.adjusted {
            Some(adjustment) => adjustment.sent.as_ref(),
            None => self.value.as_ref(),
        }
    }
}

/// The five settings, each with its source.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Sampling temperature.
    pub temperature: Field<f64>,
    /// Most tokens in the answer.
    pub max_tokens: Field<u32>,
    /// Nucleus sampling.
    pub top_p: Field<f64>,
    /// Texts that end the answer.
    pub stop_sequences: Field<Vec<String>>,
    /// Time limit in milliseconds.
    pub timeout: Field<u32>,
}

/// Where the API key comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum KeySource {
    /// No key: a custom server that needs none.
    None,
    /// A name for the client's `keyResolver`.
    Reference(String),
    /// A sealed key of the record.
    Sealed(SealedKey),
    /// An inline model's own key, held in memory only.
    Inline(crate::secret::ApiKey),
}

/// Everything a provider needs to build a request, except the key.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The product.
    pub product: String,
    /// The model's tag; `None` for an inline model.
    pub tag: Option<String>,
    /// The environment.
    pub env: String,
    /// The vendor.
    pub provider: ProviderId,
    /// The vendor's id of the model.
    pub model: Field<String>,
    /// Which of the vendor's wires.
    pub api: Option<Api>,
    /// The server, where it is not the provider's own.
    pub base_url: Option<BaseUrl>,
    /// The five settings.
    pub settings: Settings,
    /// Where the key comes from.
    pub key: KeySource,
    /// Extra request headers.
    pub headers: Vec<(String, String)>,
    /// Provider-specific fields for the request body.
    pub provider_options: Map<String, Value>,
    /// The record's revision; 0 for an inline model.
    pub rev: u64,
}
