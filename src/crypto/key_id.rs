//! The names of keys: made from the keys themselves, so that no two machines can disagree about them.

use sha2::Digest;
use sha2::Sha256;

use super::kdf;
use crate::secret::ProductKey;

/// The subkey that names a product key.
pub(super) const SUBKEY_LABEL: &str = "kid";

const PUBLIC_LABEL: &[u8] = b"llm-models/kid/v1";
const LEN: usize = 10;
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The id of a key: ten characters of lower-case base32 (RFC 4648).
///
/// A product key's come from its subkey `kid` and not from a plain hash, so that a key that is only an HMAC function,
/// such as a WebCrypto key that cannot be exported, has the same id as its bytes.
///
/// ```
/// use ductape_models::ProductKey;
/// use ductape_models::crypto::KeyId;
/// let id = KeyId::of(&ProductKey::from_bytes([7; 32]));
/// assert_eq!(id.as_str().len(), 10);
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(String);

impl KeyId {
    /// The id of a product key.
    #[must_use]
    pub fn of(key: &ProductKey) -> Self {
        Self::from_digest(&*kdf::subkey(key, SUBKEY_LABEL))
    }

    /// The id of a sealing key, from its public half: SHA-256 over `llm-models/kid/v1` and the 32 bytes.
    #[must_use]
    pub fn of_public(key: &[u8; 32]) -> Self {
        Self::from_digest(&Sha256::new().chain_update(PUBLIC_LABEL).chain_update(key).finalize())
    }

    /// Reads ten characters of the alphabet.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let valid = text.len() == LEN && text.bytes().all(|byte| BASE32.contains(&byte));
        valid.then(|| Self(text.to_owned()))
    }

    /// The ten characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// From the first 50 bits.
    pub(super) fn from_digest(digest: &[u8]) -> Self {
        Self((0..LEN).map(|n| char::from(BASE32[five_bits(digest, n)])).collect())
    }
}

/// The `n`-th group of five bits, the most significant first.
fn five_bits(bytes: &[u8], n: usize) -> usize {
    let (byte, bit) = (n * 5 / 8, n * 5 % 8);
    let pair = u16::from_be_bytes([bytes[byte], bytes[byte + 1]]);
    usize::from(pair >> (11 - bit) & 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r30_five_bit_groups_follow_rfc_4648() {
        let encode = |bytes: &[u8]| -> String {
            (0..8).map(|n| char::from(BASE32[five_bits(&[bytes, &[0]].concat(), n)])).collect()
        };
        assert_eq!(encode(b"fooba"), "mzxw6ytb");
        assert_eq!(encode(&[0xff; 5]), "77777777");
    }

    #[test]
    fn r30_ids_have_one_spelling() {
        let id = KeyId::of(&ProductKey::from_bytes([1; 32]));
        assert_eq!(KeyId::parse(id.as_str()), Some(id.clone()));
        for text in
            ["", "abcdefghi", "abcdefghijk", "ABCDEFGHIJ", "abcdefghi1", "abcdefghi=", "abcdefgh\u{e9}"]
        {
            assert_eq!(KeyId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn r30_product_keys_and_sealing_keys_have_ids_of_their_own() {
        assert_ne!(KeyId::of(&ProductKey::from_bytes([1; 32])), KeyId::of_public(&[1; 32]));
        assert_ne!(KeyId::of_public(&[1; 32]), KeyId::of_public(&[2; 32]));
    }
}
