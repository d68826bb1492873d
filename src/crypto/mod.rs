//! Seals and opens API keys. It takes bytes, a salt and a context as arguments; it knows nothing of what they describe.
//!
//! The construction is C2SP chunked-encryption with AES-256-GCM and SHA-512 ("Cobblestone-256", [specification]) in a
//! text form of our own; `docs/envelope.md` describes both for readers in other languages.
//!
//! [specification]: https://c2sp.org/chunked-encryption

mod aead;
mod context;
mod envelope;
#[doc(hidden)]
pub mod hazmat;
mod kdf;
mod key_id;
mod keyring;
mod mac;
mod message;
mod product_key;
mod ring_key;

pub use context::context;
pub use envelope::ENC_LEN;
pub use envelope::Recipient;
pub use envelope::SealedBody;
pub use envelope::SealedKey;
pub use kdf::MessageKeys;
pub use kdf::first_input;
pub use kdf::message_info;
pub use kdf::second_input;
pub use key_id::KeyId;
pub use keyring::Keyring;
pub use mac::checksum;
pub use mac::mac_equal;
pub use product_key::parse_product_key;
pub use product_key::print_product_key;
pub use product_key::product_key_from_bytes;
pub use ring_key::Block;
pub use ring_key::Master;
pub use ring_key::RingKey;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::secret::ApiKey;

/// Bytes of randomness that one envelope needs.
pub const SALT_LEN: usize = 24;

/// The first byte of the plaintext: an API key in UTF-8 follows. Nothing else is defined.
const TYPE_API_KEY: u8 = 1;

/// Seals an API key with the ring's primary key, for one place in the world: `context` must come from [`context()`].
/// `salt` must be fresh randomness for every call.
///
/// # Errors
/// `internal` only: where the primary key is not in this process (then its agent derives what [`seal_with`] takes). No
/// [`ApiKey`] is too long.
///
/// ```
/// use ductape_models::ApiKey;
/// use ductape_models::crypto::{Keyring, context, open, product_key_from_bytes, seal};
/// let bytes: [u8; 32] = core::array::from_fn(|n| 255 - n as u8); // generateKey() draws real ones
/// let ring = Keyring::new(product_key_from_bytes("privateKey", &bytes)?, vec![])?;
/// let place = context(&["api-key", "shop", "writer", "prd"]);
/// let (key, _) = ApiKey::parse("apiKey", "sk-test-1234")?;
///
/// let salt = [7; 24]; // never a constant outside of examples
/// let sealed = seal(&ring, salt, &place, &key)?;
/// assert_eq!(open(&ring, &sealed, &place)?, key);
///
/// let elsewhere = context(&["api-key", "shop", "writer", "dev"]);
/// assert_eq!(open(&ring, &sealed, &elsewhere).unwrap_err().code(), "tampered");
/// # Ok::<(), ductape_models::Error>(())
/// ```
pub fn seal(ring: &Keyring, salt: [u8; SALT_LEN], context: &[u8], key: &ApiKey) -> Result<SealedKey> {
    let primary = ring.primary();
    let keys = derive(primary, &salt, context)?;
    seal_with(&keys, Recipient::ProductKey, primary.id(), &salt, key)
}

/// Opens an envelope in the place that it was sealed for.
///
/// # Errors
/// `unknown_key` if the ring lacks the key that the envelope names, with `keyId` and `heldKeyIds`; `retired_key`;
/// `tampered` for every other failure, without saying which; `internal` as for [`seal`].
pub fn open(ring: &Keyring, sealed: &SealedKey, context: &[u8]) -> Result<ApiKey> {
    let body = sealed.body();
    let keys = match body.recipient() {
        Recipient::ProductKey => derive(ring.get(sealed.key_id())?, body.salt(), context)?,
        Recipient::SealingKey(_) => {
            return Err(ring.sealing_place(sealed.key_id()).err().unwrap_or_else(elsewhere));
        }
    };
    open_with(&keys, body)
}

fn derive(key: &RingKey, salt: &[u8; SALT_LEN], context: &[u8]) -> Result<MessageKeys> {
    match key.master() {
        Master::Held(master) => Ok(MessageKeys::derive(master, salt, context)),
        Master::Outside(_) => Err(elsewhere()),
    }
}

fn elsewhere() -> Error {
    Error::new(ErrorKind::Internal, "the key is not in this process: its agent has to be asked")
}

/// Seals an API key with what was derived for it: `keys` from `salt` and the context, with the key whose id is
/// `key_id` or with the secret that `recipient` carries.
///
/// # Errors
/// `internal` only: no [`ApiKey`] is too long.
pub fn seal_with(
    keys: &MessageKeys,
    recipient: Recipient,
    key_id: &KeyId,
    salt: &[u8; SALT_LEN],
    key: &ApiKey,
) -> Result<SealedKey> {
    let key = key.expose().as_bytes();
    let mut plaintext = Zeroizing::new(Vec::with_capacity(1 + key.len()));
    plaintext.push(TYPE_API_KEY);
    plaintext.extend_from_slice(key);
    let message = message::seal(keys, salt, &plaintext)
        .ok_or_else(|| Error::new(ErrorKind::Internal, "an API key does not fit one chunk"))?;
    SealedKey::parse(&envelope::print(recipient, key_id, &message))
}

/// Opens the body of an envelope with what was derived for it.
///
/// # Errors
/// `tampered` for every failure, without saying which.
pub fn open_with(keys: &MessageKeys, body: &SealedBody) -> Result<ApiKey> {
    let plaintext = message::open(keys, body.message()).ok_or_else(tampered)?;
    api_key(&plaintext).ok_or_else(tampered)
}

/// Only what [`seal`] writes is read back: one type byte and a key that needs no trimming.
fn api_key(plaintext: &[u8]) -> Option<ApiKey> {
    let (kind, text) = plaintext.split_first()?;
    let text = core::str::from_utf8(text).ok()?;
    match ApiKey::parse("apiKey", text) {
        Ok((key, false)) if *kind == TYPE_API_KEY => Some(key),
        _ => None,
    }
}

/// `tampered`; what exactly does not fit would only help whoever forges one.
pub(crate) fn tampered() -> Error {
    let message =
        "the sealed API key does not open: it was changed, moved, or its provider or base URL was changed";
    Error::new(ErrorKind::Tampered, message)
}

#[cfg(test)]
mod tests;
