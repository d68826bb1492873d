//! Folds the parts of a stream into the answer they make. It knows nothing of providers or bytes.

use super::Completion;
use super::Content;
use super::Finish;
use super::FinishReason;
use super::ResponseInfo;
use super::StreamPart;
use super::ToolCall;
use super::Usage;
use super::Warning;

/// The answer so far. Pushing a delta appends to a buffer and costs nothing else.
///
/// ```
/// use ductape_models::chat::{Accumulator, StreamPart};
/// let mut answer = Accumulator::default();
/// answer.push(&StreamPart::TextDelta { text: "Hel".to_owned() });
/// answer.push(&StreamPart::TextDelta { text: "lo".to_owned() });
/// assert_eq!(answer.completion().text, "Hello");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    content: Vec<Content>,
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    warnings: Vec<Warning>,
    response: ResponseInfo,
}

impl Accumulator {
    /// Takes one part. A tool call counts when it is whole.
    pub fn push(&mut self, part: &StreamPart) {
        match part {
            StreamPart::Finish { finish_reason, usage } => {
                self.finish = Some(finish_reason.clone());
                self.usage.clone_from(usage);
            }
            StreamPart::ReasoningDelta { text } => self.reasoning(text),
            StreamPart::ResponseStart { response } => self.response = response.clone(),
            StreamPart::TextDelta { text } => self.text(text),
            StreamPart::ToolCall(call) => self.content.push(Content::ToolCall(call.clone())),
            StreamPart::Warning { warning } => self.warnings.push(warning.clone()),
            StreamPart::Error { .. }
            | StreamPart::ToolInputDelta { .. }
            | StreamPart::ToolInputEnd { .. }
            | StreamPart::ToolInputStart { .. } => {}
        }
    }

    /// The answer so far; `interrupted` where no finish part came.
    #[must_use]
    pub fn completion(&self) -> Completion {
        let interrupted = FinishReason { unified: Finish::Interrupted, raw: None };
        Completion {
            text: joined_text(&self.content),
            object: None,
            tool_calls: tool_calls(&self.content),
            content: self.content.clone(),
            finish_reason: self.finish.clone().unwrap_or(interrupted),
            usage: self.usage.clone(),
            warnings: self.warnings.clone(),
            response: self.response.clone(),
        }
    }

    fn text(&mut self, delta: &str) {
        match self.content.last_mut() {
            Some(Content::Text { text }) => text.push_str(delta),
            _ => self.content.push(Content::Text { text: delta.to_owned() }),
        }
    }

    fn reasoning(&mut self, delta: &str) {
        match self.content.last_mut() {
            Some(Content::Reasoning { text }) => text.push_str(delta),
            _ => self.content.push(Content::Reasoning { text: delta.to_owned() }),
        }
    }
}

/// All text pieces, one after the other.
pub(crate) fn joined_text(content: &[Content]) -> String {
    let texts = content.iter().filter_map(|piece| match piece {
        Content::Text { text } => Some(text.as_str()),
        Content::Reasoning { .. } | Content::ToolCall(_) => None,
    });
    texts.collect()
}

/// The tool calls among the pieces.
pub(crate) fn tool_calls(content: &[Content]) -> Vec<ToolCall> {
    let calls = content.iter().filter_map(|piece| match piece {
        Content::ToolCall(call) => Some(call.clone()),
        Content::Reasoning { .. } | Content::Text { .. } => None,
    });
    calls.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_keep_their_order_and_join_their_like() {
        let mut answer = Accumulator::default();
        let text = |text: &str| StreamPart::TextDelta { text: text.to_owned() };
        answer.push(&StreamPart::ReasoningDelta { text: "hm".to_owned() });
        answer.push(&text("a"));
        answer.push(&text("b"));
        answer.push(&StreamPart::ReasoningDelta { text: "!".to_owned() });
        answer.push(&text("c"));
        let completion = answer.completion();
        assert_eq!((completion.text.as_str(), completion.content.len()), ("abc", 4));
        assert_eq!(completion.finish_reason.unified, Finish::Interrupted);
    }
}
