//! Two environments of one model compared by what a call in each would use. Keys and their references are left out.

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use super::super::Client;
use super::super::ports::Ports;
use crate::error::Result;
use crate::model::Change;
use crate::model::Model;
use crate::model::ModelConfig;
use crate::model::compare;
use crate::model::slugs;
use crate::reader::Reader;
use crate::resolve::Base;
use crate::resolve::Resolved;
use crate::resolve::resolve;

/// How two environments of a model differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// The product.
    pub product: String,
    /// The model's tag.
    pub tag: String,
    /// The one environment.
    pub from: String,
    /// The other one.
    pub to: String,
    /// What differs: `from` is the value in the one, `to` in the other; absent where nothing is sent.
    pub changes: Vec<Change>,
}

impl<P: Ports> Client<P> {
    /// How two environments of a model differ once the model's own settings and the defaults stand in for what they leave
    /// open. Takes `{product?, tag, from, to}`. What the provider's rules would make of the values is not looked at.
    ///
    /// # Errors
    /// `invalid_input`, `model_not_found`, `env_not_found`; those of reading a record.
    pub async fn diff(&self, input: &Value) -> Result<Diff> {
        let reader = Reader::new("", input)?;
        reader.only(&["product", "tag", "from", "to"])?;
        let (product, tag) = self.address(&reader)?;
        let (from, to) = slugs(&reader)?;
        let record = self.load_model(&product, &tag).await?;
        let changes = compare("", &effective(&record.model, &from)?, &effective(&record.model, &to)?);
        Ok(Diff { product, tag, from, to, changes })
    }
}

/// What a call in `slug` would use, whether or not calls are allowed there now.
fn effective(model: &Model, slug: &str) -> Result<Map<String, Value>> {
    let mut model = model.clone();
    let mut is_active = true;
    for env in model.envs.iter_mut().filter(|env| env.slug == slug) {
        is_active = core::mem::replace(&mut env.active, true);
    }
    let resolved = resolve(Base::Stored { model: &model, rev: 0 }, slug, None, &ModelConfig::default())?;
    let Resolved { model: id, base_url, settings, .. } = resolved;
    let mut map = Map::new();
    map.insert("active".to_owned(), is_active.into());
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            map.insert(name.to_owned(), value);
        }
    };
    put("model", id.value.map(Value::from));
    put("baseUrl", base_url.map(|url| url.as_str().into()));
    put("temperature", settings.temperature.value.map(Value::from));
    put("maxTokens", settings.max_tokens.value.map(Value::from));
    put("topP", settings.top_p.value.map(Value::from));
    put("stopSequences", settings.stop_sequences.value.map(Value::from));
    put("timeout", settings.timeout.value.map(Value::from));
    Ok(map)
}
