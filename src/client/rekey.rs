//! Everything that is stored, moved to the ring's primary key: record by record, each in one write, so that it can stop
//! anywhere and go on. Nothing is opened for anybody to see.

use serde::Serialize;
use serde_json::Value;

use super::Client;
use super::doctor::Needs;
use super::doctor::Problem;
use super::frame;
use super::key_context::key_context;
use super::ports::Ports;
use super::ports::Written;
use super::records::CONFLICT_RETRIES;
use super::records::ListedKey;
use super::records::conflict;
use super::storage_key::is_agent;
use crate::crypto::KeyId;
use crate::crypto::Keyring;
use crate::error::Error;
use crate::error::Result;
use crate::model::Model;
use crate::model::Record;
use crate::reader;
use crate::reader::Reader;

/// What a pass over the stored records did.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rekeyed {
    /// The id of the key that seals now.
    pub key_id: String,
    /// Records looked at.
    pub scanned: usize,
    /// Records written with the primary key.
    pub rewrapped: usize,
    /// Records that needed nothing, those deleted meanwhile among them.
    pub already: usize,
    /// Writes that somebody else's came before; each was tried again.
    pub conflicts: usize,
    /// What could not be moved, and is as it was.
    pub failed: Vec<Problem>,
    /// Where to go on, where this pass stopped at its limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// This pass reached the end and nothing failed on the way.
    pub complete: bool,
}

impl<P: Ports> Client<P> {
    /// Seals every stored API key and record anew with the ring's primary key. Takes `{product?, cursor?, limit?}`: one
    /// product or all, from where an earlier pass stopped, at most so many records.
    ///
    /// Run it after the new primary key is known everywhere. It may be stopped at any moment and run again: what is moved
    /// stays moved, and until everything is, every record opens with some key of the ring. A record that somebody else
    /// writes meanwhile is read again, up to five times. One that cannot be moved is listed and stops nothing.
    ///
    /// # Errors
    /// `invalid_input`; `unknown_key` for a client that only writes; `storage_error`, `storage_contract` and
    /// `limit_exceeded` where the listing fails.
    pub async fn rekey(&self, input: &Value) -> Result<Rekeyed> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "cursor", "limit"])?;
        let product = reader.optional("product", reader::id)?;
        let after = reader.optional("cursor", reader::filled)?.unwrap_or_default();
        let most = |path: &str, value: &Value| reader::integer(path, value, 1, u32::MAX);
        let limit = reader.optional("limit", most)?.map_or(usize::MAX, |limit| limit as usize);
        let ring = self.keys.ring()?;
        let mut report = Rekeyed { key_id: ring.primary().id().as_str().to_owned(), ..Rekeyed::default() };
        let keys = self.list_everything(product).await?;
        for listed in keys.into_iter().filter(|listed| listed.key.as_str() > after) {
            if report.scanned >= limit {
                return Ok(report);
            }
            report.scanned += 1;
            let done = match is_agent(&listed.key) {
                true => self.rekey_agent(ring, &listed, &mut report).await,
                false => self.rekey_model(ring, &listed, &mut report).await,
            };
            if let Err(error) = done {
                self.audit_rekey(&Needs::new(&listed), None, Err(error.code()));
                report.failed.push(Needs::new(&listed).problem(None, error.code()));
            }
            report.cursor = Some(listed.key);
        }
        report.cursor = None;
        report.complete = report.failed.is_empty();
        Ok(report)
    }

    async fn rekey_model(&self, ring: &Keyring, listed: &ListedKey, report: &mut Rekeyed) -> Result<()> {
        let key = &listed.key;
        let _guard = self.hold(key).await;
        for _ in 0..=CONFLICT_RETRIES {
            let Some(old) = self.load_key(key).await? else {
                // Deleted since it was listed: nothing is left to move.
                report.already += 1;
                return Ok(());
            };
            old.record.check_verified()?;
            old.record.check_version()?;
            let mut failures = Vec::new();
            let model = self.resealed(ring, &old.record.model, &mut failures).await;
            let is_moved = model == old.record.model && is_current(ring, &old.record);
            let written = if is_moved {
                None
            } else {
                Some(self.store(key, &old.record.next(model, self.writing()?)?, Some(&old)).await?)
            };
            match written {
                Some(Written::Conflict) => {
                    report.conflicts += 1;
                    continue;
                }
                Some(Written::Done(_)) => {
                    report.rewrapped += 1;
                    self.audit_rekey(&Needs::new(listed), None, Ok(old.record.meta.rev + 1));
                }
                None if failures.is_empty() => report.already += 1,
                None => {}
            }
            let needs = Needs::new(listed);
            for (env, error) in &failures {
                self.audit_rekey(&needs, Some(env), Err(error.code()));
                report.failed.push(needs.problem(Some(env), error.code()));
            }
            return Ok(());
        }
        Err(conflict())
    }

    /// An agent holds no keys: only its checksum moves, and every byte under it stays.
    async fn rekey_agent(&self, ring: &Keyring, listed: &ListedKey, report: &mut Rekeyed) -> Result<()> {
        let key = &listed.key;
        let _guard = self.hold(key).await;
        for _ in 0..=CONFLICT_RETRIES {
            let Some(stored) = self.read_text(key).await? else {
                report.already += 1;
                return Ok(());
            };
            let old = self.parse_agent(key, &stored)?;
            old.check_verified()?;
            if old.key_id.as_ref() == Some(ring.primary().id()) {
                report.already += 1;
                return Ok(());
            }
            let text = frame::resealed(&self.keys, key, &stored.value)?;
            match self.put_text(key, &text, Some(&stored)).await? {
                Written::Done(_) => {
                    report.rewrapped += 1;
                    self.audit_rekey(&Needs::new(listed), None, Ok(old.rev));
                    return Ok(());
                }
                Written::Conflict => report.conflicts += 1,
            }
        }
        Err(conflict())
    }

    /// The model with every key that opens sealed by the primary key.
    async fn resealed(&self, ring: &Keyring, old: &Model, failures: &mut Vec<(String, Error)>) -> Model {
        let mut model = old.clone();
        let (product, tag, provider) = (&old.product, &old.tag, old.provider);
        for env in &mut model.envs {
            let Some((sealed, meta)) = &mut env.sealed else { continue };
            if sealed.key_id() == ring.primary().id() {
                continue;
            }
            let context = key_context(product, tag, &env.slug, provider, env.base_url.as_ref());
            let moved = async {
                let key = self.open(sealed, &context).await?;
                Ok((self.keys.fingerprint(&key), self.seal(&context, &key).await?))
            };
            match moved.await {
                Ok((fingerprint, fresh)) => (*sealed, meta.fingerprint) = (fresh, fingerprint),
                Err(error) => failures.push((env.slug.clone(), error)),
            }
        }
        model
    }
}

fn is_current(ring: &Keyring, record: &Record) -> bool {
    record.meta.key_id.as_ref().is_some_and(|id: &KeyId| id == ring.primary().id())
}
