//! Server-sent events: bytes in any cut become events (WHATWG HTML, section 9.2.6). It knows nothing of JSON.

/// One event.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SseEvent {
    /// The `event` field; empty where none was given.
    pub event: String,
    /// The `data` fields joined by line feeds.
    pub data: String,
    /// The `id` field in force.
    pub id: String,
}
