//! The product keys of one process: one seals, all open, each found by its exact id. It tries no key on suspicion.

use core::fmt;

use sha2::Digest;
use sha2::Sha256;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::secret::ProductKey;

const KEY_ID_LABEL: &[u8] = b"llm-models/kid/v1";
const KEY_ID_LEN: usize = 10;
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The id of a product key: the first 10 characters of lower-case base32 (RFC 4648) of SHA-256 over
/// `llm-models/kid/v1` and the key. Made from the key, so no two machines can disagree about it.
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
    /// Derives the id of `key`.
    #[must_use]
    pub fn of(key: &ProductKey) -> Self {
        let digest = Sha256::new().chain_update(KEY_ID_LABEL).chain_update(key.expose()).finalize();
        Self((0..KEY_ID_LEN).map(|n| char::from(BASE32[five_bits(&digest, n)])).collect())
    }

    /// The ten characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let valid = text.len() == KEY_ID_LEN && text.bytes().all(|byte| BASE32.contains(&byte));
        valid.then(|| Self(text.to_owned()))
    }
}

/// The `n`-th group of five bits, the most significant first.
fn five_bits(bytes: &[u8], n: usize) -> usize {
    let (byte, bit) = (n * 5 / 8, n * 5 % 8);
    let pair = u16::from_be_bytes([bytes[byte], bytes[byte + 1]]);
    usize::from(pair >> (11 - bit) & 31)
}

/// One primary key that seals, and any number of others that only open.
///
/// ```
/// use ductape_models::ProductKey;
/// use ductape_models::crypto::Keyring;
/// let ring = Keyring::new(ProductKey::from_bytes([7; 32]), vec![ProductKey::from_bytes([8; 32])])?;
/// assert_eq!(ring.ids().len(), 2);
/// assert_eq!(ring.ids()[0], ring.primary().0);
/// # Ok::<(), ductape_models::Error>(())
/// ```
#[derive(Clone)]
pub struct Keyring {
    primary: (KeyId, ProductKey),
    others: Vec<(KeyId, ProductKey)>,
}

impl Keyring {
    /// Files every key under its id.
    ///
    /// # Errors
    /// `invalid_input` for a key that occurs twice: a rotation that "adds" the key it has would be a silent nothing.
    pub fn new(primary: ProductKey, others: Vec<ProductKey>) -> Result<Self> {
        let mut ring = Self { primary: filed(primary), others: Vec::with_capacity(others.len()) };
        for (index, key) in others.into_iter().enumerate() {
            let entry = filed(key);
            if ring.find(&entry.0).is_some() {
                return Err(Error::invalid(
                    &format!("others[{index}]"),
                    "a key that the ring does not hold yet",
                )
                .with("keyId", entry.0.as_str()));
            }
            ring.others.push(entry);
        }
        Ok(ring)
    }

    /// The key that seals.
    #[must_use]
    pub fn primary(&self) -> (&KeyId, &ProductKey) {
        (&self.primary.0, &self.primary.1)
    }

    /// The key with exactly this id.
    ///
    /// # Errors
    /// `unknown_key`, with the id that is needed as `keyId` and the ids in the ring as `heldKeyIds`.
    pub fn get(&self, id: &KeyId) -> Result<&ProductKey> {
        self.find(id).ok_or_else(|| {
            let held: Vec<&str> = self.ids().into_iter().map(KeyId::as_str).collect();
            let needed = id.as_str();
            let message =
                format!("the API key is sealed with product key {needed}, which the keyring does not hold");
            Error::new(ErrorKind::UnknownKey, message).with("keyId", needed).with("heldKeyIds", held)
        })
    }

    /// All ids, the primary first.
    #[must_use]
    pub fn ids(&self) -> Vec<&KeyId> {
        self.entries().map(|(id, _)| id).collect()
    }

    fn find(&self, id: &KeyId) -> Option<&ProductKey> {
        self.entries().find(|(held, _)| held == id).map(|(_, key)| key)
    }

    fn entries(&self) -> impl Iterator<Item = &(KeyId, ProductKey)> {
        core::iter::once(&self.primary).chain(&self.others)
    }
}

fn filed(key: ProductKey) -> (KeyId, ProductKey) {
    (KeyId::of(&key), key)
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keyring").field(&self.ids()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> ProductKey {
        ProductKey::from_bytes([byte; 32])
    }

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
        let id = KeyId::of(&key(1));
        assert_eq!(KeyId::parse(id.as_str()), Some(id.clone()));
        for text in
            ["", "abcdefghi", "abcdefghijk", "ABCDEFGHIJ", "abcdefghi1", "abcdefghi=", "abcdefgh\u{e9}"]
        {
            assert_eq!(KeyId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn r30_a_key_is_found_by_its_exact_id() {
        let ring = Keyring::new(key(1), vec![key(2), key(3)]).unwrap();
        for byte in 1..=3 {
            assert_eq!(ring.get(&KeyId::of(&key(byte))).unwrap(), &key(byte));
        }
        assert_eq!(ring.primary().1, &key(1));
    }

    #[test]
    fn r29_an_absent_key_is_named_by_id() {
        let ring = Keyring::new(key(1), vec![key(2)]).unwrap();
        let (needed, held) = (KeyId::of(&key(3)), ring.ids());
        let error = ring.get(&needed).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownKey);
        assert_eq!(error.detail("keyId"), Some(&needed.as_str().into()));
        assert_eq!(error.detail("heldKeyIds"), Some(&vec![held[0].as_str(), held[1].as_str()].into()));
    }

    #[test]
    fn r30_a_duplicate_is_refused_wherever_it_stands() {
        for others in [vec![key(1)], vec![key(2), key(2)], vec![key(2), key(1)]] {
            let error = Keyring::new(key(1), others).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn debug_shows_ids_only() {
        let ring = Keyring::new(key(1), vec![]).unwrap();
        assert_eq!(format!("{ring:?}"), format!("Keyring([KeyId({:?})])", ring.primary().0.as_str()));
    }
}
