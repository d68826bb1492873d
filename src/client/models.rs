//! The registry: create, change, show and delete models. It decides nothing about fields ([`crate::model`] does) and
//! nothing about writes that fail (`records` does).

use std::rc::Rc;

use serde::Serialize;
use serde_json::Value;

use super::Client;
use super::observe::AuditAction;
use super::ports::Clock;
use super::ports::Ports;
use super::ports::Random;
use super::ports::Stored;
use super::ports::Written;
use super::record_text;
use super::records::CONFLICT_RETRIES;
use super::records::ListedKey;
use super::records::conflict;
use super::storage_key::product_prefix;
use super::storage_key::storage_key;
use super::vault::Keys;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::Applied;
use crate::model::ListedModel;
use crate::model::ModelInput;
use crate::model::ModelPatch;
use crate::model::ModelView;
use crate::model::Record;
use crate::model::Writing;
use crate::reader;
use crate::reader::Reader;
use crate::warning::Warning;

/// Most tags that `model_not_found` suggests.
const MAX_MATCHES: usize = 3;

/// What was deleted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Deleted {
    /// The product.
    pub product: String,
    /// The model's tag.
    pub tag: String,
    /// The tags of the agents that name it, and fail from now on.
    #[serde(rename = "referencedBy")]
    pub referenced_by: Vec<String>,
}

impl<P: Ports> Client<P> {
    /// Stores a new model, its API keys sealed.
    ///
    /// # Errors
    /// `invalid_input`, `insecure_base_url`, `origin_not_allowed`, `invalid_api_key`, `missing_api_key` for the input;
    /// `already_exists`; `entropy_unavailable`; `storage_error`, `storage_contract`, `conflict`. A failed call changes
    /// nothing that was there.
    pub async fn create(&self, input: &Value) -> Result<ModelView> {
        let input = ModelInput::read(input)?;
        let product = self.product_or_default(input.product())?;
        let key = storage_key(&product, input.tag());
        let _guard = self.hold(&key).await;
        let taken = || {
            let message = format!("product '{product}' has a model '{}'; use update or upsert", input.tag());
            located(Error::new(ErrorKind::AlreadyExists, message), &product, input.tag())
        };
        let created = self.insert(&key, &product, &input).await;
        let created = created.and_then(|created| created.ok_or_else(taken));
        created.map_err(|error| self.refused(AuditAction::ModelCreate, &product, input.tag(), error))
    }

    /// Changes the fields that are given; environments merge by slug. Starts over, at most five times, where somebody
    /// else writes the same record meanwhile.
    ///
    /// # Errors
    /// As [`Client::create`] except `already_exists`, and `model_not_found`, `env_not_found`, `key_reentry_required`,
    /// `unknown_key`, `record_corrupt`, `record_too_new`.
    pub async fn update(&self, patch: &Value) -> Result<ModelView> {
        let patch = ModelPatch::read(patch)?;
        self.update_with(&patch).await
    }

    /// Creates the model, or changes the one that is there: made for deploy scripts, which run more than once. The input
    /// is a whole model; for environments that exist, `apiKey` may be left out to keep the stored one.
    ///
    /// # Errors
    /// As [`Client::create`] and [`Client::update`], without `already_exists` and `model_not_found`.
    pub async fn upsert(&self, input: &Value) -> Result<ModelView> {
        let input = ModelInput::read(input)?;
        let product = self.product_or_default(input.product())?;
        let key = storage_key(&product, input.tag());
        let _guard = self.hold(&key).await;
        let put = self.change_or_insert(&key, &product, &input).await;
        put.map_err(|error| self.refused(AuditAction::ModelUpdate, &product, input.tag(), error))
    }

    async fn change_or_insert(&self, key: &str, product: &str, input: &ModelInput) -> Result<ModelView> {
        for _ in 0..=CONFLICT_RETRIES {
            if let Some(view) = self.change(key, input.as_patch()).await? {
                return Ok(view);
            }
            if let Some(view) = self.insert(key, product, input).await? {
                return Ok(view);
            }
        }
        Err(conflict())
    }

    /// Removes the environment `slug` with its key. Takes `{product?, tag, slug}`.
    ///
    /// # Errors
    /// As [`Client::update`]; `invalid_input` for the last environment.
    pub async fn remove_env(&self, input: &Value) -> Result<ModelView> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "tag", "slug"])?;
        let (product, tag) = self.address(&reader)?;
        let slug = reader.required("slug", "the environment's slug", reader::id)?.to_owned();
        self.update_with(&ModelPatch::removing(Some(product), tag, slug)).await
    }

    /// Shows one model. Takes `{product?, tag, optional?}`; `None` only with `optional: true`.
    ///
    /// # Errors
    /// `invalid_input`, `model_not_found`, `record_corrupt`, `record_too_new`, `storage_error`, `storage_contract`. A
    /// record whose product key is not in the ring is shown unverified, and says so.
    pub async fn fetch(&self, input: &Value) -> Result<Option<ModelView>> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "tag", "optional"])?;
        let (product, tag) = self.address(&reader)?;
        let is_optional = reader.optional("optional", reader::boolean)?.unwrap_or(false);
        match self
            .load_key(&storage_key(&product, &tag))
            .await
            .map_err(|error| located(error, &product, &tag))?
        {
            Some(loaded) => Ok(Some(self.view(&loaded.record, Vec::new()))),
            None if is_optional => Ok(None),
            None => Err(self.model_not_found(&product, &tag).await),
        }
    }

    /// Shows all models of a product, sorted by tag. Takes `{product?}`. Records that cannot be read are listed with the
    /// reason; those whose tag is unknown come last.
    ///
    /// # Errors
    /// `invalid_input`, `storage_error`, `storage_contract`, `limit_exceeded`.
    pub async fn fetch_all(&self, input: &Value) -> Result<Vec<ListedModel>> {
        let reader = Reader::new("", input)?;
        reader.only(&["product"])?;
        let product = self.product_or_default(reader.optional("product", reader::id)?)?;
        let mut models = Vec::new();
        for listed in self.list_keys(&product_prefix(&product)).await? {
            let Some(model) = self.listed(listed).await? else { continue };
            // Keys come almost in the order of their tags, so that this is almost a push.
            let after = |other: &ListedModel| {
                (other.tag().is_none(), other.tag()) <= (model.tag().is_none(), model.tag())
            };
            models.insert(models.partition_point(after), model);
        }
        Ok(models)
    }

    /// Deletes a model with its sealed keys and its history, even one whose record cannot be read. Takes
    /// `{product?, tag, restrict?}`; with `restrict: true` a model that agents name stays.
    ///
    /// # Errors
    /// `invalid_input` (naming `restrict` and, as `referencedBy`, the agents); `model_not_found`, `storage_error`,
    /// `storage_contract`, `conflict`.
    pub async fn delete(&self, input: &Value) -> Result<Deleted> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "tag", "restrict"])?;
        let (product, tag) = self.address(&reader)?;
        let is_restricted = reader.optional("restrict", reader::boolean)?.unwrap_or(false);
        let key = storage_key(&product, &tag);
        let _guard = self.hold(&key).await;
        let refused = |error| self.refused(AuditAction::ModelDelete, &product, &tag, error);
        let Some(stored) = self.read_text(&key).await.map_err(refused)? else {
            return Err(refused(self.model_not_found(&product, &tag).await));
        };
        let referenced_by = self.users_of(&product, &tag).await.map_err(refused)?;
        if is_restricted && !referenced_by.is_empty() {
            let error = Error::invalid("restrict", "a model that no agent names");
            return Err(refused(located(error, &product, &tag).with("referencedBy", referenced_by)));
        }
        let text = if self.is_audited() { stored.value.clone() } else { String::new() };
        self.erase(&key, stored).await.map_err(refused)?;
        self.audit_delete(&key, &text, &product, &tag);
        Ok(Deleted { product, tag, referenced_by })
    }

    /// The verified record of a model, for everything that uses it rather than shows it.
    ///
    /// # Errors
    /// `model_not_found` with close matches, `unknown_key`, `record_corrupt`, `record_too_new`, `storage_error`,
    /// `storage_contract`.
    pub(crate) async fn load_model(&self, product: &str, tag: &str) -> Result<Rc<Record>> {
        let located = |error| located(error, product, tag);
        let key = storage_key(product, tag);
        let Some(Stored { value, .. }) = self.read_text(&key).await.map_err(located)? else {
            return Err(self.model_not_found(product, tag).await);
        };
        if let Some(record) = self.recent.find(&key, &value) {
            return Ok(record);
        }
        let record = record_text::parse(&self.keys, &key, &value).map_err(located)?;
        record.check_verified().map_err(located)?;
        let record = Rc::new(record);
        self.recent.keep(key, value, &record);
        Ok(record)
    }

    /// The call's product, else the client's.
    ///
    /// # Errors
    /// `invalid_input` naming `product` where neither is there.
    pub(crate) fn product_or_default(&self, given: Option<&str>) -> Result<String> {
        let product = given.or(self.options.product.as_deref());
        let expected = "the product's tag, here or as the client's default; it is missing";
        product.map(str::to_owned).ok_or_else(|| Error::invalid("product", expected))
    }

    async fn update_with(&self, patch: &ModelPatch) -> Result<ModelView> {
        let product = self.product_or_default(patch.product.as_deref())?;
        let key = storage_key(&product, &patch.tag);
        let _guard = self.hold(&key).await;
        let refused = |error| self.refused(AuditAction::ModelUpdate, &product, &patch.tag, error);
        let changed = self.change(&key, patch).await;
        match changed.map_err(|error| refused(located(error, &product, &patch.tag)))? {
            Some(view) => Ok(view),
            None => Err(refused(self.model_not_found(&product, &patch.tag).await)),
        }
    }

    /// Writes a new record; `None` where the key is taken.
    pub(super) async fn insert(
        &self,
        key: &str,
        product: &str,
        input: &ModelInput,
    ) -> Result<Option<ModelView>> {
        let (model, warnings) = self.seal_keys(input.build(product)?).await?;
        let record = Record::first(model, self.writing()?);
        // Where the store cannot refuse, looking first is all that can be done.
        if !self.has_cas() && self.read_text(key).await?.is_some() {
            return Ok(None);
        }
        match self.store(key, &record, None).await? {
            Written::Done(_) => {
                self.audit_write(AuditAction::ModelCreate, None, &record);
                Ok(Some(self.view(&record, warnings)))
            }
            Written::Conflict if self.has_cas() => Ok(None),
            Written::Conflict => Err(conflict()),
        }
    }

    /// Writes the successor of the record under `key`; `None` where there is none.
    async fn change(&self, key: &str, patch: &ModelPatch) -> Result<Option<ModelView>> {
        self.change_with(key, |record| patch.apply(&record.model)).await
    }

    /// Writes what `work` makes of the record under `key`; `None` where there is none.
    pub(super) async fn change_with(
        &self,
        key: &str,
        work: impl Fn(&Record) -> Result<Applied>,
    ) -> Result<Option<ModelView>> {
        self.change_as(AuditAction::ModelUpdate, key, &work).await
    }

    /// [`Client::change_with`], told as `action`. Starts over where somebody else wrote meanwhile.
    pub(super) async fn change_as(
        &self,
        action: AuditAction,
        key: &str,
        work: &dyn Fn(&Record) -> Result<Applied>,
    ) -> Result<Option<ModelView>> {
        for _ in 0..=CONFLICT_RETRIES {
            let Some(old) = self.load_key(key).await? else { return Ok(None) };
            self.check_writable(&old.record)?;
            let (model, warnings) = self.seal_keys(work(&old.record)?).await?;
            let next = old.record.next(model, self.writing()?)?;
            if let Written::Done(_) = self.store(key, &next, Some(&old)).await? {
                self.audit_write(action, Some(&old.record), &next);
                return Ok(Some(self.view(&next, warnings)));
            }
        }
        Err(conflict())
    }

    async fn listed(&self, listed: ListedKey) -> Result<Option<ListedModel>> {
        let Some(stored) = self.read_text(&listed.key).await? else { return Ok(None) };
        Ok(Some(match record_text::parse(&self.keys, &listed.key, &stored.value) {
            Ok(record) => ListedModel::Readable(Box::new(self.view(&record, Vec::new()))),
            Err(error) => ListedModel::Unreadable { tag: listed.tag, unreadable: error.code() },
        }))
    }

    pub(super) fn view(&self, record: &Record, warnings: Vec<Warning>) -> ModelView {
        ModelView::new(record, |id| self.keys.opens(id), warnings)
    }

    pub(super) fn address(&self, reader: &Reader<'_>) -> Result<(String, String)> {
        let product = self.product_or_default(reader.optional("product", reader::id)?)?;
        Ok((product, reader.required("tag", "the model's tag", reader::id)?.to_owned()))
    }

    /// The error for a missing tag. The suggestions are a courtesy: a listing that fails leaves them out.
    pub(super) async fn model_not_found(&self, product: &str, tag: &str) -> Error {
        let keys = self.list_keys(&product_prefix(product)).await.unwrap_or_default();
        let tags: Vec<String> = keys.into_iter().filter_map(|listed| listed.tag).collect();
        let matches = close_matches(tag, &tags);
        let hint = if matches.is_empty() {
            String::new()
        } else {
            format!(" (did you mean {}?)", matches.join(" or "))
        };
        let message = format!("product '{product}' has no model '{tag}'{hint}");
        located(Error::new(ErrorKind::ModelNotFound, message), product, tag).with("closeMatches", matches)
    }

    /// Whether this client may write a successor of `record`. A client that holds no product key cannot verify what
    /// others wrote, and writes all the same: it decides about nothing but what it is given.
    pub(super) fn check_writable(&self, record: &Record) -> Result<()> {
        record.check_version()?;
        if matches!(self.keys, Keys::Public(_)) { Ok(()) } else { record.check_verified() }
    }

    /// The marks of a write that happens now.
    pub(super) fn writing(&self) -> Result<Writing> {
        let mut bytes = [0; 8];
        self.ports.random().fill(&mut bytes)?;
        let wid = format!("{:016x}", u64::from_be_bytes(bytes));
        Ok(Writing { wid, now_ms: self.ports.clock().now_ms(), by: self.options.actor.clone() })
    }
}

pub(super) fn located(error: Error, product: &str, tag: &str) -> Error {
    error.with("product", product).with("tag", tag)
}

fn close_matches<'t>(tag: &str, tags: &'t [String]) -> Vec<&'t str> {
    let mut left: Vec<&str> = tags.iter().map(String::as_str).collect();
    let mut matches = Vec::new();
    while let Some(best) = reader::closest(tag, &left).filter(|_| matches.len() < MAX_MATCHES) {
        left.retain(|other| *other != best);
        matches.push(best);
    }
    matches
}
