//! Settings of one environment copied to another. Keys and their references stay where they are, and no key reaches a place
//! that it was not given for.

use serde_json::Value;

use super::Applied;
use super::Model;
use super::NewPlace;
use super::patch::position;
use crate::base_url::BaseUrl;
use crate::error::Error;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// What is copied where nobody says what.
const USUAL: [&str; 8] =
    ["model", "baseUrl", "allowInsecure", "temperature", "maxTokens", "topP", "stopSequences", "timeout"];

/// What is copied only where it is named: it is about the one environment.
const NAMED: [&str; 2] = ["active", "description"];

const EXPECTED: &str = "one of model, baseUrl, allowInsecure, temperature, maxTokens, topP, stopSequences, timeout, active \
                        and description; keys are never copied";

/// Which settings to copy from where to where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Promotion {
    from: String,
    to: String,
    fields: Vec<String>,
}

impl Promotion {
    /// Reads `from`, `to` and `fields` among the fields of a larger object.
    ///
    /// # Errors
    /// `invalid_input` naming the field.
    pub fn read(reader: &Reader<'_>) -> Result<Self> {
        let (from, to) = slugs(reader)?;
        let fields = reader.optional("fields", fields)?;
        let usual = || USUAL.iter().map(|name| (*name).to_owned()).collect();
        Ok(Self { from, to, fields: fields.unwrap_or_else(usual) })
    }

    /// `model` with the settings copied, an absent one too: it is cleared.
    ///
    /// # Errors
    /// `env_not_found`; `key_reentry_required` where a key would reach another origin than it was given for;
    /// `insecure_base_url`, `missing_api_key`, `invalid_input`.
    pub fn apply(&self, model: &Model) -> Result<Applied> {
        let (from, to) = (position(model, &self.from)?, position(model, &self.to)?);
        let mut applied = Applied::unchanged(model.clone());
        let (Some(from), Some(env)) = (model.envs.get(from), applied.model.envs.get_mut(to)) else {
            return Ok(applied);
        };
        for field in &self.fields {
            match field.as_str() {
                "active" => env.active = from.active,
                "allowInsecure" => env.allow_insecure = from.allow_insecure,
                "baseUrl" => env.base_url.clone_from(&from.base_url),
                "description" => env.description.clone_from(&from.description),
                "maxTokens" => env.config.max_tokens = from.config.max_tokens,
                "model" => env.model.clone_from(&from.model),
                "stopSequences" => env.config.stop_sequences.clone_from(&from.config.stop_sequences),
                "temperature" => env.config.temperature = from.config.temperature,
                "timeout" => env.config.timeout = from.config.timeout,
                _ => env.config.top_p = from.config.top_p,
            }
        }
        if let Some(base_url) = &env.base_url {
            // The address may have been allowed only by a flag that was not copied along.
            let field = format!("envs[{to}].baseUrl");
            BaseUrl::parse(&field, base_url.as_str(), env.allow_insecure)?;
            applied.moved.push(NewPlace { slug: self.to.clone(), field });
        }
        applied.check(model, &[])?;
        Ok(applied)
    }
}

/// Reads the two different environments `from` and `to`.
///
/// # Errors
/// `invalid_input` naming the field.
pub(crate) fn slugs(reader: &Reader<'_>) -> Result<(String, String)> {
    let slug = |name: &str| reader.required(name, "an environment's slug", reader::id).map(str::to_owned);
    let (from, to) = (slug("from")?, slug("to")?);
    if from == to {
        return Err(Error::invalid(&reader.at("to"), "another environment than from"));
    }
    Ok((from, to))
}

fn fields(path: &str, value: &Value) -> Result<Vec<String>> {
    let mut fields = Vec::new();
    for (path, item) in reader::list(path, value)? {
        let name = item.as_str().filter(|name| USUAL.contains(name) || NAMED.contains(name));
        fields.push(name.ok_or_else(|| Error::invalid(&path, EXPECTED))?.to_owned());
    }
    if fields.is_empty() { Err(Error::invalid(path, "a list of at least one field")) } else { Ok(fields) }
}
