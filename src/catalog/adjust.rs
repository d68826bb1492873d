//! Applies the facts to resolved settings: what is dropped, what is clamped, what is refused. It sends nothing.

use serde_json::Value;

use super::OnUnsupported;
use super::claude;
use super::data;
use super::family;
use super::family::Sampling;
use super::gemini;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::ProviderId;
use crate::resolve::Adjustment;
use crate::resolve::Field;
use crate::resolve::Layer;
use crate::resolve::Resolved;
use crate::warning::Warning;

const REFUSED: &str = "this model does not take it";
const REASONING: &str = "this model takes it only while reasoning_effort is 'none'";
const UNCHOSEN: &str = "this model answers best with its own default";
const RANGE: &str = "this provider's range is narrower";

/// Applies the rules for the resolved provider and model: fills `adjusted` of the settings that are not sent as they
/// are, and returns a warning for each that someone chose. The stored values stay as they are.
///
/// A default that nobody chose is dropped without a warning under every policy, because no caller asked for a call
/// that fails over it.
///
/// # Errors
/// `invalid_input` for more stop sequences than the provider takes, under every policy: cutting the list would change
/// where answers end. `unsupported_parameter` naming the setting under [`OnUnsupported::Error`].
pub fn adjust(resolved: &mut Resolved, policy: OnUnsupported) -> Result<Vec<Warning>> {
    let limits = data::limits(resolved.provider);
    check_stops(resolved, limits.stops)?;
    let verdict = sampling_verdict(resolved);
    let family = family::family_of(resolved.provider, resolved.model_id());
    let own = resolved.capabilities.stop_sequences;
    let takes_stop = own.unwrap_or_else(|| family.is_none_or(|family| family.stop));
    let settings = &mut resolved.settings;
    let mut rules = Rules { policy, warnings: Vec::new() };
    if !takes_stop {
        rules.drop("stopSequences", &mut settings.stop_sequences, REFUSED)?;
    }
    for (name, field, range) in [
        ("temperature", &mut settings.temperature, limits.temperature),
        ("topP", &mut settings.top_p, limits.top_p),
    ] {
        match verdict.for_source(field.source) {
            Some(reason) => rules.drop(name, field, reason)?,
            None => rules.clamp(name, field, range)?,
        }
    }
    match (resolved.provider, family) {
        (ProviderId::Anthropic, Some(family)) => claude::adjust(resolved, family, &mut rules)?,
        (ProviderId::Google, _) => gemini::adjust(resolved, &mut rules)?,
        _ => {}
    }
    Ok(rules.warnings)
}

fn check_stops(resolved: &Resolved, most: Option<usize>) -> Result<()> {
    let given = resolved.settings.stop_sequences.value.as_ref().map_or(0, Vec::len);
    match most {
        Some(most) if given > most => {
            let expected = format!("at most {most} stop sequences for this provider");
            Err(Error::invalid("stopSequences", expected).with("limit", most))
        }
        _ => Ok(()),
    }
}

/// Whether sampling settings are sent: why not for a default, and why not for a chosen value.
struct Verdict {
    default: Option<&'static str>,
    chosen: Option<&'static str>,
}

impl Verdict {
    fn for_source(&self, source: Layer) -> Option<&'static str> {
        if source == Layer::Default { self.default } else { self.chosen }
    }
}

fn sampling_verdict(resolved: &Resolved) -> Verdict {
    let family = family::family_of(resolved.provider, resolved.model_id());
    let known = family.map_or(Sampling::Free, |family| family.sampling);
    let sampling = match resolved.capabilities.sampling {
        None => known,
        Some(true) => Sampling::Free,
        Some(false) => Sampling::Refused,
    };
    match sampling {
        Sampling::Chosen => Verdict { default: Some(UNCHOSEN), chosen: None },
        Sampling::EffortNone { by_default } => {
            // Not even at effort `none`: a call must not hang on a value that nobody chose.
            let chosen = if effort_is_none(resolved, by_default) { None } else { Some(REASONING) };
            Verdict { default: Some(REASONING), chosen }
        }
        Sampling::Free => Verdict { default: None, chosen: None },
        Sampling::Refused => Verdict { default: Some(REFUSED), chosen: Some(REFUSED) },
    }
}

/// The reasoning effort that the request names, in the form of either of OpenAI's APIs.
pub(super) fn effort(resolved: &Resolved) -> Option<&str> {
    let options = &resolved.provider_options;
    let nested = options.get("reasoning").map(|reasoning| &reasoning["effort"]);
    options.get("reasoning_effort").or(nested).and_then(Value::as_str)
}

fn effort_is_none(resolved: &Resolved, by_default: bool) -> bool {
    effort(resolved).map_or(by_default, |effort| effort == "none")
}

pub(super) struct Rules {
    policy: OnUnsupported,
    pub(super) warnings: Vec<Warning>,
}

impl Rules {
    pub(super) fn drop<T>(&mut self, name: &str, field: &mut Field<T>, reason: &'static str) -> Result<()> {
        if field.sent().is_none() {
            return Ok(());
        }
        self.apply("dropped", name, field, None, reason)
    }

    /// Whether a provider option is changed. Someone always chose it.
    pub(super) fn option(&mut self, code: &'static str, name: &str, reason: &'static str) -> Result<bool> {
        match self.policy {
            OnUnsupported::Error => return Err(unsupported(name, Layer::Model, reason)),
            OnUnsupported::Send => return Ok(false),
            OnUnsupported::Warn => self.warnings.push(warning(code, name, reason)),
        }
        Ok(true)
    }

    fn clamp(&mut self, name: &str, field: &mut Field<f64>, (low, high): (f64, f64)) -> Result<()> {
        match field.value {
            Some(value) if !(low..=high).contains(&value) => {
                self.apply("clamped", name, field, Some(value.clamp(low, high)), RANGE)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn apply<T>(
        &mut self,
        code: &'static str,
        name: &str,
        field: &mut Field<T>,
        sent: Option<T>,
        reason: &'static str,
    ) -> Result<()> {
        if field.source != Layer::Default {
            match self.policy {
                OnUnsupported::Error => return Err(unsupported(name, field.source, reason)),
                OnUnsupported::Send => return Ok(()),
                OnUnsupported::Warn => self.warnings.push(warning(code, name, reason)),
            }
        }
        field.adjusted = Some(Adjustment { sent, reason: reason.to_owned() });
        Ok(())
    }
}

fn warning(code: &'static str, name: &str, reason: &str) -> Warning {
    Warning { code, field: name.to_owned(), message: format!("{name} was {code}: {reason}") }
}

pub(super) fn unsupported(name: &str, source: Layer, reason: &str) -> Error {
    Error::new(ErrorKind::UnsupportedParameter, format!("{name}: {reason}"))
        .with("field", name)
        .with("source", source.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::ModelConfig;
    use crate::resolve::Base;
    use crate::resolve::InlineModel;
    use crate::resolve::resolve;

    const EVERY_POLICY: [OnUnsupported; 3] = [OnUnsupported::Error, OnUnsupported::Send, OnUnsupported::Warn];

    fn resolved(provider: ProviderId, model: &str, runtime: &Value) -> Resolved {
        let model = InlineModel::new(provider, model);
        let runtime = ModelConfig::read("modelConfig", runtime).unwrap();
        resolve(Base::Inline { product: "shop", model: &model }, "dev", None, &runtime).unwrap()
    }

    fn openai(model: &str, runtime: &Value) -> Resolved {
        resolved(ProviderId::Openai, model, runtime)
    }

    fn stops(count: usize) -> Value {
        json!({"stopSequences": vec!["x"; count]})
    }

    #[test]
    fn r36_a_default_is_dropped_silently_under_every_policy() {
        for policy in EVERY_POLICY {
            for model in ["gpt-6.1-sol", "gpt-5.4", "o3"] {
                let mut resolved = openai(model, &json!({}));
                assert_eq!(adjust(&mut resolved, policy).unwrap(), []);
                let temperature = resolved.settings.temperature;
                assert_eq!((temperature.value, temperature.sent()), (Some(0.7), None), "{model}");
                assert!(temperature.adjusted.is_some_and(|adjusted| !adjusted.reason.is_empty()));
            }
        }
    }

    #[test]
    fn r09_a_default_is_sent_where_the_model_takes_it() {
        for provider in ProviderId::ALL {
            let mut resolved = resolved(*provider, "some-model", &json!({}));
            adjust(&mut resolved, OnUnsupported::Warn).unwrap();
            assert_eq!(resolved.settings.temperature.sent(), Some(&0.7), "{provider:?}");
        }
    }

    #[test]
    fn r36_a_chosen_value_is_dropped_with_a_warning() {
        let mut resolved =
            openai("gpt-5", &json!({"temperature": 0.2, "topP": 0.5, "stopSequences": ["END"]}));
        let warnings = adjust(&mut resolved, OnUnsupported::Warn).unwrap();
        let said: Vec<_> = warnings.iter().map(|warning| (warning.code, warning.field.as_str())).collect();
        assert_eq!(said, [("dropped", "stopSequences"), ("dropped", "temperature"), ("dropped", "topP")]);
        let settings = resolved.settings;
        assert_eq!((settings.temperature.sent(), settings.top_p.sent()), (None, None));
        assert_eq!((settings.stop_sequences.sent(), settings.temperature.value), (None, Some(0.2)));
    }

    #[test]
    fn r36_the_error_policy_names_the_parameter_and_its_level() {
        for runtime in [json!({"temperature": 0.2}), json!({"topP": 1}), json!({"stopSequences": ["a"]})] {
            let name = runtime.as_object().unwrap().keys().next().unwrap().clone();
            let error = adjust(&mut openai("gpt-5", &runtime), OnUnsupported::Error).unwrap_err();
            assert_eq!((error.kind(), error.field()), (ErrorKind::UnsupportedParameter, Some(name.as_str())));
            assert_eq!(error.detail("source"), Some(&json!("runtime")));
        }
    }

    #[test]
    fn r36_the_send_policy_leaves_a_chosen_value_alone() {
        let mut resolved = openai("o4-mini", &json!({"temperature": 0.2, "stopSequences": ["a"]}));
        let before = resolved.clone();
        assert_eq!(adjust(&mut resolved, OnUnsupported::Send).unwrap(), []);
        assert_eq!(resolved, before);
    }

    #[test]
    fn r36_null_is_nothing_to_drop() {
        let mut resolved = openai("gpt-5", &json!({"temperature": null, "topP": null, "stopSequences": []}));
        assert_eq!(adjust(&mut resolved, OnUnsupported::Error).unwrap(), []);
    }

    #[test]
    fn rule_09_r36_effort_none_lets_a_chosen_value_through() {
        let effort = |model: &str, effort: Option<&str>| {
            let mut resolved = openai(model, &json!({"temperature": 0.2}));
            if let Some(effort) = effort {
                resolved.provider_options.insert("reasoning_effort".to_owned(), json!(effort));
            }
            adjust(&mut resolved, OnUnsupported::Warn).unwrap();
            resolved.settings.temperature.sent().copied()
        };
        assert_eq!([effort("gpt-5.4", None), effort("gpt-5.4", Some("high"))], [Some(0.2), None]);
        assert_eq!([effort("gpt-5.6-sol", None), effort("gpt-5.6-sol", Some("none"))], [None, Some(0.2)]);
        assert_eq!([effort("gpt-5", Some("none")), effort("gpt-6.1-sol", Some("none"))], [None, None]);
    }

    #[test]
    fn rule_12_r36_too_many_stop_sequences_are_refused_under_every_policy() {
        let limits = [(ProviderId::Openai, 4), (ProviderId::Google, 5), (ProviderId::Cohere, 5)];
        for (provider, most) in limits {
            for policy in EVERY_POLICY {
                assert_eq!(adjust(&mut resolved(provider, "m", &stops(most)), policy).unwrap(), []);
                let error = adjust(&mut resolved(provider, "m", &stops(most + 1)), policy).unwrap_err();
                assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidInput, Some("stopSequences")));
                assert_eq!(error.detail("limit"), Some(&json!(most)));
            }
        }
        for provider in [ProviderId::Anthropic, ProviderId::Custom] {
            assert!(adjust(&mut resolved(provider, "m", &stops(20)), OnUnsupported::Error).is_ok());
        }
    }

    #[test]
    fn rule_02_rule_13_r37_a_narrower_range_clamps_what_is_sent() {
        for (provider, given, sent) in [
            (ProviderId::Anthropic, json!({"temperature": 1.5}), (Some(1.0), None)),
            (ProviderId::Cohere, json!({"temperature": 2, "topP": 0}), (Some(1.0), Some(0.01))),
            (ProviderId::Cohere, json!({"temperature": 1, "topP": 1}), (Some(1.0), Some(0.99))),
            (ProviderId::Google, json!({"temperature": 2, "topP": 1}), (Some(2.0), Some(1.0))),
            (ProviderId::Openai, json!({"temperature": 2, "topP": 0}), (Some(2.0), Some(0.0))),
        ] {
            let mut resolved = resolved(provider, "m", &given);
            let warnings = adjust(&mut resolved, OnUnsupported::Warn).unwrap();
            let settings = &resolved.settings;
            assert_eq!(
                (settings.temperature.sent().copied(), settings.top_p.sent().copied()),
                sent,
                "{given}"
            );
            let adjusted =
                [&settings.temperature, &settings.top_p].iter().filter(|f| f.adjusted.is_some()).count();
            assert_eq!(warnings.len(), adjusted);
            assert!(warnings.iter().all(|warning| warning.code == "clamped"));
            assert_eq!(settings.temperature.value, given["temperature"].as_f64());
        }
    }

    #[test]
    fn r36_custom_models_have_no_rules() {
        let given = json!({"temperature": 2, "topP": 0, "stopSequences": ["a", "b", "c", "d", "e", "f"]});
        let mut resolved = resolved(ProviderId::Custom, "gpt-5", &given);
        let before = resolved.clone();
        assert_eq!(adjust(&mut resolved, OnUnsupported::Error).unwrap(), []);
        assert_eq!(resolved, before);
    }

    #[test]
    fn rule_15_r36_gemini_3_takes_a_chosen_temperature_only() {
        let sent = |model: &str, given: Value| {
            let mut resolved = resolved(ProviderId::Google, model, &given);
            adjust(&mut resolved, OnUnsupported::Warn).unwrap();
            resolved.settings.temperature.sent().copied()
        };
        assert_eq!(sent("gemini-4-argon", json!({})), None);
        assert_eq!(sent("gemini-4-argon", json!({"temperature": 0.3})), Some(0.3));
        assert_eq!(sent("gemini-3.8-flash", json!({"temperature": 0.3})), None);
        assert_eq!(sent("gemini-2.5-pro", json!({})), Some(0.7));
    }
}
