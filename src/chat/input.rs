//! stub: reads a Call from plain data
use super::Call;
use crate::error::Result;
use serde_json::Value;
impl Call {
    /// The fields that describe the exchange itself, all of which `read` understands.
    pub const FIELDS: &'static [&'static str] =
        &["messages", "prompt", "providerOptions", "schema", "system", "toolChoice", "tools"];
    /// Reads the exchange from call options; fields outside [`Call::FIELDS`] are left to others. Exactly one of `prompt` and `messages`.
    pub fn read(_options: &Value) -> Result<Self> {
        todo!()
    }
}
