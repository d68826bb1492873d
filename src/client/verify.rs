//! Whether a stored model can be called: one smallest real call, and what its end says about the configuration. It never
//! tries twice, and a provider's refusal is its result, not its failure.

use core::pin::pin;

use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use super::Client;
use super::asked::Asked;
use super::options::RetryOptions;
use super::outcome::Served;
use super::ports::Clock;
use super::ports::Ports;
use super::resolution::Target;
use super::timeouts::Phase;
use super::timeouts::bounded;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// The fewest tokens that every provider lets a caller ask for: OpenAI's Responses take no less.
const MAX_TOKENS: u32 = 16;
/// The limit where the caller sets none, in milliseconds.
const TIMEOUT_MS: u32 = 15_000;

/// What is wrong with a model, in one word.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VerifyStatus {
    /// The model answered.
    Ok,
    /// The provider refused the API key.
    BadKey,
    /// The key is right and may not do this.
    NoPermission,
    /// The provider does not know the model, or the address leads past its API.
    UnknownModel,
    /// The account has no credit or quota left.
    QuotaExhausted,
    /// Too many requests for now; key and model may well be right.
    RateLimited,
    /// Nothing answered: no such host, no connection, or not in time.
    Unreachable,
    /// The provider answered that it cannot serve now.
    Unavailable,
    /// The provider understood the call and refused it: a setting or an option of the model.
    Rejected,
    /// No call came about on this side, or what answered is no such API: the key is missing or does not open, the
    /// address redirects or belongs to a web page.
    Misconfigured,
}

/// The result of [`Client::verify`].
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// Whether the model answered.
    pub ok: bool,
    /// What is wrong, if anything.
    pub status: VerifyStatus,
    /// The code of the error that a call would fail with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// That error's message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The HTTP status, where a refusal came with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Who was asked.
    pub served: Served,
    /// How long it took, in milliseconds.
    pub latency_ms: u64,
}

impl<P: Ports> Client<P> {
    /// Calls a stored model once, with the prompt "Hi" and at most 16 tokens, as any other call of it would be made:
    /// without retries and fallbacks. Takes `{product?, tag, env?, timeout?}`; `timeout` is in milliseconds and 15000
    /// by default. What the provider refuses is told in the result.
    ///
    /// # Errors
    /// `invalid_input`, the errors of resolution and of reading the record, `browser_refused`.
    pub async fn verify(&self, options: &Value) -> Result<Verification> {
        let asked = self.smallest_call(options).await?;
        let target = self.resolve_target(&asked.target).await?;
        let served = Served::of(&target.resolved);
        let clock = self.ports.clock();
        let started = clock.now_ms();
        let total = asked.timeout.total;
        let answer = bounded(clock, total, Phase::Total, pin!(self.answers(&asked, target))).await;
        let latency_ms = clock.now_ms().saturating_sub(started);
        match answer {
            Err(error) if !has_answered(&error) => Verification::failed(error, served, latency_ms),
            _ => Ok(Verification::answered(served, latency_ms)),
        }
    }

    async fn smallest_call(&self, options: &Value) -> Result<Asked> {
        let reader = Reader::new("", options)?;
        reader.only(&["product", "tag", "env", "timeout"])?;
        let tag = reader.required("tag", "the model's tag", reader::id)?;
        let limit = |path: &str, value: &Value| reader::integer(path, value, 1, i32::MAX.unsigned_abs());
        let total = reader.optional("timeout", limit)?.unwrap_or(TIMEOUT_MS);
        let call = json!({
            "product": reader.value("product"),
            "env": reader.value("env"),
            "model": tag,
            "prompt": "Hi",
            "modelConfig": {"maxTokens": MAX_TOKENS},
            "timeout": {"totalMs": total},
            "fallback": [],
        });
        Ok(Asked { retry: RetryOptions { max_retries: 0 }, ..self.read_call(&call, false).await? })
    }

    async fn answers(&self, asked: &Asked, target: Target) -> Result<()> {
        let log = self.log_of(asked, None);
        let work = async {
            let exchange = self.ready(asked, target).await?;
            self.answered(asked, &asked.target, exchange, &log).await.map(drop)
        };
        work.await.inspect_err(|error| log.fail(error))
    }
}

impl Verification {
    fn answered(served: Served, latency_ms: u64) -> Self {
        let status = VerifyStatus::Ok;
        Self { ok: true, status, code: None, message: None, http_status: None, served, latency_ms }
    }

    fn failed(error: Error, served: Served, latency_ms: u64) -> Result<Self> {
        let Some(status) = status(error.kind()) else { return Err(error) };
        let (code, message) = (Some(error.code()), Some(error.to_string()));
        Ok(Self { ok: false, status, code, message, http_status: error.status(), served, latency_ms })
    }
}

/// OpenAI's reasoning models may spend 16 tokens on thought, which its chat completions report as a 400.
fn has_answered(error: &Error) -> bool {
    let said = error.detail("providerMessage").and_then(Value::as_str).unwrap_or_default();
    error.kind() == ErrorKind::BadRequest && said.contains("output limit was reached")
}

/// What the error says about the configuration; `None` where it says nothing.
fn status(kind: ErrorKind) -> Option<VerifyStatus> {
    Some(match kind {
        ErrorKind::AuthFailed => VerifyStatus::BadKey,
        ErrorKind::PermissionDenied => VerifyStatus::NoPermission,
        ErrorKind::ModelRetired | ErrorKind::NotFound => VerifyStatus::UnknownModel,
        ErrorKind::QuotaExceeded => VerifyStatus::QuotaExhausted,
        ErrorKind::RateLimited => VerifyStatus::RateLimited,
        ErrorKind::Network | ErrorKind::Timeout => VerifyStatus::Unreachable,
        ErrorKind::Overloaded => VerifyStatus::Unavailable,
        ErrorKind::BadRequest
        | ErrorKind::ContentFiltered
        | ErrorKind::ContextLength
        | ErrorKind::UnsupportedParameter => VerifyStatus::Rejected,
        ErrorKind::BadResponse
        | ErrorKind::InvalidApiKey
        | ErrorKind::LimitExceeded
        | ErrorKind::MalformedEnvelope
        | ErrorKind::MissingApiKey
        | ErrorKind::RedirectRefused
        | ErrorKind::RetiredKey
        | ErrorKind::Tampered
        | ErrorKind::UnknownKey
        | ErrorKind::UnsupportedVersion => VerifyStatus::Misconfigured,
        _ => return None,
    })
}
