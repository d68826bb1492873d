//! What came of a run.

use serde::Serialize;
use serde_json::Value;

use super::super::outcome::Attempt;
use super::super::outcome::Served;
use crate::chat::FinishReason;
use crate::chat::Usage;
use crate::json::JsonText;
use crate::warning::Warning;

/// How a run ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// The model was done.
    Completed,
    /// It failed; seen in the detail of its error only.
    Failed,
    /// It met its limit of model calls.
    MaxIterations,
    /// It met its limit of tokens.
    MaxTokens,
    /// It met its time limit.
    Timeout,
}

/// How a tool call ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolOutcome {
    /// The handler gave something back.
    Completed,
    /// It failed; the model was told so.
    Failed,
    /// The run ended before it did.
    NotRun,
    /// Nobody agreed to it; the model was told so.
    Refused,
}

/// A tool call of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolRun {
    /// The model's id of the call.
    pub tool_call_id: String,
    /// The tool's tag.
    pub tool: String,
    /// The arguments.
    pub input: JsonText,
    /// What the model was told.
    pub output: Value,
    /// How it ended.
    pub status: ToolOutcome,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// How often the handler was started.
    pub attempts: u32,
}

/// Tokens over all model calls of a run.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct TokenUsage {
    /// Tokens in.
    pub input: u64,
    /// Tokens out.
    pub output: u64,
    /// Both.
    pub total: u64,
}

/// A run and its circumstances.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentRun {
    /// The run's id.
    pub execution_id: String,
    /// How it ended.
    pub status: RunStatus,
    /// The last answer's text.
    pub output: String,
    /// Why the last answer ended; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<FinishReason>,
    /// Model calls.
    pub iterations: u32,
    /// Tool calls, in the order of the model's calling them.
    pub tool_calls: Vec<ToolRun>,
    /// Tokens over all model calls, as far as they were reported.
    pub token_usage: TokenUsage,
    /// The same in detail.
    pub usage: Usage,
    /// How long it took, in milliseconds.
    pub execution_time: u64,
    /// The whole conversation, in the form that `messages` takes.
    pub conversation_history: Vec<Value>,
    /// Who gave the last answer; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served: Option<Served>,
    /// Every request of the run.
    pub attempts: Vec<Attempt>,
    /// What was not taken as given, each once.
    pub warnings: Vec<Warning>,
}
