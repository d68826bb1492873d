//! What Anthropic's models take of length, sampling and thinking. It fills and narrows settings, and sends nothing.

use serde_json::Value;
use serde_json::json;

use super::adjust::Rules;
use super::facts::facts;
use super::family::Family;
use super::family::Sampling;
use crate::error::Result;
use crate::resolve::Adjustment;
use crate::resolve::Resolved;
use crate::warning::Warning;

/// Below the most of every current model.
const UNKNOWN_MOST: u32 = 32000;
/// VA, AS: the smallest budget.
const LEAST_BUDGET: u64 = 1024;
const REFUSED: &str = "this model does not take it";
const THINKS: &str = "this model does not take it while it thinks";
const TOGETHER: &str = "this model takes one of temperature and topP";
const MOST: &str = "this model answers with fewer tokens at most";
const NO_THOUGHT: &str = "without thinking this model takes 'high' at most";
const NEITHER: &str = "this model does not take it in this form";

/// Applies the rules for one resolved model of Anthropic's.
pub(super) fn adjust(resolved: &mut Resolved, family: &Family, rules: &mut Rules) -> Result<()> {
    thinking(resolved, family, rules)?;
    let kind = resolved.provider_options.get("thinking").map(|thinking| thinking["type"].clone());
    if kind.is_some_and(|kind| kind != "disabled") {
        let settings = &mut resolved.settings;
        rules.drop("temperature", &mut settings.temperature, THINKS)?;
        rules.drop("topP", &mut settings.top_p, THINKS)?;
        without_top_k(resolved, THINKS, rules)?;
    }
    let refuses = family.sampling == Sampling::Refused;
    if resolved.capabilities.sampling.map_or(refuses, |takes| !takes) {
        without_top_k(resolved, REFUSED, rules)?;
    }
    let facts = facts(resolved);
    if !facts.both_samplings {
        one_of_two(resolved, rules)?;
    }
    length(resolved, facts.max_output, rules)
}

fn without_top_k(resolved: &mut Resolved, reason: &'static str, rules: &mut Rules) -> Result<()> {
    if resolved.provider_options.contains_key("top_k") && rules.option("dropped", "top_k", reason)? {
        resolved.provider_options.remove("top_k");
    }
    Ok(())
}

/// VA: temperature and `top_p` together are refused. The level nearer to the call wins; of one level, temperature.
fn one_of_two(resolved: &mut Resolved, rules: &mut Rules) -> Result<()> {
    let settings = &mut resolved.settings;
    let (temperature, top_p) = (&mut settings.temperature, &mut settings.top_p);
    if temperature.sent().is_none() || top_p.sent().is_none() {
        return Ok(());
    }
    if top_p.source > temperature.source {
        return rules.drop("temperature", temperature, TOGETHER);
    }
    rules.drop("topP", top_p, TOGETHER)
}

/// VA `budgetThinking`, `thinkingCanBeDisabled`: the form that the model refuses becomes the one that it takes.
fn thinking(resolved: &mut Resolved, family: &Family, rules: &mut Rules) -> Result<()> {
    let Some(thinking) = resolved.provider_options.get_mut("thinking").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    let kind = thinking.get("type").and_then(Value::as_str).unwrap_or_default();
    let refused = match kind {
        "enabled" => !family.thinking.budget,
        "disabled" => !family.thinking.disabled,
        _ => false,
    };
    if refused {
        let disabled = kind == "disabled";
        if rules.option("changed", "thinking", NEITHER)? {
            let between = disabled && family.thinking.between_tools;
            let least = if between { "between_tools" } else { "adaptive" };
            resolved.provider_options.insert("thinking".to_owned(), json!({"type": least}));
            if disabled && !between {
                calm(resolved);
            }
        }
        return Ok(());
    }
    if kind == "disabled" && !family.thinking.disabled_above_high {
        return at_most_high(resolved, rules);
    }
    let low =
        thinking.get("budget_tokens").and_then(Value::as_u64).is_some_and(|budget| budget < LEAST_BUDGET);
    if kind == "enabled" && low && rules.option("clamped", "thinking.budget_tokens", "1024 is the least")? {
        thinking.insert("budget_tokens".to_owned(), json!(LEAST_BUDGET));
    }
    Ok(())
}

/// From Opus 5 on, no thinking at all goes with efforts up to `high` only.
fn at_most_high(resolved: &mut Resolved, rules: &mut Rules) -> Result<()> {
    let config = resolved.provider_options.get_mut("output_config");
    let Some(effort) = config.and_then(|config| config.get_mut("effort")) else { return Ok(()) };
    let above = matches!(effort.as_str(), Some("xhigh" | "max"));
    if above && rules.option("clamped", "output_config.effort", NO_THOUGHT)? {
        *effort = json!("high");
    }
    Ok(())
}

/// The nearest to no thinking: the lowest effort, unless the request names one.
fn calm(resolved: &mut Resolved) {
    let config = resolved.provider_options.entry("output_config").or_insert_with(|| json!({}));
    if let Some(config) = config.as_object_mut() {
        config.entry("effort").or_insert_with(|| json!("low"));
    }
}

/// The budget must be below `max_tokens`, which has a limit for each model.
fn budget(resolved: &mut Resolved, most: Option<u32>, rules: &mut Rules) -> Result<u32> {
    let thinking = resolved.provider_options.get_mut("thinking");
    let Some(given) = thinking.and_then(|thinking| thinking.get_mut("budget_tokens")) else { return Ok(0) };
    let asked = u32::try_from(given.as_u64().unwrap_or(0)).unwrap_or(u32::MAX);
    match most {
        Some(most) if asked >= most && rules.option("clamped", "thinking.budget_tokens", MOST)? => {
            *given = json!(most - 1);
            Ok(most - 1)
        }
        _ => Ok(asked),
    }
}

/// `max_tokens` is mandatory, counts the budget too, and has a limit for each model.
fn length(resolved: &mut Resolved, most: Option<u32>, rules: &mut Rules) -> Result<()> {
    let budget = budget(resolved, most, rules)?;
    let field = &mut resolved.settings.max_tokens;
    let Some(asked) = field.value else {
        let sent = most.unwrap_or_else(|| UNKNOWN_MOST.saturating_add(budget));
        if most.is_none() {
            let message =
                format!("maxTokens is {sent}: this provider needs one, and the model's own is not known");
            rules.warnings.push(Warning { code: "changed", field: "maxTokens".to_owned(), message });
        }
        let reason = "this provider needs a limit".to_owned();
        field.adjusted = Some(Adjustment { sent: Some(sent), reason });
        return Ok(());
    };
    let whole = asked.saturating_add(budget);
    match most {
        Some(most) if whole > most => rules.apply("clamped", "maxTokens", field, Some(most), MOST),
        _ if budget > 0 => {
            let reason = "the thinking budget counts too".to_owned();
            field.adjusted = Some(Adjustment { sent: Some(whole), reason });
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::OnUnsupported;
    use crate::catalog::adjust;
    use crate::model::ModelConfig;
    use crate::model::ProviderId;
    use crate::resolve::Base;
    use crate::resolve::InlineModel;
    use crate::resolve::resolve;

    fn adjusted(model: &str, runtime: &Value, thinking: Option<Value>) -> (Resolved, Vec<&'static str>) {
        let model = InlineModel::new(ProviderId::Anthropic, model);
        let runtime = ModelConfig::read("modelConfig", runtime).unwrap();
        let mut resolved =
            resolve(Base::Inline { product: "shop", model: &model }, "dev", None, &runtime).unwrap();
        if let Some(thinking) = thinking {
            resolved.provider_options.insert("thinking".to_owned(), thinking);
        }
        let warnings = adjust(&mut resolved, OnUnsupported::Warn).unwrap();
        (resolved, warnings.iter().map(|warning| warning.code).collect())
    }

    #[test]
    fn rule_01_r38_max_tokens_is_the_models_most_or_32000() {
        let table: [(&str, Value, u32, &[&str]); 5] = [
            ("claude-sonnet-5-5", json!({}), 128_000, &[]),
            ("claude-haiku-4-5", json!({}), 64000, &[]),
            ("claude-opus-9", json!({}), 32000, &["changed"]),
            ("claude-haiku-4-5", json!({"maxTokens": 70000}), 64000, &["clamped"]),
            ("claude-opus-9", json!({"maxTokens": 70000}), 70000, &[]),
        ];
        for (model, given, sent, codes) in table {
            let (resolved, said) = adjusted(model, &given, None);
            assert_eq!(
                (resolved.settings.max_tokens.sent(), said.as_slice()),
                (Some(&sent), codes),
                "{model}"
            );
        }
    }

    #[test]
    fn rule_03_r36_the_nearer_of_temperature_and_top_p_is_sent() {
        let sent = |given| {
            let settings = adjusted("claude-sonnet-4-5", &given, None).0.settings;
            (settings.temperature.sent().copied(), settings.top_p.sent().copied())
        };
        assert_eq!(sent(json!({"topP": 0.5})), (None, Some(0.5)));
        assert_eq!(sent(json!({"topP": 0.5, "temperature": 0.1})), (Some(0.1), None));
        let old = adjusted("claude-3-5-haiku", &json!({"topP": 0.5, "temperature": 0.1}), None).0.settings;
        assert_eq!((old.temperature.sent(), old.top_p.sent()), (Some(&0.1), Some(&0.5)));
    }

    #[test]
    fn rule_04_r36_top_k_goes_with_the_other_sampling_settings() {
        for (model, kept) in
            [("claude-sonnet-4-5", true), ("claude-opus-4-7", false), ("claude-nova-9", false)]
        {
            let mut model = InlineModel::new(ProviderId::Anthropic, model);
            model.provider_options.insert("top_k".to_owned(), json!(5));
            let base = Base::Inline { product: "shop", model: &model };
            let mut resolved = resolve(base, "dev", None, &ModelConfig::default()).unwrap();
            let warnings = adjust(&mut resolved, OnUnsupported::Warn).unwrap();
            assert_eq!(resolved.provider_options.contains_key("top_k"), kept, "{}", model.model);
            assert_eq!(warnings.iter().any(|warning| warning.field == "top_k"), !kept);
        }
    }

    #[test]
    fn rule_06_r36_a_budget_stays_below_the_models_most() {
        let thinking = json!({"type": "enabled", "budget_tokens": 90_000});
        for given in [json!({}), json!({"maxTokens": 500})] {
            let (resolved, said) = adjusted("claude-sonnet-4-5", &given, Some(thinking.clone()));
            assert_eq!(resolved.provider_options["thinking"]["budget_tokens"], 63_999);
            assert_eq!(resolved.settings.max_tokens.sent(), Some(&64_000));
            assert!(said.contains(&"clamped"));
        }
    }

    #[test]
    fn rule_07_r36_without_thinking_the_effort_is_high_at_most() {
        for (model, sent) in [("claude-opus-5", "high"), ("claude-opus-4-8", "max")] {
            let model = InlineModel::new(ProviderId::Anthropic, model);
            let base = Base::Inline { product: "shop", model: &model };
            let mut resolved = resolve(base, "dev", None, &ModelConfig::default()).unwrap();
            let options = json!({"thinking": {"type": "disabled"}, "output_config": {"effort": "max"}});
            resolved.provider_options.extend(options.as_object().cloned().unwrap());
            adjust(&mut resolved, OnUnsupported::Warn).unwrap();
            assert_eq!(resolved.provider_options["output_config"]["effort"], sent);
        }
    }

    #[test]
    fn rule_06_r36_thinking_takes_no_sampling_and_its_budget_counts() {
        let given = json!({"temperature": 0.2, "maxTokens": 1000});
        let thinking = json!({"type": "enabled", "budget_tokens": 100});
        let (resolved, said) = adjusted("claude-sonnet-4-5", &given, Some(thinking));
        assert_eq!(said, ["clamped", "dropped"]);
        assert_eq!(resolved.settings.temperature.sent(), None);
        assert_eq!(resolved.settings.max_tokens.sent(), Some(&2024));
        assert_eq!(resolved.provider_options["thinking"]["budget_tokens"], 1024);
    }

    #[test]
    fn rule_07_r36_a_refused_form_of_thinking_becomes_adaptive() {
        for (model, given, sent) in [
            ("claude-haiku-5-5", json!({"type": "enabled", "budget_tokens": 2048}), "adaptive"),
            ("claude-haiku-5-5", json!({"type": "disabled"}), "disabled"),
            ("claude-opus-5-5", json!({"type": "disabled"}), "adaptive"),
            ("claude-opus-5", json!({"type": "enabled", "budget_tokens": 2048}), "enabled"),
            ("claude-sonnet-5-5", json!({"type": "disabled"}), "between_tools"),
        ] {
            let changed = given["type"] != sent;
            let (resolved, said) = adjusted(model, &json!({}), Some(given));
            assert_eq!(resolved.provider_options["thinking"]["type"], sent, "{model}");
            assert_eq!(said.contains(&"changed"), changed, "{model}");
        }
    }
}
