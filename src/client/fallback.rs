//! Who answers a call: the model that it names, then those that stand in for it, one after the other. It decides which
//! errors another model could do better; what one model's exchange takes is not its concern.

use super::Client;
use super::asked::Asked;
use super::exchange::BodyOf;
use super::outcome::AttemptLog;
use super::ports::Clock;
use super::ports::Ports;
use super::stream::StreamParts;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;

impl<P: Ports> Client<P> {
    /// The first answer that any of the call's targets begins. Targets are resolved when their turn comes.
    ///
    /// # Errors
    /// Those of preparing the model that the call names, at once; the last error of a request.
    pub(super) async fn serve(&self, asked: &Asked, log: &AttemptLog) -> Result<StreamParts<BodyOf<P>>> {
        let mut exchange = self.prepare(asked, &asked.target).await?;
        let first = exchange.served.clone();
        let stored = core::mem::take(&mut exchange.fallback);
        let tags = asked.fallback.clone().unwrap_or(stored);
        let mut tags = tags.into_iter().filter(|tag| first.tag.as_ref() != Some(tag));
        let mut options = asked.target.clone();
        loop {
            let error = match self.answered(asked, &options, exchange, log).await {
                Ok(parts) => return Ok(parts),
                Err(error) => error,
            };
            if !worth_another(&error) || asked.is_over(self.ports.clock().now_ms()) {
                return Err(error);
            }
            exchange = loop {
                let Some(tag) = tags.next() else { return Err(error) };
                options = asked.target.to_stand_in(tag.clone(), first.provider);
                match self.prepare(asked, &options).await {
                    Ok(exchange) => break exchange,
                    Err(error) => log.skipped(tag, &error),
                }
            };
        }
    }
}

/// Whether another model may answer what this one did not. A call that is wrong in itself would be wrong everywhere.
fn worth_another(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::AuthFailed
            | ErrorKind::BadResponse
            | ErrorKind::ModelRetired
            | ErrorKind::Network
            | ErrorKind::NotFound
            | ErrorKind::Overloaded
            | ErrorKind::PermissionDenied
            | ErrorKind::QuotaExceeded
            | ErrorKind::RateLimited
            | ErrorKind::Timeout
    )
}
