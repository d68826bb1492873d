//! Models that their providers no longer serve: since when, and which one took their place. Dates and names only.

use super::family::fits;
use crate::model::ProviderId;

/// When a model is retired, and what to use instead.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Retirement {
    /// The day, as `YYYY-MM-DD`.
    pub date: &'static str,
    /// Its first moment, in milliseconds since 1970.
    pub at_ms: u64,
    /// A current model of the same kind.
    pub successor: &'static str,
}

/// A provider's retired ids, the day and its first moment, and what took their place.
type Row = (ProviderId, &'static [&'static str], (&'static str, u64), &'static str);

const CLAUDE_4: (&str, u64) = ("2026-06-15", 1_781_481_600_000);
const GPT_4_TURBO: (&str, u64) = ("2026-10-23", 1_792_713_600_000);

/// By provider and pattern. Sources: the table of retired models in `@anthropic-ai/sdk` 0.110.0; the catalogue of `litellm`
/// 1.109.1 for `gpt-4-turbo`. The successors are the current models of the same kind.
const RETIRED: &[Row] = &[
    (
        ProviderId::Anthropic,
        &["claude-sonnet-4-20250514", "claude-sonnet-4-0"],
        CLAUDE_4,
        "claude-sonnet-5-5",
    ),
    (ProviderId::Anthropic, &["claude-opus-4-20250514", "claude-opus-4-0"], CLAUDE_4, "claude-opus-5-5"),
    (ProviderId::Openai, &["gpt-4-turbo", "gpt-4-turbo-2024-04-09"], GPT_4_TURBO, "gpt-6-luna"),
];

/// What is known of the end of a model; `None` where nothing is.
///
/// ```
/// use ductape_models::catalog::retirement;
/// use ductape_models::model::ProviderId;
/// let known = retirement(ProviderId::Openai, "gpt-4-turbo");
/// assert_eq!(known.map(|known| (known.date, known.successor)), Some(("2026-10-23", "gpt-6-luna")));
/// assert_eq!(retirement(ProviderId::Openai, "gpt-6-luna"), None);
/// ```
#[must_use]
pub fn retirement(provider: ProviderId, model: &str) -> Option<Retirement> {
    let is_meant = |ids: &[&str]| ids.iter().any(|id| fits(id.as_bytes(), model.as_bytes()));
    let found = RETIRED.iter().find(|(of, ids, _, _)| *of == provider && is_meant(ids))?;
    let (_, _, (date, at_ms), successor) = *found;
    Some(Retirement { date, at_ms, successor })
}
