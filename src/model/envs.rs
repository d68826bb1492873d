//! One environment of a model: its sealed key, its address, its own settings.

use super::config::ModelConfig;
use crate::base_url::BaseUrl;
use crate::crypto::SealedKey;

/// What may be shown of a sealed key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyMeta {
    /// The last four characters, for keys of at least twenty.
    pub hint: Option<String>,
    /// Eight hex digits that are equal for equal keys under one product key.
    pub fingerprint: Option<String>,
    /// When the key was set, in milliseconds since 1970.
    pub updated_at: u64,
}

/// One environment of a stored model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelEnv {
    /// Its id within the model.
    pub slug: String,
    /// Whether calls may use it.
    pub active: bool,
    /// The server, where it is not the provider's own.
    pub base_url: Option<BaseUrl>,
    /// Plain http allowed for a host that is not loopback.
    pub allow_insecure: bool,
    /// A note.
    pub description: Option<String>,
    /// Another model id for this environment.
    pub model: Option<String>,
    /// Settings that rank just above the model's own.
    pub config: ModelConfig,
    /// The sealed API key with what may be shown of it.
    pub sealed: Option<(SealedKey, KeyMeta)>,
    /// A name for the client's `keyResolver`, in place of a sealed key.
    pub key_ref: Option<String>,
}
