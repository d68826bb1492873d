//! The events that most of a stream consists of, recognized without a tree. Whatever is not exactly so is left alone, and
//! the general way takes it; both come to the same.

use super::Decoder;
use crate::chat::StreamPart;
use crate::json::scan::Field;
use crate::json::scan::Found;
use crate::json::scan::Rule;

pub(super) const FRAGMENT: &[Field] = &[
    ("candidates", Rule::One(CANDIDATE)),
    ("usageMetadata", Rule::Span(1, USAGE)),
    ("modelVersion", Rule::Any),
    ("createTime", Rule::Any),
    ("responseId", Rule::Any),
];

const CANDIDATE: &[Field] =
    &[("content", Rule::Object(CONTENT)), ("index", Rule::Zero), ("safetyRatings", Rule::Any)];

const CONTENT: &[Field] =
    &[("parts", Rule::One(&[("text", Rule::Text(0)), ("thought", Rule::Flag(0))])), ("role", Rule::Any)];

const USAGE: &[Field] = &[
    ("promptTokenCount", Rule::Count(1)),
    ("candidatesTokenCount", Rule::Any),
    ("totalTokenCount", Rule::Any),
    ("promptTokensDetails", Rule::Any),
    ("candidatesTokensDetails", Rule::Any),
    ("thoughtsTokenCount", Rule::Any),
    ("cachedContentTokenCount", Rule::Any),
    ("cacheTokensDetails", Rule::Any),
    ("toolUsePromptTokenCount", Rule::Any),
    ("toolUsePromptTokensDetails", Rule::Any),
    ("trafficType", Rule::Any),
    ("serviceTier", Rule::Any),
];

impl Decoder {
    /// Takes a fragment that is only more of a text or a thought; `None` where it is left alone.
    pub(super) fn hot(&mut self, found: &Found<'_>, out: &mut Vec<StreamPart>) -> Option<()> {
        self.started.then_some(())?;
        let text = found.text(0).filter(|text| !text.is_empty())?;
        let counts = found.texts[1].filter(|usage| usage.contains("TokenCount"));
        if let Some(counts) = counts {
            // Counts come with every fragment, and only the last ones are wanted. These are some for certain.
            found.count(1)?;
            counts.clone_into(&mut self.late_usage);
        }
        self.text(Some(text), found.count(0) == Some(1), None, out);
        self.finish_word = None;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpHead;
    use crate::providers::StreamDecoder;
    use crate::providers::reader::takes;

    #[test]
    fn r56_what_servers_stream_most_is_hot() {
        let mut decoder = Decoder::new(&HttpHead::default());
        decoder.started = true;
        let mut out = Vec::new();
        for data in [
            r#"{"candidates":[{"content":{"parts":[{"text":"a"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":1,"promptTokensDetails":[{"modality":"TEXT","tokenCount":8}]},"modelVersion":"g","responseId":"r"}"#,
            r#"{"candidates": [{"content": {"role": "model","parts": [{"text": "b","thought": true}]}}],"usageMetadata": {"trafficType": "ON_DEMAND"}}"#,
        ] {
            assert!(takes(&mut decoder, data, &mut out), "{data}");
        }
        assert!(matches!(&out[1], StreamPart::ReasoningDelta { text } if text == "b"), "{out:?}");
        for data in [
            r#"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":"a"},{"text":"b"}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":"a","thoughtSignature":"b"}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"usageMetadata":{"totalTokenCount":1}}"#,
        ] {
            assert!(!takes(&mut decoder, data, &mut out), "{data}");
        }
        decoder.finish(&mut out);
        let Some(StreamPart::Finish { usage: Some(usage), .. }) = out.last() else { panic!("{out:?}") };
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(8), Some(1)));
    }
}
