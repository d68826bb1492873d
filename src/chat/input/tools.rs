//! Reads tools, the choice among them, and the schema of the answer.

use serde_json::Value;
use serde_json::json;

use crate::chat::OutputSchema;
use crate::chat::Tool;
use crate::chat::ToolChoice;
use crate::error::Error;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// What every provider accepts as a function's name.
const NAME: &str = "1 to 64 characters a-z, A-Z, 0-9, '_' or '-'";

/// The name of an answer's schema, where the caller gave none.
const SCHEMA_NAME: &str = "response";

pub(super) fn read(path: &str, value: &Value) -> Result<Vec<Tool>> {
    let mut tools: Vec<Tool> = Vec::new();
    for (path, item) in reader::list(path, value)? {
        let tool = tool(&path, item)?;
        if tools.iter().any(|other| other.name == tool.name) {
            return Err(Error::invalid(&path, "a name that no other tool has"));
        }
        tools.push(tool);
    }
    Ok(tools)
}

/// Fields beyond these belong to the agent (`handler`, `timeout`, …), so unknown ones are not refused here.
fn tool(path: &str, value: &Value) -> Result<Tool> {
    let reader = Reader::new(path, value)?;
    let key = if reader.value("name").is_some() { "name" } else { "tag" };
    let parameters = reader.optional("parameters", reader::object)?;
    Ok(Tool {
        name: reader.required(key, NAME, name)?.to_owned(),
        description: reader.optional("description", reader::text)?.map(str::to_owned),
        parameters: parameters.map_or_else(|| json!({"type": "object", "properties": {}}), Value::Object),
    })
}

fn name<'a>(path: &str, value: &'a Value) -> Result<&'a str> {
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let valid = |text: &&str| (1..=64).contains(&text.len()) && text.bytes().all(inner);
    value.as_str().filter(valid).ok_or_else(|| Error::invalid(path, NAME))
}

pub(super) fn choice(path: &str, value: &Value, tools: &[Tool]) -> Result<ToolChoice> {
    match value {
        Value::Object(_) => named(path, value, tools),
        Value::String(word) => match word.as_str() {
            "auto" => Ok(ToolChoice::Auto),
            "none" => Ok(ToolChoice::None),
            "required" => Ok(ToolChoice::Required),
            _ => Err(not_a_choice(path)),
        },
        _ => Err(not_a_choice(path)),
    }
}

fn named(path: &str, value: &Value, tools: &[Tool]) -> Result<ToolChoice> {
    let reader = Reader::new(path, value)?;
    reader.only(&["tool"])?;
    let name = reader.required("tool", "a tool's name", reader::filled)?;
    if !tools.is_empty() && !tools.iter().any(|tool| tool.name == name) {
        return Err(Error::invalid(&reader.at("tool"), "the name of one of the tools"));
    }
    Ok(ToolChoice::Tool(name.to_owned()))
}

fn not_a_choice(path: &str) -> Error {
    Error::invalid(path, "auto, none, required or {tool: name}")
}

/// A JSON Schema, or `{name?, description?, schema}` around one. JSON Schema has no keyword `schema`.
pub(super) fn schema(path: &str, value: &Value) -> Result<OutputSchema> {
    let reader = Reader::new(path, value)?;
    if reader.value("schema").is_none() {
        return Ok(OutputSchema { name: SCHEMA_NAME.to_owned(), description: None, schema: value.clone() });
    }
    reader.only(&["name", "description", "schema"])?;
    Ok(OutputSchema {
        name: reader.optional("name", name)?.unwrap_or(SCHEMA_NAME).to_owned(),
        description: reader.optional("description", reader::text)?.map(str::to_owned),
        schema: Value::Object(reader.required("schema", "a JSON Schema", reader::object)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r56_a_tool_is_named_by_name_or_tag() {
        let tools = read("tools", &json!([
            {"tag": "a-b", "handler": "x"}, {"tag": "ignored.tag", "name": "C_1", "parameters": {"type": "object"}}
        ])).unwrap();
        assert_eq!((tools[0].name.as_str(), tools[1].name.as_str()), ("a-b", "C_1"));
        assert_eq!(tools[0].parameters, json!({"type": "object", "properties": {}}));
    }

    #[test]
    fn r56_bad_names_and_doubles_are_refused() {
        let field = |tools: Value| read("tools", &tools).unwrap_err().field().unwrap().to_owned();
        assert_eq!(field(json!([{"tag": "a.b"}])), "tools[0].tag");
        assert_eq!(field(json!([{"name": "x".repeat(65)}])), "tools[0].name");
        assert_eq!(field(json!([{"tag": "a"}, {"name": "a"}])), "tools[1]");
        assert_eq!(field(json!([{}])), "tools[0].tag");
        assert_eq!(field(json!([{"tag": "a", "parameters": []}])), "tools[0].parameters");
    }

    #[test]
    fn r56_a_named_choice_must_exist() {
        let tools = read("tools", &json!([{"tag": "a"}])).unwrap();
        assert_eq!(choice("c", &json!({"tool": "a"}), &tools).unwrap(), ToolChoice::Tool("a".to_owned()));
        assert!(choice("c", &json!({"tool": "b"}), &tools).is_err());
        for bad in [json!("any"), json!(true), json!({"name": "a"})] {
            assert!(choice("c", &bad, &tools).is_err(), "{bad}");
        }
    }

    #[test]
    fn r56_a_schema_may_be_bare_or_named() {
        let bare = schema("schema", &json!({"type": "object"})).unwrap();
        assert_eq!((bare.name.as_str(), &bare.schema), ("response", &json!({"type": "object"})));
        let named = schema("schema", &json!({"name": "n", "description": "d", "schema": {"type": "object"}}))
            .unwrap();
        assert_eq!((named.name.as_str(), &named.schema), ("n", &json!({"type": "object"})));
    }
}
