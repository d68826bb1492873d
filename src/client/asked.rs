//! What a call asks, whoever answers it: its options, read once. It knows the names of the options; not what they lead
//! to.

use serde_json::Value;

use super::Client;
use super::options::RetryOptions;
use super::ports::Ports;
use super::resolution::ResolveOptions;
use super::timeouts::CallTimeout;
use super::timeouts::deadline;
use crate::chat::Call;
use crate::error::Result;
use crate::model;
use crate::reader::Reader;

/// The call's own options, next to those of resolution and of the exchange.
const FALLBACK: &str = "fallback";
const TIMEOUT: &str = "timeout";

/// One call as it was asked for.
pub(super) struct Asked {
    pub(super) call: Call,
    /// The model that the call names, and what else decides its target.
    pub(super) target: ResolveOptions,
    pub(super) timeout: CallTimeout,
    pub(super) retry: RetryOptions,
    /// The moment at which all of it must be over, in milliseconds since 1970.
    pub(super) deadline_ms: Option<u64>,
    /// The call's own list of stand-ins; the model's counts where it is `None`.
    pub(super) fallback: Option<Vec<String>>,
}

impl Asked {
    /// Whether there is no time left for a further request.
    pub(super) fn is_over(&self, now_ms: u64) -> bool {
        self.deadline_ms.is_some_and(|at| at <= now_ms)
    }
}

impl<P: Ports> Client<P> {
    /// Reads the options of a call that starts now.
    pub(super) async fn read_call(&self, options: &Value, stream: bool) -> Result<Asked> {
        let reader = Reader::new("", options)?;
        reader.only(&[ResolveOptions::FIELDS, Call::FIELDS, &[FALLBACK, TIMEOUT]].concat())?;
        let timeout = reader.optional(TIMEOUT, CallTimeout::read)?.unwrap_or_default();
        Ok(Asked {
            call: Call { stream, ..Call::read(options)? },
            fallback: reader.optional(FALLBACK, model::read_fallback)?,
            deadline_ms: deadline(self.ports.clock(), timeout.total),
            target: ResolveOptions::read(options, self.named_agent(options).await?, &self.options)?,
            retry: self.options.retry,
            timeout,
        })
    }
}
