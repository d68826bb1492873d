//! Where a call's API key comes from: the record, the caller's resolver, or the call itself. The only place that opens
//! a sealed key to use it.

use super::Client;
use super::key_context::key_context;
use super::ports::KeyContext;
use super::ports::KeyResolver;
use super::ports::Ports;
use crate::error::Result;
use crate::resolve::KeySource;
use crate::resolve::Resolved;
use crate::secret::ApiKey;

impl<P: Ports> Client<P> {
    /// The key for this call; `None` only where the provider needs none.
    ///
    /// # Errors
    /// `missing_api_key`; `unknown_key`, `retired_key` or `tampered` where the sealed key does not open; those of the key
    /// resolver.
    pub(super) async fn obtain_key(&self, resolved: &Resolved) -> Result<Option<ApiKey>> {
        let tag = resolved.tag.as_deref().unwrap_or_default();
        let (product, env, provider) = (resolved.product.as_str(), resolved.env.as_str(), resolved.provider);
        match &resolved.key {
            KeySource::Inline(key) => Ok(Some(key.clone())),
            KeySource::None => resolved.require_key().map(|()| None),
            KeySource::Reference(name) => {
                let context = KeyContext { product, tag, env, provider: provider.as_str() };
                let key = self.ports.key_resolver().resolve(name, context).await;
                self.audit_use(resolved, None, &key);
                key.map(Some)
            }
            KeySource::Sealed(sealed) => {
                let context = key_context(product, tag, env, provider, resolved.base_url.as_ref());
                let key = self.open(sealed, &context).await;
                self.audit_use(resolved, Some(sealed.key_id()), &key);
                key.map(Some)
            }
        }
    }
}
