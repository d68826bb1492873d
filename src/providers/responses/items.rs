//! The items of an answer while they come: which event belongs to which, what of each went out already, and what is
//! still to come when an event repeats the whole. Indexes, ids and repetitions are what servers differ in (REC).

use serde_json::Map;
use serde_json::Value;

use super::NAME;
use super::response::source;
use crate::chat::Finish;
use crate::chat::StreamPart;
use crate::json;
use crate::json::count;
use crate::json::filled;
use crate::json::object_of;
use crate::providers::tool_calls::tool_call;

/// What an item is. Others (the API's own tools, custom tools) are passed over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Call,
    Message,
    Other,
    Reasoning,
}

impl Kind {
    /// Whether the item waits for the caller. Those that this library does not carry are no calls of its own, but the
    /// answer did not stop by itself either.
    pub(super) fn waits(item: &Value) -> bool {
        let waits =
            ["function_call", "custom_tool_call", "apply_patch_call", "local_shell_call", "computer_call"];
        item["type"].as_str().is_some_and(|name| waits.contains(&name))
    }

    /// The kind of a whole item.
    pub(super) fn of(item: &Value) -> Self {
        match item["type"].as_str() {
            Some("function_call") => Self::Call,
            Some("message") => Self::Message,
            Some("reasoning") => Self::Reasoning,
            _ => Self::Other,
        }
    }
}

/// The items so far, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Items(Vec<Item>);

/// One item.
#[derive(Debug)]
pub(super) struct Item {
    kind: Kind,
    index: u64,
    id: String,
    /// The texts of its parts, or the arguments.
    parts: Vec<Part>,
    /// How many of its sources went out.
    sources: usize,
    pub(super) refused: bool,
    pub(super) waits: bool,
    /// Whether a thought comes in its own words. Where a server gives a summary too, the first of the two counts.
    verbatim: Option<bool>,
    call_id: String,
    name: String,
    /// The id of the thought that led to the call.
    after: String,
    /// How much of the arguments went out; `None` until the call's start did.
    sent: Option<usize>,
    /// The item itself says that it was cut.
    cut: bool,
    ended: bool,
    /// The whole answer's list has named it.
    listed: bool,
    delivered: bool,
}

#[derive(Debug)]
struct Part {
    index: u64,
    text: String,
}

impl Items {
    /// What is known of them all: whether one is a call, and whether one refuses.
    pub(super) fn any(&self, is: fn(&Item) -> bool) -> bool {
        self.0.iter().any(is)
    }

    /// The item that begins with this event. A second start of an item that is still coming means the same one.
    pub(super) fn begin(&mut self, index: Option<u64>, item: &Value) -> Option<&mut Item> {
        let kind = Kind::of(item);
        let known = self.by_index(index, kind).filter(|at| self.0.get(*at).is_some_and(|item| !item.ended));
        self.known_or_new(known, index, kind, filled(&item["id"]))
    }

    /// The item that an event belongs to: by its index, because ids may change between an item's start and its end
    /// (REC); by its id where a server gives no index (llama.cpp); else the last one that is still coming.
    pub(super) fn of_event(&mut self, kind: Kind, index: Option<u64>, id: Option<&str>) -> Option<&mut Item> {
        let at = self.by_index(index, kind).or_else(|| self.by_id(id, kind)).or_else(|| {
            let open = |item: &Item| item.kind == kind && !item.ended;
            self.0.iter().rposition(open).filter(|_| index.is_none())
        });
        self.known_or_new(at, index, kind, id)
    }

    /// The item of a whole answer's list, which some servers give without the items that they streamed before. Each is
    /// meant once: two items may say the same.
    pub(super) fn of_whole(&mut self, position: u64, item: &Value) -> Option<&mut Item> {
        let (kind, id) = (Kind::of(item), filled(&item["id"]));
        let free = |known: &Item| known.kind == kind && !known.listed;
        let by_id = id.and_then(|id| self.0.iter().position(|known| free(known) && known.id == id));
        let same = || self.0.iter().position(|known| free(known) && known.says(item));
        let by_index = || self.0.iter().position(|known| free(known) && known.index == position);
        let at = by_id.or_else(same).or_else(by_index);
        let found = self.known_or_new(at, Some(position), kind, id)?;
        found.listed = true;
        Some(found)
    }

    /// Delivers the calls that were held back, in the light of how the answer ended.
    pub(super) fn deliver(&mut self, finish: Finish, out: &mut Vec<StreamPart>) {
        for item in &mut self.0 {
            item.deliver(finish, out);
        }
    }

    fn by_index(&self, index: Option<u64>, kind: Kind) -> Option<usize> {
        let index = index?;
        self.0.iter().rposition(|item| item.index == index && item.kind == kind)
    }

    fn by_id(&self, id: Option<&str>, kind: Kind) -> Option<usize> {
        let id = id?;
        self.0.iter().rposition(|item| item.id == id && item.kind == kind)
    }

    fn known_or_new(
        &mut self,
        known: Option<usize>,
        index: Option<u64>,
        kind: Kind,
        id: Option<&str>,
    ) -> Option<&mut Item> {
        let last = self.0.len();
        if known.is_none() {
            let thought = self.0.last().filter(|item| item.kind == Kind::Reasoning && kind == Kind::Call);
            let after = thought.map(|thought| thought.id.clone()).unwrap_or_default();
            self.0.push(Item::new(kind, index.unwrap_or(last as u64), id.unwrap_or_default(), after));
        }
        self.0.get_mut(known.unwrap_or(last))
    }
}

impl Item {
    fn new(kind: Kind, index: u64, id: &str, after: String) -> Self {
        Self {
            kind,
            index,
            id: id.to_owned(),
            parts: Vec::new(),
            sources: 0,
            refused: false,
            waits: kind == Kind::Call,
            verbatim: None,
            call_id: String::new(),
            name: String::new(),
            after,
            sent: None,
            cut: false,
            ended: false,
            listed: false,
            delivered: false,
        }
    }

    /// Takes what an item's start says: a call's names.
    pub(super) fn start(&mut self, item: &Value, out: &mut Vec<StreamPart>) {
        if self.kind == Kind::Call {
            self.note_names(item);
            self.send_arguments(out);
        }
    }

    /// Takes more of the part's text, or of the arguments.
    pub(super) fn delta(&mut self, part: u64, text: &str, out: &mut Vec<StreamPart>) {
        if text.is_empty() {
            return;
        }
        let at = self.part(part, out);
        if let Some(part) = self.parts.get_mut(at) {
            part.text.push_str(text);
        }
        match self.kind {
            Kind::Call => self.send_arguments(out),
            Kind::Message => out.push(StreamPart::TextDelta { text: text.to_owned() }),
            Kind::Reasoning => out.push(StreamPart::ReasoningDelta { text: text.to_owned() }),
            Kind::Other => {}
        }
    }

    /// Takes the whole of the part's text: what is missing goes out. What differs from what went out is not taken back.
    pub(super) fn settle(&mut self, part: u64, whole: &str, out: &mut Vec<StreamPart>) {
        let known = self.parts.iter().find(|known| known.index == part);
        match whole.strip_prefix(known.map_or("", |known| &known.text)) {
            Some(missing) => self.delta(part, missing, out),
            None if self.kind == Kind::Call && !whole.is_empty() => self.replace_arguments(whole),
            None => {}
        }
    }

    /// Takes the whole of all parts. They are compared with what went out together, because the indexes of parts in
    /// events are not always their places in the item (Bedrock counts the thought before, REC).
    fn settle_all(&mut self, texts: &[&str], out: &mut Vec<StreamPart>) {
        let mut sent = String::new();
        for part in &self.parts {
            sent.push_str(&part.text);
        }
        if sent.is_empty() {
            for (index, text) in texts.iter().enumerate() {
                self.delta(index as u64, text, out);
            }
        } else if let Some(missing) = texts.concat().strip_prefix(&sent) {
            let last = self.parts.last().map_or(0, |part| part.index);
            self.delta(last, missing, out);
        }
    }

    /// Whether text of this kind of thought is taken.
    pub(super) fn takes(&mut self, verbatim: bool) -> bool {
        *self.verbatim.get_or_insert(verbatim) == verbatim
    }

    /// Takes a source as it is found. [`Item::end`] names them all again.
    pub(super) fn cite(&mut self, annotation: &Value, out: &mut Vec<StreamPart>) {
        self.sources += 1;
        out.extend(source(annotation).map(StreamPart::Source));
    }

    /// Takes the whole item: what of it did not go out yet does, once.
    pub(super) fn end(&mut self, item: &Value, out: &mut Vec<StreamPart>) {
        if core::mem::replace(&mut self.ended, true) {
            return;
        }
        self.waits |= Kind::waits(item);
        // The id that the item ends with is the one that the API knows later.
        if let Some(id) = filled(&item["id"]) {
            id.clone_into(&mut self.id);
        }
        match self.kind {
            Kind::Call => self.end_call(item, out),
            Kind::Message => self.end_message(item, out),
            Kind::Reasoning => self.end_reasoning(item, out),
            Kind::Other => {}
        }
    }

    /// Delivers the call, once.
    pub(super) fn deliver(&mut self, finish: Finish, out: &mut Vec<StreamPart>) {
        if self.kind != Kind::Call || core::mem::replace(&mut self.delivered, true) {
            return;
        }
        if !self.ended {
            self.end(&Value::Null, out);
        }
        let mut call = tool_call(self.call_id.clone(), self.name.clone(), self.arguments(), finish);
        call.incomplete |= self.cut;
        call.provider_data = self.data(&[("after", &self.after)]);
        out.push(StreamPart::ToolCall(call));
    }

    /// Whether this is the item of a whole answer whose id and index say nothing.
    fn says(&self, item: &Value) -> bool {
        match self.kind {
            Kind::Call => filled(&item["call_id"]).is_some_and(|id| id == self.call_id),
            Kind::Message => {
                let part = self.parts.first();
                let text = |known: &Part| filled(&item["content"][0]["text"]) == Some(&known.text);
                part.is_some_and(text)
            }
            Kind::Other | Kind::Reasoning => false,
        }
    }

    /// Where the part's text is kept. A thought's parts are pieces of their own.
    fn part(&mut self, index: u64, out: &mut Vec<StreamPart>) -> usize {
        if let Some(at) = self.parts.iter().position(|part| part.index == index) {
            return at;
        }
        if self.kind == Kind::Reasoning && !self.parts.is_empty() {
            out.push(StreamPart::ReasoningEnd { provider_data: self.data(&[]) });
        }
        self.parts.push(Part { index, text: String::new() });
        self.parts.len() - 1
    }

    fn end_message(&mut self, item: &Value, out: &mut Vec<StreamPart>) {
        if let Some(text) = filled(&item["content"]) {
            self.settle_all(&[text], out);
        }
        let mut texts = Vec::new();
        for part in json::items(&item["content"]) {
            self.refused |= filled(&part["refusal"]).is_some();
            texts.push(filled(&part["text"]).or_else(|| filled(&part["refusal"])).unwrap_or_default());
        }
        self.settle_all(&texts, out);
        let cited = self.sources;
        let mut named = 0;
        for part in json::items(&item["content"]) {
            for annotation in json::items(&part["annotations"]) {
                named += 1;
                if named > cited {
                    self.cite(annotation, out);
                }
            }
        }
        if !self.parts.is_empty() {
            let phase = item["phase"].as_str().unwrap_or_default();
            out.push(StreamPart::TextEnd { provider_data: self.data(&[("phase", phase)]) });
        }
    }

    fn end_reasoning(&mut self, item: &Value, out: &mut Vec<StreamPart>) {
        for (name, verbatim) in [("summary", false), ("content", true)] {
            let mut texts = Vec::new();
            for part in json::items(&item[name]) {
                texts.extend(filled(&part["text"]));
            }
            if !texts.is_empty() && self.takes(verbatim) {
                self.settle_all(&texts, out);
            }
        }
        let encrypted = item["encrypted_content"].as_str().unwrap_or_default();
        let provider_data = self.data(&[("encryptedContent", encrypted)]);
        if provider_data.is_some() || !self.parts.is_empty() {
            out.push(StreamPart::ReasoningEnd { provider_data });
        }
    }

    fn end_call(&mut self, item: &Value, out: &mut Vec<StreamPart>) {
        self.note_names(item);
        let arguments = &item["arguments"];
        if arguments.is_object() {
            self.settle(0, &arguments.to_string(), out);
        }
        self.settle(0, arguments.as_str().unwrap_or_default(), out);
        self.cut = item["status"].as_str() == Some("incomplete");
        if self.sent.is_none() {
            self.begin_call(out);
        }
        out.push(StreamPart::ToolInputEnd { tool_call_id: self.call_id.clone() });
    }

    fn note_names(&mut self, item: &Value) {
        if self.sent.is_some() {
            return;
        }
        for (name, field) in [("call_id", &mut self.call_id), ("name", &mut self.name)] {
            if let Some(word) = filled(&item[name]) {
                word.clone_into(field);
            }
        }
    }

    /// Sends the arguments that did not go out yet, once the call has a name.
    fn send_arguments(&mut self, out: &mut Vec<StreamPart>) {
        if self.sent.is_none() {
            if self.name.is_empty() {
                return;
            }
            self.begin_call(out);
        }
        self.send_rest(out);
    }

    fn begin_call(&mut self, out: &mut Vec<StreamPart>) {
        if self.call_id.is_empty() {
            self.call_id = if self.id.is_empty() { format!("call_{}", self.index) } else { self.id.clone() };
        }
        let (tool_call_id, tool_name) = (self.call_id.clone(), self.name.clone());
        out.push(StreamPart::ToolInputStart { tool_call_id, tool_name });
        self.sent = Some(0);
        self.send_rest(out);
    }

    fn send_rest(&mut self, out: &mut Vec<StreamPart>) {
        let arguments = self.arguments();
        let delta = arguments.get(self.sent.unwrap_or(0)..).unwrap_or_default().to_owned();
        self.sent = Some(arguments.len());
        if !delta.is_empty() {
            out.push(StreamPart::ToolInputDelta { tool_call_id: self.call_id.clone(), delta });
        }
    }

    fn arguments(&self) -> &str {
        self.parts.first().map_or("", |part| &part.text)
    }

    /// The last word on a call's arguments is the whole ones, whatever the fragments were.
    fn replace_arguments(&mut self, whole: &str) {
        self.parts = vec![Part { index: 0, text: whole.to_owned() }];
        self.sent = self.sent.map(|_| whole.len());
    }

    /// What the API wants back with the item, under the wire's name.
    fn data(&self, fields: &[(&str, &str)]) -> Option<Value> {
        let mut data = Map::new();
        let verbatim = if self.verbatim == Some(true) { "true" } else { "" };
        for (name, text) in [("id", self.id.as_str()), ("verbatim", verbatim)].iter().chain(fields) {
            if !text.is_empty() {
                data.insert((*name).to_owned(), Value::String((*text).to_owned()));
            }
        }
        (!data.is_empty()).then(|| object_of(NAME, Value::Object(data)))
    }
}

/// Where in the answer an event belongs.
pub(super) fn index_of(event: &Value) -> Option<u64> {
    count(&event["output_index"])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(id: &str, text: &str) -> Value {
        json!({"type": "message", "id": id, "content": [{"type": "output_text", "text": text}]})
    }

    fn text(parts: &[StreamPart]) -> String {
        let text = |part: &StreamPart| match part {
            StreamPart::TextDelta { text } => Some(text.clone()),
            _ => None,
        };
        parts.iter().filter_map(text).collect()
    }

    /// The text that a stream of `deltas` gives whose end lists `whole`.
    fn streamed(deltas: &[(Option<u64>, &str, &str)], whole: &[Value]) -> String {
        let (mut items, mut out) = (Items::default(), Vec::new());
        for (index, id, text) in deltas {
            items.begin(*index, &json!({"type": "message", "id": id}));
            items.of_event(Kind::Message, *index, Some(id)).unwrap().delta(0, text, &mut out);
        }
        for (position, item) in whole.iter().enumerate() {
            items.of_whole(position as u64, item).unwrap().end(item, &mut out);
        }
        text(&out)
    }

    #[test]
    fn r56_what_the_end_repeats_is_not_said_twice() {
        let whole = [message("z", "one "), message("y", "two")];
        for deltas in [
            [(Some(0), "a", "one "), (Some(1), "b", "two")],
            [(Some(5), "a", "one "), (Some(6), "b", "two")],
            [(None, "z", "one "), (None, "y", "two")],
            [(Some(0), "z", "one "), (Some(1), "y", "t")],
        ] {
            assert_eq!(streamed(&deltas, &whole), "one two", "{deltas:?}");
        }
        assert_eq!(streamed(&[(Some(1), "y", "two")], &whole[1..]), "two");
        assert_eq!(streamed(&[(Some(0), "a", "one ")], &whole), "one two");
    }

    #[test]
    fn r56_two_items_may_say_the_same() {
        assert_eq!(streamed(&[], &[message("a", "ok"), message("b", "ok")]), "okok");
        assert_eq!(streamed(&[], &[message("", "ok"), message("", "ok")]), "okok");
    }

    #[test]
    fn r56_the_whole_arguments_have_the_last_word() {
        let (mut items, mut out) = (Items::default(), Vec::new());
        let item = json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{\"a\":1}"});
        let call = items.begin(Some(0), &item).unwrap();
        call.start(&item, &mut out);
        call.delta(0, "{\"a\": 1}", &mut out);
        call.end(&item, &mut out);
        call.deliver(Finish::ToolCalls, &mut out);
        let Some(StreamPart::ToolCall(call)) = out.last() else { panic!("{out:?}") };
        assert_eq!((call.input.to_value(), call.incomplete), (json!({"a": 1}), false));
    }
}
