//! Settings and a call become a request. The body is written straight to bytes; the conversation is borrowed, never
//! copied into a second tree. It knows no provider beyond its [`Dialect`].

use std::borrow::Cow;

use super::Dialect;
use crate::chat::Content;
use crate::chat::Message;
use crate::chat::OutputSchema;
use crate::chat::Tool;
use crate::chat::ToolChoice;
use crate::chat::UserPart;
use crate::chat::Warning;
use crate::error::Error;
use crate::error::Result;
use crate::json::Fields;
use crate::json::Writer;
use crate::providers::Draft;
use crate::providers::Encoded;
use crate::providers::body;
use crate::providers::chat_shapes;
use crate::providers::schema;
use crate::resolve::Settings;

/// Fields of the body that `providerOptions` may not replace.
const PROTECTED: &[&str] = &["model", "messages", "stream", "tools"];

/// The request of `draft`, to `url`.
pub(in crate::providers) fn encode(dialect: &Dialect, url: String, draft: &Draft<'_>) -> Result<Encoded> {
    let model = draft.model()?;
    refuse_addresses(&draft.call.messages)?;
    let headers = draft.key.map(|key| body::secret("authorization", "Bearer ", key.expose()));
    let mut warnings = Vec::new();
    let request = body::request(draft, url, headers.into_iter().collect(), PROTECTED, |fields| {
        fields.field("model", |out| out.text(model));
        fields.field("messages", |out| messages(out, dialect, draft));
        settings(fields, dialect, &draft.resolved.settings);
        tools(fields, &draft.call.tools, draft.call.tool_choice.as_ref());
        fields.optional("response_format", draft.call.schema.as_ref(), |out, schema| {
            warnings.extend(format(out, schema, dialect.strict_schema));
        });
        if draft.call.stream {
            fields.field("stream", |out| out.boolean(true));
            fields.field("stream_options", |out| {
                out.object(|out| out.key("include_usage").boolean(true));
            });
        }
    })?;
    Ok(Encoded { request, warnings })
}

/// This wire takes a document's bytes only.
fn refuse_addresses(messages: &[Message]) -> Result<()> {
    for (index, message) in messages.iter().enumerate() {
        let Message::User(parts) = message else { continue };
        for (part, piece) in parts.iter().enumerate() {
            if matches!(piece, UserPart::File(file) if body::file_bytes(&file.data).is_none()) {
                let path = format!("messages[{index}].content[{part}].data");
                return Err(Error::invalid(
                    &path,
                    "the document's bytes in base64; this API takes no address",
                ));
            }
        }
    }
    Ok(())
}

fn settings(fields: &mut Fields<'_>, dialect: &Dialect, settings: &Settings) {
    // The timeout is the client's to keep; a new setting must be given a place here.
    let Settings { temperature, max_tokens, top_p, stop_sequences, timeout: _ } = settings;
    fields.optional(dialect.max_tokens, max_tokens.sent(), |out, count| out.count(*count));
    fields.optional("temperature", temperature.sent(), |out, number| out.number(*number));
    fields.optional("top_p", top_p.sent(), |out, number| out.number(*number));
    fields.optional("stop", chat_shapes::stops(stop_sequences), |out, stops| out.value(&stops));
}

fn tools(fields: &mut Fields<'_>, tools: &[Tool], choice: Option<&ToolChoice>) {
    if tools.is_empty() {
        return;
    }
    fields.field("tools", |out| out.list(|out| tools.iter().for_each(|each| chat_shapes::tool(out, each))));
    fields.optional("tool_choice", choice, tool_choice);
}

fn tool_choice(out: &mut Writer, choice: &ToolChoice) {
    match choice {
        ToolChoice::Auto => out.text("auto"),
        ToolChoice::None => out.text("none"),
        ToolChoice::Required => out.text("required"),
        ToolChoice::Tool(name) => out.object(|out| {
            out.text_field("type", "function");
            out.key("function").object(|out| out.text_field("name", name));
        }),
    }
}

/// The answer's form; a warning where it is not enforced.
fn format(out: &mut Writer, wanted: &OutputSchema, strict: bool) -> Option<Warning> {
    let OutputSchema { name, description, schema } = wanted;
    let (schema, warning) = if strict { schema::enforced(schema) } else { (Cow::Borrowed(schema), None) };
    out.object(|out| {
        out.text_field("type", "json_schema");
        out.key("json_schema").object(|out| {
            out.text_field("name", name);
            if let Some(description) = description {
                out.text_field("description", description);
            }
            out.value_field("schema", &schema);
            if strict && warning.is_none() {
                out.key("strict").boolean(true);
            }
        });
    });
    warning
}

fn messages(out: &mut Writer, dialect: &Dialect, draft: &Draft<'_>) {
    let system_role = (dialect.system_role)(&draft.facts);
    out.list(|out| {
        if let Some(text) = &draft.call.system {
            chat_shapes::said(out, system_role, text);
        }
        for message in &draft.call.messages {
            match message {
                Message::Assistant(content) => assistant(out, content, dialect.replays_reasoning),
                Message::System(text) => chat_shapes::said(out, system_role, text),
                Message::Tool(results) => {
                    results.iter().for_each(|result| chat_shapes::result(out, result));
                }
                Message::User(parts) => chat_shapes::user(out, parts),
            }
        }
    });
}

fn assistant(out: &mut Writer, content: &[Content], replays_reasoning: bool) {
    let (text, thought) = (body::text_of(content), body::thought_of(content));
    let calls = chat_shapes::calls_of(content);
    let has_calls = !calls.is_empty();
    out.object(|out| {
        out.text_field("role", "assistant");
        if text.is_empty() && has_calls {
            out.value_field("content", &serde_json::Value::Null);
        } else {
            out.text_field("content", &text);
        }
        // DeepSeek refuses a tool turn whose thought is missing; servers that never sent one may refuse the field.
        if replays_reasoning && has_calls && !thought.is_empty() {
            out.text_field("reasoning_content", &thought);
        }
        if has_calls {
            chat_shapes::calls(out, &calls);
        }
    });
}
