//! One exchange in provider-neutral form: what is asked, what comes back, whole or in parts.

mod accumulate;
mod input;
mod output;
mod pack;
mod written;

pub use accumulate::Accumulator;
pub use pack::Packer;
pub use written::Written;
pub(crate) use written::serialize;

pub use crate::warning::Warning;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::json::JsonText;

/// One question to a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// The system prompt.
    pub system: Option<String>,
    /// The conversation so far.
    pub messages: Vec<Message>,
    /// What the model may call.
    pub tools: Vec<Tool>,
    /// Whether it must.
    pub tool_choice: Option<ToolChoice>,
    /// The form that the answer must have.
    pub schema: Option<OutputSchema>,
    /// Whether the answer comes in parts.
    pub stream: bool,
}

/// A turn of the conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// What the model said or wants called.
    Assistant(Vec<Content>),
    /// An instruction in the middle of a conversation.
    System(String),
    /// What tools answered.
    Tool(Vec<ToolResult>),
    /// What the user said or shows.
    User(Vec<UserPart>),
}

/// A piece of a user's turn.
#[derive(Clone, Debug, PartialEq)]
pub enum UserPart {
    /// A document, for example a PDF.
    File(File),
    /// A picture.
    Image(Image),
    /// Text.
    Text(String),
}

/// A picture, by address or by its bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum Image {
    /// The bytes in base64, and their media type.
    Data {
        /// Base64 text.
        data: String,
        /// For example `image/png`.
        media_type: String,
    },
    /// An address that the provider fetches.
    Url(String),
}

/// A document, by address or by its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Where it is.
    pub data: FileData,
    /// For example `application/pdf`.
    pub media_type: String,
    /// Its name, for the model.
    pub filename: Option<String>,
}

/// A document's bytes, or where they are.
#[derive(Clone, Debug, PartialEq)]
pub enum FileData {
    /// The bytes in base64.
    Base64(String),
    /// An address that the provider fetches.
    Url(String),
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolResult {
    /// The id of the call that it answers.
    pub tool_call_id: String,
    /// The tool's name.
    pub tool_name: String,
    /// A text, or any JSON value.
    pub output: Value,
    /// Whether the tool failed.
    pub is_error: bool,
}

/// A function that the model may call.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// Its name on the wire.
    pub name: String,
    /// What it does, for the model.
    pub description: Option<String>,
    /// JSON Schema of its arguments.
    pub parameters: Value,
}

/// Whether and what the model must call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ToolChoice {
    /// The model decides.
    Auto,
    /// No tool.
    None,
    /// Some tool.
    Required,
    /// This tool.
    Tool(String),
}

/// The JSON Schema that the answer must follow.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputSchema {
    /// A name for the provider. Default `response`.
    pub name: String,
    /// What it is, for the model.
    pub description: Option<String>,
    /// The schema.
    pub schema: Value,
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// What the model thought.
    Reasoning {
        /// The thought.
        text: String,
        /// What the provider wants back with it.
        provider_data: Option<ProviderData>,
    },
    /// What the answer rests on.
    Source(Source),
    /// Text.
    Text {
        /// The text.
        text: String,
        /// What the provider wants back with it.
        provider_data: Option<ProviderData>,
    },
    /// A tool that the model wants called.
    ToolCall(ToolCall),
}

impl Content {
    /// A thought that carries nothing else.
    pub fn reasoning(text: impl Into<String>) -> Self {
        Self::Reasoning { text: text.into(), provider_data: None }
    }

    /// A text that carries nothing else.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), provider_data: None }
    }
}

/// State that a provider hands out with a piece of an answer and wants back, unchanged, with that piece in the next
/// turn: signatures, encrypted thoughts, item ids. An object under the name of the wire that made it (`anthropic`,
/// `google`, `responses`), so that a conversation may go on with another provider, which passes over it.
pub type ProviderData = Value;

/// A source that an answer names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Source {
    /// The provider's id of it.
    pub id: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// The words that are quoted from it.
    pub text: Option<String>,
    /// The provider's own object.
    pub raw: Value,
}

/// A tool that the model wants called.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    /// The provider's id, or one that this library made.
    pub tool_call_id: String,
    /// The tool's name.
    pub tool_name: String,
    /// The arguments as JSON, as the model wrote them; where they are not valid, a string of them.
    pub input: JsonText,
    /// The arguments were cut off or are not JSON: never run this call.
    pub incomplete: bool,
    /// What the provider wants back with it.
    pub provider_data: Option<ProviderData>,
}

/// Why the answer ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finish {
    /// The provider's filter stopped it.
    ContentFilter,
    /// The provider failed.
    Error,
    /// The stream ended without its end.
    Interrupted,
    /// The token limit.
    Length,
    /// Anything else.
    Other,
    /// The model was done, or met a stop sequence.
    Stop,
    /// The model wants tools called.
    ToolCalls,
}

impl Finish {
    /// Whether an answer that ended so came whole. Tool calls of any other may be cut off, and are never run.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        matches!(self, Finish::Other | Finish::Stop | Finish::ToolCalls)
    }
}

/// Why the answer ended: one word for all providers, and the provider's own.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct FinishReason {
    /// One word for all providers.
    pub unified: Finish,
    /// The provider's word; `null` where it gave none.
    pub raw: Option<String>,
    /// What else there is to know: a refusal's category, where the tokens went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

impl FinishReason {
    /// A reason without details.
    #[must_use]
    pub fn new(unified: Finish, raw: Option<&str>) -> Self {
        Self { unified, raw: raw.map(str::to_owned), details: None }
    }
}

/// Tokens used. A count that the provider did not report is absent, never 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Tokens in, cached ones included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Tokens out, reasoning included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// Tokens in that the provider had cached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached_input_tokens: Option<u64>,
    /// Tokens in that the provider now cached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_tokens: Option<u64>,
    /// Tokens out that were reasoning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_tokens: Option<u64>,
    /// The counts are our estimate, because the answer was cut.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub estimated: bool,
    /// The provider's own object.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub raw: Value,
}

/// Facts about the response itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResponseInfo {
    /// The provider's id of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The model id that the provider reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The provider's id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Response headers about limits and identity; nothing else.
    pub headers: Map<String, Value>,
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// All text pieces joined.
    pub text: String,
    /// The parsed answer, where a schema was asked for and the text is JSON.
    pub object: Option<JsonText>,
    /// Every piece in order.
    pub content: Vec<Content>,
    /// The tool calls among them.
    pub tool_calls: Vec<ToolCall>,
    /// Why it ended.
    pub finish_reason: FinishReason,
    /// Tokens used; `null` where the provider reported none.
    pub usage: Option<Usage>,
    /// What was not taken as given.
    pub warnings: Vec<Warning>,
    /// Facts about the response.
    pub response: ResponseInfo,
}

impl Completion {
    /// An answer of these pieces, with `text` and `tool_calls` drawn from them and nothing else known.
    #[must_use]
    pub fn from_content(content: Vec<Content>, finish_reason: FinishReason) -> Self {
        let mut text = String::new();
        let mut tool_calls = Vec::new();
        for piece in &content {
            match piece {
                Content::Reasoning { .. } | Content::Source(_) => {}
                Content::Text { text: more, .. } => text.push_str(more),
                Content::ToolCall(call) => tool_calls.push(call.clone()),
            }
        }
        let (warnings, response) = (Vec::new(), ResponseInfo::default());
        Self { text, object: None, content, tool_calls, finish_reason, usage: None, warnings, response }
    }

    /// Fills `object` where the text is JSON. For calls that asked for a schema.
    pub fn parse_object(&mut self) {
        self.object = JsonText::parse(&self.text);
    }
}

/// One part of a streamed answer.
#[derive(Clone, Debug)]
pub enum StreamPart {
    /// The stream broke; the last part.
    Error {
        /// What happened.
        error: Error,
    },
    /// The answer ended; the last part.
    Finish {
        /// Why.
        finish_reason: FinishReason,
        /// Tokens used.
        usage: Option<Usage>,
    },
    /// More of a thought.
    ReasoningDelta {
        /// The piece.
        text: String,
    },
    /// The thought is complete; what follows is another. It comes from providers that mark it.
    ReasoningEnd {
        /// What the provider wants back with it.
        provider_data: Option<ProviderData>,
    },
    /// Facts about the response, once, before everything else.
    ResponseStart {
        /// The facts.
        response: ResponseInfo,
    },
    /// A source that the answer names.
    Source(Source),
    /// More text.
    TextDelta {
        /// The piece.
        text: String,
    },
    /// The text is complete; what follows is another. It comes from providers that mark it.
    TextEnd {
        /// What the provider wants back with it.
        provider_data: Option<ProviderData>,
    },
    /// A whole tool call.
    ToolCall(ToolCall),
    /// More of a tool call's arguments.
    ToolInputDelta {
        /// Which call.
        tool_call_id: String,
        /// The piece of JSON text.
        delta: String,
    },
    /// The arguments are complete.
    ToolInputEnd {
        /// Which call.
        tool_call_id: String,
    },
    /// A tool call begins.
    ToolInputStart {
        /// Which call.
        tool_call_id: String,
        /// The tool's name.
        tool_name: String,
    },
    /// Something was not taken as given.
    Warning {
        /// What.
        warning: Warning,
    },
}
