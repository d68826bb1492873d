//! Where a call's API key comes from: the record, the caller's resolver, or the call itself. The only place that opens
//! a sealed key to use it.

use super::ports::KeyContext;
use super::ports::KeyResolver;
use super::ports::Ports;
use crate::base_url::BaseUrl;
use crate::crypto;
use crate::crypto::Keyring;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model;
use crate::resolve::KeySource;
use crate::resolve::Resolved;
use crate::secret::ApiKey;

/// The key for this call; `None` only where the provider needs none.
///
/// # Errors
/// `missing_api_key`; `unknown_key` or `tampered` where the sealed key does not open; those of the key resolver.
pub(super) async fn obtain<P: Ports>(
    ports: &P,
    ring: &Keyring,
    resolved: &Resolved,
) -> Result<Option<ApiKey>> {
    let tag = resolved.tag.as_deref().unwrap_or_default();
    let (product, env, provider) = (resolved.product.as_str(), resolved.env.as_str(), resolved.provider);
    match &resolved.key {
        KeySource::Inline(key) => Ok(Some(key.clone())),
        KeySource::None if provider.is_hosted() => Err(missing(resolved)),
        KeySource::None => Ok(None),
        KeySource::Reference(name) => {
            let context = KeyContext { product, tag, env, provider: provider.as_str() };
            ports.key_resolver().resolve(name, context).await.map(Some)
        }
        KeySource::Sealed(sealed) => {
            let origin = resolved.base_url.as_ref().map(BaseUrl::origin);
            let context = model::key_context(product, tag, env, provider, origin);
            crypto::open(ring, sealed, &context).map(Some)
        }
    }
}

fn missing(resolved: &Resolved) -> Error {
    let (env, provider) = (&resolved.env, resolved.provider.as_str());
    let message =
        format!("the environment {env} has no API key, and {provider} needs one; is the variable set?");
    Error::new(ErrorKind::MissingApiKey, message).with("env", env.as_str())
}
