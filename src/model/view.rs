//! What may be shown of a stored model: settings and facts about keys, never a key, plain or sealed.

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use super::Api;
use super::Capabilities;
use super::ModelConfig;
use super::ModelEnv;
use super::ProviderId;
use super::Record;
use crate::crypto::KeyId;
use crate::warning::Warning;

/// A model as `create`, `update` and `fetch` return it. What is not set is left out; a setting that is `null` says
/// "do not send". Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelView {
    /// The product that owns it.
    pub product: String,
    /// Its id within the product.
    pub tag: String,
    /// A human-readable name.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The vendor.
    pub provider: ProviderId,
    /// The vendor's id of the model.
    pub model: String,
    /// Which of the vendor's wires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<Api>,
    /// The base settings, as fields of the model.
    #[serde(flatten)]
    pub config: ModelConfig,
    /// Extra request headers.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub headers: Map<String, Value>,
    /// Provider-specific fields for the request body.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub provider_options: Map<String, Value>,
    /// Tags of the models that stand in where this one fails, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fallback: Vec<String>,
    /// What the user knows of it better than the catalog.
    #[serde(skip_serializing_if = "Capabilities::is_empty")]
    pub capabilities: Capabilities,
    /// One entry per environment, in the order they were added.
    pub envs: Vec<EnvView>,
    /// The revision: 1 for a new model, one more with every write.
    pub rev: u64,
    /// When it was created.
    pub created_at: u64,
    /// When it was last written.
    pub updated_at: u64,
    /// Who wrote it last, where that client said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_by: Option<String>,
    /// The id of the product key that the record needs, where the client lacks it: nothing shown here is verified then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_key: Option<String>,
    /// What a create or an update did not take as given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// One environment as it may be shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvView {
    /// Its id within the model.
    pub slug: String,
    /// Whether calls may use it.
    pub active: bool,
    /// The server, where it is not the provider's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Plain http allowed for a host that is not loopback; left out where it is not.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub allow_insecure: bool,
    /// A note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Another model id for this environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The environment's own settings, as fields of the entry.
    #[serde(flatten)]
    pub config: ModelConfig,
    /// Whether a sealed key is stored.
    pub has_key: bool,
    /// What can be said about the key without opening it.
    pub key_status: KeyStatus,
    /// The key's last four characters, for keys of at least twenty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_hint: Option<String>,
    /// Eight hex digits that are equal for equal keys under one product key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_fingerprint: Option<String>,
    /// The id of the product key that sealed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// When the key was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_updated_at: Option<u64>,
    /// The name for the client's `keyResolver`, in place of a sealed key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_ref: Option<String>,
}

/// What can be said about an environment's key without opening it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyStatus {
    /// There is no key.
    None,
    /// The client's `keyResolver` is asked for it.
    Reference,
    /// It is sealed with a product key that the client has.
    Sealed,
    /// It is sealed with a product key that the client lacks, or the record itself needs such a key.
    UnknownKey,
}

/// A model of a listing: shown, or flagged where its record cannot be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ListedModel {
    /// A model.
    Readable(Box<ModelView>),
    /// A record that cannot be read.
    Unreadable {
        /// Its tag, where the storage key tells.
        #[serde(skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
        /// The code of the error that reading it gives.
        unreadable: &'static str,
    },
}

impl ListedModel {
    /// Its tag, where known.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        match self {
            ListedModel::Readable(view) => Some(&view.tag),
            ListedModel::Unreadable { tag, .. } => tag.as_deref(),
        }
    }
}

impl ModelView {
    /// What may be shown of `record` to a client that `opens` what these key ids sealed.
    #[must_use]
    pub fn new(record: &Record, opens: impl Fn(&KeyId) -> bool, warnings: Vec<Warning>) -> Self {
        let (model, meta) = (&record.model, &record.meta);
        let is_verified = meta.unknown_key.is_none();
        let headers = model.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        Self {
            product: model.product.clone(),
            tag: model.tag.clone(),
            name: model.name.clone(),
            description: model.description.clone(),
            provider: model.provider,
            model: model.model.clone(),
            api: model.api,
            config: model.config.clone(),
            headers: headers.collect(),
            provider_options: model.provider_options.clone(),
            fallback: model.fallback.clone(),
            capabilities: model.capabilities.clone(),
            envs: model.envs.iter().map(|env| EnvView::new(env, &opens, is_verified)).collect(),
            rev: meta.rev,
            created_at: meta.created_at,
            updated_at: meta.updated_at,
            updated_by: meta.updated_by.clone(),
            unknown_key: meta.unknown_key.clone(),
            warnings,
        }
    }
}

impl EnvView {
    fn new(env: &ModelEnv, opens: impl Fn(&KeyId) -> bool, is_verified: bool) -> Self {
        let (sealed, meta) = env.sealed.as_ref().map(|(sealed, meta)| (sealed, meta)).unzip();
        let key_id = sealed.map(|sealed| sealed.key_id());
        Self {
            slug: env.slug.clone(),
            active: env.active,
            base_url: env.base_url.as_ref().map(|url| url.as_str().to_owned()),
            allow_insecure: env.allow_insecure,
            description: env.description.clone(),
            model: env.model.clone(),
            config: env.config.clone(),
            has_key: sealed.is_some(),
            key_status: match key_id {
                Some(id) if is_verified && opens(id) => KeyStatus::Sealed,
                Some(_) => KeyStatus::UnknownKey,
                None if env.key_ref.is_some() => KeyStatus::Reference,
                None => KeyStatus::None,
            },
            key_hint: meta.and_then(|meta| meta.hint.clone()),
            key_fingerprint: meta.and_then(|meta| meta.fingerprint.clone()),
            key_id: key_id.map(|id| id.as_str().to_owned()),
            key_updated_at: meta.map(|meta| meta.updated_at),
            key_ref: env.key_ref.clone(),
        }
    }
}
