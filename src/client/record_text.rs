//! The text that storage holds: a record's JSON behind a checksum that only holders of a product key can make, over the
//! storage key too. It knows the frame; not what the JSON says beyond whose record it is.

use super::storage_key::storage_key;
use crate::crypto;
use crate::crypto::Keyring;
use crate::error::Result;
use crate::model::Record;
use crate::model::corrupt;
use crate::model::too_new;

/// The text to put under `key`.
pub(crate) fn print(ring: &Keyring, key: &str, record: &Record) -> String {
    let (id, product_key) = ring.primary();
    let json = record.to_json();
    let mac = crypto::record_mac(product_key, &[key.as_bytes(), json.as_bytes()]);
    format!("LMR1.{}.{mac}.{json}", id.as_str())
}

/// The record in a text from under `key`. Where the ring lacks the key of its checksum, it comes back unverified with
/// [`unknown_key`](crate::model::RecordMeta::unknown_key) set.
///
/// # Errors
/// `record_corrupt`, `record_too_new`.
pub(crate) fn parse(ring: &Keyring, key: &str, text: &str) -> Result<Record> {
    let frame = Frame::split(text)?;
    let held = ring.ids().into_iter().find(|id| id.as_str() == frame.key_id);
    if let Some(id) = held {
        let mac = crypto::record_mac(ring.get(id)?, &[key.as_bytes(), frame.json.as_bytes()]);
        if !crypto::mac_equal(&mac, frame.mac) {
            return Err(corrupt());
        }
    }
    let mut record = Record::from_json(frame.json)?;
    if storage_key(&record.model.product, &record.model.tag) != key {
        return Err(corrupt());
    }
    record.meta.unknown_key = held.is_none().then(|| frame.key_id.to_owned());
    Ok(record)
}

struct Frame<'t> {
    key_id: &'t str,
    mac: &'t str,
    json: &'t str,
}

impl<'t> Frame<'t> {
    fn split(text: &'t str) -> Result<Self> {
        let rest = text.strip_prefix("LMR").ok_or_else(corrupt)?;
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
        let (mac, json) = rest.split_once('.').ok_or_else(corrupt)?;
        let is_id = key_id.len() == 10 && key_id.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'));
        let is_mac = mac.len() == 32 && mac.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if is_id && is_mac { Ok(Self { key_id, mac, json }) } else { Err(corrupt()) }
    }
}
