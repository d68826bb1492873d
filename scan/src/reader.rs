//! Reads a stream for whoever decodes it: most events are the one before with another text in it, and those are not even
//! taken apart into lines.

use crate::frame::Frame;
use crate::shape::Field;
use crate::shape::Found;
use crate::sse::Events;
use crate::sse::MAX_EVENT_BYTES;
use crate::sse::SseEvent;
use crate::sse::TooLong;

/// Who hears of the events of a stream. Every closure over an event is one.
pub trait Listener {
    /// The shape of the events that [`Listener::take`] takes, which is always the same; without fields, there are none.
    fn shape(&self) -> &'static [Field] {
        &[]
    }

    /// Takes an event of that shape by what was found in it; `false`, with nothing done, where it is wanted whole. No event
    /// named `error` comes this way.
    fn take(&mut self, found: &Found<'_>) -> bool {
        let _ = found;
        false
    }

    /// Takes any other event.
    fn feed(&mut self, event: &SseEvent);
}

impl<F: FnMut(&SseEvent)> Listener for F {
    fn feed(&mut self, event: &SseEvent) {
        self(event);
    }
}

/// Bytes in, events out. Memory is bounded by [`MAX_EVENT_BYTES`], time is linear in the bytes whatever their cut.
///
/// Two deviations from the standard, both seen in real traffic: an event that the end of the bytes leaves open is
/// handed over, marked `unterminated`; and a field named `error` is an event named `error` with the field's value as
/// data (GPUStack, old llama.cpp).
///
/// ```
/// use ductape_models_scan::{Field, Found, Listener, Rule, SseEvent, SseReader};
///
/// #[derive(Default)]
/// struct Texts(Vec<String>);
///
/// impl Listener for Texts {
///     fn shape(&self) -> &'static [Field] {
///         &[("id", Rule::Any), ("delta", Rule::Object(&[("text", Rule::Text(0))]))]
///     }
///
///     fn take(&mut self, found: &Found<'_>) -> bool {
///         found.text(0).map(|text| self.0.push(text)).is_some()
///     }
///
///     fn feed(&mut self, event: &SseEvent) {
///         self.0.push(format!("other: {}", event.data));
///     }
/// }
///
/// let (mut reader, mut texts) = (SseReader::default(), Texts::default());
/// reader.feed(b"data: {\"id\":1,\"delta\":{\"text\":\"hi\"}}\n\ndata: {\"id\":1,\"del", &mut texts)?;
/// reader.feed(b"ta\":{\"text\":\"there\"}}\n\ndata: [DONE]\n\n", &mut texts)?;
/// assert_eq!(texts.0, ["hi", "there", "other: [DONE]"]);
/// # Ok::<(), ductape_models_scan::TooLong>(())
/// ```
#[derive(Debug, Default)]
pub struct SseReader {
    events: Events,
    frame: Frame,
}

impl SseReader {
    /// Takes a chunk, cut anywhere, and hands over the events that it completes. Every call is to name the same listener.
    ///
    /// # Errors
    /// [`TooLong`], once, where an event grows over [`MAX_EVENT_BYTES`]; from then on everything is ignored.
    pub fn feed(&mut self, bytes: &[u8], listener: &mut dyn Listener) -> Result<(), TooLong> {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = match self.skip(rest, listener) {
                Some(rest) => rest,
                None => self.step(rest, listener)?,
            };
        }
        Ok(())
    }

    /// The bytes ended: hands over the event that they left open, marked `unterminated`.
    pub fn finish(&mut self, listener: &mut dyn Listener) {
        if let Some(event) = self.events.last() {
            hand(&mut self.frame, event, listener);
        }
    }

    /// Takes the event at the start of the bytes, if it is like the one before; returns what follows.
    fn skip<'b>(&mut self, bytes: &'b [u8], listener: &mut dyn Listener) -> Option<&'b [u8]> {
        if !self.events.is_between() {
            return None;
        }
        let (found, length) = self.frame.next(bytes).filter(|(_, length)| *length <= MAX_EVENT_BYTES)?;
        listener.take(&found).then_some(())?;
        bytes.get(length..)
    }

    /// Takes the bytes line by line up to the end of an event; returns what follows.
    fn step<'b>(&mut self, bytes: &'b [u8], listener: &mut dyn Listener) -> Result<&'b [u8], TooLong> {
        let whole = self.events.is_between();
        let (event, rest) = self.events.next(bytes)?;
        if let Some(event) = event
            && hand(&mut self.frame, event, listener)
            && whole
        {
            let raw = bytes.get(..bytes.len() - rest.len()).unwrap_or_default();
            self.frame.stood(raw, &event.data);
        }
        Ok(rest)
    }
}

/// Hands an event over, by what was found in it if possible; says whether it was.
fn hand(frame: &mut Frame, event: &SseEvent, listener: &mut dyn Listener) -> bool {
    let shape = listener.shape();
    let is_hot = !shape.is_empty()
        && event.event != "error"
        && frame.scan(event.data.trim(), shape).is_some_and(|found| listener.take(&found));
    if !is_hot {
        listener.feed(event);
    }
    is_hot
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shape::Rule;

    const SHAPE: &[Field] = &[("id", Rule::Any), ("n", Rule::Count(0)), ("text", Rule::Text(0))];

    /// Takes what is of the shape, and says of each event what it was; knows how often it was asked to take one.
    #[derive(Default)]
    struct Ear {
        hot: bool,
        taken: usize,
        heard: Vec<(Option<String>, Option<u64>)>,
        other: Vec<SseEvent>,
    }

    impl Ear {
        fn hear(&mut self, found: &Found<'_>) {
            self.heard.push((found.text(0), found.count(0)));
        }
    }

    impl Listener for Ear {
        fn shape(&self) -> &'static [Field] {
            if self.hot { SHAPE } else { &[] }
        }

        fn take(&mut self, found: &Found<'_>) -> bool {
            let takes = found.count(0) != Some(9);
            if takes {
                self.taken += 1;
                self.hear(found);
            }
            takes
        }

        fn feed(&mut self, event: &SseEvent) {
            match Frame::default().scan(event.data.trim(), SHAPE) {
                Some(found) if event.event != "error" => self.hear(&found),
                _ => self.other.push(event.clone()),
            }
        }
    }

    fn read(chunks: &[&[u8]], hot: bool) -> Ear {
        let (mut reader, mut ear) = (SseReader::default(), Ear { hot, ..Ear::default() });
        for chunk in chunks {
            reader.feed(chunk, &mut ear).unwrap();
        }
        reader.finish(&mut ear);
        ear
    }

    fn stream(event: impl Fn(usize) -> String) -> Vec<u8> {
        (0..5).map(event).collect::<String>().into_bytes()
    }

    /// How many events were taken without taking their lines apart.
    fn skipped(bytes: &[u8]) -> usize {
        let (mut reader, mut ear) = (SseReader::default(), Ear { hot: true, ..Ear::default() });
        let (mut rest, mut count) = (bytes, 0);
        while !rest.is_empty() {
            rest = match reader.skip(rest, &mut ear) {
                Some(rest) => {
                    count += 1;
                    rest
                }
                None => reader.step(rest, &mut ear).unwrap(),
            };
        }
        count
    }

    #[test]
    fn events_like_the_last_one_are_skipped_over() {
        assert_eq!(skipped(&stream(|n| format!("data: {{\"id\":\"x\",\"text\":\"{n}\"}}\n\n"))), 3);
        assert_eq!(skipped(&stream(|n| format!("event: e\r\ndata:{{\"n\":{n}}}\r\n\r\n"))), 3);
        for unknown in ["id: 1\n", ": note\n", "retry: 1\n", "event: a\nevent: b\n", "data\n"] {
            assert_eq!(skipped(&stream(|n| format!("{unknown}data: {{\"n\":{n}}}\n\n"))), 0, "{unknown}");
        }
        assert_eq!(skipped(&stream(|n| format!("event: error\ndata: {{\"n\":{n}}}\n\n"))), 0);
    }

    #[test]
    fn what_is_not_text_is_read_as_ever() {
        let event = |text: &[u8]| [b"data: {\"n\":1,\"text\":\"", text, b"\"}\n\n"].concat();
        let ear = read(&[&[event(b"a"), event(b"b"), event(b"\xFF"), event(b"c")].concat()], true);
        let texts: Vec<_> = ear.heard.iter().map(|(text, _)| text.as_deref().unwrap()).collect();
        assert_eq!(texts, ["a", "b", "\u{FFFD}", "c"]);
    }

    #[test]
    fn data_in_two_lines_is_no_pattern_for_data_in_one() {
        let split = "data: {\"n\":1,\ndata: \"text\":\"a\"}\n\n";
        let broken = "data: {\"n\":1,\n\"text\":\"a\"}\n\n";
        let one = "data: {\"n\":1,\"text\":\"a\"}\n\n";
        let bytes = [one, one, split, broken, split, one].concat();
        let ear = read(&[bytes.as_bytes()], true);
        assert_eq!((ear.heard.len(), ear.other.len()), (5, 1));
    }

    #[test]
    fn an_endless_event_is_one_error_even_if_it_is_like_the_last_one() {
        let event = |length| format!("data: {{\"text\":\"{}\"}}\n\n", "x".repeat(length));
        let (mut reader, mut ear) = (SseReader::default(), Ear { hot: true, ..Ear::default() });
        reader.feed([event(1), event(2)].concat().as_bytes(), &mut ear).unwrap();
        assert_eq!(reader.feed(event(MAX_EVENT_BYTES).as_bytes(), &mut ear), Err(TooLong));
        assert_eq!(reader.feed(event(1).as_bytes(), &mut ear), Ok(()));
        assert_eq!(ear.heard.len(), 2);
    }

    proptest! {
        #[test]
        fn r56_skipping_changes_nothing(
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                "data: {\"id\":\"x\",\"n\":1,\"text\":\"a\"}\n\n",
                "data: {\"id\":\"y\",\"n\":12,\"text\":\"b\\n\"}\n\n",
                "data: {\"id\":\"x\",\"n\":9,\"text\":\"a\"}\n\n",
                "data: {\"id\":\"x\",\"n\":1,\"text\":\"é😀\"}\r\n\r\n",
                "event: e\ndata: {\"n\":1,\"text\":\"\"}\n\n", "event: error\n", "id: 7\n", "data: {\"n\":1,\n",
                "data: \"text\":\"a\"}\n\n", "\"text\":\"a\"}\n\n", "data: [DONE]\n\n", "\n", "\r", "\r\n", "\u{FEFF}", ": \n",
            ]), 0..16),
            cut in any::<proptest::sample::Index>(),
            broken in any::<proptest::sample::Index>(),
            breaks in any::<bool>(),
        ) {
            let mut bytes = pieces.concat().into_bytes();
            if breaks && !bytes.is_empty() {
                let at = broken.index(bytes.len());
                bytes[at] = 0xFF;
            }
            let plain = read(&[&bytes], false);
            let (left, right) = bytes.split_at(cut.index(bytes.len() + 1));
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            for chunks in [&[&bytes[..]][..], &[left, right], &single] {
                let ear = read(chunks, true);
                prop_assert_eq!(&ear.heard, &plain.heard);
                prop_assert_eq!(&ear.other, &plain.other);
            }
        }
    }
}
