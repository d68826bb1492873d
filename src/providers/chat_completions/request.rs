//! A call to a request: OpenAI's `CreateChatCompletionRequest`, in a dialect.

use std::borrow::Cow;

use serde::Serialize;
use serde::Serializer;
use serde::ser::SerializeMap;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use zeroize::Zeroizing;

use super::Dialect;
use super::ROUTE;
use super::VERSION;
use super::wire::WireCalled;
use super::wire::WireContent;
use super::wire::WireFormat;
use super::wire::WireFunction;
use super::wire::WireMessage;
use super::wire::WirePart;
use super::wire::WireSchema;
use super::wire::WireTool;
use super::wire::WireToolCall;
use super::wire::WireUrl;
use crate::catalog;
use crate::chat::Call;
use crate::chat::Content;
use crate::chat::Image;
use crate::chat::Message;
use crate::chat::OutputSchema;
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
use crate::secret::ApiKey;

/// Fields that `providerOptions` may not replace: they are what this library decides.
const PROTECTED: &[&str] = &["messages", "model", "stream", "tools"];

/// The request for `call`.
///
/// # Errors
/// `invalid_input` for a protected field in `providerOptions`, or where a base URL is needed and absent.
pub(in crate::providers) fn encode(
    dialect: Dialect,
    resolved: &Resolved,
    call: &Call,
    key: Option<&ApiKey>,
) -> Result<HttpRequest> {
    let options = options(resolved, call)?;
    let body = Body { dialect, resolved, call, options: &options };
    let body = serde_json::to_vec(&body)
        .map_err(|_| Error::new(ErrorKind::Internal, "the request body could not be written as JSON"))?;
    Ok(HttpRequest { url: url(dialect, resolved)?, headers: headers(resolved, call, key), body })
}

fn url(dialect: Dialect, resolved: &Resolved) -> Result<String> {
    match (&resolved.base_url, dialect.url) {
        (Some(base), _) => Ok(base.join(VERSION, ROUTE)),
        (None, Some(url)) => Ok(url.to_owned()),
        (None, None) => Err(Error::invalid("baseUrl", "the address of the server")),
    }
}

fn headers(resolved: &Resolved, call: &Call, key: Option<&ApiKey>) -> Vec<(String, HeaderValue)> {
    let plain = |name: &str, value: &str| (name.to_owned(), HeaderValue::Plain(value.to_owned()));
    let accept = if call.stream { "text/event-stream" } else { "application/json" };
    let mut headers = vec![plain("content-type", "application/json"), plain("accept", accept)];
    headers.extend(resolved.headers.iter().map(|(name, value)| plain(name, value)));
    if let Some(key) = key {
        let value = Zeroizing::new(["Bearer ", key.expose()].concat());
        headers.push(("authorization".to_owned(), HeaderValue::Secret(value)));
    }
    headers
}

/// The model's options with the call's on top.
fn options(resolved: &Resolved, call: &Call) -> Result<Map<String, Value>> {
    let mut options = resolved.provider_options.clone();
    options.extend(call.provider_options.clone());
    match options.keys().find(|key| PROTECTED.contains(&key.as_str())) {
        None => Ok(options),
        Some(key) => Err(Error::invalid(
            &format!("providerOptions.{key}"),
            "a field that the call does not set itself",
        )),
    }
}

struct Body<'a> {
    dialect: Dialect,
    resolved: &'a Resolved,
    call: &'a Call,
    options: &'a Map<String, Value>,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields { map: serializer.serialize_map(None)?, options: self.options };
        fields.put("model", Some(self.resolved.model_id()))?;
        fields.put("messages", Some(messages(self.dialect, self.resolved, self.call)))?;
        self.settings(&mut fields)?;
        fields.put("tools", tools(self.call))?;
        fields.put("tool_choice", self.call.tool_choice.as_ref().map(tool_choice))?;
        fields.put("response_format", self.call.schema.as_ref().map(response_format))?;
        fields.put("stream", self.call.stream.then_some(true))?;
        fields.put("stream_options", self.call.stream.then(|| json!({"include_usage": true})))?;
        fields.finish()
    }
}

impl Body<'_> {
    fn settings<M: SerializeMap>(&self, fields: &mut Fields<'_, M>) -> Result<(), M::Error> {
        let settings = &self.resolved.settings;
        fields.put(self.dialect.max_tokens, settings.max_tokens.sent())?;
        fields.put("temperature", settings.temperature.sent())?;
        fields.put("top_p", settings.top_p.sent())?;
        fields.put("stop", settings.stop_sequences.sent())
    }
}

/// A body being written. What `providerOptions` names is theirs.
struct Fields<'a, M> {
    map: M,
    options: &'a Map<String, Value>,
}

impl<M: SerializeMap> Fields<'_, M> {
    fn put<T: Serialize>(&mut self, name: &'static str, value: Option<T>) -> Result<(), M::Error> {
        match value {
            Some(value) if !self.options.contains_key(name) => self.map.serialize_entry(name, &value),
            _ => Ok(()),
        }
    }

    fn finish(mut self) -> Result<M::Ok, M::Error> {
        for (name, value) in self.options {
            self.map.serialize_entry(name, value)?;
        }
        self.map.end()
    }
}

fn messages<'a>(dialect: Dialect, resolved: &Resolved, call: &'a Call) -> Vec<WireMessage<'a>> {
    let developer = dialect.developer_role && catalog::is_reasoning(dialect.provider, resolved.model_id());
    let system_role = if developer { "developer" } else { "system" };
    let system =
        |text| WireMessage { role: system_role, content: WireContent::Text(text), ..WireMessage::default() };
    let mut out: Vec<_> = call.system.as_deref().map(system).into_iter().collect();
    for message in &call.messages {
        match message {
            Message::Assistant(content) => out.push(assistant(content)),
            Message::System(text) => out.push(system(text)),
            Message::Tool(results) => out.extend(results.iter().map(tool_result)),
            Message::User(parts) => out.push(user(parts)),
        }
    }
    out
}

/// One text goes as a string, which every server takes; lists only where there is more to say.
fn user(parts: &[UserPart]) -> WireMessage<'_> {
    let content = match parts {
        [UserPart::Text(text)] => WireContent::Text(text),
        parts => WireContent::Parts(parts.iter().map(user_part).collect()),
    };
    WireMessage { role: "user", content, ..WireMessage::default() }
}

fn user_part(part: &UserPart) -> WirePart<'_> {
    let url = match part {
        UserPart::Text(text) => return WirePart::Text { text },
        UserPart::Image(Image::Url(url)) => Cow::Borrowed(url.as_str()),
        UserPart::Image(Image::Data { data, media_type }) => {
            Cow::Owned(["data:", media_type, ";base64,", data].concat())
        }
    };
    WirePart::ImageUrl { image_url: WireUrl { url } }
}

/// Thoughts stay behind: the wire has no place for them.
fn assistant(content: &[Content]) -> WireMessage<'_> {
    let mut texts = Vec::new();
    let mut tool_calls = Vec::new();
    for piece in content {
        match piece {
            Content::Reasoning { .. } => {}
            Content::Text { text } => texts.push(text.as_str()),
            Content::ToolCall(call) => tool_calls.push(tool_call(call)),
        }
    }
    let content = match texts.as_slice() {
        [] if tool_calls.is_empty() => WireContent::Text(""),
        [] => WireContent::Null,
        [text] => WireContent::Text(text),
        texts => WireContent::Owned(texts.concat()),
    };
    WireMessage { role: "assistant", content, tool_calls, tool_call_id: None }
}

/// Servers parse the arguments of earlier turns and refuse the whole call where they are not an object.
fn tool_call(call: &ToolCall) -> WireToolCall<'_> {
    let arguments = if call.input.is_object() { call.input.to_string() } else { "{}".to_owned() };
    let function = WireCalled { name: &call.tool_name, arguments };
    WireToolCall { id: &call.tool_call_id, kind: "function", function }
}

fn tool_result(result: &ToolResult) -> WireMessage<'_> {
    let content = match &result.output {
        output if result.is_error => WireContent::Owned(json!({ "error": output }).to_string()),
        Value::String(text) => WireContent::Text(text),
        output => WireContent::Owned(output.to_string()),
    };
    WireMessage { role: "tool", content, tool_call_id: Some(&result.tool_call_id), ..WireMessage::default() }
}

fn tools(call: &Call) -> Option<Vec<WireTool<'_>>> {
    if call.tools.is_empty() {
        return None;
    }
    let tools = call.tools.iter().map(|tool| WireTool {
        kind: "function",
        function: WireFunction {
            name: &tool.name,
            description: tool.description.as_deref(),
            parameters: &tool.parameters,
        },
    });
    Some(tools.collect())
}

fn tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => "required".into(),
        ToolChoice::Tool(name) => json!({"type": "function", "function": {"name": name}}),
    }
}

fn response_format(schema: &OutputSchema) -> WireFormat<'_> {
    WireFormat {
        kind: "json_schema",
        json_schema: WireSchema {
            name: &schema.name,
            description: schema.description.as_deref(),
            schema: &schema.schema,
            strict: fits_strict_mode(&schema.schema),
        },
    }
}

/// OpenAI's strict mode refuses a schema with an optional property or an open object
/// (<https://platform.openai.com/docs/guides/structured-outputs>), so such a schema goes without it.
fn fits_strict_mode(schema: &Value) -> bool {
    match schema {
        Value::Array(items) => items.iter().all(fits_strict_mode),
        Value::Object(map) => is_closed(map) && map.values().all(fits_strict_mode),
        _ => true,
    }
}

fn is_closed(map: &Map<String, Value>) -> bool {
    let is_object = map.get("type").is_some_and(|kind| kind == "object");
    let Some(properties) = map.get("properties").and_then(Value::as_object) else { return !is_object };
    let required = map.get("required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    map.get("additionalProperties") == Some(&Value::Bool(false))
        && properties.keys().all(|name| required.iter().any(|item| item == name))
}
