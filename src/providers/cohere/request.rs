//! Settings and a call become a request. Names follow chat completions, with Cohere's own for some settings.

use serde_json::Value;

use crate::chat::Content;
use crate::chat::Message;
use crate::chat::OutputSchema;
use crate::chat::Tool;
use crate::chat::ToolCall;
use crate::chat::ToolChoice;
use crate::chat::UserPart;
use crate::error::Error;
use crate::error::Result;
use crate::json::Fields;
use crate::json::Writer;
use crate::providers::Draft;
use crate::providers::Encoded;
use crate::providers::body;
use crate::resolve::Settings;

/// Fields of the body that `providerOptions` may not replace.
const PROTECTED: &[&str] = &["model", "messages", "stream", "tools"];

pub(super) fn encode(url: String, draft: &Draft<'_>) -> Result<Encoded> {
    let model = draft.model()?;
    let key = draft.needed_key()?;
    refuse_documents(&draft.call.messages)?;
    let headers = vec![body::secret("authorization", "Bearer ", key.expose())];
    let request = body::request(draft, url, headers, PROTECTED, |fields| {
        fields.field("model", |out| out.text(model));
        fields.field("messages", |out| messages(out, draft));
        settings(fields, &draft.resolved.settings);
        tools(fields, &draft.call.tools, draft.call.tool_choice.as_ref());
        fields.optional("response_format", draft.call.schema.as_ref(), format);
        // The API wants the field whatever its value.
        fields.field("stream", |out| out.boolean(draft.call.stream));
    })?;
    Ok(Encoded { request, warnings: Vec::new() })
}

/// The API takes texts and images; a document would have to be read into text first.
fn refuse_documents(messages: &[Message]) -> Result<()> {
    for (index, message) in messages.iter().enumerate() {
        let Message::User(parts) = message else { continue };
        if let Some(part) = parts.iter().position(|part| matches!(part, UserPart::File(_))) {
            let path = format!("messages[{index}].content[{part}]");
            return Err(Error::invalid(&path, "text or an image; cohere takes no documents"));
        }
    }
    Ok(())
}

fn settings(fields: &mut Fields<'_>, settings: &Settings) {
    // The timeout is the client's to keep; a new setting must be given a place here.
    let Settings { temperature, max_tokens, top_p, stop_sequences, timeout: _ } = settings;
    fields.optional("max_tokens", max_tokens.sent(), |out, count| out.count(*count));
    fields.optional("temperature", temperature.sent(), |out, number| out.number(*number));
    fields.optional("p", top_p.sent(), |out, number| out.number(*number));
    let stops = stop_sequences.sent().filter(|list| !list.is_empty());
    fields.optional("stop_sequences", stops, |out, stops| {
        out.list(|out| stops.iter().for_each(|stop| out.text(stop)));
    });
}

/// The API knows `REQUIRED` and `NONE`; one tool is forced by sending no other.
fn tools(fields: &mut Fields<'_>, tools: &[Tool], choice: Option<&ToolChoice>) {
    if tools.is_empty() {
        return;
    }
    let only = match choice {
        Some(ToolChoice::Tool(name)) => Some(name),
        _ => None,
    };
    fields.field("tools", |out| {
        out.list(|out| {
            tools
                .iter()
                .filter(|each| only.is_none_or(|name| each.name == *name))
                .for_each(|each| tool(out, each));
        });
    });
    let word = match choice {
        None | Some(ToolChoice::Auto) => None,
        Some(ToolChoice::None) => Some("NONE"),
        Some(ToolChoice::Required | ToolChoice::Tool(_)) => Some("REQUIRED"),
    };
    fields.optional("tool_choice", word, Writer::text);
}

fn tool(out: &mut Writer, tool: &Tool) {
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

fn format(out: &mut Writer, schema: &OutputSchema) {
    out.object(|out| {
        out.text_field("type", "json_object");
        out.value_field("json_schema", &schema.schema);
    });
}

fn messages(out: &mut Writer, draft: &Draft<'_>) {
    out.list(|out| {
        if let Some(text) = &draft.call.system {
            said(out, "system", text);
        }
        for message in &draft.call.messages {
            match message {
                Message::Assistant(content) => assistant(out, content),
                Message::System(text) => said(out, "system", text),
                Message::Tool(results) => results.iter().for_each(|result| {
                    out.object(|out| {
                        out.text_field("role", "tool");
                        out.text_field("tool_call_id", &result.tool_call_id);
                        out.text_field("content", &body::output_text(result));
                    });
                }),
                Message::User(parts) => user(out, parts),
            }
        }
    });
}

fn said(out: &mut Writer, role: &str, text: &str) {
    out.object(|out| {
        out.text_field("role", role);
        out.text_field("content", text);
    });
}

/// What was said beside tool calls is the plan for them, which is where the API itself puts it.
fn assistant(out: &mut Writer, content: &[Content]) {
    let calls: Vec<&ToolCall> = content.iter().filter_map(call_of).collect();
    let (text, thought) = (body::text_of(content), body::thought_of(content));
    out.object(|out| {
        out.text_field("role", "assistant");
        if calls.is_empty() {
            return spoken(out, &thought, &text);
        }
        let plan = if text.is_empty() { &thought } else { &text };
        if !plan.is_empty() {
            out.text_field("tool_plan", plan);
        }
        out.key("tool_calls").list(|out| calls.iter().for_each(|each| call(out, each)));
    });
}

fn spoken(out: &mut Writer, thought: &str, text: &str) {
    if thought.is_empty() {
        return out.text_field("content", text);
    }
    out.key("content").list(|out| {
        out.object(|out| {
            out.text_field("type", "thinking");
            out.text_field("thinking", thought);
        });
        out.object(|out| {
            out.text_field("type", "text");
            out.text_field("text", text);
        });
    });
}

fn call_of(piece: &Content) -> Option<&ToolCall> {
    match piece {
        Content::ToolCall(call) => Some(call),
        _ => None,
    }
}

fn call(out: &mut Writer, call: &ToolCall) {
    out.object(|out| {
        out.text_field("id", &call.tool_call_id);
        out.text_field("type", "function");
        out.key("function").object(|out| {
            out.text_field("name", &call.tool_name);
            out.text_field("arguments", &body::arguments(&call.input));
        });
    });
}

fn user(out: &mut Writer, parts: &[UserPart]) {
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
        // Refused before anything is written.
        UserPart::File(_) => out.value_field("type", &Value::Null),
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
