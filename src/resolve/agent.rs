//! What an agent says about its model: which one, and its settings as a whole and per environment.

use serde_json::Value;

use super::InlineModel;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::ModelConfig;
use crate::reader;
use crate::reader::Reader;

/// Which model to use.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelRef {
    /// One that is written out.
    Inline(Box<InlineModel>),
    /// A stored one, by its tag.
    Tag(String),
}

impl ModelRef {
    /// Reads a tag, or an inline model.
    ///
    /// # Errors
    /// `invalid_input`; those of [`InlineModel::read`].
    pub fn read(path: &str, value: &Value) -> Result<Self> {
        match value {
            Value::String(_) => reader::id(path, value).map(|tag| ModelRef::Tag(tag.to_owned())),
            Value::Object(_) => InlineModel::read(path, value).map(|model| ModelRef::Inline(Box::new(model))),
            _ => Err(Error::invalid(path, "a model's tag, or an inline model")),
        }
    }
}

/// An agent's entry for one environment.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentEnv {
    /// The environment.
    pub slug: String,
    /// Whether the agent may run there. Default true.
    pub active: bool,
    /// The model to use there; it wins over the agent's.
    pub model: Option<ModelRef>,
    /// Settings for this environment.
    pub config: ModelConfig,
}

/// The two levels that an agent adds, and the models it names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentLayers {
    /// Its id, where it has one.
    pub tag: Option<String>,
    /// The model to use.
    pub model: Option<ModelRef>,
    /// Settings for every environment.
    pub config: ModelConfig,
    /// Entries per environment; each slug once.
    pub envs: Vec<AgentEnv>,
}

const FIELDS: &[&str] = &["envs", "model", "modelConfig", "tag"];
const ENV_FIELDS: &[&str] = &["active", "model", "modelConfig", "slug"];

impl AgentLayers {
    /// Reads `{tag?, model?, modelConfig?, envs?: [{slug, active?, model?, modelConfig?}]}`.
    ///
    /// # Errors
    /// `invalid_input` naming the field below `path`, also for an agent's tag in place of the object and for a slug
    /// that stands twice; `invalid_override` for a setting outside the five.
    pub fn read(path: &str, value: &Value) -> Result<Self> {
        let reader = Reader::new(path, value)?;
        reader.only(FIELDS)?;
        Self::read_fields(&reader)
    }

    /// Reads them among the fields of a larger object.
    ///
    /// # Errors
    /// As [`AgentLayers::read`], except that other fields are passed over.
    pub fn read_fields(reader: &Reader<'_>) -> Result<Self> {
        Ok(Self {
            tag: reader.optional("tag", reader::id)?.map(str::to_owned),
            model: reader.optional("model", ModelRef::read)?,
            config: config(reader)?,
            envs: reader.optional("envs", envs)?.unwrap_or_default(),
        })
    }

    /// The entry for `env`; `None` where the agent says nothing about it.
    ///
    /// # Errors
    /// `agent_env_inactive` where the entry is switched off.
    pub fn env(&self, env: &str) -> Result<Option<&AgentEnv>> {
        match self.envs.iter().find(|entry| entry.slug == env) {
            Some(entry) if !entry.active => Err(self.inactive(env)),
            entry => Ok(entry),
        }
    }

    /// The model that this agent uses in `env`: the entry's, else the agent's.
    ///
    /// # Errors
    /// `agent_env_inactive`.
    pub fn model_in(&self, env: &str) -> Result<Option<&ModelRef>> {
        let entry = self.env(env)?.and_then(|entry| entry.model.as_ref());
        Ok(entry.or(self.model.as_ref()))
    }

    fn inactive(&self, env: &str) -> Error {
        let message = format!("the agent's environment '{env}' is not active");
        let error = Error::new(ErrorKind::AgentEnvInactive, message).with("env", env);
        match &self.tag {
            Some(tag) => error.with("tag", tag.as_str()),
            None => error,
        }
    }
}

fn config(reader: &Reader<'_>) -> Result<ModelConfig> {
    Ok(reader.optional("modelConfig", ModelConfig::read)?.unwrap_or_default())
}

fn envs(path: &str, value: &Value) -> Result<Vec<AgentEnv>> {
    let mut envs: Vec<AgentEnv> = Vec::new();
    for (path, item) in reader::list(path, value)? {
        let env = agent_env(&path, item)?;
        if envs.iter().any(|earlier| earlier.slug == env.slug) {
            return Err(Error::invalid(&format!("{path}.slug"), "each environment once"));
        }
        envs.push(env);
    }
    Ok(envs)
}

fn agent_env(path: &str, value: &Value) -> Result<AgentEnv> {
    let reader = Reader::new(path, value)?;
    reader.only(ENV_FIELDS)?;
    Ok(AgentEnv {
        slug: reader.required("slug", "an environment slug", reader::id)?.to_owned(),
        active: reader.optional("active", reader::boolean)?.unwrap_or(true),
        model: reader.optional("model", ModelRef::read)?,
        config: config(&reader)?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<AgentLayers> {
        AgentLayers::read("agent", value)
    }

    fn tag(model: Option<&ModelRef>) -> Option<&str> {
        match model {
            Some(ModelRef::Tag(tag)) => Some(tag),
            _ => None,
        }
    }

    #[test]
    fn r48_the_environments_model_wins_over_the_agents() {
        let agent =
            read(&json!({"model": "big", "envs": [{"slug": "dev", "model": "small"}, {"slug": "prd"}]}));
        let agent = agent.unwrap();
        assert_eq!(tag(agent.model_in("dev").unwrap()), Some("small"));
        assert_eq!(tag(agent.model_in("prd").unwrap()), Some("big"));
        assert_eq!(tag(agent.model_in("stg").unwrap()), Some("big"));
    }

    #[test]
    fn r48_the_environments_model_may_be_inline() {
        let inline = json!({"provider": "openai", "model": "gpt-4.1"});
        let agent = read(&json!({"model": "big", "envs": [{"slug": "dev", "model": inline}]})).unwrap();
        assert!(
            matches!(agent.model_in("dev").unwrap(), Some(ModelRef::Inline(model)) if model.model == "gpt-4.1")
        );
    }

    #[test]
    fn r47_a_switched_off_environment_is_refused() {
        let agent =
            read(&json!({"tag": "bot", "model": "m", "envs": [{"slug": "dev", "active": false}]})).unwrap();
        for error in [agent.env("dev").unwrap_err(), agent.model_in("dev").unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::AgentEnvInactive);
            assert_eq!(error.detail("tag"), Some(&"bot".into()));
        }
    }

    #[test]
    fn an_environment_stands_once() {
        let error = read(&json!({"envs": [{"slug": "dev"}, {"slug": "dev"}]})).unwrap_err();
        assert_eq!(error.field(), Some("agent.envs[1].slug"));
    }

    #[test]
    fn an_agents_tag_is_no_agent_yet() {
        assert_eq!(read(&json!("support")).unwrap_err().field(), Some("agent"));
    }

    #[test]
    fn r45_an_override_outside_the_five_names_its_level() {
        let error = read(&json!({"envs": [{"slug": "dev", "modelConfig": {"provider": "x"}}]})).unwrap_err();
        assert_eq!(error.field(), Some("agent.envs[0].modelConfig.provider"));
    }
}
