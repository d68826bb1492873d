//! What it would take to make a product's models what they should be. It reads and compares; it writes nothing.

use serde::Serialize;
use serde_json::Value;

use super::super::Client;
use super::super::ports::Ports;
use super::super::ports::Stored;
use super::super::record_text;
use super::super::records::ListedKey;
use super::super::records::Loaded;
use super::super::storage_key::product_prefix;
use super::super::storage_key::storage_key;
use super::super::vault::Keys;
use super::wanted::Wanted;
use super::wanted::together;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::Applied;
use crate::model::Change;
use crate::model::Model;
use crate::model::ModelInput;
use crate::model::changes;
use crate::reader::Reader;

/// What is between a product's models and what they should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// The product.
    pub product: String,
    /// One for each model: those wanted in their order, then those to delete by tag.
    pub actions: Vec<PlannedAction>,
    /// There is nothing to do.
    pub clean: bool,
}

/// What is to be done about one model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedAction {
    /// What.
    pub action: Action,
    /// The model's tag.
    pub tag: String,
    /// The revision that is stored; absent where there is none that can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rev: Option<u64>,
    /// What changes.
    pub changes: Vec<Change>,
    /// Why it cannot be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Blocked>,
}

/// What is done about a model.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is not there yet.
    Create,
    /// It is there, and not wanted.
    Delete,
    /// It is as it should be.
    None,
    /// It is there, and different.
    Update,
}

impl Action {
    /// As it is written.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Delete => "delete",
            Action::None => "none",
            Action::Update => "update",
        }
    }
}

/// The error that doing it would give.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Blocked {
    /// Its code.
    pub code: &'static str,
    /// Its message.
    pub message: String,
}

/// One action with what it takes to carry it out.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) action: PlannedAction,
    pub(super) key: String,
    pub(super) work: Work,
}

/// What a step writes.
#[derive(Debug)]
pub(super) enum Work {
    /// The model with this place in the list.
    Create(usize),
    Delete(Stored),
    Nothing,
    Update(Box<Loaded>, Box<Applied>),
}

impl<P: Ports> Client<P> {
    /// What [`Client::apply`] would do. Takes `{product?, models, prune?}`: each model is a whole one as [`Client::create`]
    /// takes it, except that `apiKey` may be left out where a key is stored. A key that is given is compared by its keyed
    /// fingerprint. With `prune`, models that are not named are to be deleted.
    ///
    /// # Errors
    /// Those of `create` for its input, naming the field behind `models[…]`, with all of them as `problems`; `storage_error`,
    /// `storage_contract`, `limit_exceeded`. What the stored record or a missing key stands in the way of is no error but
    /// a `blocked` action.
    pub async fn plan(&self, input: &Value) -> Result<Plan> {
        let reader = Reader::new("", input)?;
        reader.only(&Wanted::FIELDS)?;
        let wanted = self.read_wanted(&reader)?;
        let steps = self.steps(&wanted).await?;
        let actions: Vec<PlannedAction> = steps.into_iter().map(|step| step.action).collect();
        let clean = actions.iter().all(|action| action.action == Action::None);
        Ok(Plan { product: wanted.product, actions, clean })
    }

    /// The steps to what is wanted.
    pub(super) async fn steps(&self, wanted: &Wanted) -> Result<Vec<Step>> {
        let (mut steps, mut problems) = (Vec::new(), Vec::new());
        for (place, input) in wanted.models.iter().enumerate() {
            let key = storage_key(&wanted.product, input.tag());
            let step = match self.load_key(&key).await {
                Ok(old) => self.step(&wanted.product, place, input, key, old),
                Err(error) if is_unreadable(&error) => {
                    Ok(Step::blocked(Action::Update, input.tag(), key, &error))
                }
                Err(error) => return Err(error),
            };
            match step {
                Ok(step) => steps.push(step),
                Err(error) => problems.push(error),
            }
        }
        together(problems)?;
        if wanted.prune {
            for listed in self.list_keys(&product_prefix(&wanted.product)).await? {
                steps.extend(self.pruning(wanted, listed).await?);
            }
        }
        Ok(steps)
    }

    fn step(
        &self,
        product: &str,
        place: usize,
        input: &ModelInput,
        key: String,
        old: Option<Loaded>,
    ) -> Result<Step> {
        let action = if old.is_some() { Action::Update } else { Action::Create };
        let mut step = Step::new(action, input.tag(), key);
        step.action.rev = old.as_ref().map(|old| old.record.meta.rev);
        if let Some(Err(error)) = old.as_ref().map(|old| self.check_writable(&old.record)) {
            step.block(&error);
            return Ok(step);
        }
        let blank = input.blank(product);
        let before = old.as_ref().map(|old| &old.record.model);
        let mut applied = match input.replacing(before.unwrap_or(&blank)) {
            Err(error) if is_state(&error) => {
                step.block(&error);
                return Ok(step);
            }
            applied => applied?,
        };
        self.keep_known_keys(before.unwrap_or(&blank), &mut applied);
        let fingerprint = |new: &crate::model::NewKey| (new.slug.clone(), self.keys.fingerprint(&new.key));
        let fresh: Vec<_> = applied.keys.iter().map(fingerprint).collect();
        step.action.changes = changes(before, Some(&applied.model), &fresh);
        self.check_places(&applied.model, &applied.added, &applied.moved)?;
        if step.action.changes.is_empty() && old.is_some() {
            step.action.action = Action::None;
            return Ok(step);
        }
        match input.check(&applied, before.unwrap_or(&blank)) {
            Err(error) if is_state(&error) => step.block(&error),
            checked => {
                checked?;
                step.work = match old {
                    Some(old) => Work::Update(Box::new(old), Box::new(applied)),
                    None => Work::Create(place),
                };
            }
        }
        Ok(step)
    }

    /// Takes back the keys that are stored already, so that they are neither a change nor sealed again. The fingerprint is
    /// the one under the product key that sealed what is stored, whichever seals now.
    fn keep_known_keys(&self, old: &Model, applied: &mut Applied) {
        let Keys::Ring(ring) = &self.keys else { return };
        let Applied { model, keys, .. } = applied;
        let provider = model.provider;
        keys.retain(|new| {
            let env = model.envs.iter_mut().find(|env| env.slug == new.slug);
            let (Some(env), Some(before)) = (env, old.env(&new.slug)) else { return true };
            let Some((sealed, meta)) = &before.sealed else { return true };
            let is_there = old.provider == provider && before.origin() == env.origin();
            let known = ring.get(sealed.key_id()).ok().map(|key| key.fingerprint(&new.key));
            let is_same =
                known.is_some() && known == meta.fingerprint && new.key.hint() == meta.hint.as_deref();
            if is_there && is_same {
                env.sealed.clone_from(&before.sealed);
            }
            !(is_there && is_same)
        });
    }

    async fn pruning(&self, wanted: &Wanted, listed: ListedKey) -> Result<Option<Step>> {
        let ListedKey { key, tag, .. } = listed;
        if tag.as_ref().is_some_and(|tag| wanted.names(tag)) {
            return Ok(None);
        }
        let Some(stored) = self.read_text(&key).await? else { return Ok(None) };
        let record = match record_text::parse(&self.keys, &key, &stored.value) {
            Ok(record) => record,
            Err(error) => {
                let tag = tag.unwrap_or_else(|| key.clone());
                return Ok(Some(Step::blocked(Action::Delete, &tag, key, &error)));
            }
        };
        if wanted.names(&record.model.tag) {
            return Ok(None);
        }
        let mut step = Step::new(Action::Delete, &record.model.tag, key);
        step.action.rev = Some(record.meta.rev);
        match self.check_writable(&record) {
            Err(error) => step.block(&error),
            Ok(()) => {
                step.action.changes = changes(Some(&record.model), None, &[]);
                step.work = Work::Delete(stored);
            }
        }
        Ok(Some(step))
    }
}

impl Step {
    fn new(action: Action, tag: &str, key: String) -> Self {
        let action =
            PlannedAction { action, tag: tag.to_owned(), rev: None, changes: Vec::new(), blocked: None };
        Self { action, key, work: Work::Nothing }
    }

    fn blocked(action: Action, tag: &str, key: String, error: &Error) -> Self {
        let mut step = Self::new(action, tag, key);
        step.block(error);
        step
    }

    fn block(&mut self, error: &Error) {
        self.action.blocked = Some(Blocked { code: error.code(), message: error.to_string() });
    }
}

/// Whether what is stored is at fault, not what is wanted.
fn is_state(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::KeyReentryRequired | ErrorKind::MissingApiKey)
}

fn is_unreadable(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::RecordCorrupt | ErrorKind::RecordTooNew)
}
