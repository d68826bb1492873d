//! Reads the events of a stream by what they have in common: most of them are the one before with another text in it, so
//! what stays the same is compared, eight bytes at a step, and only what changes is read.

use core::mem;

use crate::bytes::common_length;
use crate::bytes::line_end;
use crate::scanner::Hole;
use crate::scanner::Kind;
use crate::scanner::Scanner;
use crate::shape::COUNTS;
use crate::shape::Field;
use crate::shape::Found;

/// The longest event that is remembered, in bytes.
const LONGEST: usize = 4096;

/// What ends an event, where it is known.
const ENDS: [&[u8]; 2] = [b"\n\n", b"\r\n\r\n"];

/// Recognizes the objects of one shape, and remembers the last one that was unlike the one before it.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    /// Nothing, before there was an event.
    event: String,
    /// What stood before and after it in the stream; nothing where that is not known.
    lead: Vec<u8>,
    tail: &'static [u8],
    holes: Vec<Hole>,
    counts: [Option<u64>; COUNTS],
    span: Option<Hole>,
    /// Where the holes of the next event are gathered.
    spare: Vec<Hole>,
}

impl Frame {
    /// What an object of this shape holds; `None` where the text is anything else. Whatever is recognized is JSON,
    /// provided that its texts have their meaning by [`crate::unescape`]. Every call is to name the same shape.
    pub(crate) fn scan<'a>(&mut self, text: &'a str, shape: &[Field]) -> Option<Found<'a>> {
        let again = self.again(text.as_bytes()).filter(|(_, length)| *length == text.len());
        again.map(|(found, _)| found).or_else(|| self.anew(text, shape))
    }

    /// What the event holds that the bytes of a stream begin with, and how long it is with all that belongs to it; `None`
    /// where it is not the last event with other values.
    pub(crate) fn next<'a>(&mut self, bytes: &'a [u8]) -> Option<(Found<'a>, usize)> {
        if self.tail.is_empty() {
            return None;
        }
        let lead = self.lead.len();
        let body = bytes.get(lead..).filter(|_| common_length(&self.lead, bytes) == lead)?;
        let (found, length) = self.again(body)?;
        body.get(length..)?.starts_with(self.tail).then_some(())?;
        Some((found, lead + length + self.tail.len()))
    }

    /// The last event was `data`, and stood in the stream as `raw`.
    pub(crate) fn stood(&mut self, raw: &[u8], data: &str) {
        for tail in ENDS {
            let before = raw.strip_suffix(tail).and_then(|raw| raw.strip_suffix(data.as_bytes()));
            if let Some(lead) = before.filter(|lead| is_lead(lead)) {
                self.tail = tail;
                if self.lead != lead {
                    lead.clone_into(&mut self.lead);
                }
            }
        }
    }

    /// Without looking at the last event.
    fn anew<'a>(&mut self, text: &'a str, shape: &[Field]) -> Option<Found<'a>> {
        self.spare.clear();
        let mut scanner = Scanner::new(text.as_bytes(), &mut self.spare);
        scanner.whole(shape)?;
        let (found, span) = (scanner.found, scanner.span);
        if text.len() <= LONGEST {
            mem::swap(&mut self.holes, &mut self.spare);
            text.clone_into(&mut self.event);
            (self.counts, self.span, self.tail) = (found.counts, span, &[]);
        }
        Some(found)
    }

    /// What the bytes begin with, where that is the last event with other values in its holes, and how long it is.
    fn again<'a>(&mut self, new: &'a [u8]) -> Option<(Found<'a>, usize)> {
        let old = self.event.as_bytes();
        if old.is_empty() {
            return None;
        }
        self.spare.clear();
        let mut scanner = Scanner::new(new, &mut self.spare);
        scanner.found.counts = self.counts;
        let mut span = self.span;
        let mut holes = self.holes.iter().peekable();
        let (mut from, mut to) = (0, 0);
        loop {
            let same = common_length(old.get(from..)?, new.get(to..)?);
            while let Some(hole) = holes.next_if(|hole| hole.end < from + same) {
                scanner.fill_as_before(to + (hole.start - from), hole)?;
            }
            if let (Some(span), Some(was)) = (&mut span, self.span) {
                if was.start >= from {
                    span.start = to + (was.start - from);
                }
                if was.end >= from {
                    span.end = to + (was.end - from);
                }
            }
            if from + same == old.len() {
                to += same;
                break;
            }
            // The first difference has to be in a hole, or where one ended.
            let hole = holes.next_if(|hole| hole.start <= from + same)?;
            to = scanner.fill(to + (hole.start - from), hole.kind)?;
            from = hole.end;
        }
        if let Some(Hole { start, end, kind: Kind::Text(slot) }) = span {
            scanner.keep_text(slot, start, end)?;
        }
        Some((scanner.found, to))
    }
}

/// The start of a line of data, after at most a line that names the event: nothing else that a stream may say is said there.
fn is_lead(lead: &[u8]) -> bool {
    let lines = lead.strip_suffix(b"data: ").or_else(|| lead.strip_suffix(b"data:"));
    lines.is_some_and(|lines| {
        let name = lines.strip_suffix(b"\r\n").or_else(|| lines.strip_suffix(b"\n"));
        lines.is_empty()
            || name.is_some_and(|name| name.starts_with(b"event:") && line_end(name) == name.len())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::shape::Rule;

    const WORDS: &[&str] = &["one", "other"];
    const INNER: &[Field] =
        &[("t", Rule::Text(1)), ("n", Rule::Count(1)), ("x", Rule::Any), ("word", Rule::Choice(3, WORDS))];
    const SHAPE: &[Field] = &[
        ("any", Rule::Any),
        ("count", Rule::Count(0)),
        ("flag", Rule::Flag(2)),
        ("null", Rule::Null),
        ("object", Rule::Object(INNER)),
        ("one", Rule::One(&[("t", Rule::Text(2))])),
        ("span", Rule::Span(3, &[("a", Rule::Any)])),
        ("text", Rule::Text(0)),
        ("zero", Rule::Zero),
    ];

    fn scan<'a>(text: &'a str, shape: &[Field]) -> Option<Found<'a>> {
        Frame::default().scan(text, shape)
    }

    fn agrees(text: &str) -> bool {
        let Some(found) = scan(text, SHAPE) else { return false };
        // An escape that is none shows when the text is asked for.
        if found.texts[..3].iter().flatten().any(|raw| crate::unescape(raw).is_none()) {
            return false;
        }
        let value: Value = serde_json::from_str(text).expect("whatever is recognized is JSON");
        let raw = |slot: usize, value: &Value| {
            assert_eq!(found.texts[slot].and_then(crate::unescape).as_deref(), value.as_str());
        };
        raw(0, &value["text"]);
        raw(1, &value["object"]["t"]);
        raw(2, &value["one"][0]["t"]);
        assert_eq!(
            found.texts[3].map(|raw| serde_json::from_str::<Value>(raw).unwrap()).as_ref(),
            value.get("span")
        );
        assert_eq!(found.counts[0], value["count"].as_u64());
        assert_eq!(found.counts[1], value["object"]["n"].as_u64());
        assert_eq!(found.counts[2], value["flag"].as_bool().map(u64::from));
        assert_eq!(
            found.counts[3].and_then(|at| WORDS.get(usize::try_from(at).unwrap())).copied(),
            value["object"]["word"].as_str()
        );
        assert!(value["zero"].is_null() || value["zero"] == 0);
        true
    }

    #[test]
    fn what_fits_is_recognized() {
        for text in [
            "{}",
            " { \"text\" : \"a\\n\" , \"count\" : 12 }\n",
            r#"{"any":[{"a":[1,-0.5,true,false,null,"x"]},{}],"null":null,"zero":0,"flag":true,"text":null}"#,
            r#"{"object":{"t":"","n":3,"x":[],"word":"other"},"one":[{"t":"é"}],"span":{"a":{"b":1}},"flag":false}"#,
        ] {
            assert!(agrees(text), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_left_alone() {
        for text in [
            "",
            "[]",
            "{",
            "{}x",
            "{,}",
            r#"{"text":"a",}"#,
            r#"{"text":"a""#,
            r#"{"other":1}"#,
            r#"{"text":1}"#,
            r#"{"text":"a","text":"b"}"#,
            r#"{"null":0}"#,
            r#"{"zero":1}"#,
            r#"{"zero":00}"#,
            r#"{"zero":0.5}"#,
            r#"{"count":-1}"#,
            r#"{"count":1e3}"#,
            r#"{"count":12345678901234567}"#,
            r#"{"any":01}"#,
            r#"{"any":1e999}"#,
            r#"{"any":"\ud83d"}"#,
            r#"{"any":"\x"}"#,
            "{\"text\":\"\n\"}",
            r#"{"one":[]}"#,
            r#"{"one":[{},{}]}"#,
            r#"{"one":{}}"#,
            r#"{"any":[[[[[[[1]]]]]]]}"#,
            r#"{"flag":1}"#,
            r#"{"any":nul}"#,
            r#"{"object":{"word":"on"}}"#,
            r#"{"object":{"word":"o\u006ee"}}"#,
            r#"{"object":{"word":null}}"#,
            r#"{"\u0074ext":"a"}"#,
            r#"{"any":}"#,
        ] {
            assert_eq!(scan(text, SHAPE), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_recognized_is_json_and_means_the_same(pieces in proptest::collection::vec(proptest::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\"text\":", "\"any\":", "\"count\":", "\"object\":{", "\"one\":[{", "}]",
            "\"span\":{\"a\":", "\"t\":", "\"a\"", "\"\\n\"", "\"\\x\"", "\"é\\ud83d\"", "0", "12", "-1.5", "null", "true", " ", "\\",
        ]), 0..14)) {
            let text = format!("{{{}}}", pieces.concat());
            agrees(&text);
        }

        #[test]
        fn any_cut_of_an_event_is_left_alone(cut in 1..84_usize) {
            let text = r#"{"any":[{"a":[1,-0.5,true]}],"count":7,"object":{"t":"a\n","n":3},"text":"some text"}"#;
            prop_assert!(scan(text, SHAPE).is_some());
            prop_assert_eq!(scan(&text[..cut], SHAPE), None);
        }

        #[test]
        fn an_event_means_the_same_after_any_other(first in event(), second in event(), cut in 0..90_usize, put in "[\"\\\\,:0-9a{}n]{0,2}") {
            let mut frame = Frame::default();
            let mut changed = second.clone();
            if changed.is_char_boundary(cut) {
                changed.insert_str(cut, &put);
            }
            for text in [&first, &second, &changed, &second, &first] {
                prop_assert_eq!(frame.scan(text, SHAPE), scan(text, SHAPE), "{}", text);
            }
        }
    }

    /// Events that differ from one another in what servers change.
    fn event() -> impl Strategy<Value = String> {
        let texts = vec!["", "a", "ab", "a\\n", "\\\"", "é", "]}"];
        let text = || proptest::sample::select(texts.clone());
        let words =
            vec!["\"\"", "\"w\"", "\"wo\"", "null", "1", "-1.5", "[12,{\"b\":\"c\"}]", "[1,{\"b\":\"\"}]"];
        let count = || proptest::sample::select(vec!["0", "7", "70", "12345"]);
        let flag = proptest::sample::select(vec!["true", "false"]);
        let word = proptest::sample::select(words);
        let choice = proptest::sample::select(WORDS);
        (text(), word, count(), flag, text(), count(), text(), choice).prop_map(|(text, word, count, flag, inner, part, last, choice)| {
            format!(
                r#"{{"any":{word},"count":{count},"flag":{flag},"object":{{"t":"{inner}","word":"{choice}","n":{part}}},"span":{{"a":{count}}},"one":[{{"t":"{last}"}}],"text":"{text}"}}"#
            )
        })
    }

    #[test]
    fn what_changes_alone_is_read_alone() {
        let mut frame = Frame::default();
        let event = |text: &str| format!(r#"{{"any":"id","count":7,"text":"{text}","span":{{"a":1}}}}"#);
        assert!(frame.scan(&event("a"), SHAPE).is_some());
        for text in ["b", "longer", "", "a", "\\\"", "é"] {
            let event = event(text);
            let found = frame
                .again(event.as_bytes())
                .map(|(found, _)| found)
                .expect("the same event with another text");
            assert_eq!(
                (found.texts[0], found.texts[3], found.counts[0]),
                (Some(text), Some("{\"a\":1}"), Some(7))
            );
        }
        for other in [
            event("a").replace('7', "7.0"),
            event("a").replace("id", "i\\x"),
            event("a").replace("any", "one"),
        ] {
            assert_eq!(frame.again(other.as_bytes()), None, "{other}");
        }
        let long = event(&"x".repeat(LONGEST));
        assert!(Frame::default().scan(&long, SHAPE).is_some());
        let mut frame = Frame::default();
        assert!(
            frame.scan(&long, SHAPE).is_some() && frame.again(long.as_bytes()).is_none(),
            "long events are not kept"
        );
    }
}
