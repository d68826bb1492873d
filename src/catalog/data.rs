//! The facts: provider by provider, what their models take. No logic; each fact names where it was read.
//!
//! Sources, read in November 2026: **VA**, **VO** the model catalogues of `@ai-sdk/anthropic` 4.0.105 and
//! `@ai-sdk/openai` 4.0.118; **LL** the catalogue of `litellm` 1.109.1; **OOS** OpenAI's OpenAPI document; **GLP**
//! Google's `generativelanguage/v1beta` protocol buffers; **COS** Cohere's OpenAPI document; **REC** recorded answers.

use super::family::Family;
use super::family::Limits;
use super::family::Sampling;
use crate::model::ProviderId;

/// What every model of a provider takes, whatever its family.
pub(super) const fn limits(provider: ProviderId) -> Limits {
    let (temperature, top_p) = ((0.0, 2.0), (0.0, 1.0));
    match provider {
        // REC: a 400 that names the range 0..1.
        ProviderId::Anthropic => Limits { temperature: (0.0, 1.0), top_p, stops: None },
        // COS: maximum 1; p from 0.01 to 0.99; up to 5 stop sequences.
        ProviderId::Cohere => Limits { temperature: (0.0, 1.0), top_p: (0.01, 0.99), stops: Some(5) },
        // A llama.cpp server took 6 stop sequences; what others take is theirs to say.
        ProviderId::Custom => Limits { temperature, top_p, stops: None },
        // GLP: temperature 0..2, up to 5 stop sequences.
        ProviderId::Google => Limits { temperature, top_p, stops: Some(5) },
        // OOS: `stop` has maxItems 4, and the server enforces it.
        ProviderId::Openai => Limits { temperature, top_p, stops: Some(4) },
    }
}

/// A family that takes everything; each row below says how it differs.
const PLAIN: Family =
    Family { provider: ProviderId::Openai, ids: &[], sampling: Sampling::Free, stop: true, reasoning: false };

/// Every family, special ones before general ones: the first that fits an id decides. The last row of a provider is
/// its newest generation, which an unknown id inherits: a dropped value is a warning, a refused call is a failure.
pub(super) static FAMILIES: &[Family] = &[
    // LL, VA: sampling up to 4.6 and Haiku 4.5.
    Family {
        provider: ProviderId::Anthropic,
        ids: &[
            "claude-2*",
            "claude-3*",
            "claude-instant*",
            "claude-*-4",
            "claude-*-4-0*",
            "claude-*-4-1*",
            "claude-*-4-2025*",
            "claude-*-4-5*",
            "claude-*-4-6*",
        ],
        ..PLAIN
    },
    // LL, VA: everything after Opus 4.6 refuses any temperature but 1.
    Family { provider: ProviderId::Anthropic, ids: &["claude-*"], sampling: Sampling::Refused, ..PLAIN },
    // LL: before Gemini 3, sampling is plain.
    Family {
        provider: ProviderId::Google,
        ids: &["gemini-1*", "gemini-2*", "gemini-exp-*", "gemini-pro", "gemini-pro-vision"],
        ..PLAIN
    },
    // LL: accepted and ignored.
    Family {
        provider: ProviderId::Google,
        ids: &["gemini-3.5-flash-lite*", "gemini-3.6-flash*", "gemini-3.7-flash*", "gemini-3.8-flash*"],
        sampling: Sampling::Refused,
        ..PLAIN
    },
    // LL: a temperature below 1 harms Gemini 3, so only a chosen one is sent.
    Family { provider: ProviderId::Google, ids: &["gemini-*"], sampling: Sampling::Chosen, ..PLAIN },
    // VO, vercel/ai#5647: the search models refuse both; LL: they do not reason.
    Family {
        ids: &["gpt-4o-search-preview*", "gpt-4o-mini-search-preview*", "gpt-5-search-api*"],
        sampling: Sampling::Refused,
        ..PLAIN
    },
    // VO, LL: no reasoning; the chat variant of GPT-5 included, those of 5.1 and later not.
    Family { ids: &["chatgpt-4o*", "gpt-3*", "gpt-4*", "gpt-5-chat*", "gpt-audio*"], ..PLAIN },
    // OOS names o3 and o4-mini as taking no `stop`; REC: o3-mini took it.
    Family { ids: &["o1*", "o3-mini*"], sampling: Sampling::Refused, reasoning: true, ..PLAIN },
    Family { ids: &["o#*"], sampling: Sampling::Refused, stop: false, reasoning: true, ..PLAIN },
    // LL: no effort `none` for the pro variants, none stated for the others; LL: no `stop` from GPT-5 on.
    Family {
        ids: &["gpt-*-pro*", "gpt-*-codex*", "gpt-*-cyber*", "gpt-*-chat*"],
        sampling: Sampling::Refused,
        stop: false,
        reasoning: true,
        ..PLAIN
    },
    // VO, LL: sampling at effort `none`, which is the default here.
    Family {
        ids: &["gpt-5.1", "gpt-5.1-*", "gpt-5.2", "gpt-5.2-*", "gpt-5.4", "gpt-5.4-*"],
        sampling: Sampling::EffortNone { by_default: true },
        stop: false,
        reasoning: true,
        ..PLAIN
    },
    // VO, LL: sampling at effort `none`, which must be asked for. REC: gpt-5.6-sol took 0.5 with it.
    Family {
        ids: &["gpt-5.5", "gpt-5.5-*", "gpt-5.6", "gpt-5.6-*", "gpt-6-luna*", "gpt-6-sol*", "gpt-6.1-terra*"],
        sampling: Sampling::EffortNone { by_default: false },
        stop: false,
        reasoning: true,
        ..PLAIN
    },
    // VO, LL: gpt-5, gpt-6-astra, gpt-6.1-sol and their like never; REC: error bodies.
    Family {
        ids: &["gpt-*", "chat-latest", "daybreak-*"],
        sampling: Sampling::Refused,
        stop: false,
        reasoning: true,
        ..PLAIN
    },
];
