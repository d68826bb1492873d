//! Shapes of chat completions that other providers took over for chats of their own: messages, tools and calls. It knows
//! no wire whole.

use serde_json::Value;

use super::body;
use crate::chat::Content;
use crate::chat::File;
use crate::chat::Tool;
use crate::chat::ToolCall;
use crate::chat::ToolResult;
use crate::chat::UserPart;
use crate::json::Writer;
use crate::resolve::Field;

/// A message of plain text.
#[inline(never)]
pub(in crate::providers) fn said(out: &mut Writer, role: &str, text: &str) {
    out.object(|out| {
        out.text_field("role", role);
        out.text_field("content", text);
    });
}

/// What the user says. One text goes as a plain string, which every server takes; anything else as a list of parts.
pub(in crate::providers) fn user(out: &mut Writer, parts: &[UserPart]) {
    if let [UserPart::Text(text)] = parts {
        return said(out, "user", text);
    }
    out.object(|out| {
        out.text_field("role", "user");
        out.key("content").list(|out| parts.iter().for_each(|part| user_part(out, part)));
    });
}

fn user_part(out: &mut Writer, part: &UserPart) {
    out.object(|out| match part {
        UserPart::File(file) => document(out, file),
        UserPart::Image(image) => {
            out.text_field("type", "image_url");
            out.key("image_url").object(|out| body::image_url(out.key("url"), image));
        }
        UserPart::Text(text) => {
            out.text_field("type", "text");
            out.text_field("text", text);
        }
    });
}

fn document(out: &mut Writer, file: &File) {
    let data = body::file_bytes(&file.data).unwrap_or_default();
    out.text_field("type", "file");
    out.key("file").object(|out| {
        // The API refuses a document without a name.
        out.text_field("filename", file.filename.as_deref().unwrap_or("document"));
        out.key("file_data").joined(&["data:", &file.media_type, ";base64,", data]);
    });
}

/// What a tool answered; every result is a message of its own.
pub(in crate::providers) fn result(out: &mut Writer, result: &ToolResult) {
    out.object(|out| {
        out.text_field("role", "tool");
        out.text_field("content", &body::output_text(result));
        out.text_field("tool_call_id", &result.tool_call_id);
    });
}

/// A tool that may be called.
pub(in crate::providers) fn tool(out: &mut Writer, tool: &Tool) {
    let Tool { name, description, parameters } = tool;
    out.object(|out| {
        out.text_field("type", "function");
        out.key("function").object(|out| {
            out.text_field("name", name);
            if let Some(description) = description {
                out.text_field("description", description);
            }
            out.value_field("parameters", parameters);
        });
    });
}

/// The calls of an assistant's turn.
pub(in crate::providers) fn calls_of(content: &[Content]) -> Vec<&ToolCall> {
    let mut calls = Vec::new();
    for piece in content {
        if let Content::ToolCall(call) = piece {
            calls.push(call);
        }
    }
    calls
}

/// Writes the calls under `tool_calls`.
pub(in crate::providers) fn calls(out: &mut Writer, calls: &[&ToolCall]) {
    out.key("tool_calls").list(|out| calls.iter().for_each(|each| call(out, each)));
}

fn call(out: &mut Writer, call: &ToolCall) {
    out.object(|out| {
        out.text_field("id", &call.tool_call_id);
        out.text_field("type", "function");
        out.key("function").object(|out| {
            out.text_field("name", &call.tool_name);
            out.text_field("arguments", body::arguments(&call.input).as_str());
        });
    });
}

/// The list of stop sequences, where there are any.
pub(in crate::providers) fn stops(field: &Field<Vec<String>>) -> Option<Value> {
    let stops = field.sent().filter(|list| !list.is_empty())?;
    Some(stops.iter().map(String::as_str).collect())
}
