//! Precedence, checked against a second, naive implementation: every level, every setting, value, `null` or silence.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed set-up should fail the test"
)]

use ductape_models::model::Capabilities;
use ductape_models::model::Model;
use ductape_models::model::ModelConfig;
use ductape_models::model::ModelEnv;
use ductape_models::model::ProviderId;
use ductape_models::resolve::AgentLayers;
use ductape_models::resolve::Base;
use ductape_models::resolve::InlineModel;
use ductape_models::resolve::Resolved;
use ductape_models::resolve::resolve;
use proptest::prelude::*;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// What one level says, as a caller writes it.
type Level = Map<String, Value>;

/// The levels as callers read them, lowest first.
const LEVELS: [&str; 5] = ["model", "modelEnv", "agent", "environment", "runtime"];

const KEYS: [&str; 5] = ["temperature", "maxTokens", "topP", "stopSequences", "timeout"];

/// Says nothing, `null`, or a value of its own at each level.
const CHOICES: usize = 3;

#[test]
fn r42_every_combination_of_levels_and_nulls_for_every_key() {
    for key in KEYS {
        for combination in 0..CHOICES.pow(LEVELS.len() as u32) {
            let levels = levels_of(combination, |level, choice| spoken(key, level, choice));
            check(&levels);
        }
    }
}

#[test]
fn r42_the_sixteen_combinations_of_the_four_levels() {
    let named = ["model", "agent", "environment", "runtime"];
    for key in KEYS {
        for mask in 0..16_usize {
            let speaks = |level: usize| {
                named.iter().position(|name| *name == LEVELS[level]).is_some_and(|bit| mask >> bit & 1 == 1)
            };
            let levels = std::array::from_fn(|level| spoken(key, level, if speaks(level) { 2 } else { 0 }));
            let settings = serde_json::to_value(resolved(&levels).settings).unwrap();
            let winner = (0..LEVELS.len()).rev().find(|level| speaks(*level));
            assert_eq!(
                settings[key]["source"],
                winner.map_or("default", |level| LEVELS[level]),
                "{key} {mask:04b}"
            );
            assert_eq!(
                settings[key]["shadowed"].as_array().unwrap().len(),
                mask.count_ones().saturating_sub(1) as usize
            );
        }
    }
}

#[test]
fn r42_the_seeds_example_gives_0_2() {
    let say = |value: f64| object(json!({"temperature": value}));
    let levels = [say(0.7), Level::new(), say(0.5), say(0.3), say(0.2)];
    let temperature = resolved(&levels).settings.temperature;
    assert_eq!(temperature.value, Some(0.2));
    let explained = serde_json::to_value(temperature).unwrap();
    assert_eq!(
        explained,
        json!({"value": 0.2, "source": "runtime", "shadowed": [
            {"source": "environment", "value": 0.3},
            {"source": "agent", "value": 0.5},
            {"source": "model", "value": 0.7},
        ]})
    );
}

#[test]
fn r43_levels_merge_per_key() {
    let levels = [
        Level::new(),
        object(json!({"topP": 0.5})),
        object(json!({"temperature": 0.9})),
        object(json!({"maxTokens": 4000})),
        object(json!({"timeout": 10})),
    ];
    let settings = resolved(&levels).settings;
    assert_eq!((settings.temperature.value, settings.max_tokens.value), (Some(0.9), Some(4000)));
    assert_eq!((settings.top_p.value, settings.timeout.value), (Some(0.5), Some(10)));
}

#[test]
fn r44_stop_sequences_replace_and_an_empty_list_clears() {
    let say = |texts: Value| object(json!({"stopSequences": texts}));
    let mut levels: [Level; 5] = Default::default();
    levels[0] = say(json!(["a", "b"]));
    levels[2] = say(json!(["c"]));
    assert_eq!(resolved(&levels).settings.stop_sequences.value, Some(vec!["c".to_owned()]));
    levels[4] = say(json!([]));
    let stops = resolved(&levels).settings.stop_sequences;
    assert_eq!((stops.value, stops.shadowed.len()), (None, 2));
}

#[test]
fn r50_an_inline_model_is_the_base_level() {
    let mut model = InlineModel::new(ProviderId::Openai, "gpt-4.1");
    model.config = config(&object(json!({"temperature": 0.4, "topP": 0.9})));
    let runtime = config(&object(json!({"topP": null})));
    let base = Base::Inline { product: "shop", model: &model };
    let settings = resolve(base, "dev", None, &runtime).unwrap().settings;
    let explained = serde_json::to_value(settings).unwrap();
    assert_eq!(explained["temperature"], json!({"value": 0.4, "source": "model", "shadowed": []}));
    assert_eq!(
        explained["topP"],
        json!({"value": null, "source": "runtime", "shadowed": [{"source": "model", "value": 0.9}]})
    );
}

proptest! {
    #[test]
    fn r46_any_levels_agree_with_the_naive_model(levels in prop::array::uniform5(level())) {
        check(&levels);
    }
}

/// Any level that a caller may write.
fn level() -> impl Strategy<Value = Level> {
    let say =
        |value: BoxedStrategy<Value>| prop_oneof![Just(None), Just(Some(Value::Null)), value.prop_map(Some)];
    let texts = prop::collection::vec("[a-z]{1,3}", 0..3);
    let settings = (
        say((0.0..=2.0).prop_map(|value: f64| json!(value)).boxed()),
        say((1..=u32::MAX >> 1).prop_map(|value| json!(value)).boxed()),
        say((0.0..=1.0).prop_map(|value: f64| json!(value)).boxed()),
        say(texts.prop_map(|value| json!(value)).boxed()),
        say((1..=u32::MAX >> 1).prop_map(|value| json!(value)).boxed()),
    );
    settings.prop_map(|(temperature, max_tokens, top_p, stops, timeout)| {
        let said = KEYS.into_iter().zip([temperature, max_tokens, top_p, stops, timeout]);
        said.filter_map(|(key, value)| value.map(|value| (key.to_owned(), value))).collect()
    })
}

/// Resolves the levels and compares every setting with the naive answer.
fn check(levels: &[Level; 5]) {
    let settings = serde_json::to_value(resolved(levels).settings).unwrap();
    for key in KEYS {
        assert_eq!(settings[key], naive(key, levels), "{key} over {levels:?}");
    }
}

/// The rule told the other way round: start at the default and let each level, from the lowest up, write over it.
fn naive(key: &str, levels: &[Level; 5]) -> Value {
    let default = if key == "temperature" { json!(0.7) } else { Value::Null };
    let mut answer = json!({"value": default, "source": "default", "shadowed": []});
    for (name, level) in LEVELS.iter().zip(levels) {
        let Some(said) = level.get(key) else { continue };
        let said = if *said == json!([]) { Value::Null } else { said.clone() };
        let mut shadowed = answer["shadowed"].as_array().unwrap().clone();
        if answer["source"] != "default" {
            shadowed.insert(0, json!({"source": answer["source"], "value": answer["value"]}));
        }
        answer = json!({"value": said, "source": name, "shadowed": shadowed});
    }
    answer
}

/// The levels of one combination: the digits of `combination` choose what each level says.
fn levels_of(combination: usize, spoken: impl Fn(usize, usize) -> Level) -> [Level; 5] {
    std::array::from_fn(|level| spoken(level, combination / CHOICES.pow(level as u32) % CHOICES))
}

/// What a level says about `key`: nothing, `null`, or a value that no other level says.
fn spoken(key: &str, level: usize, choice: usize) -> Level {
    let value = match key {
        "temperature" | "topP" => json!((level + 1) as f64 / 8.0),
        "stopSequences" => json!([LEVELS[level]]),
        _ => json!(level + 1),
    };
    match choice {
        0 => Level::new(),
        1 => object(json!({key: null})),
        _ => object(json!({key: value})),
    }
}

fn resolved(levels: &[Level; 5]) -> Resolved {
    let [model, model_env, agent, environment, runtime] = levels;
    let model = stored(config(model), config(model_env));
    let agent = json!({"modelConfig": agent, "envs": [{"slug": "prd", "modelConfig": environment}]});
    let agent = AgentLayers::read("agent", &agent).unwrap();
    resolve(Base::Stored { model: &model, rev: 1 }, "prd", Some(&agent), &config(runtime)).unwrap()
}

fn stored(config: ModelConfig, env_config: ModelConfig) -> Model {
    Model {
        product: "shop".to_owned(),
        tag: "main".to_owned(),
        name: "Main".to_owned(),
        description: None,
        provider: ProviderId::Openai,
        model: "gpt-4.1".to_owned(),
        api: None,
        config,
        headers: Vec::new(),
        provider_options: Map::new(),
        fallback: Vec::new(),
        capabilities: Capabilities::default(),
        envs: vec![ModelEnv {
            slug: "prd".to_owned(),
            active: true,
            base_url: None,
            allow_insecure: false,
            description: None,
            model: None,
            config: env_config,
            sealed: None,
            key_ref: None,
        }],
    }
}

fn config(level: &Level) -> ModelConfig {
    ModelConfig::read("modelConfig", &Value::Object(level.clone())).unwrap()
}

fn object(value: Value) -> Level {
    value.as_object().unwrap().clone()
}
