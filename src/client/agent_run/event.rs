//! What a run tells while it goes on.

use serde::Serialize;
use serde_json::Value;

use super::report::AgentRun;

use crate::json::JsonText;

/// A moment of a run, in the words that agents' users know.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum AgentEvent<'a> {
    /// The run is over; the last event.
    AgentComplete {
        /// What came of it.
        result: &'a AgentRun,
    },
    /// More text of the answer.
    MessageDelta {
        /// The piece.
        text: &'a str,
    },
    /// More of a thought.
    ThinkingDelta {
        /// The piece.
        text: &'a str,
    },
    /// The model is asked.
    ThinkingStart {
        /// Which time, from 1.
        iteration: u32,
    },
    /// A tool is done.
    ToolEnd {
        /// Which call.
        tool_call_id: &'a str,
        /// The tool's tag.
        tool: &'a str,
        /// What the model is told.
        output: &'a Value,
        /// Whether that is an error.
        is_error: bool,
        /// How long it took, in milliseconds.
        duration_ms: u64,
    },
    /// A tool is called.
    ToolStart {
        /// Which call.
        tool_call_id: &'a str,
        /// The tool's tag.
        tool: &'a str,
        /// Its arguments.
        input: &'a JsonText,
    },
}
