//! What a client can do with keys: seal for its primary key or its public key, open with whatever it holds. The only place
//! that knows where a key's bytes are.

use super::Client;
use super::ports::Encapsulated;
use super::ports::KeyAgent;
use super::ports::Ports;
use super::ports::Random;
use crate::crypto;
use crate::crypto::KeyId;
use crate::crypto::Keyring;
use crate::crypto::Master;
use crate::crypto::MessageKeys;
use crate::crypto::Recipient;
use crate::crypto::RingKey;
use crate::crypto::SALT_LEN;
use crate::crypto::SealedKey;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::secret::ApiKey;

/// The keys of one client.
#[derive(Clone, Debug)]
pub enum Keys {
    /// Product keys, and private sealing keys: seals and opens.
    Ring(Keyring),
    /// A public sealing key with this id: seals, and can open nothing.
    Public(KeyId),
}

impl From<Keyring> for Keys {
    fn from(ring: Keyring) -> Self {
        Self::Ring(ring)
    }
}

impl Keys {
    /// The keys that open.
    ///
    /// # Errors
    /// `unknown_key` for a client that only writes.
    pub(super) fn ring(&self) -> Result<&Keyring> {
        match self {
            Self::Ring(ring) => Ok(ring),
            Self::Public(id) => {
                let message = "this client has a public key only: it stores keys and opens none";
                Err(Error::new(ErrorKind::UnknownKey, message).with("keyId", id.as_str()))
            }
        }
    }

    /// Whether what this id sealed can be opened here.
    pub(super) fn opens(&self, id: &KeyId) -> bool {
        self.ring().is_ok_and(|ring| ring.opens(id))
    }

    /// The id of the key that seals.
    pub(super) fn primary_id(&self) -> &KeyId {
        match self {
            Self::Ring(ring) => ring.primary().id(),
            Self::Public(id) => id,
        }
    }

    /// What makes equal keys show, where the client has the key for it.
    pub(super) fn fingerprint(&self, key: &ApiKey) -> Option<String> {
        self.ring().ok().map(|ring| ring.primary().fingerprint(key))
    }
}

impl<P: Ports> Client<P> {
    /// Seals `key` for the place that `context` describes.
    pub(super) async fn seal(&self, context: &[u8], key: &ApiKey) -> Result<SealedKey> {
        let mut salt = [0; SALT_LEN];
        self.ports.random().fill(&mut salt)?;
        match &self.keys {
            Keys::Ring(ring) => {
                let primary = ring.primary();
                let keys = self.message_keys(primary, &salt, context).await?;
                crypto::seal_with(&keys, Recipient::ProductKey, primary.id(), &salt, key)
            }
            Keys::Public(id) => {
                let Encapsulated { enc, secret } = self.ports.key_agent().encapsulate(context).await?;
                let keys = MessageKeys::derive(&secret, &salt, context);
                crypto::seal_with(&keys, Recipient::SealingKey(enc), id, &salt, key)
            }
        }
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// `unknown_key`, `retired_key`, `tampered`.
    pub(super) async fn open(&self, sealed: &SealedKey, context: &[u8]) -> Result<ApiKey> {
        let (ring, body) = (self.keys.ring()?, sealed.body());
        let keys = match body.recipient() {
            Recipient::ProductKey => {
                let key = ring.get(sealed.key_id())?;
                self.check_not_retired(key.id())?;
                self.message_keys(key, body.salt(), context).await?
            }
            Recipient::SealingKey(enc) => {
                let place = ring.sealing_place(sealed.key_id())?;
                let secret = self.ports.key_agent().decapsulate(place, &enc, context).await?;
                MessageKeys::derive(&secret, body.salt(), context)
            }
        };
        crypto::open_with(&keys, body)
    }

    async fn message_keys(
        &self,
        key: &RingKey,
        salt: &[u8; SALT_LEN],
        context: &[u8],
    ) -> Result<MessageKeys> {
        let place = match key.master() {
            Master::Held(master) => return Ok(MessageKeys::derive(master, salt, context)),
            Master::Outside(place) => *place,
        };
        let (agent, info) = (self.ports.key_agent(), crypto::message_info(salt, context));
        let first = agent.hmac(place, &crypto::first_input(&info)).await?;
        let second = agent.hmac(place, &crypto::second_input(&first, &info)).await?;
        Ok(MessageKeys::from_blocks(&first, &second))
    }

    fn check_not_retired(&self, id: &KeyId) -> Result<()> {
        if !self.retired.borrow().contains(id) {
            return Ok(());
        }
        let message = format!("product key {} was retired", id.as_str());
        Err(Error::new(ErrorKind::RetiredKey, message).with("keyId", id.as_str()))
    }
}
