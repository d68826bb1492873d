//! Settings and a call become a request. The body is written straight to bytes; the conversation itself is next door.

use serde_json::Map;
use serde_json::Value;

use super::contents;
use super::wants_signatures;
use crate::base_url::BaseUrl;
use crate::chat::OutputSchema;
use crate::chat::Tool;
use crate::chat::ToolChoice;
use crate::chat::Warning;
use crate::error::Error;
use crate::error::Result;
use crate::json;
use crate::json::Fields;
use crate::json::Writer;
use crate::providers::Draft;
use crate::providers::Encoded;
use crate::providers::body;
use crate::providers::schema;
use crate::resolve::Settings;

const BASE_URL: &str = "https://generativelanguage.googleapis.com";
const VERSION: &str = "/v1beta";

/// Fields of the body that `providerOptions` may not replace.
const PROTECTED: &[&str] = &["contents"];

/// `const` is not known (the AI SDK rewrites it, too).
const RULES: schema::Rules = schema::Rules { closed: false, const_as_enum: true, refused: &[] };

pub(super) fn encode(draft: &Draft<'_>) -> Result<Encoded> {
    // A header, never the `key` parameter, which would stand in logs.
    let headers = vec![body::secret("x-goog-api-key", "", draft.needed_key()?.expose())];
    let model = draft.model()?;
    let url = address(draft.resolved.base_url.as_ref(), &route(model)?, draft.call.stream);
    let conversation = contents::Conversation::new(draft, wants_signatures(model));
    let mut warnings = conversation.warning().into_iter().collect();
    let (options, extra_tools) = options(&draft.resolved.provider_options);
    let request = body::request_with(draft, &options, url, headers, PROTECTED, |fields| {
        conversation.write(fields);
        generation(fields, draft, &mut warnings);
        tools(fields, &draft.call.tools, &extra_tools);
        if !draft.call.tools.is_empty() {
            tool_config(fields, draft.call.tool_choice.as_ref());
        }
    })?;
    Ok(Encoded { request, warnings })
}

/// `/models/<id>`, or the id's own path (`models/x`, `tunedModels/x`). What could mean another path is refused.
fn route(model: &str) -> Result<String> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'@');
    let is_step = |step: &str| !matches!(step, "" | "." | "..") && step.bytes().all(is_plain);
    if !model.split('/').all(is_step) {
        let expected =
            "a model id of letters, digits, '-', '.', '_' and '@', such as gemini-3.8-flash or tunedModels/x";
        return Err(Error::invalid("model", expected));
    }
    Ok([if model.contains('/') { "/" } else { "/models/" }, model].concat())
}

/// The address of the method. A base URL that names a method already is used with its own model.
fn address(base: Option<&BaseUrl>, route: &str, stream: bool) -> String {
    let method = if stream { ":streamGenerateContent?alt=sse" } else { ":generateContent" };
    let Some(base) = base else { return [BASE_URL, VERSION, route, method].concat() };
    let (path, query) = base.as_str().split_once('?').unwrap_or((base.as_str(), ""));
    let stem = path.strip_suffix(":generateContent").or_else(|| path.strip_suffix(":streamGenerateContent"));
    let Some(stem) = stem else { return base.join(VERSION, &[route, method].concat()) };
    let mut url = [stem, method].concat();
    for pair in query.split('&').filter(|pair| !pair.is_empty() && *pair != "alt=sse") {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(pair);
    }
    url
}

/// The options with `thinkingConfig` where the API has it, and apart from them the tools that Google runs itself: they
/// stand beside ours.
fn options(given: &Map<String, Value>) -> (Map<String, Value>, Vec<Value>) {
    let mut options = given.clone();
    if let Some(thinking) = options.remove("thinkingConfig") {
        let config = options.entry("generationConfig").or_insert_with(|| Value::Object(Map::new()));
        if let Some(config) = config.as_object_mut() {
            config.entry("thinkingConfig").or_insert(thinking);
        }
    }
    let tools = options.remove("tools").unwrap_or_default();
    (options, json::items(&tools).to_vec())
}

fn generation(fields: &mut Fields<'_>, draft: &Draft<'_>, warnings: &mut Vec<Warning>) {
    // The timeout is the client's to keep; a new setting must be given a place here.
    let Settings { temperature, max_tokens, top_p, stop_sequences, timeout: _ } = &draft.resolved.settings;
    fields.nested("generationConfig", |config| {
        config.optional("maxOutputTokens", max_tokens.sent(), |out, count| out.count(*count));
        config.optional("temperature", temperature.sent(), |out, number| out.number(*number));
        config.optional("topP", top_p.sent(), |out, number| out.number(*number));
        let stops = stop_sequences.sent().filter(|list| !list.is_empty());
        config.optional("stopSequences", stops, |out, stops| {
            out.list(|out| stops.iter().for_each(|stop| out.text(stop)));
        });
        if let Some(OutputSchema { schema, .. }) = &draft.call.schema {
            let (adapted, lost) = schema::adapted(schema, &RULES);
            warnings.extend(schema::warning(&lost));
            config.field("responseMimeType", |out| out.text("application/json"));
            config.field("responseJsonSchema", |out| out.value(&adapted));
        }
    });
}

fn tools(fields: &mut Fields<'_>, tools: &[Tool], extra: &[Value]) {
    if tools.is_empty() && extra.is_empty() {
        return;
    }
    fields.field("tools", |out| {
        out.list(|out| {
            if !tools.is_empty() {
                out.object(|out| {
                    out.key("functionDeclarations").list(|out| tools.iter().for_each(|each| tool(out, each)));
                });
            }
            extra.iter().for_each(|each| out.value(each));
        });
    });
}

fn tool(out: &mut Writer, tool: &Tool) {
    let Tool { name, description, parameters } = tool;
    out.object(|out| {
        out.text_field("name", name);
        if let Some(description) = description {
            out.text_field("description", description);
        }
        out.value_field("parametersJsonSchema", &schema::adapted(parameters, &RULES).0);
    });
}

fn tool_config(fields: &mut Fields<'_>, choice: Option<&ToolChoice>) {
    let Some(choice) = choice else { return };
    let (mode, name) = match choice {
        ToolChoice::Auto => ("AUTO", None),
        ToolChoice::None => ("NONE", None),
        ToolChoice::Required => ("ANY", None),
        ToolChoice::Tool(name) => ("ANY", Some(name)),
    };
    fields.nested("toolConfig", |config| {
        config.nested("functionCallingConfig", |config| {
            config.field("mode", |out| out.text(mode));
            config.optional("allowedFunctionNames", name, |out, name| out.list(|out| out.text(name)));
        });
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r39_addresses_have_the_model_and_the_method() {
        let at = |base: Option<&str>, model: &str, stream: bool| {
            let base = base.map(|base| BaseUrl::parse("baseUrl", base, false).unwrap());
            address(base.as_ref(), &route(model).unwrap(), stream)
        };
        let host = "https://generativelanguage.googleapis.com/v1beta";
        assert_eq!(at(None, "m", false), format!("{host}/models/m:generateContent"));
        assert_eq!(
            at(None, "tunedModels/m", true),
            format!("{host}/tunedModels/m:streamGenerateContent?alt=sse")
        );
        let rows = [
            ("https://h.example", true, "https://h.example/v1beta/models/m:streamGenerateContent?alt=sse"),
            (
                "https://h.example/v1/p?a=1",
                true,
                "https://h.example/v1/p/models/m:streamGenerateContent?a=1&alt=sse",
            ),
            (
                "https://h.example/g/models/x:generateContent",
                false,
                "https://h.example/g/models/x:generateContent",
            ),
            (
                "https://h.example/g/models/x:generateContent?a=1",
                true,
                "https://h.example/g/models/x:streamGenerateContent?alt=sse&a=1",
            ),
            (
                "https://h.example/x:streamGenerateContent?alt=sse",
                false,
                "https://h.example/x:generateContent",
            ),
        ];
        for (base, stream, expected) in rows {
            assert_eq!(at(Some(base), "models/m", stream), expected);
        }
    }

    #[test]
    fn r39_a_model_id_cannot_change_the_path() {
        for model in [
            "",
            "a b",
            "models/",
            "/m",
            "../m",
            "models/../x",
            "m?key=1",
            "m#x",
            "m:generateContent",
            "m%2e",
            "é",
            "a\\b",
        ] {
            let error = route(model).unwrap_err();
            assert_eq!(error.field(), Some("model"), "{model}");
        }
    }

    #[test]
    fn r30_thinking_goes_where_the_api_has_it() {
        let given = |options: Value| Value::Object(options_of(&options));
        let moved = json!({"generationConfig": {"seed": 1, "thinkingConfig": {"thinkingLevel": "LOW"}}});
        assert_eq!(
            given(json!({"thinkingConfig": {"thinkingLevel": "LOW"}, "generationConfig": {"seed": 1}})),
            moved
        );
        assert_eq!(given(moved.clone()), moved);
        assert_eq!(given(json!({"thinkingConfig": 1})), json!({"generationConfig": {"thinkingConfig": 1}}));
    }

    fn options_of(given: &Value) -> Map<String, Value> {
        options(given.as_object().unwrap()).0
    }
}
