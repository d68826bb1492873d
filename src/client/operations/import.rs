//! Exported models put into a store: each verified as if it had been read from there, then written as it is.

use serde::Serialize;
use serde_json::Value;

use super::super::Client;
use super::super::models::located;
use super::super::observe::AuditAction;
use super::super::ports::Ports;
use super::super::ports::Stored;
use super::super::ports::Written;
use super::super::record_text;
use super::super::records::conflict;
use super::super::storage_key::storage_key;
use super::Failed;
use super::export::FORMAT;
use super::export::VERSION;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// What an import did.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Imported {
    /// The tags of the models that were written.
    pub imported: Vec<String>,
    /// The tags of the models that were there already and stay as they are.
    pub skipped: Vec<String>,
    /// What could not be imported; nothing of it was written.
    pub failed: Vec<Failed>,
}

/// What to do about a model that is there already.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum OnExisting {
    Fail,
    Replace,
    Skip,
}

impl<P: Ports> Client<P> {
    /// Writes the records of an [`Export`](super::Export) as they are: settings, history, revision and sealed keys. Takes
    /// `{product?, export, onExisting?}`; a model that is there already is `fail` (the default), `skip` or `replace`. A
    /// record that does not verify is listed, and nothing of it is written; the others are imported all the same.
    ///
    /// # Errors
    /// `invalid_input` for anything but an export of this product: keys are sealed for one product. What is wrong with a
    /// single record is listed instead: `record_corrupt`, `record_too_new`, `unknown_key`, `already_exists`, `conflict`,
    /// `storage_error`, `storage_contract`.
    pub async fn import(&self, input: &Value) -> Result<Imported> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "export", "onExisting"])?;
        let given = reader.optional("product", reader::id)?.or(self.options.product.as_deref());
        let on_existing = reader.optional("onExisting", on_existing)?.unwrap_or(OnExisting::Fail);
        let (product, records) = reader
            .required("export", "what model.export returned", |path, value| read(path, value, given))?;
        let mut report = Imported::default();
        for (tag, text) in records {
            match self.import_one(product, tag, text, on_existing).await {
                Ok(true) => report.imported.push(tag.to_owned()),
                Ok(false) => report.skipped.push(tag.to_owned()),
                Err(error) => {
                    let error = self.refused(AuditAction::ModelImport, product, tag, error);
                    report.failed.push(Failed::new(tag, &error));
                }
            }
        }
        Ok(report)
    }

    /// Whether it was written.
    async fn import_one(
        &self,
        product: &str,
        tag: &str,
        text: &str,
        on_existing: OnExisting,
    ) -> Result<bool> {
        let key = storage_key(product, tag);
        let record = record_text::parse(&self.keys, &key, text)?;
        // Not even a client that writes what it cannot read takes this on trust: it would vouch for others' words.
        record.check_verified()?;
        record.check_version()?;
        // Nobody has read the history up to here, and from here on everybody relies on it.
        record.snapshots()?;
        let _guard = self.hold(&key).await;
        let old = self.read_text(&key).await?;
        match (&old, on_existing) {
            (Some(_), OnExisting::Skip) => return Ok(false),
            (Some(_), OnExisting::Fail) => return Err(already_exists(product, tag)),
            (Some(old), OnExisting::Replace) => self.check_replaceable(&key, old)?,
            (None, _) => {}
        }
        match self.put_text(&key, text, old.as_ref()).await? {
            Written::Done(_) => {
                let old = old.and_then(|old| record_text::parse(&self.keys, &key, &old.value).ok());
                self.audit_write(AuditAction::ModelImport, old.as_ref(), &record);
                Ok(true)
            }
            Written::Conflict => Err(conflict()),
        }
    }

    /// A broken record may be replaced: that is what backups are for. One that a newer version wrote may not.
    fn check_replaceable(&self, key: &str, old: &Stored) -> Result<()> {
        match record_text::parse(&self.keys, key, &old.value) {
            Ok(record) => record.check_version(),
            Err(error) if error.kind() == ErrorKind::RecordTooNew => Err(error),
            Err(_) => Ok(()),
        }
    }
}

fn already_exists(product: &str, tag: &str) -> Error {
    let message = format!("product '{product}' has a model '{tag}' already; onExisting says what to do then");
    located(Error::new(ErrorKind::AlreadyExists, message), product, tag)
}

fn on_existing(path: &str, value: &Value) -> Result<OnExisting> {
    match value.as_str() {
        Some("fail") => Ok(OnExisting::Fail),
        Some("replace") => Ok(OnExisting::Replace),
        Some("skip") => Ok(OnExisting::Skip),
        _ => Err(Error::invalid(path, "'fail', 'skip' or 'replace'")),
    }
}

/// The product and the records, by tag.
fn read<'v>(
    path: &str,
    value: &'v Value,
    product: Option<&str>,
) -> Result<(&'v str, Vec<(&'v str, &'v str)>)> {
    let reader = Reader::new(path, value)?;
    if reader.value("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(Error::invalid(&reader.at("format"), "'ductape-models', as model.export writes it"));
    }
    if reader.value("version").and_then(Value::as_u64) != Some(u64::from(VERSION)) {
        return Err(Error::invalid(&reader.at("version"), "1, which is all that this version reads"));
    }
    let from = reader.required("product", "the product that the records are of", reader::id)?;
    if product.is_some_and(|product| product != from) {
        let expected = "the product to import into: keys are sealed for one product and open in no other";
        return Err(Error::invalid(&reader.at("product"), expected).with("available", from));
    }
    let mut records: Vec<(&str, &str)> = Vec::new();
    for (path, item) in reader.required("records", "a list of records", reader::list)? {
        let reader = Reader::new(&path, item)?;
        let tag = reader.required("tag", "the model's tag", reader::id)?;
        if records.iter().any(|(other, _)| *other == tag) {
            return Err(Error::invalid(&reader.at("tag"), "a tag that no other record has"));
        }
        records.push((tag, reader.required("record", "a stored record", reader::filled)?));
    }
    Ok((from, records))
}
