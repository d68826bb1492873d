//! What callers write to create or change a model, read field by field. It knows every field's rule; not what is stored.

use serde_json::Map;
use serde_json::Value;
use zeroize::Zeroizing;

use super::Api;
use super::Capabilities;
use super::ModelConfig;
use super::ProviderId;
use super::fallback;
use super::headers;
use super::keys;
use crate::error::Error;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// What `model.update` takes: product and tag name the model, everything else changes it. `Some(None)` clears.
#[derive(Clone, Debug)]
pub struct ModelPatch {
    /// The product; the client's own where absent.
    pub product: Option<String>,
    /// Which model.
    pub tag: String,
    pub(super) name: Option<String>,
    pub(super) description: Option<Option<String>>,
    pub(super) provider: Option<ProviderId>,
    pub(super) model: Option<String>,
    pub(super) api: Option<Option<Api>>,
    pub(super) config: ModelConfig,
    pub(super) headers: Option<Vec<(String, String)>>,
    pub(super) provider_options: Option<Map<String, Value>>,
    pub(super) fallback: Option<Vec<String>>,
    pub(super) capabilities: Option<Capabilities>,
    pub(super) envs: Vec<EnvInput>,
}

/// One environment of an input.
#[derive(Clone, Debug)]
pub struct EnvInput {
    pub(super) path: String,
    pub(super) slug: String,
    pub(super) remove: bool,
    pub(super) active: Option<bool>,
    pub(super) base_url: Option<Option<String>>,
    pub(super) allow_insecure: Option<bool>,
    pub(super) description: Option<Option<String>>,
    pub(super) model: Option<Option<String>>,
    pub(super) config: ModelConfig,
    pub(super) api_key: KeyInput,
    pub(super) key_ref: Option<Option<String>>,
}

/// What was written under `apiKey`.
#[derive(Clone, Eq, PartialEq)]
pub(super) enum KeyInput {
    /// Nothing.
    Absent,
    /// An empty text: an environment variable that is not set, most likely.
    Blank,
    /// `null`.
    Clear,
    /// A text.
    Text(Zeroizing<String>),
}

impl core::fmt::Debug for KeyInput {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("KeyInput([redacted])")
    }
}

const FIELDS: [&str; 12] = [
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

const ENV_FIELDS: [&str; 9] =
    ["slug", "apiKey", "keyRef", "baseUrl", "active", "description", "model", "allowInsecure", "remove"];

/// Fields of a fetched model that an update passes over, so that what was fetched can be changed and given back.
const VIEW_FIELDS: [&str; 5] = ["rev", "createdAt", "updatedAt", "updatedBy", "warnings"];
const ENV_VIEW_FIELDS: [&str; 6] =
    ["hasKey", "keyHint", "keyFingerprint", "keyId", "keyUpdatedAt", "keyStatus"];

impl ModelPatch {
    /// Reads what `model.update` takes.
    ///
    /// # Errors
    /// `invalid_input` naming the first wrong or unknown field.
    pub fn read(value: &Value) -> Result<Self> {
        Self::read_with(&Reader::new("", value)?, &VIEW_FIELDS, &ENV_VIEW_FIELDS)
    }

    fn read_with(reader: &Reader<'_>, passed: &[&str], env_passed: &[&str]) -> Result<Self> {
        reader.only(&[&FIELDS, &ModelConfig::FIELDS[..], passed].concat())?;
        let id = |path: &str, value: &Value| reader::id(path, value).map(str::to_owned);
        Ok(Self {
            product: reader.optional("product", id)?,
            tag: reader.required("tag", "the model's tag", id)?,
            name: given(reader, "name", filled)?,
            description: reader.nullable("description", text)?,
            provider: given(reader, "provider", provider)?,
            model: given(reader, "model", filled)?,
            api: reader.nullable("api", api)?,
            config: ModelConfig::read_fields(reader)?,
            headers: reader.nullable("headers", headers::read)?.map(Option::unwrap_or_default),
            provider_options: reader
                .nullable("providerOptions", provider_options)?
                .map(Option::unwrap_or_default),
            fallback: reader.nullable("fallback", fallback::read)?.map(Option::unwrap_or_default),
            capabilities: reader.nullable("capabilities", Capabilities::read)?.map(Option::unwrap_or_default),
            envs: given(reader, "envs", |path, value| envs(path, value, env_passed))?.unwrap_or_default(),
        })
    }

    /// A change that removes one environment and nothing else.
    #[must_use]
    pub fn removing(product: Option<String>, tag: String, slug: String) -> Self {
        let mut env = EnvInput::blank("slug".to_owned(), slug);
        env.remove = true;
        Self {
            product,
            tag,
            name: None,
            description: None,
            provider: None,
            model: None,
            api: None,
            config: ModelConfig::default(),
            headers: None,
            provider_options: None,
            fallback: None,
            capabilities: None,
            envs: vec![env],
        }
    }
}

/// What `model.create` takes: a whole model with plaintext keys.
#[derive(Clone, Debug)]
pub struct ModelInput {
    pub(super) patch: ModelPatch,
    pub(super) name: String,
    pub(super) provider: ProviderId,
    pub(super) model: String,
}

impl ModelInput {
    /// Reads what `model.create` takes.
    ///
    /// # Errors
    /// `invalid_input` naming the first wrong, missing or unknown field.
    pub fn read(value: &Value) -> Result<Self> {
        Self::read_at("", value)
    }

    /// The same where the model is part of something larger: `path` names it in errors.
    ///
    /// # Errors
    /// As [`ModelInput::read`].
    pub fn read_at(path: &str, value: &Value) -> Result<Self> {
        let reader = Reader::new(path, value)?;
        let patch = ModelPatch::read_with(&reader, &[], &[])?;
        let missing = |field: &str, expected: &str| {
            Error::invalid(&reader.at(field), format!("{expected}; it is missing"))
        };
        if patch.envs.is_empty() {
            return Err(missing("envs", "a non-empty list of environments"));
        }
        if let Some(env) = patch.envs.iter().find(|env| env.remove) {
            return Err(Error::invalid(&format!("{}.remove", env.path), "no removal in a new model"));
        }
        Ok(Self {
            name: patch.name.clone().ok_or_else(|| missing("name", "a human-readable name"))?,
            provider: patch.provider.ok_or_else(|| missing("provider", PROVIDERS))?,
            model: patch.model.clone().ok_or_else(|| missing("model", "the provider's id of the model"))?,
            patch,
        })
    }

    /// The product; the client's own where `None`.
    #[must_use]
    pub fn product(&self) -> Option<&str> {
        self.patch.product.as_deref()
    }

    /// The tag to create.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.patch.tag
    }
}

const PROVIDERS: &str = "one of anthropic, openai, google, cohere, custom";

impl EnvInput {
    fn blank(path: String, slug: String) -> Self {
        Self {
            path,
            slug,
            remove: false,
            active: None,
            base_url: None,
            allow_insecure: None,
            description: None,
            model: None,
            config: ModelConfig::default(),
            api_key: KeyInput::Absent,
            key_ref: None,
        }
    }

    fn read(path: &str, value: &Value, passed: &[&str]) -> Result<Self> {
        let reader = Reader::new(path, value)?;
        reader.only(&[&ENV_FIELDS, &ModelConfig::FIELDS[..], passed].concat())?;
        let slug = reader.required("slug", "the environment's slug", reader::id)?.to_owned();
        let remove = reader.optional("remove", reader::boolean)?.unwrap_or(false);
        let removes_only = reader.keys().all(|key| matches!(key, "remove" | "slug") || passed.contains(&key));
        if remove && !removes_only {
            return Err(Error::invalid(&reader.at("remove"), "nothing beside slug and remove"));
        }
        Ok(Self {
            remove,
            active: reader.optional("active", reader::boolean)?,
            base_url: reader.nullable("baseUrl", filled)?,
            allow_insecure: reader.nullable("allowInsecure", reader::boolean)?.map(Option::unwrap_or_default),
            description: reader.nullable("description", text)?,
            model: reader.nullable("model", filled)?,
            config: ModelConfig::read_fields(&reader)?,
            api_key: api_key(&reader)?,
            key_ref: key_ref(&reader)?,
            ..Self::blank(path.to_owned(), slug)
        })
    }

    /// The path of one of its fields, for errors.
    pub(super) fn at(&self, field: &str) -> String {
        format!("{}.{field}", self.path)
    }
}

/// A field that may be absent but, once set, not cleared.
fn given<'a, T>(
    reader: &Reader<'a>,
    key: &str,
    read: impl FnOnce(&str, &'a Value) -> Result<T>,
) -> Result<Option<T>> {
    match reader.nullable(key, read)? {
        Some(None) => Err(Error::invalid(&reader.at(key), "a value; it cannot be cleared")),
        other => Ok(other.flatten()),
    }
}

fn filled(path: &str, value: &Value) -> Result<String> {
    reader::filled(path, value).map(str::to_owned)
}

fn text(path: &str, value: &Value) -> Result<String> {
    reader::text(path, value).map(str::to_owned)
}

pub(crate) fn provider(path: &str, value: &Value) -> Result<ProviderId> {
    let name = reader::text(path, value).map_err(|_| Error::invalid(path, PROVIDERS))?;
    let found = ProviderId::ALL.iter().find(|id| id.as_str() == name);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = ProviderId::ALL.iter().map(|id| id.as_str()).collect();
        let lower = name.to_ascii_lowercase();
        let hint = reader::closest(&lower, &names)
            .map_or_else(String::new, |name| format!(" (did you mean {name}?)"));
        Error::invalid(path, format!("{PROVIDERS}{hint}"))
    })
}

pub(crate) fn api(path: &str, value: &Value) -> Result<Api> {
    let found = Api::ALL.iter().copied().find(|api| value.as_str() == Some(api.as_str()));
    found.ok_or_else(|| Error::invalid(path, "'chat', 'messages' or 'responses'"))
}

fn provider_options(path: &str, value: &Value) -> Result<Map<String, Value>> {
    if texts_of(value).into_iter().any(keys::holds_key) {
        return Err(Error::invalid(path, "no API key; it belongs in apiKey, where it is sealed"));
    }
    reader::object(path, value)
}

fn texts_of(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts_of).collect(),
        Value::Object(map) => map.values().flat_map(texts_of).collect(),
        Value::Bool(_) | Value::Null | Value::Number(_) => Vec::new(),
    }
}

pub(super) fn envs(path: &str, value: &Value, passed: &[&str]) -> Result<Vec<EnvInput>> {
    let items = reader::list(path, value)?;
    let mut envs: Vec<EnvInput> = Vec::with_capacity(items.len());
    for (path, item) in &items {
        let env = EnvInput::read(path, item, passed)?;
        if envs.iter().any(|other| other.slug == env.slug) {
            return Err(Error::invalid(&env.at("slug"), "a slug that no other entry of the list has"));
        }
        envs.push(env);
    }
    if envs.is_empty() { Err(Error::invalid(path, "a list of at least one environment")) } else { Ok(envs) }
}

fn api_key(reader: &Reader<'_>) -> Result<KeyInput> {
    let read = |path: &str, value: &Value| match reader::text(path, value)? {
        text if text.trim_ascii().is_empty() => Ok(KeyInput::Blank),
        text => Ok(KeyInput::Text(Zeroizing::new(text.to_owned()))),
    };
    Ok(reader.nullable("apiKey", read)?.map_or(KeyInput::Absent, |key| key.unwrap_or(KeyInput::Clear)))
}

fn key_ref(reader: &Reader<'_>) -> Result<Option<Option<String>>> {
    let reference = reader.nullable("keyRef", filled)?;
    let path = reader.at("keyRef");
    if let Some(Some(text)) = &reference {
        if keys::holds_key(text) {
            return Err(Error::invalid(&path, "the name of a key; the key itself belongs in apiKey"));
        }
        if reader.value("apiKey").is_some_and(|key| key != "") {
            return Err(Error::invalid(&path, "either apiKey or keyRef, not both"));
        }
    }
    Ok(reference)
}
