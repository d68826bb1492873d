//! The chat-completions wire's own structs: what a request body holds, and what chunks and whole answers may hold. Only
//! shapes; what they mean is said by `request`, `response` and `stream`.

use std::borrow::Cow;

use serde::Deserialize;
use serde::Serialize;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde_json::Value;

use crate::providers::lenient::Count;
use crate::providers::lenient::List;
use crate::providers::lenient::Object;
use crate::providers::lenient::Shape;
use crate::providers::lenient::Text;
use crate::providers::lenient::read;

/// A chunk of a stream, or a whole answer: they differ in `delta` and `message`, and servers mix the two.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer<'a> {
    #[serde(borrow, deserialize_with = "read")]
    pub(super) id: Text<'a>,
    #[serde(borrow, deserialize_with = "read")]
    pub(super) model: Text<'a>,
    #[serde(borrow, deserialize_with = "read")]
    pub(super) choices: List<Object<Choice<'a>>>,
    pub(super) usage: Value,
    pub(super) error: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Choice<'a> {
    #[serde(deserialize_with = "read")]
    pub(super) index: Count,
    #[serde(borrow, deserialize_with = "read")]
    pub(super) delta: Object<Turn<'a>>,
    #[serde(borrow, deserialize_with = "read")]
    pub(super) message: Object<Turn<'a>>,
    #[serde(borrow, deserialize_with = "read")]
    pub(super) finish_reason: Text<'a>,
    /// Moonshot reports it here.
    pub(super) usage: Value,
    /// OpenRouter reports a failed upstream here.
    pub(super) error: Value,
}

/// What the assistant said, or more of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Turn<'a> {
    #[serde(borrow, deserialize_with = "read")]
    pub(super) content: Body<'a>,
    #[serde(borrow, deserialize_with = "read")]
    pub(super) refusal: Text<'a>,
    /// llama.cpp, vLLM, DeepSeek.
    #[serde(borrow, deserialize_with = "read")]
    pub(super) reasoning_content: Text<'a>,
    /// OpenRouter, Groq, Ollama; some send both fields with the same text.
    #[serde(borrow, deserialize_with = "read")]
    pub(super) reasoning: Text<'a>,
    #[serde(borrow, deserialize_with = "read")]
    pub(super) tool_calls: List<Object<CallPiece<'a>>>,
    /// The form before tools: one call, no id.
    #[serde(borrow, deserialize_with = "read")]
    pub(super) function_call: Object<Function<'a>>,
}

impl Turn<'_> {
    /// The thought, from whichever field carries it.
    pub(super) fn thought(&self) -> Option<&str> {
        self.reasoning_content.filled().or_else(|| self.reasoning.filled())
    }
}

/// A tool call, or a fragment of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CallPiece<'a> {
    #[serde(deserialize_with = "read")]
    pub(super) index: Count,
    #[serde(borrow, deserialize_with = "read")]
    pub(super) id: Text<'a>,
    #[serde(borrow, deserialize_with = "read")]
    pub(super) function: Object<Function<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Function<'a> {
    #[serde(borrow, deserialize_with = "read")]
    pub(super) name: Text<'a>,
    #[serde(borrow, deserialize_with = "read")]
    pub(super) arguments: Arguments<'a>,
}

/// `content`: a text, or Mistral's list of parts.
#[derive(Debug, Default)]
pub(super) enum Body<'a> {
    #[default]
    Absent,
    Parts(Vec<Object<Part<'a>>>),
    Text(Cow<'a, str>),
}

impl<'de: 'a, 'a> Shape<'de> for Body<'a> {
    fn of_text(text: Cow<'de, str>) -> Self {
        Self::Text(text)
    }

    fn of_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        List::of_list(list).map(|List(parts)| parts.map_or(Self::Absent, Self::Parts))
    }
}

/// `{type: text, text}`, `{type: thinking, thinking}` or `{type: refusal, refusal}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Part<'a> {
    #[serde(borrow, deserialize_with = "read")]
    pub(super) text: Text<'a>,
    #[serde(borrow, deserialize_with = "read")]
    pub(super) refusal: Text<'a>,
    #[serde(borrow, deserialize_with = "read")]
    pub(super) thinking: Thinking<'a>,
}

/// A thought as a text or as a list of text parts.
#[derive(Debug, Default)]
pub(super) struct Thinking<'a>(pub(super) Vec<Text<'a>>);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TextPart<'a> {
    #[serde(borrow, deserialize_with = "read")]
    text: Text<'a>,
}

impl<'de: 'a, 'a> Shape<'de> for Thinking<'a> {
    fn of_text(text: Cow<'de, str>) -> Self {
        Self(vec![Text(text)])
    }

    fn of_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        let parts = List::<Object<TextPart<'a>>>::of_list(list)?.0.unwrap_or_default();
        Ok(Self(parts.into_iter().filter_map(|part| part.0).map(|part| part.text).collect()))
    }
}

/// Arguments as JSON text. Some servers send the object itself; it is turned into its text.
#[derive(Debug, Default)]
pub(super) struct Arguments<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Shape<'de> for Arguments<'a> {
    fn of_text(text: Cow<'de, str>) -> Self {
        Self(text)
    }

    fn of_map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let object = Object::<Value>::of_map(map)?.0.unwrap_or_default();
        Ok(Self(Cow::Owned(object.to_string())))
    }
}

/// A message of the request. Absent fields are not written.
#[derive(Debug, Serialize)]
pub(super) struct WireMessage<'a> {
    pub(super) role: &'static str,
    pub(super) content: WireContent<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reasoning_content: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tool_calls: Vec<WireCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tool_call_id: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum WireContent<'a> {
    Null,
    Parts(Vec<WirePart<'a>>),
    Text(Cow<'a, str>),
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum WirePart<'a> {
    ImageUrl { image_url: WireUrl<'a> },
    Text { text: &'a str },
}

#[derive(Debug, Serialize)]
pub(super) struct WireUrl<'a> {
    pub(super) url: Cow<'a, str>,
}

#[derive(Debug, Serialize)]
pub(super) struct WireCall<'a> {
    pub(super) id: &'a str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) function: WireFunction<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct WireFunction<'a> {
    pub(super) name: &'a str,
    pub(super) arguments: String,
}

#[derive(Debug, Serialize)]
pub(super) struct WireTool<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) function: WireToolFunction<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct WireToolFunction<'a> {
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<&'a str>,
    pub(super) parameters: &'a Value,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum WireToolChoice<'a> {
    Tool {
        #[serde(rename = "type")]
        kind: &'static str,
        function: WireName<'a>,
    },
    Word(&'static str),
}

#[derive(Debug, Serialize)]
pub(super) struct WireName<'a> {
    pub(super) name: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct WireFormat<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) json_schema: WireSchema<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct WireSchema<'a> {
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<&'a str>,
    pub(super) schema: &'a Value,
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub(super) strict: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct WireStreamOptions {
    pub(super) include_usage: bool,
}
