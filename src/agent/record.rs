//! An agent as stored: its definition with a version, a revision and a write id. It knows neither the checksum around the
//! JSON nor where the record lives.

use serde_json::Map;
use serde_json::Value;

use crate::crypto::KeyId;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::Writing;
use crate::model::corrupt;
use crate::model::too_new;
use crate::reader;
use crate::reader::Reader;

use super::Agent;

/// The format that this version writes, and the newest that it reads.
const VERSION: u64 = 1;

/// A stored agent.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentRecord {
    /// The product that owns it.
    pub product: String,
    /// The agent.
    pub agent: Agent,
    /// The revision: 1 for a new one, one more with every definition that changes something.
    pub rev: u64,
    /// When it was first defined, in milliseconds since 1970.
    pub created_at: u64,
    /// When it was last changed, in milliseconds since 1970.
    pub updated_at: u64,
    /// Who changed it, where the client said so.
    pub updated_by: Option<String>,
    /// The id of the key of its checksum; `None` before it is stored.
    pub key_id: Option<KeyId>,
    /// The id of the product key that its checksum needs, where the client lacks it.
    pub unknown_key: Option<String>,
    v: u64,
    wid: String,
}

impl AgentRecord {
    /// The first record of an agent.
    #[must_use]
    pub fn first(product: String, agent: Agent, Writing { wid, now_ms, by }: Writing) -> Self {
        Self {
            product,
            agent,
            rev: 1,
            created_at: now_ms,
            updated_at: now_ms,
            updated_by: by,
            key_id: None,
            unknown_key: None,
            v: VERSION,
            wid,
        }
    }

    /// The record after this one, with `agent` in place of this one's.
    #[must_use]
    pub fn next(&self, agent: Agent, writing: Writing) -> Self {
        let first = Self::first(self.product.clone(), agent, writing);
        Self { rev: self.rev + 1, created_at: self.created_at, ..first }
    }

    /// Whether a definition would change nothing.
    #[must_use]
    pub fn is_same(&self, agent: &Agent) -> bool {
        self.unknown_key.is_none() && self.agent.settings == agent.settings
    }

    /// Whether this version may write a successor.
    ///
    /// # Errors
    /// `record_too_new` where a newer version wrote it.
    pub fn check_version(&self) -> Result<()> {
        if self.v > VERSION {
            return Err(too_new("can be read but not written by this version; upgrade ductape-models"));
        }
        Ok(())
    }

    /// Whether its checksum was verified.
    ///
    /// # Errors
    /// `unknown_key` naming the id of the product key that it takes.
    pub fn check_verified(&self) -> Result<()> {
        let Some(id) = &self.unknown_key else { return Ok(()) };
        let message =
            format!("the agent was written with product key {id}, which is not in this client's keyring");
        Err(Error::new(ErrorKind::UnknownKey, message).with("keyId", id.as_str()))
    }

    /// The JSON form.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut map = Map::new();
        let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
        put("v", self.v.into());
        put("minReader", VERSION.into());
        put("rev", self.rev.into());
        put("wid", self.wid.as_str().into());
        put("createdAt", self.created_at.into());
        put("updatedAt", self.updated_at.into());
        if let Some(by) = &self.updated_by {
            put("updatedBy", by.as_str().into());
        }
        put("product", self.product.as_str().into());
        put("agent", self.agent.settings.clone().into());
        Value::Object(map).to_string()
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// `record_too_new`, `record_corrupt`.
    pub fn from_json(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text).map_err(|_| corrupt())?;
        if value.get("minReader").and_then(Value::as_u64).is_some_and(|version| version > VERSION) {
            return Err(too_new("needs a newer version to be read; upgrade ductape-models"));
        }
        read(&value).map_err(|_| corrupt())
    }
}

fn read(value: &Value) -> Result<AgentRecord> {
    let reader = Reader::new("record", value)?;
    let count = |name: &str| {
        reader.required(name, "a number", |path, value| {
            value.as_u64().ok_or_else(|| Error::invalid(path, "a number"))
        })
    };
    let text = |path: &str, value: &Value| reader::text(path, value).map(str::to_owned);
    Ok(AgentRecord {
        product: reader.required("product", "an id", reader::id)?.to_owned(),
        agent: reader.required("agent", "an agent", |_, value| Agent::read(value))?,
        rev: count("rev")?,
        created_at: count("createdAt")?,
        updated_at: count("updatedAt")?,
        updated_by: reader.optional("updatedBy", text)?,
        key_id: None,
        unknown_key: None,
        v: count("v")?,
        wid: reader.required("wid", "a text", text)?,
    })
}
