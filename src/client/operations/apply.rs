//! A plan carried out: one write for each model that differs, each only over the revision that was looked at.

use core::pin::pin;

use futures_lite::future;
use serde::Serialize;
use serde_json::Value;

use super::super::Client;
use super::super::cancel::aborted;
use super::super::observe::AuditAction;
use super::super::ports::Ports;
use super::super::ports::Written;
use super::super::records::conflict;
use super::Failed;
use super::plan::Action;
use super::plan::Blocked;
use super::plan::PlannedAction;
use super::plan::Step;
use super::plan::Work;
use super::wanted::Wanted;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// What was done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Done {
    /// The product.
    pub product: String,
    /// What was written, in order, each with the revision that it was written over.
    pub done: Vec<PlannedAction>,
    /// What could not be done; these models are as they were.
    pub failed: Vec<Failed>,
    /// Nothing failed: the models are what they should be.
    pub clean: bool,
}

impl<P: Ports> Client<P> {
    /// Makes a product's models what they should be. Takes what [`Client::plan`] takes, and `plan`: one that it returned,
    /// for a call that does what somebody has read and nothing else. Models that need nothing are not written, so the same
    /// call again does what an interrupted one left. A record that somebody else writes meanwhile, or wrote since `plan`,
    /// is left alone and listed as `conflict`.
    ///
    /// # Errors
    /// As [`Client::plan`], before anything is written; `invalid_input` naming `plan` where it is for other models.
    pub async fn apply(&self, input: &Value) -> Result<Done> {
        self.apply_until(input, future::pending()).await
    }

    /// [`Client::apply`], until `cancelled` completes: then no further record is written.
    ///
    /// # Errors
    /// As [`Client::apply`], and `aborted`, which lists the tags written as `done`.
    pub async fn apply_until(&self, input: &Value, cancelled: impl Future<Output = ()>) -> Result<Done> {
        let reader = Reader::new("", input)?;
        reader.only(&[&Wanted::FIELDS[..], &["plan"]].concat())?;
        let wanted = self.read_wanted(&reader)?;
        let planned = reader.optional("plan", |path, value| Planned::read(path, value, &wanted))?;
        let steps = self.steps(&wanted).await?;
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        let mut cancelled = pin!(cancelled);
        for step in steps {
            if future::poll_once(cancelled.as_mut()).await.is_some() {
                let tags: Vec<String> = done.into_iter().map(|action: PlannedAction| action.tag).collect();
                return Err(aborted().with("done", tags));
            }
            let Step { action, key, work } = step;
            if let Some(Blocked { code, message }) = action.blocked {
                failed.push(Failed { tag: action.tag, code, message });
                continue;
            }
            match self.carry_out(&wanted, planned.as_ref(), &action, &key, work).await {
                Ok(false) => {}
                Ok(true) => done.push(action),
                Err(error) => {
                    let told = match action.action {
                        Action::Create => AuditAction::ModelCreate,
                        Action::Delete => AuditAction::ModelDelete,
                        Action::None | Action::Update => AuditAction::ModelUpdate,
                    };
                    let error = self.refused(told, &wanted.product, &action.tag, error);
                    failed.push(Failed::new(&action.tag, &error));
                }
            }
        }
        Ok(Done { product: wanted.product, clean: failed.is_empty(), done, failed })
    }

    /// Whether anything was written.
    async fn carry_out(
        &self,
        wanted: &Wanted,
        planned: Option<&Planned<'_>>,
        action: &PlannedAction,
        key: &str,
        work: Work,
    ) -> Result<bool> {
        if action.action == Action::None {
            return Ok(false);
        }
        if planned.is_some_and(|planned| !planned.has(action)) {
            let message = "the record, or what is wanted, changed since the plan was made; plan again";
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        let _guard = self.hold(key).await;
        let written = match work {
            Work::Nothing => return Ok(false),
            Work::Create(place) => {
                let Some(input) = wanted.models.get(place) else { return Ok(false) };
                self.insert(key, &wanted.product, input)
                    .await?
                    .map_or(Written::Conflict, |view| Written::Done(view.tag))
            }
            Work::Update(old, applied) => {
                let (model, _) = self.seal_keys(*applied).await?;
                let next = old.record.next(model, self.writing()?)?;
                self.check_unmoved(key, &old.stored).await?;
                let written = self.store(key, &next, Some(&old)).await?;
                if let Written::Done(_) = written {
                    self.audit_write(AuditAction::ModelUpdate, Some(&old.record), &next);
                }
                written
            }
            Work::Delete(stored) => {
                self.check_unmoved(key, &stored).await?;
                let text = if self.is_audited() { stored.value.clone() } else { String::new() };
                self.erase_as(key, stored, true).await?;
                self.audit_delete(key, &text, &wanted.product, &action.tag);
                return Ok(true);
            }
        };
        match written {
            Written::Done(_) => Ok(true),
            Written::Conflict => Err(conflict()),
        }
    }
}

/// The actions of a plan that was made before, as plain data.
struct Planned<'v>(Vec<&'v Value>);

impl<'v> Planned<'v> {
    fn read(path: &str, value: &'v Value, wanted: &Wanted) -> Result<Self> {
        let reader = Reader::new(path, value)?;
        let product = reader.required("product", "the product of the models", reader::id)?;
        if product != wanted.product {
            return Err(Error::invalid(&reader.at("product"), "the product of the models"));
        }
        let actions = reader.required("actions", "a list", reader::list)?;
        let planned = Self(actions.into_iter().map(|(_, action)| action).collect());
        match wanted.models.iter().find(|model| planned.action(model.tag()).is_none()) {
            None => Ok(planned),
            Some(_) => Err(Error::invalid(
                &reader.at("actions"),
                "an action for every model; plan these models again",
            )),
        }
    }

    fn action(&self, tag: &str) -> Option<&'v Value> {
        self.0.iter().find(|action| action["tag"] == tag).copied()
    }

    /// Whether this is what was planned, to the value: then neither the record nor what is wanted has changed since.
    fn has(&self, action: &PlannedAction) -> bool {
        let changes = serde_json::to_value(&action.changes).unwrap_or_default();
        self.action(&action.tag).is_some_and(|planned| {
            planned["action"] == action.action.as_str()
                && planned["rev"].as_u64() == action.rev
                && planned["changes"] == changes
        })
    }
}
