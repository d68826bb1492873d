//! Settings and a call become a request. Names follow chat completions, with Cohere's own for some settings.

use crate::chat::Content;
use crate::chat::Message;
use crate::chat::OutputSchema;
use crate::chat::Tool;
use crate::chat::ToolChoice;
use crate::chat::UserPart;
use crate::error::Error;
use crate::error::Result;
use crate::json::Fields;
use crate::json::Writer;
use crate::providers::Draft;
use crate::providers::Encoded;
use crate::providers::body;
use crate::providers::chat_shapes;
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
    fields.optional("stop_sequences", chat_shapes::stops(stop_sequences), |out, stops| out.value(&stops));
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
                .for_each(|each| chat_shapes::tool(out, each));
        });
    });
    let word = match choice {
        None | Some(ToolChoice::Auto) => None,
        Some(ToolChoice::None) => Some("NONE"),
        Some(ToolChoice::Required | ToolChoice::Tool(_)) => Some("REQUIRED"),
    };
    fields.optional("tool_choice", word, Writer::text);
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
            chat_shapes::said(out, "system", text);
        }
        for message in &draft.call.messages {
            match message {
                Message::Assistant(content) => assistant(out, content),
                Message::System(text) => chat_shapes::said(out, "system", text),
                Message::Tool(results) => {
                    results.iter().for_each(|result| chat_shapes::result(out, result));
                }
                Message::User(parts) => chat_shapes::user(out, parts),
            }
        }
    });
}

/// What was said beside tool calls is the plan for them, which is where the API itself puts it.
fn assistant(out: &mut Writer, content: &[Content]) {
    let calls = chat_shapes::calls_of(content);
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
        chat_shapes::calls(out, &calls);
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
