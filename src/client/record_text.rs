//! A model's record as the text that storage holds. It knows whose record belongs under which key.

use super::frame;
use super::frame::Frame;
use super::storage_key::storage_key;
use super::vault::Keys;
use crate::error::Result;
use crate::model::Record;
use crate::model::corrupt;

/// The text to put under `key`.
pub(crate) fn print(keys: &Keys, key: &str, record: &Record) -> String {
    frame::print(keys, key, &record.to_json(), record.history().text())
}

/// The record in a text from under `key`. Where the client lacks the key of its checksum, it comes back unverified with
/// [`unknown_key`](crate::model::RecordMeta::unknown_key) set.
///
/// # Errors
/// `record_corrupt`, `record_too_new`.
pub(crate) fn parse(keys: &Keys, key: &str, text: &str) -> Result<Record> {
    let frame = Frame::read(keys, key, text)?;
    let mut record = Record::from_json(frame.json)?.with_history(frame.rest)?;
    if storage_key(&record.model.product, &record.model.tag) != key {
        return Err(corrupt());
    }
    record.meta.unknown_key = (!frame.is_verified).then(|| frame.key_id.as_str().to_owned());
    record.meta.key_id = Some(frame.key_id);
    Ok(record)
}
