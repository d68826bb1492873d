//! Seals and opens API keys. It takes bytes, a salt and a context as arguments; it knows nothing of what they describe.

use zeroize::Zeroizing;

use crate::error::Result;
use crate::secret::{ApiKey, ProductKey};

/// Bytes of randomness that one envelope needs.
pub const SALT_LEN: usize = 24;

/// stub: id of a product key: first 10 base32 chars of SHA-256(label || master)
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(String);
impl KeyId {
    /// Derives.
    #[must_use]
    pub fn of(_key: &ProductKey) -> Self {
        todo!()
    }
    /// Text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// stub: a parsed envelope `lm1.k.<kid>.<b64u>`
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealedKey(String);
impl SealedKey {
    /// Strict canonical parser.
    pub fn parse(_text: &str) -> Result<Self> {
        todo!()
    }
    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The id of the product key that opens it.
    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        todo!()
    }
}

/// stub: one primary key that seals, any number of others that only open, chosen by exact id.
#[derive(Clone, Debug)]
pub struct Keyring(());
impl Keyring {
    /// A duplicate id is `invalid_input`.
    pub fn new(_primary: ProductKey, _others: Vec<ProductKey>) -> Result<Self> {
        todo!()
    }
    /// The key that seals.
    #[must_use]
    pub fn primary(&self) -> (&KeyId, &ProductKey) {
        todo!()
    }
    /// The key with exactly this id, or `unknown_key` naming the id that is needed.
    pub fn get(&self, _id: &KeyId) -> Result<&ProductKey> {
        todo!()
    }
    /// All ids, the primary first.
    #[must_use]
    pub fn ids(&self) -> Vec<&KeyId> {
        todo!()
    }
}

/// Length-prefixed context bytes: `llm-models/v1` 0x00, then per part u16 big-endian length and UTF-8 bytes.
#[must_use]
pub fn context(_parts: &[&str]) -> Vec<u8> {
    todo!()
}

/// Seals an API key with the ring's primary key. `salt` must be fresh randomness.
pub fn seal(_ring: &Keyring, _salt: [u8; SALT_LEN], _context: &[u8], _key: &ApiKey) -> Result<SealedKey> {
    todo!()
}

/// Opens an envelope: `unknown_key`, or `tampered` for every other failure.
pub fn open(_ring: &Keyring, _sealed: &SealedKey, _context: &[u8]) -> Result<ApiKey> {
    todo!()
}

/// Parses a product key's text form (`lmk1...`, hex, base64): weak ones are `invalid_input` with a pointer to generateKey.
pub fn parse_product_key(_field: &str, _text: &str) -> Result<ProductKey> {
    todo!()
}

/// Checks raw bytes as a product key: exactly 32, not weak.
pub fn product_key_from_bytes(_field: &str, _bytes: &[u8]) -> Result<ProductKey> {
    todo!()
}

/// The `lmk1.` text form of fresh random bytes.
#[must_use]
pub fn print_product_key(_bytes: &[u8; 32]) -> Zeroizing<String> {
    todo!()
}

/// 32 hex digits over `parts` (length-prefixed) with the record-mac subkey of `key`.
#[must_use]
pub fn record_mac(_key: &ProductKey, _parts: &[&[u8]]) -> String {
    todo!()
}

/// Constant-time comparison of two MAC texts.
#[must_use]
pub fn mac_equal(_a: &str, _b: &str) -> bool {
    todo!()
}

/// 8 hex digits of the API key with the fingerprint subkey of `key`.
#[must_use]
pub fn fingerprint(_key: &ProductKey, _api_key: &ApiKey) -> String {
    todo!()
}
