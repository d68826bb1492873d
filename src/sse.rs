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

/// stub: bytes in any cut become events; a line that grows too long is `limit_exceeded`.
#[derive(Debug, Default)]
pub struct SseDecoder(());
impl SseDecoder {
    /// Takes a chunk and hands over the events that it completes.
    pub fn feed(&mut self, _bytes: &[u8], _event: impl FnMut(&SseEvent)) -> crate::error::Result<()> {
        todo!()
    }
    /// The bytes ended: hands over an unterminated last event.
    pub fn finish(&mut self, _event: impl FnMut(&SseEvent)) {
        todo!()
    }
}
