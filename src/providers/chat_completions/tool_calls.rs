//! Puts tool calls together from their fragments. Servers differ in what they repeat, omit and reuse; no fragment is
//! lost and none is given to the wrong call.

use serde_json::Map;
use serde_json::Value;

use super::chunk::filled;
use crate::chat::Finish;
use crate::chat::StreamPart;
use crate::chat::ToolCall;

/// The calls of one answer, in the order they began.
#[derive(Clone, Debug, Default)]
pub(super) struct ToolCalls(Vec<Building>);

#[derive(Clone, Debug)]
struct Building {
    index: Option<u64>,
    /// The server's id, or one of ours.
    id: String,
    ids_own: bool,
    name: String,
    arguments: String,
    announced: bool,
}

impl ToolCalls {
    /// Whether there is any.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the fragments of a message or a delta, and says what they add.
    pub(super) fn take(&mut self, message: &Value, out: &mut Vec<StreamPart>) {
        if let Some(fragments) = message.get("tool_calls").and_then(Value::as_array) {
            fragments.iter().for_each(|fragment| self.fragment(fragment, out));
        }
        // The form that came before tool calls; some servers still speak it.
        if let Some(function) = message.get("function_call").filter(|call| call.is_object()) {
            self.fragment(&Value::Object(Map::from_iter([("function".to_owned(), function.clone())])), out);
        }
    }

    /// The calls are as complete as they get.
    pub(super) fn end(&mut self, finish: Finish, out: &mut Vec<StreamPart>) {
        for mut call in core::mem::take(&mut self.0) {
            call.announce(out);
            out.push(StreamPart::ToolInputEnd { tool_call_id: call.id.clone() });
            out.push(StreamPart::ToolCall(call.build(finish)));
        }
    }

    fn fragment(&mut self, fragment: &Value, out: &mut Vec<StreamPart>) {
        let function = fragment.get("function").unwrap_or(fragment);
        let index = fragment.get("index").and_then(Value::as_u64);
        let (id, name) = (filled(fragment.get("id")), filled(function.get("name")));
        let Some(call) = self.find(index, id, name) else { return };
        if let Some(name) = name.filter(|_| call.name.is_empty()) {
            name.clone_into(&mut call.name);
        }
        if let Some(id) = id.filter(|_| call.ids_own && !call.announced) {
            id.clone_into(&mut call.id);
            call.ids_own = false;
        }
        call.append(function.get("arguments"), out);
    }

    /// By index where there is one, unless another id and a name show that the index was reused; else by id; else the
    /// last call, unless a name begins a new one.
    fn find(&mut self, index: Option<u64>, id: Option<&str>, name: Option<&str>) -> Option<&mut Building> {
        let known = match index {
            Some(_) => self.0.iter().rposition(|call| call.index == index),
            None => id.and_then(|id| self.0.iter().rposition(|call| call.id == id)),
        };
        let last = self.0.len().checked_sub(1).filter(|_| index.is_none() && id.is_none());
        let position = known.or(last).filter(|at| !self.begins_anew(*at, id, name));
        match position {
            Some(position) => self.0.get_mut(position),
            None => self.begin(index, id),
        }
    }

    fn begins_anew(&self, position: usize, id: Option<&str>, name: Option<&str>) -> bool {
        let Some(call) = self.0.get(position) else { return true };
        let other_id = id.is_some_and(|id| !call.ids_own && id != call.id);
        let named_again = name.is_some() && !call.name.is_empty() && !call.arguments.is_empty();
        if id.is_some() { other_id && name.is_some() } else { named_again }
    }

    fn begin(&mut self, index: Option<u64>, id: Option<&str>) -> Option<&mut Building> {
        let own = format!("call_{}", self.0.len());
        self.0.push(Building {
            index,
            id: id.map_or(own, str::to_owned),
            ids_own: id.is_none(),
            name: String::new(),
            arguments: String::new(),
            announced: false,
        });
        self.0.last_mut()
    }
}

impl Building {
    fn append(&mut self, arguments: Option<&Value>, out: &mut Vec<StreamPart>) {
        let text = match arguments {
            Some(Value::String(text)) => text.as_str(),
            // Whole, as an object instead of text.
            Some(arguments @ Value::Object(_)) => return self.push(&arguments.to_string(), out),
            _ => "",
        };
        self.push(text, out);
    }

    /// Held back until the name is known, because a call is announced by name.
    fn push(&mut self, text: &str, out: &mut Vec<StreamPart>) {
        self.arguments.push_str(text);
        if self.announced {
            self.delta(text, out);
        } else if !self.name.is_empty() {
            self.announce(out);
        }
    }

    fn announce(&mut self, out: &mut Vec<StreamPart>) {
        if core::mem::replace(&mut self.announced, true) {
            return;
        }
        out.push(StreamPart::ToolInputStart { tool_call_id: self.id.clone(), tool_name: self.name.clone() });
        let held = self.arguments.clone();
        self.delta(&held, out);
    }

    fn delta(&self, text: &str, out: &mut Vec<StreamPart>) {
        if !text.is_empty() {
            out.push(StreamPart::ToolInputDelta { tool_call_id: self.id.clone(), delta: text.to_owned() });
        }
    }

    fn build(self, finish: Finish) -> ToolCall {
        let (input, incomplete) = input(self.arguments, finish);
        ToolCall { tool_call_id: self.id, tool_name: self.name, input, incomplete }
    }
}

/// The arguments as JSON. Nothing, and the text `null`, mean no arguments, unless the answer was cut. Text that is not
/// JSON is kept as text and must not be run.
fn input(text: String, finish: Finish) -> (Value, bool) {
    let empty = || Value::Object(Map::new());
    let cut = matches!(finish, Finish::Error | Finish::Interrupted | Finish::Length);
    match serde_json::from_str::<Value>(&text) {
        _ if text.trim().is_empty() => (empty(), cut),
        Ok(Value::Null) => (empty(), cut),
        Ok(Value::String(inner)) => twice_encoded(inner),
        Ok(value) => (value, false),
        Err(_) => (Value::String(text), true),
    }
}

fn twice_encoded(inner: String) -> (Value, bool) {
    match serde_json::from_str::<Value>(&inner) {
        Ok(value @ Value::Object(_)) => (value, false),
        _ => (Value::String(inner), true),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn calls(deltas: &[Value], finish: Finish) -> Vec<(String, String, Value, bool)> {
        let (mut calls, mut out) = (ToolCalls::default(), Vec::new());
        deltas.iter().for_each(|delta| calls.take(&json!({"tool_calls": [delta]}), &mut out));
        calls.end(finish, &mut out);
        let whole = out.into_iter().filter_map(|part| match part {
            StreamPart::ToolCall(call) => {
                Some((call.tool_call_id, call.tool_name, call.input, call.incomplete))
            }
            _ => None,
        });
        whole.collect()
    }

    fn done(id: &str, name: &str, input: Value) -> (String, String, Value, bool) {
        (id.to_owned(), name.to_owned(), input, false)
    }

    #[test]
    fn fragments_join_by_index() {
        let deltas = [
            json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\""}}),
            json!({"index": 1, "id": "b", "function": {"name": "g", "arguments": ""}}),
            json!({"index": 0, "function": {"arguments": ":1}"}}),
        ];
        let expected = [done("a", "f", json!({"x": 1})), done("b", "g", json!({}))];
        assert_eq!(calls(&deltas, Finish::ToolCalls), expected);
    }

    #[test]
    fn a_reused_index_with_another_id_is_another_call() {
        let deltas = [
            json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}),
            json!({"index": 0, "id": "b", "function": {"name": "f", "arguments": "{}"}}),
        ];
        assert_eq!(calls(&deltas, Finish::ToolCalls).len(), 2);
    }

    #[test]
    fn without_an_index_ids_and_names_tell_calls_apart() {
        let deltas = [
            json!({"id": "a", "function": {"name": "f", "arguments": "{"}}),
            json!({"function": {"arguments": "}"}}),
            json!({"function": {"name": "g", "arguments": {"y": 2}}}),
        ];
        let expected = [done("a", "f", json!({})), done("call_1", "g", json!({"y": 2}))];
        assert_eq!(calls(&deltas, Finish::ToolCalls), expected);
    }

    #[test]
    fn a_late_name_and_a_late_id_are_waited_for() {
        let deltas = [
            json!({"index": 0, "function": {"arguments": "{}"}}),
            json!({"index": 0, "id": "a", "function": {"name": "f"}}),
        ];
        assert_eq!(calls(&deltas, Finish::ToolCalls), [done("a", "f", json!({}))]);
    }

    #[test]
    fn cut_arguments_are_never_executable() {
        let one = |arguments: &str, finish| {
            let delta = json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": arguments}});
            calls(&[delta], finish).remove(0).3
        };
        assert!(one("{\"x\": ", Finish::Length) && one("", Finish::Length) && one("{", Finish::ToolCalls));
        assert!(
            !one("", Finish::ToolCalls)
                && !one("null", Finish::ToolCalls)
                && !one("{\"x\":1}", Finish::Length)
        );
    }
}
