//! The raw pieces of [`super`], for published test vectors and other implementations' tests. It checks no key for
//! weakness and no plaintext for sense; a product calls [`super::seal`] and [`super::open`].

use super::SALT_LEN;
use super::message;
use crate::secret::ProductKey;

pub use super::aead::open as aead_open;
pub use super::aead::seal as aead_seal;
pub use super::kdf::MessageKeys;
pub use super::kdf::OKM_LEN;
pub use super::kdf::expand;
pub use super::kdf::hmac as hmac_sha512;
pub use super::kdf::message_info;
pub use super::mac::equal;
pub use super::message::CHUNK_LEN;
pub use super::message::HEADER_LEN;

/// Opens a binary message of one chunk. `None` for every failure.
#[must_use]
pub fn cobblestone_open(key: &[u8], context: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let keys = MessageKeys::derive(&master(key)?, message::salt(message)?, context);
    message::open(&keys, message).map(|mut plaintext| core::mem::take(&mut *plaintext))
}

/// Seals one chunk into a binary message. `None` for a key that is not 32 bytes, or for 16 KiB and more.
#[must_use]
pub fn cobblestone_seal(
    key: &[u8],
    salt: &[u8; SALT_LEN],
    context: &[u8],
    plaintext: &[u8],
) -> Option<Vec<u8>> {
    message::seal(&MessageKeys::derive(&master(key)?, salt, context), salt, plaintext)
}

fn master(key: &[u8]) -> Option<ProductKey> {
    key.try_into().ok().map(ProductKey::from_bytes)
}
