//! What is told of records and keys: after a write is known to be done, never before, and once for each; and what was
//! refused. Keys are told by their fingerprints.

use super::super::Client;
use super::super::doctor::Needs;
use super::super::ports::Ports;
use super::super::record_text;
use super::event::AuditAction;
use super::event::AuditEvent;
use crate::crypto::KeyId;
use crate::error::Error;
use crate::error::Result;
use crate::model::ModelEnv;
use crate::model::Record;
use crate::resolve::Resolved;
use crate::secret::ApiKey;

impl<P: Ports> Client<P> {
    /// Whether anybody wants to hear of records and keys.
    pub(in super::super) fn is_audited(&self) -> bool {
        self.watch.auditor().is_some()
    }

    /// A model's record was written in place of `old`.
    pub(in super::super) fn audit_write(&self, action: AuditAction, old: Option<&Record>, new: &Record) {
        if !self.is_audited() {
            return;
        }
        let model = &new.model;
        let event = about_model(action, &model.product, &model.tag);
        let event = AuditEvent { rev: Some(new.meta.rev), ..event };
        self.tell(event.clone());
        let before = |slug: &str| old.and_then(|old| old.model.env(slug));
        for env in &model.envs {
            self.audit_key(&event, before(&env.slug), Some(env));
        }
        for env in old.map(|old| old.model.envs.as_slice()).unwrap_or_default() {
            if model.env(&env.slug).is_none() {
                self.audit_key(&event, Some(env), None);
            }
        }
    }

    /// A model's record was deleted, which was `text`.
    pub(in super::super) fn audit_delete(&self, key: &str, text: &str, product: &str, tag: &str) {
        if !self.is_audited() {
            return;
        }
        let event = about_model(AuditAction::ModelDelete, product, tag);
        self.tell(event.clone());
        // One that cannot be read is deleted all the same; what keys it had is not known then.
        let Ok(record) = record_text::parse(&self.keys, key, text) else { return };
        for env in &record.model.envs {
            self.audit_key(&event, Some(env), None);
        }
    }

    /// A record left the store as it is.
    pub(in super::super) fn audit_export(&self, record: &Record) {
        if self.is_audited() {
            let event = about_model(AuditAction::ModelExport, &record.model.product, &record.model.tag);
            self.tell(AuditEvent { rev: Some(record.meta.rev), ..event });
        }
    }

    /// Something was done to an agent.
    pub(in super::super) fn audit_agent(
        &self,
        action: AuditAction,
        product: &str,
        agent: &str,
        rev: Option<u64>,
    ) {
        if self.is_audited() {
            let (product, agent) = (Some(product.to_owned()), Some(agent.to_owned()));
            self.tell(AuditEvent { product, agent, rev, ..AuditEvent::new(action) });
        }
    }

    /// Something was refused, or failed. Gives the error back.
    pub(in super::super) fn refused(
        &self,
        action: AuditAction,
        product: &str,
        tag: &str,
        error: Error,
    ) -> Error {
        if self.is_audited() {
            let mut event = about_model(action, product, tag);
            if matches!(action, AuditAction::AgentDefine | AuditAction::AgentDelete) {
                event.agent = event.tag.take();
            }
            self.tell(AuditEvent { outcome: error.code(), ..event });
        }
        error
    }

    /// A record was moved to the primary product key, or could not be, or the key of one environment could not.
    pub(in super::super) fn audit_rekey(
        &self,
        record: &Needs,
        env: Option<&String>,
        outcome: Result<u64, &'static str>,
    ) {
        if self.is_audited() {
            let Needs { product, tag, agent, .. } = record.clone();
            let event = AuditEvent::new(AuditAction::KeysRekey);
            let mut event = AuditEvent { product, tag, agent, env: env.cloned(), ..event };
            event.key_id = Some(self.keys.primary_id().as_str().to_owned());
            match outcome {
                Ok(rev) => event.rev = Some(rev),
                Err(code) => event.outcome = code,
            }
            self.tell(event);
        }
    }

    /// A product key was retired, or could not be.
    pub(in super::super) fn audit_retire(&self, key_id: &str, outcome: &'static str) {
        if self.is_audited() {
            let key_id = Some(key_id.to_owned());
            self.tell(AuditEvent { key_id, outcome, ..AuditEvent::new(AuditAction::KeysRetire) });
        }
    }

    /// A key was opened or looked up for a call, or was not to be had.
    pub(in super::super) fn audit_use(
        &self,
        resolved: &Resolved,
        key_id: Option<&KeyId>,
        key: &Result<ApiKey>,
    ) {
        if !self.is_audited() {
            return;
        }
        let event = about_model(AuditAction::KeyUse, &resolved.product, "");
        self.tell(AuditEvent {
            tag: resolved.tag.clone(),
            env: Some(resolved.env.clone()),
            rev: Some(resolved.rev).filter(|rev| *rev > 0),
            key_id: key_id.map(|id| id.as_str().to_owned()),
            key_fingerprint: key.as_ref().ok().and_then(|key| self.keys.fingerprint(key)),
            outcome: key.as_ref().map_or_else(Error::code, |_| "ok"),
            ..event
        });
    }

    /// Tells what a write did to the key of one environment, if anything.
    fn audit_key(&self, write: &AuditEvent, old: Option<&ModelEnv>, new: Option<&ModelEnv>) {
        let sealed = |env: Option<&ModelEnv>| env.and_then(|env| env.sealed.clone());
        let (before, after) = (sealed(old), sealed(new));
        let action = match (&before, &after) {
            (None, Some(_)) => AuditAction::KeySet,
            (Some(_), None) => AuditAction::KeyRemove,
            (Some((old, _)), Some((new, _))) if old != new => AuditAction::KeyRotate,
            _ => return,
        };
        let Some((sealed, meta)) = after.or(before) else { return };
        let env = new.or(old).map(|env| env.slug.clone());
        let key_id = Some(sealed.key_id().as_str().to_owned());
        self.tell(AuditEvent { action, env, key_id, key_fingerprint: meta.fingerprint, ..write.clone() });
    }

    fn tell(&self, mut event: AuditEvent) {
        if let Some(observer) = self.watch.auditor() {
            event.time = observer.now_ms();
            event.actor.clone_from(&self.options.actor);
            observer.audit(&event);
        }
    }
}

fn about_model(action: AuditAction, product: &str, tag: &str) -> AuditEvent {
    let (product, tag) = (Some(product.to_owned()), Some(tag.to_owned()));
    AuditEvent { product, tag, ..AuditEvent::new(action) }
}
