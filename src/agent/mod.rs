//! An agent as it is defined and stored: which model, which settings, what it says of itself, what it may call, when it has
//! to stop. It knows what is valid; not how an agent runs, nor who handles its tools.

mod record;
mod spec;
mod view;

pub use record::AgentRecord;
pub use spec::Termination;
pub use spec::ToolSpec;
pub use view::AgentView;
pub use view::ListedAgent;

use serde_json::Map;
use serde_json::Value;

use crate::error::Error;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;
use crate::resolve::AgentLayers;
use crate::resolve::InlineModel;
use crate::resolve::KeySource;
use crate::resolve::ModelRef;
use crate::secret::ApiKey;

const FIELDS: [&str; 10] = [
    "product",
    "tag",
    "name",
    "description",
    "model",
    "modelConfig",
    "envs",
    "systemPrompt",
    "tools",
    "termination",
];

/// Fields of a fetched agent that a definition passes over, so that what was fetched can be given back.
const VIEW_FIELDS: [&str; 5] = ["rev", "createdAt", "updatedAt", "updatedBy", "warnings"];

/// An agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// The product, where the definition names one.
    pub product: Option<String>,
    /// Its id within the product.
    pub tag: String,
    /// What it says of itself, for the model.
    pub system: Option<String>,
    /// Which models it uses, and with which settings.
    pub layers: AgentLayers,
    /// What it may call.
    pub tools: Vec<ToolSpec>,
    /// When it has to stop.
    pub termination: Termination,
    /// The definition as it is stored and shown: without API keys.
    pub settings: Map<String, Value>,
}

impl Agent {
    /// Reads `{product?, tag, name?, description?, model, modelConfig?, envs?, systemPrompt?, tools?, termination?}`.
    ///
    /// # Errors
    /// `invalid_input` naming the field; `invalid_override`, `invalid_api_key`, `insecure_base_url`.
    pub fn read(value: &Value) -> Result<Self> {
        let reader = Reader::new("", value)?;
        reader.only(&[&FIELDS[..], &VIEW_FIELDS].concat())?;
        for name in ["name", "description"] {
            reader.optional(name, reader::text)?;
        }
        let mut layers = AgentLayers::read_fields(&reader)?;
        let tag = reader.required("tag", "the agent's tag", reader::id)?.to_owned();
        layers.tag = Some(tag.clone());
        if layers.model.is_none() && layers.envs.iter().all(|env| env.model.is_none()) {
            return Err(Error::invalid("model", "a model's tag or an inline model; it is missing"));
        }
        Ok(Self {
            product: reader.optional("product", reader::id)?.map(str::to_owned),
            tag,
            system: reader.optional("systemPrompt", reader::filled)?.map(str::to_owned),
            layers,
            tools: reader.optional("tools", spec::tools)?.unwrap_or_default(),
            termination: reader.optional("termination", Termination::read)?.unwrap_or_default(),
            settings: settings(&reader),
        })
    }

    /// The tags of the stored models that it names.
    #[must_use]
    pub fn model_tags(&self) -> Vec<&str> {
        let mut tags: Vec<&str> = Vec::new();
        for model in self.models() {
            match model {
                ModelRef::Tag(tag) if !tags.contains(&tag.as_str()) => tags.push(tag),
                _ => {}
            }
        }
        tags
    }

    /// The keys of its inline models, each with the environment that it is for; empty for the agent's own.
    #[must_use]
    pub fn inline_keys(&self) -> Vec<(String, ApiKey)> {
        let own = self.layers.model.iter().map(|model| ("", model));
        let of_envs =
            self.layers.envs.iter().filter_map(|env| Some((env.slug.as_str(), env.model.as_ref()?)));
        let key = |(slug, model): (&str, &ModelRef)| match model {
            ModelRef::Inline(model) => match &model.key {
                KeySource::Inline(key) => Some((slug.to_owned(), key.clone())),
                _ => None,
            },
            ModelRef::Tag(_) => None,
        };
        own.chain(of_envs).filter_map(key).collect()
    }

    /// Gives an inline model of a stored agent its key back.
    pub fn set_inline_key(&mut self, slug: &str, key: &ApiKey) {
        let env = self.layers.envs.iter_mut().find(|env| env.slug == slug);
        let model =
            if slug.is_empty() { self.layers.model.as_mut() } else { env.and_then(|env| env.model.as_mut()) };
        if let Some(ModelRef::Inline(model)) = model {
            let InlineModel { key: source, .. } = &mut **model;
            if *source == KeySource::None {
                *source = KeySource::Inline(key.clone());
            }
        }
    }

    fn models(&self) -> impl Iterator<Item = &ModelRef> {
        let of_envs = self.layers.envs.iter().filter_map(|env| env.model.as_ref());
        self.layers.model.iter().chain(of_envs)
    }
}

/// The definition without what must not be stored.
fn settings(reader: &Reader<'_>) -> Map<String, Value> {
    let mut settings = Map::new();
    for name in FIELDS.iter().filter(|name| **name != "product") {
        if let Some(value) = reader.value(name) {
            settings.insert((*name).to_owned(), value.clone());
        }
    }
    if let Some(model) = settings.get_mut("model") {
        drop_key(model);
    }
    if let Some(Value::Array(envs)) = settings.get_mut("envs") {
        envs.iter_mut().filter_map(|env| env.get_mut("model")).for_each(drop_key);
    }
    settings
}

fn drop_key(model: &mut Value) {
    if let Value::Object(fields) = model {
        fields.shift_remove("apiKey");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inline() -> Value {
        json!({"provider": "openai", "model": "gpt-5", "apiKey": "sk-canary"})
    }

    #[test]
    fn r26_a_definition_is_kept_without_its_keys() {
        let agent = Agent::read(
            &json!({"tag": "a", "model": inline(), "envs": [{"slug": "dev", "model": inline()}]}),
        );
        let mut agent = agent.unwrap();
        assert!(!Value::Object(agent.settings.clone()).to_string().contains("canary"));
        let keys = agent.inline_keys();
        let slugs: Vec<_> = keys.iter().map(|(slug, _)| slug.as_str()).collect();
        assert_eq!(slugs, ["", "dev"]);
        let mut stored = Agent::read(&Value::Object(agent.settings.clone())).unwrap();
        assert!(stored.inline_keys().is_empty());
        for (slug, key) in &keys {
            stored.set_inline_key(slug, key);
        }
        agent.settings = stored.settings.clone();
        assert_eq!(stored, agent);
    }

    #[test]
    fn r19_wrong_fields_are_named() {
        for (value, field) in [
            (json!({"model": "m"}), "tag"),
            (json!({"tag": "a"}), "model"),
            (json!({"tag": "a", "model": "m", "modell": 1}), "modell"),
            (json!({"tag": "a", "model": "m", "systemPrompt": ""}), "systemPrompt"),
            (json!({"tag": "a", "model": "m", "tools": [{"tag": "x y"}]}), "tools[0].tag"),
            (
                json!({"tag": "a", "model": "m", "termination": {"maxIterations": 0}}),
                "termination.maxIterations",
            ),
        ] {
            assert_eq!(Agent::read(&value).unwrap_err().field(), Some(field), "{value}");
        }
    }

    #[test]
    fn r22_every_model_that_is_named_is_known() {
        let value = json!({"tag": "a", "model": "main", "envs": [{"slug": "dev", "model": "small"},
            {"slug": "stg", "model": "main"}, {"slug": "prd", "model": inline()}]});
        assert_eq!(Agent::read(&value).unwrap().model_tags(), ["main", "small"]);
    }
}
