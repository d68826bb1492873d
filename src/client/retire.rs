//! A product key taken out of use, once nothing that is stored needs it.

use serde::Serialize;
use serde_json::Value;

use super::Client;
use super::ports::Ports;
use crate::crypto::KeyId;
use crate::error::Error;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// How often the whole store is listed: on a store whose listings lag behind, one pass may miss a fresh record.
const PASSES: usize = 2;

/// Most tags that a refusal names.
const MAX_NAMED: usize = 10;

/// A key that this client no longer uses.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Retired {
    /// Its id.
    pub key_id: String,
    /// Records looked at, each of them twice.
    pub scanned: usize,
}

impl<P: Ports> Client<P> {
    /// Makes sure that no stored record needs a product key, and uses it no more. Takes `{keyId}`. Take the key out of the
    /// client's configuration afterwards, and list its id under `retired` there.
    ///
    /// Every model and agent of every product is read, twice, and searched for the id; one that cannot be read counts like any
    /// other. A text that holds the id by chance refuses, too.
    ///
    /// # Errors
    /// `invalid_input` naming `keyId`: it is the primary key's, no key's of the ring, or some record needs it (`records`
    /// counts them, `tags` names up to ten); `storage_error`, `storage_contract`, `limit_exceeded`.
    pub async fn retire(&self, input: &Value) -> Result<Retired> {
        let reader = Reader::new("", input)?;
        reader.only(&["keyId"])?;
        let id = reader.required("keyId", "the id of a product key", reader::filled)?;
        let id = self.check_retirable(id)?;
        let retired = self.retire_checked(id.clone()).await;
        self.audit_retire(id.as_str(), retired.as_ref().map_or_else(Error::code, |_| "ok"));
        retired
    }

    async fn retire_checked(&self, id: KeyId) -> Result<Retired> {
        let mut scanned = 0;
        for _ in 0..PASSES {
            let keys = self.list_everything(None).await?;
            scanned = keys.len();
            let mut needed_by = Vec::new();
            for listed in keys {
                let stored = self.read_text(&listed.key).await?;
                if stored.is_some_and(|stored| stored.value.contains(id.as_str())) {
                    needed_by.push(listed.tag.unwrap_or(listed.key));
                }
            }
            if !needed_by.is_empty() {
                return Err(still_needed(needed_by));
            }
        }
        let key_id = id.as_str().to_owned();
        self.retired.borrow_mut().push(id);
        Ok(Retired { key_id, scanned })
    }

    fn check_retirable(&self, text: &str) -> Result<KeyId> {
        let ring = self.keys.ring()?;
        let id =
            KeyId::parse(text).ok_or_else(|| Error::invalid("keyId", "ten characters of a-z and 2-7"))?;
        if &id == ring.primary().id() {
            return Err(Error::invalid("keyId", "a key that no longer seals; promote another one first"));
        }
        ring.get(&id).map_err(|_| Error::invalid("keyId", "the id of a key of this client's ring"))?;
        Ok(id)
    }
}

fn still_needed(mut tags: Vec<String>) -> Error {
    let records = tags.len();
    tags.truncate(MAX_NAMED);
    let expected = format!("a key that nothing needs; {records} records do: run keys.rekey() first");
    Error::invalid("keyId", expected).with("records", records).with("tags", tags)
}
