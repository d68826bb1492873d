//! One thing that an audit found.

use serde::Serialize;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Some call fails over it.
    Error,
    /// Calls work, not quite as they are written down, or not for long.
    Warning,
}

/// One thing that is wrong, or will be.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// A stable word: the code of an error, or one of `env_inactive`, `model_retiring`, `fallback_missing`,
    /// `fallback_env_missing`, `agent_model_missing`, `agent_env_missing`.
    pub code: &'static str,
    /// The model's tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The agent's tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
    /// The field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What is wrong, in a sentence. It holds no key.
    pub message: String,
}

impl Finding {
    pub(super) fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { severity, code, tag: None, agent: None, env: None, field: None, message }
    }

    pub(super) fn of(self, tag: &str) -> Self {
        Self { tag: Some(tag.to_owned()), ..self }
    }

    pub(super) fn of_agent(self, tag: &str) -> Self {
        Self { agent: Some(tag.to_owned()), ..self }
    }

    pub(super) fn within(self, env: &str) -> Self {
        Self { env: Some(env.to_owned()), ..self }
    }

    pub(super) fn about(self, field: &str) -> Self {
        Self { field: Some(field.to_owned()), ..self }
    }
}
