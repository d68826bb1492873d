//! JSON schemas as a provider takes them. A constraint that the provider refuses moves into the description, where the
//! model still reads it, and is reported. It knows no provider: each says its rules.

use std::borrow::Cow;

use serde_json::Map;
use serde_json::Value;

use crate::chat::Warning;
use crate::json::items;

/// What a provider does not take as it is.
#[derive(Debug)]
pub(in crate::providers) struct Rules {
    /// Every object must say `additionalProperties: false`.
    pub(in crate::providers) closed: bool,
    /// `const` is not known; an `enum` of one value says the same.
    pub(in crate::providers) const_as_enum: bool,
    /// Keywords that are refused.
    pub(in crate::providers) refused: &'static [&'static str],
}

/// The schema under `rules`, and what was lost as `path: keyword`.
pub(in crate::providers) fn adapted<'a>(schema: &'a Value, rules: &Rules) -> (Cow<'a, Value>, Vec<String>) {
    let mut copy = schema.clone();
    let mut lost = Vec::new();
    adapt(&mut copy, "", &mut |path, node| apply(rules, path, node, &mut lost));
    if copy == *schema { (Cow::Borrowed(schema), lost) } else { (Cow::Owned(copy), lost) }
}

/// One warning for everything that was lost.
pub(in crate::providers) fn warning(lost: &[String]) -> Option<Warning> {
    let message = format!(
        "this provider takes no such constraint, so the model is only told of it: {}",
        lost.join(", ")
    );
    (!lost.is_empty()).then(|| Warning { code: "changed", field: "schema".to_owned(), message })
}

/// For providers that enforce a schema to the letter only where every object is closed and every field required: the
/// schema with its objects closed, or as it is with a warning where that would not be enough.
pub(in crate::providers) fn enforced(schema: &Value) -> (Cow<'_, Value>, Option<Warning>) {
    let (closed, lost) = adapted(schema, &Rules { closed: true, const_as_enum: false, refused: &[] });
    match lost.into_iter().next().or_else(|| looseness(&closed)) {
        None => (closed, None),
        Some(why) => (Cow::Borrowed(schema), Some(not_enforced(&why))),
    }
}

/// Why the schema cannot be enforced; `None` where it can.
fn looseness(schema: &Value) -> Option<String> {
    let mut found = None;
    let mut copy = schema.clone();
    adapt(&mut copy, "", &mut |path, node| {
        if found.is_none() {
            found = loose(node).map(|what| at(path, &what));
        }
    });
    found
}

fn not_enforced(why: &str) -> Warning {
    let message = format!(
        "the answer follows the schema without a guarantee, because this provider enforces none with: {why}"
    );
    Warning { code: "changed", field: "schema".to_owned(), message }
}

/// Visits every schema within `node`, never what only looks like one: a default, an enum's value, a field's name.
fn adapt(node: &mut Value, path: &str, visit: &mut dyn FnMut(&str, &mut Map<String, Value>)) {
    let Some(map) = node.as_object_mut() else { return };
    visit(path, map);
    for (keyword, value) in map.iter_mut() {
        let inner = join(path, keyword);
        match keyword.as_str() {
            "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" => {
                for (name, schema) in value.as_object_mut().into_iter().flatten() {
                    adapt(schema, &join(&inner, name), visit);
                }
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" | "items" if value.is_array() => {
                for (index, schema) in value.as_array_mut().into_iter().flatten().enumerate() {
                    adapt(schema, &join(&inner, &index.to_string()), visit);
                }
            }
            "items"
            | "additionalProperties"
            | "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames" => {
                adapt(value, &inner, visit);
            }
            _ => {}
        }
    }
}

fn join(path: &str, step: &str) -> String {
    if path.is_empty() { step.to_owned() } else { [path, ".", step].concat() }
}

fn at(path: &str, keyword: &str) -> String {
    if path.is_empty() { keyword.to_owned() } else { [path, ": ", keyword].concat() }
}

fn apply(rules: &Rules, path: &str, node: &mut Map<String, Value>, lost: &mut Vec<String>) {
    if rules.const_as_enum
        && let Some(only) = node.remove("const")
    {
        node.insert("enum".to_owned(), Value::Array(vec![only]));
    }
    let mut told = Vec::new();
    for keyword in rules.refused {
        if let Some(value) = node.remove(*keyword) {
            told.push(format!("{keyword}: {value}"));
            lost.push(at(path, keyword));
        }
    }
    if rules.closed && is_object(node) {
        let open = node.insert("additionalProperties".to_owned(), Value::Bool(false));
        if open.is_some_and(|open| open != Value::Bool(false)) {
            lost.push(at(path, "additionalProperties"));
        }
    }
    if !told.is_empty() {
        tell(node, &told.join(", "));
    }
}

/// What no longer constrains can still be said.
fn tell(node: &mut Map<String, Value>, constraints: &str) {
    let text = match node.get("description").and_then(Value::as_str) {
        Some(text) => format!("{text} ({constraints})"),
        None => constraints.to_owned(),
    };
    node.insert("description".to_owned(), Value::String(text));
}

fn is_object(node: &Map<String, Value>) -> bool {
    let kind = node.get("type");
    node.contains_key("properties")
        || kind.is_some_and(|kind| kind == "object" || items(kind).iter().any(|kind| kind == "object"))
}

fn loose(node: &Map<String, Value>) -> Option<String> {
    let unknown = ["patternProperties", "propertyNames", "dependentSchemas", "if", "not", "allOf", "oneOf"];
    if let Some(keyword) = unknown.iter().find(|keyword| node.contains_key(**keyword)) {
        return Some((*keyword).to_owned());
    }
    // Look-around is not enforced (OpenAI refuses the schema).
    if node.get("pattern").and_then(Value::as_str).is_some_and(|pattern| pattern.contains("(?")) {
        return Some("pattern".to_owned());
    }
    if !is_object(node) {
        return None;
    }
    let required = node.get("required").map_or(&[][..], items);
    let fields = node.get("properties").and_then(Value::as_object);
    let optional =
        fields.into_iter().flatten().find(|(name, _)| !required.iter().any(|known| known == name.as_str()));
    optional.map(|(name, _)| format!("{name} is optional"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const STRICT: Rules =
        Rules { closed: true, const_as_enum: false, refused: &["minimum", "maximum", "pattern"] };

    #[test]
    fn r56_refused_constraints_are_told_and_reported() {
        let schema = json!({
            "type": "object",
            "properties": {
                "pattern": {"type": "string", "pattern": "^a", "description": "A word."},
                "age": {"type": ["integer", "null"], "minimum": 0, "maximum": 9, "default": {"minimum": 1}},
                "tags": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}},
            },
        });
        let (adapted, lost) = adapted(&schema, &STRICT);
        assert_eq!(
            *adapted,
            json!({
                "type": "object",
                "properties": {
                    "pattern": {"type": "string", "description": "A word. (pattern: \"^a\")"},
                    "age": {"type": ["integer", "null"], "default": {"minimum": 1}, "description": "minimum: 0, maximum: 9"},
                    "tags": {"type": "array", "items": {"type": "object", "additionalProperties": false}},
                },
                "additionalProperties": false,
            })
        );
        assert_eq!(
            lost,
            [
                "properties.pattern: pattern",
                "properties.age: minimum",
                "properties.age: maximum",
                "properties.tags.items: additionalProperties"
            ]
        );
        assert!(warning(&lost).is_some_and(|warning| warning.message.contains("properties.age: maximum")));
    }

    #[test]
    fn r56_a_schema_that_is_taken_is_not_copied() {
        let schema = json!({"type": "object", "properties": {}, "additionalProperties": false});
        let (same, lost) = adapted(&schema, &STRICT);
        assert!(matches!(same, Cow::Borrowed(_)) && lost.is_empty());
        assert_eq!(warning(&[]), None);
    }

    #[test]
    fn r56_const_becomes_an_enum_of_one() {
        let rules = Rules { closed: false, const_as_enum: true, refused: &[] };
        let schema = json!({"anyOf": [{"const": 1}, {"$ref": "#/$defs/a"}], "$defs": {"a": {"const": "x"}}});
        let (adapted, lost) = adapted(&schema, &rules);
        assert_eq!(
            *adapted,
            json!({"anyOf": [{"enum": [1]}, {"$ref": "#/$defs/a"}], "$defs": {"a": {"enum": ["x"]}}})
        );
        assert!(lost.is_empty());
    }

    #[test]
    fn r56_a_schema_is_enforced_where_it_can_be() {
        let open = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
        let (closed, warning) = enforced(&open);
        assert_eq!((&closed["additionalProperties"], warning), (&json!(false), None));
        let why = |schema: Value| {
            let (same, warning) = enforced(&schema);
            assert_eq!(*same, schema);
            warning.unwrap().message.rsplit_once("with: ").unwrap().1.to_owned()
        };
        assert_eq!(why(json!({"type": "object", "properties": {"a": {}}})), "a is optional");
        assert_eq!(
            why(json!({"items": {"type": "object", "additionalProperties": true}})),
            "items: additionalProperties"
        );
        assert_eq!(why(json!({"oneOf": []})), "oneOf");
        assert_eq!(why(json!({"type": "string", "pattern": "^(?!a)"})), "pattern");
    }
}
