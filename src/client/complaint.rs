//! Which field of a request's body a provider's refusal is about. It reads what providers write in words and looks the
//! field up in the body that was refused; it changes nothing.

use serde_json::Value;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::json;

/// A field that was refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Complaint {
    /// Its path in the body, as the body spells it.
    pub(super) path: Vec<String>,
    /// The name under which the provider takes it.
    pub(super) instead: Option<&'static str>,
}

/// What says that a field, and not its value or the whole request, is the matter; in lower case.
const PHRASES: &[&str] = &[
    // OpenAI, Azure and those that copy them.
    "unsupported param",
    "unsupported value",
    "unknown parameter",
    "unrecognized request argument",
    "not supported with this model",
    // xAI.
    "argument not supported",
    "does not support parameter",
    // Groq.
    "is unsupported",
    // Anthropic, and everything behind pydantic: Mistral, Fireworks, vLLM.
    "extra inputs are not permitted",
    "extra_forbidden",
    "is deprecated for this model",
    "cannot both be specified",
    // Google.
    "unknown name",
    // Amazon Bedrock.
    "extraneous key",
    // What JSON readers say in Go, Rust, TypeScript (zod) and Python.
    "unknown field",
    "unrecognized field",
    "unrecognized key",
    "unexpected keyword argument",
    "is not supported",
];

const CODES: &[&str] = &["unknown_parameter", "unsupported_parameter", "unsupported_value"];

/// Fields that are the call itself: without them it would be another one.
const KEPT: &[&str] = &[
    "contents",
    "input",
    "instructions",
    "messages",
    "model",
    "response_format",
    "stream",
    "system",
    "systemInstruction",
    "tools",
];

/// Objects that hold more than one thing, and the schema of the answer wherever it stands.
const KEPT_ITSELF: &[&str] = &[
    "format",
    "generationConfig",
    "output_config",
    "output_format",
    "responseJsonSchema",
    "responseMimeType",
    "responseSchema",
    "text",
];

/// The two names of one limit on chat completions: servers know one of them, newer models only the second.
const TOKEN_LIMITS: [&str; 2] = ["max_tokens", "max_completion_tokens"];

/// The field of `body` that `error` refuses, where it names one that the call can do without.
pub(super) fn complaint(error: &Error, body: &Value) -> Option<Complaint> {
    if !matches!(error.kind(), ErrorKind::BadRequest | ErrorKind::UnsupportedParameter) {
        return None;
    }
    let text = |name: &str| error.detail(name).and_then(json::filled);
    let (message, param) = (text("providerMessage").unwrap_or_default(), text("param"));
    let lower = message.to_ascii_lowercase();
    // Nobody asked for it, so whatever the server has against it, it goes.
    if lower.contains("stream_options") || lower.contains("include_usage") || param == Some("stream_options")
    {
        return at(body, &["stream_options"]);
    }
    let is_refused = text("providerCode").is_some_and(|code| CODES.contains(&code))
        || PHRASES.iter().any(|phrase| lower.contains(phrase));
    if !is_refused {
        return None;
    }
    let mentions = match param {
        Some(param) => vec![steps(param)],
        None => mentions(message),
    };
    let mut found = mentions.iter().filter_map(|path| at(body, path));
    // Of two that exclude each other the first is the one that more callers set on purpose: `temperature`.
    if lower.contains("cannot both") { found.next_back() } else { found.next() }
}

/// The complaint about the field at `path`, where the body has it and can do without it.
fn at(body: &Value, path: &[&str]) -> Option<Complaint> {
    let mut place = body;
    let mut names: Vec<String> = Vec::new();
    for step in path {
        let (name, value) = place.as_object()?.iter().find(|(name, _)| is_same(name, step))?;
        names.push(name.clone());
        place = value;
    }
    let (first, last) = (names.first()?.as_str(), names.last()?.as_str());
    if KEPT.contains(&first) || KEPT_ITSELF.contains(&last) {
        return None;
    }
    let [limit, newer] = TOKEN_LIMITS;
    let instead = match first {
        name if name == limit => Some(newer),
        name if name == newer => Some(limit),
        _ => None,
    };
    Some(Complaint { path: names, instead: instead.filter(|name| body.get(*name).is_none()) })
}

/// Everything in `message` that could be the path of a field, in order.
fn mentions(message: &str) -> Vec<Vec<&str>> {
    listed(message).or_else(|| unknown_name(message)).map_or_else(|| words(message), |path| vec![path])
}

/// `('body', 'stream_options')` and its like: vLLM and Mistral put pydantic's lists into the message.
fn listed(message: &str) -> Option<Vec<&str>> {
    let starts = ["('body',", "['body',", "[\"body\","];
    let rest = starts.iter().find_map(|start| message.split_once(start).map(|(_, rest)| rest))?;
    let list = rest.split([')', ']']).next()?;
    Some(list.split(',').map(|step| step.trim_matches([' ', '\'', '"', '\\'])).collect())
}

/// Google's `Unknown name "topK" at 'generation_config'`.
fn unknown_name(message: &str) -> Option<Vec<&str>> {
    let (_, rest) = message.split_once("Unknown name \"")?;
    let (name, rest) = rest.split_once('"')?;
    let place = rest.strip_prefix(" at '").and_then(|rest| rest.split_once('\''));
    let mut path = place.map_or_else(Vec::new, |(place, _)| steps(place));
    path.push(name);
    Some(path)
}

fn words(message: &str) -> Vec<Vec<&str>> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | '/' | '#');
    message.split(|c| !is_part(c)).map(steps).filter(|path| !path.is_empty()).collect()
}

/// The steps of `body.a[0].b`, `#/a/b` and the like.
fn steps(path: &str) -> Vec<&str> {
    let steps = path.split(['.', '[', ']', '/', '#']).filter(|step| !step.is_empty());
    let mut steps: Vec<&str> = steps.collect();
    if steps.len() > 1 && matches!(steps.first(), Some(&("body" | "request"))) {
        steps.remove(0);
    }
    steps
}

/// Some providers answer in another spelling than they are written to: `reasoningEffort`, `generation_config`.
fn is_same(a: &str, b: &str) -> bool {
    letters(a).eq(letters(b))
}

fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A body with everything in it that the messages below are about, and more.
    fn body() -> Value {
        json!({
            "model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": true, "system": "s",
            "stream_options": {"include_usage": true}, "tools": [], "temperature": 0.7, "top_p": 0.5, "stop": ["a"],
            "store": false, "max_tokens": 5, "presence_penalty": 0, "reasoning_effort": "low", "enable_thinking": true,
            "thinking": {"type": "enabled", "budget_tokens": 9}, "reasoning": {"effort": "low"}, "tool_choice": "auto",
            "response_format": {"type": "json_schema"}, "generationConfig": {"topK": 1, "responseSchema": {}},
            "context_management": {}, "frequency_penalty": 0,
        })
    }

    fn refused(message: &str, param: &str, code: &str) -> Option<String> {
        let error = Error::new(ErrorKind::BadRequest, "refused")
            .with("providerMessage", message)
            .with("param", param)
            .with("providerCode", code);
        complaint(&error, &body()).map(|complaint| complaint.path.join("."))
    }

    #[test]
    fn r61b_the_refused_field_is_found_in_what_providers_write() {
        let rows = [
            // OpenAI: recorded (the first two), and as its users report.
            (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                "max_tokens",
            ),
            ("Unsupported parameter: 'temperature' is not supported with this model.", "temperature"),
            (
                "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.",
                "temperature",
            ),
            ("Unknown parameter: 'reasoning.effort'.", "reasoning.effort"),
            ("Unrecognized request argument supplied: reasoning_effort", "reasoning_effort"),
            ("Unrecognized request arguments supplied: enable_thinking, store", "enable_thinking"),
            // Anthropic.
            ("context_management: Extra inputs are not permitted", "context_management"),
            ("thinking.budget_tokens: Extra inputs are not permitted", "thinking.budget_tokens"),
            ("`temperature` is deprecated for this model.", "temperature"),
            (
                "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
                "top_p",
            ),
            // Google.
            (
                "Invalid JSON payload received. Unknown name \"topK\" at 'generation_config': Cannot find field.",
                "generationConfig.topK",
            ),
            ("Invalid JSON payload received. Unknown name \"thinking\": Cannot find field.", "thinking"),
            // Groq: the suggestion is a field of the body too.
            ("property 'store' is unsupported, did you mean 'stop'?", "store"),
            // xAI, which answers in its own spelling.
            ("Argument not supported on this model: presencePenalty", "presence_penalty"),
            ("Model grok-4-latest does not support parameter reasoningEffort.", "reasoning_effort"),
            // Mistral's and vLLM's lists, Fireworks, Azure's models.
            (
                "[{'type': 'extra_forbidden', 'loc': ('body', 'stop'), 'msg': 'Extra inputs are not permitted', 'input': {}}]",
                "stop",
            ),
            (
                "{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"frequency_penalty\"],\"msg\":\"Extra inputs are not permitted\"}]}",
                "frequency_penalty",
            ),
            ("Extra inputs are not permitted, field: 'store', value: False", "store"),
            ("Validation error at #/tool_choice: Extra inputs are not permitted", "tool_choice"),
            (
                "groq does not support parameters: ['reasoning_effort'], for model=openai/gpt-oss-120b.",
                "reasoning_effort",
            ),
            // Bedrock, and JSON readers of several languages.
            (
                "Malformed input request: #: extraneous key [enable_thinking] is not permitted, please reformat your input and try again.",
                "enable_thinking",
            ),
            ("json: unknown field \"store\"", "store"),
            ("Unrecognized key(s) in object: 'frequency_penalty'", "frequency_penalty"),
            ("create() got an unexpected keyword argument 'reasoning_effort'", "reasoning_effort"),
            // Whatever it is that a server has against stream_options.
            ("Validation: stream_options must be an object with one field", "stream_options"),
            ("The 'include_usage' option is for other models", "stream_options"),
        ];
        for (message, field) in rows {
            assert_eq!(refused(message, "", "").as_deref(), Some(field), "{message}");
        }
    }

    #[test]
    fn r61b_param_outranks_the_message() {
        assert_eq!(refused("Unsupported parameter.", "top_p", "").as_deref(), Some("top_p"));
        assert_eq!(
            refused("No.", "reasoning.effort", "unsupported_value").as_deref(),
            Some("reasoning.effort")
        );
        assert_eq!(refused("Unsupported value: 'developer'; see stop", "messages[0].role", ""), None);
    }

    #[test]
    fn r61b_what_is_the_call_itself_is_never_found() {
        for message in [
            "Unrecognized request argument supplied: messages",
            "Unsupported parameter: 'model'",
            "tools.0.custom.eager_input_streaming: Extra inputs are not permitted",
            "system.1.cache_control.ephemeral.scope: Extra inputs are not permitted",
            "messages.65.content.1.tool_use.text: Extra inputs are not permitted",
            "Extra inputs are not permitted, field: 'messages[2].refusal', value: None",
            "'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning_content' is unsupported)]",
            "[{'type': 'extra_forbidden', 'loc': ('body', 'messages', 0, 'stop'), 'msg': 'Extra inputs are not permitted'}]",
            "Invalid JSON payload received. Unknown name \"title\" at 'generation_config.response_schema.properties[0].value': Cannot find field.",
            "Invalid JSON payload received. Unknown name \"response_schema\" at 'generation_config': Cannot find field.",
            "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
            "image input is not supported",
            "Unknown parameter: 'seed'.",
        ] {
            assert_eq!(refused(message, "", ""), None, "{message}");
        }
    }

    #[test]
    fn r61b_a_wrong_value_is_no_refused_field() {
        for message in [
            "temperature: Input should be less than or equal to 1",
            "max_tokens: 200000 > 64000, which is the maximum allowed number of output tokens",
            "Invalid 'stop': array too long. Expected an array with maximum length 4",
            "",
        ] {
            assert_eq!(refused(message, "", ""), None, "{message}");
        }
        let error =
            Error::new(ErrorKind::AuthFailed, "x").with("providerMessage", "Unknown parameter: 'stop'.");
        assert_eq!(complaint(&error, &body()), None);
    }

    #[test]
    fn r61b_a_limit_is_renamed_unless_both_names_are_there() {
        let error = Error::new(ErrorKind::UnsupportedParameter, "x")
            .with("param", "max_tokens")
            .with("providerCode", "unsupported_parameter");
        let instead = |body: Value| complaint(&error, &body).and_then(|complaint| complaint.instead);
        assert_eq!(instead(json!({"max_tokens": 1})), Some("max_completion_tokens"));
        assert_eq!(instead(json!({"max_tokens": 1, "max_completion_tokens": 1})), None);
    }
}
