//! Server-sent events: bytes in any cut become events (WHATWG HTML, section 9.2.6). It knows nothing of JSON, and nothing
//! of reconnecting.

use crate::bytes::line_end;

/// Most bytes that one event may hold, its unfinished line included: 8 MiB.
pub const MAX_EVENT_BYTES: usize = 8 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// An event grew over [`MAX_EVENT_BYTES`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TooLong;

/// One event.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SseEvent {
    /// The `event` field; empty where none was given.
    pub event: String,
    /// The `data` fields joined by line feeds.
    pub data: String,
    /// The `id` field in force.
    pub id: String,
    /// The bytes ended before the empty line that ends an event, so that the data may be cut off.
    pub unterminated: bool,
}

/// Bytes in, events out, one at a time. Memory is bounded by [`MAX_EVENT_BYTES`], time is linear in the bytes whatever
/// their cut.
#[derive(Clone, Debug, Default)]
pub(crate) struct Events {
    /// The start of a line whose end has not come.
    line: Vec<u8>,
    /// The event being read, or the last one where it is complete; its buffers are reused from event to event.
    event: SseEvent,
    has_data: bool,
    /// Whether the event has been handed over.
    complete: bool,
    /// The last byte was a carriage return: a line feed that follows belongs to it.
    after_return: bool,
    started: bool,
    failed: bool,
}

impl Events {
    /// Takes what belongs to the next event, and returns it, if its end is there, with the bytes that follow it.
    ///
    /// # Errors
    /// [`TooLong`], once, where an event grows over [`MAX_EVENT_BYTES`]; from then on everything is ignored.
    pub(crate) fn next<'b>(&mut self, bytes: &'b [u8]) -> Result<(Option<&SseEvent>, &'b [u8]), TooLong> {
        self.forget();
        let mut rest = bytes;
        while !self.failed && !self.complete && !rest.is_empty() {
            rest = self.step(rest)?;
        }
        if self.failed {
            return Ok((None, &[]));
        }
        if self.complete {
            rest = self.after_line(rest);
        }
        Ok((self.complete.then_some(&self.event), rest))
    }

    /// The bytes ended: the event that they left open, marked `unterminated`.
    pub(crate) fn last(&mut self) -> Option<&SseEvent> {
        self.forget();
        if !core::mem::replace(&mut self.failed, true) {
            let line = core::mem::take(&mut self.line);
            if !line.is_empty() {
                self.take_line(&line);
            }
            self.event.unterminated = true;
            self.end_event();
        }
        self.complete.then_some(&self.event)
    }

    /// Whether an event begins with the next byte.
    pub(crate) fn is_between(&self) -> bool {
        let is_idle = self.complete || (!self.has_data && self.event.event.is_empty());
        is_idle && self.line.is_empty() && self.started && !self.after_return && !self.failed
    }

    /// Drops the event that was handed over.
    fn forget(&mut self) {
        if core::mem::take(&mut self.complete) {
            self.event.data.clear();
            self.event.event.clear();
        }
    }

    /// Takes one line, or what there is of it, and returns what follows.
    fn step<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], TooLong> {
        let bytes = self.after_line(bytes);
        let end = line_end(bytes);
        let (piece, rest) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
        self.check_size(piece.len())?;
        let Some((terminator, rest)) = rest.split_first() else {
            self.line.extend_from_slice(piece);
            return Ok(&[]);
        };
        self.after_return = *terminator == b'\r';
        self.end_line(piece);
        Ok(rest)
    }

    /// What follows the line feed that may belong to the end of the line before.
    fn after_line<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        if bytes.is_empty() || !core::mem::take(&mut self.after_return) {
            return bytes;
        }
        bytes.strip_prefix(b"\n").unwrap_or(bytes)
    }

    fn check_size(&mut self, more: usize) -> Result<(), TooLong> {
        if self.line.len() + self.event.data.len() + more <= MAX_EVENT_BYTES {
            return Ok(());
        }
        *self = Self { failed: true, ..Self::default() };
        Err(TooLong)
    }

    fn end_line(&mut self, piece: &[u8]) {
        if self.line.is_empty() {
            return self.take_line(piece);
        }
        let mut line = core::mem::take(&mut self.line);
        line.extend_from_slice(piece);
        self.take_line(&line);
        line.clear();
        self.line = line;
    }

    fn take_line(&mut self, line: &[u8]) {
        let first = !core::mem::replace(&mut self.started, true);
        let line = if first { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line };
        if line.is_empty() {
            return self.end_event();
        }
        // Line ends are ASCII, so no character spans two lines and decoding by line equals decoding the stream.
        let (name, value) = split_field(line);
        match core::str::from_utf8(value) {
            Ok(value) => self.take_field(name, value),
            Err(_) => self.take_field(name, &String::from_utf8_lossy(value)),
        }
    }

    fn take_field(&mut self, name: &[u8], value: &str) {
        match name {
            b"data" => self.push_data(value),
            b"error" => {
                replace(&mut self.event.event, "error");
                self.push_data(value);
            }
            b"event" => replace(&mut self.event.event, value),
            b"id" if !value.contains('\0') => replace(&mut self.event.id, value),
            _ => {}
        }
    }

    fn push_data(&mut self, value: &str) {
        if core::mem::replace(&mut self.has_data, true) {
            self.event.data.push('\n');
        }
        self.event.data.push_str(value);
    }

    /// An event without data is none.
    fn end_event(&mut self) {
        self.complete = core::mem::take(&mut self.has_data);
        if !self.complete {
            self.event.event.clear();
        }
    }
}

fn replace(field: &mut String, value: &str) {
    field.clear();
    field.push_str(value);
}

/// The field's name, and its value without the one optional leading space. A comment has an empty name.
fn split_field(line: &[u8]) -> (&[u8], &[u8]) {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else { return (line, &[]) };
    let (name, value) = line.split_at(colon);
    let value = value.get(1..).unwrap_or_default();
    (name, value.strip_prefix(b" ").unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn feed(events: &mut Events, chunk: &[u8]) -> Result<Vec<SseEvent>, TooLong> {
        let (mut seen, mut rest) = (Vec::new(), chunk);
        while !rest.is_empty() {
            let (event, after) = events.next(rest)?;
            seen.extend(event.cloned());
            rest = after;
        }
        Ok(seen)
    }

    fn decode(chunks: &[&[u8]]) -> Vec<SseEvent> {
        let mut events = Events::default();
        let mut seen: Vec<_> = chunks.iter().flat_map(|chunk| feed(&mut events, chunk).unwrap()).collect();
        seen.extend(events.last().cloned());
        seen
    }

    fn data(bytes: &[u8]) -> Vec<String> {
        decode(&[bytes]).into_iter().map(|event| event.data).collect()
    }

    #[test]
    fn every_line_end_ends_a_line() {
        assert_eq!(data(b"data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\n\r\n"), ["a", "b", "c", "d"]);
    }

    #[test]
    fn one_space_after_the_colon_is_optional() {
        assert_eq!(data(b"data:a\n\ndata: b\n\ndata:  c\n\n"), ["a", "b", " c"]);
    }

    #[test]
    fn data_lines_join_and_an_empty_one_counts() {
        assert_eq!(data(b"data: a\ndata\ndata: b\n\n: note\n\nevent: x\n\ndata\n\n"), ["a\n\nb", ""]);
    }

    #[test]
    fn names_reset_and_ids_stay() {
        let events = decode(&[b"id: 1\nevent: x\ndata: a\n\nid: 2\0\nretry: 5\ndata: b\n\n"]);
        assert_eq!((events[0].event.as_str(), events[0].id.as_str()), ("x", "1"));
        assert_eq!((events[1].event.as_str(), events[1].id.as_str()), ("", "1"));
    }

    #[test]
    fn one_byte_order_mark_is_dropped() {
        assert_eq!(data(b"\xEF\xBB\xBFdata: a\n\n\xEF\xBB\xBFdata: b\n\n"), ["a"]);
        assert_eq!(data(b"\xEF\xBB\xBF\xEF\xBB\xBFdata: b\n\n"), Vec::<String>::new());
    }

    #[test]
    fn r56_an_event_without_its_end_is_marked() {
        let events = decode(&[b"data: a\n\ndata: {\"b\":1}"]);
        assert_eq!(events.iter().map(|event| event.unterminated).collect::<Vec<_>>(), [false, true]);
        assert_eq!(events[1].data, "{\"b\":1}");
        assert!(decode(&[b"data: a\n\n: note"]).iter().all(|event| !event.unterminated));
    }

    #[test]
    fn an_error_field_is_an_error_event() {
        let events = decode(&[b"error: {\"code\":500}\n\n"]);
        assert_eq!((events[0].event.as_str(), events[0].data.as_str()), ("error", "{\"code\":500}"));
    }

    #[test]
    fn broken_utf8_is_replaced_not_refused() {
        assert_eq!(data(b"data: a\xF0\x9F\x98\ndata: \xF0\x9F\x98\x80\n\n"), ["a\u{FFFD}\n\u{1F600}"]);
    }

    #[test]
    fn an_endless_line_is_one_error_and_holds_no_memory() {
        let mut events = Events::default();
        let chunk = vec![b'x'; 1 << 20];
        let failures = (0..20).filter(|_| feed(&mut events, &chunk).is_err()).count();
        assert_eq!(failures, 1);
        assert!(events.line.capacity() == 0);
    }

    #[test]
    fn an_endless_event_is_one_error() {
        let mut events = Events::default();
        let line = [b"data: ".as_slice(), &vec![b'x'; 1 << 20], b"\n"].concat();
        let failures: Vec<_> = (0..20).filter_map(|_| feed(&mut events, &line).err()).collect();
        assert_eq!(failures.len(), 1);
    }

    proptest! {
        #[test]
        fn r56_every_cut_gives_the_same_events(
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                "data", "data: ", "event: x", "id: 7", "error: e", ":", " ", "\n", "\r", "\r\n", "\n\n", "é😀", "\u{FEFF}",
            ]), 0..24),
            cut in any::<proptest::sample::Index>(),
        ) {
            let bytes = pieces.concat().into_bytes();
            let whole = decode(&[&bytes]);
            let (left, right) = bytes.split_at(cut.index(bytes.len() + 1));
            prop_assert_eq!(&decode(&[left, right]), &whole);
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(&decode(&single), &whole);
        }
    }
}
