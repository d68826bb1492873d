//! Settings and a call become a request, in either of the API's two versions. It knows no provider beyond its
//! [`Dialect`]; the conversation is written next door.

use super::Dialect;
use super::turns;
use crate::chat::OutputSchema;
use crate::chat::Tool;
use crate::chat::ToolChoice;
use crate::chat::Warning;
use crate::error::Error;
use crate::error::Result;
use crate::http::HeaderValue;
use crate::json::Fields;
use crate::json::Writer;
use crate::providers::Draft;
use crate::providers::Encoded;
use crate::providers::body;
use crate::providers::schema;
use crate::resolve::Field;
use crate::resolve::Layer;
use crate::resolve::Settings;

/// Fields of the body that `providerOptions` may not replace.
const PROTECTED: &[&str] = &["model", "messages", "stream", "tools"];

const VERSION: &str = "anthropic-version";

/// What models take whose version nobody chose.
const DEFAULT_VERSION: &str = "2023-06-01";

/// From here on the key goes as a Bearer token, and sampling settings are refused even at their default values
/// (Anthropic's SDK 1.0).
const BEARER_VERSION: &str = "2026-10-21";

/// The API requires a limit. This one is below every current model's own, and enough to think in.
const MAX_TOKENS: u32 = 32_000;

/// What structured outputs refuse (recorded 400s, and the list in Anthropic's SDK).
const SCHEMA_RULES: schema::Rules = schema::Rules {
    closed: true,
    const_as_enum: false,
    refused: &[
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "pattern",
        "patternProperties",
        "propertyNames",
        "uniqueItems",
    ],
};

/// The request of `draft`, to `url`.
pub(in crate::providers) fn encode(dialect: &Dialect, url: String, draft: &Draft<'_>) -> Result<Encoded> {
    let model = draft.model()?;
    turns::check(&draft.call.messages)?;
    if draft.call.schema.is_some() && !draft.facts.schema {
        return Err(Error::invalid("schema", "no schema; this model answers in text only"));
    }
    let version = version(draft);
    let samples = version < BEARER_VERSION;
    let mut warnings = Vec::new();
    let request = body::request(draft, url, headers(dialect, draft, version), PROTECTED, |fields| {
        fields.field("model", |out| out.text(model));
        settings(fields, &draft.resolved.settings, samples, &mut warnings);
        fields.optional("system", draft.call.system.as_ref(), |out, text| out.text(text));
        fields.field("messages", |out| turns::write(out, &draft.call.messages));
        tools(fields, &draft.call.tools, draft.call.tool_choice.as_ref());
        fields.nested("output_config", |config| {
            config.optional("format", draft.call.schema.as_ref(), |out, schema| {
                warnings.extend(format(out, schema));
            });
        });
        if draft.call.stream {
            fields.field("stream", |out| out.boolean(true));
        }
    })?;
    Ok(Encoded { request, warnings })
}

/// The API's version: the model's own, as its header says.
fn version<'a>(draft: &Draft<'a>) -> &'a str {
    let given = draft.resolved.headers.iter().find(|(name, _)| name == VERSION);
    given.map_or(DEFAULT_VERSION, |(_, version)| version)
}

fn headers(dialect: &Dialect, draft: &Draft<'_>, version: &str) -> Vec<(String, HeaderValue)> {
    let mut headers = vec![body::plain(VERSION, version)];
    if let Some(key) = draft.key {
        headers.push(if version < BEARER_VERSION {
            body::secret("x-api-key", "", key.expose())
        } else {
            body::secret("authorization", "Bearer ", key.expose())
        });
    }
    if dialect.names_pages && draft.in_page {
        headers.push(body::plain("anthropic-dangerous-direct-browser-access", "true"));
    }
    headers
}

fn settings(fields: &mut Fields<'_>, settings: &Settings, samples: bool, warnings: &mut Vec<Warning>) {
    // The timeout is the client's to keep; a new setting must be given a place here.
    let Settings { temperature, max_tokens, top_p, stop_sequences, timeout: _ } = settings;
    fields.field("max_tokens", |out| out.count(max_tokens.sent().copied().unwrap_or(MAX_TOKENS)));
    for (public, name, field) in [("temperature", "temperature", temperature), ("topP", "top_p", top_p)] {
        if samples {
            fields.optional(name, field.sent(), |out, number| out.number(*number));
        } else {
            warnings.extend(dropped(public, field));
        }
    }
    let stops = stop_sequences.sent().filter(|list| !list.is_empty());
    fields.optional("stop_sequences", stops, |out, stops| {
        out.list(|out| stops.iter().for_each(|stop| out.text(stop)));
    });
}

/// Nobody is told of a default that is not sent.
fn dropped(name: &str, field: &Field<f64>) -> Option<Warning> {
    let message = format!("{name} was dropped: this version of the API takes no sampling settings");
    let chosen = field.sent().is_some() && field.source != Layer::Default;
    chosen.then(|| Warning { code: "dropped", field: name.to_owned(), message })
}

fn tools(fields: &mut Fields<'_>, tools: &[Tool], choice: Option<&ToolChoice>) {
    if tools.is_empty() {
        return;
    }
    fields.field("tools", |out| out.list(|out| tools.iter().for_each(|each| tool(out, each))));
    // Options may add `disable_parallel_tool_use`, which needs a type beside it.
    let is_default = choice.is_none() && fields.is_free("tool_choice");
    fields.nested("tool_choice", |fields| {
        let word = match choice {
            _ if is_default => return,
            None | Some(ToolChoice::Auto) => "auto",
            Some(ToolChoice::None) => "none",
            Some(ToolChoice::Required) => "any",
            Some(ToolChoice::Tool(_)) => "tool",
        };
        fields.field("type", |out| out.text(word));
        if let Some(ToolChoice::Tool(name)) = choice {
            fields.field("name", |out| out.text(name));
        }
    });
}

fn tool(out: &mut Writer, tool: &Tool) {
    let Tool { name, description, parameters } = tool;
    out.object(|out| {
        out.text_field("name", name);
        if let Some(description) = description {
            out.text_field("description", description);
        }
        out.value_field("input_schema", parameters);
    });
}

/// The answer's form. Its name and description have no place on this wire.
fn format(out: &mut Writer, wanted: &OutputSchema) -> Option<Warning> {
    let (schema, lost) = schema::adapted(&wanted.schema, &SCHEMA_RULES);
    out.object(|out| {
        out.text_field("type", "json_schema");
        out.value_field("schema", &schema);
    });
    schema::warning(&lost)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::*;
    use crate::chat::Call;
    use crate::http::HttpRequest;
    use crate::model::ModelConfig;
    use crate::model::ProviderId;
    use crate::resolve::Base;
    use crate::resolve::InlineModel;
    use crate::resolve::Resolved;
    use crate::resolve::resolve;
    use crate::secret::ApiKey;

    static DIALECT: Dialect = Dialect { provider: "anthropic", names_pages: true };

    fn resolved(version: Option<&str>, runtime: &Value) -> Resolved {
        let mut model = InlineModel::new(ProviderId::Anthropic, "claude-sonnet-5-5");
        model.headers.extend(version.map(|version| (VERSION.to_owned(), version.to_owned())));
        let runtime = ModelConfig::read("modelConfig", runtime).unwrap();
        resolve(Base::Inline { product: "shop", model: &model }, "dev", None, &runtime).unwrap()
    }

    fn encoded(resolved: &Resolved, call: &Value, change: fn(&mut Draft<'_>)) -> Result<Encoded> {
        let key = ApiKey::parse("apiKey", "sk-ant-0123456789abcdef").unwrap().0;
        let call = Call::read(call).unwrap();
        let mut draft = Draft::new(resolved, &call, Some(&key));
        change(&mut draft);
        encode(&DIALECT, "https://api.example/v1/messages".to_owned(), &draft)
    }

    fn header<'a>(request: &'a HttpRequest, name: &str) -> Vec<&'a HeaderValue> {
        request.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value).collect()
    }

    fn body(encoded: &Encoded) -> Value {
        serde_json::from_slice(&encoded.request.body).unwrap()
    }

    #[test]
    fn r56_the_version_decides_how_the_key_goes() {
        let plain = |text: &str| HeaderValue::Plain(text.to_owned());
        for (version, sent, name, other) in [
            (None, "2023-06-01", "x-api-key", "authorization"),
            (Some("2026-10-21"), "2026-10-21", "authorization", "x-api-key"),
            (Some("2027-03-01"), "2027-03-01", "authorization", "x-api-key"),
        ] {
            let request =
                encoded(&resolved(version, &json!({})), &json!({"prompt": "a"}), |_| {}).unwrap().request;
            assert_eq!(header(&request, VERSION), [&plain(sent)]);
            assert!(matches!(header(&request, name).as_slice(), [HeaderValue::Secret(_)]), "{version:?}");
            assert!(header(&request, other).is_empty(), "{version:?}");
        }
    }

    #[test]
    fn rule_05_r36_the_new_version_is_sent_no_sampling_settings() {
        let given = json!({"temperature": 0.2, "topP": 0.5});
        let new = encoded(&resolved(Some("2026-10-21"), &given), &json!({"prompt": "a"}), |_| {}).unwrap();
        let said: Vec<_> =
            new.warnings.iter().map(|warning| (warning.code, warning.field.as_str())).collect();
        assert_eq!(said, [("dropped", "temperature"), ("dropped", "topP")]);
        assert_eq!((&body(&new)["temperature"], &body(&new)["top_p"]), (&Value::Null, &Value::Null));
        let default =
            encoded(&resolved(Some("2026-10-21"), &json!({})), &json!({"prompt": "a"}), |_| {}).unwrap();
        assert_eq!((default.warnings.len(), &body(&default)["temperature"]), (0, &Value::Null));
        let old = encoded(&resolved(None, &given), &json!({"prompt": "a"}), |_| {}).unwrap();
        assert_eq!((old.warnings.len(), &body(&old)["temperature"]), (0, &json!(0.2)));
    }

    #[test]
    fn r66_a_page_is_named() {
        let name = "anthropic-dangerous-direct-browser-access";
        let resolved = resolved(None, &json!({}));
        let server = encoded(&resolved, &json!({"prompt": "a"}), |_| {}).unwrap().request;
        let page = encoded(&resolved, &json!({"prompt": "a"}), |draft| draft.in_page = true).unwrap().request;
        assert!(header(&server, name).is_empty());
        assert_eq!(header(&page, name), [&HeaderValue::Plain("true".to_owned())]);
    }

    #[test]
    fn r56_a_schema_is_adapted_or_refused() {
        let call = json!({"prompt": "a", "schema": {"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}}}});
        let resolved = resolved(None, &json!({}));
        let sent = encoded(&resolved, &call, |_| {}).unwrap();
        assert_eq!(sent.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), ["changed"]);
        let schema = &body(&sent)["output_config"]["format"]["schema"];
        assert_eq!(schema["additionalProperties"], json!(false));
        let refused = encoded(&resolved, &call, |draft| draft.facts.schema = false).unwrap_err();
        assert_eq!(refused.field(), Some("schema"));
    }

    #[test]
    fn r56_choices_among_tools() {
        let choice = |choice: Value, options: Value| {
            let mut resolved = resolved(None, &json!({}));
            resolved.provider_options = options.as_object().cloned().unwrap_or_default();
            let call = json!({"prompt": "a", "toolChoice": choice,
                "tools": [{"name": "f", "parameters": {"type": "object"}}]});
            body(&encoded(&resolved, &call, |_| {}).unwrap())["tool_choice"].clone()
        };
        let none = json!({});
        assert_eq!(choice(json!(null), none.clone()), Value::Null);
        assert_eq!(choice(json!("auto"), none.clone()), json!({"type": "auto"}));
        assert_eq!(choice(json!("none"), none.clone()), json!({"type": "none"}));
        assert_eq!(choice(json!("required"), none.clone()), json!({"type": "any"}));
        assert_eq!(choice(json!({"tool": "f"}), none), json!({"type": "tool", "name": "f"}));
        let alone = json!({"tool_choice": {"disable_parallel_tool_use": true}});
        assert_eq!(choice(json!(null), alone), json!({"type": "auto", "disable_parallel_tool_use": true}));
    }
}
