//! The conversation as this wire wants it: turns of one side in a row are one message, its blocks stand in the order that
//! the API demands, and nothing in it is empty.

use std::borrow::Cow;

use serde_json::Value;

use super::STATE;
use crate::chat::Content;
use crate::chat::File;
use crate::chat::FileData;
use crate::chat::Image;
use crate::chat::Message;
use crate::chat::ProviderData;
use crate::chat::ToolCall;
use crate::chat::ToolResult;
use crate::chat::UserPart;
use crate::error::Error;
use crate::error::Result;
use crate::json::Writer;
use crate::json::filled;
use crate::providers::body;

/// A block of a message, borrowed from the conversation.
#[derive(Debug)]
enum Block<'a> {
    Compaction(&'a Value),
    Call(&'a ToolCall),
    File(&'a File),
    Image(&'a Image),
    Redacted(&'a str),
    Result(&'a ToolResult),
    Text(&'a str),
    Thinking { text: &'a str, signature: &'a str },
}

/// Refuses documents that this wire cannot carry.
pub(super) fn check(messages: &[Message]) -> Result<()> {
    for (index, message) in messages.iter().enumerate() {
        let Message::User(parts) = message else { continue };
        for (part, piece) in parts.iter().enumerate() {
            let UserPart::File(file) = piece else { continue };
            if let Some((field, expected)) = objection(file) {
                return Err(Error::invalid(&format!("messages[{index}].content[{part}].{field}"), expected));
            }
        }
    }
    Ok(())
}

fn objection(file: &File) -> Option<(&'static str, &'static str)> {
    let kind = file.media_type.as_str();
    if kind == "application/pdf" || kind.starts_with("image/") {
        return None;
    }
    if !kind.starts_with("text/") {
        return Some(("mediaType", "application/pdf, a text or an image; this API takes no other document"));
    }
    text_of(file).is_none().then_some(("data", "UTF-8 text in base64; this API takes no address of a text"))
}

/// A text document's text.
fn text_of(file: &File) -> Option<String> {
    body::file_bytes(&file.data).and_then(body::base64_text)
}

/// Writes the conversation as a list of messages.
pub(super) fn write(out: &mut Writer, messages: &[Message]) {
    let mut rest = messages;
    out.list(|out| {
        while let Some(first) = rest.first() {
            let role = role(first);
            let count = rest.iter().take_while(|message| self::role(message) == role).count();
            let (turns, later) = rest.split_at(count);
            rest = later;
            let mut blocks = ordered(turns);
            if later.is_empty() && role == "assistant" {
                trim(&mut blocks);
            }
            // The API refuses a message of nothing.
            if !blocks.is_empty() {
                out.object(|out| {
                    out.text_field("role", role);
                    out.key("content").list(|out| blocks.iter().for_each(|block| block.write(out)));
                });
            }
        }
    });
}

fn role(message: &Message) -> &'static str {
    match message {
        Message::Assistant(_) => "assistant",
        Message::System(_) => "system",
        Message::Tool(_) | Message::User(_) => "user",
    }
}

/// The blocks of turns of one side: calls last, results before anything else that the user says. The API refuses any
/// other order.
fn ordered<'a>(turns: &'a [Message]) -> Vec<Block<'a>> {
    let mut blocks = Vec::new();
    for place in 0..3 {
        let mut take = |block: Block<'a>| {
            if block.place() == place {
                blocks.push(block);
            }
        };
        for turn in turns {
            match turn {
                Message::Assistant(content) => content.iter().filter_map(said).for_each(&mut take),
                Message::System(text) => text_block(text).into_iter().for_each(&mut take),
                Message::Tool(results) => results.iter().map(Block::Result).for_each(&mut take),
                Message::User(parts) => parts.iter().filter_map(shown).for_each(&mut take),
            }
        }
    }
    blocks
}

/// A prefilled answer must not end in white space.
fn trim(blocks: &mut Vec<Block<'_>>) {
    if let Some(Block::Text(text)) = blocks.last_mut() {
        *text = text.trim_end();
        if text.is_empty() {
            blocks.pop();
        }
    }
}

/// A thought goes back only with the state that came with it: what another provider thought, or what was cut off
/// before its signature, is refused.
fn said(piece: &Content) -> Option<Block<'_>> {
    match piece {
        Content::Reasoning { text, provider_data } => {
            let state = state(provider_data.as_ref())?;
            match filled(&state["signature"]) {
                Some(signature) => Some(Block::Thinking { text, signature }),
                None => filled(&state["redactedData"]).map(Block::Redacted),
            }
        }
        Content::Source(_) => None,
        Content::Text { text, provider_data } => {
            let summary = state(provider_data.as_ref()).map(|state| &state["compaction"]);
            summary.filter(|summary| summary.is_object()).map(Block::Compaction).or_else(|| text_block(text))
        }
        Content::ToolCall(call) => Some(Block::Call(call)),
    }
}

fn state(data: Option<&ProviderData>) -> Option<&Value> {
    data.and_then(|data| data.get(STATE))
}

fn shown(part: &UserPart) -> Option<Block<'_>> {
    match part {
        UserPart::File(file) => Some(Block::File(file)),
        UserPart::Image(image) => Some(Block::Image(image)),
        UserPart::Text(text) => text_block(text),
    }
}

fn text_block(text: &str) -> Option<Block<'_>> {
    (!text.is_empty()).then_some(Block::Text(text))
}

impl Block<'_> {
    fn place(&self) -> u8 {
        match self {
            Block::Result(_) => 0,
            Block::Call(_) => 2,
            // Thoughts among them: they are signed, and go back where they were.
            _ => 1,
        }
    }

    fn write(&self, out: &mut Writer) {
        out.object(|out| match self {
            Block::Compaction(summary) => compaction(out, summary),
            Block::Call(call) => tool_use(out, call),
            Block::File(file) => document(out, file),
            Block::Image(Image::Data { data, media_type }) => image(out, media_type, data, true),
            Block::Image(Image::Url(url)) => image(out, "", url, false),
            Block::Redacted(data) => {
                out.text_field("type", "redacted_thinking");
                out.text_field("data", data);
            }
            Block::Result(result) => tool_result(out, result),
            Block::Text(text) => {
                out.text_field("type", "text");
                out.text_field("text", text);
            }
            Block::Thinking { text, signature } => {
                out.text_field("type", "thinking");
                out.text_field("thinking", text);
                out.text_field("signature", signature);
            }
        });
    }
}

fn compaction(out: &mut Writer, summary: &Value) {
    out.text_field("type", "compaction");
    for name in ["content", "encrypted_content"] {
        if let Some(value) = summary.get(name) {
            out.value_field(name, value);
        }
    }
}

fn tool_use(out: &mut Writer, call: &ToolCall) {
    out.text_field("type", "tool_use");
    out.text_field("id", &wire_id(&call.tool_call_id));
    out.text_field("name", &call.tool_name);
    out.key("input").json(&body::arguments(&call.input));
}

fn tool_result(out: &mut Writer, result: &ToolResult) {
    out.text_field("type", "tool_result");
    out.text_field("tool_use_id", &wire_id(&result.tool_call_id));
    out.text_field("content", &body::output_text(result));
    if result.is_error {
        out.key("is_error").boolean(true);
    }
}

/// The API takes ids of `[a-zA-Z0-9_-]` only, and conversations may have begun with a provider that makes others.
fn wire_id(id: &str) -> Cow<'_, str> {
    let is_taken = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if id.chars().all(is_taken) {
        return Cow::Borrowed(id);
    }
    Cow::Owned(id.chars().map(|c| if is_taken(c) { c } else { '_' }).collect())
}

fn document(out: &mut Writer, file: &File) {
    let kind = file.media_type.as_str();
    match &file.data {
        FileData::Base64(data) if kind.starts_with("image/") => return image(out, kind, data, true),
        FileData::Url(url) if kind.starts_with("image/") => return image(out, kind, url, false),
        FileData::Base64(data) if kind == "application/pdf" => source(out, "document", kind, data, true),
        FileData::Url(url) => source(out, "document", kind, url, false),
        FileData::Base64(_) => {
            out.text_field("type", "document");
            out.key("source").object(|out| {
                out.text_field("type", "text");
                // Of texts the API knows this type only.
                out.text_field("media_type", "text/plain");
                out.text_field("data", &text_of(file).unwrap_or_default());
            });
        }
    }
    if let Some(name) = &file.filename {
        out.text_field("title", name);
    }
}

fn image(out: &mut Writer, kind: &str, data: &str, bytes: bool) {
    source(out, "image", kind, data, bytes);
}

/// A block of `data`, which is either bytes in base64 or an address.
fn source(out: &mut Writer, block: &str, kind: &str, data: &str, bytes: bool) {
    out.text_field("type", block);
    out.key("source").object(|out| {
        if bytes {
            out.text_field("type", "base64");
            out.text_field("media_type", kind);
            out.text_field("data", data);
        } else {
            out.text_field("type", "url");
            out.text_field("url", data);
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::chat::Call;

    fn call(messages: &Value) -> Call {
        Call::read(&json!({"messages": messages})).unwrap()
    }

    fn written(messages: &Value) -> Value {
        let mut out = Writer::default();
        write(&mut out, &call(messages).messages);
        serde_json::from_slice(&out.into_bytes()).unwrap()
    }

    #[test]
    fn r56_nothing_that_is_sent_is_empty() {
        let messages = json!([
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": ""},
            {"role": "user", "content": [{"type": "text", "text": ""}]},
            {"role": "assistant", "content": [{"type": "reasoning", "text": "unsigned"}]},
            {"role": "user", "content": "b"},
            {"role": "assistant", "content": " \n"},
        ]);
        let user = |text: &str| json!({"role": "user", "content": [{"type": "text", "text": text}]});
        assert_eq!(written(&messages), json!([user("a"), user("b")]));
    }

    #[test]
    fn r56_only_a_prefill_is_trimmed() {
        let turn = |role: &str, text: &str| json!({"role": role, "content": text});
        let messages = json!([turn("user", "a \n"), turn("assistant", "b \n"), turn("user", "c \n")]);
        let texts = |messages: &Value| {
            let written = written(messages);
            let last = written.as_array().unwrap().last().unwrap().clone();
            (written[1]["content"][0]["text"].clone(), last["content"][0]["text"].clone())
        };
        assert_eq!(texts(&messages), (json!("b \n"), json!("c \n")));
        assert_eq!(texts(&json!([turn("user", "a"), turn("assistant", "b \n")])), (json!("b"), json!("b")));
    }

    #[test]
    fn r56_documents_that_do_not_fit_are_named() {
        let field = |data: &str, kind: &str| {
            let part = json!({"type": "file", "data": data, "mediaType": kind});
            let error = check(&call(&json!([{"role": "user", "content": [part]}])).messages).err()?;
            error.field().map(str::to_owned)
        };
        let at = |name: &str| Some(format!("messages[0].content[0].{name}"));
        assert_eq!(field("QUJD", "application/zip"), at("mediaType"));
        assert_eq!(field("https://a.example/b.txt", "text/plain"), at("data"));
        assert_eq!(field("/w==", "text/plain"), at("data"));
        assert_eq!((field("QUJD", "text/csv"), field("QUJD", "application/pdf")), (None, None));
    }

    #[test]
    fn r56_ids_of_other_providers_become_takable() {
        assert_eq!((wire_id("toolu_a-1"), wire_id("fc|1.ü")), ("toolu_a-1".into(), "fc_1__".into()));
    }
}
