//! The conversation as plain data again, in the form that `messages` takes. It knows the fields of that form; `input`
//! reads them.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::Content;
use super::File;
use super::FileData;
use super::Image;
use super::Message;
use super::ToolResult;
use super::UserPart;

impl Message {
    /// The message as a caller would write it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Message::Assistant(pieces) => {
                json!({"role": "assistant", "content": pieces.iter().map(piece).collect::<Vec<_>>()})
            }
            Message::System(text) => json!({"role": "system", "content": text}),
            Message::Tool(results) => {
                json!({"role": "tool", "content": results.iter().map(result).collect::<Vec<_>>()})
            }
            Message::User(parts) => {
                json!({"role": "user", "content": parts.iter().map(part).collect::<Vec<_>>()})
            }
        }
    }
}

fn piece(piece: &Content) -> Value {
    serde_json::to_value(piece).unwrap_or_default()
}

fn result(result: &ToolResult) -> Value {
    let mut map = Map::new();
    map.insert("type".to_owned(), "tool-result".into());
    map.insert("toolCallId".to_owned(), result.tool_call_id.as_str().into());
    map.insert("toolName".to_owned(), result.tool_name.as_str().into());
    map.insert("output".to_owned(), result.output.clone());
    if result.is_error {
        map.insert("isError".to_owned(), true.into());
    }
    map.into()
}

fn part(part: &UserPart) -> Value {
    match part {
        UserPart::Text(text) => json!({"type": "text", "text": text}),
        UserPart::Image(Image::Url(url)) => json!({"type": "image", "image": url}),
        UserPart::Image(Image::Data { data, media_type }) => {
            json!({"type": "image", "image": data, "mediaType": media_type})
        }
        UserPart::File(File { data, media_type, filename }) => {
            let (FileData::Base64(data) | FileData::Url(data)) = data;
            let mut map = Map::new();
            map.insert("type".to_owned(), "file".into());
            map.insert("data".to_owned(), data.as_str().into());
            map.insert("mediaType".to_owned(), media_type.as_str().into());
            if let Some(filename) = filename {
                map.insert("filename".to_owned(), filename.as_str().into());
            }
            map.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Call;

    #[test]
    fn r55_what_is_read_is_written_as_it_can_be_read_again() {
        let messages = json!([
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": [
                {"type": "text", "text": "hi"}, {"type": "image", "image": "https://x.example/a.png"},
                {"type": "image", "image": "AAAA", "mediaType": "image/png"},
                {"type": "file", "data": "AAAA", "mediaType": "application/pdf", "filename": "a.pdf"},
                {"type": "file", "data": "https://x.example/a.pdf", "mediaType": "application/pdf"}]},
            {"role": "assistant", "content": [
                {"type": "reasoning", "text": "hm", "providerData": {"anthropic": {"signature": "s"}}},
                {"type": "text", "text": "calling"},
                {"type": "tool-call", "toolCallId": "1", "toolName": "t", "input": {"a": 1}}]},
            {"role": "tool", "content": [
                {"type": "tool-result", "toolCallId": "1", "toolName": "t", "output": {"b": [1]}},
                {"type": "tool-result", "toolCallId": "2", "toolName": "t", "output": "no", "isError": true}]},
        ]);
        let call = Call::read(&json!({"messages": messages})).unwrap();
        let written: Value = call.messages.iter().map(Message::to_value).collect();
        assert_eq!(Call::read(&json!({"messages": written})).unwrap(), call);
    }
}
