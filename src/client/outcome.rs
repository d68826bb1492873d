//! What a call gives back besides the answer: who served it, and every attempt that it took.

use core::cell::RefCell;

use serde::Serialize;
use serde::Serializer;
use serde_json::Map;
use serde_json::Value;

use super::exchange::Exchange;
use super::observe::AttemptSpan;
use super::observe::CallSpan;
use crate::chat::Completion;
use crate::chat::Written;
use crate::chat::serialize;
use crate::error::Error;
use crate::json::Writer;
use crate::model::ProviderId;
use crate::resolve::Resolved;

/// A whole answer with its circumstances; serialized, the result of `generate`.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The answer. Its warnings include those of resolution.
    pub completion: Completion,
    /// Who answered.
    pub served: Served,
    /// Every request that was sent, and every fallback that could not be used, in order.
    pub attempts: Vec<Attempt>,
}

impl Written for Outcome {
    fn write(&self, out: &mut Writer) {
        out.object(|out| {
            self.completion.write_fields(out);
            out.key("served").serialized(&self.served);
            out.key("attempts").serialized(&self.attempts);
        });
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        serialize(self, to)
    }
}

/// Who answered a call.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Served {
    /// The model's tag; `null` for an inline model.
    pub tag: Option<String>,
    /// The vendor.
    pub provider: ProviderId,
    /// The vendor's id of the model.
    pub model: String,
    /// The environment.
    pub env: String,
}

impl Served {
    pub(crate) fn of(resolved: &Resolved) -> Self {
        Self {
            tag: resolved.tag.clone(),
            provider: resolved.provider,
            model: resolved.model_id().to_owned(),
            env: resolved.env.clone(),
        }
    }
}

/// One request and how it ended, or a fallback that could not be used and why.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// The model's tag; absent for an inline model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The vendor; absent where a fallback could not be used, so that nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderId>,
    /// The vendor's id of the model; absent like the vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The HTTP status, where there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The error's code, where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The wait before the next attempt, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u32>,
}

/// The attempts so far. Shared, so that a call whose time ran out can still report them.
#[derive(Debug, Default)]
pub(crate) struct AttemptLog {
    attempts: RefCell<Vec<Attempt>>,
    /// The call, where it is observed.
    call: RefCell<Option<Box<CallSpan>>>,
}

impl AttemptLog {
    /// The log of a call that is observed.
    pub(super) fn observed(call: CallSpan) -> Self {
        Self { attempts: RefCell::default(), call: RefCell::new(Some(Box::new(call))) }
    }

    /// An attempt begins.
    pub(super) fn attempt(&self, exchange: &Exchange) -> AttemptSpan {
        self.call.borrow().as_ref().map(|call| call.attempt(exchange)).unwrap_or_default()
    }

    /// The call as it is observed, for whoever reads its answer.
    pub(super) fn take_call(&self) -> Option<Box<CallSpan>> {
        self.call.take()
    }

    /// The call failed.
    pub(super) fn fail(&self, error: &Error) {
        if let Some(call) = self.call.take() {
            call.failed(error);
        }
    }

    /// Notes an attempt that brought an answer.
    pub(crate) fn succeeded(&self, served: &Served, status: u16) {
        self.push(served, Some(status), None, None);
    }

    /// Notes an attempt that failed, and the wait that follows, if any.
    pub(crate) fn failed(&self, served: &Served, error: &Error, delay_ms: Option<u32>) {
        self.push(served, error.status(), Some(error.code()), delay_ms);
        if let (Some(call), Some(ms)) = (&*self.call.borrow(), delay_ms) {
            call.retries(error, ms);
        }
    }

    /// Notes a fallback that could not be used.
    pub(crate) fn skipped(&self, tag: String, error: &Error) {
        let code = Some(error.code());
        if let Some(call) = &*self.call.borrow() {
            call.passes_over(&tag, error);
        }
        let skipped =
            Attempt { tag: Some(tag), provider: None, model: None, status: None, code, delay_ms: None };
        self.attempts.borrow_mut().push(skipped);
    }

    fn push(&self, served: &Served, status: Option<u16>, code: Option<&'static str>, delay_ms: Option<u32>) {
        let (tag, provider) = (served.tag.clone(), Some(served.provider));
        let model = Some(served.model.clone());
        self.attempts.borrow_mut().push(Attempt { tag, provider, model, status, code, delay_ms });
    }

    /// The attempts, leaving none behind.
    pub(crate) fn take(&self) -> Vec<Attempt> {
        self.attempts.take()
    }

    /// Tells `error`, with which the call ends, what was tried. An error from before the first request stays as it is.
    pub(crate) fn attach(&self, error: Error) -> Error {
        self.fail(&error);
        with_attempts(error, &self.attempts.borrow())
    }
}

/// Adds the detail `attempts`.
pub(crate) fn with_attempts(error: Error, attempts: &[Attempt]) -> Error {
    if attempts.is_empty() {
        return error;
    }
    error.with("attempts", attempts.iter().map(detail).collect::<Vec<_>>())
}

/// The attempt as it is serialized.
fn detail(attempt: &Attempt) -> Value {
    let mut map = Map::new();
    let mut put = |name: &str, value: Option<Value>| value.map(|value| map.insert(name.to_owned(), value));
    put("tag", attempt.tag.as_deref().map(Value::from));
    put("provider", attempt.provider.map(|id| id.as_str().into()));
    put("model", attempt.model.as_deref().map(Value::from));
    put("status", attempt.status.map(Value::from));
    put("code", attempt.code.map(Value::from));
    put("delayMs", attempt.delay_ms.map(Value::from));
    Value::Object(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_the_attempt_as_it_is_serialized() {
        let full = Attempt {
            tag: Some("chat".to_owned()),
            provider: Some(ProviderId::Openai),
            model: Some("m".to_owned()),
            status: Some(429),
            code: Some("rate_limited"),
            delay_ms: Some(7),
        };
        let bare = Attempt { tag: None, status: None, code: None, delay_ms: None, ..full.clone() };
        let skipped = Attempt { provider: None, model: None, ..full.clone() };
        for attempt in [full, bare, skipped] {
            assert_eq!(detail(&attempt), serde_json::to_value(&attempt).unwrap());
        }
    }
}
