//! The tags of models that stand in where a call fails. It knows what a list may hold; not whether the models exist:
//! they may be created later, and each is looked up when it is needed.

use serde_json::Value;

use crate::error::Error;
use crate::error::Result;
use crate::reader;

/// Each target brings its own retries, so a longer list would only delay the error.
const MAX_TARGETS: usize = 8;

/// Reads a list of different tags.
pub(crate) fn read(path: &str, value: &Value) -> Result<Vec<String>> {
    let items = reader::list(path, value)?;
    if items.len() > MAX_TARGETS {
        return Err(Error::invalid(path, format!("at most {MAX_TARGETS} tags of models")));
    }
    let mut tags: Vec<String> = Vec::with_capacity(items.len());
    for (path, item) in &items {
        let tag = reader::id(path, item)?;
        if tags.iter().any(|other| other == tag) {
            return Err(Error::invalid(path, "each tag once"));
        }
        tags.push(tag.to_owned());
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r61_a_list_names_up_to_eight_different_tags() {
        assert_eq!(read("fallback", &json!(["b", "a"])).unwrap(), ["b", "a"]);
        let tags: Vec<String> = (0..9).map(|index| format!("m{index}")).collect();
        assert_eq!(read("fallback", &json!(tags[..8])).unwrap().len(), 8);
        for (value, field) in [
            (json!(tags), "fallback"),
            (json!("a"), "fallback"),
            (json!(["a", "a"]), "fallback[1]"),
            (json!([{"provider": "openai"}]), "fallback[0]"),
            (json!(["A"]), "fallback[0]"),
        ] {
            assert_eq!(read("fallback", &value).unwrap_err().field(), Some(field), "{value}");
        }
    }
}
