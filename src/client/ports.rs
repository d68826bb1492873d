//! The only doors to the world: storage, transport, clock, randomness, key references, keys that live elsewhere, tools,
//! and whoever hears of what happens. Each has a fake in the tests.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::observe::AuditEvent;
use super::observe::SpanEvent;
use crate::crypto::{Block, ENC_LEN};
use crate::error::Result;
use crate::http::{HttpHead, HttpRequest};
use crate::json::JsonText;
use crate::secret::{ApiKey, ProductKey};

/// A stored value with the tag of its version.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stored {
    /// The text as it was put.
    pub value: String,
    /// Changes with every put. Empty where the store has no versions.
    pub etag: String,
}

/// What must be true for a write to happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IfMatch<'a> {
    /// The key must not exist.
    Absent,
    /// Nothing.
    Any,
    /// The key must have this version.
    Etag(&'a str),
}

/// How a conditional write went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Written {
    /// The condition did not hold; nothing changed.
    Conflict,
    /// Done; the new version's tag (empty for a delete).
    Done(String),
}

/// One page of a listing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Page {
    /// Keys in any order.
    pub keys: Vec<String>,
    /// Where the next page starts; `None` at the end.
    pub cursor: Option<String>,
}

/// What a store promises.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// Conditional writes are honoured.
    pub cas: bool,
    /// A read may miss the write before it.
    pub eventual: bool,
}

/// Where records live: opaque text under keys.
#[allow(async_fn_in_trait, reason = "the crate's futures stay on one thread")]
pub trait Storage {
    /// The value under `key`.
    async fn get(&self, key: &str) -> Result<Option<Stored>>;
    /// Writes `value` if the condition holds. Without `cas`, the condition is ignored.
    async fn put(&self, key: &str, value: &str, condition: IfMatch<'_>) -> Result<Written>;
    /// Deletes `key` if the condition holds; an absent key is no failure.
    async fn delete(&self, key: &str, condition: IfMatch<'_>) -> Result<Written>;
    /// Up to `limit` keys that start with `prefix`, from `cursor` on.
    async fn list(&self, prefix: &str, cursor: Option<&str>, limit: u32) -> Result<Page>;
    /// What this store promises.
    fn capabilities(&self) -> Capabilities;
}

/// A response's body, read once. Dropping it closes the connection.
#[allow(async_fn_in_trait, reason = "the crate's futures stay on one thread")]
pub trait Body {
    /// The next bytes as they arrive; `None` at the end.
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>>;

    /// All that is left, or, of more than `limit` bytes, the first of them and a little more than `limit`.
    async fn rest(&mut self, limit: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while bytes.len() <= limit {
            let Some(chunk) = self.chunk().await? else { break };
            // Most bodies come in one piece, which is taken as it is.
            if bytes.is_empty() { bytes = chunk } else { bytes.extend_from_slice(&chunk) }
        }
        Ok(bytes)
    }
}

/// Sends requests. Redirects are never followed: the transport reports the 3xx status, or 0 where a browser hides it
/// (an opaque redirect). Dropping the future aborts the request.
#[allow(async_fn_in_trait, reason = "the crate's futures stay on one thread")]
pub trait Transport {
    /// The body of a response.
    type Body: Body;
    /// Sends one request and waits for the response's head.
    async fn send(&self, request: HttpRequest) -> Result<(HttpHead, Self::Body)>;
}

/// Time.
#[allow(async_fn_in_trait, reason = "the crate's futures stay on one thread")]
pub trait Clock {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> u64;
    /// Waits `ms` milliseconds.
    async fn sleep(&self, ms: u32);
}

/// Secure randomness.
pub trait Random {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// `entropy_unavailable` where the platform's source fails.
    fn fill(&self, bytes: &mut [u8]) -> Result<()>;
}

/// What a key reference is asked for with.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct KeyContext<'a> {
    /// The product.
    pub product: &'a str,
    /// The model's tag.
    pub tag: &'a str,
    /// The environment.
    pub env: &'a str,
    /// The provider's id.
    pub provider: &'a str,
}

/// Looks up keys that live elsewhere, for environments that carry `keyRef`.
#[allow(async_fn_in_trait, reason = "the crate's futures stay on one thread")]
pub trait KeyResolver {
    /// The API key that `reference` names.
    async fn resolve(&self, reference: &str, context: KeyContext<'_>) -> Result<ApiKey>;
}

/// A fresh secret for the holder of a private key.
#[derive(Clone, Debug)]
pub struct Encapsulated {
    /// What the holder needs to get at it.
    pub enc: [u8; ENC_LEN],
    /// The secret.
    pub secret: ProductKey,
}

/// Computes with keys that never enter the core: product keys that only sign, and sealing keys (HPKE, RFC 9180, base mode
/// with X25519 and HKDF-SHA256, export only). Keys are counted from 0, each kind for itself.
#[allow(async_fn_in_trait, reason = "the crate's futures stay on one thread")]
pub trait KeyAgent {
    /// HMAC-SHA-512 of `data` with a product key.
    async fn hmac(&self, key: usize, data: &[u8]) -> Result<Block>;
    /// A fresh secret for the client's public key, bound to `info`.
    async fn encapsulate(&self, info: &[u8]) -> Result<Encapsulated>;
    /// The secret in `enc`, with a private sealing key. `tampered` where there is none.
    async fn decapsulate(&self, key: usize, enc: &[u8; ENC_LEN], info: &[u8]) -> Result<ProductKey>;
}

/// One call of a tool within a run of an agent.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolInvocation<'a> {
    /// Which run, as its caller counts them.
    pub run: u32,
    /// The run's id.
    pub execution_id: &'a str,
    /// The product.
    pub product: &'a str,
    /// The environment.
    pub env: &'a str,
    /// The agent's tag.
    pub agent: &'a str,
    /// The tool's tag.
    pub tool: &'a str,
    /// The model's id of the call.
    pub tool_call_id: &'a str,
    /// The arguments, an object.
    pub input: &'a JsonText,
}

/// How a tool failed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ToolFailure {
    /// The arguments do not follow the tool's schema; the model is told what is wrong with them.
    InvalidArguments(String),
    /// This process has no handler for it.
    Missing,
    /// The handler threw; the model is told what it said.
    Thrown(String),
}

/// Runs tools, and asks whoever has to agree to them.
#[allow(async_fn_in_trait, reason = "the crate's futures stay on one thread")]
pub trait Tools {
    /// What the handler gives back.
    async fn call(&self, invocation: &ToolInvocation<'_>) -> core::result::Result<Value, ToolFailure>;
    /// Whether the call may run; nobody to ask is no.
    async fn confirm(&self, invocation: &ToolInvocation<'_>) -> bool;
}

/// What an observer wants to hear. Nothing is built for one that does not.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Interest {
    /// What is done to records and keys.
    pub audit: bool,
    /// Calls, attempts, runs and tools.
    pub events: bool,
    /// With events, what is said: messages, answers, tools' arguments and results.
    pub content: bool,
}

/// Hears what happens. It answers nothing and fails nothing, and must give back at once: a call waits for it.
pub trait Observer {
    /// What it wants to hear; asked once.
    fn interest(&self) -> Interest;
    /// Milliseconds since 1970-01-01T00:00:00Z, for what happens in streams, which have no [`Clock`].
    fn now_ms(&self) -> u64;
    /// Something was done to a record or with a key, or was refused.
    fn audit(&self, event: &AuditEvent);
    /// Something began, went on or ended.
    fn event(&self, event: &SpanEvent);
}

/// All ports of one client.
pub trait Ports {
    /// Storage.
    type Storage: Storage;
    /// Transport.
    type Transport: Transport;
    /// Clock.
    type Clock: Clock;
    /// Randomness.
    type Random: Random;
    /// Key references.
    type KeyResolver: KeyResolver;
    /// Keys that live elsewhere.
    type KeyAgent: KeyAgent;
    /// Tools of agents.
    type Tools: Tools;
    /// Storage.
    fn storage(&self) -> &Self::Storage;
    /// Transport.
    fn transport(&self) -> &Self::Transport;
    /// Clock.
    fn clock(&self) -> &Self::Clock;
    /// Randomness.
    fn random(&self) -> &Self::Random;
    /// Key references.
    fn key_resolver(&self) -> &Self::KeyResolver;
    /// Keys that live elsewhere.
    fn key_agent(&self) -> &Self::KeyAgent;
    /// Tools of agents.
    fn tools(&self) -> &Self::Tools;
    /// Who hears of what happens: nobody, unless said otherwise.
    fn observer(&self) -> Option<Rc<dyn Observer>> {
        None
    }
}
