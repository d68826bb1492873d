//! The caller's own words over the catalog: facts for a provider's models by id or pattern, which need no release.

use serde_json::Value;

use super::family::fits;
use crate::error::Result;
use crate::model::Capabilities;
use crate::model::ProviderId;
use crate::model::read_provider;
use crate::reader;
use crate::reader::Reader;

/// The most entries of one patch.
const MOST: usize = 256;

/// Facts for models by provider and pattern; a later entry wins over an earlier one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CatalogPatch(Vec<Entry>);

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    provider: ProviderId,
    /// `*` is any text, `#` one digit.
    model: String,
    capabilities: Capabilities,
}

impl CatalogPatch {
    /// Reads a list of `{provider, model, capabilities}`; `model` is an id, in which `*` stands for any text and `#` for
    /// one digit.
    ///
    /// # Errors
    /// `invalid_input` naming the field.
    pub fn read(path: &str, value: &Value) -> Result<Self> {
        let items = reader::list(path, value)?;
        if items.len() > MOST {
            return Err(crate::error::Error::invalid(path, format!("at most {MOST} entries")));
        }
        let mut entries = Vec::new();
        for (path, item) in items {
            let reader = Reader::new(&path, item)?;
            reader.only(&["capabilities", "model", "provider"])?;
            entries.push(Entry {
                provider: reader.required("provider", "a provider", read_provider)?,
                model: reader
                    .required("model", "a model id, or a pattern of one", reader::filled)?
                    .to_owned(),
                capabilities: reader.required("capabilities", "an object", Capabilities::read)?,
            });
        }
        Ok(Self(entries))
    }

    /// What it says of a model: each fact from the last entry that fits and says it.
    #[must_use]
    pub fn of(&self, provider: ProviderId, model: &str) -> Capabilities {
        let fit =
            |entry: &&Entry| entry.provider == provider && fits(entry.model.as_bytes(), model.as_bytes());
        let known = self.0.iter().filter(fit);
        known.fold(Capabilities::default(), |lower, entry| entry.capabilities.over(&lower))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r36_later_entries_of_a_patch_win_fact_by_fact() {
        let patch = CatalogPatch::read(
            "catalog",
            &json!([
                {"provider": "openai", "model": "gpt-9*", "capabilities": {"sampling": true, "reasoning": false}},
                {"provider": "openai", "model": "gpt-9-mini", "capabilities": {"sampling": false}},
                {"provider": "google", "model": "*", "capabilities": {"prefill": false}},
            ]),
        )
        .unwrap();
        let mini = patch.of(ProviderId::Openai, "gpt-9-mini");
        assert_eq!((mini.sampling, mini.reasoning, mini.prefill), (Some(false), Some(false), None));
        assert_eq!(patch.of(ProviderId::Openai, "gpt-9").sampling, Some(true));
        assert!(patch.of(ProviderId::Openai, "gpt-8").is_empty());
    }

    #[test]
    fn r36_a_wrong_entry_is_named() {
        let field =
            |value: Value| CatalogPatch::read("catalog", &value).unwrap_err().field().unwrap().to_owned();
        assert_eq!(field(json!({})), "catalog");
        assert_eq!(
            field(json!([{"provider": "open", "model": "m", "capabilities": {}}])),
            "catalog[0].provider"
        );
        assert_eq!(field(json!([{"provider": "openai", "capabilities": {}}])), "catalog[0].model");
        let unknown = json!([{"provider": "openai", "model": "m", "capabilities": {"temp": true}}]);
        assert_eq!(field(unknown), "catalog[0].capabilities.temp");
    }
}
