//! The facts: provider by provider, what their models take. No logic; each fact names where it was read.
//!
//! Sources, read in November 2026: **VA**, **VO** the model catalogues of `@ai-sdk/anthropic` 4.0.105 and
//! `@ai-sdk/openai` 4.0.118; **LL** the catalogue of `litellm` 1.109.1; **OOS** OpenAI's OpenAPI document; **GLP**
//! Google's `generativelanguage/v1beta` protocol buffers; **COS** Cohere's OpenAPI document; **RIG**
//! `rig`; **AS** `@anthropic-ai/sdk` 1.12.0; **VG** `@ai-sdk/google` 4.0.121; **REC** recorded answers.

use super::facts::Facts;
use super::family::Family;
use super::family::Limits;
use super::family::Sampling;
use super::family::Thinking;
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
const PLAIN: Family = Family {
    provider: ProviderId::Openai,
    ids: &[],
    sampling: Sampling::Free,
    stop: true,
    facts: Facts::FREE,
    thinking: Thinking { budget: true, disabled: true, disabled_above_high: true, between_tools: false },
};

/// Claude before 4.5: no schema (VA `nativeStructuredOutput`), and no system messages inside the conversation.
const OLD_CLAUDE: Facts = Facts { schema: false, system_turns: false, ..Facts::FREE };
/// VA, drupal ai#3580249: Claude 4 refuses temperature and `top_p` in one request.
const CLAUDE_4: Facts = Facts { both_samplings: false, ..OLD_CLAUDE };
/// VA: 64000 tokens and schemas from 4.5 on.
const CLAUDE_4_5: Facts = Facts { schema: true, max_output: Some(64000), ..CLAUDE_4 };
/// VA: 128000 tokens; LL `supports_assistant_prefill`: none from 4.6 on.
const CLAUDE_4_6: Facts = Facts { prefill: false, max_output: Some(128_000), ..CLAUDE_4_5 };
/// RIG, AS: role `system` inside the conversation from Opus 4.8 on; a 400 before.
const CLAUDE_4_8: Facts = Facts { system_turns: true, ..CLAUDE_4_6 };
/// VA `forcedToolUse`, LL: Sonnet 5.5, Opus 5.5, Fable and Mythos 5.1 cannot be made to call a tool.
const CLAUDE_5_5: Facts = Facts { forced_tools: false, ..CLAUDE_4_8 };
/// Claude that takes sampling settings, and Claude that does not.
const CLAUDE: Family = Family { provider: ProviderId::Anthropic, facts: OLD_CLAUDE, ..PLAIN };
const CLAUDE_UNSAMPLED: Family = Family { sampling: Sampling::Refused, facts: CLAUDE_4_8, ..CLAUDE };
/// VA `budgetThinking`, `thinkingCanBeDisabled`, `thinkingCanBeDisabledAboveHighEffort`, `betweenToolsThinking`.
const OPUS_5: Thinking =
    Thinking { budget: true, disabled: true, disabled_above_high: false, between_tools: false };
const ADAPTIVE: Thinking = Thinking { budget: false, ..OPUS_5 };
const ALWAYS: Thinking = Thinking { disabled: false, ..ADAPTIVE };

/// VG: system messages stand apart from the conversation only, and before Gemini 3 no schema together with tools.
const GEMINI_3: Facts = Facts { system_turns: false, ..Facts::FREE };
const OLD_GEMINI: Facts = Facts { schema_with_tools: false, ..GEMINI_3 };
const GEMINI: Family = Family { provider: ProviderId::Google, facts: GEMINI_3, ..PLAIN };

/// VO, LL: GPT-5 and later, the o-series, codex and pro.
const REASONER: Facts = Facts { reasoning: true, responses: true, ..Facts::FREE };
const RESPONSES: Facts = Facts { responses: true, ..Facts::FREE };

/// Every family, special ones before general ones: the first that fits an id decides. The last row of a provider is
/// its newest generation, which an unknown id inherits: a dropped value is a warning, a refused call is a failure.
pub(super) static FAMILIES: &[Family] = &[
    // LL, VA: sampling up to 4.6 and Haiku 4.5. VA: what each may answer at most.
    Family { ids: &["claude-3-haiku*"], facts: Facts { max_output: Some(4096), ..OLD_CLAUDE }, ..CLAUDE },
    Family { ids: &["claude-2*", "claude-3*", "claude-instant*"], ..CLAUDE },
    Family { ids: &["claude-*-4-5*"], facts: CLAUDE_4_5, ..CLAUDE },
    Family { ids: &["claude-*-4-6*"], facts: CLAUDE_4_6, ..CLAUDE },
    Family {
        ids: &["claude-opus-4", "claude-opus-4-0*", "claude-opus-4-1*", "claude-opus-4-2025*"],
        facts: Facts { max_output: Some(32000), ..CLAUDE_4 },
        ..CLAUDE
    },
    Family {
        ids: &["claude-*-4", "claude-*-4-0*", "claude-*-4-1*", "claude-*-4-2025*"],
        facts: Facts { max_output: Some(64000), ..CLAUDE_4 },
        ..CLAUDE
    },
    // LL, VA: everything after Opus 4.6 refuses any temperature but 1.
    Family {
        ids: &["claude-*-4-7*"],
        facts: Facts { system_turns: false, ..CLAUDE_4_8 },
        ..CLAUDE_UNSAMPLED
    },
    Family { ids: &["claude-haiku-5-5*"], thinking: ADAPTIVE, ..CLAUDE_UNSAMPLED },
    Family {
        ids: &["claude-opus-5-5*", "claude-fable-5-1*", "claude-fable-5-2*", "claude-mythos-5-1*"],
        facts: CLAUDE_5_5,
        thinking: ALWAYS,
        ..CLAUDE_UNSAMPLED
    },
    Family {
        ids: &["claude-sonnet-5-5*"],
        facts: CLAUDE_5_5,
        thinking: Thinking { between_tools: true, ..ALWAYS },
        ..CLAUDE_UNSAMPLED
    },
    Family { ids: &["claude-opus-5*"], thinking: OPUS_5, ..CLAUDE_UNSAMPLED },
    Family { ids: &["claude-fable-5*", "claude-mythos*"], thinking: ALWAYS, ..CLAUDE_UNSAMPLED },
    Family { ids: &["claude-*-4-8*", "claude-sonnet-5*"], ..CLAUDE_UNSAMPLED },
    Family {
        ids: &["claude-*"],
        facts: Facts { max_output: None, ..CLAUDE_5_5 },
        thinking: ALWAYS,
        ..CLAUDE_UNSAMPLED
    },
    // LL: before Gemini 3, sampling is plain.
    Family {
        ids: &["gemini-2.5*"],
        // VG: the Gemini API refuses penalties for 2.5.
        facts: Facts { penalties: false, ..OLD_GEMINI },
        ..GEMINI
    },
    Family {
        ids: &["gemini-1*", "gemini-2*", "gemini-exp-*", "gemini-pro", "gemini-pro-vision"],
        facts: OLD_GEMINI,
        ..GEMINI
    },
    // LL: accepted and ignored.
    Family {
        ids: &["gemini-3.5-flash-lite*", "gemini-3.6-flash*", "gemini-3.7-flash*", "gemini-3.8-flash*"],
        sampling: Sampling::Refused,
        ..GEMINI
    },
    // LL: a temperature below 1 harms Gemini 3, so only a chosen one is sent.
    Family { ids: &["gemini-*"], sampling: Sampling::Chosen, ..GEMINI },
    // VG: Gemma has no `systemInstruction`.
    Family { ids: &["gemma-*"], facts: Facts { system: false, ..OLD_GEMINI }, ..GEMINI },
    // VO, vercel/ai#5647: the search models refuse both; LL: they do not reason.
    Family {
        ids: &["gpt-4o-search-preview*", "gpt-4o-mini-search-preview*", "gpt-5-search-api*"],
        sampling: Sampling::Refused,
        ..PLAIN
    },
    // VO, LL: no reasoning; the chat variant of GPT-5 included, those of 5.1 and later not.
    Family { ids: &["chatgpt-4o*", "gpt-3*", "gpt-4*", "gpt-audio*"], ..PLAIN },
    Family { ids: &["gpt-5-chat*"], facts: RESPONSES, ..PLAIN },
    // OOS names o3 and o4-mini as taking no `stop`; REC: o3-mini took it.
    Family { ids: &["o1*", "o3-mini*"], sampling: Sampling::Refused, facts: REASONER, ..PLAIN },
    Family { ids: &["o#*"], sampling: Sampling::Refused, stop: false, facts: REASONER, ..PLAIN },
    // LL: no effort `none` for the pro variants, none stated for the others; LL: no `stop` from GPT-5 on.
    Family {
        ids: &["gpt-*-pro*", "gpt-*-codex*", "gpt-*-cyber*", "gpt-*-chat*", "codex-*"],
        sampling: Sampling::Refused,
        stop: false,
        facts: REASONER,
        ..PLAIN
    },
    // VO, LL: sampling at effort `none`, which is the default here.
    Family {
        ids: &["gpt-5.1", "gpt-5.1-*", "gpt-5.2", "gpt-5.2-*", "gpt-5.4", "gpt-5.4-*"],
        sampling: Sampling::EffortNone { by_default: true },
        stop: false,
        facts: REASONER,
        ..PLAIN
    },
    // VO, and the API's own words (vane#1173): through chat completions, tools only at effort `none`.
    Family {
        ids: &["gpt-5.6", "gpt-5.6-*"],
        sampling: Sampling::EffortNone { by_default: false },
        stop: false,
        facts: Facts { tools_without_effort: true, ..REASONER },
        ..PLAIN
    },
    // VO, LL: sampling at effort `none`, which must be asked for. REC: gpt-5.6-sol took 0.5 with it.
    Family {
        ids: &["gpt-5.5", "gpt-5.5-*", "gpt-6-luna*", "gpt-6-sol*", "gpt-6.1-terra*"],
        sampling: Sampling::EffortNone { by_default: false },
        stop: false,
        facts: REASONER,
        ..PLAIN
    },
    // VO, LL: gpt-5, gpt-6-astra, gpt-6.1-sol and their like never; REC: error bodies.
    Family {
        ids: &["gpt-*", "chat-latest", "daybreak-*"],
        sampling: Sampling::Refused,
        stop: false,
        facts: REASONER,
        ..PLAIN
    },
];
