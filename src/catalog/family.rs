//! Finds the facts for a model: its provider's limits, and the family that its id belongs to.

use super::data;
use super::facts::Facts;
use crate::model::ProviderId;

/// Whether a family takes `temperature` and `topP`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sampling {
    /// Takes them, but does worse with a value that nobody chose: the default is not sent.
    Chosen,
    /// Takes them only while its reasoning effort is `none`.
    EffortNone {
        /// Whether that is its effort when the request names none.
        by_default: bool,
    },
    /// Takes them.
    Free,
    /// Refuses or ignores them.
    Refused,
}

/// Models that take the same settings.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) provider: ProviderId,
    /// Patterns over the id, of which one must fit the whole of it: `*` is any text, `#` one digit.
    pub(super) ids: &'static [&'static str],
    pub(super) sampling: Sampling,
    /// Whether it takes stop sequences.
    pub(super) stop: bool,
    /// What those who build requests must know of it.
    pub(super) facts: Facts,
    /// How it may be told to think, or not to.
    pub(super) thinking: Thinking,
}

/// Which forms of `thinking` a family of Anthropic's takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Thinking {
    /// A number of tokens.
    pub(super) budget: bool,
    /// None at all.
    pub(super) disabled: bool,
    /// None at all at efforts above `high`.
    pub(super) disabled_above_high: bool,
    /// Only between tool calls, which is the least where none at all is refused.
    pub(super) between_tools: bool,
}

/// What every model of a provider takes; narrower than what a configuration may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) temperature: (f64, f64),
    pub(super) top_p: (f64, f64),
    /// Most stop sequences; `None` where none is known.
    pub(super) stops: Option<usize>,
}

/// The first family with a pattern that fits. An id that fits none has no rules.
pub(super) fn family_of(provider: ProviderId, model: &str) -> Option<&'static Family> {
    // A fine-tuned model's id is `ft:<base model>:…` and takes what its base takes.
    let id = model.strip_prefix("ft:").unwrap_or(model).as_bytes();
    let fits = |family: &&Family| family.ids.iter().any(|pattern| fits(pattern.as_bytes(), id));
    data::FAMILIES.iter().filter(|family| family.provider == provider).find(fits)
}

pub(super) fn fits(pattern: &[u8], id: &[u8]) -> bool {
    let (mut at, mut position) = (0, 0);
    // The last star is the only one whose text ever needs to grow, which bounds the work: patterns may be a caller's.
    let mut last_star = None;
    while let Some(byte) = id.get(position) {
        match (pattern.get(at), last_star) {
            (Some(b'*'), _) => {
                at += 1;
                last_star = Some((at, position));
            }
            (Some(wanted), _) if is_one(*wanted, *byte) => (at, position) = (at + 1, position + 1),
            (_, Some((after, start))) => {
                (at, position) = (after, start + 1);
                last_star = Some((after, position));
            }
            (_, None) => return false,
        }
    }
    pattern.iter().skip(at).all(|rest| *rest == b'*')
}

fn is_one(wanted: u8, byte: u8) -> bool {
    if wanted == b'#' { byte.is_ascii_digit() } else { wanted == byte }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampling(provider: ProviderId, model: &str) -> Option<Sampling> {
        family_of(provider, model).map(|family| family.sampling)
    }

    #[test]
    fn patterns_fit_the_whole_id() {
        let fitting =
            [("gpt-5", "gpt-5"), ("gpt-*", "gpt-"), ("*", ""), ("o#*", "o5-mini"), ("a*-b*", "a-x-b")];
        for (pattern, id) in fitting {
            assert!(fits(pattern.as_bytes(), id.as_bytes()), "{pattern} {id}");
        }
        for (pattern, id) in
            [("gpt-5", "gpt-5.1"), ("o#*", "omni"), ("o#*", "o"), ("a*-b", "a-b-c"), ("a", "")]
        {
            assert!(!fits(pattern.as_bytes(), id.as_bytes()), "{pattern} {id}");
        }
    }

    /// It would not come to an end where every star were tried at every place.
    #[test]
    fn a_pattern_of_many_stars_is_soon_decided() {
        let (pattern, id) = (format!("{}b", "*a".repeat(60)), "a".repeat(200));
        assert!(!fits(pattern.as_bytes(), id.as_bytes()));
        assert!(fits(pattern.as_bytes(), format!("{id}b").as_bytes()));
    }

    #[test]
    fn rule_09_rule_11_r36_every_known_openai_model_falls_into_its_family() {
        use Sampling::EffortNone;
        use Sampling::Free;
        use Sampling::Refused;
        let (by_default, on_request) = (EffortNone { by_default: true }, EffortNone { by_default: false });
        let table: [(Sampling, bool, bool, &[&str]); 7] = [
            (
                Free,
                true,
                false,
                &["gpt-3.5-turbo", "gpt-4", "gpt-4-turbo", "gpt-4o", "gpt-4.1-mini-2025-04-14"],
            ),
            (Free, true, false, &["ft:gpt-4.1-2025-04-14:org::id", "gpt-5-chat-latest", "gpt-audio-mini"]),
            (Refused, true, false, &["gpt-4o-search-preview", "gpt-4o-mini-search-preview-2025-03-11"]),
            (Refused, true, true, &["o1", "o1-2024-12-17", "o1-pro", "o3-mini-2025-01-31"]),
            (
                Refused,
                false,
                true,
                &[
                    "o3",
                    "o3-pro",
                    "o4-mini-2025-04-16",
                    "gpt-5",
                    "gpt-5-nano",
                    "gpt-5.4-pro",
                    "gpt-5.1-codex-max",
                    "gpt-5.2-chat-latest",
                    "gpt-5.5-pro",
                    "gpt-6-astra",
                    "gpt-6.1-sol",
                ],
            ),
            (
                by_default,
                false,
                true,
                &["gpt-5.1", "gpt-5.2-2025-12-11", "gpt-5.4", "gpt-5.4-mini-2026-03-17"],
            ),
            (
                on_request,
                false,
                true,
                &["gpt-5.5", "gpt-5.6-sol", "gpt-6-luna", "gpt-6-sol", "gpt-6.1-terra"],
            ),
        ];
        for (sampling, stop, reasoning, models) in table {
            for model in models {
                let family = family_of(ProviderId::Openai, model).unwrap();
                assert_eq!(
                    (family.sampling, family.stop, family.facts.reasoning),
                    (sampling, stop, reasoning),
                    "{model}"
                );
            }
        }
    }

    #[test]
    fn r36_an_unknown_model_inherits_the_newest_generation() {
        for model in ["gpt-5.9", "gpt-7", "gpt-12.3-nova", "o5", "o9-mini"] {
            assert_eq!(sampling(ProviderId::Openai, model), Some(Sampling::Refused), "{model}");
            assert!(family_of(ProviderId::Openai, model).unwrap().facts.reasoning, "{model}");
        }
        assert_eq!(sampling(ProviderId::Anthropic, "claude-sonnet-7"), Some(Sampling::Refused));
        assert_eq!(sampling(ProviderId::Google, "gemini-5-xenon"), Some(Sampling::Chosen));
    }

    #[test]
    fn r36_an_id_of_no_family_has_no_rules() {
        for model in ["babbage-002", "omni-1", "my-model", ""] {
            assert_eq!(sampling(ProviderId::Openai, model), None, "{model}");
        }
        for model in ["gpt-6.1-sol", "o3", "claude-opus-5-5"] {
            assert_eq!(sampling(ProviderId::Custom, model), None, "{model}");
        }
    }

    #[test]
    fn rule_04_r36_claude_takes_sampling_up_to_4_6() {
        for model in [
            "claude-sonnet-4-20250514",
            "claude-opus-4-1",
            "claude-haiku-4-5-20251001",
            "claude-opus-4-6",
            "claude-3-7-sonnet-20250219",
        ] {
            assert_eq!(sampling(ProviderId::Anthropic, model), Some(Sampling::Free), "{model}");
        }
        for model in [
            "claude-opus-4-7",
            "claude-opus-4-8",
            "claude-sonnet-5",
            "claude-haiku-5-5",
            "claude-mythos-5-1",
            "claude-fable-5",
        ] {
            assert_eq!(sampling(ProviderId::Anthropic, model), Some(Sampling::Refused), "{model}");
        }
    }

    #[test]
    fn every_pattern_is_reachable() {
        for family in data::FAMILIES {
            for pattern in family.ids {
                let example = pattern.replace('*', "").replace('#', "9");
                let found = family_of(family.provider, &example).unwrap();
                assert!(std::ptr::eq(found, family), "{pattern} is hidden by an earlier family");
            }
        }
    }
}
