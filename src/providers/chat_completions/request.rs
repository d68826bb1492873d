//! Settings and a call become a request. The body is written straight to bytes; the conversation is borrowed, never
//! copied into a second tree. It knows no provider beyond its [`Dialect`].

use std::borrow::Cow;

use serde::Serialize;
use serde::Serializer;
use serde::ser::SerializeMap;
use serde_json::Map;
use serde_json::Value;
use zeroize::Zeroizing;

use super::Dialect;
use super::wire::WireCall;
use super::wire::WireContent;
use super::wire::WireFormat;
use super::wire::WireFunction;
use super::wire::WireMessage;
use super::wire::WireName;
use super::wire::WirePart;
use super::wire::WireSchema;
use super::wire::WireStreamOptions;
use super::wire::WireTool;
use super::wire::WireToolChoice;
use super::wire::WireToolFunction;
use super::wire::WireUrl;
use crate::chat::Call;
use crate::chat::Content;
use crate::chat::Image;
use crate::chat::Message;
use crate::chat::OutputSchema;
use crate::chat::Tool;
use crate::chat::ToolCall;
use crate::chat::ToolChoice;
use crate::chat::ToolResult;
use crate::chat::UserPart;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::http::HeaderValue;
use crate::http::HttpRequest;
use crate::resolve::Resolved;
use crate::resolve::Settings;
use crate::secret::ApiKey;

/// Fields of the body that `providerOptions` may not replace: what was checked, resolved or is ours to read.
const PROTECTED: &[&str] = &["messages", "model", "stream", "tools"];

/// The request of `call`, to `url`.
pub(in crate::providers) fn encode(
    dialect: &Dialect,
    url: String,
    resolved: &Resolved,
    call: &Call,
    key: Option<&ApiKey>,
) -> Result<HttpRequest> {
    let options = provider_options(resolved, call)?;
    let model = resolved.model.sent().ok_or_else(|| Error::invalid("model", "the provider's model id"))?;
    let body = Body { dialect, model, settings: &resolved.settings, call, options: &options };
    let body = serde_json::to_vec(&body)
        .map_err(|_| Error::new(ErrorKind::Internal, "the request could not be written as JSON"))?;
    Ok(HttpRequest { url, headers: headers(resolved, call, key), body })
}

fn headers(resolved: &Resolved, call: &Call, key: Option<&ApiKey>) -> Vec<(String, HeaderValue)> {
    let plain = |name: &str, value: &str| (name.to_owned(), HeaderValue::Plain(value.to_owned()));
    let accept = if call.stream { "text/event-stream" } else { "application/json" };
    let mut headers = vec![plain("content-type", "application/json"), plain("accept", accept)];
    if let Some(key) = key {
        let mut bearer = Zeroizing::new(String::with_capacity(7 + key.expose().len()));
        bearer.push_str("Bearer ");
        bearer.push_str(key.expose());
        headers.push(("authorization".to_owned(), HeaderValue::Secret(bearer)));
    }
    let own = |name: &str| headers.iter().any(|(other, _)| other == name);
    let extra = resolved.headers.iter().filter(|(name, _)| !own(name));
    let extra: Vec<_> = extra.map(|(name, value)| plain(name, value)).collect();
    headers.extend(extra);
    headers
}

/// The model's options with the call's over them.
fn provider_options(resolved: &Resolved, call: &Call) -> Result<Map<String, Value>> {
    let mut options = resolved.provider_options.clone();
    options.extend(call.provider_options.iter().map(|(key, value)| (key.clone(), value.clone())));
    match options.keys().find(|key| PROTECTED.contains(&key.as_str())) {
        Some(key) => Err(Error::invalid(
            &format!("providerOptions.{key}"),
            "no field that the call itself sets: model, messages, stream, tools",
        )),
        None => Ok(options),
    }
}

/// The body, written field by field so that a provider option stands in for the field of its name; an option that is
/// `null` leaves the field out.
struct Body<'a> {
    dialect: &'a Dialect,
    model: &'a str,
    settings: &'a Settings,
    call: &'a Call,
    options: &'a Map<String, Value>,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("model", self.model)?;
        map.serialize_entry(
            "messages",
            &Messages { dialect: self.dialect, model: self.model, call: self.call },
        )?;
        self.write_settings(&mut map)?;
        self.write_tools(&mut map)?;
        self.field(&mut map, "response_format", self.call.schema.as_ref().map(|s| self.format(s)).as_ref())?;
        if self.call.stream {
            map.serialize_entry("stream", &true)?;
            self.field(&mut map, "stream_options", Some(&WireStreamOptions { include_usage: true }))?;
        }
        for (key, value) in self.options.iter().filter(|(_, value)| !value.is_null()) {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl Body<'_> {
    fn field<M: SerializeMap, T: Serialize + ?Sized>(
        &self,
        map: &mut M,
        name: &str,
        value: Option<&T>,
    ) -> Result<(), M::Error> {
        match value {
            Some(value) if !self.options.contains_key(name) => map.serialize_entry(name, value),
            _ => Ok(()),
        }
    }

    fn write_settings<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        // The timeout is the client's to keep; a new setting must be given a place here.
        let Settings { temperature, max_tokens, top_p, stop_sequences, timeout: _ } = self.settings;
        self.field(map, self.dialect.max_tokens, max_tokens.sent())?;
        self.field(map, "temperature", temperature.sent())?;
        self.field(map, "top_p", top_p.sent())?;
        self.field(map, "stop", stop_sequences.sent().filter(|list| !list.is_empty()))
    }

    fn write_tools<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        if self.call.tools.is_empty() {
            return Ok(());
        }
        let tools: Vec<WireTool<'_>> = self.call.tools.iter().map(wire_tool).collect();
        map.serialize_entry("tools", &tools)?;
        self.field(map, "tool_choice", self.call.tool_choice.as_ref().map(wire_choice).as_ref())
    }

    fn format<'s>(&self, schema: &'s OutputSchema) -> WireFormat<'s> {
        let OutputSchema { name, description, schema } = schema;
        let description = description.as_deref();
        let strict = self.dialect.strict_schema;
        WireFormat { kind: "json_schema", json_schema: WireSchema { name, description, schema, strict } }
    }
}

fn wire_tool(tool: &Tool) -> WireTool<'_> {
    let Tool { name, description, parameters } = tool;
    let description = description.as_deref();
    WireTool { kind: "function", function: WireToolFunction { name, description, parameters } }
}

fn wire_choice(choice: &ToolChoice) -> WireToolChoice<'_> {
    match choice {
        ToolChoice::Auto => WireToolChoice::Word("auto"),
        ToolChoice::None => WireToolChoice::Word("none"),
        ToolChoice::Required => WireToolChoice::Word("required"),
        ToolChoice::Tool(name) => WireToolChoice::Tool { kind: "function", function: WireName { name } },
    }
}

struct Messages<'a> {
    dialect: &'a Dialect,
    model: &'a str,
    call: &'a Call,
}

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let system = self.call.system.as_deref().map(|text| self.system(text));
        serializer.collect_seq(
            system.into_iter().chain(self.call.messages.iter().flat_map(|message| self.wire(message))),
        )
    }
}

impl<'a> Messages<'a> {
    /// A message of ours as messages of the wire: every tool result is one of its own.
    fn wire(&self, message: &'a Message) -> Vec<WireMessage<'a>> {
        match message {
            Message::Assistant(content) => vec![self.assistant(content)],
            Message::System(text) => vec![self.system(text)],
            Message::Tool(results) => results.iter().map(tool_message).collect(),
            Message::User(parts) => vec![said("user", user_content(parts))],
        }
    }

    fn system(&self, text: &'a str) -> WireMessage<'a> {
        said((self.dialect.system_role)(self.model), WireContent::Text(Cow::Borrowed(text)))
    }

    fn assistant(&self, content: &'a [Content]) -> WireMessage<'a> {
        let text = joined(content.iter().filter_map(|piece| match piece {
            Content::Text { text } => Some(text.as_str()),
            Content::Reasoning { .. } | Content::ToolCall(_) => None,
        }));
        let thought = joined(content.iter().filter_map(|piece| match piece {
            Content::Reasoning { text } => Some(text.as_str()),
            Content::Text { .. } | Content::ToolCall(_) => None,
        }));
        let tool_calls: Vec<_> = content.iter().filter_map(wire_call).collect();
        // DeepSeek refuses a tool turn whose thought is missing; servers that never sent one may refuse the field.
        let replays = self.dialect.replays_reasoning && !thought.is_empty() && !tool_calls.is_empty();
        let only_calls = text.is_empty() && !tool_calls.is_empty();
        WireMessage {
            reasoning_content: replays.then_some(thought),
            tool_calls,
            ..said("assistant", if only_calls { WireContent::Null } else { WireContent::Text(text) })
        }
    }
}

fn said<'a>(role: &'static str, content: WireContent<'a>) -> WireMessage<'a> {
    WireMessage { role, content, reasoning_content: None, tool_calls: Vec::new(), tool_call_id: None }
}

fn joined<'a>(mut texts: impl Iterator<Item = &'a str>) -> Cow<'a, str> {
    let first = texts.next().unwrap_or_default();
    match texts.next() {
        None => Cow::Borrowed(first),
        Some(second) => Cow::Owned([first, second].into_iter().chain(texts).collect()),
    }
}

fn wire_call(piece: &Content) -> Option<WireCall<'_>> {
    let Content::ToolCall(ToolCall { tool_call_id, tool_name, input, .. }) = piece else { return None };
    // The API refuses arguments that are not a JSON object, so a call that was cut off is replayed without them.
    let arguments = if input.is_object() { input.to_string() } else { "{}".to_owned() };
    let function = WireFunction { name: tool_name, arguments };
    Some(WireCall { id: tool_call_id, kind: "function", function })
}

fn tool_message(result: &ToolResult) -> WireMessage<'_> {
    let text = match &result.output {
        Value::String(text) => Cow::Borrowed(text.as_str()),
        other => Cow::Owned(other.to_string()),
    };
    WireMessage { tool_call_id: Some(&result.tool_call_id), ..said("tool", WireContent::Text(text)) }
}

/// One text goes as a plain string, which every server takes; anything else as a list of parts.
fn user_content(parts: &[UserPart]) -> WireContent<'_> {
    match parts {
        [UserPart::Text(text)] => WireContent::Text(Cow::Borrowed(text)),
        _ => WireContent::Parts(parts.iter().map(user_part).collect()),
    }
}

fn user_part(part: &UserPart) -> WirePart<'_> {
    match part {
        UserPart::Image(image) => WirePart::ImageUrl { image_url: WireUrl { url: image_url(image) } },
        UserPart::Text(text) => WirePart::Text { text },
    }
}

fn image_url(image: &Image) -> Cow<'_, str> {
    match image {
        Image::Data { data, media_type } => Cow::Owned(["data:", media_type, ";base64,", data].concat()),
        Image::Url(url) => Cow::Borrowed(url),
    }
}
