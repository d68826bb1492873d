//! A change put onto a model: what is given replaces, `null` clears, environments merge by slug. It checks the rules
//! that need both the old and the new; it seals nothing and stores nothing.

mod applied;
mod env;
mod rules;

pub use applied::Applied;
pub use applied::NewKey;
pub use applied::NewPlace;
pub(super) use env::position;

use super::Capabilities;
use super::Model;
use super::ModelConfig;
use super::ModelEnv;
use super::input::ModelInput;
use super::input::ModelPatch;
use crate::error::Error;
use crate::error::Result;

impl ModelInput {
    /// The new model under `product`.
    ///
    /// # Errors
    /// As [`ModelPatch::apply`].
    pub fn build(&self, product: &str) -> Result<Applied> {
        self.patch.apply(&self.blank(product))
    }

    /// The model `old` made to be what this input says and nothing more: what the input leaves out is cleared, and an
    /// environment that it does not name is gone. Stored keys stay where no other is given. Nothing is checked yet that
    /// needs both the old and the new: [`ModelInput::check`] does.
    ///
    /// # Errors
    /// `invalid_input`, `insecure_base_url`, `invalid_api_key`; `missing_api_key` for an empty key in place of a stored one.
    pub fn replacing(&self, old: &Model) -> Result<Applied> {
        let mut base = self.blank(&old.product);
        for env in &old.envs {
            if self.patch.envs.iter().any(|input| input.slug == env.slug) {
                let sealed = env.sealed.clone();
                base.envs.push(ModelEnv { sealed, ..ModelEnv::blank(&env.slug) });
            }
        }
        self.patch.put_onto(base)
    }

    /// The rules that need both the old and the new.
    ///
    /// # Errors
    /// `missing_api_key`, `key_reentry_required`; `invalid_input` for an environment without an address that needs one.
    pub fn check(&self, applied: &Applied, old: &Model) -> Result<()> {
        applied.check(old, &self.patch.envs)
    }

    /// The model before anything but its name is known.
    #[must_use]
    pub fn blank(&self, product: &str) -> Model {
        Model {
            product: product.to_owned(),
            tag: self.patch.tag.clone(),
            name: self.name.clone(),
            description: None,
            provider: self.provider,
            model: self.model.clone(),
            api: None,
            config: ModelConfig::default(),
            headers: Vec::new(),
            provider_options: serde_json::Map::new(),
            fallback: Vec::new(),
            capabilities: Capabilities::default(),
            envs: Vec::new(),
        }
    }

    /// The same input as a change to the model that is already there.
    #[must_use]
    pub fn as_patch(&self) -> &ModelPatch {
        &self.patch
    }
}

impl ModelPatch {
    /// The model with this change.
    ///
    /// # Errors
    /// `invalid_input`, `insecure_base_url`, `invalid_api_key` for a field of the change; `env_not_found` for the removal
    /// of an unknown environment; `missing_api_key` where an active environment of a hosted provider would be left without
    /// a key; `key_reentry_required` where a key would reach another provider or origin than it was given for.
    pub fn apply(&self, old: &Model) -> Result<Applied> {
        let applied = self.put_onto(old.clone())?;
        if applied.model.envs.is_empty() {
            return Err(Error::invalid("envs", "at least one environment; the last one cannot be removed"));
        }
        applied.check(old, &self.envs)?;
        Ok(applied)
    }

    fn put_onto(&self, model: Model) -> Result<Applied> {
        let mut applied = Applied::unchanged(model);
        self.set_fields(&mut applied.model);
        for input in &self.envs {
            if input.remove {
                env::remove(&mut applied.model, input)?
            } else {
                env::merge(&mut applied, input)?
            }
        }
        Ok(applied)
    }

    fn set_fields(&self, model: &mut Model) {
        set(&mut model.name, self.name.as_ref());
        set(&mut model.description, self.description.as_ref());
        set(&mut model.provider, self.provider.as_ref());
        set(&mut model.model, self.model.as_ref());
        set(&mut model.api, self.api.as_ref());
        set(&mut model.headers, self.headers.as_ref());
        set(&mut model.provider_options, self.provider_options.as_ref());
        set(&mut model.fallback, self.fallback.as_ref());
        set(&mut model.capabilities, self.capabilities.as_ref());
        model.config.merge(&self.config);
    }
}

fn set<T: Clone>(field: &mut T, given: Option<&T>) {
    if let Some(value) = given {
        field.clone_from(value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::*;
    use crate::error::ErrorKind;

    pub(super) fn input() -> Value {
        json!({"product": "shop", "tag": "m", "name": "M", "provider": "openai", "model": "gpt-4-turbo",
            "envs": [{"slug": "dev", "apiKey": "sk-dev"}, {"slug": "prd", "keyRef": "vault/prd"}]})
    }

    pub(super) fn create(value: &Value) -> Result<Applied> {
        ModelInput::read(value)?.build("shop")
    }

    pub(super) fn update(model: &Model, mut value: Value) -> Result<Applied> {
        value["tag"] = json!("m");
        ModelPatch::read(&value)?.apply(model)
    }

    pub(super) fn with(path: &str, value: Value) -> Value {
        let mut input = input();
        *input.pointer_mut(path).unwrap() = value;
        input
    }

    #[test]
    fn r02_each_missing_field_is_named() {
        for field in ["tag", "name", "provider", "model", "envs"] {
            let mut value = input();
            value.as_object_mut().unwrap().remove(field);
            let error = create(&value).unwrap_err();
            assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidInput, Some(field)));
            assert!(error.to_string().contains("missing"), "{error}");
        }
    }

    #[test]
    fn r03_an_unknown_provider_gets_a_suggestion() {
        let error = create(&with("/provider", json!("OpenAI"))).unwrap_err();
        assert_eq!(error.field(), Some("provider"));
        assert!(error.to_string().ends_with("(did you mean openai?)"), "{error}");
        assert!(
            create(&with("/provider", json!("mistral"))).unwrap_err().to_string().contains("cohere, custom")
        );
    }

    #[test]
    fn r10_envs_are_there_and_their_slugs_differ() {
        assert_eq!(create(&with("/envs", json!([]))).unwrap_err().field(), Some("envs"));
        let error = create(&with("/envs/1/slug", json!("dev"))).unwrap_err();
        assert_eq!(error.field(), Some("envs[1].slug"));
    }

    pub(super) fn referenced() -> Model {
        create(&with("/envs/0", json!({"slug": "dev", "keyRef": "vault/dev"}))).unwrap().model
    }

    #[test]
    fn r16_update_changes_only_what_is_given_and_null_clears() {
        let full = update(
            &referenced(),
            json!({"description": "d", "temperature": 0.5, "headers": {"X": "1"},
            "providerOptions": {"a": 1}, "fallback": ["spare"], "capabilities": {"prefill": true}, "api": "chat",
            "envs": [{"slug": "prd", "description": "p", "model": "n", "active": false}]}),
        )
        .unwrap()
        .model;
        assert_eq!(update(&full, json!({})).unwrap().model, full);
        let cleared = update(
            &full,
            json!({"description": null, "temperature": null, "headers": null,
            "providerOptions": null, "fallback": null, "capabilities": null, "api": null,
            "envs": [{"slug": "prd", "description": null, "model": null, "keyRef": null}]}),
        )
        .unwrap()
        .model;
        let mut expected = referenced();
        expected.config.temperature = Some(None);
        expected.envs[1].active = false;
        expected.envs[1].key_ref = None;
        assert_eq!(cleared, expected);
        for field in ["name", "provider", "model", "envs"] {
            assert_eq!(update(&full, json!({field: null})).unwrap_err().field(), Some(field));
        }
    }

    #[test]
    fn r19_unknown_fields_are_refused() {
        let error = update(&referenced(), json!({"temprature": 1})).unwrap_err();
        assert!(error.to_string().contains("did you mean temperature?"), "{error}");
        let error =
            update(&referenced(), json!({"envs": [{"slug": "dev", "apikey": "sk-SECRET"}]})).unwrap_err();
        assert_eq!(error.field(), Some("envs[0].apikey"));
        assert!(error.to_string().contains("did you mean apiKey?"));
        assert_eq!(update(&referenced(), json!({"limits": {}})).unwrap_err().field(), Some("limits"));
    }
}
