//! A change put onto a model: what is given replaces, `null` clears, environments merge by slug. It checks the rules
//! that need both the old and the new; it seals nothing and stores nothing.

use super::Capabilities;
use super::KeyMeta;
use super::Model;
use super::ModelConfig;
use super::ModelEnv;
use super::ProviderId;
use super::input::EnvInput;
use super::input::KeyInput;
use super::input::ModelInput;
use super::input::ModelPatch;
use super::keys;
use crate::base_url::BaseUrl;
use crate::base_url::bound_origin;
use crate::crypto::SealedKey;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::reader;
use crate::secret::ApiKey;
use crate::warning::Warning;

/// A changed model with what is left to do: keys to seal, warnings to show.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The model after the change. Environments in `keys` have no sealed key yet.
    pub model: Model,
    /// Keys to seal, by environment.
    pub keys: Vec<NewKey>,
    /// What was not taken as given.
    pub warnings: Vec<Warning>,
    /// Environments that the change added.
    pub added: Vec<NewPlace>,
    /// Environments whose base URL the change set.
    pub moved: Vec<NewPlace>,
}

/// A plaintext key on its way into an environment.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The environment.
    pub slug: String,
    /// The key.
    pub key: ApiKey,
}

/// An environment that needs a check against the client's options.
#[derive(Clone, Debug)]
pub struct NewPlace {
    /// The environment.
    pub slug: String,
    /// The field to name in an error.
    pub field: String,
}

impl Applied {
    /// A model that nothing was done to yet.
    pub(super) fn unchanged(model: Model) -> Self {
        Self { model, keys: Vec::new(), warnings: Vec::new(), added: Vec::new(), moved: Vec::new() }
    }

    /// Takes the keys of `inputs`, whose environments the model must have, and nothing else of them.
    pub(super) fn give_keys(&mut self, inputs: &[EnvInput]) -> Result<()> {
        let provider = self.model.provider;
        for input in inputs {
            let index = position(&self.model, &input.slug)?;
            let Some(env) = self.model.envs.get_mut(index) else { continue };
            let key = set_key_source(env, input, provider, &mut self.warnings)?;
            self.keys.extend(key.map(|key| NewKey { slug: input.slug.clone(), key }));
        }
        Ok(())
    }

    /// The rules that need both the old and the new.
    pub(super) fn check(&self, old: &Model, inputs: &[EnvInput]) -> Result<()> {
        for env in &self.model.envs {
            let input = inputs.iter().find(|input| input.slug == env.slug);
            let is_new_key = self.keys.iter().any(|key| key.slug == env.slug);
            check_address(&self.model, env, input)?;
            check_reentry(old, &self.model, env, input, is_new_key)?;
            check_key(&self.model, env, input, is_new_key)?;
        }
        Ok(())
    }
}

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
            if input.remove { remove(&mut applied.model, input)? } else { merge(&mut applied, input)? }
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

impl ModelEnv {
    /// An active environment with nothing set.
    fn blank(slug: &str) -> Self {
        Self {
            slug: slug.to_owned(),
            active: true,
            base_url: None,
            allow_insecure: false,
            description: None,
            model: None,
            config: ModelConfig::default(),
            sealed: None,
            key_ref: None,
        }
    }

    /// What its API key is bound to; see [`bound_origin`].
    #[must_use]
    pub fn origin(&self) -> &str {
        bound_origin(self.base_url.as_ref())
    }

    /// Puts a sealed key in place of any other key or reference.
    pub fn set_key(&mut self, sealed: SealedKey, meta: KeyMeta) {
        self.sealed = Some((sealed, meta));
        self.key_ref = None;
    }

    fn set_fields(&mut self, input: &EnvInput) -> Result<()> {
        set(&mut self.active, input.active.as_ref());
        set(&mut self.allow_insecure, input.allow_insecure.as_ref());
        set(&mut self.description, input.description.as_ref());
        set(&mut self.model, input.model.as_ref());
        self.config.merge(&input.config);
        let stored = self.base_url.as_ref().map(|url| url.as_str().to_owned());
        // A stored address is read again too: it may have been allowed only by the flag that this call takes away.
        let text = input.base_url.clone().unwrap_or(stored);
        let parse = |text: String| BaseUrl::parse(&input.at("baseUrl"), &text, self.allow_insecure);
        self.base_url = text.map(parse).transpose()?;
        Ok(())
    }
}

fn set<T: Clone>(field: &mut T, given: Option<&T>) {
    if let Some(value) = given {
        field.clone_from(value);
    }
}

fn remove(model: &mut Model, input: &EnvInput) -> Result<()> {
    let index = position(model, &input.slug)?;
    model.envs.remove(index);
    Ok(())
}

pub(super) fn position(model: &Model, slug: &str) -> Result<usize> {
    model.envs.iter().position(|env| env.slug == slug).ok_or_else(|| {
        let slugs: Vec<&str> = model.envs.iter().map(|env| env.slug.as_str()).collect();
        let hint =
            reader::closest(slug, &slugs).map_or_else(String::new, |slug| format!(" (did you mean {slug}?)"));
        let message = format!("the model has no env '{slug}'{hint}");
        Error::new(ErrorKind::EnvNotFound, message).with("available", slugs)
    })
}

fn merge(applied: &mut Applied, input: &EnvInput) -> Result<()> {
    let provider = applied.model.provider;
    let place = |field: &str| NewPlace { slug: input.slug.clone(), field: input.at(field) };
    let index = match applied.model.envs.iter().position(|env| env.slug == input.slug) {
        Some(index) => index,
        None => {
            applied.added.push(place("slug"));
            applied.model.envs.push(ModelEnv::blank(&input.slug));
            applied.model.envs.len() - 1
        }
    };
    if let Some(env) = applied.model.envs.get_mut(index) {
        env.set_fields(input)?;
        let new_key = set_key_source(env, input, provider, &mut applied.warnings)?;
        applied.keys.extend(new_key.map(|key| NewKey { slug: input.slug.clone(), key }));
    }
    if matches!(input.base_url, Some(Some(_))) {
        applied.moved.push(place("baseUrl"));
    }
    Ok(())
}

/// Clears or replaces the env's key as the input says; a new plaintext key is returned for sealing.
fn set_key_source(
    env: &mut ModelEnv,
    input: &EnvInput,
    provider: ProviderId,
    warnings: &mut Vec<Warning>,
) -> Result<Option<ApiKey>> {
    if let Some(reference) = &input.key_ref {
        env.key_ref.clone_from(reference);
        if reference.is_some() {
            env.sealed = None;
        }
    }
    let path = input.at("apiKey");
    match &input.api_key {
        KeyInput::Absent => Ok(None),
        // To keep the old key would look like a rotation that worked.
        KeyInput::Blank if env.sealed.is_some() => Err(missing_key(&env.slug, &path)),
        KeyInput::Blank => Ok(None),
        KeyInput::Clear => {
            env.sealed = None;
            Ok(None)
        }
        KeyInput::Text(text) => {
            let sealed = env.sealed.take();
            let hint = sealed.as_ref().and_then(|(_, meta)| meta.hint.as_deref());
            env.key_ref = None;
            keys::read(&path, text, provider, hint, warnings).map(Some)
        }
    }
}

/// The path of an env's field: the input's own where the call lists the env.
fn field_of(model: &Model, env: &ModelEnv, input: Option<&EnvInput>, field: &str) -> String {
    let index = model.envs.iter().position(|other| other.slug == env.slug).unwrap_or_default();
    input.map_or_else(|| format!("envs[{index}].{field}"), |input| input.at(field))
}

fn check_address(model: &Model, env: &ModelEnv, input: Option<&EnvInput>) -> Result<()> {
    if model.provider.is_hosted() || env.base_url.is_some() {
        return Ok(());
    }
    let field = field_of(model, env, input, "baseUrl");
    let expected =
        format!("the server's URL for env '{}', which provider custom needs; it is missing", env.slug);
    Err(Error::invalid(&field, expected).with("env", env.slug.as_str()))
}

fn check_reentry(
    old: &Model,
    new: &Model,
    env: &ModelEnv,
    input: Option<&EnvInput>,
    is_new_key: bool,
) -> Result<()> {
    let Some(before) = old.env(&env.slug) else { return Ok(()) };
    let moved = old.provider != new.provider || before.origin() != env.origin();
    let is_new_reference = input.is_some_and(|input| matches!(input.key_ref, Some(Some(_))));
    let keeps_key = (env.sealed.is_some() || env.key_ref.is_some()) && !is_new_key && !is_new_reference;
    if !moved || !keeps_key {
        return Ok(());
    }
    let field = field_of(new, env, input, "apiKey");
    let message = format!(
        "{field}: env '{}' would send its key to another provider or origin than it was given for; give the key again in this call",
        env.slug
    );
    Err(Error::new(ErrorKind::KeyReentryRequired, message)
        .with("field", field)
        .with("env", env.slug.as_str()))
}

fn check_key(model: &Model, env: &ModelEnv, input: Option<&EnvInput>, is_new_key: bool) -> Result<()> {
    let has_key = is_new_key || env.sealed.is_some() || env.key_ref.is_some();
    if has_key || !env.active || !model.provider.is_hosted() {
        return Ok(());
    }
    Err(missing_key(&env.slug, &field_of(model, env, input, "apiKey")))
}

fn missing_key(slug: &str, field: &str) -> Error {
    let message = format!("{field}: env '{slug}' has no API key (is the variable set?)");
    Error::new(ErrorKind::MissingApiKey, message).with("field", field).with("env", slug)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::*;

    fn input() -> Value {
        json!({"product": "shop", "tag": "m", "name": "M", "provider": "openai", "model": "gpt-4-turbo",
            "envs": [{"slug": "dev", "apiKey": "sk-dev"}, {"slug": "prd", "keyRef": "vault/prd"}]})
    }

    fn create(value: &Value) -> Result<Applied> {
        ModelInput::read(value)?.build("shop")
    }

    fn update(model: &Model, mut value: Value) -> Result<Applied> {
        value["tag"] = json!("m");
        ModelPatch::read(&value)?.apply(model)
    }

    fn with(path: &str, value: Value) -> Value {
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

    #[test]
    fn r12_an_env_is_active_unless_it_says_otherwise() {
        let applied = create(&with("/envs/0", json!({"slug": "dev", "active": false}))).unwrap();
        assert_eq!(applied.model.envs.iter().map(|env| env.active).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn r13_a_hosted_env_needs_a_key() {
        for env in [
            json!({"slug": "dev"}),
            json!({"slug": "dev", "apiKey": ""}),
            json!({"slug": "dev", "apiKey": " "}),
            json!({"slug": "dev", "apiKey": null}),
        ] {
            let error = create(&with("/envs/0", env)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MissingApiKey);
            assert_eq!(error.to_string(), "envs[0].apiKey: env 'dev' has no API key (is the variable set?)");
        }
    }

    #[test]
    fn r14_custom_needs_a_base_url_and_no_key() {
        let mut value = with("/provider", json!("custom"));
        value["envs"] = json!([{"slug": "dev", "baseUrl": "http://localhost:8080"}]);
        let applied = create(&value).unwrap();
        assert_eq!(applied.model.envs[0].origin(), "http://localhost:8080");
        value["envs"] = json!([{"slug": "dev", "apiKey": "k"}]);
        assert_eq!(create(&value).unwrap_err().field(), Some("envs[0].baseUrl"));
    }

    fn referenced() -> Model {
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
    fn r17_update_merges_envs_by_slug() {
        let applied = update(
            &referenced(),
            json!({"envs": [{"slug": "prd", "apiKey": "sk-new"},
            {"slug": "stg", "keyRef": "r"}]}),
        )
        .unwrap();
        let slugs: Vec<_> = applied.model.envs.iter().map(|env| env.slug.as_str()).collect();
        assert_eq!(slugs, ["dev", "prd", "stg"]);
        assert_eq!((applied.keys.len(), applied.keys[0].slug.as_str()), (1, "prd"));
        assert_eq!(applied.model.envs[1].key_ref, None);
        assert_eq!(applied.added[0].field, "envs[1].slug");
        let error = update(&referenced(), json!({"envs": [{"slug": "stg"}]})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MissingApiKey);
    }

    #[test]
    fn r18_removal_is_explicit_and_never_the_last() {
        let applied = update(&referenced(), json!({"envs": [{"slug": "dev", "remove": true}]})).unwrap();
        assert_eq!(applied.model.envs.len(), 1);
        let error = update(&applied.model, json!({"envs": [{"slug": "prd", "remove": true}]})).unwrap_err();
        assert_eq!(error.field(), Some("envs"));
        let error = update(&referenced(), json!({"envs": [{"slug": "prod", "remove": true}]})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::EnvNotFound);
        assert!(error.to_string().contains("did you mean prd?"));
        let both = json!({"envs": [{"slug": "dev", "remove": true, "active": true}]});
        assert_eq!(update(&referenced(), both).unwrap_err().field(), Some("envs[0].remove"));
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

    #[test]
    fn r20_a_key_is_given_again_for_another_provider_or_origin() {
        let changes = [
            json!({"provider": "anthropic"}),
            json!({"envs": [{"slug": "prd", "baseUrl": "https://h.example"}]}),
        ];
        for change in changes {
            let error = update(&referenced(), change).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::KeyReentryRequired);
        }
        let again = json!({"envs": [{"slug": "prd", "baseUrl": "https://h.example", "apiKey": "sk-x"}]});
        let moved = update(&referenced(), again).unwrap();
        assert_eq!(moved.moved[0].field, "envs[0].baseUrl");
        let mut model = moved.model;
        model.envs[1].key_ref = Some("r".to_owned());
        let same_origin = json!({"envs": [{"slug": "prd", "baseUrl": "https://H.example:443/v2"}]});
        assert!(update(&model, same_origin).is_ok());
        let back = json!({"envs": [{"slug": "prd", "baseUrl": null}]});
        assert_eq!(update(&model, back).unwrap_err().kind(), ErrorKind::KeyReentryRequired);
    }

    #[test]
    fn r40_taking_the_consent_away_reads_the_address_again() {
        let value =
            json!({"slug": "dev", "keyRef": "r", "baseUrl": "http://h.example", "allowInsecure": true});
        let model = create(&with("/envs/0", value)).unwrap().model;
        for taken in [json!(false), json!(null)] {
            let change = json!({"envs": [{"slug": "dev", "allowInsecure": taken}]});
            assert_eq!(update(&model, change).unwrap_err().kind(), ErrorKind::InsecureBaseUrl);
        }
        assert!(update(&model, json!({"envs": [{"slug": "dev", "description": "d"}]})).is_ok());
    }

    #[test]
    fn api_key_and_key_ref_exclude_each_other() {
        let both = json!({"slug": "dev", "apiKey": "sk-x", "keyRef": "r"});
        assert_eq!(create(&with("/envs/0", both)).unwrap_err().field(), Some("envs[0].keyRef"));
        let key_as_reference = json!({"slug": "dev", "keyRef": "sk-ant-SECRET-0123456789-0123456789"});
        let error = create(&with("/envs/0", key_as_reference)).unwrap_err();
        assert!(!format!("{error:?}").contains("SECRET"));
        let mut value = input();
        value["providerOptions"] = json!({"a": [{"b": "sk-ant-SECRET-0123456789-0123456789"}]});
        assert_eq!(create(&value).unwrap_err().field(), Some("providerOptions"));
    }
}
