//! What is tried once when a target refuses a call: a key that was changed elsewhere meanwhile, and a body without what
//! was refused. It changes the exchange; it does not repeat an unchanged one, which `retry` does.

use super::Client;
use super::asked::Asked;
use super::continuation::continued;
use super::exchange::BodyOf;
use super::exchange::Exchange;
use super::heal::Lesson;
use super::outcome::AttemptLog;
use super::ports::Ports;
use super::resolution::ResolveOptions;
use super::retry::repeat;
use super::stream::StreamParts;
use crate::catalog::OnUnsupported;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::http::HeaderValue;
use crate::http::HttpRequest;

impl<P: Ports> Client<P> {
    /// The answer of one target, resolved from `options`, with its own retries.
    ///
    /// # Errors
    /// The last error of a request.
    pub(super) async fn answered(
        &self,
        asked: &Asked,
        options: &ResolveOptions,
        mut exchange: Exchange,
        log: &AttemptLog,
    ) -> Result<StreamParts<BodyOf<P>>> {
        let (mut retries, mut has_reread, mut has_healed) = (0, false, false);
        let mut lesson: Option<Lesson> = None;
        loop {
            let error = match repeat(&self.ports, &exchange, &mut retries, log).await {
                Ok(opened) => {
                    self.lessons.learn(lesson);
                    let next =
                        async |exchange: &Exchange| repeat(&self.ports, exchange, &mut retries, log).await;
                    let opened = continued(&mut exchange, opened, next).await;
                    return Ok(exchange.deliver(opened, log));
                }
                Err(error) => error,
            };
            if !has_reread && is_key_refused(&error) && exchange.served.tag.is_some() {
                has_reread = true;
                if let Some(fresh) = self.with_changed_key(asked, options, &exchange).await {
                    exchange = fresh;
                    continue;
                }
            }
            if has_healed {
                self.lessons.learn(lesson.filter(|lesson| exchange.has_next_complaint(&error, lesson)));
                return Err(error);
            }
            let is_strict = self.options.on_unsupported == OnUnsupported::Error;
            let Some(learned) = exchange.heal(&error, is_strict) else { return Err(error) };
            has_healed = true;
            lesson = learned;
        }
    }

    /// The exchange as it would be prepared now, where that uses another key than `refused` did. A record that cannot
    /// be read now is no news: the provider's refusal says more.
    async fn with_changed_key(
        &self,
        asked: &Asked,
        options: &ResolveOptions,
        refused: &Exchange,
    ) -> Option<Exchange> {
        let fresh = self.prepare(asked, options).await.ok()?;
        let is_changed = secret(&fresh.request) != secret(&refused.request);
        is_changed.then_some(fresh)
    }
}

fn is_key_refused(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::AuthFailed | ErrorKind::PermissionDenied)
}

/// The header that carries the key.
fn secret(request: &HttpRequest) -> Option<&HeaderValue> {
    request.headers.iter().map(|(_, value)| value).find(|value| matches!(value, HeaderValue::Secret(_)))
}
