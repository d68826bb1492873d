//! Reads the conversation from plain data: roles, and the pieces that each role may hold.

use serde_json::Value;

use super::Content;
use super::Image;
use super::Message;
use super::ToolCall;
use super::ToolResult;
use super::UserPart;
use crate::error::Error;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// A user's turn of one text.
pub(super) fn user(text: &str) -> Message {
    Message::User(vec![UserPart::Text(text.to_owned())])
}

/// A conversation of at least one turn.
pub(super) fn read(path: &str, value: &Value) -> Result<Vec<Message>> {
    let items = reader::list(path, value)?;
    if items.is_empty() {
        return Err(Error::invalid(path, "at least one message"));
    }
    items.iter().map(|(path, item)| message(path, item)).collect()
}

fn message(path: &str, value: &Value) -> Result<Message> {
    let reader = Reader::new(path, value)?;
    let expected = "'system', 'user', 'assistant' or 'tool'";
    let role = reader.required("role", expected, reader::text)?;
    let content =
        |expected| reader.value("content").ok_or_else(|| Error::invalid(&reader.at("content"), expected));
    let at = reader.at("content");
    match role {
        "assistant" => {
            pieces(&at, content("a string or a list of parts")?, assistant_part).map(Message::Assistant)
        }
        "system" => {
            reader.required("content", "a string", reader::text).map(|text| Message::System(text.to_owned()))
        }
        "tool" => tool_results(&at, content("a list of tool results")?).map(Message::Tool),
        "user" => pieces(&at, content("a string or a list of parts")?, user_part).map(Message::User),
        _ => Err(Error::invalid(&reader.at("role"), expected)),
    }
}

/// A text stands for a list of one text part.
fn pieces<T: FromText>(path: &str, value: &Value, read: fn(&str, &Value) -> Result<T>) -> Result<Vec<T>> {
    match value {
        Value::String(text) => Ok(vec![T::from_text(text)]),
        Value::Array(_) => reader::list(path, value)?.iter().map(|(path, item)| read(path, item)).collect(),
        _ => Err(Error::invalid(path, "a string or a list of parts")),
    }
}

trait FromText {
    fn from_text(text: &str) -> Self;
}

impl FromText for UserPart {
    fn from_text(text: &str) -> Self {
        UserPart::Text(text.to_owned())
    }
}

impl FromText for Content {
    fn from_text(text: &str) -> Self {
        Content::Text { text: text.to_owned() }
    }
}

fn user_part(path: &str, value: &Value) -> Result<UserPart> {
    let reader = Reader::new(path, value)?;
    let expected = "'text' or 'image'";
    match reader.required("type", expected, reader::text)? {
        "image" => reader.required("image", IMAGE, image).map(UserPart::Image),
        "text" => reader.required("text", "a string", reader::text).map(UserPart::from_text),
        _ => Err(Error::invalid(&reader.at("type"), expected)),
    }
}

const IMAGE: &str = "an https address, a data: URL, { url } or { data, mediaType }";

fn image(path: &str, value: &Value) -> Result<Image> {
    if let Some(text) = value.as_str() {
        return image_url(path, text);
    }
    let reader = Reader::new(path, value).map_err(|_| Error::invalid(path, IMAGE))?;
    reader.only(&["data", "mediaType", "url"])?;
    if let Some(url) = reader.optional("url", reader::text)? {
        return image_url(&reader.at("url"), url);
    }
    let data = reader.required("data", "base64 text", base64)?;
    let media_type = reader.required("mediaType", "an image type such as 'image/png'", media_type)?;
    Ok(Image::Data { data: data.to_owned(), media_type: media_type.to_owned() })
}

fn image_url(path: &str, text: &str) -> Result<Image> {
    if let Some(rest) = text.strip_prefix("data:") {
        let (media_type, data) = rest.split_once(";base64,").ok_or_else(|| Error::invalid(path, IMAGE))?;
        if !media_type.starts_with("image/") {
            return Err(Error::invalid(path, "a data: URL of an image"));
        }
        return Ok(Image::Data { data: data.to_owned(), media_type: media_type.to_owned() });
    }
    if text.starts_with("https://") || text.starts_with("http://") {
        return Ok(Image::Url(text.to_owned()));
    }
    Err(Error::invalid(path, IMAGE))
}

fn base64<'a>(path: &str, value: &'a Value) -> Result<&'a str> {
    let plain = |text: &&str| {
        let body = text.trim_end_matches('=');
        !body.is_empty() && body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
    };
    value.as_str().filter(plain).ok_or_else(|| Error::invalid(path, "base64 text"))
}

fn media_type<'a>(path: &str, value: &'a Value) -> Result<&'a str> {
    let image = |text: &&str| text.starts_with("image/");
    value.as_str().filter(image).ok_or_else(|| Error::invalid(path, "an image type such as 'image/png'"))
}

fn assistant_part(path: &str, value: &Value) -> Result<Content> {
    let reader = Reader::new(path, value)?;
    let expected = "'text', 'reasoning' or 'tool-call'";
    let text = || reader.required("text", "a string", reader::text).map(str::to_owned);
    match reader.required("type", expected, reader::text)? {
        "reasoning" => Ok(Content::Reasoning { text: text()? }),
        "text" => Ok(Content::Text { text: text()? }),
        "tool-call" => tool_call(&reader).map(Content::ToolCall),
        _ => Err(Error::invalid(&reader.at("type"), expected)),
    }
}

fn tool_call(reader: &Reader<'_>) -> Result<ToolCall> {
    Ok(ToolCall {
        tool_call_id: reader.required("toolCallId", "the call's id", reader::filled)?.to_owned(),
        tool_name: reader.required("toolName", "the tool's name", reader::filled)?.to_owned(),
        input: reader.value("input").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new())),
        incomplete: reader.optional("incomplete", reader::boolean)?.unwrap_or(false),
    })
}

fn tool_results(path: &str, value: &Value) -> Result<Vec<ToolResult>> {
    let items = reader::list(path, value)?;
    if items.is_empty() {
        return Err(Error::invalid(path, "at least one tool result"));
    }
    items.iter().map(|(path, item)| tool_result(path, item)).collect()
}

fn tool_result(path: &str, value: &Value) -> Result<ToolResult> {
    let reader = Reader::new(path, value)?;
    if reader.required("type", "'tool-result'", reader::text)? != "tool-result" {
        return Err(Error::invalid(&reader.at("type"), "'tool-result'"));
    }
    Ok(ToolResult {
        tool_call_id: reader.required("toolCallId", "the call's id", reader::filled)?.to_owned(),
        tool_name: reader.optional("toolName", reader::text)?.unwrap_or_default().to_owned(),
        output: reader
            .present("output")
            .cloned()
            .ok_or_else(|| Error::invalid(&reader.at("output"), "a string or a JSON value; it is missing"))?,
        is_error: reader.optional("isError", reader::boolean)?.unwrap_or(false),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(messages: &Value) -> String {
        read("messages", messages).unwrap_err().field().unwrap().to_owned()
    }

    #[test]
    fn every_mistake_names_its_place() {
        let cases = [
            (json!([]), "messages"),
            (json!("hello"), "messages"),
            (json!([{"content": "a"}]), "messages[0].role"),
            (json!([{"role": "user"}]), "messages[0].content"),
            (json!([{"role": "user", "content": 7}]), "messages[0].content"),
            (json!([{"role": "user", "content": [{"type": "video"}]}]), "messages[0].content[0].type"),
            (
                json!([{"role": "user", "content": [{"type": "image", "image": "ftp://x"}]}]),
                "messages[0].content[0].image",
            ),
            (
                json!([{"role": "user", "content": [{"type": "image", "image": {"data": "?"}}]}]),
                "messages[0].content[0].image.data",
            ),
            (
                json!([{"role": "assistant", "content": [{"type": "tool-call"}]}]),
                "messages[0].content[0].toolCallId",
            ),
            (json!([{"role": "tool", "content": "x"}]), "messages[0].content"),
            (
                json!([{"role": "tool", "content": [{"type": "tool-result", "toolCallId": "a"}]}]),
                "messages[0].content[0].output",
            ),
        ];
        for (messages, place) in cases {
            assert_eq!(field(&messages), place, "{messages}");
        }
    }

    #[test]
    fn a_data_url_is_taken_apart() {
        let messages =
            json!([{"role": "user", "content": [{"type": "image", "image": "data:image/png;base64,AAAA"}]}]);
        let expected = Image::Data { data: "AAAA".to_owned(), media_type: "image/png".to_owned() };
        assert_eq!(read("messages", &messages).unwrap(), [Message::User(vec![UserPart::Image(expected)])]);
    }

    #[test]
    fn a_prompt_is_never_repeated_in_an_error() {
        let error = read("messages", &json!([{"role": "PRIVATE", "content": "PRIVATE"}])).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("PRIVATE"));
    }
}
