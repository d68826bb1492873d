//! Reads a call from plain data. It knows the shape that callers write, field by field; no provider's wire.

use serde_json::Value;

use super::Call;
use super::OutputSchema;
use super::Tool;
use super::ToolChoice;
use super::messages;
use crate::error::Error;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

impl Call {
    /// The fields that describe the exchange itself, all of which [`Call::read`] understands.
    pub const FIELDS: &'static [&'static str] =
        &["messages", "prompt", "providerOptions", "schema", "system", "toolChoice", "tools"];

    /// Reads the exchange from call options; fields outside [`Call::FIELDS`] are left to others. Exactly one of `prompt`
    /// (a text) and `messages` must be there. A tool choice without tools is dropped, because providers refuse it.
    ///
    /// # Errors
    /// `invalid_input` naming the field, for example `messages[3].content[0].image`.
    ///
    /// ```
    /// use ductape_models::chat::Call;
    /// use serde_json::json;
    /// let call = Call::read(&json!({"system": "Be brief.", "prompt": "Hello"}))?;
    /// assert_eq!(call.messages.len(), 1);
    /// let error = Call::read(&json!({"messages": [{"role": "robot"}]})).unwrap_err();
    /// assert_eq!(error.field(), Some("messages[0].role"));
    /// # Ok::<(), ductape_models::Error>(())
    /// ```
    pub fn read(options: &Value) -> Result<Self> {
        let reader = Reader::new("", options)?;
        let tools = reader.optional("tools", tools)?.unwrap_or_default();
        let choice = reader.optional("toolChoice", tool_choice)?;
        check_choice(choice.as_ref(), &tools)?;
        Ok(Self {
            system: reader.optional("system", reader::text)?.map(str::to_owned),
            messages: conversation(&reader)?,
            tool_choice: choice.filter(|_| !tools.is_empty()),
            tools,
            schema: reader.optional("schema", schema)?,
            provider_options: reader.optional("providerOptions", reader::object)?.unwrap_or_default(),
            stream: false,
        })
    }
}

fn conversation(reader: &Reader<'_>) -> Result<Vec<super::Message>> {
    let prompt = reader.optional("prompt", reader::filled)?;
    let messages = reader.optional("messages", messages::read)?;
    match (prompt, messages) {
        (Some(prompt), None) => Ok(vec![messages::user(prompt)]),
        (None, Some(messages)) => Ok(messages),
        (Some(_), Some(_)) => Err(Error::invalid("messages", "either prompt or messages, not both")),
        (None, None) => Err(Error::invalid("messages", "a list of messages, or a prompt; both are missing")),
    }
}

fn tools(path: &str, value: &Value) -> Result<Vec<Tool>> {
    let mut tools: Vec<Tool> = Vec::new();
    for (path, item) in reader::list(path, value)? {
        let tool = tool(&path, item)?;
        if tools.iter().any(|other| other.name == tool.name) {
            return Err(Error::invalid(&path, "a tool name that no other tool of the call has"));
        }
        tools.push(tool);
    }
    Ok(tools)
}

/// Handlers and their settings stay with the caller, so only what the model needs is read.
fn tool(path: &str, value: &Value) -> Result<Tool> {
    let reader = Reader::new(path, value)?;
    let name = match reader.optional("name", wire_name)? {
        Some(name) => name,
        None => reader.required("tag", "a tool name", wire_name)?,
    };
    let parameters = reader.optional("parameters", reader::object)?;
    Ok(Tool {
        name: name.to_owned(),
        description: reader.optional("description", reader::text)?.map(str::to_owned),
        parameters: Value::Object(parameters.unwrap_or_else(empty_schema)),
    })
}

fn empty_schema() -> serde_json::Map<String, Value> {
    [("type", Value::from("object")), ("properties", Value::Object(serde_json::Map::new()))]
        .map(|(key, value)| (key.to_owned(), value))
        .into_iter()
        .collect()
}

/// The narrowest rule among the providers: OpenAI's function names.
fn wire_name<'a>(path: &str, value: &'a Value) -> Result<&'a str> {
    let fits = |name: &&str| {
        (1..=64).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    value.as_str().filter(fits).ok_or_else(|| Error::invalid(path, "1 to 64 letters, digits, '_' or '-'"))
}

fn tool_choice(path: &str, value: &Value) -> Result<ToolChoice> {
    match value.as_str() {
        Some("auto") => return Ok(ToolChoice::Auto),
        Some("none") => return Ok(ToolChoice::None),
        Some("required") => return Ok(ToolChoice::Required),
        _ => {}
    }
    let named = value.as_object().filter(|map| map.len() == 1).and_then(|map| map.get("tool"));
    let name = named.and_then(Value::as_str);
    name.map(|name| ToolChoice::Tool(name.to_owned()))
        .ok_or_else(|| Error::invalid(path, "'auto', 'none', 'required' or { tool: name }"))
}

fn check_choice(choice: Option<&ToolChoice>, tools: &[Tool]) -> Result<()> {
    let Some(ToolChoice::Tool(name)) = choice else { return Ok(()) };
    if tools.is_empty() || tools.iter().any(|tool| tool.name == *name) {
        return Ok(());
    }
    Err(Error::invalid("toolChoice.tool", "the name of one of the tools"))
}

/// A schema stands alone, or in `{name?, description?, schema}`. JSON Schema has no keyword `schema`.
fn schema(path: &str, value: &Value) -> Result<OutputSchema> {
    let reader = Reader::new(path, value)?;
    if reader.value("schema").is_none() {
        let schema = reader::object(path, value)?;
        return Ok(OutputSchema {
            name: "response".to_owned(),
            description: None,
            schema: Value::Object(schema),
        });
    }
    reader.only(&["description", "name", "schema"])?;
    Ok(OutputSchema {
        name: reader.optional("name", wire_name)?.unwrap_or("response").to_owned(),
        description: reader.optional("description", reader::text)?.map(str::to_owned),
        schema: Value::Object(reader.required("schema", "a JSON Schema", reader::object)?),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(options: &Value) -> String {
        Call::read(options).unwrap_err().field().unwrap().to_owned()
    }

    #[test]
    fn prompt_and_messages_exclude_each_other() {
        assert_eq!(field(&json!({})), "messages");
        assert_eq!(
            field(&json!({"prompt": "a", "messages": [{"role": "user", "content": "b"}]})),
            "messages"
        );
        assert_eq!(field(&json!({"prompt": ""})), "prompt");
    }

    #[test]
    fn tools_are_checked_by_name() {
        let call = Call::read(&json!({"prompt": "a", "tools": [{"tag": "look_up", "description": "d"}],
            "toolChoice": {"tool": "look_up"}}))
        .unwrap();
        assert_eq!(call.tools[0].parameters, json!({"type": "object", "properties": {}}));
        assert_eq!(call.tool_choice, Some(ToolChoice::Tool("look_up".to_owned())));
        assert_eq!(field(&json!({"prompt": "a", "tools": [{"name": "a b"}]})), "tools[0].name");
        assert_eq!(field(&json!({"prompt": "a", "tools": [{}]})), "tools[0].tag");
        assert_eq!(field(&json!({"prompt": "a", "tools": [{"name": "x"}, {"tag": "x"}]})), "tools[1]");
        assert_eq!(
            field(&json!({"prompt": "a", "tools": [{"name": "x"}], "toolChoice": {"tool": "y"}})),
            "toolChoice.tool"
        );
        assert_eq!(field(&json!({"prompt": "a", "toolChoice": "any"})), "toolChoice");
    }

    #[test]
    fn a_tool_choice_without_tools_is_not_sent() {
        let call = Call::read(&json!({"prompt": "a", "tools": [], "toolChoice": "required"})).unwrap();
        assert_eq!(call.tool_choice, None);
    }

    #[test]
    fn a_schema_may_stand_alone_or_have_a_name() {
        let schema = json!({"type": "object", "properties": {"b": {}, "a": {}}});
        let alone = Call::read(&json!({"prompt": "a", "schema": schema})).unwrap().schema.unwrap();
        assert_eq!((alone.name.as_str(), alone.schema.to_string()), ("response", schema.to_string()));
        let named = json!({"name": "answer", "schema": schema});
        assert_eq!(
            Call::read(&json!({"prompt": "a", "schema": named})).unwrap().schema.unwrap().name,
            "answer"
        );
        assert_eq!(field(&json!({"prompt": "a", "schema": "json"})), "schema");
    }
}
