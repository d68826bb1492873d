//! The lowest levels: a stored model in one of its environments, or an inline model. It fetches and opens nothing.

use super::Field;
use super::InlineModel;
use super::KeySource;
use super::Layer;
use super::Resolved;
use super::Settings;
use super::Shadowed;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::Model;
use crate::model::ModelConfig;
use crate::model::ModelEnv;
use crate::reader;

/// What the levels above are applied to.
#[derive(Clone, Copy, Debug)]
pub enum Base<'a> {
    /// A model that the caller wrote out; it holds for every environment.
    Inline {
        /// The product that the call is for.
        product: &'a str,
        /// The model.
        model: &'a InlineModel,
    },
    /// A record of the store.
    Stored {
        /// The model.
        model: &'a Model,
        /// Its revision.
        rev: u64,
    },
}

type Levels<'a> = Vec<(Layer, &'a ModelConfig)>;

pub(super) fn from_inline<'a>(
    product: &str,
    model: &'a InlineModel,
    env: &str,
    mut levels: Levels<'a>,
) -> Resolved {
    levels.push((Layer::Model, &model.config));
    Resolved {
        product: product.to_owned(),
        tag: None,
        env: env.to_owned(),
        provider: model.provider,
        model: Field::highest([named(Layer::Model, &model.model)], None),
        api: model.api,
        base_url: model.base_url.clone(),
        settings: Settings::over(&levels),
        key: model.key.clone(),
        headers: model.headers.clone(),
        provider_options: model.provider_options.clone(),
        capabilities: model.capabilities.clone(),
        rev: 0,
    }
}

pub(super) fn from_stored<'a>(
    model: &'a Model,
    rev: u64,
    env: &str,
    mut levels: Levels<'a>,
) -> Result<Resolved> {
    let entry = usable(model, env)?;
    levels.push((Layer::ModelEnv, &entry.config));
    levels.push((Layer::Model, &model.config));
    let env_model = entry.model.iter().map(|id| named(Layer::ModelEnv, id));
    Ok(Resolved {
        product: model.product.clone(),
        tag: Some(model.tag.clone()),
        env: env.to_owned(),
        provider: model.provider,
        model: Field::highest(env_model.chain([named(Layer::Model, &model.model)]), None),
        api: model.api,
        base_url: entry.base_url.clone(),
        settings: Settings::over(&levels),
        key: key_of(entry),
        headers: model.headers.clone(),
        provider_options: model.provider_options.clone(),
        capabilities: model.capabilities.clone(),
        rev,
    })
}

fn named(source: Layer, id: &str) -> Shadowed<String> {
    Shadowed { source, value: Some(id.to_owned()) }
}

/// The entry for exactly this environment: another one would bill another account.
fn usable<'a>(model: &'a Model, env: &str) -> Result<&'a ModelEnv> {
    let entry = model.env(env).ok_or_else(|| env_not_found(model, env))?;
    if entry.active { Ok(entry) } else { Err(env_inactive(model, env)) }
}

fn env_not_found(model: &Model, env: &str) -> Error {
    let slugs: Vec<&str> = model.envs.iter().map(|entry| entry.slug.as_str()).collect();
    let close = reader::closest(env, &slugs);
    let hint = close.map_or_else(String::new, |slug| format!(" (did you mean {slug}?)"));
    let message = format!("model '{}' has no environment '{env}'{hint}", model.tag);
    let error = about(ErrorKind::EnvNotFound, message, model, env).with("available", slugs.clone());
    match close {
        Some(slug) => error.with("suggestion", slug),
        None => error,
    }
}

fn env_inactive(model: &Model, env: &str) -> Error {
    let message = format!("environment '{env}' of model '{}' is not active", model.tag);
    about(ErrorKind::EnvInactive, message, model, env)
}

fn about(kind: ErrorKind, message: String, model: &Model, env: &str) -> Error {
    Error::new(kind, message).with("env", env).with("tag", model.tag.as_str())
}

fn key_of(entry: &ModelEnv) -> KeySource {
    match (&entry.sealed, &entry.key_ref) {
        (Some((sealed, _)), _) => KeySource::Sealed(sealed.clone()),
        (None, Some(reference)) => KeySource::Reference(reference.clone()),
        (None, None) => KeySource::None,
    }
}
