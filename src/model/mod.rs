//! The stored configuration: a model with its environments. It knows what is valid; not where it is stored or who serves it.

mod capabilities;
mod change;
mod config;
mod envs;
mod fallback;
mod headers;
mod history;
mod input;
mod keys;
mod patch;
mod promotion;
mod record;
mod restore;
mod stored;
mod view;

pub use change::Change;
pub use change::changes;
pub use change::compare;
pub use config::ModelConfig;
pub use config::Setting;
pub use envs::KeyMeta;
pub use envs::ModelEnv;
pub use history::History;
pub use history::MAX_REVISIONS;
pub use input::EnvInput;
pub use input::ModelInput;
pub use input::ModelPatch;
pub use patch::Applied;
pub use patch::NewKey;
pub use patch::NewPlace;
pub use promotion::Promotion;
pub(crate) use promotion::slugs;
pub use record::Origin;
pub use record::Record;
pub use record::RecordMeta;
pub use record::Snapshot;
pub use record::Writing;
pub use restore::Restoration;
pub use view::EnvView;
pub use view::KeyStatus;
pub use view::ListedModel;
pub use view::ModelView;

pub use capabilities::Capabilities;
pub(crate) use fallback::read as read_fallback;
pub(crate) use headers::read as read_headers;
pub(crate) use input::api as read_api;
pub(crate) use input::provider as read_provider;
pub(crate) use keys::read as read_key;
pub(crate) use record::corrupt;
pub(crate) use record::too_new;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

/// The vendor whose wire a model speaks.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderId {
    /// Anthropic's Messages API.
    Anthropic,
    /// Cohere's v2 chat API.
    Cohere,
    /// Any server that speaks OpenAI's chat completions.
    Custom,
    /// Google's Gemini API.
    Google,
    /// OpenAI.
    Openai,
}

impl ProviderId {
    /// Every provider.
    pub const ALL: &'static [ProviderId] = &[
        ProviderId::Anthropic,
        ProviderId::Cohere,
        ProviderId::Custom,
        ProviderId::Google,
        ProviderId::Openai,
    ];

    /// The id as callers write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ProviderId::Anthropic => "anthropic",
            ProviderId::Cohere => "cohere",
            ProviderId::Custom => "custom",
            ProviderId::Google => "google",
            ProviderId::Openai => "openai",
        }
    }

    /// Whether the vendor runs the server, so that an API key is required and a base URL is not.
    #[must_use]
    pub const fn is_hosted(self) -> bool {
        !matches!(self, ProviderId::Custom)
    }
}

/// Which of a provider's wires to speak.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// Chat completions.
    Chat,
    /// Anthropic's Messages.
    Messages,
    /// OpenAI's Responses.
    Responses,
}

impl Api {
    /// Every wire that can be chosen.
    pub const ALL: &'static [Api] = &[Api::Chat, Api::Messages, Api::Responses];

    /// The wire as callers write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Api::Chat => "chat",
            Api::Messages => "messages",
            Api::Responses => "responses",
        }
    }
}

/// A stored model: one configuration under a tag, with an entry per environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The product that owns it.
    pub product: String,
    /// Its id within the product.
    pub tag: String,
    /// A human-readable name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The vendor.
    pub provider: ProviderId,
    /// The vendor's id of the model.
    pub model: String,
    /// Which of the vendor's wires; the provider's default where absent.
    pub api: Option<Api>,
    /// The base settings.
    pub config: ModelConfig,
    /// Extra request headers; never credentials.
    pub headers: Vec<(String, String)>,
    /// Provider-specific fields for the request body.
    pub provider_options: Map<String, Value>,
    /// Tags of the models that stand in where this one fails, in order.
    pub fallback: Vec<String>,
    /// What the user knows of it better than the catalog.
    pub capabilities: Capabilities,
    /// One entry per environment, in the order they were added.
    pub envs: Vec<ModelEnv>,
}

impl Model {
    /// The entry for `slug`.
    #[must_use]
    pub fn env(&self, slug: &str) -> Option<&ModelEnv> {
        self.envs.iter().find(|env| env.slug == slug)
    }
}
