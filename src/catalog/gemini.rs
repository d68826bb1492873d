//! What Google's models take of thinking and penalties. It changes provider options, and sends nothing.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::adjust::Rules;
use super::facts::facts;
use crate::error::Result;
use crate::resolve::Resolved;

const BUDGET: &str = "this model is told a number of tokens";
const LEVEL: &str = "this model is told a level";
const LOWEST: &str = "this model has no lower level";
const RANGE: &str = "this model's range is narrower";
const PENALTIES: &str = "this model takes no penalties";

/// Levels, and the budgets that they stand for: of the same order as what each spends by default.
const LEVELS: &[(&str, u32)] = &[("minimal", 512), ("low", 2048), ("medium", 8192), ("high", 24_576)];

/// How a model is told to think.
#[derive(Clone, Copy)]
enum Thinking {
    /// From the first to the second number of tokens.
    Budget(u32, u32),
    /// The lowest level; not thinking at all is none of them.
    Level(&'static str),
}

/// Applies the rules for one resolved model of Google's.
pub(super) fn adjust(resolved: &mut Resolved, rules: &mut Rules) -> Result<()> {
    let penalties = facts(resolved).penalties;
    let thinking = thinking_of(resolved.model_id());
    let options = &mut resolved.provider_options;
    if !penalties {
        drop_penalties(options, rules)?;
        if let Some(config) = options.get_mut("generationConfig").and_then(Value::as_object_mut) {
            drop_penalties(config, rules)?;
        }
    }
    let Some(thinking) = thinking else { return Ok(()) };
    if let Some(config) = options.get_mut("thinkingConfig").and_then(Value::as_object_mut) {
        think(config, &thinking, rules)?;
    }
    let nested = options.get_mut("generationConfig").and_then(|config| config.get_mut("thinkingConfig"));
    match nested.and_then(Value::as_object_mut) {
        Some(config) => think(config, &thinking, rules),
        None => Ok(()),
    }
}

/// VG: 2.5 takes `thinkingBudget`, from 3 on it is `thinkingLevel`, whose lowest is `low` for the pro models and for
/// flash from 3.7 on.
fn thinking_of(id: &str) -> Option<Thinking> {
    let id = id.rsplit('/').next().unwrap_or(id);
    let version = id.strip_prefix("gemini-")?;
    if let Some(variant) = version.strip_prefix("2.5-") {
        let pro = variant.starts_with("pro");
        return Some(if pro { Thinking::Budget(128, 32_768) } else { Thinking::Budget(0, 24_576) });
    }
    if !version.starts_with(|c: char| matches!(c, '3'..='9')) {
        return None;
    }
    let minimal =
        ["3-flash", "3.1-flash", "3.5-flash", "3.6-flash"].iter().any(|kind| version.starts_with(kind));
    Some(Thinking::Level(if minimal { "minimal" } else { "low" }))
}

fn drop_penalties(options: &mut Map<String, Value>, rules: &mut Rules) -> Result<()> {
    for name in ["frequencyPenalty", "presencePenalty"] {
        if options.contains_key(name) && rules.option("dropped", name, PENALTIES)? {
            options.remove(name);
        }
    }
    Ok(())
}

fn think(config: &mut Map<String, Value>, thinking: &Thinking, rules: &mut Rules) -> Result<()> {
    let budget = config.get("thinkingBudget").and_then(Value::as_i64);
    let level = config.get("thinkingLevel").and_then(Value::as_str).map(str::to_ascii_lowercase);
    match (*thinking, budget, level) {
        (Thinking::Budget(low, high), Some(budget), _) => in_range(config, budget, low, high, rules),
        (Thinking::Budget(low, high), None, Some(level)) => {
            let budget = LEVELS.iter().find(|(name, _)| *name == level).map_or(high, |(_, budget)| *budget);
            if rules.option("changed", "thinkingLevel", BUDGET)? {
                config.remove("thinkingLevel");
                config.insert("thinkingBudget".to_owned(), json!(budget.clamp(low, high)));
            }
            Ok(())
        }
        (Thinking::Level(lowest), Some(budget), None) => {
            if rules.option("changed", "thinkingBudget", LEVEL)? {
                config.remove("thinkingBudget");
                // -1 leaves it to the model, which is what the absence of a level does.
                if let Ok(budget) = u32::try_from(budget) {
                    config.insert("thinkingLevel".to_owned(), json!(level_for(budget, lowest)));
                }
            }
            Ok(())
        }
        (Thinking::Level(lowest), None, Some(level)) if lowest == "low" && level == "minimal" => {
            if rules.option("clamped", "thinkingLevel", LOWEST)? {
                config.insert("thinkingLevel".to_owned(), json!(lowest));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn in_range(
    config: &mut Map<String, Value>,
    budget: i64,
    low: u32,
    high: u32,
    rules: &mut Rules,
) -> Result<()> {
    // -1 leaves it to the model.
    if budget == -1 || (i64::from(low)..=i64::from(high)).contains(&budget) {
        return Ok(());
    }
    if rules.option("clamped", "thinkingBudget", RANGE)? {
        config.insert("thinkingBudget".to_owned(), json!(budget.clamp(i64::from(low), i64::from(high))));
    }
    Ok(())
}

/// The first level that grants the budget.
fn level_for(budget: u32, lowest: &'static str) -> &'static str {
    let granting = LEVELS.iter().skip_while(|(name, _)| *name != lowest).find(|(_, most)| budget <= *most);
    granting.map_or("high", |(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::OnUnsupported;
    use crate::model::ModelConfig;
    use crate::model::ProviderId;
    use crate::resolve::Base;
    use crate::resolve::InlineModel;
    use crate::resolve::resolve;

    fn adjusted(model: &str, options: &Value) -> (Value, Vec<&'static str>) {
        let mut model = InlineModel::new(ProviderId::Google, model);
        model.provider_options = options.as_object().cloned().unwrap();
        let base = Base::Inline { product: "shop", model: &model };
        let mut resolved = resolve(base, "dev", None, &ModelConfig::default()).unwrap();
        let warnings = crate::catalog::adjust(&mut resolved, OnUnsupported::Warn).unwrap();
        (Value::Object(resolved.provider_options), warnings.iter().map(|warning| warning.code).collect())
    }

    #[test]
    fn rule_16_r36_thinking_takes_the_form_that_the_model_knows() {
        let rows: &[(&str, Value, Value, &[&str])] = &[
            ("gemini-2.5-pro", json!({"thinkingBudget": 0}), json!({"thinkingBudget": 128}), &["clamped"]),
            ("gemini-2.5-flash", json!({"thinkingBudget": 0}), json!({"thinkingBudget": 0}), &[]),
            ("gemini-2.5-flash", json!({"thinkingBudget": -1}), json!({"thinkingBudget": -1}), &[]),
            (
                "gemini-2.5-flash",
                json!({"thinkingBudget": 99_999}),
                json!({"thinkingBudget": 24_576}),
                &["clamped"],
            ),
            (
                "gemini-2.5-flash",
                json!({"thinkingLevel": "LOW"}),
                json!({"thinkingBudget": 2048}),
                &["changed"],
            ),
            ("gemini-3.8-flash", json!({"thinkingBudget": 0}), json!({"thinkingLevel": "low"}), &["changed"]),
            (
                "gemini-3-flash-preview",
                json!({"thinkingBudget": 0}),
                json!({"thinkingLevel": "minimal"}),
                &["changed"],
            ),
            (
                "gemini-4-argon",
                json!({"thinkingBudget": 5000}),
                json!({"thinkingLevel": "medium"}),
                &["changed"],
            ),
            ("gemini-4-argon", json!({"thinkingBudget": -1}), json!({}), &["changed"]),
            (
                "gemini-3-pro-preview",
                json!({"thinkingLevel": "minimal"}),
                json!({"thinkingLevel": "low"}),
                &["clamped"],
            ),
            ("gemini-4-hydrogen", json!({"thinkingLevel": "xhigh"}), json!({"thinkingLevel": "xhigh"}), &[]),
            ("gemini-2.0-flash", json!({"thinkingLevel": "low"}), json!({"thinkingLevel": "low"}), &[]),
        ];
        for (model, given, sent, codes) in rows {
            let (flat, said) = adjusted(model, &json!({"thinkingConfig": given}));
            assert_eq!((&flat["thinkingConfig"], said.as_slice()), (sent, *codes), "{model} {given}");
            let (nested, said) = adjusted(model, &json!({"generationConfig": {"thinkingConfig": given}}));
            assert_eq!((&nested["generationConfig"]["thinkingConfig"], said.as_slice()), (sent, *codes));
        }
    }

    #[test]
    fn rule_20_r36_gemini_2_5_gets_no_penalties() {
        let options = json!({"presencePenalty": 1, "generationConfig": {"frequencyPenalty": 1, "topK": 4}});
        let (sent, said) = adjusted("gemini-2.5-pro", &options);
        assert_eq!(sent, json!({"generationConfig": {"topK": 4}}));
        assert_eq!(said, ["dropped", "dropped"]);
        assert_eq!(adjusted("gemini-4-argon", &options), (options, vec![]));
    }
}
