//! One environment of a change put onto its model: found by slug, made where it is new, its fields and its key replaced.

use super::Applied;
use super::NewKey;
use super::NewPlace;
use super::rules::missing_key;
use super::set;
use crate::base_url::BaseUrl;
use crate::base_url::bound_origin;
use crate::crypto::SealedKey;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::KeyMeta;
use crate::model::Model;
use crate::model::ModelConfig;
use crate::model::ModelEnv;
use crate::model::ProviderId;
use crate::model::input::EnvInput;
use crate::model::input::KeyInput;
use crate::model::keys;
use crate::reader;
use crate::secret::ApiKey;
use crate::warning::Warning;

impl ModelEnv {
    /// An active environment with nothing set.
    pub(super) fn blank(slug: &str) -> Self {
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

pub(super) fn remove(model: &mut Model, input: &EnvInput) -> Result<()> {
    let index = position(model, &input.slug)?;
    model.envs.remove(index);
    Ok(())
}

pub(in crate::model) fn position(model: &Model, slug: &str) -> Result<usize> {
    model.envs.iter().position(|env| env.slug == slug).ok_or_else(|| {
        let slugs: Vec<&str> = model.envs.iter().map(|env| env.slug.as_str()).collect();
        let hint =
            reader::closest(slug, &slugs).map_or_else(String::new, |slug| format!(" (did you mean {slug}?)"));
        let message = format!("the model has no env '{slug}'{hint}");
        Error::new(ErrorKind::EnvNotFound, message).with("available", slugs)
    })
}

pub(super) fn merge(applied: &mut Applied, input: &EnvInput) -> Result<()> {
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
pub(super) fn set_key_source(
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::error::ErrorKind;
    use crate::model::patch::tests::create;
    use crate::model::patch::tests::input;
    use crate::model::patch::tests::referenced;
    use crate::model::patch::tests::update;
    use crate::model::patch::tests::with;

    #[test]
    fn r12_an_env_is_active_unless_it_says_otherwise() {
        let applied = create(&with("/envs/0", json!({"slug": "dev", "active": false}))).unwrap();
        assert_eq!(applied.model.envs.iter().map(|env| env.active).collect::<Vec<_>>(), [false, true]);
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
