//! The registry looked over for what fails, or will: records, keys, models at the end of their life, settings that are not
//! taken, references that lead nowhere. It changes nothing, opens no key and asks no provider.

use serde::Serialize;
use serde_json::Value;

use super::super::Client;
use super::super::ports::Clock;
use super::super::ports::Ports;
use super::super::record_text;
use super::super::storage_key::product_prefix;
use super::super::vault::Keys;
use super::finding::Finding;
use super::finding::Severity;
use crate::catalog;
use crate::catalog::OnUnsupported;
use crate::error::Error;
use crate::error::Result;
use crate::model::Model;
use crate::model::ModelConfig;
use crate::model::ModelEnv;
use crate::model::Record;
use crate::reader;
use crate::reader::Reader;
use crate::resolve::Base;
use crate::resolve::Layer;
use crate::resolve::Resolved;
use crate::resolve::resolve;

const DAY_MS: u64 = 86_400_000;
/// How far ahead an audit looks where nobody says, in days.
const WITHIN_DAYS: u32 = 90;
const MAX_DAYS: u32 = 36_500;

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    /// The product.
    pub product: String,
    /// Records looked at: models and agents.
    pub scanned: usize,
    /// What is wrong: unreadable records, then models by tag, then agents by tag.
    pub findings: Vec<Finding>,
    /// Nothing was found.
    pub clean: bool,
}

/// What to look at, and what there is.
pub(super) struct Scope {
    env: Option<String>,
    now_ms: u64,
    until_ms: u64,
    /// Models that can be read.
    pub(super) models: Vec<Model>,
    /// Every tag that is taken, by a record that can be read or not.
    pub(super) tags: Vec<String>,
}

impl Scope {
    pub(super) fn covers(&self, env: &str) -> bool {
        self.env.as_ref().is_none_or(|only| only == env)
    }

    pub(super) fn has(&self, tag: &str) -> bool {
        self.tags.iter().any(|known| known == tag)
    }

    pub(super) fn model(&self, tag: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.tag == tag)
    }
}

impl<P: Ports> Client<P> {
    /// Looks over the models and agents of a product. Takes `{product?, env?, within?}`: one environment or all; models
    /// that retire within so many days, 90 where nothing is said, at most 36500.
    ///
    /// # Errors
    /// `invalid_input`; `storage_error`, `storage_contract`, `limit_exceeded` where the listing or a read fails. What is
    /// wrong with the records is the result.
    pub async fn audit(&self, input: &Value) -> Result<Audit> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "env", "within"])?;
        let product = self.product_or_default(reader.optional("product", reader::id)?)?;
        let days = reader.optional("within", |path, value| reader::integer(path, value, 0, MAX_DAYS))?;
        let now_ms = self.ports.clock().now_ms();
        let mut scope = Scope {
            env: reader.optional("env", reader::id)?.map(str::to_owned),
            now_ms,
            until_ms: now_ms.saturating_add(u64::from(days.unwrap_or(WITHIN_DAYS)) * DAY_MS),
            models: Vec::new(),
            tags: Vec::new(),
        };
        let (mut findings, mut scanned) = (Vec::new(), 0);
        for listed in self.list_keys(&product_prefix(&product)).await? {
            let Some(stored) = self.read_text(&listed.key).await? else { continue };
            scanned += 1;
            match self.usable(&listed.key, &stored.value) {
                Ok(record) => {
                    findings.extend(record.check_version().err().map(|error| {
                        Finding::new(Severity::Warning, error.code(), error.to_string()).of(&record.model.tag)
                    }));
                    scope.tags.push(record.model.tag.clone());
                    scope.models.push(record.model);
                }
                Err(error) => {
                    findings.push(Finding { tag: listed.tag.clone(), ..failure(&error) });
                    scope.tags.extend(listed.tag);
                }
            }
        }
        for model in &scope.models {
            self.audit_model(&scope, model, &mut findings);
        }
        scanned += self.audit_agents(&product, &scope, &mut findings).await?;
        Ok(Audit { product, scanned, clean: findings.is_empty(), findings })
    }

    /// A record that calls, rollbacks and updates can rely on.
    fn usable(&self, key: &str, text: &str) -> Result<Record> {
        let record = record_text::parse(&self.keys, key, text)?;
        record.check_verified()?;
        record.snapshots()?;
        Ok(record)
    }

    fn audit_model(&self, scope: &Scope, model: &Model, findings: &mut Vec<Finding>) {
        let tag = &model.tag;
        for stand_in in model.fallback.iter().filter(|stand_in| !scope.has(stand_in)) {
            let message = format!("the model names '{stand_in}' as a fallback, and there is no such model");
            let finding = Finding::new(Severity::Error, "fallback_missing", message);
            findings.push(finding.of(tag).about("fallback"));
        }
        if let Some(env) = scope.env.as_ref().filter(|env| model.env(env).is_none()) {
            let message = format!("the model has no env '{env}'");
            findings.push(Finding::new(Severity::Warning, "env_not_found", message).of(tag).within(env));
        }
        for env in model.envs.iter().filter(|env| scope.covers(&env.slug)) {
            let of_env = |finding: Finding| finding.of(tag).within(&env.slug);
            if !env.active {
                let message = "calls in this environment are refused: it is switched off";
                findings.push(of_env(Finding::new(Severity::Warning, "env_inactive", message)));
                continue;
            }
            let mut found = self.audit_env(model, env);
            found.extend(absent_stand_ins(scope, model, env));
            let base = Base::Stored { model, rev: 0 };
            if let Ok(resolved) = resolve(base, &env.slug, None, &ModelConfig::default()) {
                found.extend(self.audit_resolved(scope, resolved).into_iter().map(|(finding, _)| finding));
            }
            findings.extend(found.into_iter().map(of_env));
        }
    }

    /// What stands in the way of any call in this environment.
    fn audit_env(&self, model: &Model, env: &ModelEnv) -> Vec<Finding> {
        let mut found = Vec::new();
        match &env.sealed {
            Some((sealed, _)) if matches!(self.keys, Keys::Ring(_)) => {
                found.extend(
                    self.keys.check_opens(sealed.key_id()).err().map(|error| failure(&error).about("apiKey")),
                );
            }
            None if env.key_ref.is_none() && model.provider.is_hosted() => {
                let message = "the environment has no API key, and its provider needs one";
                found.push(Finding::new(Severity::Error, "missing_api_key", message).about("apiKey"));
            }
            _ => {}
        }
        if let Some(base_url) = &env.base_url {
            let refused = self.check_origin("baseUrl", base_url).err();
            found.extend(refused.map(|error| failure(&error).about("baseUrl")));
        }
        found
    }

    /// What the catalog knows against a call like this: the end of its model, and settings that it does not take, each with
    /// the level that it comes from.
    pub(super) fn audit_resolved(&self, scope: &Scope, mut resolved: Resolved) -> Vec<(Finding, Layer)> {
        let mut found = Vec::new();
        let id = resolved.model_id().to_owned();
        if let Some(finding) = retirement(scope, &resolved, &id) {
            found.push((finding.about("model"), resolved.model.source));
        }
        let known = self.options.catalog.of(resolved.provider, &id);
        resolved.capabilities = resolved.capabilities.over(&known);
        let severity = match self.options.on_unsupported {
            OnUnsupported::Error => Severity::Error,
            OnUnsupported::Send | OnUnsupported::Warn => Severity::Warning,
        };
        match catalog::adjust(&mut resolved, OnUnsupported::Warn) {
            Ok(warnings) => {
                for warning in warnings {
                    let finding = Finding::new(severity, "unsupported_parameter", warning.message);
                    found.push((finding.about(&warning.field), source(&resolved, &warning.field)));
                }
            }
            Err(error) => found.push((failure(&error), source(&resolved, error.field().unwrap_or_default()))),
        }
        found
    }
}

/// What a call would fail with.
pub(super) fn failure(error: &Error) -> Finding {
    let field = error.field().map(str::to_owned);
    Finding { field, ..Finding::new(Severity::Error, error.code(), error.to_string()) }
}

fn retirement(scope: &Scope, resolved: &Resolved, id: &str) -> Option<Finding> {
    let known = catalog::retirement(resolved.provider, id)?;
    let successor = known.successor;
    if known.at_ms <= scope.now_ms {
        let message = format!("{id} was retired on {}; {successor} took its place", known.date);
        return Some(Finding::new(Severity::Error, "model_retired", message));
    }
    let message = format!("{id} retires on {}; {successor} takes its place", known.date);
    let is_soon = known.at_ms <= scope.until_ms;
    is_soon.then(|| Finding::new(Severity::Warning, "model_retiring", message))
}

/// The level that a setting comes from. Provider options are the model's.
fn source(resolved: &Resolved, field: &str) -> Layer {
    let settings = &resolved.settings;
    match field {
        "temperature" => settings.temperature.source,
        "topP" => settings.top_p.source,
        "stopSequences" => settings.stop_sequences.source,
        "maxTokens" => settings.max_tokens.source,
        _ => Layer::Model,
    }
}

/// Stand-ins that are there and cannot stand in here.
fn absent_stand_ins(scope: &Scope, model: &Model, env: &ModelEnv) -> Vec<Finding> {
    let mut found = Vec::new();
    for stand_in in model.fallback.iter().filter_map(|tag| scope.model(tag)) {
        if !stand_in.env(&env.slug).is_some_and(|env| env.active) {
            let message = format!("the fallback '{}' has no active env '{}'", stand_in.tag, env.slug);
            found.push(Finding::new(Severity::Warning, "fallback_env_missing", message).about("fallback"));
        }
    }
    found
}
