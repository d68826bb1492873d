//! What `resolve` and `explain` answer: a target as plain data. It shows where a key comes from, never the key.

use serde::Serialize;

use super::Target;
use crate::model::ProviderId;
use crate::resolve::Field;
use crate::resolve::KeySource;
use crate::resolve::Resolved;
use crate::resolve::Settings;
use crate::warning::Warning;

/// The values that are sent; an absent one is not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Params {
    /// Sampling temperature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Most tokens in the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Nucleus sampling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Texts that end the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_sequences: Option<Vec<String>>,
    /// Time limit in milliseconds; it stays here and bounds the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
}

impl Params {
    fn of(settings: &Settings) -> Self {
        let Settings { temperature, max_tokens, top_p, stop_sequences, timeout } = settings;
        Self {
            temperature: temperature.sent().copied(),
            max_tokens: max_tokens.sent().copied(),
            top_p: top_p.sent().copied(),
            stop_sequences: stop_sequences.sent().cloned(),
            timeout: timeout.sent().copied(),
        }
    }
}

/// What a call would use, without its key.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResolveView {
    /// The product.
    pub product: String,
    /// The model's tag; absent for an inline model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The environment.
    pub env: String,
    /// The vendor.
    pub provider: ProviderId,
    /// The vendor's id of the model.
    pub model: String,
    /// The server; `null` where it is the provider's own.
    pub base_url: Option<String>,
    /// The values that are sent.
    pub params: Params,
    /// What was not taken as given.
    pub warnings: Vec<Warning>,
    /// The record's revision; 0 for an inline model.
    pub rev: u64,
}

impl ResolveView {
    pub(super) fn of(target: Target) -> Self {
        let Target { resolved, warnings, fallback: _ } = target;
        Self {
            base_url: base_url(&resolved),
            model: resolved.model_id().to_owned(),
            params: Params::of(&resolved.settings),
            product: resolved.product,
            tag: resolved.tag,
            env: resolved.env,
            provider: resolved.provider,
            warnings,
            rev: resolved.rev,
        }
    }
}

/// Where the API key of a call comes from; never the key.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyOrigin {
    /// `inline`, `none`, `reference` or `sealed`.
    pub status: &'static str,
    /// The id of the product key that opens a sealed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
}

impl KeyOrigin {
    fn of(key: &KeySource) -> Self {
        let (status, key_id) = match key {
            KeySource::Inline(_) => ("inline", None),
            KeySource::None => ("none", None),
            KeySource::Reference(_) => ("reference", None),
            KeySource::Sealed(sealed) => ("sealed", Some(sealed.key_id().as_str().to_owned())),
        };
        Self { status, key_id }
    }
}

/// Why a call would use what it uses, without its key.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The product.
    pub product: String,
    /// The model's tag; absent for an inline model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The environment.
    pub env: String,
    /// The vendor.
    pub provider: ProviderId,
    /// The vendor's id of the model, and the level that names it.
    pub model: Field<String>,
    /// The server; `null` where it is the provider's own.
    pub base_url: Option<String>,
    /// The five settings.
    pub settings: Settings,
    /// What was not taken as given.
    pub warnings: Vec<Warning>,
    /// Where the API key comes from.
    pub key: KeyOrigin,
    /// The record's revision; 0 for an inline model.
    pub rev: u64,
}

impl Explanation {
    pub(super) fn of(target: Target) -> Self {
        let Target { resolved, warnings, fallback: _ } = target;
        Self {
            base_url: base_url(&resolved),
            key: KeyOrigin::of(&resolved.key),
            product: resolved.product,
            tag: resolved.tag,
            env: resolved.env,
            provider: resolved.provider,
            model: resolved.model,
            settings: resolved.settings,
            warnings,
            rev: resolved.rev,
        }
    }
}

fn base_url(resolved: &Resolved) -> Option<String> {
    resolved.base_url.as_ref().map(|base_url| base_url.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::*;
    use crate::catalog;
    use crate::catalog::OnUnsupported;
    use crate::model::ModelConfig;
    use crate::resolve::Base;
    use crate::resolve::InlineModel;
    use crate::resolve::resolve;

    fn target(model: &Value, runtime: &Value) -> Target {
        let model = InlineModel::read("model", model).unwrap();
        let runtime = ModelConfig::read("modelConfig", runtime).unwrap();
        let base = Base::Inline { product: "shop", model: &model };
        let mut resolved = resolve(base, "dev", None, &runtime).unwrap();
        let warnings = catalog::adjust(&mut resolved, OnUnsupported::Warn).unwrap();
        Target { resolved, warnings, fallback: Vec::new() }
    }

    #[test]
    fn r46_an_explanation_shows_value_source_shadowed_and_adjustment() {
        let model = json!({"provider": "cohere", "model": "command-a-plus-05-2026", "temperature": 0.5});
        let explained = Explanation::of(target(&model, &json!({"temperature": 1.5, "timeout": null})));
        let explained = serde_json::to_value(explained).unwrap();
        let temperature = &explained["settings"]["temperature"];
        assert_eq!((&temperature["value"], &temperature["source"]), (&json!(1.5), &json!("runtime")));
        assert_eq!(temperature["shadowed"], json!([{"source": "model", "value": 0.5}]));
        assert_eq!(temperature["adjusted"]["sent"], 1.0);
        assert_eq!(
            explained["settings"]["timeout"],
            json!({"value": null, "source": "runtime", "shadowed": []})
        );
        assert_eq!(
            explained["model"],
            json!({"value": "command-a-plus-05-2026", "source": "model", "shadowed": []})
        );
        assert_eq!((&explained["baseUrl"], &explained["rev"]), (&Value::Null, &json!(0)));
        assert_eq!(explained["warnings"][0]["code"], "clamped");
    }

    #[test]
    fn r09_the_default_is_visible_in_resolve() {
        let model = json!({"provider": "openai", "model": "gpt-4.1"});
        let view = serde_json::to_value(ResolveView::of(target(&model, &json!({})))).unwrap();
        assert_eq!(view["params"], json!({"temperature": 0.7}));
    }

    #[test]
    fn r36_resolve_shows_what_is_sent() {
        let model = json!({"provider": "openai", "model": "gpt-6.1-sol", "maxTokens": 9, "timeout": 5});
        let view = serde_json::to_value(ResolveView::of(target(&model, &json!({"topP": 0.5})))).unwrap();
        assert_eq!(view["params"], json!({"maxTokens": 9, "timeout": 5}));
        assert_eq!(view["warnings"][0]["field"], "topP");
        assert!(view.get("tag").is_none());
    }

    #[test]
    fn r50_a_views_key_is_where_it_comes_from() {
        let model = json!({"provider": "openai", "model": "gpt-4.1", "apiKey": "sk-SECRET-SECRET"});
        let target = target(&model, &json!({}));
        let explained = serde_json::to_string(&Explanation::of(target.clone())).unwrap();
        assert!(explained.contains("\"key\":{\"status\":\"inline\"}"), "{explained}");
        let view = serde_json::to_string(&ResolveView::of(target)).unwrap();
        assert!(!explained.contains("SECRET") && !view.contains("SECRET"));
    }
}
