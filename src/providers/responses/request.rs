//! Settings and a call become a request. The body is written straight to bytes. It knows no provider beyond its
//! [`Dialect`], and nothing of the conversation, which `input` writes.

use std::borrow::Cow;

use serde_json::Map;
use serde_json::Value;

use super::Dialect;
use super::input;
use crate::chat::OutputSchema;
use crate::chat::Tool;
use crate::chat::ToolChoice;
use crate::chat::Warning;
use crate::error::Result;
use crate::json::Fields;
use crate::json::Writer;
use crate::providers::Draft;
use crate::providers::Encoded;
use crate::providers::body;
use crate::providers::schema;
use crate::resolve::Resolved;
use crate::resolve::Settings;

/// Fields of the body that `providerOptions` may not replace. A call without tools leaves them room for the API's own
/// ones (`web_search`, …), which have no neutral form.
const PROTECTED: &[&str] = &["model", "input", "stream", "tools"];
const PROTECTED_WITHOUT_TOOLS: &[&str] = &["model", "input", "stream"];

/// Chat's names of what this wire nests, so that one configuration serves both.
const CHAT_OPTIONS: &[(&str, &str, &str)] =
    &[("reasoning_effort", "reasoning", "effort"), ("verbosity", "text", "verbosity")];

/// The request of `draft`, to `url`.
pub(in crate::providers) fn encode(dialect: &Dialect, url: String, draft: &Draft<'_>) -> Result<Encoded> {
    let resolved = renamed(draft.resolved);
    let draft = &Draft { resolved: &resolved, ..draft.clone() };
    let model = draft.model()?;
    let call = draft.call;
    let headers = draft.key.map(|key| body::secret("authorization", "Bearer ", key.expose()));
    let protected = if call.tools.is_empty() { PROTECTED_WITHOUT_TOOLS } else { PROTECTED };
    let mut warnings = Vec::new();
    let request = body::request(draft, url, headers.into_iter().collect(), protected, |fields| {
        fields.field("model", |out| out.text(model));
        fields.optional("instructions", call.system.as_ref(), |out, text| out.text(text));
        fields.field("input", |out| input::write(out, dialect, draft));
        settings(fields, dialect, &resolved.settings, &mut warnings);
        storage(fields, dialect, draft);
        tools(fields, &call.tools, call.tool_choice.as_ref());
        fields.nested("text", |text| {
            text.optional("format", call.schema.as_ref(), |out, wanted| {
                warnings.extend(format(out, wanted, dialect.strict_schema));
            });
        });
        fields.nested("reasoning", |_| {});
        if call.stream {
            fields.field("stream", |out| out.boolean(true));
        }
    })?;
    Ok(Encoded { request, warnings })
}

/// The model with chat's options under this wire's names. Where both are given, this wire's own stands.
fn renamed(resolved: &Resolved) -> Cow<'_, Resolved> {
    let mut resolved = Cow::Borrowed(resolved);
    for (chat, object, field) in CHAT_OPTIONS {
        if resolved.provider_options.contains_key(*chat) {
            let options = &mut resolved.to_mut().provider_options;
            let value = options.remove(*chat).unwrap_or_default();
            let nested = options.entry(*object).or_insert_with(|| Value::Object(Map::new()));
            if let Some(nested) = nested.as_object_mut() {
                nested.entry(*field).or_insert(value);
            }
        }
    }
    resolved
}

fn settings(fields: &mut Fields<'_>, dialect: &Dialect, settings: &Settings, warnings: &mut Vec<Warning>) {
    // The timeout is the client's to keep; a new setting must be given a place here.
    let Settings { temperature, max_tokens, top_p, stop_sequences, timeout: _ } = settings;
    fields.optional("max_output_tokens", max_tokens.sent(), |out, count| {
        let least = dialect.least_tokens;
        if *count < least {
            let message = format!("maxTokens was clamped: this API takes no less than {least}");
            warnings.push(Warning { code: "clamped", field: "maxTokens".to_owned(), message });
        }
        out.count(least.max(*count));
    });
    fields.optional("temperature", temperature.sent(), |out, number| out.number(*number));
    fields.optional("top_p", top_p.sent(), |out, number| out.number(*number));
    if stop_sequences.sent().is_some_and(|stops| !stops.is_empty()) {
        let message = "stopSequences was dropped: this API has none".to_owned();
        warnings.push(Warning { code: "dropped", field: "stopSequences".to_owned(), message });
    }
}

/// The API keeps answers unless told otherwise. What it does not keep it must be given again, thoughts included.
fn storage(fields: &mut Fields<'_>, dialect: &Dialect, draft: &Draft<'_>) {
    fields.field("store", |out| out.boolean(false));
    if !keeps_answers(draft) && (dialect.encrypted_thoughts)(&draft.facts) {
        fields.field("include", |out| out.list(|out| out.text("reasoning.encrypted_content")));
    }
}

/// Whether the API is to keep the answer, so that ids of its items mean something in the next turn.
pub(super) fn keeps_answers(draft: &Draft<'_>) -> bool {
    draft.resolved.provider_options.get("store").is_some_and(|store| *store != Value::Bool(false))
}

fn tools(fields: &mut Fields<'_>, tools: &[Tool], choice: Option<&ToolChoice>) {
    if tools.is_empty() {
        return;
    }
    fields.field("tools", |out| out.list(|out| tools.iter().for_each(|each| tool(out, each))));
    fields.optional("tool_choice", choice, tool_choice);
}

/// Without `strict: false` the API makes the schema strict itself, and refuses those that cannot be (its default is
/// true, unlike chat's).
fn tool(out: &mut Writer, tool: &Tool) {
    let Tool { name, description, parameters } = tool;
    out.object(|out| {
        out.text_field("type", "function");
        out.text_field("name", name);
        if let Some(description) = description {
            out.text_field("description", description);
        }
        out.value_field("parameters", parameters);
        out.key("strict").boolean(false);
    });
}

fn tool_choice(out: &mut Writer, choice: &ToolChoice) {
    match choice {
        ToolChoice::Auto => out.text("auto"),
        ToolChoice::None => out.text("none"),
        ToolChoice::Required => out.text("required"),
        ToolChoice::Tool(name) => out.object(|out| {
            out.text_field("type", "function");
            out.text_field("name", name);
        }),
    }
}

/// The answer's form; a warning where it is not enforced.
fn format(out: &mut Writer, wanted: &OutputSchema, strict: bool) -> Option<Warning> {
    let OutputSchema { name, description, schema } = wanted;
    let (schema, warning) = if strict { schema::enforced(schema) } else { (Cow::Borrowed(schema), None) };
    out.object(|out| {
        out.text_field("type", "json_schema");
        out.text_field("name", name);
        if let Some(description) = description {
            out.text_field("description", description);
        }
        out.value_field("schema", &schema);
        if strict && warning.is_none() {
            out.key("strict").boolean(true);
        }
    });
    warning
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog;
    use crate::chat::Call;
    use crate::model::ModelConfig;
    use crate::model::ProviderId;
    use crate::resolve::Base;
    use crate::resolve::InlineModel;
    use crate::resolve::resolve;

    static DIALECT: Dialect = Dialect {
        provider: "openai",
        system_role: |_| "developer",
        encrypted_thoughts: |_| true,
        strict_schema: true,
        least_tokens: 16,
    };

    /// The body and the warnings of a call with these options.
    fn encoded(config: &Value, call: &Value) -> Result<(Value, Vec<Warning>)> {
        let model = InlineModel::new(ProviderId::Openai, "gpt-6-luna");
        let mut config = config.clone();
        let options = config.as_object_mut().unwrap().remove("providerOptions");
        let runtime = ModelConfig::read("modelConfig", &config).unwrap();
        let base = Base::Inline { product: "shop", model: &model };
        let mut resolved = resolve(base, "dev", None, &runtime).unwrap();
        resolved.provider_options = options.unwrap_or_default().as_object().cloned().unwrap_or_default();
        catalog::adjust(&mut resolved, catalog::OnUnsupported::Send).unwrap();
        let call = Call::read(call).unwrap();
        let encoded = encode(&DIALECT, String::new(), &Draft::new(&resolved, &call, None))?;
        Ok((serde_json::from_slice(&encoded.request.body).unwrap(), encoded.warnings))
    }

    fn body(config: &Value) -> Value {
        encoded(config, &json!({"messages": [{"role": "user", "content": "a"}]})).unwrap().0
    }

    #[test]
    fn rule_21_r56_nothing_is_stored_and_thoughts_come_encrypted_unless_the_options_say_otherwise() {
        let plain = body(&json!({}));
        assert_eq!(
            (&plain["store"], &plain["include"]),
            (&json!(false), &json!(["reasoning.encrypted_content"]))
        );
        let kept = body(&json!({"providerOptions": {"store": true}}));
        assert_eq!((&kept["store"], kept.get("include")), (&json!(true), None));
        let silent = body(&json!({"providerOptions": {"include": null}}));
        assert_eq!(silent.get("include"), None);
    }

    #[test]
    fn r56_chats_options_go_where_this_wire_has_them() {
        let options =
            json!({"reasoning_effort": "low", "verbosity": "high", "reasoning": {"summary": "auto"}});
        let both = json!({"reasoning_effort": "low", "reasoning": {"effort": "high"}});
        let own = body(&json!({"providerOptions": both}));
        assert_eq!(own["reasoning"]["effort"], "high");
        let body = body(&json!({"providerOptions": options}));
        assert_eq!(body["reasoning"], json!({"effort": "low", "summary": "auto"}));
        assert_eq!(body["text"], json!({"verbosity": "high"}));
        assert!(body.get("reasoning_effort").is_none() && body.get("verbosity").is_none());
    }

    #[test]
    fn rule_11_r56_what_this_wire_lacks_is_said() {
        let call = json!({"messages": [{"role": "user", "content": "a"}]});
        let config = json!({"maxTokens": 4, "stopSequences": ["END"]});
        let (body, warnings) = encoded(&config, &call).unwrap();
        assert_eq!((&body["max_output_tokens"], body.get("stop")), (&json!(16), None));
        let said: Vec<_> = warnings.iter().map(|warning| (warning.code, warning.field.as_str())).collect();
        assert_eq!(said, [("clamped", "maxTokens"), ("dropped", "stopSequences")]);
        assert_eq!(encoded(&json!({"maxTokens": 16, "stopSequences": []}), &call).unwrap().1, []);
    }

    #[test]
    fn r56_the_apis_own_tools_are_options_of_a_call_without_tools() {
        let web = json!({"providerOptions": {"tools": [{"type": "web_search"}]}});
        assert_eq!(body(&web)["tools"], json!([{"type": "web_search"}]));
        let tool = json!({"name": "f", "parameters": {"type": "object"}});
        let call = json!({"messages": [{"role": "user", "content": "a"}], "tools": [tool]});
        assert_eq!(encoded(&web, &call).unwrap_err().field(), Some("providerOptions.tools"));
    }
}
