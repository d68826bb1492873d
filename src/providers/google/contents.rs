//! The conversation as Google takes it: turns of `user` and `model`, their parts in their order, and the opaque state
//! with exactly the part that it came with.

use std::borrow::Cow;

use serde_json::Value;

use super::NAME;
use super::SIGNATURE;
use super::SKIP;
use crate::chat::Content;
use crate::chat::File;
use crate::chat::FileData;
use crate::chat::Image;
use crate::chat::Message;
use crate::chat::ToolCall;
use crate::chat::ToolResult;
use crate::chat::UserPart;
use crate::chat::Warning;
use crate::json;
use crate::json::Fields;
use crate::json::Writer;
use crate::json::filled;
use crate::providers::Draft;
use crate::providers::body;

/// What is said, in the form in which it is written.
#[derive(Debug)]
pub(super) struct Conversation<'a> {
    /// Instructions: the call's, and those that open the conversation.
    system: Vec<&'a str>,
    /// Whether they go apart from the conversation.
    apart: bool,
    messages: &'a [Message],
    /// Whether calls without a signature need the stand-in.
    signs: bool,
}

impl<'a> Conversation<'a> {
    pub(super) fn new(draft: &Draft<'a>, signs: bool) -> Self {
        let call = draft.call;
        let mut system: Vec<_> = call.system.as_deref().into_iter().collect();
        let mut messages = call.messages.as_slice();
        while let [Message::System(text), rest @ ..] = messages {
            system.push(text);
            messages = rest;
        }
        Self { system, apart: draft.facts.system, messages, signs }
    }

    /// Said once where calls get the stand-in.
    pub(super) fn warning(&self) -> Option<Warning> {
        let unsigned = |message: &Message| match message {
            Message::Assistant(content) => first_unsigned(content).is_some(),
            _ => false,
        };
        (self.signs && self.messages.iter().any(unsigned)).then(|| Warning {
            code: "changed",
            field: "messages".to_owned(),
            message: "tool calls in the conversation carry no signature of this provider, so the check of \
                      signatures is skipped for them; the model may reason less well"
                .to_owned(),
        })
    }

    pub(super) fn write(&self, fields: &mut Fields<'_>) {
        if self.apart && !self.system.is_empty() {
            fields.field("systemInstruction", |out| {
                out.object(|out| {
                    out.key("parts").list(|out| self.system.iter().for_each(|text| text_part(out, text)));
                });
            });
        }
        fields.field("contents", |out| out.list(|out| self.contents(out)));
    }

    fn contents(&self, out: &mut Writer) {
        // Without a place of their own, instructions open the first turn of the user.
        let mut opening = (!self.apart && !self.system.is_empty()).then(|| self.system.join("\n\n"));
        let is_user = |message: &Message| matches!(message, Message::User(_));
        if !self.messages.iter().any(is_user)
            && let Some(text) = opening.take()
        {
            content(out, "user", |out| text_part(out, &text));
        }
        let mut rest = self.messages;
        while let [message, after @ ..] = rest {
            rest = after;
            match message {
                Message::Assistant(pieces) => self.assistant(out, pieces),
                Message::System(text) => content(out, "user", |out| text_part(out, text)),
                Message::Tool(_) => rest = self.results(out, message, after),
                Message::User(parts) => content(out, "user", |out| {
                    if let Some(text) = opening.take() {
                        text_part(out, &[&text, "\n\n"].concat());
                    }
                    parts.iter().for_each(|part| user_part(out, part));
                }),
            }
        }
    }

    /// An empty turn has nothing to say, and the API refuses a content without parts.
    fn assistant(&self, out: &mut Writer, pieces: &[Content]) {
        if !pieces.iter().any(is_written) {
            return;
        }
        let stands_in = first_unsigned(pieces).filter(|_| self.signs);
        content(out, "model", |out| {
            for piece in pieces.iter().filter(|piece| is_written(piece)) {
                let signature = match piece {
                    Content::ToolCall(call) if stands_in.is_some_and(|first| core::ptr::eq(first, call)) => {
                        Some(SKIP)
                    }
                    _ => signature(piece),
                };
                out.object(|out| said(out, piece, signature));
            }
        });
    }

    /// All results up to the next turn, in one content: the API wants as many as there were calls. Gives what follows.
    fn results(&self, out: &mut Writer, first: &'a Message, mut rest: &'a [Message]) -> &'a [Message] {
        content(out, "user", |out| {
            let mut message = first;
            while let Message::Tool(results) = message {
                results.iter().for_each(|result| function_response(out, result, self.id_of(result)));
                let [Message::Tool(_), after @ ..] = rest else { break };
                let [next, ..] = rest else { break };
                (message, rest) = (next, after);
            }
        });
        rest
    }

    /// Google's own id of the call that the result answers; `None` where the id is ours or another provider's.
    fn id_of(&self, result: &ToolResult) -> Option<&'a str> {
        let calls = self.messages.iter().rev().filter_map(|message| match message {
            Message::Assistant(content) => Some(content),
            _ => None,
        });
        for piece in calls.flatten() {
            if let Content::ToolCall(call) = piece
                && call.tool_call_id == result.tool_call_id
            {
                return own_id(call);
            }
        }
        None
    }
}

fn content(out: &mut Writer, role: &str, write: impl FnOnce(&mut Writer)) {
    out.object(|out| {
        out.text_field("role", role);
        out.key("parts").list(write);
    });
}

fn text_part(out: &mut Writer, text: &str) {
    out.object(|out| out.text_field("text", text));
}

/// The first call of a turn, where it has no signature; those after it need none.
fn first_unsigned(content: &[Content]) -> Option<&ToolCall> {
    let first = content.iter().find(|piece| matches!(piece, Content::ToolCall(_)))?;
    match first {
        Content::ToolCall(call) if signature(first).is_none() => Some(call),
        _ => None,
    }
}

/// The signature that Google gave the piece.
fn signature(piece: &Content) -> Option<&str> {
    let data = match piece {
        Content::Reasoning { provider_data, .. } | Content::Text { provider_data, .. } => provider_data,
        Content::Source(_) => return None,
        Content::ToolCall(call) => &call.provider_data,
    };
    filled(&data.as_ref()?[NAME][SIGNATURE])
}

/// Google's own id of the call.
fn own_id(call: &ToolCall) -> Option<&str> {
    filled(&call.provider_data.as_ref()?[NAME]["id"])
}

/// Thoughts go back only with Google's state: others mean nothing to it. A signature goes back even without text.
fn is_written(piece: &Content) -> bool {
    match piece {
        Content::Reasoning { .. } => signature(piece).is_some(),
        Content::Source(_) => false,
        Content::Text { text, .. } => !text.is_empty() || signature(piece).is_some(),
        Content::ToolCall(_) => true,
    }
}

fn said(out: &mut Writer, piece: &Content, signature: Option<&str>) {
    match piece {
        Content::Reasoning { text, .. } => {
            out.text_field("text", text);
            out.key("thought").boolean(true);
        }
        Content::Source(_) => {}
        Content::Text { text, .. } => out.text_field("text", text),
        Content::ToolCall(call) => out.key("functionCall").object(|out| {
            if let Some(id) = own_id(call) {
                out.text_field("id", id);
            }
            out.text_field("name", &call.tool_name);
            out.key("args").json(&body::arguments(&call.input));
        }),
    }
    if let Some(signature) = signature {
        out.text_field(SIGNATURE, signature);
    }
}

fn function_response(out: &mut Writer, result: &ToolResult, id: Option<&str>) {
    out.object(|out| {
        out.key("functionResponse").object(|out| {
            if let Some(id) = id {
                out.text_field("id", id);
            }
            out.text_field("name", &result.tool_name);
            out.value_field("response", &response(result));
        });
    });
}

/// What the tool answered as an object. `$ref` is a word of the API's own in there (AI SDK), so an answer that has it
/// goes as text.
fn response(result: &ToolResult) -> Cow<'_, Value> {
    let output = &result.output;
    let name = if result.is_error { "error" } else { "result" };
    if has_reference(output) {
        return Cow::Owned(json::object_of(name, output.to_string()));
    }
    if output.is_object() && !result.is_error {
        return Cow::Borrowed(output);
    }
    Cow::Owned(json::object_of(name, output.clone()))
}

fn has_reference(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(has_reference),
        Value::Object(map) => map.contains_key("$ref") || map.values().any(has_reference),
        _ => false,
    }
}

fn user_part(out: &mut Writer, part: &UserPart) {
    match part {
        UserPart::File(File { data: FileData::Base64(data), media_type, .. })
        | UserPart::Image(Image::Data { data, media_type }) => {
            media(out, "inlineData", media_type, "data", data)
        }
        UserPart::File(File { data: FileData::Url(url), media_type, .. }) => {
            media(out, "fileData", media_type, "fileUri", url);
        }
        UserPart::Image(Image::Url(url)) => media(out, "fileData", media_type_of(url), "fileUri", url),
        UserPart::Text(text) => text_part(out, text),
    }
}

fn media(out: &mut Writer, kind: &str, media_type: &str, name: &str, data: &str) {
    out.object(|out| {
        out.key(kind).object(|out| {
            out.text_field("mimeType", media_type);
            out.text_field(name, data);
        });
    });
}

/// The API wants a type with every address; the name's end is all that tells it.
fn media_type_of(url: &str) -> &'static str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    match path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "gif" => "image/gif",
        "heic" => "image/heic",
        "heif" => "image/heif",
        "png" => "image/png",
        "webp" => "image/webp",
        _ => "image/jpeg",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::chat::Call;
    use crate::model::ModelConfig;
    use crate::model::ProviderId;
    use crate::providers::Encoded;
    use crate::providers::google::request::encode;
    use crate::resolve::Base;
    use crate::resolve::InlineModel;
    use crate::resolve::resolve;
    use crate::secret::ApiKey;

    fn encoded(model: &str, apart: bool, call: &Value) -> (Value, Vec<Warning>) {
        let model = InlineModel::new(ProviderId::Google, model);
        let runtime = ModelConfig::read("modelConfig", &json!({"temperature": null})).unwrap();
        let resolved =
            resolve(Base::Inline { product: "shop", model: &model }, "dev", None, &runtime).unwrap();
        let key = ApiKey::parse("apiKey", "AIza-0123456789abcdef").unwrap().0;
        let call = Call::read(call).unwrap();
        let mut draft = Draft::new(&resolved, &call, Some(&key));
        draft.facts.system = apart;
        let Encoded { request, warnings } = encode(&draft).unwrap();
        assert!(!request.url.contains("AIza"));
        (serde_json::from_slice(&request.body).unwrap(), warnings)
    }

    fn contents(apart: bool, call: &Value) -> Value {
        let (body, warnings) = encoded("gemma-3-27b-it", apart, call);
        assert_eq!((body["systemInstruction"].is_object(), warnings.as_slice()), (apart, &[][..]));
        body["contents"].clone()
    }

    #[test]
    fn r56_instructions_without_a_place_open_the_first_user_turn() {
        let call = json!({"system": "s", "messages": [
            {"role": "system", "content": "t"},
            {"role": "assistant", "content": "a"}, {"role": "user", "content": "u"}, {"role": "user", "content": "v"}]});
        let told = json!([
            {"role": "model", "parts": [{"text": "a"}]},
            {"role": "user", "parts": [{"text": "s\n\nt\n\n"}, {"text": "u"}]},
            {"role": "user", "parts": [{"text": "v"}]},
        ]);
        assert_eq!(contents(false, &call), told);
        assert_eq!(contents(true, &call)[1]["parts"], json!([{"text": "u"}]));
        let alone = json!({"system": "s", "messages": [{"role": "assistant", "content": "a"}]});
        let own =
            json!([{"role": "user", "parts": [{"text": "s"}]}, {"role": "model", "parts": [{"text": "a"}]}]);
        assert_eq!(contents(false, &alone), own);
    }

    #[test]
    fn rule_17_r58_the_stand_in_is_told_once_and_only_where_it_is_wanted() {
        let call = |data: Value| {
            json!({"messages": [{"role": "assistant", "content": [
            {"type": "tool-call", "toolCallId": "1", "toolName": "f", "input": {}, "providerData": data},
            {"type": "tool-call", "toolCallId": "2", "toolName": "g", "input": {}}]},
            {"role": "assistant", "content": [{"type": "tool-call", "toolCallId": "3", "toolName": "f", "input": {}, "providerData": data}]}]})
        };
        let signatures = |model: &str, data: Value| {
            let (body, warnings) = encoded(model, true, &call(data));
            let parts = body["contents"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|turn| turn["parts"].as_array().unwrap());
            let signatures: Vec<_> =
                parts.map(|part| part[SIGNATURE].as_str().unwrap_or("-").to_owned()).collect();
            (signatures.join(" "), warnings.len())
        };
        let foreign = json!({"anthropic": {"signature": "s"}});
        assert_eq!(signatures("gemini-3.8-flash", foreign.clone()), (format!("{SKIP} - {SKIP}"), 1));
        assert_eq!(signatures("gemini-2.5-pro", foreign), ("- - -".to_owned(), 0));
        let own = json!({"google": {SIGNATURE: "c2ln"}});
        assert_eq!(signatures("gemini-3.8-flash", own.clone()), ("c2ln - c2ln".to_owned(), 0));
        assert_eq!(signatures("gemini-2.5-pro", own), ("c2ln - c2ln".to_owned(), 0));
    }

    #[test]
    fn r56_addresses_get_the_type_that_their_name_tells() {
        for (url, kind) in [
            ("https://a.example/b.PNG?x=.gif#y", "image/png"),
            ("https://a.example/b.jpg", "image/jpeg"),
            ("https://a.example/b", "image/jpeg"),
            ("https://a.example/", "image/jpeg"),
        ] {
            assert_eq!(media_type_of(url), kind, "{url}");
        }
    }
}
