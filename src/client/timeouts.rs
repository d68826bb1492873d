//! How long a call may take, and which of its limits ran out. It knows durations; it never waits itself.

use core::pin::Pin;

use serde_json::Value;

use super::ports::Clock;
use super::within::within;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

/// The longest limit, in milliseconds: what JavaScript's timers can hold.
const MAX_MS: u32 = i32::MAX.unsigned_abs();

/// A call's `timeout` option: a number, or one limit each for the whole call, the first content and each gap after it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct CallTimeout {
    each: Option<u32>,
    first_content: Option<u32>,
    idle: Option<u32>,
    /// Bounds the whole call, retries and their waits included.
    pub(crate) total: Option<u32>,
}

impl CallTimeout {
    /// Reads the option. A number takes the place of the resolved setting; an object leaves it in force for whatever
    /// the object does not name.
    ///
    /// # Errors
    /// `invalid_input` naming the field.
    pub(crate) fn read(path: &str, value: &Value) -> Result<Self> {
        if !value.is_object() {
            let expected = "milliseconds, or an object with totalMs, firstContentMs, idleMs";
            let each = milliseconds(path, value).map_err(|_| Error::invalid(path, expected))?;
            return Ok(Self { each: Some(each), ..Self::default() });
        }
        let reader = Reader::new(path, value)?;
        reader.only(&["firstContentMs", "idleMs", "totalMs"])?;
        Ok(Self {
            each: None,
            first_content: reader.optional("firstContentMs", milliseconds)?,
            idle: reader.optional("idleMs", milliseconds)?,
            total: reader.optional("totalMs", milliseconds)?,
        })
    }

    /// The limits in force, where `setting` is the resolved `timeout`.
    pub(crate) fn limits(self, setting: Option<u32>) -> Limits {
        let each = self.each.or(setting);
        Limits { attempt: each, first_content: self.first_content.or(each), idle: self.idle.or(each) }
    }
}

fn milliseconds(path: &str, value: &Value) -> Result<u32> {
    reader::integer(path, value, 1, MAX_MS)
}

/// The limits of one call, in milliseconds; `None` waits as long as it takes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Limits {
    /// A whole attempt, where the answer comes whole.
    pub(crate) attempt: Option<u32>,
    /// From sending to the first content, where the answer comes in parts.
    pub(crate) first_content: Option<u32>,
    /// Each gap after that.
    pub(crate) idle: Option<u32>,
}

/// Which limit ran out: the detail `phase` of a `timeout` error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Phase {
    /// One attempt took too long.
    Attempt,
    /// No content came.
    FirstContent,
    /// The stream fell silent.
    Idle,
    /// The whole call took too long.
    Total,
}

impl Phase {
    const fn name(self) -> &'static str {
        match self {
            Phase::Attempt => "attempt",
            Phase::FirstContent => "first_content",
            Phase::Idle => "idle",
            Phase::Total => "total",
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Phase::Attempt => "the provider did not answer in time",
            Phase::FirstContent => "the stream brought no content in time",
            Phase::Idle => "the stream fell silent for too long",
            Phase::Total => "the call took longer than its total limit",
        }
    }

    /// The error for this limit.
    pub(crate) fn error(self) -> Error {
        Error::new(ErrorKind::Timeout, self.message()).with("phase", self.name())
    }
}

/// `work`, or `timeout` once `ms` have passed; the work is dropped then, which aborts the request inside it.
pub(crate) async fn bounded<T>(
    clock: &impl Clock,
    ms: Option<u32>,
    phase: Phase,
    work: Pin<&mut impl Future<Output = Result<T>>>,
) -> Result<T> {
    match ms {
        None => work.await,
        Some(ms) => within(clock, ms, work).await.unwrap_or_else(|| Err(phase.error())),
    }
}

/// The moment at which a call that starts now must be over, in milliseconds since 1970.
pub(crate) fn deadline(clock: &impl Clock, total: Option<u32>) -> Option<u64> {
    total.map(|ms| clock.now_ms().saturating_add(u64::from(ms)))
}

/// How long a stream may stay silent. For whoever reads a stream's chunks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Patience {
    /// The longest gap between two chunks, in milliseconds.
    pub(crate) idle_ms: Option<u32>,
    /// The moment at which the whole call must be over, in milliseconds since 1970.
    pub(crate) deadline_ms: Option<u64>,
}

impl Patience {
    /// How long the next chunk may take from `now_ms` (milliseconds since 1970), in milliseconds; `None` for as long
    /// as it likes.
    #[must_use]
    pub fn wait_ms(self, now_ms: u64) -> Option<u32> {
        [self.idle_ms, self.left(now_ms)].into_iter().flatten().min()
    }

    /// The `timeout` error after [`Patience::wait_ms`] from `now_ms` has passed without a chunk. Its detail `phase` is
    /// `idle`, or `total` where the whole call ran out of time.
    #[must_use]
    pub fn error(self, now_ms: u64) -> Error {
        let left = self.left(now_ms);
        match self.idle_ms {
            Some(idle) if left.is_none_or(|left| idle < left) => Phase::Idle.error(),
            _ => Phase::Total.error(),
        }
    }

    /// Milliseconds until the whole call must be over.
    pub(crate) fn left(self, now_ms: u64) -> Option<u32> {
        self.deadline_ms.map(|at| u32::try_from(at.saturating_sub(now_ms)).unwrap_or(MAX_MS))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r58_a_number_replaces_the_setting_and_an_object_refines_it() {
        let number = CallTimeout::read("timeout", &json!(50)).unwrap();
        let fifty = Limits { attempt: Some(50), first_content: Some(50), idle: Some(50) };
        assert_eq!((number.limits(Some(9)), number.total), (fifty, None));

        let object = CallTimeout::read("timeout", &json!({"totalMs": 100, "idleMs": 5})).unwrap();
        let mixed = Limits { attempt: Some(9), first_content: Some(9), idle: Some(5) };
        assert_eq!((object.limits(Some(9)), object.total), (mixed, Some(100)));
        assert_eq!(CallTimeout::default().limits(None), Limits::default());
    }

    #[test]
    fn r58_a_stream_waits_for_the_nearer_of_its_two_limits() {
        let both = Patience { idle_ms: Some(100), deadline_ms: Some(1_000) };
        assert_eq!((both.wait_ms(0), both.wait_ms(950), both.wait_ms(2_000)), (Some(100), Some(50), Some(0)));
        assert_eq!(both.error(0).detail("phase"), Some(&json!("idle")));
        assert_eq!(both.error(950).detail("phase"), Some(&json!("total")));
        assert_eq!(Patience::default().wait_ms(0), None);
    }

    #[test]
    fn r58_a_wrong_timeout_names_its_field() {
        for (value, field) in [
            (json!("5"), "timeout"),
            (json!(0), "timeout"),
            (json!({"totalMs": 0.5}), "timeout.totalMs"),
            (json!({"total": 5}), "timeout.total"),
        ] {
            assert_eq!(CallTimeout::read("timeout", &value).unwrap_err().field(), Some(field));
        }
    }
}
