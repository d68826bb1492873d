//! Server-sent events: bytes in any cut become events, by the grammar of WHATWG HTML section 9.2.6. It knows nothing of
//! JSON, of providers, or of where the bytes come from.
//!
//! Three departures, each for what servers of this field really send: an event that the end of the bytes leaves without
//! its blank line is delivered by [`SseDecoder::finish`]; a field named `error` is read as data of an event named
//! `error`; and the buffer is bounded.

use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;

/// Most bytes that one event may hold.
pub const MAX_EVENT_BYTES: usize = 8 * 1024 * 1024;

const BOM: &[u8] = b"\xef\xbb\xbf";

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

/// Turns chunks of bytes into events. Each byte is looked at once, however the chunks are cut.
///
/// ```
/// use ductape_models::sse::SseDecoder;
/// let mut seen = Vec::new();
/// let mut decoder = SseDecoder::default();
/// decoder.feed(b"data: he", |event| seen.push(event.data.clone()))?;
/// decoder.feed(b"llo\r\n\r\n", |event| seen.push(event.data.clone()))?;
/// assert_eq!(seen, ["hello"]);
/// # Ok::<(), ductape_models::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SseDecoder {
    /// The unfinished line, where a chunk ended inside one.
    line: Vec<u8>,
    event: SseEvent,
    has_data: bool,
    after_cr: bool,
    started: bool,
}

impl SseDecoder {
    /// Takes bytes and hands over each event that they complete.
    ///
    /// # Errors
    /// `limit_exceeded` where one event grows beyond [`MAX_EVENT_BYTES`]; the decoder takes nothing more then.
    pub fn feed(&mut self, bytes: &[u8], mut on_event: impl FnMut(&SseEvent)) -> Result<()> {
        let mut rest = bytes;
        while let Some(first) = rest.first() {
            if core::mem::take(&mut self.after_cr) && *first == b'\n' {
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                return self.hold(rest);
            };
            let (line, tail) = rest.split_at(end);
            self.after_cr = tail.first() == Some(&b'\r');
            rest = tail.get(1..).unwrap_or_default();
            self.whole_line(line, &mut on_event)?;
        }
        Ok(())
    }

    /// The bytes ended: hands over the event that was left without its blank line, if there is one.
    pub fn finish(&mut self, mut on_event: impl FnMut(&SseEvent)) {
        let line = core::mem::take(&mut self.line);
        if !line.is_empty() {
            self.started_line(&line, &mut on_event);
        }
        self.dispatch(&mut on_event);
    }

    fn hold(&mut self, bytes: &[u8]) -> Result<()> {
        self.check_size(bytes.len())?;
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    /// A line may come in one piece, which needs no copy, or end one that was held.
    fn whole_line(&mut self, line: &[u8], on_event: &mut impl FnMut(&SseEvent)) -> Result<()> {
        self.check_size(line.len())?;
        if self.line.is_empty() {
            self.started_line(line, on_event);
            return Ok(());
        }
        let mut held = core::mem::take(&mut self.line);
        held.extend_from_slice(line);
        self.started_line(&held, on_event);
        held.clear();
        self.line = held;
        Ok(())
    }

    fn check_size(&self, more: usize) -> Result<()> {
        if self.line.len() + self.event.data.len() + more <= MAX_EVENT_BYTES {
            return Ok(());
        }
        let message = "the provider sent an event of more than 8 MiB";
        Err(Error::new(ErrorKind::LimitExceeded, message).with("limitBytes", MAX_EVENT_BYTES))
    }

    fn started_line(&mut self, line: &[u8], on_event: &mut impl FnMut(&SseEvent)) {
        let first = !core::mem::replace(&mut self.started, true);
        let line = if first { line.strip_prefix(BOM).unwrap_or(line) } else { line };
        if line.is_empty() {
            self.dispatch(on_event);
        } else {
            self.field(line);
        }
    }

    fn field(&mut self, line: &[u8]) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"data" => self.push_data(value),
            b"event" => self.event.event = text(value),
            b"id" if !value.contains(&0) => self.event.id = text(value),
            b"error" => {
                self.event.event = "error".to_owned();
                self.push_data(value);
            }
            _ => {}
        }
    }

    fn push_data(&mut self, value: &[u8]) {
        if core::mem::replace(&mut self.has_data, true) {
            self.event.data.push('\n');
        }
        match core::str::from_utf8(value) {
            Ok(value) => self.event.data.push_str(value),
            Err(_) => self.event.data.push_str(&String::from_utf8_lossy(value)),
        }
    }

    /// The buffers are kept, so that a long stream allocates for its longest event only.
    fn dispatch(&mut self, on_event: &mut impl FnMut(&SseEvent)) {
        if core::mem::take(&mut self.has_data) {
            on_event(&self.event);
        }
        self.event.event.clear();
        self.event.data.clear();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(chunks: &[&[u8]]) -> Vec<SseEvent> {
        let mut seen = Vec::new();
        let mut decoder = SseDecoder::default();
        for chunk in chunks {
            decoder.feed(chunk, |event| seen.push(event.clone())).unwrap();
        }
        decoder.finish(|event| seen.push(event.clone()));
        seen
    }

    fn data(text: &str) -> Vec<String> {
        events(&[text.as_bytes()]).into_iter().map(|event| event.data).collect()
    }

    #[test]
    fn every_line_end_of_the_standard_ends_a_line() {
        for end in ["\n", "\r\n", "\r"] {
            assert_eq!(
                data(&format!("data: a{end}data:b{end}{end}data: c{end}{end}")),
                ["a\nb", "c"],
                "{end:?}"
            );
        }
        assert_eq!(data("data: a\r\rdata: b\n\r\n"), ["a", "b"]);
    }

    #[test]
    fn fields_follow_the_standard() {
        let all = events(&[b"\xef\xbb\xbf: comment\nid: 7\nevent: x\ndata\nretry: 5\nunknown: y\ndata:  two\n\n\ndata: z\n\n"]);
        let first = SseEvent { event: "x".to_owned(), data: "\n two".to_owned(), id: "7".to_owned() };
        let second = SseEvent { event: String::new(), data: "z".to_owned(), id: "7".to_owned() };
        assert_eq!(all, [first, second]);
    }

    #[test]
    fn an_event_without_data_is_none() {
        assert!(data("event: ping\n\n: nothing\n\n\n\n").is_empty());
    }

    #[test]
    fn the_last_event_needs_no_blank_line() {
        assert_eq!(data("data: a\n\ndata: b"), ["a", "b"]);
    }

    #[test]
    fn a_field_named_error_is_an_error_event() {
        let all = events(&[b"error: {\"code\":500}\n\n"]);
        assert_eq!((all[0].event.as_str(), all[0].data.as_str()), ("error", "{\"code\":500}"));
    }

    #[test]
    fn half_a_sequence_of_utf_8_is_replaced_and_the_rest_kept() {
        assert_eq!(data("data: ok\n\n").len(), 1);
        assert_eq!(events(&[b"data: a\xe2\x82\n\ndata: b\n\n"])[0].data, "a\u{fffd}");
    }

    #[test]
    fn an_endless_line_ends_in_one_error() {
        let mut decoder = SseDecoder::default();
        let chunk = vec![b'x'; 1024 * 1024];
        let failed = (0..9).map(|_| decoder.feed(&chunk, |_| {})).find_map(Result::err).unwrap();
        assert_eq!(failed.kind(), ErrorKind::LimitExceeded);
        let mut decoder = SseDecoder::default();
        let line = [b"data: ".as_slice(), &chunk, b"\n"].concat();
        assert!((0..9).any(|_| decoder.feed(&line, |_| {}).is_err()));
    }

    proptest! {
        #[test]
        fn r56_any_cut_gives_the_same_events(
            text in "(data: ?|event:|id:|:|error: |[a-zé€😀]{0,4}|\n|\r\n|\r|\n\n){0,40}",
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let bytes = text.as_bytes();
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            at.extend([0, bytes.len()]);
            at.sort_unstable();
            let chunks: Vec<&[u8]> = at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(events(&chunks), events(&[bytes]));
        }
    }
}
