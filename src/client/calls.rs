//! `generate` and `stream`: from plain options to an answer. Each step fails with its own code: resolution, the page's
//! refusal, the key, the encoding, and only then the network.

use core::pin::pin;

use serde_json::Value;

use super::Client;
use super::asked::Asked;
use super::cancel::until;
use super::exchange::BodyOf;
use super::exchange::Exchange;
use super::outcome::Outcome;
use super::outcome::Served;
use super::ports::Ports;
use super::resolution::ResolveOptions;
use super::resolution::Target;
use super::scrub::Scrubber;
use super::stream::CompletionStream;
use super::stream::StreamParts;
use super::timeouts::Patience;
use super::timeouts::Phase;
use super::timeouts::bounded;
use crate::catalog;
use crate::catalog::OnUnsupported;
use crate::chat::Warning;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::providers;
use crate::providers::Draft;
use crate::providers::Encoded;
use crate::resolve::Layer;
use crate::secret::ApiKey;

/// What a wire leaves out or narrows is refused, too, where the caller wants to hear of it before anything is sent.
fn refuse_losses(warnings: &[Warning], policy: OnUnsupported) -> Result<()> {
    let lost = warnings.iter().find(|warning| matches!(warning.code, "clamped" | "dropped"));
    match lost.filter(|_| policy == OnUnsupported::Error) {
        None => Ok(()),
        Some(Warning { field, message, .. }) => {
            Err(Error::new(ErrorKind::UnsupportedParameter, message).with("field", field.as_str()))
        }
    }
}

impl<P: Ports> Client<P> {
    /// One whole answer.
    ///
    /// `options` are those of resolution (`product`, `env`, `model`, `agent`, `modelConfig`), those of the exchange
    /// ([`Call::FIELDS`](crate::chat::Call::FIELDS)), `timeout`: milliseconds for each attempt, or
    /// `{totalMs, firstContentMs, idleMs}`, and `fallback`: tags of the models that are asked in turn where this one
    /// fails, in place of those that the model names. Failed attempts are repeated as the client's `retry` option says.
    /// Dropping the future aborts the request.
    ///
    /// # Errors
    /// Before anything is sent: `invalid_input`, the errors of resolution (`model_not_found`, `env_not_found`,
    /// `env_inactive`, …), `browser_refused`, `missing_api_key`, `unknown_key`, `tampered`. After: `auth_failed`,
    /// `rate_limited`, `overloaded`, `network`, `timeout` (detail `phase`: `attempt` or `total`), `redirect_refused`,
    /// `bad_response`, `limit_exceeded` and what else the provider reports; the detail `attempts` lists every request.
    pub async fn generate(&self, options: &Value) -> Result<Outcome> {
        let mut parts = self.called(options, false).await?;
        Ok(parts.decoder.take_outcome())
    }

    /// [`Client::generate`], until `cancelled` completes: then the request is aborted, whatever it was waiting for.
    ///
    /// # Errors
    /// As there; `aborted`.
    pub async fn generate_until(
        &self,
        options: &Value,
        cancelled: impl Future<Output = ()>,
    ) -> Result<Outcome> {
        until(cancelled, pin!(self.generate(options))).await
    }

    /// One answer in parts, with the same options as [`Client::generate`]. Returns with the first content; an error
    /// before that is repeated like any other, one after it ends the stream. `timeout` bounds the wait for the first
    /// content and each gap after it, never the whole stream; `totalMs` does that.
    ///
    /// # Errors
    /// As [`Client::generate`]; the `phase` of a `timeout` is `first_content` or `total`.
    pub async fn stream(&self, options: &Value) -> Result<CompletionStream<'_, P>> {
        let parts = self.called(options, true).await?;
        Ok(CompletionStream::new(&self.ports, parts))
    }

    /// [`Client::stream`], until `cancelled` completes before the first content.
    /// [`CompletionStream::next_until`] takes over from there.
    ///
    /// # Errors
    /// As there; `aborted`.
    pub async fn stream_until(
        &self,
        options: &Value,
        cancelled: impl Future<Output = ()>,
    ) -> Result<CompletionStream<'_, P>> {
        until(cancelled, pin!(self.stream(options))).await
    }

    /// Both kinds of call in one: a whole answer is a stream that has already ended.
    async fn called(&self, options: &Value, stream: bool) -> Result<StreamParts<BodyOf<P>>> {
        let asked = self.read_call(options, stream).await?;
        let log = self.log_of(&asked, None);
        let (clock, total) = (self.ports.clock(), asked.timeout.total);
        let done = bounded(clock, total, Phase::Total, pin!(self.serve(&asked, &log))).await;
        done.map_err(|error| log.attach(error))
    }

    /// The call as the model of `options` gets it, ready to send.
    pub(super) async fn prepare(&self, asked: &Asked, options: &ResolveOptions) -> Result<Exchange> {
        let target = self.resolve_target(options).await?;
        self.ready(asked, target).await
    }

    /// The call as `target` gets it. The key lives from its opening to the end of the encoding.
    pub(super) async fn ready(&self, asked: &Asked, target: Target) -> Result<Exchange> {
        self.refuse_in_a_page()?;
        let key = self.obtain_key(&target.resolved).await?;
        self.exchange(asked, target, key.as_ref())
    }

    /// Everything from the key to the first request.
    pub(super) fn exchange(&self, asked: &Asked, target: Target, key: Option<&ApiKey>) -> Result<Exchange> {
        let Target { mut resolved, warnings: known, fallback } = target;
        let facts = catalog::facts(&resolved);
        let provider = providers::provider(&resolved, &facts)?;
        let policy = self.options.on_unsupported;
        let (call, changed) = catalog::adjust_call(&asked.call, &mut resolved, &facts, policy)?;
        let scrubber = Scrubber::new(key);
        let draft = Draft { in_page: self.options.in_page, ..Draft::new(&resolved, &call, key) };
        let encoded = provider.encode(&draft).map_err(|error| scrubber.error(error));
        let Encoded { request, warnings } = encoded?;
        refuse_losses(&warnings, policy)?;
        let limits = asked.timeout.limits(resolved.settings.timeout.sent().copied());
        let mut exchange = Exchange {
            provider,
            told: self.watch.request(&resolved, &call, &request.url),
            request,
            served: Served::of(&resolved),
            warnings: [known, changed, warnings].concat(),
            streams: asked.call.stream,
            wants_object: asked.call.schema.is_some(),
            limits,
            patience: Patience { idle_ms: limits.idle, deadline_ms: asked.deadline_ms },
            retry: asked.retry,
            scrubber,
            has_default_temperature: resolved.settings.temperature.source == Layer::Default,
            fallback,
        };
        self.lessons.apply(&mut exchange);
        Ok(exchange)
    }

    fn refuse_in_a_page(&self) -> Result<()> {
        if !self.options.refuse_provider_calls {
            return Ok(());
        }
        let message = "a page's scripts can all read a key that the page uses, so direct provider calls are refused; \
                       call through your server, or set dangerouslyAllowBrowser";
        Err(Error::new(ErrorKind::BrowserRefused, message))
    }
}
