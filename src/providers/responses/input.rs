//! The conversation becomes input items. A thought goes back only in the form in which the API gave it, and only
//! directly before the item that it led to: alone, or before another, it is refused (400, REC).

use serde_json::Value;

use super::Dialect;
use super::NAME;
use super::request::keeps_answers;
use crate::chat::Content;
use crate::chat::File;
use crate::chat::FileData;
use crate::chat::Message;
use crate::chat::ProviderData;
use crate::chat::ToolCall;
use crate::chat::ToolResult;
use crate::chat::UserPart;
use crate::json;
use crate::json::Writer;
use crate::json::filled;
use crate::providers::Draft;
use crate::providers::body;

/// The conversation as a list of items.
pub(super) fn write(out: &mut Writer, dialect: &Dialect, draft: &Draft<'_>) {
    let system_role = (dialect.system_role)(&draft.facts);
    let keeps_ids = keeps_answers(draft);
    out.list(|out| {
        for message in &draft.call.messages {
            match message {
                Message::Assistant(content) => Turn { content, keeps_ids }.write(out),
                Message::System(text) => out.object(|out| {
                    out.text_field("role", system_role);
                    out.text_field("content", text);
                }),
                Message::Tool(results) => results.iter().for_each(|result| output(out, result)),
                Message::User(parts) => user(out, parts),
            }
        }
    });
}

fn output(out: &mut Writer, result: &ToolResult) {
    out.object(|out| {
        out.text_field("type", "function_call_output");
        out.text_field("call_id", &result.tool_call_id);
        out.text_field("output", &body::output_text(result));
    });
}

fn user(out: &mut Writer, parts: &[UserPart]) {
    out.object(|out| {
        out.text_field("role", "user");
        out.key("content").list(|out| parts.iter().for_each(|part| user_part(out, part)));
    });
}

fn user_part(out: &mut Writer, part: &UserPart) {
    out.object(|out| match part {
        UserPart::File(file) => document(out, file),
        UserPart::Image(image) => {
            out.text_field("type", "input_image");
            body::image_url(out.key("image_url"), image);
            // The API's own default, which its schema demands.
            out.text_field("detail", "auto");
        }
        UserPart::Text(text) => {
            out.text_field("type", "input_text");
            out.text_field("text", text);
        }
    });
}

fn document(out: &mut Writer, file: &File) {
    out.text_field("type", "input_file");
    match &file.data {
        FileData::Base64(data) => {
            // The API refuses bytes without a name.
            out.text_field("filename", file.filename.as_deref().unwrap_or("document"));
            out.key("file_data").joined(&["data:", &file.media_type, ";base64,", data]);
        }
        FileData::Url(url) => out.text_field("file_url", url),
    }
}

/// An assistant's turn.
struct Turn<'a> {
    content: &'a [Content],
    /// Whether the API kept the turn, so that it knows the ids of its items.
    keeps_ids: bool,
}

impl Turn<'_> {
    fn write(&self, out: &mut Writer) {
        // Where the thoughts begin that lead to the next item.
        let mut thoughts = 0;
        for (position, piece) in self.content.iter().enumerate() {
            match piece {
                Content::Reasoning { .. } | Content::Source(_) => continue,
                Content::Text { text, .. } if text.is_empty() => continue,
                Content::Text { text, provider_data } => {
                    self.thoughts_between(out, thoughts, position);
                    self.said(out, text, own(provider_data.as_ref()));
                }
                Content::ToolCall(call) => {
                    self.thoughts_between(out, thoughts, position);
                    self.called(out, call);
                }
            }
            thoughts = position;
        }
    }

    fn said(&self, out: &mut Writer, text: &str, data: &Value) {
        out.object(|out| {
            out.text_field("type", "message");
            self.id(out, data);
            out.text_field("role", "assistant");
            let is_its_own = filled(&data["id"]).is_some() || filled(&data["phase"]).is_some();
            if !is_its_own {
                // The schema asks items of the API's own for ids, and takes a plain text from anywhere else.
                return out.text_field("content", text);
            }
            out.key("content").list(|out| {
                out.object(|out| {
                    out.text_field("type", "output_text");
                    out.text_field("text", text);
                });
            });
            // Whether it was said on the way or as the answer; models that give it want it back.
            if let Some(phase) = filled(&data["phase"]) {
                out.text_field("phase", phase);
            }
        });
    }

    fn called(&self, out: &mut Writer, call: &ToolCall) {
        let data = own(call.provider_data.as_ref());
        if let Some(thought) = filled(&data["after"]) {
            self.thought(out, thought);
        }
        out.object(|out| {
            out.text_field("type", "function_call");
            self.id(out, data);
            out.text_field("call_id", &call.tool_call_id);
            out.text_field("name", &call.tool_name);
            out.text_field("arguments", body::arguments(&call.input).as_str());
        });
    }

    fn id(&self, out: &mut Writer, data: &Value) {
        if let Some(id) = filled(&data["id"]).filter(|_| self.keeps_ids) {
            out.text_field("id", id);
        }
    }

    /// Writes the thoughts that stand between two places, apart from those that a call claims.
    fn thoughts_between(&self, out: &mut Writer, start: usize, end: usize) {
        let mut last = "";
        for piece in self.content.get(start..end).unwrap_or_default() {
            let id = thought_id(piece);
            if !id.is_empty() && id != last && !self.is_claimed(id) {
                self.thought(out, id);
            }
            last = id;
        }
    }

    /// Whether a call says that this thought led to it. In streams calls come last, whatever came before them.
    fn is_claimed(&self, id: &str) -> bool {
        self.content.iter().any(|piece| match piece {
            Content::ToolCall(call) => own(call.provider_data.as_ref())["after"] == *id,
            _ => false,
        })
    }

    /// Writes the thought of this id, whose summary may stand in several pieces. Not one that the API cannot know: not
    /// kept there, and not encrypted here.
    fn thought(&self, out: &mut Writer, id: &str) {
        let pieces = || self.content.iter().filter(|piece| thought_id(piece) == id);
        let encrypted = pieces().find_map(|piece| filled(&reasoning(piece)?.1["encryptedContent"]));
        if pieces().next().is_none() || !self.keeps_ids && encrypted.is_none() {
            return;
        }
        out.object(|out| {
            out.text_field("type", "reasoning");
            if self.keeps_ids {
                out.text_field("id", id);
            }
            out.key("summary").list(|out| {
                for (text, _) in pieces().filter_map(reasoning).filter(|(text, data)| is_summary(text, data))
                {
                    out.object(|out| {
                        out.text_field("type", "summary_text");
                        out.text_field("text", text);
                    });
                }
            });
            if let Some(encrypted) = encrypted {
                out.text_field("encrypted_content", encrypted);
            }
        });
    }
}

/// A thought in its own words is no summary, and goes back in the encrypted form only.
fn is_summary(text: &str, data: &Value) -> bool {
    !text.is_empty() && data["verbatim"].is_null()
}

/// The state that this wire gave out.
fn own(data: Option<&ProviderData>) -> &Value {
    data.map_or(&Value::Null, |data| &data[NAME])
}

fn reasoning(piece: &Content) -> Option<(&str, &Value)> {
    match piece {
        Content::Reasoning { text, provider_data } => Some((text, own(provider_data.as_ref()))),
        _ => None,
    }
}

/// The id of the thought; empty where it is none, or another provider's.
fn thought_id(piece: &Content) -> &str {
    reasoning(piece).and_then(|(_, data)| json::filled(&data["id"])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn items(content: Value, keeps_ids: bool) -> Value {
        let call = crate::chat::Call::read(&json!({"messages": [{"role": "assistant", "content": content}]}));
        let Message::Assistant(content) = &call.unwrap().messages[0] else { panic!("no such turn") };
        let mut out = Writer::default();
        out.list(|out| Turn { content, keeps_ids }.write(out));
        serde_json::from_slice(&out.into_bytes()).unwrap()
    }

    fn thought(id: &str, text: &str) -> Value {
        let data = json!({"responses": {"id": id, "encryptedContent": format!("e{id}")}});
        json!({"type": "reasoning", "text": text, "providerData": data})
    }

    fn call(id: &str, after: &str) -> Value {
        let data = json!({"responses": {"id": format!("fc{id}"), "after": after}});
        json!({"type": "tool-call", "toolCallId": id, "toolName": "f", "input": {}, "providerData": data})
    }

    /// The items' types, with the encrypted part or the call's id.
    fn shape(items: &Value) -> Vec<String> {
        let shape = |item: &Value| {
            let key = ["encrypted_content", "call_id"].iter().find_map(|key| item[*key].as_str());
            format!("{} {}", item["type"].as_str().unwrap(), key.unwrap_or("-"))
        };
        items.as_array().unwrap().iter().map(shape).collect()
    }

    #[test]
    fn rule21_a_thought_stands_directly_before_what_it_led_to() {
        let text = json!({"type": "text", "text": "b"});
        let turn = json!([thought("1", "x"), thought("2", "y"), text, call("c", "1"), call("d", "2")]);
        let expected = ["message -", "reasoning e1", "function_call c", "reasoning e2", "function_call d"];
        assert_eq!(shape(&items(turn, false)), expected);
        let turn = json!([thought("1", "x"), text, call("c", "")]);
        assert_eq!(shape(&items(turn, false)), ["reasoning e1", "message -", "function_call c"]);
    }

    #[test]
    fn rule21_a_thought_that_led_to_nothing_is_left_out() {
        let text = json!({"type": "text", "text": "b"});
        assert_eq!(shape(&items(json!([text, thought("1", "x")]), true)), ["message -"]);
        let empty = json!({"type": "text", "text": ""});
        assert_eq!(shape(&items(json!([thought("1", "x"), empty]), true)), [""; 0]);
        assert_eq!(shape(&items(json!([text, call("c", "gone")]), true)), ["message -", "function_call c"]);
    }

    #[test]
    fn rule21_ids_go_back_only_to_an_api_that_kept_them() {
        let turn = || json!([thought("1", "x"), thought("1", "y"), call("c", "1")]);
        let kept = items(turn(), true);
        assert_eq!((&kept[0]["id"], &kept[1]["id"]), (&json!("1"), &json!("fcc")));
        let summary = json!([{"type": "summary_text", "text": "x"}, {"type": "summary_text", "text": "y"}]);
        assert_eq!(kept[0]["summary"], summary);
        let stateless = items(turn(), false);
        assert!(stateless[0].get("id").is_none() && stateless[1].get("id").is_none());
        assert_eq!(stateless[0]["summary"], summary);
    }

    #[test]
    fn r56_thoughts_without_our_state_are_left_out() {
        let foreign =
            json!({"type": "reasoning", "text": "x", "providerData": {"anthropic": {"signature": "s"}}});
        let known = json!({"type": "reasoning", "text": "x", "providerData": {"responses": {"id": "1"}}});
        let text = json!({"type": "text", "text": "b"});
        assert_eq!(shape(&items(json!([foreign, known, text]), false)), ["message -"]);
        assert_eq!(shape(&items(json!([foreign, known, text]), true)), ["reasoning -", "message -"]);
    }
}
