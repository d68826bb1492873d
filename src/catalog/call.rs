//! Applies the facts to a call: its conversation, its tools, its schema. It knows no wire and sends nothing.

use std::borrow::Cow;

use super::Facts;
use super::OnUnsupported;
use super::adjust::effort;
use super::adjust::unsupported;
use crate::chat::Call;
use crate::chat::Content;
use crate::chat::Message;
use crate::chat::ToolChoice;
use crate::chat::UserPart;
use crate::error::Error;
use crate::error::Result;
use crate::model::Api;
use crate::model::ProviderId;
use crate::resolve::Layer;
use crate::resolve::Resolved;
use crate::warning::Warning;

const FORCED: &str = "this model cannot be made to call a tool";
const TURNS: &str = "this model takes no system message inside the conversation; it went as the user's";
const EFFORT: &str = "through chat completions this model takes tools at effort 'none' only; api 'responses' has no such limit";
const BOTH: &str = "this model does not take a schema together with tools";

/// The call as the model takes it, with a warning for each change.
///
/// # Errors
/// `invalid_input` for a conversation that ends in the assistant's text, where the model does not go on with it:
/// nothing that could be sent would mean the same. `unsupported_parameter` for the rest under
/// [`OnUnsupported::Error`], and for a schema together with tools under every policy but [`OnUnsupported::Send`]:
/// without its schema an answer is not the object that was asked for.
pub fn adjust_call<'a>(
    call: &'a Call,
    resolved: &mut Resolved,
    facts: &Facts,
    policy: OnUnsupported,
) -> Result<(Cow<'a, Call>, Vec<Warning>)> {
    // A conversation can be long: it is copied only where it changes.
    let mut call = Cow::Borrowed(call);
    if policy == OnUnsupported::Send {
        return Ok((call, Vec::new()));
    }
    if !facts.prefill && ends_in_text(&call.messages) {
        return Err(Error::invalid("messages", "a last turn that is not the assistant's, for this model"));
    }
    if !facts.schema_with_tools && call.schema.is_some() && !call.tools.is_empty() {
        return Err(unsupported("schema", Layer::Runtime, BOTH));
    }
    let mut warnings = Vec::new();
    let forced = matches!(call.tool_choice, Some(ToolChoice::Required | ToolChoice::Tool(_)));
    if forced && (!facts.forced_tools || thinks(resolved)) {
        changed("toolChoice", FORCED, policy, &mut warnings)?;
        call.to_mut().tool_choice = Some(ToolChoice::Auto);
    }
    if !facts.system_turns && has_system_turn(&call.messages) {
        changed("messages", TURNS, policy, &mut warnings)?;
        merge_system_turns(&mut call.to_mut().messages);
    }
    if facts.tools_without_effort && !call.tools.is_empty() && goes_to_chat(resolved) {
        without_effort(resolved, policy, &mut warnings)?;
    }
    Ok((call, warnings))
}

/// Whether the model is asked through chat completions although Responses suit it better.
fn goes_to_chat(resolved: &Resolved) -> bool {
    resolved.provider == ProviderId::Openai
        && (resolved.api == Some(Api::Chat) || resolved.api.is_none() && resolved.base_url.is_some())
}

fn without_effort(resolved: &mut Resolved, policy: OnUnsupported, out: &mut Vec<Warning>) -> Result<()> {
    if effort(resolved) == Some("none") {
        return Ok(());
    }
    changed("reasoning_effort", EFFORT, policy, out)?;
    resolved.provider_options.insert("reasoning_effort".to_owned(), "none".into());
    Ok(())
}

/// VA, LL: thinking with a budget takes no forced choice either.
fn thinks(resolved: &Resolved) -> bool {
    let kind = resolved.provider_options.get("thinking").map(|thinking| &thinking["type"]);
    resolved.provider == ProviderId::Anthropic && kind.is_some_and(|kind| kind == "enabled")
}

fn ends_in_text(messages: &[Message]) -> bool {
    match messages.last() {
        Some(Message::Assistant(content)) => matches!(content.last(), Some(Content::Text { .. })),
        _ => false,
    }
}

fn has_system_turn(messages: &[Message]) -> bool {
    messages.iter().any(|message| matches!(message, Message::System(_)))
}

fn merge_system_turns(messages: &mut Vec<Message>) {
    for message in std::mem::take(messages) {
        let message = match message {
            Message::System(text) => Message::User(vec![UserPart::Text(text)]),
            other => other,
        };
        match (messages.last_mut(), message) {
            (Some(Message::User(before)), Message::User(parts)) => before.extend(parts),
            (_, message) => messages.push(message),
        }
    }
}

fn changed(field: &str, reason: &'static str, policy: OnUnsupported, out: &mut Vec<Warning>) -> Result<()> {
    if policy == OnUnsupported::Error {
        return Err(unsupported(field, Layer::Runtime, reason));
    }
    out.push(Warning {
        code: "changed",
        field: field.to_owned(),
        message: format!("{field} was changed: {reason}"),
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::*;
    use crate::catalog;
    use crate::error::ErrorKind;
    use crate::model::ModelConfig;
    use crate::resolve::Base;
    use crate::resolve::InlineModel;
    use crate::resolve::resolve;

    fn adjusted(
        provider: ProviderId,
        model: &str,
        call: &Value,
        policy: OnUnsupported,
    ) -> (Call, Result<Vec<Warning>>) {
        let model = InlineModel::new(provider, model);
        let runtime = ModelConfig::read("modelConfig", &json!({})).unwrap();
        let mut resolved =
            resolve(Base::Inline { product: "shop", model: &model }, "dev", None, &runtime).unwrap();
        let call = Call::read(call).unwrap();
        let facts = catalog::facts(&resolved);
        match adjust_call(&call, &mut resolved, &facts, policy) {
            Ok((changed, warnings)) => (changed.into_owned(), Ok(warnings)),
            Err(error) => (call, Err(error)),
        }
    }

    fn forced() -> Value {
        json!({
            "messages": [{"role": "user", "content": "Hi"}],
            "tools": [{"name": "look", "parameters": {"type": "object"}}],
            "toolChoice": "required",
        })
    }

    #[test]
    fn r36_a_forced_choice_becomes_auto_where_it_is_refused() {
        let (call, done) =
            adjusted(ProviderId::Anthropic, "claude-sonnet-5-5", &forced(), OnUnsupported::Warn);
        assert_eq!((call.tool_choice, done.unwrap()[0].code), (Some(ToolChoice::Auto), "changed"));
        let (call, done) =
            adjusted(ProviderId::Anthropic, "claude-sonnet-4-5", &forced(), OnUnsupported::Warn);
        assert_eq!((call.tool_choice, done.unwrap().len()), (Some(ToolChoice::Required), 0));
        let (_, done) = adjusted(ProviderId::Anthropic, "claude-opus-5-5", &forced(), OnUnsupported::Error);
        assert_eq!(done.unwrap_err().field(), Some("toolChoice"));
        let (call, done) = adjusted(ProviderId::Anthropic, "claude-opus-5-5", &forced(), OnUnsupported::Send);
        assert_eq!((call.tool_choice, done.unwrap().len()), (Some(ToolChoice::Required), 0));
    }

    #[test]
    fn rule_08_r36_prefill_is_refused_before_sending() {
        let call =
            json!({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "So"}]});
        let (_, done) = adjusted(ProviderId::Anthropic, "claude-sonnet-4-6", &call, OnUnsupported::Warn);
        assert_eq!(done.unwrap_err().kind(), ErrorKind::InvalidInput);
        let (_, done) = adjusted(ProviderId::Anthropic, "claude-sonnet-4-5", &call, OnUnsupported::Warn);
        assert_eq!(done.unwrap(), []);
    }

    #[test]
    fn r36_later_system_turns_join_the_users() {
        let messages = json!([{"role": "user", "content": "Hi"}, {"role": "system", "content": "Short."}]);
        let call = json!({"messages": messages});
        let (call, done) = adjusted(ProviderId::Google, "gemini-4-argon", &call, OnUnsupported::Warn);
        let parts = ["Hi", "Short."].map(|text| UserPart::Text(text.to_owned()));
        assert_eq!(call.messages, [Message::User(parts.to_vec())]);
        assert_eq!(done.unwrap()[0].field, "messages");
    }

    #[test]
    fn r36_a_schema_with_tools_is_refused_where_one_excludes_the_other() {
        let mut call = forced();
        call["schema"] = json!({"type": "object"});
        for (model, refused) in [("gemini-2.5-pro", true), ("gemini-4-argon", false)] {
            let (_, done) = adjusted(ProviderId::Google, model, &call, OnUnsupported::Warn);
            assert_eq!(done.is_err(), refused, "{model}");
        }
    }

    #[test]
    fn rule_14_r36_tools_through_chat_go_without_effort_where_they_must() {
        let call = Call::read(&forced()).unwrap();
        for (id, api, sent) in [
            ("gpt-5.6-sol", Some(Api::Chat), Some("none")),
            ("gpt-5.6-sol", None, None),
            ("gpt-5.5", Some(Api::Chat), None),
        ] {
            let model = InlineModel { api, ..InlineModel::new(ProviderId::Openai, id) };
            let base = Base::Inline { product: "shop", model: &model };
            let mut resolved = resolve(base, "dev", None, &ModelConfig::default()).unwrap();
            let facts = catalog::facts(&resolved);
            let (_, warnings) = adjust_call(&call, &mut resolved, &facts, OnUnsupported::Warn).unwrap();
            assert_eq!((effort(&resolved), warnings.len()), (sent, usize::from(sent.is_some())), "{id}");
        }
    }
}
