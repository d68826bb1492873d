//! What the requests of all wires share: headers, and a body in which provider options stand in for our fields.

use std::borrow::Cow;

use serde_json::Map;
use serde_json::Value;
use zeroize::Zeroizing;

use super::draft::Draft;
use crate::chat::Content;
use crate::chat::File;
use crate::chat::FileData;
use crate::chat::Image;
use crate::chat::Message;
use crate::chat::ToolResult;
use crate::chat::UserPart;
use crate::error::Error;
use crate::error::Result;
use crate::http::HeaderValue;
use crate::http::HttpRequest;
use crate::json::Fields;
use crate::json::JsonText;
use crate::json::Writer;

/// The request to `url`, with the wire's own `headers` first and the model's after them, and a body of the fields that
/// `write` writes. Options may not replace the `protected` fields: what was checked, resolved or is ours to read.
pub(in crate::providers) fn request(
    draft: &Draft<'_>,
    url: String,
    headers: Vec<(String, HeaderValue)>,
    protected: &[&str],
    write: impl FnOnce(&mut Fields<'_>),
) -> Result<HttpRequest> {
    request_with(draft, &draft.resolved.provider_options, url, headers, protected, write)
}

/// The same with other `options` than the draft's, for a wire that has a place of its own for some of them.
pub(in crate::providers) fn request_with(
    draft: &Draft<'_>,
    options: &Map<String, Value>,
    url: String,
    mut headers: Vec<(String, HeaderValue)>,
    protected: &[&str],
    write: impl FnOnce(&mut Fields<'_>),
) -> Result<HttpRequest> {
    if let Some(name) = options.keys().find(|name| protected.contains(&name.as_str())) {
        let expected = format!("no field that the call itself sets: {}", protected.join(", "));
        return Err(Error::invalid(&format!("providerOptions.{name}"), expected));
    }
    let mut out = Writer::with_capacity(expected_len(&draft.call.messages));
    Fields::write(&mut out, Some(options), write);
    complete(draft, &mut headers);
    Ok(HttpRequest { url, headers, body: out.into_bytes() })
}

/// About how long the messages become: what they say, some escapes, and what stands around each.
fn expected_len(messages: &[Message]) -> usize {
    let said: usize = messages.iter().map(message_len).sum();
    said + said / 16 + 64 * messages.len() + 1024
}

fn message_len(message: &Message) -> usize {
    match message {
        Message::Assistant(content) => content.iter().map(content_len).sum(),
        Message::System(text) => text.len(),
        Message::Tool(results) => 64 * results.len(),
        Message::User(parts) => parts.iter().map(part_len).sum(),
    }
}

fn content_len(piece: &Content) -> usize {
    match piece {
        Content::Reasoning { text, .. } | Content::Text { text, .. } => text.len(),
        Content::Source(_) | Content::ToolCall(_) => 64,
    }
}

fn part_len(part: &UserPart) -> usize {
    match part {
        UserPart::File(File { data: FileData::Base64(text) | FileData::Url(text), .. })
        | UserPart::Image(Image::Data { data: text, .. } | Image::Url(text))
        | UserPart::Text(text) => text.len(),
    }
}

/// A header without a secret.
pub(in crate::providers) fn plain(name: &str, value: &str) -> (String, HeaderValue) {
    (name.to_owned(), HeaderValue::Plain(value.to_owned()))
}

/// A header whose value is `prefix` and the key.
pub(in crate::providers) fn secret(name: &str, prefix: &str, key: &str) -> (String, HeaderValue) {
    let mut value = Zeroizing::new(String::with_capacity(prefix.len() + key.len()));
    value.push_str(prefix);
    value.push_str(key);
    (name.to_owned(), HeaderValue::Secret(value))
}

/// The content types, and the model's own headers where they do not replace ours.
fn complete(draft: &Draft<'_>, headers: &mut Vec<(String, HeaderValue)>) {
    let accept = if draft.call.stream { "text/event-stream" } else { "application/json" };
    headers.splice(0..0, [plain("content-type", "application/json"), plain("accept", accept)]);
    for (name, value) in &draft.resolved.headers {
        if !headers.iter().any(|(other, _)| other == name) {
            headers.push(plain(name, value));
        }
    }
}

/// The texts of an assistant's turn, joined.
pub(in crate::providers) fn text_of(content: &[Content]) -> Cow<'_, str> {
    joined(content, |piece| match piece {
        Content::Text { text, .. } => Some(text),
        _ => None,
    })
}

/// The thoughts of an assistant's turn, joined.
pub(in crate::providers) fn thought_of(content: &[Content]) -> Cow<'_, str> {
    joined(content, |piece| match piece {
        Content::Reasoning { text, .. } => Some(text),
        _ => None,
    })
}

fn joined(content: &[Content], text: fn(&Content) -> Option<&String>) -> Cow<'_, str> {
    let mut joined = Cow::Borrowed("");
    for text in content.iter().filter_map(text) {
        if joined.is_empty() {
            joined = Cow::Borrowed(text);
        } else {
            joined.to_mut().push_str(text);
        }
    }
    joined
}

/// What a tool answered, as text.
pub(in crate::providers) fn output_text(result: &ToolResult) -> Cow<'_, str> {
    match &result.output {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

/// A tool call's arguments as a JSON object. APIs refuse anything else, so a call that was cut off is replayed without
/// its arguments.
pub(in crate::providers) fn arguments(input: &JsonText) -> JsonText {
    if input.is_object() { input.clone() } else { JsonText::empty_object() }
}

/// The image's address, or its bytes as a `data:` address.
pub(in crate::providers) fn image_url(out: &mut Writer, image: &Image) {
    match image {
        Image::Data { data, media_type } => out.joined(&["data:", media_type, ";base64,", data]),
        Image::Url(url) => out.text(url),
    }
}

/// The document's bytes as a `data:` address; `None` where there is only an address.
pub(in crate::providers) fn file_bytes(data: &FileData) -> Option<&str> {
    match data {
        FileData::Base64(data) => Some(data),
        FileData::Url(_) => None,
    }
}

/// The text that base64 holds; `None` where it is no base64 or no UTF-8.
pub(in crate::providers) fn base64_text(data: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(data.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in data.trim_end_matches('=').bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held).to_le_bytes()[0]);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r56_base64_holds_text_or_nothing() {
        let text = |data: &str| base64_text(data);
        assert_eq!(text("R3LDvMOfZQ==").as_deref(), Some("Grüße"));
        assert_eq!((text("QUI=").as_deref(), text("QUI").as_deref()), (Some("AB"), Some("AB")));
        assert_eq!((text("QU-I"), text("/w==")), (None, None));
    }
}
