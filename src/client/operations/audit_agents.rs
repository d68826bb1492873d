//! Agents looked over: whether they can be read, whether the models that they name are there, and what the settings that
//! they add come to.

use super::super::Client;
use super::super::ports::Ports;
use super::audit::Scope;
use super::audit::failure;
use super::finding::Finding;
use super::finding::Severity;
use crate::agent::AgentRecord;
use crate::error::Result;
use crate::model::Model;
use crate::model::ModelConfig;
use crate::resolve::AgentLayers;
use crate::resolve::Base;
use crate::resolve::InlineModel;
use crate::resolve::Layer;
use crate::resolve::ModelRef;
use crate::resolve::resolve;

impl<P: Ports> Client<P> {
    /// How many agents there are.
    pub(super) async fn audit_agents(
        &self,
        product: &str,
        scope: &Scope,
        findings: &mut Vec<Finding>,
    ) -> Result<usize> {
        let agents = self.agents_of(product).await?;
        let count = agents.len();
        for (listed, record) in agents {
            match record.and_then(|record| record.check_verified().map(|()| record)) {
                Ok(record) => {
                    let found = self.audit_agent(product, scope, &record);
                    findings.extend(found.into_iter().map(|finding| finding.of_agent(&record.agent.tag)));
                }
                Err(error) => findings.push(Finding { agent: listed.tag, ..failure(&error) }),
            }
        }
        Ok(count)
    }

    fn audit_agent(&self, product: &str, scope: &Scope, record: &AgentRecord) -> Vec<Finding> {
        let layers = &record.agent.layers;
        let mut found = Vec::new();
        let version = record.check_version().err();
        found.extend(version.map(|error| Finding::new(Severity::Warning, error.code(), error.to_string())));
        self.audit_reference(product, scope, layers, None, &mut found);
        for env in layers.envs.iter().filter(|env| scope.covers(&env.slug)) {
            if !env.active {
                let message = "runs in this environment are refused: the agent's entry is switched off";
                found.push(Finding::new(Severity::Warning, "agent_env_inactive", message).within(&env.slug));
                continue;
            }
            self.audit_reference(product, scope, layers, Some(&env.slug), &mut found);
        }
        found
    }

    /// The model that the agent names as a whole, or that it uses in an environment which it has an entry for.
    fn audit_reference(
        &self,
        product: &str,
        scope: &Scope,
        layers: &AgentLayers,
        slug: Option<&str>,
        found: &mut Vec<Finding>,
    ) {
        let entry = slug.and_then(|slug| layers.envs.iter().find(|env| env.slug == slug));
        let own = entry.and_then(|entry| entry.model.as_ref());
        match own.or(layers.model.as_ref()) {
            None => {}
            Some(ModelRef::Inline(model)) => {
                found.extend(self.audit_inline(product, scope, layers, model, slug, own.is_some()));
            }
            Some(ModelRef::Tag(tag)) => match (scope.model(tag), slug) {
                (Some(model), Some(slug)) => found.extend(self.audit_pair(scope, layers, model, slug, true)),
                (Some(model), None) => {
                    let others =
                        model.envs.iter().filter(|env| layers.envs.iter().all(|own| own.slug != env.slug));
                    for env in others.filter(|env| scope.covers(&env.slug)) {
                        found.extend(self.audit_pair(scope, layers, model, &env.slug, false));
                    }
                }
                // An entry without a model of its own has its agent's, which is told of once.
                (None, slug) if !scope.has(tag) && (slug.is_none() || own.is_some()) => {
                    let field = slug.map_or_else(|| "model".to_owned(), |slug| format!("envs.{slug}.model"));
                    let message = format!("the agent uses the model '{tag}', and there is no such model");
                    let finding = Finding::new(Severity::Error, "agent_model_missing", message);
                    let finding = Finding { env: slug.map(str::to_owned), ..finding };
                    found.push(finding.about(&field));
                }
                (None, _) => {}
            },
        }
    }

    /// What the agent adds to a stored model in one environment: the rest is the model's own to be told of.
    fn audit_pair(
        &self,
        scope: &Scope,
        layers: &AgentLayers,
        model: &Model,
        slug: &str,
        is_meant: bool,
    ) -> Vec<Finding> {
        let of_pair = |finding: Finding| finding.of(&model.tag).within(slug);
        let Some(env) = model.env(slug) else {
            let message = format!("the agent has an entry for '{slug}', and its model has no such env");
            let finding = Finding::new(Severity::Warning, "agent_env_missing", message);
            return is_meant.then(|| of_pair(finding.about("envs"))).into_iter().collect();
        };
        let base = Base::Stored { model, rev: 0 };
        match resolve(base, slug, Some(layers), &ModelConfig::default()) {
            Ok(resolved) if env.active => {
                let mut found = self.audit_resolved(scope, resolved);
                found.retain(|(_, source)| matches!(source, Layer::Agent | Layer::Environment));
                found.into_iter().map(|(finding, _)| of_pair(finding)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn audit_inline(
        &self,
        product: &str,
        scope: &Scope,
        layers: &AgentLayers,
        model: &InlineModel,
        slug: Option<&str>,
        is_own: bool,
    ) -> Vec<Finding> {
        // No environment is called "": the agent's settings as a whole.
        let base = Base::Inline { product, model };
        let Ok(resolved) = resolve(base, slug.unwrap_or_default(), Some(layers), &ModelConfig::default())
        else {
            return Vec::new();
        };
        let mut found = self.audit_resolved(scope, resolved);
        found.retain(|(_, source)| slug.is_none() || is_own || *source == Layer::Environment);
        found.into_iter().map(|(finding, _)| Finding { env: slug.map(str::to_owned), ..finding }).collect()
    }
}
