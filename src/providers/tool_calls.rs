//! A tool call out of the text of its arguments: the one place that says which calls may be run.

use crate::chat::Finish;
use crate::chat::ToolCall;
use crate::json::JsonText;

/// The call. No arguments are no arguments, however they are written (`null`, nothing), unless the answer was cut; then
/// nothing of it may be run.
pub(in crate::providers) fn tool_call(id: String, name: String, arguments: &str, finish: Finish) -> ToolCall {
    let input = match JsonText::parse(arguments) {
        None if !arguments.trim().is_empty() => JsonText::from(&arguments.into()),
        Some(input) if input.as_str() != "null" => input,
        _ => JsonText::empty_object(),
    };
    let incomplete = !finish.is_whole() || name.is_empty() || !input.is_object();
    ToolCall { tool_call_id: id, tool_name: name, input, incomplete, provider_data: None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r56_a_cut_call_is_never_whole() {
        let incomplete =
            |text: &str, finish| tool_call("a".to_owned(), "f".to_owned(), text, finish).incomplete;
        assert!(incomplete("", Finish::Length) && incomplete("{}", Finish::Interrupted));
        assert!(incomplete("{\"x\":", Finish::Stop) && incomplete("[1]", Finish::ToolCalls));
        assert!(!incomplete("{}", Finish::ToolCalls) && !incomplete("null", Finish::Stop));
        let raw = tool_call("a".to_owned(), "f".to_owned(), "{\"x\":", Finish::Length);
        assert_eq!(raw.input, json!("{\"x\":"));
    }

    #[test]
    fn r56_a_call_that_was_cut_is_incomplete() {
        let incomplete = |text: &str, finish| tool_call("c".into(), "f".into(), text, finish).incomplete;
        assert!(!incomplete("", Finish::ToolCalls) && !incomplete("null", Finish::ToolCalls));
        assert!(incomplete("{}", Finish::Length) && incomplete("{\"a\":", Finish::ToolCalls));
        assert!(incomplete("[1]", Finish::ToolCalls) && incomplete("{}", Finish::Interrupted));
    }
}
