//! Models as they are stored, to be kept or taken elsewhere. The only door through which sealed keys leave the store.

use serde::Serialize;
use serde_json::Value;

use super::super::Client;
use super::super::models::located;
use super::super::ports::Ports;
use super::super::record_text;
use super::super::records::ListedKey;
use super::super::storage_key::product_prefix;
use super::super::storage_key::storage_key;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// What an export says it is.
pub(super) const FORMAT: &str = "ductape-models";
/// The version of that format.
pub(super) const VERSION: u32 = 1;

/// Models as they are stored.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Export {
    /// `ductape-models`.
    pub format: &'static str,
    /// 1.
    pub version: u32,
    /// The product, which the sealed keys are bound to.
    pub product: String,
    /// The records.
    pub records: Vec<Exported>,
}

/// One record.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Exported {
    /// The model's tag.
    pub tag: String,
    /// Its record as it is stored: settings and history in plain text, keys sealed.
    pub record: String,
}

impl<P: Ports> Client<P> {
    /// The stored records of a product, or of some of its models. Takes `{product?, tags?}`. Each is verified as far as
    /// this client has the key of its checksum; one that cannot be read fails the call, so that no export lacks a model
    /// without anybody noticing. Agents are not exported: programs define them.
    ///
    /// # Errors
    /// `invalid_input`, `model_not_found`, `record_corrupt`, `record_too_new` naming the tag; `storage_error`,
    /// `storage_contract`, `limit_exceeded`.
    pub async fn export(&self, input: &Value) -> Result<Export> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "tags"])?;
        let product = self.product_or_default(reader.optional("product", reader::id)?)?;
        let asked = reader.optional("tags", tags)?;
        let keys = match &asked {
            None => self.list_keys(&product_prefix(&product)).await?,
            Some(tags) => tags.iter().map(|tag| named(&product, tag)).collect(),
        };
        let mut records = Vec::new();
        for ListedKey { key, tag, .. } in keys {
            let tag = tag.unwrap_or_else(|| key.clone());
            match self.read_text(&key).await? {
                Some(stored) => {
                    let record = record_text::parse(&self.keys, &key, &stored.value);
                    let record = record.map_err(|error| located(error, &product, &tag))?;
                    records.push(Exported { tag: record.model.tag, record: stored.value });
                }
                // Deleted since it was listed: there is nothing to export.
                None if asked.is_none() => {}
                None => return Err(self.model_not_found(&product, &tag).await),
            }
        }
        Ok(Export { format: FORMAT, version: VERSION, product, records })
    }
}

fn tags(path: &str, value: &Value) -> Result<Vec<String>> {
    let mut tags: Vec<String> = Vec::new();
    for (path, item) in reader::list(path, value)? {
        let tag = reader::id(&path, item)?;
        if !tags.iter().any(|other| other == tag) {
            tags.push(tag.to_owned());
        }
    }
    Ok(tags)
}

fn named(product: &str, tag: &str) -> ListedKey {
    ListedKey { key: storage_key(product, tag), product: Some(product.to_owned()), tag: Some(tag.to_owned()) }
}
