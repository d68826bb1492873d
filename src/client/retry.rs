//! Whether a failed attempt is repeated unchanged, and when. Pure decisions and one loop around them.

use super::exchange::BodyOf;
use super::exchange::Exchange;
use super::exchange::Opened;
use super::outcome::AttemptLog;
use super::ports::Clock;
use super::ports::Ports;
use super::ports::Random;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;

/// A provider that asks for a longer wait, in milliseconds, gets none: the call fails at once and says how long.
const LONGEST_WAIT_MS: u64 = 60_000;
/// The cap of the first wait that no provider asked for, in milliseconds; it doubles from attempt to attempt.
const FIRST_CAP_MS: u32 = 500;
/// The highest cap, in milliseconds.
const LAST_CAP_MS: u32 = 8_000;

/// Sends until an answer begins, the exchange fails for good, or the retries are used up, counted on from `retries`.
/// Every error is stripped of the key before anyone sees it.
pub(super) async fn repeat<P: Ports>(
    ports: &P,
    exchange: &Exchange,
    retries: &mut u32,
    log: &AttemptLog,
) -> Result<Opened<BodyOf<P>>> {
    loop {
        let attempt = log.attempt(exchange);
        let error = match exchange.attempt(ports).await {
            Ok((status, done)) => {
                attempt.succeeded(status);
                log.succeeded(&exchange.served, status);
                return Ok(done);
            }
            Err(error) => exchange.clean(error),
        };
        attempt.failed(&error);
        let left = exchange.retry.max_retries.saturating_sub(*retries);
        let wait = next_wait(&error, *retries, left).map(|wait| wait.draw(ports.random()));
        let wait = wait.filter(|ms| fits(*ms, exchange.patience.left(ports.clock().now_ms())));
        log.failed(&exchange.served, &error, wait);
        let Some(ms) = wait else { return Err(error) };
        ports.clock().sleep(ms).await;
        *retries += 1;
    }
}

/// How long to wait before the next attempt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Wait {
    /// What the provider asked for, in milliseconds.
    Asked(u32),
    /// Anything from 0 to this many milliseconds: full jitter keeps callers that failed together apart.
    UpTo(u32),
}

impl Wait {
    fn draw(self, random: &impl Random) -> u32 {
        match self {
            Wait::Asked(ms) => ms,
            Wait::UpTo(cap) => jitter(cap, random),
        }
    }
}

/// The wait after `error`, where `retries` were made and `left` may follow; `None` where the call is over.
fn next_wait(error: &Error, retries: u32, left: u32) -> Option<Wait> {
    if left == 0 || !worth_repeating(error) {
        return None;
    }
    match error.retry_after_ms() {
        Some(ms) if ms > LONGEST_WAIT_MS => None,
        Some(ms) => u32::try_from(ms).ok().map(Wait::Asked),
        None => Some(Wait::UpTo(cap(retries))),
    }
}

/// The provider's own word (`x-should-retry`) is already part of `retryable`. An answer that came and cannot be read
/// was paid for and would come again; an empty account stays empty.
fn worth_repeating(error: &Error) -> bool {
    let hopeless = matches!(error.kind(), ErrorKind::BadResponse | ErrorKind::QuotaExceeded);
    error.retryable() && !hopeless && error.status() != Some(501)
}

fn cap(retries: u32) -> u32 {
    FIRST_CAP_MS.saturating_mul(2_u32.saturating_pow(retries)).min(LAST_CAP_MS)
}

/// 0 to `cap`, evenly. Without randomness the full cap: late, but no worse.
fn jitter(cap: u32, random: &impl Random) -> u32 {
    let mut bytes = [0; 4];
    match random.fill(&mut bytes) {
        Ok(()) => {
            let scaled = u64::from(u32::from_be_bytes(bytes)) * (u64::from(cap) + 1);
            u32::try_from(scaled >> 32).unwrap_or(cap)
        }
        Err(_) => cap,
    }
}

/// Whether there is time left after the wait; a wait that only leads to a `timeout` would hide the real error.
fn fits(ms: u32, left: Option<u32>) -> bool {
    left.is_none_or(|left| ms < left)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed([u8; 4]);

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) -> Result<()> {
            bytes.copy_from_slice(&self.0);
            Ok(())
        }
    }

    fn failed(kind: ErrorKind) -> Error {
        Error::new(kind, "failed")
    }

    #[test]
    fn r59_retryable_errors_are_repeated_and_others_are_not() {
        use ErrorKind::*;
        for kind in [Network, Overloaded, RateLimited, Timeout] {
            assert_eq!(next_wait(&failed(kind), 0, 2), Some(Wait::UpTo(500)), "{kind:?}");
        }
        for kind in [
            Aborted,
            AuthFailed,
            BadRequest,
            BadResponse,
            ContextLength,
            NotFound,
            QuotaExceeded,
            RedirectRefused,
        ] {
            assert_eq!(next_wait(&failed(kind), 0, 2), None, "{kind:?}");
        }
    }

    #[test]
    fn r59_the_providers_word_outranks_the_kind() {
        assert_eq!(next_wait(&failed(ErrorKind::Overloaded).with_retryable(false), 0, 2), None);
        assert!(next_wait(&failed(ErrorKind::BadRequest).with_retryable(true), 0, 2).is_some());
        assert_eq!(next_wait(&failed(ErrorKind::QuotaExceeded).with_retryable(true), 0, 2), None);
        assert_eq!(next_wait(&failed(ErrorKind::Overloaded).with_status(501), 0, 2), None);
    }

    #[test]
    fn r59_retries_are_counted() {
        assert_eq!(next_wait(&failed(ErrorKind::Network), 2, 0), None);
    }

    #[test]
    fn r59_a_provider_may_ask_for_up_to_a_minute() {
        let asking = |ms| failed(ErrorKind::RateLimited).with_retry_after_ms(Some(ms));
        assert_eq!(next_wait(&asking(0), 0, 2), Some(Wait::Asked(0)));
        assert_eq!(next_wait(&asking(60_000), 0, 2), Some(Wait::Asked(60_000)));
        assert_eq!(next_wait(&asking(60_001), 0, 2), None);
    }

    #[test]
    fn r59_the_cap_doubles_up_to_eight_seconds() {
        let caps: Vec<_> = (0..6).map(cap).collect();
        assert_eq!(caps, [500, 1000, 2000, 4000, 8000, 8000]);
        assert_eq!(cap(u32::MAX), 8000);
    }

    #[test]
    fn r59_jitter_is_full() {
        assert_eq!(jitter(500, &Fixed([0; 4])), 0);
        assert_eq!(jitter(500, &Fixed([0x80, 0, 0, 0])), 250);
        assert_eq!(jitter(500, &Fixed([0xff; 4])), 500);
    }

    #[test]
    fn r59_a_wait_that_outlasts_the_call_is_not_begun() {
        assert!(fits(5, None) && fits(5, Some(6)));
        assert!(!fits(5, Some(5)));
    }
}
