//! Earlier settings put back: keys stay as they are, and none reaches a place that it was not given for.

use serde_json::Map;
use serde_json::Value;

use super::Applied;
use super::Model;
use super::ModelEnv;
use super::NewPlace;
use super::input;
use super::input::EnvInput;
use super::stored;
use crate::error::Error;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;
use crate::warning::Warning;

/// What to restore, and the keys that it needs again.
#[derive(Clone, Debug)]
pub struct Restoration {
    /// The product, where the call names one.
    pub product: Option<String>,
    /// The model's tag.
    pub tag: String,
    /// The revision whose settings come back.
    pub rev: u64,
    envs: Vec<EnvInput>,
}

impl Restoration {
    /// Reads `{product?, tag, rev, envs?: [{slug, apiKey?, keyRef?}]}`.
    ///
    /// # Errors
    /// `invalid_input` naming the field.
    pub fn read(value: &Value) -> Result<Self> {
        let reader = Reader::new("", value)?;
        reader.only(&["product", "tag", "rev", "envs"])?;
        let id = |path: &str, value: &Value| reader::id(path, value).map(str::to_owned);
        let rev = |path: &str, value: &Value| {
            value.as_u64().filter(|rev| *rev > 0).ok_or_else(|| Error::invalid(path, "a revision's number"))
        };
        Ok(Self {
            product: reader.optional("product", id)?,
            tag: reader.required("tag", "the model's tag", id)?,
            rev: reader.required("rev", "the number of a revision that model.history lists", rev)?,
            envs: reader.optional("envs", keys)?.unwrap_or_default(),
        })
    }

    /// `model` with `settings` in place of its own.
    ///
    /// Environments that were added since stay as they are. Those that were removed since come back where their key is
    /// given or none is needed. Both are warned about.
    ///
    /// # Errors
    /// As [`ModelPatch::apply`](super::ModelPatch::apply), above all `key_reentry_required`; `record_corrupt`.
    pub fn apply(&self, model: &Model, settings: Map<String, Value>) -> Result<Applied> {
        let mut restored = stored::model_of(settings)?;
        let removed = core::mem::take(&mut restored.envs);
        let mut applied = Applied::unchanged(restored);
        for env in &model.envs {
            let mut kept = env.clone();
            match removed.iter().find(|old| old.slug == env.slug) {
                Some(old) => {
                    kept = old.clone();
                    kept.sealed.clone_from(&env.sealed);
                    kept.key_ref.clone_from(&env.key_ref);
                }
                None => applied.warnings.push(warning(&env.slug, "was added since and stays as it is")),
            }
            applied.place(kept);
        }
        for env in removed {
            if model.env(&env.slug).is_some() {
                continue;
            }
            let has_key = self.envs.iter().any(|input| input.slug == env.slug);
            if has_key || !model.provider.is_hosted() {
                applied.place(env);
            } else {
                applied
                    .warnings
                    .push(warning(&env.slug, "was removed since; it comes back with its apiKey only"));
            }
        }
        applied.give_keys(&self.envs)?;
        applied.check(model, &self.envs)?;
        Ok(applied)
    }
}

impl Applied {
    /// Adds an environment whose address comes from elsewhere, so that it is checked like a given one.
    fn place(&mut self, env: ModelEnv) {
        if env.base_url.is_some() {
            self.moved.push(NewPlace { slug: env.slug.clone(), field: "rev".to_owned() });
        }
        self.model.envs.push(env);
    }
}

fn keys(path: &str, value: &Value) -> Result<Vec<EnvInput>> {
    for (path, item) in reader::list(path, value)? {
        Reader::new(&path, item)?.only(&["slug", "apiKey", "keyRef"])?;
    }
    input::envs(path, value, &[])
}

fn warning(slug: &str, what: &str) -> Warning {
    let message = format!("env '{slug}' {what}");
    Warning { code: "env_not_restored", field: "envs".to_owned(), message }
}
