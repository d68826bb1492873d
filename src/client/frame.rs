//! The frame around every text that storage holds: a JSON line behind a checksum over the storage key too, and further
//! lines that the JSON answers for. It does not know what the JSON says.
//!
//! `LMR1.<key id>.<mac>.<json>` is what a client with product keys writes: only holders of the key can make the checksum.
//! `LMP1.` has the id of a public sealing key and a checksum that anybody can make: all that a writer without product keys
//! can offer. It is read by clients that have that sealing key, and by nobody else.

use super::vault::Keys;
use crate::crypto;
use crate::crypto::KeyId;
use crate::error::Result;
use crate::model::corrupt;
use crate::model::too_new;

const KEYED: &str = "LMR";
const PUBLIC: &str = "LMP";

/// The text to put under `key`.
pub(super) fn print(keys: &Keys, key: &str, json: &str, rest: &str) -> String {
    let parts = [key.as_bytes(), json.as_bytes()];
    let (kind, mac) = match keys {
        Keys::Ring(ring) => (KEYED, ring.primary().record_mac(&parts)),
        Keys::Public(_) => (PUBLIC, crypto::checksum(&parts)),
    };
    let line_end = if rest.is_empty() { "" } else { "\n" };
    [kind, "1.", keys.primary_id().as_str(), ".", &mac, ".", json, line_end, rest].concat()
}

/// The same text under the client's own key, nothing behind the checksum changed.
///
/// # Errors
/// `record_corrupt`, `record_too_new`.
pub(super) fn resealed(keys: &Keys, key: &str, text: &str) -> Result<String> {
    let frame = Frame::read(keys, key, text)?;
    Ok(print(keys, key, frame.json, frame.rest))
}

/// A text taken apart.
pub(super) struct Frame<'t> {
    is_keyed: bool,
    /// The id of the key of its checksum.
    pub(super) key_id: KeyId,
    /// Whether the checksum was compared; without its key it cannot be.
    pub(super) is_verified: bool,
    mac: &'t str,
    /// The first line.
    pub(super) json: &'t str,
    /// What follows it.
    pub(super) rest: &'t str,
}

impl<'t> Frame<'t> {
    /// Takes apart and verifies what was read under `key`.
    ///
    /// # Errors
    /// `record_corrupt`, `record_too_new`.
    pub(super) fn read(keys: &Keys, key: &str, text: &'t str) -> Result<Self> {
        let mut frame = Self::split(text)?;
        let expected = frame.expected(keys, &[key.as_bytes(), frame.json.as_bytes()]);
        if expected.as_ref().is_some_and(|mac| !crypto::mac_equal(mac, frame.mac)) {
            return Err(corrupt());
        }
        frame.is_verified = expected.is_some();
        Ok(frame)
    }

    /// The checksum that it should have; `None` where the client lacks the key for it.
    fn expected(&self, keys: &Keys, parts: &[&[u8]]) -> Option<String> {
        match keys {
            Keys::Ring(ring) if self.is_keyed => ring.get(&self.key_id).ok().map(|key| key.record_mac(parts)),
            _ if self.is_keyed => None,
            _ if keys.opens(&self.key_id) || keys.primary_id() == &self.key_id => {
                Some(crypto::checksum(parts))
            }
            _ => None,
        }
    }

    fn split(text: &'t str) -> Result<Self> {
        let is_keyed = text.starts_with(KEYED);
        let rest = text.strip_prefix(if is_keyed { KEYED } else { PUBLIC }).ok_or_else(corrupt)?;
        let (version, rest) = rest.split_once('.').ok_or_else(corrupt)?;
        if version != "1" {
            let newer = version.parse::<u32>().is_ok_and(|version| version > 1);
            return Err(if newer {
                too_new("needs a newer version to be read; upgrade ductape-models")
            } else {
                corrupt()
            });
        }
        let (key_id, rest) = rest.split_once('.').ok_or_else(corrupt)?;
        let (mac, rest) = rest.split_once('.').ok_or_else(corrupt)?;
        let (json, rest) = rest.split_once('\n').unwrap_or((rest, ""));
        let is_mac = mac.len() == 32 && mac.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match KeyId::parse(key_id) {
            Some(key_id) if is_mac => Ok(Self { is_keyed, key_id, is_verified: false, mac, json, rest }),
            _ => Err(corrupt()),
        }
    }
}
