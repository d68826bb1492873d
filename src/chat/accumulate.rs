//! Folds stream parts into the answer so far. It knows no provider; what a broken or aborted stream delivered is an
//! answer too, with `interrupted` as its end.

use super::Completion;
use super::Content;
use super::Finish;
use super::FinishReason;
use super::ProviderData;
use super::ResponseInfo;
use super::StreamPart;
use super::ToolCall;
use super::Usage;
use super::Warning;
use crate::json::JsonText;

/// The answer so far. A part costs one `push_str`; the joined text is built only by [`Accumulator::completion`].
///
/// ```
/// use ductape_models::chat::{Accumulator, Finish, StreamPart};
/// let mut answer = Accumulator::default();
/// answer.push(&StreamPart::TextDelta { text: "Hel".into() });
/// answer.push(&StreamPart::TextDelta { text: "lo".into() });
/// let completion = answer.completion();
/// assert_eq!(completion.text, "Hello");
/// assert_eq!(completion.finish_reason.unified, Finish::Interrupted);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    wants_object: bool,
    content: Vec<Content>,
    /// Which piece of `content` is a text or a thought that may still grow.
    growing: Option<usize>,
    open: Vec<OpenCall>,
    end: Option<(FinishReason, Option<Usage>)>,
    warnings: Vec<Warning>,
    response: ResponseInfo,
}

/// A tool call whose arguments are still coming.
#[derive(Clone, Debug)]
struct OpenCall {
    id: String,
    name: String,
    input: String,
}

impl Accumulator {
    /// Whether the answer is meant to be JSON, so that `object` is filled. Default: no.
    #[must_use]
    pub fn expecting_object(mut self, wanted: bool) -> Self {
        self.wants_object = wanted;
        self
    }

    /// Takes one part.
    pub fn push(&mut self, part: &StreamPart) {
        match part {
            StreamPart::Error { .. } | StreamPart::ToolInputEnd { .. } => {}
            StreamPart::Finish { finish_reason, usage } => {
                self.end = Some((finish_reason.clone(), usage.clone()));
            }
            StreamPart::ReasoningDelta { text } => self.push_reasoning(text),
            StreamPart::ReasoningEnd { provider_data } => self.end_reasoning(provider_data.as_ref()),
            StreamPart::ResponseStart { response } => self.response = response.clone(),
            StreamPart::Source(source) => self.content.push(Content::Source(source.clone())),
            StreamPart::TextDelta { text } => self.push_text(text),
            StreamPart::TextEnd { provider_data } => self.end_text(provider_data.as_ref()),
            StreamPart::ToolCall(call) => self.close(call),
            StreamPart::ToolInputDelta { tool_call_id, delta } => self.push_input(tool_call_id, delta),
            StreamPart::ToolInputStart { tool_call_id, tool_name } => self.start(tool_call_id, tool_name),
            StreamPart::Warning { warning } => self.warnings.push(warning.clone()),
        }
    }

    /// The answer so far; `interrupted` where no finish part came. Calls whose end has not come are `incomplete`.
    #[must_use]
    pub fn completion(&self) -> Completion {
        self.clone().into_completion()
    }

    /// [`Accumulator::completion`], where nothing more is to come.
    #[must_use]
    pub fn into_completion(mut self) -> Completion {
        self.content.extend(self.open.iter().map(|call| Content::ToolCall(call.incomplete())));
        let (finish_reason, usage) = self.end.unwrap_or_else(interrupted);
        let mut completion = Completion::from_content(self.content, finish_reason);
        completion.usage = usage;
        completion.warnings = self.warnings;
        completion.response = self.response;
        if self.wants_object {
            completion.parse_object();
        }
        completion
    }

    fn push_text(&mut self, piece: &str) {
        match self.growing() {
            Some(Content::Text { text, .. }) => text.push_str(piece),
            _ => self.begin(Content::text(piece)),
        }
    }

    fn push_reasoning(&mut self, piece: &str) {
        match self.growing() {
            Some(Content::Reasoning { text, .. }) => text.push_str(piece),
            _ => self.begin(Content::reasoning(piece)),
        }
    }

    /// State without a text of its own makes a piece: it must go back in its place.
    fn end_text(&mut self, data: Option<&ProviderData>) {
        match self.growing() {
            Some(Content::Text { provider_data, .. }) => *provider_data = data.cloned(),
            _ if data.is_none() => {}
            _ => self.begin(Content::Text { text: String::new(), provider_data: data.cloned() }),
        }
        self.growing = None;
    }

    fn end_reasoning(&mut self, data: Option<&ProviderData>) {
        match self.growing() {
            Some(Content::Reasoning { provider_data, .. }) => *provider_data = data.cloned(),
            _ if data.is_none() => {}
            _ => self.begin(Content::Reasoning { text: String::new(), provider_data: data.cloned() }),
        }
        self.growing = None;
    }

    fn growing(&mut self) -> Option<&mut Content> {
        self.content.get_mut(self.growing?)
    }

    fn begin(&mut self, piece: Content) {
        self.growing = Some(self.content.len());
        self.content.push(piece);
    }

    fn start(&mut self, id: &str, name: &str) {
        self.open.push(OpenCall { id: id.to_owned(), name: name.to_owned(), input: String::new() });
    }

    fn push_input(&mut self, id: &str, delta: &str) {
        if let Some(call) = self.open.iter_mut().rev().find(|call| call.id == id) {
            call.input.push_str(delta);
        }
    }

    fn close(&mut self, call: &ToolCall) {
        if let Some(position) = self.open.iter().position(|open| open.id == call.tool_call_id) {
            self.open.remove(position);
        }
        self.growing = None;
        self.content.push(Content::ToolCall(call.clone()));
    }
}

impl OpenCall {
    fn incomplete(&self) -> ToolCall {
        ToolCall {
            tool_call_id: self.id.clone(),
            tool_name: self.name.clone(),
            input: JsonText::from(&self.input.as_str().into()),
            incomplete: true,
            provider_data: None,
        }
    }
}

fn interrupted() -> (FinishReason, Option<Usage>) {
    (FinishReason::new(Finish::Interrupted, None), None)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::chat::Source;

    fn fold(parts: &[StreamPart]) -> Completion {
        let mut answer = Accumulator::default();
        parts.iter().for_each(|part| answer.push(part));
        answer.completion()
    }

    fn text(text: &str) -> StreamPart {
        StreamPart::TextDelta { text: text.to_owned() }
    }

    fn finish(unified: Finish) -> StreamPart {
        StreamPart::Finish { finish_reason: FinishReason::new(unified, None), usage: None }
    }

    fn start(id: &str) -> StreamPart {
        StreamPart::ToolInputStart { tool_call_id: id.to_owned(), tool_name: "f".to_owned() }
    }

    #[test]
    fn r56_pieces_keep_their_order() {
        let thought = StreamPart::ReasoningDelta { text: "hm".to_owned() };
        let answer = fold(&[text("a"), text("b"), thought, text("c"), finish(Finish::Stop)]);
        assert_eq!(answer.text, "abc");
        let kinds: Vec<_> = answer.content.iter().map(|piece| serde_json::to_value(piece).unwrap()).collect();
        assert_eq!(
            kinds,
            [
                json!({"type": "text", "text": "ab"}),
                json!({"type": "reasoning", "text": "hm"}),
                json!({"type": "text", "text": "c"})
            ]
        );
    }

    #[test]
    fn r56_a_source_does_not_part_a_text_and_its_end_does() {
        let end = |data: Option<ProviderData>| StreamPart::TextEnd { provider_data: data };
        let source = StreamPart::Source(Source { url: Some("u".to_owned()), ..Source::default() });
        let answer = fold(&[
            text("a"),
            source,
            text("b"),
            end(Some(json!(1))),
            end(None),
            text("c"),
            end(Some(json!(2))),
        ]);
        let pieces = serde_json::to_value(&answer.content).unwrap();
        assert_eq!(
            pieces,
            json!([
                {"type": "text", "text": "ab", "providerData": 1},
                {"type": "source", "url": "u", "raw": null},
                {"type": "text", "text": "c", "providerData": 2},
            ])
        );
    }

    #[test]
    fn r56_state_without_text_is_a_piece_of_its_own() {
        let end = |data: i32| StreamPart::ReasoningEnd { provider_data: Some(json!(data)) };
        let answer = fold(&[end(1), end(2), finish(Finish::Stop)]);
        assert_eq!(answer.content.len(), 2);
        assert_eq!(answer.text, "");
    }

    #[test]
    fn r57_a_cut_stream_keeps_its_open_calls_as_incomplete() {
        let delta = StreamPart::ToolInputDelta { tool_call_id: "1".to_owned(), delta: "{\"a\"".to_owned() };
        let answer = fold(&[text("a"), start("1"), delta]);
        assert_eq!(answer.finish_reason.unified, Finish::Interrupted);
        assert_eq!(answer.tool_calls[0].input, json!("{\"a\""));
        assert!(answer.tool_calls[0].incomplete);
    }

    #[test]
    fn a_whole_call_replaces_its_pieces() {
        let call = ToolCall {
            tool_call_id: "1".to_owned(),
            tool_name: "f".to_owned(),
            input: JsonText::from(&json!({})),
            incomplete: false,
            provider_data: None,
        };
        let answer = fold(&[start("1"), StreamPart::ToolCall(call.clone()), finish(Finish::ToolCalls)]);
        assert_eq!(answer.tool_calls, [call]);
    }

    #[test]
    fn r56_an_object_needs_the_wish_and_json() {
        let parsed = |wanted: bool, answer: &str| {
            let mut fold = Accumulator::default().expecting_object(wanted);
            fold.push(&text(answer));
            fold.push(&finish(Finish::Stop));
            fold.completion().object
        };
        assert_eq!(parsed(true, " {\"a\":1}\n").unwrap(), json!({"a": 1}));
        assert_eq!((parsed(false, "{}"), parsed(true, "{\"a\":")), (None, None));
    }
}
