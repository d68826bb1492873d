//! Answers and their parts as JSON. By hand and not by serde's derive: what a model wrote is copied into the text, however
//! long it is, and the module carries one writer instead of one for each kind of output.

use serde::Serialize;
use serde::Serializer;
use serde_json::Value;

use super::Completion;
use super::Content;
use super::ProviderData;
use super::Source;
use super::StreamPart;
use super::ToolCall;
use crate::error::ErrorView;
use crate::json::Writer;

/// What is written as one JSON value.
pub trait Written {
    /// Writes it.
    fn write(&self, out: &mut Writer);

    /// The value's text.
    ///
    /// ```
    /// use ductape_models::chat::{StreamPart, Written};
    /// let part = StreamPart::TextDelta { text: "a".into() };
    /// assert_eq!(part.to_json(), r#"{"type":"text-delta","text":"a"}"#);
    /// ```
    fn to_json(&self) -> String {
        let mut out = Writer::default();
        self.write(&mut out);
        out.into_text()
    }
}

impl Written for Content {
    fn write(&self, out: &mut Writer) {
        match self {
            Self::Reasoning { text, provider_data } => {
                typed(out, "reasoning", |out| said(out, text, provider_data.as_ref()));
            }
            Self::Source(source) => typed(out, "source", |out| source.write_fields(out)),
            Self::Text { text, provider_data } => {
                typed(out, "text", |out| said(out, text, provider_data.as_ref()));
            }
            Self::ToolCall(call) => typed(out, "tool-call", |out| call.write_fields(out)),
        }
    }
}

impl Written for ToolCall {
    fn write(&self, out: &mut Writer) {
        out.object(|out| self.write_fields(out));
    }
}

impl ToolCall {
    fn write_fields(&self, out: &mut Writer) {
        out.text_field("toolCallId", &self.tool_call_id);
        out.text_field("toolName", &self.tool_name);
        out.key("input").json(&self.input);
        if self.incomplete {
            out.key("incomplete").boolean(true);
        }
        data(out, self.provider_data.as_ref());
    }
}

impl Completion {
    /// Writes the fields into a larger object.
    pub(crate) fn write_fields(&self, out: &mut Writer) {
        out.text_field("text", &self.text);
        if let Some(object) = &self.object {
            out.key("object").json(object);
        }
        out.key("content").list(|out| self.content.iter().for_each(|piece| piece.write(out)));
        out.key("toolCalls").list(|out| self.tool_calls.iter().for_each(|call| call.write(out)));
        out.key("finishReason").serialized(&self.finish_reason);
        out.key("usage").serialized(&self.usage);
        out.key("warnings").serialized(&self.warnings);
        out.key("response").serialized(&self.response);
    }
}

impl Written for Completion {
    fn write(&self, out: &mut Writer) {
        out.object(|out| self.write_fields(out));
    }
}

impl Written for StreamPart {
    fn write(&self, out: &mut Writer) {
        typed(out, self.kind(), |out| self.write_fields(out));
    }
}

impl StreamPart {
    fn kind(&self) -> &'static str {
        match self {
            Self::Error { .. } => "error",
            Self::Finish { .. } => "finish",
            Self::ReasoningDelta { .. } => "reasoning-delta",
            Self::ReasoningEnd { .. } => "reasoning-end",
            Self::ResponseStart { .. } => "response-start",
            Self::Source(_) => "source",
            Self::TextDelta { .. } => "text-delta",
            Self::TextEnd { .. } => "text-end",
            Self::ToolCall(_) => "tool-call",
            Self::ToolInputDelta { .. } => "tool-input-delta",
            Self::ToolInputEnd { .. } => "tool-input-end",
            Self::ToolInputStart { .. } => "tool-input-start",
            Self::Warning { .. } => "warning",
        }
    }

    fn write_fields(&self, out: &mut Writer) {
        match self {
            Self::Error { error } => out.key("error").serialized::<ErrorView>(&error.view()),
            Self::Finish { finish_reason, usage } => {
                out.key("finishReason").serialized(finish_reason);
                out.key("usage").serialized(usage);
            }
            Self::ReasoningDelta { text } | Self::TextDelta { text } => out.text_field("text", text),
            Self::ReasoningEnd { provider_data } | Self::TextEnd { provider_data } => {
                data(out, provider_data.as_ref());
            }
            Self::ResponseStart { response } => out.key("response").serialized(response),
            Self::Source(source) => source.write_fields(out),
            Self::ToolCall(call) => call.write_fields(out),
            Self::ToolInputDelta { tool_call_id, delta } => {
                out.text_field("toolCallId", tool_call_id);
                out.text_field("delta", delta);
            }
            Self::ToolInputEnd { tool_call_id } => out.text_field("toolCallId", tool_call_id),
            Self::ToolInputStart { tool_call_id, tool_name } => {
                out.text_field("toolCallId", tool_call_id);
                out.text_field("toolName", tool_name);
            }
            Self::Warning { warning } => out.key("warning").serialized(warning),
        }
    }
}

impl Source {
    fn write_fields(&self, out: &mut Writer) {
        for (name, text) in
            [("id", &self.id), ("url", &self.url), ("title", &self.title), ("text", &self.text)]
        {
            if let Some(text) = text {
                out.text_field(name, text);
            }
        }
        out.value_field("raw", &self.raw);
    }
}

fn typed(out: &mut Writer, kind: &str, fields: impl FnOnce(&mut Writer)) {
    out.object(|out| {
        out.text_field("type", kind);
        fields(out);
    });
}

fn said(out: &mut Writer, text: &str, provider_data: Option<&ProviderData>) {
    out.text_field("text", text);
    data(out, provider_data);
}

fn data(out: &mut Writer, provider_data: Option<&ProviderData>) {
    if let Some(provider_data) = provider_data {
        out.value_field("providerData", provider_data);
    }
}

/// For whoever has another format, or these among other things: the value, as it is written.
pub(crate) fn serialize<S: Serializer>(written: &impl Written, to: S) -> Result<S::Ok, S::Error> {
    serde_json::from_str::<Value>(&written.to_json()).unwrap_or_default().serialize(to)
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        serialize(self, to)
    }
}

impl Serialize for Completion {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        serialize(self, to)
    }
}

impl Serialize for StreamPart {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        serialize(self, to)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::chat::Finish;
    use crate::chat::FinishReason;
    use crate::chat::ResponseInfo;
    use crate::chat::Usage;
    use crate::chat::Warning;
    use crate::error::Error;
    use crate::error::ErrorKind;
    use crate::json::JsonText;

    fn call() -> ToolCall {
        ToolCall {
            tool_call_id: "c".to_owned(),
            tool_name: "f\"".to_owned(),
            input: JsonText::parse("{\"b\": 1, \"a\":[]}").unwrap(),
            incomplete: false,
            provider_data: None,
        }
    }

    fn same(written: &impl Written, expected: &Value) {
        assert_eq!(serde_json::from_str::<Value>(&written.to_json()).unwrap(), *expected);
    }

    #[test]
    fn every_part_is_written_with_its_type() {
        let (text, id) = (|| "a\n".to_owned(), || "c".to_owned());
        let (usage, none) = (Usage { input_tokens: Some(1), ..Usage::default() }, || None);
        let finish_reason = FinishReason::new(Finish::ToolCalls, Some("tool_use"));
        let warning = Warning { code: "a", field: "f".to_owned(), message: "m".to_owned() };
        let error = Error::new(ErrorKind::Overloaded, "later");
        let view = serde_json::to_value(error.view()).unwrap();
        let response = ResponseInfo { id: Some("r".to_owned()), ..ResponseInfo::default() };
        for (part, expected) in [
            (StreamPart::Error { error }, json!({"type": "error", "error": view})),
            (
                StreamPart::Finish { finish_reason, usage: Some(usage) },
                json!({"type": "finish", "finishReason": {"unified": "tool-calls", "raw": "tool_use"}, "usage": {"inputTokens": 1}}),
            ),
            (StreamPart::ReasoningDelta { text: text() }, json!({"type": "reasoning-delta", "text": "a\n"})),
            (
                StreamPart::ReasoningEnd { provider_data: Some(json!({"p": 1})) },
                json!({"type": "reasoning-end", "providerData": {"p": 1}}),
            ),
            (
                StreamPart::ResponseStart { response },
                json!({"type": "response-start", "response": {"id": "r", "headers": {}}}),
            ),
            (
                StreamPart::Source(Source { url: Some("u".to_owned()), ..Source::default() }),
                json!({"type": "source", "url": "u", "raw": null}),
            ),
            (StreamPart::TextDelta { text: text() }, json!({"type": "text-delta", "text": "a\n"})),
            (StreamPart::TextEnd { provider_data: none() }, json!({"type": "text-end"})),
            (
                StreamPart::ToolCall(call()),
                json!({"type": "tool-call", "toolCallId": "c", "toolName": "f\"", "input": {"b": 1, "a": []}}),
            ),
            (
                StreamPart::ToolInputDelta { tool_call_id: id(), delta: "{".to_owned() },
                json!({"type": "tool-input-delta", "toolCallId": "c", "delta": "{"}),
            ),
            (
                StreamPart::ToolInputEnd { tool_call_id: id() },
                json!({"type": "tool-input-end", "toolCallId": "c"}),
            ),
            (
                StreamPart::ToolInputStart { tool_call_id: id(), tool_name: text() },
                json!({"type": "tool-input-start", "toolCallId": "c", "toolName": "a\n"}),
            ),
            (
                StreamPart::Warning { warning: warning.clone() },
                json!({"type": "warning", "warning": serde_json::to_value(&warning).unwrap()}),
            ),
        ] {
            same(&part, &expected);
        }
    }

    #[test]
    fn an_answer_has_what_the_model_wrote_as_it_wrote_it() {
        let cut = ToolCall { incomplete: true, provider_data: Some(json!(1)), ..call() };
        let content = vec![
            Content::Text { text: "a".to_owned(), provider_data: Some(json!({"p": 1})) },
            Content::reasoning("b"),
            Content::ToolCall(call()),
            Content::ToolCall(cut),
        ];
        let mut answer = Completion::from_content(content, FinishReason::new(Finish::Stop, None));
        answer.object = JsonText::parse("[1.50]");
        assert!(answer.to_json().contains("\"input\":{\"b\": 1, \"a\":[]}"));
        assert!(answer.to_json().contains("\"object\":[1.50]"));
        let call = json!({"toolCallId": "c", "toolName": "f\"", "input": {"b": 1, "a": []}});
        let with = |more: Value| {
            let mut fields = call.as_object().unwrap().clone();
            fields.extend(more.as_object().unwrap().clone());
            Value::Object(fields)
        };
        let cut = || json!({"incomplete": true, "providerData": 1});
        same(
            &answer,
            &json!({
                "text": "a",
                "object": [1.5],
                "content": [
                    {"type": "text", "text": "a", "providerData": {"p": 1}},
                    {"type": "reasoning", "text": "b"},
                    with(json!({"type": "tool-call"})),
                    with(json!({"type": "tool-call", "incomplete": true, "providerData": 1})),
                ],
                "toolCalls": [call.clone(), with(cut())],
                "finishReason": {"unified": "stop", "raw": null},
                "usage": null,
                "warnings": [],
                "response": {"headers": {}},
            }),
        );
    }
}
