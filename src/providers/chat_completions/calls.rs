//! Tool calls out of fragments. The grammar says: keyed by `index`, id and name in the first fragment. Servers omit the
//! index, reuse it, repeat ids and names, or send them late; this file is what is known of that.

use std::borrow::Cow;

use serde_json::Value;

use crate::chat::Finish;
use crate::chat::StreamPart;
use crate::json;
use crate::json::count;
use crate::json::filled;
use crate::providers::tool_calls::tool_call;

/// The calls of one answer, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<OpenCall>);

/// A call whose arguments are still coming.
#[derive(Debug, Default)]
struct OpenCall {
    index: Option<u64>,
    /// Empty until the provider gives one or the call has to start without.
    id: String,
    name: String,
    input: String,
    /// How much of `input` went out as deltas; `None` until the call's start did.
    sent: Option<usize>,
}

impl Calls {
    /// Whether no call began.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes a fragment.
    pub(super) fn take(&mut self, piece: &Value, out: &mut Vec<StreamPart>) {
        let (id, name) = (filled(&piece["id"]), filled(&piece["function"]["name"]));
        let arguments = &arguments(&piece["function"]["arguments"]);
        self.take_key(&Key { index: count(&piece["index"]), id, name, arguments }, out);
    }

    /// Takes what a fragment says.
    pub(super) fn take_key(&mut self, key: &Key<'_>, out: &mut Vec<StreamPart>) {
        if key.id.is_none() && key.name.is_none() && key.arguments.is_empty() {
            return;
        }
        let position = self.position(key);
        let Some(call) = self.0.get_mut(position) else { return };
        call.extend(key);
        if call.can_start() {
            call.emit(position, out);
        }
    }

    /// Takes a fragment of the one call of the form before tools.
    pub(super) fn take_function(&mut self, function: &Value, out: &mut Vec<StreamPart>) {
        let arguments = &arguments(&function["arguments"]);
        let key = Key { index: Some(0), id: None, name: None, arguments };
        let position = self.position(&key);
        let Some(call) = self.0.get_mut(position) else { return };
        call.extend(&Key { name: filled(&function["name"]), ..key });
        if call.can_start() {
            call.emit(position, out);
        }
    }

    /// Ends every call, in the light of how the answer ended.
    pub(super) fn end(&mut self, finish: Finish, out: &mut Vec<StreamPart>) {
        for (position, mut call) in core::mem::take(&mut self.0).into_iter().enumerate() {
            call.emit(position, out);
            out.push(StreamPart::ToolInputEnd { tool_call_id: call.id.clone() });
            out.push(StreamPart::ToolCall(tool_call(call.id, call.name, &call.input, finish)));
        }
    }

    /// Where the fragment belongs; a new call is added where it belongs nowhere.
    fn position(&mut self, key: &Key<'_>) -> usize {
        let found = match key.index {
            Some(index) => self.0.iter().rposition(|call| call.index == Some(index)),
            None => self.unindexed(key),
        };
        let continued =
            found.filter(|position| self.0.get(*position).is_some_and(|call| !call.is_followed_by(key)));
        continued.unwrap_or_else(|| {
            self.0.push(OpenCall { index: key.index, ..OpenCall::default() });
            self.0.len() - 1
        })
    }

    fn unindexed(&self, key: &Key<'_>) -> Option<usize> {
        let last = self.0.len().checked_sub(1)?;
        let call = self.0.get(last)?;
        let known = key.id.and_then(|id| self.0.iter().rposition(|call| call.id == id));
        let continues = match (key.id, key.name) {
            (None, None) => true,
            (None, Some(_)) => call.name.is_empty() || !is_complete(&call.input),
            (Some(_), None) => call.id.is_empty() || !is_complete(&call.input),
            (Some(_), Some(_)) => false,
        };
        known.or(continues.then_some(last))
    }
}

/// What a fragment says of the call that it belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'a> {
    pub(super) index: Option<u64>,
    pub(super) id: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) arguments: &'a str,
}

impl OpenCall {
    /// Whether the fragment, though it has this call's key, begins another: it is named again, and this call's
    /// arguments are whole, so that nothing can be added to them.
    fn is_followed_by(&self, key: &Key<'_>) -> bool {
        if key.name.is_none() || self.name.is_empty() {
            return false;
        }
        match key.id {
            Some(id) if !self.id.is_empty() => {
                id != self.id && (self.input.is_empty() || is_complete(&self.input))
            }
            _ => !key.arguments.is_empty() && is_complete(&self.input),
        }
    }

    fn extend(&mut self, key: &Key<'_>) {
        if let Some(id) = key.id.filter(|_| self.id.is_empty()) {
            id.clone_into(&mut self.id);
        }
        if let Some(name) = key.name.filter(|_| self.name.is_empty()) {
            name.clone_into(&mut self.name);
        }
        self.input.push_str(key.arguments);
    }

    /// An id may still come with the next fragment, unless arguments came before it.
    fn can_start(&self) -> bool {
        !self.name.is_empty() && (!self.id.is_empty() || !self.input.is_empty())
    }

    /// Emits the start where it is due, and the arguments that were not emitted yet.
    fn emit(&mut self, position: usize, out: &mut Vec<StreamPart>) {
        let sent = self.sent.unwrap_or_else(|| {
            if self.id.is_empty() {
                self.id = made_id(position);
            }
            let (tool_call_id, tool_name) = (self.id.clone(), self.name.clone());
            out.push(StreamPart::ToolInputStart { tool_call_id, tool_name });
            0
        });
        let delta = self.input.get(sent..).unwrap_or_default();
        if !delta.is_empty() {
            let (tool_call_id, delta) = (self.id.clone(), delta.to_owned());
            out.push(StreamPart::ToolInputDelta { tool_call_id, delta });
        }
        self.sent = Some(self.input.len());
    }
}

/// The id of the answer's call at `position`, where the provider gave none.
pub(super) fn made_id(position: usize) -> String {
    format!("call_{position}")
}

/// Arguments as JSON text. Some servers send the object itself.
pub(super) fn arguments(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Object(_) => Cow::Owned(value.to_string()),
        _ => Cow::Borrowed(value.as_str().unwrap_or_default()),
    }
}

/// Whether the text is a whole JSON object. The cheap test first: fragments that repeat the name come by the thousand.
fn is_complete(input: &str) -> bool {
    input.trim_end().ends_with('}') && json::parse(input).is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The calls that a stream with these fragments ends in, as `(id, name, input)`.
    fn calls(fragments: &[Value]) -> Vec<(String, String, Value)> {
        let mut calls = Calls::default();
        let mut out = Vec::new();
        for fragment in fragments {
            calls.take(fragment, &mut out);
        }
        calls.end(Finish::ToolCalls, &mut out);
        check_order(&out);
        let calls = out.into_iter().filter_map(|part| match part {
            StreamPart::ToolCall(call) => Some((call.tool_call_id, call.tool_name, call.input.to_value())),
            _ => None,
        });
        calls.collect()
    }

    /// Every delta and end follows its call's start.
    fn check_order(parts: &[StreamPart]) {
        let mut started = Vec::new();
        for part in parts {
            match part {
                StreamPart::ToolInputStart { tool_call_id, .. } => started.push(tool_call_id.clone()),
                StreamPart::ToolInputDelta { tool_call_id, .. }
                | StreamPart::ToolInputEnd { tool_call_id } => {
                    assert!(started.contains(tool_call_id));
                }
                _ => {}
            }
        }
    }

    fn call(id: &str, name: &str, input: Value) -> (String, String, Value) {
        (id.to_owned(), name.to_owned(), input)
    }

    #[test]
    fn r56_fragments_are_keyed_by_index() {
        let two = calls(&[
            json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}),
            json!({"index": 1, "id": "b", "function": {"name": "g", "arguments": "{\"y\":"}}),
            json!({"index": 0, "function": {"arguments": "{\"x\":1}"}}),
            json!({"index": 1, "function": {"arguments": "2}"}}),
        ]);
        assert_eq!(two, [call("a", "f", json!({"x": 1})), call("b", "g", json!({"y": 2}))]);
    }

    #[test]
    fn r56_a_missing_index_follows_the_id_or_the_last_call() {
        let two = calls(&[
            json!({"id": "a", "function": {"name": "f", "arguments": "{"}}),
            json!({"function": {"arguments": "}"}}),
            json!({"id": "b", "function": {"name": "f", "arguments": "{\"x\""}}),
            json!({"id": "b", "function": {"name": "f", "arguments": ":1}"}}),
        ]);
        assert_eq!(two, [call("a", "f", json!({})), call("b", "f", json!({"x": 1}))]);
    }

    #[test]
    fn r56_a_reused_index_with_another_id_is_another_call() {
        let two = calls(&[
            json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}),
            json!({"index": 0, "id": "b", "function": {"name": "f", "arguments": "{\"x\":1}"}}),
        ]);
        assert_eq!(two, [call("a", "f", json!({})), call("b", "f", json!({"x": 1}))]);
    }

    #[test]
    fn r56_repeated_names_and_ids_change_nothing() {
        let piece = |arguments: &str| json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": arguments}});
        assert_eq!(calls(&[piece("{\"x\""), piece(":1}"), piece("")]), [call("a", "f", json!({"x": 1}))]);
        let rotating = |id: &str, text: &str| json!({"index": 0, "id": id, "function": {"name": "f", "arguments": text}});
        assert_eq!(
            calls(&[rotating("a", "{\"x\""), rotating("b", ":1}")]),
            [call("a", "f", json!({"x": 1}))]
        );
    }

    #[test]
    fn r56_names_may_come_late_and_ids_never() {
        let late = calls(&[
            json!({"index": 0, "id": "a", "function": {"arguments": "{\"x\":"}}),
            json!({"index": 0, "function": {"name": "f", "arguments": "1}"}}),
        ]);
        assert_eq!(late, [call("a", "f", json!({"x": 1}))]);
        let nameless = calls(&[
            json!({"index": 0, "id": "", "function": {"name": "f", "arguments": "{\"x\":1}"}}),
            json!({"index": 0, "id": "", "function": {"name": "f", "arguments": "{\"x\":2}"}}),
        ]);
        assert_eq!(nameless, [call("call_0", "f", json!({"x": 1})), call("call_1", "f", json!({"x": 2}))]);
    }

    #[test]
    fn r56_no_arguments_are_an_empty_object() {
        for arguments in [json!(""), json!("null"), json!(null), json!({}), json!("{}")] {
            let one =
                calls(&[json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": arguments}})]);
            assert_eq!(one, [call("a", "f", json!({}))]);
        }
        assert_eq!(calls(&[json!({"id": "a", "function": {"name": "f"}})]), [call("a", "f", json!({}))]);
    }
}
