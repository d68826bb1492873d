//! Keys that live elsewhere, computed with plainly: what a platform's key store does, without the platform.

use core::cell::Cell;

use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::ProductKey;
use ductape_models::Result;
use ductape_models::client::ports::Encapsulated;
use ductape_models::client::ports::KeyAgent;
use ductape_models::crypto;
use ductape_models::crypto::Block;
use ductape_models::crypto::KeyId;
use ductape_models::crypto::RingKey;
use ductape_models::crypto::hazmat;

/// Holds product keys that only sign, and sealing keys. The encapsulation is no HPKE, only a secret that takes the
/// private half: HPKE itself is proved where it lives.
#[derive(Debug, Default)]
pub struct FakeKeyAgent {
    /// Product keys, by place.
    pub product_keys: Vec<ProductKey>,
    /// Private sealing keys, by place.
    pub sealing_keys: Vec<[u8; 32]>,
    /// The sealing key whose public half the client has.
    pub public_key: Option<[u8; 32]>,
    /// How many secrets were made.
    pub encapsulated: Cell<u8>,
}

impl FakeKeyAgent {
    /// Key number `place` as a client's ring holds it.
    pub fn ring_key(&self, place: usize) -> RingKey {
        RingKey::outside(place, &RingKey::questions().map(|question| self.sign(place, &question)))
    }

    /// The id of a sealing key. Its public half is its private half here.
    pub fn sealing_id(key: &[u8; 32]) -> KeyId {
        KeyId::of_public(key)
    }

    fn sign(&self, place: usize, data: &[u8]) -> Block {
        hazmat::hmac_sha512(self.product_keys[place].expose(), data)
    }
}

fn secret(private: &[u8; 32], enc: &[u8; 32], info: &[u8]) -> ProductKey {
    let digits = crypto::checksum(&[private, enc, info]);
    ProductKey::from_bytes(digits.as_bytes().try_into().unwrap())
}

impl KeyAgent for FakeKeyAgent {
    async fn hmac(&self, key: usize, data: &[u8]) -> Result<Block> {
        Ok(self.sign(key, data))
    }

    async fn encapsulate(&self, info: &[u8]) -> Result<Encapsulated> {
        self.encapsulated.set(self.encapsulated.get() + 1);
        let enc = [self.encapsulated.get(); 32];
        Ok(Encapsulated { enc, secret: secret(&self.public_key.unwrap(), &enc, info) })
    }

    async fn decapsulate(&self, key: usize, enc: &[u8; 32], info: &[u8]) -> Result<ProductKey> {
        let missing = || Error::new(ErrorKind::Internal, "no such sealing key");
        Ok(secret(self.sealing_keys.get(key).ok_or_else(missing)?, enc, info))
    }
}
