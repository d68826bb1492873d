//! Reads a [`Call`] from plain data, in the shape that the AI SDK's users write. Every mistake is one `invalid_input`
//! that names its path. It knows no provider: what a wire cannot carry is that wire's to refuse.

mod messages;
mod tools;

use serde_json::Value;

use super::Call;
use super::Message;
use super::UserPart;
use crate::error::Error;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

impl Call {
    /// The fields that describe the exchange itself, all of which `read` understands.
    pub const FIELDS: &'static [&'static str] =
        &["messages", "prompt", "schema", "system", "toolChoice", "tools"];

    /// Reads the exchange from call options; fields outside [`Call::FIELDS`] are left to others. Exactly one of `prompt`
    /// and `messages` must be there; `stream` stays `false`.
    ///
    /// ```
    /// use ductape_models::chat::{Call, Message};
    /// let call = Call::read(&serde_json::json!({"system": "Be brief.", "prompt": "Hello"}))?;
    /// assert!(matches!(call.messages.as_slice(), [Message::User(_)]));
    /// # Ok::<(), ductape_models::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_input` naming the path, for example `messages[3].content[0].image`.
    pub fn read(options: &Value) -> Result<Self> {
        let reader = Reader::new("", options)?;
        let tools = reader.optional("tools", tools::read)?.unwrap_or_default();
        let tool_choice = reader.optional("toolChoice", |path, value| tools::choice(path, value, &tools))?;
        Ok(Self {
            system: reader
                .optional("system", |path, value| reader::filled(path, value).map(str::to_owned))?,
            messages: conversation(&reader)?,
            // A choice among no tools is refused by every provider and means nothing.
            tool_choice: tool_choice.filter(|_| !tools.is_empty()),
            tools,
            schema: reader.optional("schema", tools::schema)?,
            stream: false,
        })
    }
}

impl Message {
    /// Reads an earlier conversation from the field `messages`; none where it is absent or empty.
    ///
    /// # Errors
    /// `invalid_input` naming the path.
    pub fn read_all(reader: &Reader<'_>) -> Result<Vec<Message>> {
        match reader.value("messages") {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) if items.is_empty() => Ok(Vec::new()),
            Some(list) => messages::read(&reader.at("messages"), list),
        }
    }
}

fn conversation(reader: &Reader<'_>) -> Result<Vec<Message>> {
    match (reader.value("prompt"), reader.value("messages")) {
        (Some(prompt), None) => {
            let text = reader::filled(&reader.at("prompt"), prompt)?;
            Ok(vec![Message::User(vec![UserPart::Text(text.to_owned())])])
        }
        (None, Some(list)) => messages::read(&reader.at("messages"), list),
        (Some(_), Some(_)) => Err(Error::invalid("messages", "either prompt or messages, not both")),
        (None, None) => Err(Error::invalid("messages", "prompt or messages; both are missing")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::ErrorKind;

    fn field_of(options: &Value) -> String {
        let error = Call::read(options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        error.field().unwrap().to_owned()
    }

    #[test]
    fn r56_exactly_one_of_prompt_and_messages() {
        assert_eq!(field_of(&json!({})), "messages");
        assert_eq!(field_of(&json!({"prompt": "a", "messages": []})), "messages");
        assert_eq!(field_of(&json!({"prompt": ""})), "prompt");
        assert_eq!(field_of(&json!({"messages": []})), "messages");
        assert_eq!(Call::read(&json!({"prompt": "a", "messages": null})).unwrap().messages.len(), 1);
    }

    #[test]
    fn r56_a_choice_without_tools_is_dropped() {
        let call = Call::read(&json!({"prompt": "a", "tools": [], "toolChoice": "required"})).unwrap();
        assert_eq!((call.tools.len(), call.tool_choice), (0, None));
    }

    #[test]
    fn r19_wrong_types_are_named() {
        assert_eq!(field_of(&json!({"prompt": "a", "system": 1})), "system");
        assert_eq!(field_of(&json!({"prompt": "a", "schema": "x"})), "schema");
        assert_eq!(field_of(&json!([])), "options");
    }
}
