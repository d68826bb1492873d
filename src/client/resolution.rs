//! From a call's options to a resolved target: which product, environment and model, and what is sent to it. It reads
//! records; it opens no key and sends nothing.

mod view;

pub use view::Explanation;
pub use view::KeyOrigin;
pub use view::Params;
pub use view::ResolveView;

use serde_json::Map;
use serde_json::Value;

use super::Client;
use super::options::ClientOptions;
use super::ports::Clock;
use super::ports::Ports;
use crate::catalog;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::ModelConfig;
use crate::model::ProviderId;
use crate::reader;
use crate::reader::Reader;
use crate::resolve::AgentLayers;
use crate::resolve::Base;
use crate::resolve::ModelRef;
use crate::resolve::Resolved;
use crate::resolve::resolve;
use crate::warning::Warning;

impl<P: Ports> Client<P> {
    /// What a call with these options would use: model, address and the values that would be sent. Takes
    /// `{product?, env?, model?, agent?, modelConfig?, providerOptions?}`. No key is opened, nothing is sent.
    ///
    /// # Errors
    /// `invalid_input`, `invalid_override`, `env_required`, `model_not_found`, `env_not_found`, `env_inactive`,
    /// `agent_env_inactive`, `unsupported_parameter`, `origin_not_allowed`; those of reading a record.
    pub async fn resolve(&self, options: &Value) -> Result<ResolveView> {
        Ok(ResolveView::of(self.resolve_target(&self.only_resolution(options).await?).await?))
    }

    /// Why a call with these options would use what it uses: for each setting its value, the level it came from, the
    /// values it hides, and what the provider's rules did to it. Takes the options of [`Client::resolve`].
    ///
    /// # Errors
    /// Those of [`Client::resolve`].
    pub async fn explain(&self, options: &Value) -> Result<Explanation> {
        Ok(Explanation::of(self.resolve_target(&self.only_resolution(options).await?).await?))
    }

    async fn only_resolution(&self, options: &Value) -> Result<ResolveOptions> {
        Reader::new("", options)?.only(ResolveOptions::FIELDS)?;
        ResolveOptions::read(options, self.named_agent(options).await?, &self.options)
    }

    /// Resolves `options` and applies the provider's rules.
    pub(crate) async fn resolve_target(&self, options: &ResolveOptions) -> Result<Target> {
        let mut target = self.resolve_base(options).await?;
        if let Some(base_url) = &target.resolved.base_url {
            self.check_origin("baseUrl", base_url)?;
        }
        options.extend(&mut target);
        let known = self.options.catalog.of(target.resolved.provider, target.resolved.model_id());
        target.resolved.capabilities = target.resolved.capabilities.over(&known);
        target.warnings.extend(catalog::adjust(&mut target.resolved, self.options.on_unsupported)?);
        target.warnings.extend(retired(&target.resolved, self.ports.clock().now_ms()));
        Ok(target)
    }

    async fn resolve_base(&self, options: &ResolveOptions) -> Result<Target> {
        let ResolveOptions { product, env, model, agent, config, .. } = options;
        let over = |base| resolve(base, env, agent.as_ref(), config);
        match model {
            ModelRef::Inline(model) => {
                let resolved = over(Base::Inline { product, model })?;
                Ok(Target { resolved, warnings: model.warnings.clone(), fallback: Vec::new() })
            }
            ModelRef::Tag(tag) => {
                let record = self.load_model(product, tag).await?;
                let resolved = over(Base::Stored { model: &record.model, rev: record.meta.rev })?;
                Ok(Target { resolved, warnings: Vec::new(), fallback: record.model.fallback.clone() })
            }
        }
    }
}

/// What the user of a retired model should hear before its provider stops answering, which it may do late.
fn retired(resolved: &Resolved, now_ms: u64) -> Option<Warning> {
    let model = resolved.model_id();
    let known = catalog::retirement(resolved.provider, model).filter(|known| known.at_ms <= now_ms)?;
    let message = format!("{model} was retired on {}; {} took its place", known.date, known.successor);
    Some(Warning { code: "model_retired", field: "model".to_owned(), message })
}

/// What a call is aimed at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    /// The model with its settings, adjusted to what it takes.
    pub(crate) resolved: Resolved,
    /// What was not taken as given.
    pub(crate) warnings: Vec<Warning>,
    /// Tags of the models that stand in for it.
    pub(crate) fallback: Vec<String>,
}

/// The options that decide the target of a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ResolveOptions {
    product: String,
    env: String,
    model: ModelRef,
    agent: Option<AgentLayers>,
    config: ModelConfig,
    provider_options: Map<String, Value>,
    /// The provider that the call's own options are for, where it is known.
    meant_for: Option<ProviderId>,
}

impl ResolveOptions {
    /// The fields read here. `providerOptions` is among them because what a model takes can depend on it.
    pub(crate) const FIELDS: &'static [&'static str] =
        &["agent", "env", "model", "modelConfig", "product", "providerOptions"];

    /// Reads [`ResolveOptions::FIELDS`] and passes over all others. The call's product and env, else the client's;
    /// the call's model, else the one that the agent names for the environment. `stored` is the agent where the options
    /// do not write it out.
    ///
    /// # Errors
    /// `env_required` naming `product` or `env`; `invalid_input` and `invalid_override` naming the field;
    /// `agent_env_inactive`.
    pub(crate) fn read(options: &Value, stored: Option<AgentLayers>, client: &ClientOptions) -> Result<Self> {
        let reader = Reader::new("", options)?;
        let product = given_or(&reader, "product", client.product.as_deref())?;
        let env = given_or(&reader, "env", client.env.as_deref())?;
        let agent = match stored {
            None => reader.optional("agent", AgentLayers::read)?,
            stored => stored,
        };
        let model = match reader.optional("model", ModelRef::read)? {
            Some(model) => model,
            None => model_of(agent.as_ref(), &env)?,
        };
        Ok(Self {
            product,
            env,
            model,
            agent,
            config: reader.optional("modelConfig", ModelConfig::read)?.unwrap_or_default(),
            provider_options: reader.optional("providerOptions", reader::object)?.unwrap_or_default(),
            meant_for: None,
        })
    }

    /// The product.
    pub(crate) fn product(&self) -> &str {
        &self.product
    }

    /// The model's tag; `None` for an inline model.
    pub(crate) fn tag(&self) -> Option<&str> {
        match &self.model {
            ModelRef::Inline(_) => None,
            ModelRef::Tag(tag) => Some(tag),
        }
    }

    /// The environment.
    pub(crate) fn env(&self) -> &str {
        &self.env
    }

    /// The same call to the model `tag`, where it was written for a model of the provider `meant_for`.
    pub(crate) fn to_stand_in(&self, tag: String, meant_for: ProviderId) -> Self {
        Self { model: ModelRef::Tag(tag), meant_for: Some(meant_for), ..self.clone() }
    }

    /// Puts the call's provider options over the model's. Another provider would refuse them or, worse, read them as
    /// something else.
    fn extend(&self, target: &mut Target) {
        let provider = target.resolved.provider;
        match self.meant_for {
            Some(meant_for) if meant_for != provider => {
                if !self.provider_options.is_empty() {
                    target.warnings.push(foreign_options(meant_for, provider));
                }
            }
            _ => target.resolved.provider_options.extend(self.provider_options.clone()),
        }
    }
}

fn foreign_options(meant_for: ProviderId, provider: ProviderId) -> Warning {
    let message = format!(
        "the call's providerOptions are for {} and were not sent to {}",
        meant_for.as_str(),
        provider.as_str()
    );
    Warning { code: "dropped", field: "providerOptions".to_owned(), message }
}

fn given_or(reader: &Reader<'_>, field: &'static str, default: Option<&str>) -> Result<String> {
    let given = reader.optional(field, reader::id)?.or(default);
    given.map(str::to_owned).ok_or_else(|| {
        let message = format!("{field}: neither the call nor the client names one");
        Error::new(ErrorKind::EnvRequired, message).with("field", field)
    })
}

fn model_of(agent: Option<&AgentLayers>, env: &str) -> Result<ModelRef> {
    let named = agent.map(|agent| agent.model_in(env)).transpose()?.flatten();
    let expected = "a model's tag or an inline model, here or in the agent; it is missing";
    named.cloned().ok_or_else(|| Error::invalid("model", expected))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(options: &Value) -> Result<ResolveOptions> {
        ResolveOptions::read(options, None, &ClientOptions::default())
    }

    fn tag(options: &Value) -> String {
        match read(options).unwrap().model {
            ModelRef::Tag(tag) => tag,
            ModelRef::Inline(model) => panic!("{model:?}"),
        }
    }

    #[test]
    fn r54_the_calls_product_and_env_win_over_the_clients() {
        let client = ClientOptions {
            product: Some("shop".to_owned()),
            env: Some("prd".to_owned()),
            ..ClientOptions::default()
        };
        let options = ResolveOptions::read(&json!({"model": "main"}), None, &client).unwrap();
        assert_eq!((options.product.as_str(), options.env.as_str()), ("shop", "prd"));
        let call = json!({"model": "main", "product": "bank", "env": "dev"});
        let options = ResolveOptions::read(&call, None, &client).unwrap();
        assert_eq!((options.product.as_str(), options.env.as_str()), ("bank", "dev"));
    }

    #[test]
    fn r54_without_either_the_missing_one_is_named() {
        for (options, field) in [
            (json!({"model": "main", "env": "dev"}), "product"),
            (json!({"model": "main", "product": "shop"}), "env"),
        ] {
            let error = read(&options).unwrap_err();
            assert_eq!((error.kind(), error.field()), (ErrorKind::EnvRequired, Some(field)));
        }
    }

    #[test]
    fn r48_the_calls_model_wins_over_the_agents_environment_and_that_over_the_agent() {
        let agent = json!({"model": "agents", "envs": [{"slug": "dev", "model": "environments"}]});
        let mut options = json!({"product": "shop", "env": "prd", "agent": agent});
        assert_eq!(tag(&options), "agents");
        options["env"] = json!("dev");
        assert_eq!(tag(&options), "environments");
        options["model"] = json!("calls");
        assert_eq!(tag(&options), "calls");
    }

    #[test]
    fn without_any_model_the_field_is_named() {
        for agent in [json!(null), json!({})] {
            let error = read(&json!({"product": "shop", "env": "dev", "agent": agent})).unwrap_err();
            assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidInput, Some("model")));
        }
    }

    #[test]
    fn r45_a_runtime_override_outside_the_five_is_refused() {
        let options =
            json!({"product": "shop", "env": "dev", "model": "m", "modelConfig": {"apiKey": "sk-X"}});
        let error = read(&options).unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidOverride, Some("modelConfig.apiKey")));
    }
}
