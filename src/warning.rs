//! What was not taken as given, said without failing. It knows no rule; whoever applies one words the warning.

use serde::Serialize;

/// A setting or an input that was not taken as given.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Warning {
    /// A stable word: `dropped`, `clamped`, `trimmed`, `unknown_agent_model`, …
    pub code: &'static str,
    /// What it is about.
    pub field: String,
    /// What was done, in a sentence.
    pub message: String,
}
