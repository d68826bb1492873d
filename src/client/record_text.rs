//! The text that storage holds: a record's JSON behind a checksum over the storage key too, and its history on the lines
//! after it. It knows the frame; not what the JSON says beyond whose record it is.
//!
//! `LMR1.<key id>.<mac>.<json>` is what a client with product keys writes: only holders of the key can make the checksum.
//! `LMP1.` has the id of a public sealing key and a checksum that anybody can make: all that a writer without product keys
//! can offer. It is read by clients that have that sealing key, and by nobody else.

use super::storage_key::storage_key;
use super::vault::Keys;
use crate::crypto;
use crate::crypto::KeyId;
use crate::error::Result;
use crate::model::Record;
use crate::model::corrupt;
use crate::model::too_new;

const KEYED: &str = "LMR";
const PUBLIC: &str = "LMP";

/// The text to put under `key`.
pub(crate) fn print(keys: &Keys, key: &str, record: &Record) -> String {
    let json = record.to_json();
    let parts = [key.as_bytes(), json.as_bytes()];
    let (kind, mac) = match keys {
        Keys::Ring(ring) => (KEYED, ring.primary().record_mac(&parts)),
        Keys::Public(_) => (PUBLIC, crypto::checksum(&parts)),
    };
    let history = record.history().text();
    let line_end = if history.is_empty() { "" } else { "\n" };
    [kind, "1.", keys.primary_id().as_str(), ".", &mac, ".", &json, line_end, history].concat()
}

/// The record in a text from under `key`. Where the client lacks the key of its checksum, it comes back unverified with
/// [`unknown_key`](crate::model::RecordMeta::unknown_key) set.
///
/// # Errors
/// `record_corrupt`, `record_too_new`.
pub(crate) fn parse(keys: &Keys, key: &str, text: &str) -> Result<Record> {
    let frame = Frame::split(text)?;
    let parts = [key.as_bytes(), frame.json.as_bytes()];
    let expected = match keys {
        Keys::Ring(ring) if frame.is_keyed => ring.get(&frame.key_id).ok().map(|key| key.record_mac(&parts)),
        _ if frame.is_keyed => None,
        _ if keys.opens(&frame.key_id) || keys.primary_id() == &frame.key_id => {
            Some(crypto::checksum(&parts))
        }
        _ => None,
    };
    if expected.as_ref().is_some_and(|mac| !crypto::mac_equal(mac, frame.mac)) {
        return Err(corrupt());
    }
    let mut record = Record::from_json(frame.json)?.with_history(frame.history)?;
    if storage_key(&record.model.product, &record.model.tag) != key {
        return Err(corrupt());
    }
    record.meta.unknown_key = expected.is_none().then(|| frame.key_id.as_str().to_owned());
    record.meta.key_id = Some(frame.key_id);
    Ok(record)
}

struct Frame<'t> {
    is_keyed: bool,
    key_id: KeyId,
    mac: &'t str,
    json: &'t str,
    history: &'t str,
}

impl<'t> Frame<'t> {
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
        let (json, history) = rest.split_once('\n').unwrap_or((rest, ""));
        let is_mac = mac.len() == 32 && mac.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match KeyId::parse(key_id) {
            Some(key_id) if is_mac => Ok(Self { is_keyed, key_id, mac, json, history }),
            _ => Err(corrupt()),
        }
    }
}
