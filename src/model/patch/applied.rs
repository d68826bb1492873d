//! A changed model, and what is left to do before it can be stored.

use super::env::position;
use super::env::set_key_source;
use super::rules::check_address;
use super::rules::check_key;
use super::rules::check_reentry;
use crate::error::Result;
use crate::model::Model;
use crate::model::input::EnvInput;
use crate::secret::ApiKey;
use crate::warning::Warning;

/// A changed model with what is left to do: keys to seal, warnings to show.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The model after the change. Environments in `keys` have no sealed key yet.
    pub model: Model,
    /// Keys to seal, by environment.
    pub keys: Vec<NewKey>,
    /// What was not taken as given.
    pub warnings: Vec<Warning>,
    /// Environments that the change added.
    pub added: Vec<NewPlace>,
    /// Environments whose base URL the change set.
    pub moved: Vec<NewPlace>,
}

/// A plaintext key on its way into an environment.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The environment.
    pub slug: String,
    /// The key.
    pub key: ApiKey,
}

/// An environment that needs a check against the client's options.
#[derive(Clone, Debug)]
pub struct NewPlace {
    /// The environment.
    pub slug: String,
    /// The field to name in an error.
    pub field: String,
}

impl Applied {
    /// A model that nothing was done to yet.
    pub(in crate::model) fn unchanged(model: Model) -> Self {
        Self { model, keys: Vec::new(), warnings: Vec::new(), added: Vec::new(), moved: Vec::new() }
    }

    /// Takes the keys of `inputs`, whose environments the model must have, and nothing else of them.
    pub(in crate::model) fn give_keys(&mut self, inputs: &[EnvInput]) -> Result<()> {
        let provider = self.model.provider;
        for input in inputs {
            let index = position(&self.model, &input.slug)?;
            let Some(env) = self.model.envs.get_mut(index) else { continue };
            let key = set_key_source(env, input, provider, &mut self.warnings)?;
            self.keys.extend(key.map(|key| NewKey { slug: input.slug.clone(), key }));
        }
        Ok(())
    }

    /// The rules that need both the old and the new.
    pub(in crate::model) fn check(&self, old: &Model, inputs: &[EnvInput]) -> Result<()> {
        for env in &self.model.envs {
            let input = inputs.iter().find(|input| input.slug == env.slug);
            let is_new_key = self.keys.iter().any(|key| key.slug == env.slug);
            check_address(&self.model, env, input)?;
            check_reentry(old, &self.model, env, input, is_new_key)?;
            check_key(&self.model, env, input, is_new_key)?;
        }
        Ok(())
    }
}
