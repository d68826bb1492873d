//! The JSON of a request, borrowed from the call, so that a conversation is serialized once and never copied.

use serde::Serialize;
use serde_json::Value;

/// One message.
#[derive(Debug, Default, Serialize)]
pub(super) struct WireMessage<'a> {
    pub(super) role: &'static str,
    pub(super) content: WireContent<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tool_calls: Vec<WireToolCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tool_call_id: Option<&'a str>,
}

/// A message's content.
#[derive(Debug, Default, Serialize)]
#[serde(untagged)]
pub(super) enum WireContent<'a> {
    #[default]
    Null,
    Owned(String),
    Parts(Vec<WirePart<'a>>),
    Text(&'a str),
}

/// A piece of a user's message.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum WirePart<'a> {
    ImageUrl { image_url: WireUrl<'a> },
    Text { text: &'a str },
}

/// An image's address: https, or its bytes as a data: URL.
#[derive(Debug, Serialize)]
pub(super) struct WireUrl<'a> {
    pub(super) url: std::borrow::Cow<'a, str>,
}

/// A tool call in an assistant's message.
#[derive(Debug, Serialize)]
pub(super) struct WireToolCall<'a> {
    pub(super) id: &'a str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) function: WireCalled<'a>,
}

/// What is called, its arguments as JSON text.
#[derive(Debug, Serialize)]
pub(super) struct WireCalled<'a> {
    pub(super) name: &'a str,
    pub(super) arguments: String,
}

/// A function that may be called.
#[derive(Debug, Serialize)]
pub(super) struct WireTool<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) function: WireFunction<'a>,
}

/// Its name and schema.
#[derive(Debug, Serialize)]
pub(super) struct WireFunction<'a> {
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<&'a str>,
    pub(super) parameters: &'a Value,
}

/// The form that the answer must have.
#[derive(Debug, Serialize)]
pub(super) struct WireFormat<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) json_schema: WireSchema<'a>,
}

/// A named schema.
#[derive(Debug, Serialize)]
pub(super) struct WireSchema<'a> {
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<&'a str>,
    pub(super) schema: &'a Value,
    pub(super) strict: bool,
}
