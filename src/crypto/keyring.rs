//! The product keys of one process: one seals, all open, each found by its exact id. It tries no key on suspicion.

use core::fmt;

use super::key_id::KeyId;
use super::ring_key::RingKey;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::secret::ProductKey;

/// One primary key that seals, any number of others that only open, and the ids of keys that must never be used again.
///
/// ```
/// use ductape_models::ProductKey;
/// use ductape_models::crypto::Keyring;
/// let ring = Keyring::new(ProductKey::from_bytes([7; 32]), vec![ProductKey::from_bytes([8; 32])])?;
/// assert_eq!(ring.ids().len(), 2);
/// assert_eq!(ring.ids()[0], ring.primary().id());
/// # Ok::<(), ductape_models::Error>(())
/// ```
#[derive(Clone)]
pub struct Keyring {
    primary: RingKey,
    others: Vec<RingKey>,
    retired: Vec<KeyId>,
    sealing: Vec<KeyId>,
}

impl Keyring {
    /// Files every key under its id.
    ///
    /// # Errors
    /// As [`Keyring::of`].
    pub fn new(primary: ProductKey, others: Vec<ProductKey>) -> Result<Self> {
        Self::of(RingKey::held(primary), others.into_iter().map(RingKey::held).collect())
    }

    /// A ring of keys that are here or elsewhere.
    ///
    /// # Errors
    /// `invalid_input` for a key that occurs twice: a rotation that "adds" the key it has would be a silent nothing.
    pub fn of(primary: RingKey, others: Vec<RingKey>) -> Result<Self> {
        let mut ring = Self { primary, others: Vec::new(), retired: Vec::new(), sealing: Vec::new() };
        for (index, key) in others.into_iter().enumerate() {
            if ring.find(key.id()).is_some() {
                let error =
                    Error::invalid(&format!("others[{index}]"), "a key that the ring does not hold yet");
                return Err(error.with("keyId", key.id().as_str()));
            }
            ring.others.push(key);
        }
        Ok(ring)
    }

    /// The same ring, for which these ids are gone for good: what they sealed stays shut, even where their key is given.
    ///
    /// # Errors
    /// `invalid_input` where the primary key is among them.
    pub fn with_retired(mut self, ids: Vec<KeyId>) -> Result<Self> {
        if let Some(index) = ids.iter().position(|id| id == self.primary.id()) {
            let expected = "the id of a key that no longer seals; promote another one first";
            return Err(Error::invalid(&format!("privateKey.retired[{index}]"), expected));
        }
        self.others.retain(|key| !ids.contains(key.id()));
        self.retired = ids;
        Ok(self)
    }

    /// The same ring with the ids of the private sealing keys that are at hand, in the order in which a key agent
    /// counts them.
    #[must_use]
    pub fn with_sealing(mut self, ids: Vec<KeyId>) -> Self {
        self.sealing = ids;
        self
    }

    /// The key that seals.
    #[must_use]
    pub fn primary(&self) -> &RingKey {
        &self.primary
    }

    /// The product key with exactly this id.
    ///
    /// # Errors
    /// `retired_key`; `unknown_key`, with the id that is needed as `keyId` and the ids in the ring as `heldKeyIds`.
    pub fn get(&self, id: &KeyId) -> Result<&RingKey> {
        self.find(id).ok_or_else(|| self.missing(id))
    }

    /// The place among the sealing keys of the one with exactly this id.
    ///
    /// # Errors
    /// As [`Keyring::get`].
    pub fn sealing_place(&self, id: &KeyId) -> Result<usize> {
        self.sealing.iter().position(|held| held == id).ok_or_else(|| self.missing(id))
    }

    /// Whether what this id sealed can be opened.
    #[must_use]
    pub fn opens(&self, id: &KeyId) -> bool {
        self.find(id).is_some() || self.sealing.contains(id)
    }

    /// The ids of all product keys, the primary first.
    #[must_use]
    pub fn ids(&self) -> Vec<&KeyId> {
        self.entries().map(RingKey::id).collect()
    }

    /// The ids of the private sealing keys.
    #[must_use]
    pub fn sealing_ids(&self) -> &[KeyId] {
        &self.sealing
    }

    /// The ids of keys that must never be used again.
    #[must_use]
    pub fn retired_ids(&self) -> &[KeyId] {
        &self.retired
    }

    fn missing(&self, id: &KeyId) -> Error {
        let needed = id.as_str();
        if self.retired.contains(id) {
            let message = format!("the API key is sealed with product key {needed}, which was retired");
            return Error::new(ErrorKind::RetiredKey, message).with("keyId", needed);
        }
        let held: Vec<&str> = self.ids().into_iter().chain(&self.sealing).map(KeyId::as_str).collect();
        let message =
            format!("the API key is sealed with product key {needed}, which the keyring does not hold");
        Error::new(ErrorKind::UnknownKey, message).with("keyId", needed).with("heldKeyIds", held)
    }

    fn find(&self, id: &KeyId) -> Option<&RingKey> {
        self.entries().find(|key| key.id() == id)
    }

    fn entries(&self) -> impl Iterator<Item = &RingKey> {
        core::iter::once(&self.primary).chain(&self.others)
    }
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
    fn r30_a_key_is_found_by_its_exact_id() {
        let ring = Keyring::new(key(1), vec![key(2), key(3)]).unwrap();
        for byte in 1..=3 {
            let id = KeyId::of(&key(byte));
            assert_eq!(ring.get(&id).unwrap().id(), &id);
        }
        assert_eq!(ring.primary().id(), &KeyId::of(&key(1)));
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
    fn r30_a_retired_key_opens_nothing_even_where_it_is_given() {
        let retired = KeyId::of(&key(2));
        let ring = Keyring::new(key(1), vec![key(2)]).unwrap().with_retired(vec![retired.clone()]).unwrap();
        assert_eq!(ring.get(&retired).unwrap_err().kind(), ErrorKind::RetiredKey);
        assert!(!ring.opens(&retired) && ring.ids().len() == 1);
        let primary = vec![KeyId::of(&key(1))];
        assert_eq!(ring.with_retired(primary).unwrap_err().field(), Some("privateKey.retired[0]"));
    }

    #[test]
    fn r30b_sealing_keys_are_found_by_their_place() {
        let ids: Vec<KeyId> = (1..=2).map(|byte| KeyId::of_public(&[byte; 32])).collect();
        let ring = Keyring::new(key(1), vec![]).unwrap().with_sealing(ids.clone());
        assert_eq!((ring.sealing_place(&ids[1]).unwrap(), ring.opens(&ids[0])), (1, true));
        let other = KeyId::of_public(&[3; 32]);
        assert_eq!(ring.sealing_place(&other).unwrap_err().kind(), ErrorKind::UnknownKey);
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
        assert_eq!(format!("{ring:?}"), format!("Keyring([KeyId({:?})])", ring.primary().id().as_str()));
    }
}
