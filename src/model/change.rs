//! What is different between two states of a model, field by field. A key shows by its fingerprint, and only so.

use serde::Serialize;
use serde_json::Map;
use serde_json::Number;
use serde_json::Value;

use super::Model;
use super::ModelEnv;
use super::stored::put_some;
use super::stored::write_env_settings;
use super::stored::write_model;

/// One field that is different.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Its name: `temperature`, `envs.dev.maxTokens`, `envs.prd` for a whole environment, `envs.prd.apiKey` for a key.
    pub field: String,
    /// What it was; absent where it was not set. Of a key, the fingerprint, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// What it becomes; absent where it is cleared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
}

/// What turns `old` into `new`, either of which may not exist. `keys` are the environments of `new` that get another key
/// than they had, each with the key's fingerprint where there is one.
#[must_use]
pub fn changes(old: Option<&Model>, new: Option<&Model>, keys: &[(String, Option<String>)]) -> Vec<Change> {
    let mut found = compare("", &settings(old), &settings(new));
    let mut slugs: Vec<&str> = Vec::new();
    for env in old.into_iter().chain(new).flat_map(|model| &model.envs) {
        if !slugs.contains(&env.slug.as_str()) {
            slugs.push(&env.slug);
        }
    }
    for slug in slugs {
        let in_slug = |model: Option<&Model>| model.and_then(|model| model.env(slug)).cloned();
        let fresh = keys.iter().find(|(of, _)| of == slug).map(|(_, fingerprint)| fingerprint.clone());
        found.extend(env_changes(slug, in_slug(old), in_slug(new), fresh));
    }
    found
}

/// The fields that differ between two objects, their names behind `prefix`.
#[must_use]
pub fn compare(prefix: &str, old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Change> {
    let mut found = Vec::new();
    for (name, value) in new {
        let before = old.get(name);
        if before != Some(value) {
            found.push(change([prefix, name].concat(), before, Some(value)));
        }
    }
    for (name, value) in old {
        if !new.contains_key(name) {
            found.push(change([prefix, name].concat(), Some(value), None));
        }
    }
    found
}

fn env_changes(
    slug: &str,
    old: Option<ModelEnv>,
    new: Option<ModelEnv>,
    fresh: Option<Option<String>>,
) -> Vec<Change> {
    let field = ["envs.", slug].concat();
    let shown = |env: &ModelEnv| {
        let mut map = write_env_settings(env);
        map.shift_remove("slug");
        put_some(&mut map, "keyRef", env.key_ref.as_deref());
        map
    };
    let mut found = match (&old, &new) {
        (Some(old), Some(new)) => compare(&[&field, "."].concat(), &shown(old), &shown(new)),
        _ => {
            let whole = |env: &Option<ModelEnv>| env.as_ref().map(|env| Value::Object(shown(env)));
            vec![change(field.clone(), whole(&old).as_ref(), whole(&new).as_ref())]
        }
    };
    let key = |env: Option<ModelEnv>| env.and_then(|env| env.sealed).map(|(_, meta)| meta.fingerprint);
    let (before, is_new) = (key(old), fresh.is_some());
    let after = fresh.or(key(new));
    if is_new || before.is_some() != after.is_some() {
        let text = |key: Option<Option<String>>| key.flatten().map(Value::String);
        found.push(Change { field: [&field, ".apiKey"].concat(), from: text(before), to: text(after) });
    }
    found
}

fn settings(model: Option<&Model>) -> Map<String, Value> {
    let mut map = Map::new();
    if let Some(model) = model {
        write_model(&mut map, model);
        map.shift_remove("product");
        map.shift_remove("tag");
    }
    map
}

fn change(field: String, from: Option<&Value>, to: Option<&Value>) -> Change {
    Change { field, from: from.map(plain), to: to.map(plain) }
}

/// The value as it comes back from JavaScript, which writes 1.0 as 1: a plan that went there and back is the same plan.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => whole(number).map_or_else(|| value.clone(), Value::from),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect())
        }
        _ => value.clone(),
    }
}

fn whole(number: &Number) -> Option<i64> {
    const MOST: f64 = 9_007_199_254_740_991.0;
    let float =
        number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() <= MOST)?;
    #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
    Some(float as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::ModelInput;

    fn model(value: Value) -> Model {
        let mut input = json!({"tag": "m", "name": "M", "provider": "openai", "model": "gpt-5"});
        input.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
        ModelInput::read(&input).unwrap().build("shop").unwrap().model
    }

    fn shown(changes: &[Change]) -> Value {
        serde_json::to_value(changes).unwrap()
    }

    #[test]
    fn a_change_names_its_field_and_both_values() {
        let old = model(json!({"temperature": 0.5, "description": "d", "envs": [
            {"slug": "dev", "keyRef": "a", "maxTokens": 5}, {"slug": "stg", "keyRef": "s"}]}));
        let new = model(json!({"temperature": null, "topP": 1, "envs": [
            {"slug": "dev", "keyRef": "b", "maxTokens": 6}, {"slug": "prd", "keyRef": "p", "temperature": 1}]}));
        assert_eq!(
            shown(&changes(Some(&old), Some(&new), &[])),
            json!([
                {"field": "temperature", "from": 0.5, "to": null},
                {"field": "topP", "to": 1},
                {"field": "description", "from": "d"},
                {"field": "envs.dev.maxTokens", "from": 5, "to": 6},
                {"field": "envs.dev.keyRef", "from": "a", "to": "b"},
                {"field": "envs.stg", "from": {"active": true, "keyRef": "s"}},
                {"field": "envs.prd", "to": {"active": true, "temperature": 1, "keyRef": "p"}},
            ])
        );
        assert!(changes(Some(&old), Some(&old), &[]).is_empty());
    }

    #[test]
    fn r26_a_key_shows_by_its_fingerprint() {
        let env = model(json!({"envs": [{"slug": "dev", "keyRef": "a"}]}));
        let keys = [("dev".to_owned(), Some("00ff00ff".to_owned()))];
        let told = changes(Some(&env), Some(&env), &keys);
        assert_eq!(shown(&told), json!([{"field": "envs.dev.apiKey", "to": "00ff00ff"}]));
        let untold = changes(Some(&env), Some(&env), &[("dev".to_owned(), None)]);
        assert_eq!(shown(&untold), json!([{"field": "envs.dev.apiKey"}]));
    }
}
