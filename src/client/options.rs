//! What a client is constructed with, apart from its ports and keys.

use serde_json::Value;

use crate::catalog::CatalogPatch;
use crate::catalog::OnUnsupported;
use crate::error::Error;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// How failed attempts are repeated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RetryOptions {
    /// Attempts after the first. Default 2, at most 10.
    pub max_retries: u32,
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self { max_retries: 2 }
    }
}

/// Defaults and limits of a client.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientOptions {
    /// Who the client works for, as records name the writer of a revision.
    pub actor: Option<String>,
    /// The product of calls that name none.
    pub product: Option<String>,
    /// The environment of calls that name none.
    pub env: Option<String>,
    /// The environments that each declared product has; an undeclared product may use any slug.
    pub products: Vec<(String, Vec<String>)>,
    /// What to do with a value that a model does not take. Default: drop or clamp it with a warning.
    pub on_unsupported: OnUnsupported,
    /// The caller's own facts about models.
    pub catalog: CatalogPatch,
    /// How failed attempts are repeated.
    pub retry: RetryOptions,
    /// The only origins that base URLs may have, where set.
    pub allowed_origins: Option<Vec<String>>,
    /// The longest a storage call may take, in milliseconds. Default 10000.
    pub storage_timeout_ms: u32,
    /// This client runs in a page and the caller did not accept what that means for keys: provider calls are refused.
    pub refuse_provider_calls: bool,
    /// This client runs in a page, which some providers want to be told.
    pub in_page: bool,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            actor: None,
            product: None,
            env: None,
            products: Vec::new(),
            on_unsupported: OnUnsupported::default(),
            catalog: CatalogPatch::default(),
            retry: RetryOptions::default(),
            allowed_origins: None,
            storage_timeout_ms: 10_000,
            refuse_provider_calls: false,
            in_page: false,
        }
    }
}

impl ClientOptions {
    const FIELDS: &'static [&'static str] = &[
        "actor",
        "allowedOrigins",
        "catalog",
        "env",
        "inPage",
        "onUnsupported",
        "product",
        "products",
        "refuseProviderCalls",
        "retry",
        "storageTimeoutMs",
    ];

    /// Reads the options from plain data.
    ///
    /// # Errors
    /// `invalid_input` naming the field.
    pub fn read(value: &Value) -> Result<Self> {
        let reader = Reader::new("", value)?;
        reader.only(Self::FIELDS)?;
        let defaults = Self::default();
        let owned = |path: &str, value: &Value| reader::id(path, value).map(str::to_owned);
        Ok(Self {
            actor: reader.optional("actor", actor)?,
            product: reader.optional("product", owned)?,
            env: reader.optional("env", owned)?,
            products: reader.optional("products", products)?.unwrap_or_default(),
            on_unsupported: reader.optional("onUnsupported", on_unsupported)?.unwrap_or_default(),
            catalog: reader.optional("catalog", CatalogPatch::read)?.unwrap_or_default(),
            retry: reader.optional("retry", retry)?.unwrap_or_default(),
            allowed_origins: reader.optional("allowedOrigins", origins)?,
            storage_timeout_ms: reader
                .optional("storageTimeoutMs", |path, value| {
                    reader::integer(path, value, 1, i32::MAX.unsigned_abs())
                })?
                .unwrap_or(defaults.storage_timeout_ms),
            refuse_provider_calls: reader.optional("refuseProviderCalls", reader::boolean)?.unwrap_or(false),
            in_page: reader.optional("inPage", reader::boolean)?.unwrap_or(false),
        })
    }
}

/// Longest name of a writer, in characters.
const MAX_ACTOR_CHARS: usize = 256;

fn actor(path: &str, value: &Value) -> Result<String> {
    let name = reader::filled(path, value)?;
    if name.chars().count() > MAX_ACTOR_CHARS {
        return Err(Error::invalid(path, "at most 256 characters"));
    }
    Ok(name.to_owned())
}

fn products(path: &str, value: &Value) -> Result<Vec<(String, Vec<String>)>> {
    let map = reader::object(path, value)?;
    map.iter()
        .map(|(product, entry)| Ok((product.clone(), envs(&format!("{path}.{product}"), entry)?)))
        .collect()
}

fn envs(path: &str, value: &Value) -> Result<Vec<String>> {
    let reader = Reader::new(path, value)?;
    reader.only(&["envs"])?;
    reader.required("envs", "a list of environment slugs", |path, value| {
        let slugs = reader::list(path, value)?;
        slugs.iter().map(|(path, slug)| reader::id(path, slug).map(str::to_owned)).collect()
    })
}

fn on_unsupported(path: &str, value: &Value) -> Result<OnUnsupported> {
    match value.as_str() {
        Some("warn") => Ok(OnUnsupported::Warn),
        Some("error") => Ok(OnUnsupported::Error),
        Some("send") => Ok(OnUnsupported::Send),
        _ => Err(Error::invalid(path, "'warn', 'error' or 'send'")),
    }
}

fn retry(path: &str, value: &Value) -> Result<RetryOptions> {
    let reader = Reader::new(path, value)?;
    reader.only(&["maxRetries"])?;
    let max_retries = reader.optional("maxRetries", |path, value| reader::integer(path, value, 0, 10))?;
    Ok(RetryOptions { max_retries: max_retries.unwrap_or(RetryOptions::default().max_retries) })
}

fn origins(path: &str, value: &Value) -> Result<Vec<String>> {
    let items = reader::list(path, value)?;
    items.iter().map(|(path, item)| reader::filled(path, item).map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn absent_options_are_the_defaults() {
        assert_eq!(ClientOptions::read(&json!({})).unwrap(), ClientOptions::default());
    }

    #[test]
    fn a_wrong_option_is_named() {
        let error = ClientOptions::read(&json!({"products": {"shop": {"envs": ["Dev"]}}})).unwrap_err();
        assert_eq!(error.field(), Some("products.shop.envs[0]"));
    }
}
