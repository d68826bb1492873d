//! What a sealed API key is bound to. Create, update and every call build it here, so that they cannot disagree.

use crate::base_url::BaseUrl;
use crate::base_url::bound_origin;
use crate::crypto;
use crate::model::ProviderId;

/// The context of an environment's API key: a key sealed for one place opens in no other.
pub(crate) fn key_context(
    product: &str,
    tag: &str,
    env: &str,
    provider: ProviderId,
    base_url: Option<&BaseUrl>,
) -> Vec<u8> {
    crypto::context(&["api-key", product, tag, env, provider.as_str(), bound_origin(base_url)])
}
