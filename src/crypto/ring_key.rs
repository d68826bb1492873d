//! One product key of a ring, here or elsewhere, with the subkeys that every record needs. It seals nothing itself.

use core::fmt;

use zeroize::Zeroizing;

use super::kdf;
use super::kdf::BLOCK;
use super::key_id;
use super::key_id::KeyId;
use super::mac;
use crate::secret::ApiKey;
use crate::secret::ProductKey;

const RECORD_MAC: &str = "record-mac";
const FINGERPRINT: &str = "fingerprint";

/// One block of HKDF output: what HMAC-SHA-512 gives.
pub type Block = Zeroizing<[u8; BLOCK]>;

/// Where a product key's bytes are.
#[derive(Clone, Debug)]
pub enum Master {
    /// In this process.
    Held(ProductKey),
    /// With the client's key agent, which counts its keys from 0.
    Outside(usize),
}

/// A product key of a ring.
#[derive(Clone)]
pub struct RingKey {
    id: KeyId,
    master: Master,
    record_mac: Zeroizing<[u8; 32]>,
    fingerprint: Zeroizing<[u8; 32]>,
}

impl RingKey {
    /// A key whose bytes are here.
    #[must_use]
    pub fn held(key: ProductKey) -> Self {
        Self {
            id: KeyId::of(&key),
            record_mac: kdf::subkey(&key, RECORD_MAC),
            fingerprint: kdf::subkey(&key, FINGERPRINT),
            master: Master::Held(key),
        }
    }

    /// What the holder of a key elsewhere has to compute HMAC-SHA-512 of, once, for [`RingKey::outside`].
    #[must_use]
    pub fn questions() -> [Vec<u8>; 3] {
        [key_id::SUBKEY_LABEL, RECORD_MAC, FINGERPRINT]
            .map(|label| kdf::first_input(&kdf::subkey_info(label)))
    }

    /// Key number `place` of the key agent, by its answers to [`RingKey::questions`].
    #[must_use]
    pub fn outside(place: usize, [id, record_mac, fingerprint]: &[Block; 3]) -> Self {
        Self {
            id: KeyId::from_digest(&**id),
            record_mac: half(record_mac),
            fingerprint: half(fingerprint),
            master: Master::Outside(place),
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// Where its bytes are.
    #[must_use]
    pub fn master(&self) -> &Master {
        &self.master
    }

    /// 32 hex digits over `parts`: HMAC-SHA-256 with the record-mac subkey, cut to 128 bits, of every part behind its
    /// length as u32 big-endian.
    #[must_use]
    pub fn record_mac(&self, parts: &[&[u8]]) -> String {
        mac::record_mac(&self.record_mac, parts)
    }

    /// 8 hex digits of an API key with the fingerprint subkey: equal keys show, guesses cannot be tested without the
    /// product key.
    #[must_use]
    pub fn fingerprint(&self, api_key: &ApiKey) -> String {
        mac::fingerprint(&self.fingerprint, api_key)
    }
}

impl fmt::Debug for RingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RingKey").field(&self.id).finish()
    }
}

/// HKDF output of 32 bytes is the first half of its first block.
fn half(block: &Block) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(&block[..32]);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r30_a_key_elsewhere_is_the_same_key() {
        let key = ProductKey::from_bytes([7; 32]);
        let answers = RingKey::questions().map(|question| kdf::hmac(key.expose(), &question));
        let (here, there) = (RingKey::held(key), RingKey::outside(0, &answers));
        assert_eq!(here.id(), there.id());
        assert_eq!(here.record_mac(&[b"a"]), there.record_mac(&[b"a"]));
        let api_key = ApiKey::parse("apiKey", "sk-1").unwrap().0;
        assert_eq!(here.fingerprint(&api_key), there.fingerprint(&api_key));
        assert_eq!(format!("{there:?}"), format!("RingKey(KeyId({:?}))", there.id().as_str()));
    }
}
