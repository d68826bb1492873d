//! The use cases: the registry, resolution and calls, written over ports. No clock, socket or JavaScript in sight.

mod agent_run;
mod agents;
mod answer;
mod api_key;
mod asked;
mod calls;
mod cancel;
mod complaint;
mod continuation;
mod doctor;
mod dry_run;
mod exchange;
mod fallback;
#[cfg(test)]
mod fixture;
mod frame;
mod heal;
mod history;
mod key_context;
mod locks;
mod models;
mod observe;
mod operations;
mod options;
mod outcome;
mod part_decoder;
pub mod ports;
mod recent;
mod record_text;
mod records;
mod recovery;
mod rekey;
mod resolution;
mod retire;
mod retry;
mod scrub;
mod sealing;
mod storage_key;
mod stream;
mod timeouts;
mod vault;
mod verify;
mod within;

pub use agent_run::AgentEvent;
pub use agent_run::AgentRun;
pub use agent_run::Listener;
pub use agent_run::RunStatus;
pub use agent_run::ToolOutcome;
pub use agent_run::ToolRun;
pub use agents::DeletedAgent;
pub use doctor::Diagnosis;
pub use doctor::KeyRole;
pub use doctor::KeyUse;
pub use doctor::Needs;
pub use doctor::Problem;
pub use dry_run::BuiltRequest;
pub use history::Revision;
pub use models::Deleted;
pub use observe::AuditAction;
pub use observe::AuditEvent;
pub use observe::SpanEvent;
pub use observe::SpanKind;
pub use observe::SpanPhase;
pub use operations::Action;
pub use operations::Audit;
pub use operations::Blocked;
pub use operations::Diff;
pub use operations::Done;
pub use operations::Export;
pub use operations::Exported;
pub use operations::Failed;
pub use operations::Finding;
pub use operations::Imported;
pub use operations::Plan;
pub use operations::PlannedAction;
pub use operations::Promoted;
pub use operations::Severity;
pub use options::ClientOptions;
pub use options::RetryOptions;
pub use outcome::Attempt;
pub use outcome::Outcome;
pub use outcome::Served;
pub use part_decoder::PartDecoder;
pub use rekey::Rekeyed;
pub use resolution::Explanation;
pub use resolution::KeyOrigin;
pub use resolution::Params;
pub use resolution::ResolveView;
pub use retire::Retired;
pub use stream::CompletionStream;
pub use stream::StreamParts;
pub use timeouts::Patience;
pub use vault::Keys;
pub use verify::Verification;
pub use verify::VerifyStatus;

use core::cell::RefCell;
use core::fmt;

use self::heal::Lessons;
use self::locks::Locks;
use self::observe::Watch;
use self::ports::Ports;
use self::recent::Recent;
use crate::crypto::KeyId;
use crate::model::Record;
use crate::secret::ApiKey;

/// One product's door to its models: storage, keys and transport behind one value. It keeps no plaintext,
/// only what providers said they do not take, and the models read last, as they are stored.
pub struct Client<P> {
    ports: P,
    keys: Keys,
    retired: RefCell<Vec<KeyId>>,
    /// Keys of agents' inline models: storage key of the agent, environment, key.
    agent_keys: RefCell<Vec<(String, String, ApiKey)>>,
    options: ClientOptions,
    locks: Locks,
    lessons: Lessons,
    /// Models by their storage key.
    recent: Recent<Record>,
    watch: Watch,
}

impl<P: Ports> Client<P> {
    /// A client over `ports` that seals and opens with `keys`: a [`Keyring`](crate::crypto::Keyring), or a public key
    /// alone.
    #[must_use]
    pub fn new(ports: P, keys: impl Into<Keys>, options: ClientOptions) -> Self {
        Self {
            watch: Watch::new(ports.observer()),
            ports,
            keys: keys.into(),
            retired: RefCell::default(),
            agent_keys: RefCell::default(),
            options,
            locks: Locks::default(),
            lessons: Lessons::default(),
            recent: Recent::default(),
        }
    }

    /// The ports, for whoever built the client.
    #[must_use]
    pub fn ports(&self) -> &P {
        &self.ports
    }
}

impl<P> fmt::Debug for Client<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("options", &self.options).finish_non_exhaustive()
    }
}
