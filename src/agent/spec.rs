//! What an agent may call and when it has to stop, read from plain data.

use serde_json::Value;
use serde_json::json;

use crate::chat::Tool;
use crate::error::Error;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// Model calls of a run, where nothing else is said.
const MAX_ITERATIONS: u32 = 10;

/// The longest limit, in milliseconds: what JavaScript's timers can hold.
const MAX_MS: u32 = i32::MAX.unsigned_abs();

/// Most repetitions of a tool that fails.
const MAX_RETRIES: u32 = 10;

/// What every provider accepts as a function's name.
const NAME: &str = "1 to 64 characters a-z, A-Z, 0-9, '_' or '-'";

/// A tool of an agent, without its handler.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolSpec {
    /// What the model sees of it; its name is the tool's tag.
    pub tool: Tool,
    /// Whether somebody has to agree before it runs. Default false.
    pub requires_confirmation: bool,
    /// How long one run of it may take, in milliseconds; as long as it likes where absent.
    pub timeout: Option<u32>,
    /// How often it is repeated where it throws. Default 0, at most 10.
    pub retries: u32,
}

const TOOL_FIELDS: [&str; 8] =
    ["tag", "name", "description", "parameters", "handler", "requiresConfirmation", "timeout", "retries"];

pub(super) fn tools(path: &str, value: &Value) -> Result<Vec<ToolSpec>> {
    let mut tools: Vec<ToolSpec> = Vec::new();
    for (path, item) in reader::list(path, value)? {
        let tool = tool(&path, item)?;
        if tools.iter().any(|other| other.tool.name == tool.tool.name) {
            return Err(Error::invalid(&format!("{path}.tag"), "a tag that no other tool has"));
        }
        tools.push(tool);
    }
    Ok(tools)
}

fn tool(path: &str, value: &Value) -> Result<ToolSpec> {
    let reader = Reader::new(path, value)?;
    reader.only(&TOOL_FIELDS)?;
    reader.optional("name", reader::text)?;
    let parameters = reader.optional("parameters", reader::object)?;
    let milliseconds = |path: &str, value: &Value| reader::integer(path, value, 1, MAX_MS);
    Ok(ToolSpec {
        tool: Tool {
            name: reader.required("tag", NAME, name)?.to_owned(),
            description: reader.optional("description", reader::text)?.map(str::to_owned),
            parameters: parameters.map_or_else(|| json!({"type": "object", "properties": {}}), Value::Object),
        },
        requires_confirmation: reader.optional("requiresConfirmation", reader::boolean)?.unwrap_or(false),
        timeout: reader.optional("timeout", milliseconds)?,
        retries: reader
            .optional("retries", |path, value| reader::integer(path, value, 0, MAX_RETRIES))?
            .unwrap_or_default(),
    })
}

fn name<'a>(path: &str, value: &'a Value) -> Result<&'a str> {
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let valid = |text: &&str| (1..=64).contains(&text.len()) && text.bytes().all(inner);
    value.as_str().filter(valid).ok_or_else(|| Error::invalid(path, NAME))
}

/// When a run has to stop, whatever the model wants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Termination {
    /// Most model calls. Default 10.
    pub max_iterations: u32,
    /// Most tokens, in and out, over all model calls.
    pub max_tokens: Option<u32>,
    /// Most milliseconds.
    pub timeout: Option<u32>,
}

impl Default for Termination {
    fn default() -> Self {
        Self { max_iterations: MAX_ITERATIONS, max_tokens: None, timeout: None }
    }
}

impl Termination {
    /// Reads `{maxIterations?, maxTokens?, timeout?}`.
    ///
    /// # Errors
    /// `invalid_input` naming the field.
    pub fn read(path: &str, value: &Value) -> Result<Self> {
        let reader = Reader::new(path, value)?;
        reader.only(&["maxIterations", "maxTokens", "timeout"])?;
        let count = |path: &str, value: &Value| reader::integer(path, value, 1, MAX_MS);
        Ok(Self {
            max_iterations: reader.optional("maxIterations", count)?.unwrap_or(MAX_ITERATIONS),
            max_tokens: reader.optional("maxTokens", count)?,
            timeout: reader.optional("timeout", count)?,
        })
    }
}
