//! Events of a stream become parts: one small function per thing that an event can say. A whole answer is read as a
//! stream whose only event is its end.

mod hot;

use core::mem;
use std::borrow::Cow;

use serde_json::Value;

use super::items::Item;
use super::items::Items;
use super::items::Kind;
use super::items::index_of;
use super::response::Seen;
use super::response::finish_reason;
use super::response::usage;
use crate::chat::Accumulator;
use crate::chat::Completion;
use crate::chat::Finish;
use crate::chat::FinishReason;
use crate::chat::ResponseInfo;
use crate::chat::StreamPart;
use crate::error::Error;
use crate::error::Result;
use crate::http::HttpHead;
use crate::json;
use crate::json::count;
use crate::json::filled;
use crate::json::scan::Field;
use crate::json::scan::Found;
use crate::providers::StreamDecoder;
use crate::providers::failure;
use crate::providers::headers;
use crate::sse::SseEvent;

/// The answer in a 2xx body.
pub(in crate::providers) fn decode(
    provider: &'static str,
    head: &HttpHead,
    body: &[u8],
) -> Result<Completion> {
    let answer = json::parse(&String::from_utf8_lossy(body)).unwrap_or_default();
    let status = filled(&answer["status"]).unwrap_or("completed");
    if !answer["output"].is_array() || failure::is_error(&answer["error"]) || status == "failed" {
        return Err(failure::not_an_answer(provider, head, &error_of(&answer)));
    }
    let mut parts = Vec::new();
    let mut decoder = Decoder::new(provider, head);
    decoder.end_of(status, &answer, &mut parts);
    decoder.start(0, &mut parts);
    let mut folded = Accumulator::default();
    parts.iter().for_each(|part| folded.push(part));
    Ok(folded.completion())
}

/// Decodes one stream.
#[derive(Debug)]
pub(in crate::providers) struct Decoder {
    provider: &'static str,
    head: HttpHead,
    /// Held back until something else is to be said.
    info: Option<ResponseInfo>,
    started: bool,
    items: Items,
    ended: bool,
}

impl Decoder {
    pub(in crate::providers) fn new(provider: &'static str, head: &HttpHead) -> Self {
        let (info, items) = (None, Items::default());
        Self { provider, head: head.clone(), info, started: false, items, ended: false }
    }

    fn event(&mut self, name: &str, event: &Value, out: &mut Vec<StreamPart>) {
        let response = &event["response"];
        match name.strip_prefix("response.").unwrap_or(name) {
            "created" | "in_progress" | "queued" => self.note(response),
            "output_item.added" => {
                let item = &event["item"];
                if let Some(known) = self.items.begin(index_of(event), item) {
                    known.start(item, out);
                }
            }
            "output_item.done" => self.item_done(event, out),
            "output_text.annotation.added" => {
                if let Some(item) = self.item(Kind::Message, event) {
                    item.cite(&event["annotation"], out);
                }
            }
            "error" => self.fail(event, out),
            "failed" => self.fail(&error_of(response), out),
            word @ ("cancelled" | "completed" | "incomplete") => self.end_of(word, response, out),
            name => self.text(name, event, out),
        }
    }

    fn note(&mut self, response: &Value) {
        if self.info.as_ref().is_none_or(|info| info.id.is_none()) {
            self.info = Some(headers::info(&self.head, filled(&response["id"]), filled(&response["model"])));
        }
    }

    fn item(&mut self, kind: Kind, event: &Value) -> Option<&mut Item> {
        self.items.of_event(kind, index_of(event), filled(&event["item_id"]))
    }

    fn item_done(&mut self, event: &Value, out: &mut Vec<StreamPart>) {
        let item = &event["item"];
        let id = filled(&item["id"]);
        if let Some(known) = self.items.of_event(Kind::of(item), index_of(event), id) {
            known.end(item, out);
        }
    }

    /// Text of any kind: more of it, or the whole of it again.
    fn text(&mut self, name: &str, event: &Value, out: &mut Vec<StreamPart>) {
        let Some((name, step)) = name.rsplit_once('.').filter(|(_, step)| matches!(*step, "delta" | "done"))
        else {
            return;
        };
        let Some(target) = Target::named(name, &event["part"]) else { return };
        let text = if step == "delta" { &event["delta"] } else { whole_text(event) };
        let Some(text) = filled(text) else { return };
        let part = count(&event[target.index]).unwrap_or(0);
        let place = Place { item: index_of(event), id: filled(&event["item_id"]), part };
        self.say(&target, &place, step, text, out);
    }

    fn say(&mut self, target: &Target, place: &Place<'_>, step: &str, text: &str, out: &mut Vec<StreamPart>) {
        let Some(item) = self.items.of_event(target.kind, place.item, place.id) else { return };
        if target.kind == Kind::Reasoning && !item.takes(target.verbatim) {
            return;
        }
        item.refused |= target.refuses;
        if step == "delta" {
            item.delta(place.part, text, out);
        } else {
            item.settle(place.part, text, out);
        }
    }

    /// The end of the answer. Some servers say here, and only here, what was not streamed.
    fn end_of(&mut self, word: &str, response: &Value, out: &mut Vec<StreamPart>) {
        self.ended = true;
        self.note(response);
        let output = json::items(&response["output"]);
        let seen = Seen {
            called: self.items.any(|item| item.waits) || output.iter().any(Kind::waits),
            refused: self.items.any(|item| item.refused) || output.iter().any(refuses),
        };
        let finish_reason = finish_reason(word, response, seen);
        for (position, item) in output.iter().enumerate() {
            if let Some(known) = self.items.of_whole(position as u64, item) {
                known.end(item, out);
                known.deliver(finish_reason.unified, out);
            }
        }
        self.items.deliver(finish_reason.unified, out);
        out.push(StreamPart::Finish { finish_reason, usage: usage(&response["usage"]) });
    }

    /// Puts the facts about the response, once, before everything else.
    fn start(&mut self, position: usize, out: &mut Vec<StreamPart>) {
        if !mem::replace(&mut self.started, true) {
            let info = self.info.take().unwrap_or_else(|| headers::info(&self.head, None, None));
            out.insert(position, StreamPart::ResponseStart { response: info });
        }
    }

    /// The error in an event: nested, flat, or a response's own. One that says nothing is one nevertheless.
    fn fail(&mut self, carrier: &Value, out: &mut Vec<StreamPart>) {
        let silent = json::object_of("error", "the response failed");
        let error = failure::in_answer(self.provider, &self.head, carrier)
            .or_else(|| failure::in_answer(self.provider, &self.head, &silent))
            .unwrap_or_else(|| failure::unreadable(self.provider, &self.head));
        self.end_with(error, out);
    }

    fn end_with(&mut self, error: Error, out: &mut Vec<StreamPart>) {
        self.ended = true;
        out.push(StreamPart::Error { error });
    }
}

impl StreamDecoder for Decoder {
    fn shape(&self) -> &'static [Field] {
        hot::EVENT
    }

    fn take(&mut self, found: &Found<'_>, out: &mut Vec<StreamPart>) -> bool {
        !self.ended && self.hot(found, out).is_some()
    }

    fn feed(&mut self, event: &SseEvent, out: &mut Vec<StreamPart>) {
        let data = event.data.trim();
        // Only the last event of a response ends it; servers of chat completions add their mark nevertheless.
        if self.ended || data.is_empty() || data == "[DONE]" {
            return;
        }
        let before = out.len();
        match json::parse(data) {
            Some(said) if said.is_object() => self.event(name_of(event, &said), &said, out),
            _ if event.event == "error" => {
                self.end_with(failure::in_event(self.provider, &self.head, data), out);
            }
            // What the end of the bytes cut off is a missing end, not a broken event.
            None if event.unterminated => {}
            _ => self.end_with(failure::unreadable(self.provider, &self.head), out),
        }
        if out.get(before).is_some_and(|part| !matches!(part, StreamPart::Error { .. })) {
            self.start(before, out);
        }
    }

    fn is_complete(&self) -> bool {
        // Nothing that belongs to the answer follows the event that ends it.
        self.ended
    }

    fn finish(&mut self, out: &mut Vec<StreamPart>) {
        if mem::replace(&mut self.ended, true) {
            return;
        }
        self.start(out.len(), out);
        self.items.deliver(Finish::Interrupted, out);
        let finish_reason = FinishReason::new(Finish::Interrupted, None);
        out.push(StreamPart::Finish { finish_reason, usage: None });
    }
}

/// A failed response without the fields that are not of its error: its status is no kind of error.
fn error_of(response: &Value) -> Cow<'_, Value> {
    if response["status"] == "failed" {
        Cow::Owned(json::object_of("error", response["error"].clone()))
    } else {
        Cow::Borrowed(response)
    }
}

/// The event's name: in its data, else on its line. An error needs none.
fn name_of<'a>(event: &'a SseEvent, said: &'a Value) -> &'a str {
    let named = filled(&said["type"]).or(Some(event.event.as_str()).filter(|name| name.contains('.')));
    named.unwrap_or(if failure::is_error(&said["error"]) { "error" } else { &event.event })
}

/// Where a text event belongs.
#[derive(Clone, Copy, Debug)]
struct Place<'a> {
    /// The item's index.
    item: Option<u64>,
    id: Option<&'a str>,
    part: u64,
}

/// What a text event is about.
struct Target {
    kind: Kind,
    /// The field with the part's index.
    index: &'static str,
    /// A thought in its own words.
    verbatim: bool,
    refuses: bool,
}

impl Target {
    fn named(name: &str, part: &Value) -> Option<Self> {
        let of = |kind, index| Self { kind, index, verbatim: false, refuses: false };
        match name {
            "content_part" if part["type"] == "reasoning_text" => Self::named("reasoning_text", part),
            "content_part" if filled(&part["refusal"]).is_some() => Self::named("refusal", part),
            "content_part" | "output_text" => Some(of(Kind::Message, "content_index")),
            "function_call_arguments" => Some(of(Kind::Call, "")),
            "reasoning_part" | "reasoning_text" => {
                Some(Self { verbatim: true, ..of(Kind::Reasoning, "content_index") })
            }
            "reasoning_summary_part" | "reasoning_summary_text" => Some(of(Kind::Reasoning, "summary_index")),
            "refusal" => Some(Self { refuses: true, ..of(Kind::Message, "content_index") }),
            _ => None,
        }
    }
}

/// The text that an event of an end repeats, where it has it.
fn whole_text(event: &Value) -> &Value {
    let part = &event["part"];
    let places = [&event["text"], &event["refusal"], &event["arguments"], &part["text"], &part["refusal"]];
    places.into_iter().find(|text| filled(text).is_some()).unwrap_or(&Value::Null)
}

/// Whether a message says that the model refuses.
fn refuses(item: &Value) -> bool {
    json::items(&item["content"]).iter().any(|part| filled(&part["refusal"]).is_some())
}
