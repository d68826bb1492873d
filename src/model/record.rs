//! A model as stored: JSON with a version, a revision and a write id. It keeps fields that it does not know; it knows
//! neither the checksum around the JSON nor where the record lives.

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
use crate::base_url::BaseUrl;
use crate::crypto::SealedKey;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

const FIELDS: [&str; 18] = [
    "v",
    "minReader",
    "rev",
    "wid",
    "createdAt",
    "updatedAt",
    "product",
    "tag",
    "name",
    "description",
    "provider",
    "model",
    "api",
    "headers",
    "providerOptions",
    "capabilities",
    "fallback",
    "envs",
];

const ENV_FIELDS: [&str; 11] = [
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

/// A stored model with its bookkeeping.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The model.
    pub model: Model,
    /// The bookkeeping.
    pub meta: RecordMeta,
    extra: Map<String, Value>,
    env_extra: Vec<(String, Map<String, Value>)>,
}

/// What a record says about itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RecordMeta {
    /// The format that wrote it.
    pub v: u64,
    /// The oldest format that may read it.
    pub min_reader: u64,
    /// The revision: 1 for a new record, one more with every write.
    pub rev: u64,
    /// The id of the write, random per write: tells a caller whether an unacknowledged write was its own.
    pub wid: String,
    /// When it was created, in milliseconds since 1970.
    pub created_at: u64,
    /// When it was last written, in milliseconds since 1970.
    pub updated_at: u64,
    /// The id of the product key that its checksum needs, where the ring lacks that key: nothing in it is verified then.
    pub unknown_key: Option<String>,
}

impl Record {
    /// The format that this version writes, and the newest that it reads.
    pub const VERSION: u64 = 1;

    /// The first record of a new model.
    #[must_use]
    pub fn first(model: Model, wid: String, now_ms: u64) -> Self {
        let meta = RecordMeta {
            v: Self::VERSION,
            min_reader: Self::VERSION,
            rev: 1,
            wid,
            created_at: now_ms,
            updated_at: now_ms,
            unknown_key: None,
        };
        Self { model, meta, extra: Map::new(), env_extra: Vec::new() }
    }

    /// The record after this one, with `model` in place of this one's and every unknown field kept.
    #[must_use]
    pub fn next(&self, model: Model, wid: String, now_ms: u64) -> Self {
        let mut next = self.clone();
        next.env_extra.retain(|(slug, _)| model.env(slug).is_some());
        next.model = model;
        next.meta.rev += 1;
        next.meta.wid = wid;
        next.meta.updated_at = now_ms;
        next
    }

    /// Whether this version may write a successor.
    ///
    /// # Errors
    /// `record_too_new` where a newer version wrote it; `unknown_key` where it could not be verified.
    pub fn check_writable(&self) -> Result<()> {
        self.check_verified()?;
        if self.meta.v > Self::VERSION {
            return Err(too_new("can be read but not written by this version; upgrade ductape-models"));
        }
        Ok(())
    }

    /// Whether its checksum was verified, which everything but a view needs.
    ///
    /// # Errors
    /// `unknown_key` naming the id of the product key that it takes.
    pub fn check_verified(&self) -> Result<()> {
        let Some(id) = &self.meta.unknown_key else { return Ok(()) };
        let message =
            format!("the record was written with product key {id}, which is not in this client's keyring");
        Err(Error::new(ErrorKind::UnknownKey, message).with("keyId", id.as_str()))
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// `record_too_new` where its `minReader` is above [`Record::VERSION`]; `record_corrupt` where it is anything but a
    /// record.
    pub fn from_json(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text).map_err(|_| corrupt())?;
        let reader = Reader::new("record", &value).map_err(|_| corrupt())?;
        if count(&reader, "minReader").map_err(|_| corrupt())? > Self::VERSION {
            return Err(too_new("needs a newer version to be read; upgrade ductape-models"));
        }
        read_record(&reader).map_err(|_| corrupt())
    }

    /// The JSON form.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut map = Map::new();
        let meta = &self.meta;
        put(&mut map, "v", meta.v);
        put(&mut map, "minReader", meta.min_reader);
        put(&mut map, "rev", meta.rev);
        put(&mut map, "wid", meta.wid.as_str());
        put(&mut map, "createdAt", meta.created_at);
        put(&mut map, "updatedAt", meta.updated_at);
        write_model(&mut map, &self.model);
        map.extend(self.extra.clone());
        let envs = self.model.envs.iter().map(|env| {
            let mut map = write_env(env);
            if let Some((_, extra)) = self.env_extra.iter().find(|(slug, _)| *slug == env.slug) {
                map.extend(extra.clone());
            }
            Value::Object(map)
        });
        put(&mut map, "envs", envs.collect::<Vec<_>>());
        Value::Object(map).to_string()
    }
}

/// `record_corrupt`; which part of the record failed would only help whoever forges one.
#[must_use]
pub(crate) fn corrupt() -> Error {
    Error::new(ErrorKind::RecordCorrupt, "the stored record fails its checksum or its schema")
}

/// `record_too_new`, saying what that means for the caller.
#[must_use]
pub(crate) fn too_new(what: &str) -> Error {
    Error::new(ErrorKind::RecordTooNew, format!("the stored record {what}"))
}

fn read_record(reader: &Reader<'_>) -> Result<Record> {
    let meta = RecordMeta {
        v: count(reader, "v")?,
        min_reader: count(reader, "minReader")?,
        rev: count(reader, "rev")?,
        wid: text(reader, "wid")?,
        created_at: count(reader, "createdAt")?,
        updated_at: count(reader, "updatedAt")?,
        unknown_key: None,
    };
    let entries = reader.required("envs", "a list", reader::list)?;
    let mut model = read_model(reader)?;
    let mut env_extra = Vec::new();
    for (path, value) in &entries {
        let reader = Reader::new(path, value)?;
        let env = read_env(&reader)?;
        let extra = unknown_fields(&reader, &ENV_FIELDS);
        if !extra.is_empty() {
            env_extra.push((env.slug.clone(), extra));
        }
        model.envs.push(env);
    }
    Ok(Record { model, meta, extra: unknown_fields(reader, &FIELDS), env_extra })
}

fn read_model(reader: &Reader<'_>) -> Result<Model> {
    let id = |path: &str, value: &Value| reader::id(path, value).map(str::to_owned);
    Ok(Model {
        product: reader.required("product", "an id", id)?,
        tag: reader.required("tag", "an id", id)?,
        name: text(reader, "name")?,
        description: optional_text(reader, "description")?,
        provider: reader.required("provider", "a provider", provider)?,
        model: text(reader, "model")?,
        api: reader.optional("api", super::input::api)?,
        config: ModelConfig::read_fields(reader)?,
        headers: reader.optional("headers", headers::read)?.unwrap_or_default(),
        provider_options: reader.optional("providerOptions", reader::object)?.unwrap_or_default(),
        fallback: reader.optional("fallback", fallback::read)?.unwrap_or_default(),
        capabilities: reader.optional("capabilities", Capabilities::read)?.unwrap_or_default(),
        envs: Vec::new(),
    })
}

fn read_env(reader: &Reader<'_>) -> Result<ModelEnv> {
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

fn text(reader: &Reader<'_>, key: &str) -> Result<String> {
    reader.required(key, "a string", |path, value| reader::text(path, value).map(str::to_owned))
}

fn optional_text(reader: &Reader<'_>, key: &str) -> Result<Option<String>> {
    reader.optional(key, |path, value| reader::text(path, value).map(str::to_owned))
}

fn count(reader: &Reader<'_>, key: &str) -> Result<u64> {
    reader
        .required(key, "a count", |path, value| value.as_u64().ok_or_else(|| Error::invalid(path, "a count")))
}

fn unknown_fields(reader: &Reader<'_>, known: &[&str]) -> Map<String, Value> {
    let unknown = reader.keys().filter(|key| !known.contains(key) && !ModelConfig::FIELDS.contains(key));
    unknown.filter_map(|key| Some((key.to_owned(), reader.present(key)?.clone()))).collect()
}

fn write_model(map: &mut Map<String, Value>, model: &Model) {
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

fn write_env(env: &ModelEnv) -> Map<String, Value> {
    let mut map = Map::new();
    put(&mut map, "slug", env.slug.as_str());
    put(&mut map, "active", env.active);
    put_some(&mut map, "baseUrl", env.base_url.as_ref().map(BaseUrl::as_str));
    put_some(&mut map, "allowInsecure", env.allow_insecure.then_some(true));
    put_some(&mut map, "description", env.description.as_deref());
    put_some(&mut map, "model", env.model.as_deref());
    env.config.write_fields(&mut map);
    if let Some((sealed, meta)) = &env.sealed {
        put(&mut map, "sealedKey", sealed.as_str());
        put_some(&mut map, "keyHint", meta.hint.as_deref());
        put_some(&mut map, "keyFingerprint", meta.fingerprint.as_deref());
        put(&mut map, "keyUpdatedAt", meta.updated_at);
    }
    put_some(&mut map, "keyRef", env.key_ref.as_deref());
    map
}

fn put(map: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    map.insert(key.to_owned(), value.into());
}

fn put_some(map: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        put(map, key, value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stored() -> Value {
        json!({"v": 1, "minReader": 1, "rev": 7, "wid": "00ff", "createdAt": 1, "updatedAt": 2, "product": "shop",
            "tag": "m", "name": "M", "provider": "custom", "model": "llama", "temperature": null, "maxTokens": 5,
            "headers": {"x-title": "t"}, "providerOptions": {"a": {"b": null}}, "fallback": ["spare"], "capabilities": {"sampling": false},
            "envs": [{"slug": "dev", "active": true, "baseUrl": "http://h.example/v1", "allowInsecure": true,
                "topP": 0.5, "keyRef": "r", "later": [1]}],
            "later": {"deep": null}})
    }

    #[test]
    fn r16_a_record_comes_back_as_it_was() {
        let record = Record::from_json(&stored().to_string()).unwrap();
        assert_eq!(record.model.config.temperature, Some(None));
        assert_eq!(serde_json::from_str::<Value>(&record.to_json()).unwrap(), stored());
        assert_eq!(Record::from_json(&record.to_json()).unwrap(), record);
    }

    #[test]
    fn unknown_fields_survive_a_write() {
        let record = Record::from_json(&stored().to_string()).unwrap();
        let next = record.next(record.model.clone(), "11".to_owned(), 9);
        let json: Value = serde_json::from_str(&next.to_json()).unwrap();
        assert_eq!((&json["later"], &json["envs"][0]["later"]), (&json!({"deep": null}), &json!([1])));
        assert_eq!((&json["rev"], &json["updatedAt"], &json["createdAt"]), (&json!(8), &json!(9), &json!(1)));
    }

    #[test]
    fn a_newer_format_is_read_as_far_as_it_allows() {
        let mut newer = stored();
        newer["v"] = json!(2);
        let record = Record::from_json(&newer.to_string()).unwrap();
        assert_eq!(record.check_writable().unwrap_err().kind(), ErrorKind::RecordTooNew);
        newer["minReader"] = json!(2);
        newer["envs"] = json!("in a form of its own");
        assert_eq!(Record::from_json(&newer.to_string()).unwrap_err().kind(), ErrorKind::RecordTooNew);
    }

    #[test]
    fn r63_anything_else_is_corrupt() {
        let whole = stored().to_string();
        for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            assert_eq!(Record::from_json(&whole[..end]).unwrap_err().kind(), ErrorKind::RecordCorrupt);
        }
        for field in ["v", "minReader", "rev", "wid", "product", "tag", "name", "provider", "model", "envs"] {
            let mut value = stored();
            value[field] = json!([0]);
            assert_eq!(
                Record::from_json(&value.to_string()).unwrap_err().kind(),
                ErrorKind::RecordCorrupt,
                "{field}"
            );
        }
    }
}
