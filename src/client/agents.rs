//! The agents that a product has: defined, shown and deleted, and who of them names a model. It runs none.

use serde::Serialize;
use serde_json::Value;

use super::Client;
use super::frame;
use super::frame::Frame;
use super::models::located;
use super::observe::AuditAction;
use super::ports::Ports;
use super::ports::Stored;
use super::ports::Written;
use super::records::CONFLICT_RETRIES;
use super::records::ListedKey;
use super::records::conflict;
use super::storage_key::agent_key;
use super::storage_key::agents_prefix;
use super::storage_key::storage_key;
use crate::agent::Agent;
use crate::agent::AgentRecord;
use crate::agent::AgentView;
use crate::agent::ListedAgent;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::corrupt;
use crate::reader;
use crate::reader::Reader;
use crate::resolve::AgentLayers;
use crate::warning::Warning;

/// What was deleted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct DeletedAgent {
    /// The product.
    pub product: String,
    /// The agent's tag.
    pub tag: String,
}

impl<P: Ports> Client<P> {
    /// Stores an agent, or changes the one that is there: a definition runs at every start of a program, so the same one
    /// again writes nothing. API keys of inline models stay in this client's memory.
    ///
    /// # Errors
    /// `invalid_input`, `invalid_override`, `invalid_api_key`, `insecure_base_url` for the definition; `record_too_new`
    /// where a newer version wrote the agent; `storage_error`, `storage_contract`, `conflict`, `entropy_unavailable`.
    pub async fn define_agent(&self, input: &Value) -> Result<AgentView> {
        let agent = Agent::read(input)?;
        let product = self.product_or_default(agent.product.as_deref())?;
        let key = agent_key(&product, &agent.tag);
        let _guard = self.hold(&key).await;
        self.remember_keys(&key, &agent);
        let warnings = self.unknown_models(&product, &agent).await;
        let defined = self.define(&product, &key, &agent).await;
        let refused = |error| self.refused(AuditAction::AgentDefine, &product, &agent.tag, error);
        defined.map(|record| AgentView::new(&record, warnings)).map_err(refused)
    }

    /// Writes the definition, unless it is stored already; gives back what is stored.
    async fn define(&self, product: &str, key: &str, agent: &Agent) -> Result<AgentRecord> {
        for _ in 0..=CONFLICT_RETRIES {
            let stored = self.read_text(key).await?;
            let old = match stored.as_ref().map(|stored| self.parse_agent(key, stored)) {
                Some(Err(error)) if error.kind() == ErrorKind::RecordTooNew => return Err(error),
                // A record that is broken is replaced: a definition says everything that there is to say.
                old => old.and_then(Result::ok),
            };
            if let Some(old) = &old {
                old.check_version()?;
            }
            let old = match old {
                Some(old) if old.is_same(agent) => return Ok(old),
                other => other,
            };
            let writing = self.writing()?;
            let next = match &old {
                Some(old) => old.next(agent.clone(), writing),
                None => AgentRecord::first(product.to_owned(), agent.clone(), writing),
            };
            if let Written::Done(_) = self.store_agent(key, &next, stored.as_ref()).await? {
                self.audit_agent(AuditAction::AgentDefine, product, &agent.tag, Some(next.rev));
                return Ok(next);
            }
        }
        Err(conflict())
    }

    /// Shows one agent. Takes `{product?, tag, optional?}`; `None` only with `optional: true`.
    ///
    /// # Errors
    /// `invalid_input`, `agent_not_found`, `record_corrupt`, `record_too_new`, `storage_error`, `storage_contract`.
    pub async fn fetch_agent(&self, input: &Value) -> Result<Option<AgentView>> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "tag", "optional"])?;
        let (product, tag) = self.agent_address(&reader)?;
        let is_optional = reader.optional("optional", reader::boolean)?.unwrap_or(false);
        match self.load_agent(&product, &tag).await? {
            Some(record) => Ok(Some(AgentView::new(&record, Vec::new()))),
            None if is_optional => Ok(None),
            None => Err(self.agent_not_found(&product, &tag).await),
        }
    }

    /// Shows all agents of a product, sorted by tag. Takes `{product?}`.
    ///
    /// # Errors
    /// `invalid_input`, `storage_error`, `storage_contract`, `limit_exceeded`.
    pub async fn fetch_agents(&self, input: &Value) -> Result<Vec<ListedAgent>> {
        let reader = Reader::new("", input)?;
        reader.only(&["product"])?;
        let product = self.product_or_default(reader.optional("product", reader::id)?)?;
        let mut agents = Vec::new();
        for (listed, record) in self.agents_of(&product).await? {
            agents.push(match record {
                Ok(record) => ListedAgent::Readable(Box::new(AgentView::new(&record, Vec::new()))),
                Err(error) => ListedAgent::Unreadable { tag: listed.tag, unreadable: error.code() },
            });
        }
        Ok(agents)
    }

    /// Deletes an agent, even one whose record cannot be read. Takes `{product?, tag}`.
    ///
    /// # Errors
    /// `invalid_input`, `agent_not_found`, `storage_error`, `storage_contract`, `conflict`.
    pub async fn delete_agent(&self, input: &Value) -> Result<DeletedAgent> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "tag"])?;
        let (product, tag) = self.agent_address(&reader)?;
        let key = agent_key(&product, &tag);
        let _guard = self.hold(&key).await;
        let refused = |error| self.refused(AuditAction::AgentDelete, &product, &tag, error);
        match self.read_text(&key).await.map_err(refused)? {
            Some(stored) => self.erase(&key, stored).await.map_err(refused)?,
            None => return Err(refused(self.agent_not_found(&product, &tag).await)),
        }
        self.audit_agent(AuditAction::AgentDelete, &product, &tag, None);
        self.agent_keys.borrow_mut().retain(|(agent, ..)| *agent != key);
        Ok(DeletedAgent { product, tag })
    }

    /// The tags of the agents that name a model. Takes `{product?, tag}`.
    ///
    /// # Errors
    /// `invalid_input`, `storage_error`, `storage_contract`, `limit_exceeded`.
    pub async fn usages(&self, input: &Value) -> Result<Vec<String>> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "tag"])?;
        let product = self.product_or_default(reader.optional("product", reader::id)?)?;
        let tag = reader.required("tag", "the model's tag", reader::id)?;
        self.users_of(&product, tag).await
    }

    /// The tags of the agents that name the model `tag`, sorted.
    pub(super) async fn users_of(&self, product: &str, tag: &str) -> Result<Vec<String>> {
        let agents = self.agents_of(product).await?.into_iter();
        let users = agents
            .filter_map(|(_, record)| record.ok())
            .filter(|record| record.agent.model_tags().contains(&tag));
        let mut tags: Vec<String> = users.map(|record| record.agent.tag).collect();
        tags.sort_unstable();
        Ok(tags)
    }

    /// The verified agent with the keys of its inline models, as far as this client was given them.
    pub(super) async fn ready_agent(&self, product: &str, tag: &str) -> Result<Agent> {
        let Some(record) = self.load_agent(product, tag).await? else {
            return Err(self.agent_not_found(product, tag).await);
        };
        record.check_verified().map_err(|error| located(error, product, tag))?;
        let mut agent = record.agent;
        let key = agent_key(product, tag);
        for (_, slug, api_key) in self.agent_keys.borrow().iter().filter(|(owner, ..)| *owner == key) {
            agent.set_inline_key(slug, api_key);
        }
        Ok(agent)
    }

    /// The stored agent that the options name by its tag; `None` where they name none.
    ///
    /// # Errors
    /// `agent_not_found`, `unknown_key`; those of reading a record.
    pub(super) async fn named_agent(&self, options: &Value) -> Result<Option<AgentLayers>> {
        let reader = Reader::new("", options)?;
        let Some(tag) = reader.value("agent").filter(|agent| agent.is_string()) else { return Ok(None) };
        let tag = reader::id("agent", tag)?;
        let product = self.product_or_default(reader.optional("product", reader::id)?)?;
        self.ready_agent(&product, tag).await.map(|agent| Some(agent.layers))
    }

    pub(super) fn agent_address(&self, reader: &Reader<'_>) -> Result<(String, String)> {
        let product = self.product_or_default(reader.optional("product", reader::id)?)?;
        Ok((product, reader.required("tag", "the agent's tag", reader::id)?.to_owned()))
    }

    async fn load_agent(&self, product: &str, tag: &str) -> Result<Option<AgentRecord>> {
        let key = agent_key(product, tag);
        let Some(stored) = self.read_text(&key).await? else { return Ok(None) };
        self.parse_agent(&key, &stored).map(Some).map_err(|error| located(error, product, tag))
    }

    pub(super) fn parse_agent(&self, key: &str, stored: &Stored) -> Result<AgentRecord> {
        let frame = Frame::read(&self.keys, key, &stored.value)?;
        let mut record = AgentRecord::from_json(frame.json)?;
        if !frame.rest.is_empty() || agent_key(&record.product, &record.agent.tag) != key {
            return Err(corrupt());
        }
        record.unknown_key = (!frame.is_verified).then(|| frame.key_id.as_str().to_owned());
        record.key_id = Some(frame.key_id);
        Ok(record)
    }

    pub(super) async fn store_agent(
        &self,
        key: &str,
        record: &AgentRecord,
        old: Option<&Stored>,
    ) -> Result<Written> {
        let text = frame::print(&self.keys, key, &record.to_json(), "");
        self.put_text(key, &text, old).await
    }

    pub(super) async fn agents_of(&self, product: &str) -> Result<Vec<(ListedKey, Result<AgentRecord>)>> {
        let mut agents = Vec::new();
        for listed in self.list_keys(&agents_prefix(product)).await? {
            let Some(stored) = self.read_text(&listed.key).await? else { continue };
            let record = self.parse_agent(&listed.key, &stored);
            agents.push((listed, record));
        }
        Ok(agents)
    }

    fn remember_keys(&self, key: &str, agent: &Agent) {
        let mut known = self.agent_keys.borrow_mut();
        known.retain(|(owner, ..)| owner != key);
        known.extend(agent.inline_keys().into_iter().map(|(slug, api_key)| (key.to_owned(), slug, api_key)));
    }

    /// A definition may come before its model: that is a warning. A store that does not answer says nothing about it.
    async fn unknown_models(&self, product: &str, agent: &Agent) -> Vec<Warning> {
        let mut warnings = Vec::new();
        for tag in agent.model_tags() {
            if let Ok(None) = self.read_text(&storage_key(product, tag)).await {
                let message =
                    format!("product '{product}' has no model '{tag}' yet; runs will fail until it does");
                warnings.push(Warning { code: "unknown_agent_model", field: "model".to_owned(), message });
            }
        }
        warnings
    }

    async fn agent_not_found(&self, product: &str, tag: &str) -> Error {
        let keys = self.list_keys(&agents_prefix(product)).await.unwrap_or_default();
        let tags: Vec<String> = keys.into_iter().filter_map(|listed| listed.tag).collect();
        let names: Vec<&str> = tags.iter().map(String::as_str).collect();
        let hint =
            reader::closest(tag, &names).map_or_else(String::new, |name| format!(" (did you mean {name}?)"));
        let message = format!("product '{product}' has no agent '{tag}'{hint}");
        located(Error::new(ErrorKind::AgentNotFound, message), product, tag)
    }
}
