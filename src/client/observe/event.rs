//! What an observer is told, as values and in the plain form that crosses the border.

use serde_json::Map;
use serde_json::Value;

/// Something that is done to a record or with a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AuditAction {
    /// An agent was defined, or changed by a definition.
    AgentDefine,
    /// An agent was deleted.
    AgentDelete,
    /// An environment lost its API key.
    KeyRemove,
    /// An environment got another API key.
    KeyRotate,
    /// An environment that had no API key got one.
    KeySet,
    /// An API key was opened, or looked up, for a call.
    KeyUse,
    /// A record was sealed anew with the primary product key.
    KeysRekey,
    /// A product key was taken out of use.
    KeysRetire,
    /// A model was created.
    ModelCreate,
    /// A model was deleted.
    ModelDelete,
    /// A record left the store, its keys sealed.
    ModelExport,
    /// An exported record was written as it is.
    ModelImport,
    /// Settings of one environment were copied to another.
    ModelPromote,
    /// Earlier settings of a model were put back.
    ModelRollback,
    /// A model was changed.
    ModelUpdate,
}

impl AuditAction {
    /// Every action.
    pub const ALL: &'static [AuditAction] = &[
        AuditAction::AgentDefine,
        AuditAction::AgentDelete,
        AuditAction::KeyRemove,
        AuditAction::KeyRotate,
        AuditAction::KeySet,
        AuditAction::KeyUse,
        AuditAction::KeysRekey,
        AuditAction::KeysRetire,
        AuditAction::ModelCreate,
        AuditAction::ModelDelete,
        AuditAction::ModelExport,
        AuditAction::ModelImport,
        AuditAction::ModelPromote,
        AuditAction::ModelRollback,
        AuditAction::ModelUpdate,
    ];

    /// The action as observers read it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            AuditAction::AgentDefine => "agent.define",
            AuditAction::AgentDelete => "agent.delete",
            AuditAction::KeyRemove => "key.remove",
            AuditAction::KeyRotate => "key.rotate",
            AuditAction::KeySet => "key.set",
            AuditAction::KeyUse => "key.use",
            AuditAction::KeysRekey => "keys.rekey",
            AuditAction::KeysRetire => "keys.retire",
            AuditAction::ModelCreate => "model.create",
            AuditAction::ModelDelete => "model.delete",
            AuditAction::ModelExport => "model.export",
            AuditAction::ModelImport => "model.import",
            AuditAction::ModelPromote => "model.promote",
            AuditAction::ModelRollback => "model.rollback",
            AuditAction::ModelUpdate => "model.update",
        }
    }
}

/// One thing that was done, or refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuditEvent {
    /// What.
    pub action: AuditAction,
    /// The product; `None` where all are concerned.
    pub product: Option<String>,
    /// The model's tag.
    pub tag: Option<String>,
    /// The agent's tag.
    pub agent: Option<String>,
    /// The environment.
    pub env: Option<String>,
    /// The revision that was written.
    pub rev: Option<u64>,
    /// Who the client works for.
    pub actor: Option<String>,
    /// When, in milliseconds since 1970.
    pub time: u64,
    /// The fingerprint of the API key: equal for equal keys under one product key.
    pub key_fingerprint: Option<String>,
    /// The id of the product key.
    pub key_id: Option<String>,
    /// `ok`, or the code of the error.
    pub outcome: &'static str,
}

impl AuditEvent {
    /// An event that nothing but its action is known of.
    pub(super) fn new(action: AuditAction) -> Self {
        Self {
            action,
            product: None,
            tag: None,
            agent: None,
            env: None,
            rev: None,
            actor: None,
            time: 0,
            key_fingerprint: None,
            key_id: None,
            outcome: "ok",
        }
    }

    /// The plain form.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut map = Map::new();
        put(&mut map, "action", Some(self.action.as_str().into()));
        put(&mut map, "product", text(&self.product));
        put(&mut map, "tag", text(&self.tag));
        put(&mut map, "agent", text(&self.agent));
        put(&mut map, "env", text(&self.env));
        put(&mut map, "rev", self.rev.map(Value::from));
        put(&mut map, "actor", text(&self.actor));
        put(&mut map, "time", Some(self.time.into()));
        put(&mut map, "keyFingerprint", text(&self.key_fingerprint));
        put(&mut map, "keyId", text(&self.key_id));
        put(&mut map, "outcome", Some(self.outcome.into()));
        map.into()
    }
}

/// Where in its life a span is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SpanPhase {
    /// It is over.
    End,
    /// Something happened within it.
    Event,
    /// It began.
    Start,
}

/// On which side of the network a span is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SpanKind {
    /// It asks somebody else.
    Client,
    /// It stays in this process.
    Internal,
}

/// A moment of something that takes time.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanEvent {
    /// Which moment.
    pub phase: SpanPhase,
    /// The span's id, unique.
    pub id: String,
    /// The id of the span that it is part of.
    pub parent_id: Option<String>,
    /// The span's name, or that of what happened within it.
    pub name: String,
    /// On which side of the network it is.
    pub kind: SpanKind,
    /// When, in milliseconds since 1970.
    pub time: u64,
    /// How long it took, in milliseconds; only at the end.
    pub duration: Option<u64>,
    /// What is known: texts, numbers, booleans and lists of texts.
    pub attributes: Map<String, Value>,
    /// The code and the message of the error that ended it.
    pub error: Option<(&'static str, Option<String>)>,
}

impl SpanEvent {
    /// The plain form.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let phase = match self.phase {
            SpanPhase::End => "end",
            SpanPhase::Event => "event",
            SpanPhase::Start => "start",
        };
        let kind = match self.kind {
            SpanKind::Client => "client",
            SpanKind::Internal => "internal",
        };
        let mut map = Map::new();
        put(&mut map, "type", Some(phase.into()));
        put(&mut map, "id", Some(self.id.as_str().into()));
        put(&mut map, "parentId", text(&self.parent_id));
        put(&mut map, "name", Some(self.name.as_str().into()));
        put(&mut map, "kind", Some(kind.into()).filter(|_| self.phase == SpanPhase::Start));
        put(&mut map, "time", Some(self.time.into()));
        put(&mut map, "duration", self.duration.map(Value::from));
        put(&mut map, "attributes", Some(self.attributes.clone().into()));
        if let Some((code, message)) = &self.error {
            let mut error = Map::new();
            put(&mut error, "code", Some((*code).into()));
            put(&mut error, "message", text(message));
            put(&mut map, "error", Some(error.into()));
        }
        map.into()
    }
}

/// Sets a field that is known.
#[inline(never)]
pub(super) fn put(map: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        map.insert(name.to_owned(), value);
    }
}

/// A text that may be absent.
#[inline(never)]
pub(super) fn text(text: &Option<String>) -> Option<Value> {
    text.as_deref().map(Value::from)
}
