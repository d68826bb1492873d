//! What the stored records need to be read and used, and what is wrong with them. It changes nothing and shows no key.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::Client;
use super::key_context::key_context;
use super::ports::Ports;
use super::ports::Stored;
use super::record_text;
use super::records::ListedKey;
use super::storage_key::is_agent;
use super::vault::Keys;
use crate::crypto::KeyId;
use crate::error::Result;
use crate::model::Record;
use crate::reader;
use crate::reader::Reader;

/// The state of everything that is stored.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// Records looked at.
    pub scanned: usize,
    /// The keys of this client, and those that records need beyond them.
    pub keys: Vec<KeyUse>,
    /// What each record needs, by storage key.
    pub records: Vec<Needs>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Nothing is wrong.
    pub healthy: bool,
}

/// A key, and how much depends on it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyUse {
    /// Its id.
    pub key_id: String,
    /// What it is to this client.
    pub role: KeyRole,
    /// Records that need it, for their checksum or for a key of theirs.
    pub records: usize,
}

/// What a key is to a client.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRole {
    /// Seals and opens.
    Primary,
    /// Opens only.
    Other,
    /// Opens what was sealed to its public half; for a client that only writes, the key that it seals to.
    Sealing,
    /// Must not be used again.
    Retired,
    /// Not at hand.
    Unknown,
}

/// What one record needs.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Needs {
    /// The product, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The model's tag, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The agent's tag, where it is an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The ids of the keys; empty where the record cannot be read.
    pub key_ids: Vec<String>,
}

/// Something that is wrong with a record or one of its environments.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The product, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The model's tag, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The agent's tag, where it is an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The environment; absent where the whole record is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
    /// The code of the error that using it gives.
    pub code: &'static str,
}

impl<P: Ports> Client<P> {
    /// Reads every record and reports which keys it needs. Takes `{product?, deep?}`; with `deep`, every sealed key is
    /// opened, too, and thrown away.
    ///
    /// # Errors
    /// `invalid_input`; `storage_error`, `storage_contract`, `limit_exceeded` where the listing or a read fails.
    pub async fn doctor(&self, input: &Value) -> Result<Diagnosis> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "deep"])?;
        let product = reader.optional("product", reader::id)?;
        let deep = reader.optional("deep", reader::boolean)?.unwrap_or(false);
        let (mut records, mut problems) = (Vec::new(), Vec::new());
        for listed in self.list_everything(product).await? {
            let Some(stored) = self.read_text(&listed.key).await? else { continue };
            let mut needs = Needs::new(&listed);
            let read = match is_agent(&listed.key) {
                true => self.examine_agent(&listed.key, &stored, &mut needs),
                false => self.examine_model(&listed.key, &stored, deep, &mut needs, &mut problems).await,
            };
            if let Err(error) = read {
                problems.push(needs.problem(None, error.code()));
            }
            records.push(needs);
        }
        let keys = self.key_uses(&records);
        Ok(Diagnosis { scanned: records.len(), healthy: problems.is_empty(), keys, records, problems })
    }

    fn examine_agent(&self, key: &str, stored: &Stored, needs: &mut Needs) -> Result<()> {
        let record = self.parse_agent(key, stored)?;
        needs.key_ids = record.key_id.iter().map(|id| id.as_str().to_owned()).collect();
        record.check_verified()
    }

    /// What is wrong with the record as a whole is the error; what is wrong with single environments is told.
    async fn examine_model(
        &self,
        key: &str,
        stored: &Stored,
        deep: bool,
        needs: &mut Needs,
        problems: &mut Vec<Problem>,
    ) -> Result<()> {
        let record = record_text::parse(&self.keys, key, &stored.value)?;
        needs.fill(&record);
        let model = &record.model;
        for env in &model.envs {
            let Some((sealed, _)) = &env.sealed else { continue };
            let result = if deep {
                let base_url = env.base_url.as_ref();
                let context = key_context(&model.product, &model.tag, &env.slug, model.provider, base_url);
                self.open(sealed, &context).await.map(drop)
            } else {
                self.keys.check_opens(sealed.key_id())
            };
            if let Err(error) = result {
                problems.push(needs.problem(Some(&env.slug), error.code()));
            }
        }
        record.check_verified()?;
        record.snapshots().map(drop)
    }

    fn key_uses(&self, records: &[Needs]) -> Vec<KeyUse> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for id in records.iter().flat_map(|needs| &needs.key_ids) {
            *counts.entry(id).or_default() += 1;
        }
        let mut uses: Vec<KeyUse> = Vec::new();
        for (id, role) in self.keys.roles() {
            let records = counts.remove(id.as_str()).unwrap_or_default();
            uses.push(KeyUse { key_id: id.as_str().to_owned(), role, records });
        }
        let unknown = counts.into_iter();
        uses.extend(unknown.map(|(id, records)| KeyUse {
            key_id: id.to_owned(),
            role: KeyRole::Unknown,
            records,
        }));
        uses
    }
}

impl Keys {
    /// Every key that this client knows of.
    fn roles(&self) -> Vec<(&KeyId, KeyRole)> {
        let Ok(ring) = self.ring() else { return vec![(self.primary_id(), KeyRole::Sealing)] };
        let role = |(index, id)| (id, if index == 0 { KeyRole::Primary } else { KeyRole::Other });
        let product_keys = ring.ids().into_iter().enumerate().map(role);
        let sealing = ring.sealing_ids().iter().map(|id| (id, KeyRole::Sealing));
        let retired = ring.retired_ids().iter().map(|id| (id, KeyRole::Retired));
        product_keys.chain(sealing).chain(retired).collect()
    }

    /// Whether what this id sealed can be opened.
    pub(super) fn check_opens(&self, id: &KeyId) -> Result<()> {
        let ring = self.ring()?;
        if ring.opens(id) { Ok(()) } else { ring.get(id).map(drop) }
    }
}

impl Needs {
    pub(super) fn new(listed: &ListedKey) -> Self {
        let name = |agent: bool| listed.tag.clone().filter(|_| is_agent(&listed.key) == agent);
        Self { product: listed.product.clone(), tag: name(false), agent: name(true), key_ids: Vec::new() }
    }

    fn fill(&mut self, record: &Record) {
        self.product = Some(record.model.product.clone());
        self.tag = Some(record.model.tag.clone());
        let sealed = record.model.envs.iter().filter_map(|env| env.sealed.as_ref());
        let ids = record.meta.key_id.iter().chain(sealed.map(|(sealed, _)| sealed.key_id()));
        for id in ids {
            if !self.key_ids.iter().any(|known| known == id.as_str()) {
                self.key_ids.push(id.as_str().to_owned());
            }
        }
    }

    pub(super) fn problem(&self, env: Option<&String>, code: &'static str) -> Problem {
        let (product, tag, agent) = (self.product.clone(), self.tag.clone(), self.agent.clone());
        Problem { product, tag, agent, env: env.cloned(), code }
    }
}
