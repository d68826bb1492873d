//! What was tried in one environment, put to use in another: a copy of settings as one write.

use serde::Serialize;
use serde_json::Value;

use super::super::Client;
use super::super::models::located;
use super::super::observe::AuditAction;
use super::super::ports::Ports;
use super::super::ports::Written;
use super::super::records::CONFLICT_RETRIES;
use super::super::records::conflict;
use super::super::storage_key::storage_key;
use crate::error::Result;
use crate::model::Change;
use crate::model::ModelView;
use crate::model::Promotion;
use crate::model::changes;
use crate::reader;
use crate::reader::Reader;

/// What a promotion did, or would do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Promoted {
    /// The model with the settings copied; of a dry run with the revision that is stored.
    pub model: ModelView,
    /// What changed; nothing was written where this is empty.
    pub changes: Vec<Change>,
}

impl<P: Ports> Client<P> {
    /// Copies settings of one environment to another. Takes `{product?, tag, from, to, fields?, dryRun?}`; `fields` default
    /// to the five settings, `model`, `baseUrl` and `allowInsecure`. A field that is not set in `from` is cleared in `to`.
    /// Keys and key references are never copied.
    ///
    /// # Errors
    /// `invalid_input`, `model_not_found`, `env_not_found`; `key_reentry_required` where the copied address would take the
    /// key to another origin; else as [`Client::update`].
    pub async fn promote(&self, input: &Value) -> Result<Promoted> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "tag", "from", "to", "fields", "dryRun"])?;
        let (product, tag) = self.address(&reader)?;
        let promotion = Promotion::read(&reader)?;
        let is_dry = reader.optional("dryRun", reader::boolean)?.unwrap_or(false);
        let key = storage_key(&product, &tag);
        let _guard = self.hold(&key).await;
        let promoted = self.promote_under(&key, &promotion, is_dry).await;
        let refused = |error| match is_dry {
            true => error,
            false => self.refused(AuditAction::ModelPromote, &product, &tag, error),
        };
        match promoted.map_err(|error| refused(located(error, &product, &tag)))? {
            Some(promoted) => Ok(promoted),
            None => Err(refused(self.model_not_found(&product, &tag).await)),
        }
    }

    async fn promote_under(
        &self,
        key: &str,
        promotion: &Promotion,
        is_dry: bool,
    ) -> Result<Option<Promoted>> {
        for _ in 0..=CONFLICT_RETRIES {
            let Some(mut old) = self.load_key(key).await? else { return Ok(None) };
            self.check_writable(&old.record)?;
            let applied = promotion.apply(&old.record.model)?;
            let changes = changes(Some(&old.record.model), Some(&applied.model), &[]);
            let (model, warnings) = self.seal_keys(applied).await?;
            if is_dry || changes.is_empty() {
                old.record.model = model;
                return Ok(Some(Promoted { model: self.view(&old.record, warnings), changes }));
            }
            let next = old.record.next(model, self.writing()?)?;
            if let Written::Done(_) = self.store(key, &next, Some(&old)).await? {
                self.audit_write(AuditAction::ModelPromote, Some(&old.record), &next);
                return Ok(Some(Promoted { model: self.view(&next, warnings), changes }));
            }
        }
        Err(conflict())
    }
}
