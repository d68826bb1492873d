//! What may be shown of a stored agent: its definition, and when and by whom it was written.

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use super::AgentRecord;
use crate::warning::Warning;

/// An agent as `define` and `fetch` return it. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentView {
    /// The product that owns it.
    pub product: String,
    /// The definition, without handlers and API keys.
    #[serde(flatten)]
    pub settings: Map<String, Value>,
    /// The revision.
    pub rev: u64,
    /// When it was first defined.
    pub created_at: u64,
    /// When it was last changed.
    pub updated_at: u64,
    /// Who changed it, where that client said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_by: Option<String>,
    /// The id of the product key that the record needs, where the client lacks it: nothing shown here is verified then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_key: Option<String>,
    /// What a definition should know of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// An agent of a listing: shown, or flagged where its record cannot be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ListedAgent {
    /// An agent.
    Readable(Box<AgentView>),
    /// A record that cannot be read.
    Unreadable {
        /// Its tag, where the storage key tells.
        #[serde(skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
        /// The code of the error that reading it gives.
        unreadable: &'static str,
    },
}

impl AgentView {
    /// What may be shown of `record`.
    #[must_use]
    pub fn new(record: &AgentRecord, warnings: Vec<Warning>) -> Self {
        Self {
            product: record.product.clone(),
            settings: record.agent.settings.clone(),
            rev: record.rev,
            created_at: record.created_at,
            updated_at: record.updated_at,
            updated_by: record.updated_by.clone(),
            unknown_key: record.unknown_key.clone(),
            warnings,
        }
    }
}
