//! Messages, answers and tools in the form that OpenTelemetry's conventions give them. Told only where it was asked for.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::event::put;
use super::span::Attributes;
use crate::chat::Call;
use crate::chat::Completion;
use crate::chat::Content;
use crate::chat::File;
use crate::chat::FileData;
use crate::chat::Finish;
use crate::chat::Image;
use crate::chat::Message;
use crate::chat::Tool;
use crate::chat::UserPart;

/// What a call says.
pub(super) fn put_call(map: &mut Attributes, call: &Call) {
    let system = call.system.as_deref().map(|said| Value::Array(vec![text(said)]));
    put(map, "gen_ai.system_instructions", system);
    put(map, "gen_ai.input.messages", Some(call.messages.iter().map(message).collect()));
    if !call.tools.is_empty() {
        put(map, "gen_ai.tool.definitions", Some(call.tools.iter().map(tool).collect()));
    }
}

/// What the model answers.
pub(super) fn put_answer(map: &mut Attributes, answer: &Completion) {
    let parts: Vec<Value> = answer.content.iter().filter_map(piece).collect();
    let reason = finish_name(answer.finish_reason.unified);
    let message = json!({"role": "assistant", "parts": parts, "finish_reason": reason});
    put(map, "gen_ai.output.messages", Some(Value::Array(vec![message])));
}

/// Why an answer ended, in the conventions' words where they have one.
pub(super) const fn finish_name(finish: Finish) -> &'static str {
    match finish {
        Finish::ContentFilter => "content_filter",
        Finish::Error => "error",
        Finish::Interrupted => "interrupted",
        Finish::Length => "length",
        Finish::Other => "other",
        Finish::Stop => "stop",
        Finish::ToolCalls => "tool_call",
    }
}

fn tool(tool: &Tool) -> Value {
    let mut map = Map::new();
    put(&mut map, "type", Some("function".into()));
    put(&mut map, "name", Some(tool.name.as_str().into()));
    put(&mut map, "description", tool.description.as_deref().map(Value::from));
    put(&mut map, "parameters", Some(tool.parameters.clone()));
    map.into()
}

fn message(message: &Message) -> Value {
    let (role, parts): (&str, Vec<Value>) = match message {
        Message::Assistant(pieces) => ("assistant", pieces.iter().filter_map(piece).collect()),
        Message::System(said) => ("system", vec![text(said)]),
        Message::Tool(results) => {
            let result = |id: &str, output: &Value| json!({"type": "tool_call_response", "id": id, "response": output});
            ("tool", results.iter().map(|each| result(&each.tool_call_id, &each.output)).collect())
        }
        Message::User(parts) => ("user", parts.iter().map(part).collect()),
    };
    json!({"role": role, "parts": parts})
}

fn text(said: &str) -> Value {
    json!({"type": "text", "content": said})
}

fn piece(piece: &Content) -> Option<Value> {
    Some(match piece {
        Content::Reasoning { text, .. } => json!({"type": "reasoning", "content": text}),
        Content::Source(_) => return None,
        Content::Text { text: said, .. } => text(said),
        Content::ToolCall(call) => {
            json!({"type": "tool_call", "id": call.tool_call_id, "name": call.tool_name, "arguments": call.input.to_value()})
        }
    })
}

fn part(part: &UserPart) -> Value {
    match part {
        UserPart::Text(said) => text(said),
        UserPart::Image(Image::Url(url)) => uri("image", None, url),
        UserPart::Image(Image::Data { media_type, .. }) => blob("image", media_type),
        UserPart::File(File { data: FileData::Url(url), media_type, .. }) => {
            uri("document", Some(media_type), url)
        }
        UserPart::File(File { data: FileData::Base64(_), media_type, .. }) => blob("document", media_type),
    }
}

fn uri(modality: &str, media_type: Option<&str>, uri: &str) -> Value {
    json!({"type": "uri", "modality": modality, "mime_type": media_type, "uri": uri})
}

/// The bytes themselves are left out: no tracer takes megabytes.
fn blob(modality: &str, media_type: &str) -> Value {
    json!({"type": "blob", "modality": modality, "mime_type": media_type, "content": ""})
}
