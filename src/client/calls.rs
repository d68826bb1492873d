//! `generate` and `stream`: from plain options to an answer. Each step fails with its own code: resolution, the page's
//! refusal, the provider's absence, the key, the encoding, and only then the network.

use serde_json::Value;

use super::Client;
use super::api_key;
use super::cancel::until;
use super::exchange::Exchange;
use super::outcome::AttemptLog;
use super::outcome::Outcome;
use super::outcome::Served;
use super::ports::Ports;
use super::resolution::ResolveOptions;
use super::scrub::Scrubber;
use super::stream::CompletionStream;
use super::timeouts::CallTimeout;
use super::timeouts::Patience;
use super::timeouts::Phase;
use super::timeouts::bounded;
use super::timeouts::deadline;
use crate::catalog;
use crate::chat::Call;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::providers;
use crate::providers::Draft;
use crate::providers::Encoded;
use crate::reader::Reader;

/// A call's own option, next to those of resolution and of the exchange.
const TIMEOUT: &str = "timeout";

impl<P: Ports> Client<P> {
    /// One whole answer.
    ///
    /// `options` are those of resolution (`product`, `env`, `model`, `agent`, `modelConfig`), those of the exchange
    /// ([`Call::FIELDS`]), and `timeout`: milliseconds for each attempt, or `{totalMs, firstContentMs, idleMs}`.
    /// Failed attempts are repeated as the client's `retry` option says. Dropping the future aborts the request.
    ///
    /// # Errors
    /// Before anything is sent: `invalid_input`, the errors of resolution (`model_not_found`, `env_not_found`,
    /// `env_inactive`, …), `browser_refused`, `missing_api_key`, `unknown_key`, `tampered`. After: `auth_failed`,
    /// `rate_limited`, `overloaded`, `network`, `timeout` (detail `phase`: `attempt` or `total`), `redirect_refused`,
    /// `bad_response`, `limit_exceeded` and what else the provider reports; the detail `attempts` lists every request.
    pub async fn generate(&self, options: &Value) -> Result<Outcome> {
        let log = AttemptLog::default();
        let (call, timeout) = read(options)?;
        let work = async {
            let exchange = self.exchange(options, call, timeout).await?;
            exchange.generate(&self.ports, &log).await
        };
        let done = bounded(self.ports.clock(), timeout.total, Phase::Total, work).await;
        done.map_err(|error| log.attach(error))
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
        until(cancelled, self.generate(options)).await
    }

    /// One answer in parts, with the same options as [`Client::generate`]. Returns with the first content; an error
    /// before that is repeated like any other, one after it ends the stream. `timeout` bounds the wait for the first
    /// content and each gap after it, never the whole stream; `totalMs` does that.
    ///
    /// # Errors
    /// As [`Client::generate`]; the `phase` of a `timeout` is `first_content` or `total`.
    pub async fn stream(&self, options: &Value) -> Result<CompletionStream<'_, P>> {
        let log = AttemptLog::default();
        let (mut call, timeout) = read(options)?;
        call.stream = true;
        let work = async {
            let exchange = self.exchange(options, call, timeout).await?;
            exchange.stream(&self.ports, &log).await
        };
        let done = bounded(self.ports.clock(), timeout.total, Phase::Total, work).await;
        done.map_err(|error| log.attach(error))
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
        until(cancelled, self.stream(options)).await
    }

    /// Everything up to the first request. The key lives from its opening to the end of the encoding.
    async fn exchange(&self, options: &Value, call: Call, timeout: CallTimeout) -> Result<Exchange<'static>> {
        let patience_until = deadline(self.ports.clock(), timeout.total);
        let target = self.resolve_target(options).await?;
        self.refuse_in_a_page()?;
        let (id, api) = (target.resolved.provider, target.resolved.api);
        let provider = providers::provider(id, api, &catalog::facts(&target.resolved))?;
        let key = api_key::obtain(&self.ports, &self.keyring, &target.resolved).await?;
        let scrubber = Scrubber::new(key.as_ref());
        let draft = Draft::new(&target.resolved, &call, key.as_ref());
        let encoded = provider.encode(&draft).map_err(|error| scrubber.error(error));
        drop(key);
        let Encoded { request, warnings } = encoded?;
        let limits = timeout.limits(target.resolved.settings.timeout.sent().copied());
        Ok(Exchange {
            provider,
            request,
            served: Served::of(&target.resolved),
            warnings: [target.warnings, warnings].concat(),
            wants_object: call.schema.is_some(),
            limits,
            patience: Patience { idle_ms: limits.idle, deadline_ms: patience_until },
            retry: self.options.retry,
            scrubber,
        })
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

fn read(options: &Value) -> Result<(Call, CallTimeout)> {
    let reader = Reader::new("", options)?;
    reader.only(&[ResolveOptions::FIELDS, Call::FIELDS, &[TIMEOUT]].concat())?;
    let timeout = reader.optional(TIMEOUT, CallTimeout::read)?.unwrap_or_default();
    Ok((Call::read(options)?, timeout))
}
