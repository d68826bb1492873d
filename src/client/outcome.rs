//! What a call gives back besides the answer: who served it, and every attempt that it took.

use core::cell::RefCell;

use serde::Serialize;
use serde_json::Value;

use crate::chat::Completion;
use crate::error::Error;
use crate::model::ProviderId;
use crate::resolve::Resolved;

/// A whole answer with its circumstances; serialized, the result of `generate`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The answer. Its warnings include those of resolution.
    #[serde(flatten)]
    pub completion: Completion,
    /// Who answered.
    pub served: Served,
    /// Every request that was sent, in order.
    pub attempts: Vec<Attempt>,
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

/// One request and how it ended.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// The vendor.
    pub provider: ProviderId,
    /// The vendor's id of the model.
    pub model: String,
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
pub(crate) struct AttemptLog(RefCell<Vec<Attempt>>);

impl AttemptLog {
    /// Notes an attempt that brought an answer.
    pub(crate) fn succeeded(&self, served: &Served, status: u16) {
        self.push(served, Some(status), None, None);
    }

    /// Notes an attempt that failed, and the wait that follows, if any.
    pub(crate) fn failed(&self, served: &Served, error: &Error, delay_ms: Option<u32>) {
        self.push(served, error.status(), Some(error.code()), delay_ms);
    }

    fn push(&self, served: &Served, status: Option<u16>, code: Option<&'static str>, delay_ms: Option<u32>) {
        let model = served.model.clone();
        self.0.borrow_mut().push(Attempt { provider: served.provider, model, status, code, delay_ms });
    }

    /// The attempts, leaving none behind.
    pub(crate) fn take(&self) -> Vec<Attempt> {
        self.0.take()
    }

    /// Tells `error` what was tried. An error from before the first request stays as it is.
    pub(crate) fn attach(&self, error: Error) -> Error {
        with_attempts(error, &self.0.borrow())
    }
}

/// Adds the detail `attempts`.
pub(crate) fn with_attempts(error: Error, attempts: &[Attempt]) -> Error {
    if attempts.is_empty() {
        return error;
    }
    error.with("attempts", serde_json::to_value(attempts).unwrap_or(Value::Null))
}
