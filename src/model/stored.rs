//! A model in the JSON form of its record: settings, and environments with their sealed keys. It knows fields; not the
//! bookkeeping around them.

use serde_json::Map;
use serde_json::Value;

use super::Capabilities;
use super::KeyMeta;
use super::Model;
use super::ModelConfig;
use super::ModelEnv;
use super::ProviderId;
use super::fallback;
use super::headers;
use super::input;
use super::record::corrupt;
use crate::base_url::BaseUrl;
use crate::crypto::SealedKey;
use crate::error::Error;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

pub(super) const ENV_FIELDS: [&str; 11] = [
    "slug",
    "active",
    "baseUrl",
    "allowInsecure",
    "description",
    "model",
    "sealedKey",
    "keyHint",
    "keyFingerprint",
    "keyUpdatedAt",
    "keyRef",
];

/// A model's settings as plain data: everything but its keys and key references.
pub(super) fn settings(model: &Model) -> Map<String, Value> {
    let mut map = Map::new();
    write_model(&mut map, model);
    let envs = model.envs.iter().map(|env| Value::Object(write_env_settings(env)));
    put(&mut map, "envs", envs.collect::<Vec<_>>());
    map
}

/// The model in what [`Record::snapshots`] gives: its environments have no keys.
///
/// # Errors
/// `record_corrupt`.
pub(super) fn model_of(settings: Map<String, Value>) -> Result<Model> {
    let value = Value::Object(settings);
    let read = || -> Result<Model> {
        let reader = Reader::new("settings", &value)?;
        let mut model = read_model(&reader)?;
        for (path, env) in reader.required("envs", "a list", reader::list)? {
            model.envs.push(read_env(&Reader::new(&path, env)?)?);
        }
        Ok(model)
    };
    read().map_err(|_| corrupt())
}

pub(super) fn read_model(reader: &Reader<'_>) -> Result<Model> {
    let id = |path: &str, value: &Value| reader::id(path, value).map(str::to_owned);
    Ok(Model {
        product: reader.required("product", "an id", id)?,
        tag: reader.required("tag", "an id", id)?,
        name: text(reader, "name")?,
        description: optional_text(reader, "description")?,
        provider: reader.required("provider", "a provider", provider)?,
        model: text(reader, "model")?,
        api: reader.optional("api", input::api)?,
        config: ModelConfig::read_fields(reader)?,
        headers: reader.optional("headers", headers::read)?.unwrap_or_default(),
        provider_options: reader.optional("providerOptions", reader::object)?.unwrap_or_default(),
        fallback: reader.optional("fallback", fallback::read)?.unwrap_or_default(),
        capabilities: reader.optional("capabilities", Capabilities::read)?.unwrap_or_default(),
        envs: Vec::new(),
    })
}

pub(super) fn read_env(reader: &Reader<'_>) -> Result<ModelEnv> {
    let allow_insecure = reader.optional("allowInsecure", reader::boolean)?.unwrap_or(false);
    Ok(ModelEnv {
        slug: reader.required("slug", "an id", reader::id)?.to_owned(),
        active: reader.required("active", "true or false", reader::boolean)?,
        base_url: reader.optional("baseUrl", |path, value| {
            BaseUrl::parse(path, reader::text(path, value)?, allow_insecure)
        })?,
        allow_insecure,
        description: optional_text(reader, "description")?,
        model: optional_text(reader, "model")?,
        config: ModelConfig::read_fields(reader)?,
        sealed: read_sealed(reader)?,
        key_ref: optional_text(reader, "keyRef")?,
    })
}

fn read_sealed(reader: &Reader<'_>) -> Result<Option<(SealedKey, KeyMeta)>> {
    let Some(sealed) = optional_text(reader, "sealedKey")? else { return Ok(None) };
    let meta = KeyMeta {
        hint: optional_text(reader, "keyHint")?,
        fingerprint: optional_text(reader, "keyFingerprint")?,
        updated_at: count(reader, "keyUpdatedAt")?,
    };
    Ok(Some((SealedKey::parse(&sealed)?, meta)))
}

fn provider(path: &str, value: &Value) -> Result<ProviderId> {
    let found = ProviderId::ALL.iter().find(|id| value.as_str() == Some(id.as_str()));
    found.copied().ok_or_else(|| Error::invalid(path, "a provider"))
}

pub(super) fn text(reader: &Reader<'_>, key: &str) -> Result<String> {
    reader.required(key, "a string", |path, value| reader::text(path, value).map(str::to_owned))
}

pub(super) fn optional_text(reader: &Reader<'_>, key: &str) -> Result<Option<String>> {
    reader.optional(key, |path, value| reader::text(path, value).map(str::to_owned))
}

pub(super) fn count(reader: &Reader<'_>, key: &str) -> Result<u64> {
    reader
        .required(key, "a count", |path, value| value.as_u64().ok_or_else(|| Error::invalid(path, "a count")))
}

pub(super) fn unknown_fields(reader: &Reader<'_>, known: &[&str]) -> Map<String, Value> {
    let unknown = reader.keys().filter(|key| !known.contains(key) && !ModelConfig::FIELDS.contains(key));
    unknown.filter_map(|key| Some((key.to_owned(), reader.present(key)?.clone()))).collect()
}

pub(super) fn write_model(map: &mut Map<String, Value>, model: &Model) {
    put(map, "product", model.product.as_str());
    put(map, "tag", model.tag.as_str());
    put(map, "name", model.name.as_str());
    put_some(map, "description", model.description.as_deref());
    put(map, "provider", model.provider.as_str());
    put(map, "model", model.model.as_str());
    put_some(map, "api", model.api.map(|api| api.as_str()));
    model.config.write_fields(map);
    if !model.headers.is_empty() {
        let headers = model.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        put(map, "headers", headers.collect::<Map<_, _>>());
    }
    if !model.provider_options.is_empty() {
        put(map, "providerOptions", model.provider_options.clone());
    }
    if !model.capabilities.is_empty() {
        put(map, "capabilities", model.capabilities.to_value());
    }
    if !model.fallback.is_empty() {
        put(map, "fallback", model.fallback.clone());
    }
}

/// An environment without its key.
pub(super) fn write_env_settings(env: &ModelEnv) -> Map<String, Value> {
    let mut map = Map::new();
    put(&mut map, "slug", env.slug.as_str());
    put(&mut map, "active", env.active);
    put_some(&mut map, "baseUrl", env.base_url.as_ref().map(BaseUrl::as_str));
    put_some(&mut map, "allowInsecure", env.allow_insecure.then_some(true));
    put_some(&mut map, "description", env.description.as_deref());
    put_some(&mut map, "model", env.model.as_deref());
    env.config.write_fields(&mut map);
    map
}

pub(super) fn write_env(env: &ModelEnv) -> Map<String, Value> {
    let mut map = write_env_settings(env);
    if let Some((sealed, meta)) = &env.sealed {
        put(&mut map, "sealedKey", sealed.as_str());
        put_some(&mut map, "keyHint", meta.hint.as_deref());
        put_some(&mut map, "keyFingerprint", meta.fingerprint.as_deref());
        put(&mut map, "keyUpdatedAt", meta.updated_at);
    }
    put_some(&mut map, "keyRef", env.key_ref.as_deref());
    map
}

pub(super) fn put(map: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    map.insert(key.to_owned(), value.into());
}

pub(super) fn put_some(map: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        put(map, key, value);
    }
}
