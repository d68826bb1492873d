//! A stored record's text taken apart and put together again, as whoever can write the store sees it.

use ductape_models::ProductKey;
use ductape_models::crypto::RingKey;

/// The pieces of `LMR1.<key id>.<mac>.<json>`, and whatever follows the line of the JSON.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Frame {
    /// `LMR1`.
    pub version: String,
    /// The id of the product key of the checksum.
    pub key_id: String,
    /// The checksum, 32 hex digits.
    pub mac: String,
    /// The record.
    pub json: String,
    /// What stands behind the first line, its line feed included.
    pub rest: String,
}

impl Frame {
    /// Takes a text apart; `None` where it lacks a piece.
    #[must_use]
    pub fn split(text: &str) -> Option<Self> {
        let (line, rest) = text.split_at(text.find('\n').unwrap_or(text.len()));
        let mut pieces = line.splitn(4, '.').map(str::to_owned);
        Some(Self {
            version: pieces.next()?,
            key_id: pieces.next()?,
            mac: pieces.next()?,
            json: pieces.next()?,
            rest: rest.to_owned(),
        })
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { version, key_id, mac, json, rest } = self;
        format!("{version}.{key_id}.{mac}.{json}{rest}")
    }

    /// The same with a checksum that fits, made with `key` for the place `storage_key`: what another version of this
    /// library with the same product key would write.
    #[must_use]
    pub fn signed(mut self, key: &ProductKey, storage_key: &str) -> Self {
        let key = RingKey::held(key.clone());
        self.mac = key.record_mac(&[storage_key.as_bytes(), self.json.as_bytes()]);
        self.key_id = key.id().as_str().to_owned();
        self
    }
}
