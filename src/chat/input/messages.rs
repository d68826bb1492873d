//! Reads the conversation: messages, their parts, images, tool calls and tool results.

use serde_json::Value;

use crate::chat::Content;
use crate::chat::File;
use crate::chat::FileData;
use crate::chat::Image;
use crate::chat::Message;
use crate::chat::ProviderData;
use crate::chat::Source;
use crate::chat::ToolCall;
use crate::chat::ToolResult;
use crate::chat::UserPart;
use crate::error::Error;
use crate::error::Result;
use crate::json::JsonText;
use crate::reader;
use crate::reader::Reader;

/// Fields that the AI SDK puts on messages and parts and that no wire of ours carries.
const IGNORED: &str = "providerOptions";

/// State that goes back to the provider that handed it out.
const PROVIDER_DATA: &str = "providerData";

pub(super) fn read(path: &str, value: &Value) -> Result<Vec<Message>> {
    let items = reader::list(path, value)?;
    if items.is_empty() {
        return Err(Error::invalid(path, "at least one message"));
    }
    items.into_iter().map(|(path, item)| message(&path, item)).collect()
}

fn message(path: &str, value: &Value) -> Result<Message> {
    let reader = Reader::new(path, value)?;
    reader.only(&["role", "content", IGNORED])?;
    let role = reader.required("role", "a role", reader::text)?;
    let content = |expected: &str| {
        reader
            .value("content")
            .ok_or_else(|| Error::invalid(&reader.at("content"), format!("{expected}; it is missing")))
    };
    let at = reader.at("content");
    match role {
        "assistant" => parts(&at, content("a string or a list of parts")?, assistant_text, assistant_part)
            .map(Message::Assistant),
        "system" => reader::filled(&at, content("a string")?).map(|text| Message::System(text.to_owned())),
        "tool" => filled_list(&at, content("a list of tool results")?, tool_result).map(Message::Tool),
        "user" => {
            parts(&at, content("a string or a list of parts")?, user_text, user_part).map(Message::User)
        }
        _ => Err(Error::invalid(&reader.at("role"), "one of system, user, assistant, tool")),
    }
}

/// Content as one string or as a list of parts.
fn parts<T>(
    path: &str,
    value: &Value,
    of_text: fn(&str, &str) -> Result<Vec<T>>,
    of_part: fn(&str, &Value) -> Result<T>,
) -> Result<Vec<T>> {
    match value {
        Value::Array(_) => filled_list(path, value, of_part),
        Value::String(text) => of_text(path, text),
        _ => Err(Error::invalid(path, "a string or a list of parts")),
    }
}

fn filled_list<T>(path: &str, value: &Value, read: fn(&str, &Value) -> Result<T>) -> Result<Vec<T>> {
    let items = reader::list(path, value)?;
    if items.is_empty() {
        return Err(Error::invalid(path, "at least one part"));
    }
    items.into_iter().map(|(path, item)| read(&path, item)).collect()
}

fn user_text(path: &str, text: &str) -> Result<Vec<UserPart>> {
    if text.is_empty() {
        return Err(Error::invalid(path, "a non-empty string"));
    }
    Ok(vec![UserPart::Text(text.to_owned())])
}

fn user_part(path: &str, value: &Value) -> Result<UserPart> {
    let reader = Reader::new(path, value)?;
    match reader.required("type", "a part type", reader::text)? {
        "file" => file(&reader).map(UserPart::File),
        "image" => {
            reader.only(&["type", "image", "mediaType", IGNORED])?;
            let media_type = reader.optional("mediaType", media_type)?;
            let image = |path: &str, value: &Value| image(path, value, media_type.as_deref());
            reader.required("image", "an image", image).map(UserPart::Image)
        }
        "text" => text_field(&reader).map(UserPart::Text),
        _ => Err(Error::invalid(&reader.at("type"), "text, image or file")),
    }
}

/// A document: base64, a `data:` URI or an https address, and its media type.
fn file(reader: &Reader<'_>) -> Result<File> {
    reader.only(&["type", "data", "mediaType", "filename", IGNORED])?;
    let text = reader.required("data", "base64 text, a data: URI or an https URL", reader::filled)?;
    let named = reader.optional("mediaType", file_type)?;
    let (data, own) = file_data(&reader.at("data"), text)?;
    let missing =
        || Error::invalid(&reader.at("mediaType"), "a media type such as application/pdf; it is missing");
    Ok(File {
        data,
        media_type: named.or(own).ok_or_else(missing)?,
        filename: reader.optional("filename", reader::filled)?.map(str::to_owned),
    })
}

/// The document, and the media type that its `data:` URI names.
fn file_data(path: &str, text: &str) -> Result<(FileData, Option<String>)> {
    if text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        return Ok((FileData::Url(text.to_owned()), None));
    }
    let expected = || Error::invalid(path, "base64 text, a data: URI with base64 or an https URL");
    let (data, media_type) = match text.strip_prefix("data:") {
        None => (text, None),
        Some(uri) => {
            let (head, data) = uri.split_once(";base64,").ok_or_else(expected)?;
            (data, head.split(';').next().filter(|kind| is_media_type(kind)).map(str::to_owned))
        }
    };
    if !is_base64(data) {
        return Err(expected());
    }
    Ok((FileData::Base64(data.to_owned()), media_type))
}

fn file_type(path: &str, value: &Value) -> Result<String> {
    let text = value.as_str().filter(|text| is_media_type(text));
    text.map(str::to_owned).ok_or_else(|| Error::invalid(path, "a media type such as application/pdf"))
}

fn is_media_type(text: &str) -> bool {
    let token = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-');
    let full = |part: &str| !part.is_empty() && part.bytes().all(token);
    text.split_once('/').is_some_and(|(kind, subtype)| full(kind) && full(subtype))
}

fn text_field(reader: &Reader<'_>) -> Result<String> {
    reader.only(&["type", "text", IGNORED])?;
    reader.required("text", "a string", reader::text).map(str::to_owned)
}

/// An image as `{url}`, as `{data, mediaType}`, or as one string: an https address, a `data:` URI, or base64 where the
/// part names its media type.
fn image(path: &str, value: &Value, media_type_of_part: Option<&str>) -> Result<Image> {
    match value {
        Value::Object(_) => image_object(path, value, media_type_of_part),
        Value::String(text) => image_text(path, text, media_type_of_part),
        _ => Err(Error::invalid(path, "an https URL, a data: URI, {url} or {data, mediaType}")),
    }
}

fn image_object(path: &str, value: &Value, media_type_of_part: Option<&str>) -> Result<Image> {
    let reader = Reader::new(path, value)?;
    reader.only(&["url", "data", "mediaType"])?;
    if let Some(url) = reader.value("url") {
        return image_text(&reader.at("url"), reader::filled(&reader.at("url"), url)?, None);
    }
    let data = reader.required("data", "base64 text", base64)?.to_owned();
    let named = reader.optional("mediaType", media_type)?;
    let media_type = named.or_else(|| media_type_of_part.map(str::to_owned));
    let missing = || Error::invalid(&reader.at("mediaType"), "a media type such as image/png; it is missing");
    Ok(Image::Data { data, media_type: media_type.ok_or_else(missing)? })
}

fn image_text(path: &str, text: &str, media_type_of_part: Option<&str>) -> Result<Image> {
    if text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        return Ok(Image::Url(text.to_owned()));
    }
    if let Some(uri) = text.strip_prefix("data:") {
        return data_uri(path, uri);
    }
    match media_type_of_part {
        Some(media_type) if is_base64(text) => {
            Ok(Image::Data { data: text.to_owned(), media_type: media_type.to_owned() })
        }
        _ => Err(Error::invalid(path, "an https URL, a data: URI with base64, {url} or {data, mediaType}")),
    }
}

/// `image/png;base64,AAAA`, after the scheme.
fn data_uri(path: &str, uri: &str) -> Result<Image> {
    let expected = || Error::invalid(path, "a data: URI of an image in base64");
    let (head, data) = uri.split_once(',').ok_or_else(expected)?;
    let (media_type, _) = head
        .strip_suffix(";base64")
        .map(|head| head.split_once(';').unwrap_or((head, "")))
        .ok_or_else(expected)?;
    if !is_image_type(media_type) || !is_base64(data) {
        return Err(expected());
    }
    Ok(Image::Data { data: data.to_owned(), media_type: media_type.to_owned() })
}

fn media_type(path: &str, value: &Value) -> Result<String> {
    let text = value.as_str().filter(|text| is_image_type(text));
    text.map(str::to_owned).ok_or_else(|| Error::invalid(path, "a media type such as image/png"))
}

fn is_image_type(text: &str) -> bool {
    text.starts_with("image/") && is_media_type(text)
}

fn base64<'a>(path: &str, value: &'a Value) -> Result<&'a str> {
    value.as_str().filter(|text| is_base64(text)).ok_or_else(|| Error::invalid(path, "base64 text"))
}

/// Only the alphabet is checked: decoding megabytes here would tell nothing that the provider does not.
fn is_base64(text: &str) -> bool {
    let trimmed = text.trim_end_matches('=');
    let alphabet = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    !trimmed.is_empty() && text.len() - trimmed.len() <= 2 && trimmed.bytes().all(alphabet)
}

/// An empty answer is a valid one, so its replay is valid too.
fn assistant_text(_path: &str, text: &str) -> Result<Vec<Content>> {
    Ok(vec![Content::text(text)])
}

fn assistant_part(path: &str, value: &Value) -> Result<Content> {
    let reader = Reader::new(path, value)?;
    match reader.required("type", "a part type", reader::text)? {
        "reasoning" => answer_text(&reader)
            .map(|text| Content::Reasoning { text, provider_data: provider_data(&reader) }),
        "source" => Ok(Content::Source(Source { raw: value.clone(), ..Source::default() })),
        "text" => {
            answer_text(&reader).map(|text| Content::Text { text, provider_data: provider_data(&reader) })
        }
        "tool-call" => tool_call(&reader).map(Content::ToolCall),
        _ => Err(Error::invalid(&reader.at("type"), "text, reasoning, source or tool-call")),
    }
}

fn answer_text(reader: &Reader<'_>) -> Result<String> {
    reader.only(&["type", "text", PROVIDER_DATA, IGNORED])?;
    reader.required("text", "a string", reader::text).map(str::to_owned)
}

/// Never looked into: it goes back as it came.
fn provider_data(reader: &Reader<'_>) -> Option<ProviderData> {
    reader.value(PROVIDER_DATA).cloned()
}

fn tool_call(reader: &Reader<'_>) -> Result<ToolCall> {
    reader.only(&["type", "toolCallId", "toolName", "input", "incomplete", PROVIDER_DATA, IGNORED])?;
    Ok(ToolCall {
        tool_call_id: reader.required("toolCallId", "an id", reader::filled)?.to_owned(),
        tool_name: reader.required("toolName", "a tool name", reader::filled)?.to_owned(),
        input: reader.required("input", "an object", |_, value| Ok(JsonText::from(value)))?,
        incomplete: reader.optional("incomplete", reader::boolean)?.unwrap_or(false),
        provider_data: provider_data(reader),
    })
}

fn tool_result(path: &str, value: &Value) -> Result<ToolResult> {
    let reader = Reader::new(path, value)?;
    reader.only(&["type", "toolCallId", "toolName", "output", "isError", IGNORED])?;
    if reader.required("type", "tool-result", reader::text)? != "tool-result" {
        return Err(Error::invalid(&reader.at("type"), "tool-result"));
    }
    let given = reader
        .present("output")
        .ok_or_else(|| Error::invalid(&reader.at("output"), "a string or any JSON value; it is missing"))?;
    let (output, failed) = unwrapped(given);
    Ok(ToolResult {
        tool_call_id: reader.required("toolCallId", "an id", reader::filled)?.to_owned(),
        tool_name: reader.required("toolName", "a tool name", reader::filled)?.to_owned(),
        output: output.clone(),
        is_error: reader.optional("isError", reader::boolean)?.unwrap_or(failed),
    })
}

/// The AI SDK's tagged output `{type, value}` or a plain value, and whether the tag says that the tool failed.
fn unwrapped(output: &Value) -> (&Value, bool) {
    let tagged = output.as_object().filter(|map| map.len() == 2).and_then(|map| {
        let failed = match map.get("type")?.as_str()? {
            "json" | "text" => false,
            "error-json" | "error-text" => true,
            _ => return None,
        };
        Some((map.get("value")?, failed))
    });
    tagged.unwrap_or((output, false))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field_of(messages: &Value) -> String {
        read("messages", messages).unwrap_err().field().unwrap().to_owned()
    }

    fn image_of(image: &Value) -> Result<Image> {
        image_at(&json!({"type": "image", "image": image}))
    }

    fn image_at(part: &Value) -> Result<Image> {
        match user_part("p", part)? {
            UserPart::Image(image) => Ok(image),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn r56_a_document_has_bytes_or_an_address_and_a_type() {
        let file = |part: Value| user_part("p", &part);
        let pdf = |data: FileData| {
            UserPart::File(File { data, media_type: "application/pdf".to_owned(), filename: None })
        };
        let bytes = || FileData::Base64("QUJD".to_owned());
        let named = file(json!({"type": "file", "data": "QUJD", "mediaType": "application/pdf"}));
        assert_eq!(named.unwrap(), pdf(bytes()));
        assert_eq!(
            file(json!({"type": "file", "data": "data:application/pdf;base64,QUJD"})).unwrap(),
            pdf(bytes())
        );
        let url = json!({"type": "file", "data": "https://a.example/b.pdf", "mediaType": "application/pdf"});
        assert_eq!(file(url).unwrap(), pdf(FileData::Url("https://a.example/b.pdf".to_owned())));
        let field = |part: Value| file(part).unwrap_err().field().unwrap().to_owned();
        assert_eq!(field(json!({"type": "file", "data": "QUJD"})), "p.mediaType");
        assert_eq!(field(json!({"type": "file", "data": "http://a", "mediaType": "a/b"})), "p.data");
        assert_eq!(field(json!({"type": "file", "data": "QUJD", "mediaType": "pdf"})), "p.mediaType");
    }

    #[test]
    fn r56_every_role_reads() {
        let messages = read("messages", &json!([
            {"role": "system", "content": "s"},
            {"role": "user", "content": "u"},
            {"role": "assistant", "content": [
                {"type": "reasoning", "text": "r"}, {"type": "text", "text": "t"},
                {"type": "tool-call", "toolCallId": "1", "toolName": "f", "input": {"a": 1}}]},
            {"role": "tool", "content": [
                {"type": "tool-result", "toolCallId": "1", "toolName": "f", "output": {"b": 2}, "isError": true}]},
            {"role": "assistant", "content": ""},
        ])).unwrap();
        let Message::Tool(results) = &messages[3] else { panic!("{messages:?}") };
        assert_eq!((&results[0].output, results[0].is_error), (&json!({"b": 2}), true));
        let Message::Assistant(content) = &messages[2] else { panic!("{messages:?}") };
        assert_eq!(content.len(), 3);
    }

    #[test]
    fn r56_every_mistake_is_named_by_its_path() {
        let user =
            |content: Value| json!([{"role": "user", "content": "a"}, {"role": "user", "content": content}]);
        assert_eq!(field_of(&user(json!([{"type": "image", "image": 7}]))), "messages[1].content[0].image");
        assert_eq!(field_of(&user(json!([{"type": "image"}]))), "messages[1].content[0].image");
        assert_eq!(field_of(&user(json!([{"type": "video"}]))), "messages[1].content[0].type");
        assert_eq!(field_of(&user(json!([]))), "messages[1].content");
        assert_eq!(field_of(&user(json!(""))), "messages[1].content");
        assert_eq!(field_of(&user(json!(null))), "messages[1].content");
        assert_eq!(field_of(&json!([{"role": "model", "content": "a"}])), "messages[0].role");
        assert_eq!(field_of(&json!([{"role": "tool", "content": "a"}])), "messages[0].content");
        assert_eq!(field_of(&json!([{"role": "user", "content": "a", "nmae": "b"}])), "messages[0].nmae");
        let call = json!([{"role": "assistant", "content": [{"type": "tool-call", "toolCallId": "1"}]}]);
        assert_eq!(field_of(&call), "messages[0].content[0].toolName");
        let result = json!([{"role": "tool", "content": [{"type": "tool-result", "toolCallId": "1", "toolName": "f"}]}]);
        assert_eq!(field_of(&result), "messages[0].content[0].output");
    }

    #[test]
    fn r56_images_come_in_four_spellings() {
        let url = Image::Url("https://a.example/b.png".to_owned());
        let bytes = Image::Data { data: "AAAA".to_owned(), media_type: "image/png".to_owned() };
        assert_eq!(image_of(&json!("https://a.example/b.png")).unwrap(), url);
        assert_eq!(image_of(&json!({"url": "https://a.example/b.png"})).unwrap(), url);
        assert_eq!(image_of(&json!("data:image/png;base64,AAAA")).unwrap(), bytes);
        assert_eq!(image_of(&json!({"url": "data:image/png;base64,AAAA"})).unwrap(), bytes);
        assert_eq!(image_of(&json!({"data": "AAAA", "mediaType": "image/png"})).unwrap(), bytes);
        let named = json!({"type": "image", "image": "AAAA", "mediaType": "image/png"});
        assert_eq!(image_at(&named).unwrap(), bytes);
    }

    #[test]
    fn r56_other_images_are_refused_without_repeating_them() {
        for bad in [
            "http://a.example/x",
            "ftp://x",
            "AAAA",
            "data:text/html;base64,AAAA",
            "data:image/png,AAAA",
            "SECRET é",
        ] {
            let error = image_of(&json!(bad)).unwrap_err();
            assert!(!error.to_string().contains("SECRET"), "{error}");
        }
        assert!(image_of(&json!({"data": "A!", "mediaType": "image/png"})).is_err());
        assert_eq!(image_of(&json!({"data": "AAAA"})).unwrap_err().field(), Some("p.image.mediaType"));
    }

    #[test]
    fn r56_tagged_outputs_are_unwrapped() {
        assert_eq!(unwrapped(&json!({"type": "error-text", "value": "no"})), (&json!("no"), true));
        assert_eq!(unwrapped(&json!({"type": "json", "value": [1]})), (&json!([1]), false));
        let plain = json!({"type": "apple", "value": 1});
        assert_eq!(unwrapped(&plain), (&plain, false));
    }
}
