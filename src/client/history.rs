//! Earlier settings of a model: shown, and put back as a new revision. Keys have no history.

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use super::Client;
use super::models::located;
use super::observe::AuditAction;
use super::ports::Ports;
use super::storage_key::storage_key;
use crate::error::Error;
use crate::error::Result;
use crate::model::ModelView;
use crate::model::Record;
use crate::model::Restoration;
use crate::model::Snapshot;
use crate::reader::Reader;

/// The settings that a model had up to some revision.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// The revision that brought these settings; writes that only touch keys have numbers of their own.
    pub rev: u64,
    /// When it was written, in milliseconds since 1970.
    pub updated_at: u64,
    /// Who wrote it, where the client said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_by: Option<String>,
    /// What is different from the revision before it, such as `temperature` or `envs.dev`; empty for the oldest.
    pub changed: Vec<String>,
    /// The settings as fields of a model, its environments without keys.
    pub settings: Map<String, Value>,
}

impl<P: Ports> Client<P> {
    /// The current settings of a model and up to ten earlier ones, newest first. Takes `{product?, tag}`.
    ///
    /// # Errors
    /// `invalid_input`, `model_not_found`, `record_corrupt`, `record_too_new`, `storage_error`, `storage_contract`.
    pub async fn history(&self, input: &Value) -> Result<Vec<Revision>> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "tag"])?;
        let (product, tag) = self.address(&reader)?;
        let loaded = self.load_key(&storage_key(&product, &tag)).await;
        match loaded.map_err(|error| located(error, &product, &tag))? {
            Some(loaded) => Ok(revisions(loaded.record.snapshots()?)),
            None => Err(self.model_not_found(&product, &tag).await),
        }
    }

    /// Puts the settings of an earlier revision back, as a new revision. Takes `{product?, tag, rev, envs?}`. Keys stay as
    /// they are; where an environment would get another provider or origin, `envs: [{slug, apiKey}]` has to give its key
    /// again. Environments that were added since stay, with a warning; those that were removed since come back with their
    /// key only.
    ///
    /// # Errors
    /// `invalid_input` naming `rev` where the history does not have it; else as [`Client::update`].
    pub async fn rollback(&self, input: &Value) -> Result<ModelView> {
        let restoration = Restoration::read(input)?;
        let product = self.product_or_default(restoration.product.as_deref())?;
        let key = storage_key(&product, &restoration.tag);
        let _guard = self.hold(&key).await;
        let work = |record: &Record| restoration.apply(&record.model, settings_at(record, restoration.rev)?);
        let refused = |error| self.refused(AuditAction::ModelRollback, &product, &restoration.tag, error);
        let changed = self.change_as(AuditAction::ModelRollback, &key, &work).await;
        match changed.map_err(|error| refused(located(error, &product, &restoration.tag)))? {
            Some(view) => Ok(view),
            None => Err(refused(self.model_not_found(&product, &restoration.tag).await)),
        }
    }
}

fn settings_at(record: &Record, rev: u64) -> Result<Map<String, Value>> {
    let mut known = Vec::new();
    for snapshot in record.snapshots()? {
        if snapshot.origin.rev == rev {
            return Ok(snapshot.settings);
        }
        known.push(snapshot.origin.rev);
    }
    let expected = "the number of a revision that model.history lists";
    Err(Error::invalid("rev", expected).with("available", known))
}

fn revisions(snapshots: Vec<Snapshot>) -> Vec<Revision> {
    let changes: Vec<Vec<String>> = snapshots.windows(2).map(|pair| changed(&pair[0], &pair[1])).collect();
    let changes = changes.into_iter().chain([Vec::new()]);
    let revision = |(snapshot, changed): (Snapshot, Vec<String>)| Revision {
        rev: snapshot.origin.rev,
        updated_at: snapshot.origin.updated_at,
        updated_by: snapshot.origin.updated_by,
        changed,
        settings: snapshot.settings,
    };
    snapshots.into_iter().zip(changes).map(revision).collect()
}

fn changed(new: &Snapshot, old: &Snapshot) -> Vec<String> {
    let mut names = differences(&new.settings, &old.settings);
    names.retain(|name| name != "envs");
    let (new, old) = (by_slug(&new.settings), by_slug(&old.settings));
    names.extend(differences(&new, &old).into_iter().map(|slug| format!("envs.{slug}")));
    names
}

fn differences(new: &Map<String, Value>, old: &Map<String, Value>) -> Vec<String> {
    let changed = new.iter().filter(|(name, value)| old.get(*name) != Some(value));
    let gone = old.iter().filter(|(name, _)| !new.contains_key(*name));
    changed.chain(gone).map(|(name, _)| name.clone()).collect()
}

fn by_slug(settings: &Map<String, Value>) -> Map<String, Value> {
    let envs = settings.get("envs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let entry = |env: &Value| Some((env.get("slug")?.as_str()?.to_owned(), env.clone()));
    envs.iter().filter_map(entry).collect()
}
