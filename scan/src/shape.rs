//! Recognizes the JSON objects that a stream consists of, without building them. A shape names every field that such an
//! object may have and what may stand in it; what is not exactly so is left to a parser that takes everything.

use crate::bytes::plain_length;
use crate::unescape::unescape;

/// How many texts a shape can ask for.
pub const TEXTS: usize = 6;

/// How many counts a shape can ask for.
pub const COUNTS: usize = 3;

/// How deep a value that is passed over may be nested.
const DEPTH: u8 = 6;

/// A field and what may stand in it.
pub type Field = (&'static str, Rule);

/// What may stand in a field. A field may be missing, but not stand twice.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Any value, passed over.
    Any,
    /// A whole number from 0 on, kept as count `.0`.
    Count(usize),
    /// `true` or `false`, kept as count `.0`: 1 or 0.
    Flag(usize),
    /// Nothing but `null`.
    Null,
    /// An object of these fields.
    Object(&'static [Field]),
    /// A list of exactly one object of these fields.
    One(&'static [Field]),
    /// An object of these fields, itself kept as text `.0`.
    Span(usize, &'static [Field]),
    /// A string, kept as text `.0`, or `null`.
    Text(usize),
    /// The number 0.
    Zero,
}

/// What was found, by the numbers in the shape.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Found<'a> {
    /// What stands between the quotation marks, for [`crate::unescape`]; of a [`Rule::Span`], the JSON text.
    pub texts: [Option<&'a str>; TEXTS],
    /// The numbers.
    pub counts: [Option<u64>; COUNTS],
}

impl Found<'_> {
    /// A text, empty where there is none; `None` where it has no meaning.
    #[must_use]
    pub fn text(&self, slot: usize) -> Option<String> {
        self.texts.get(slot).copied().flatten().map_or_else(|| Some(String::new()), unescape)
    }

    /// A text that nobody writes with escapes, such as an id; `None` where somebody does.
    #[must_use]
    pub fn word(&self, slot: usize) -> Option<&str> {
        let word = self.texts.get(slot).copied().flatten().unwrap_or_default();
        (!word.contains('\\')).then_some(word)
    }

    /// A count.
    #[must_use]
    pub fn count(&self, slot: usize) -> Option<u64> {
        self.counts.get(slot).copied().flatten()
    }
}

/// What an object of this shape holds; `None` where the text is anything else. Whatever is recognized is JSON, provided
/// that its texts have their meaning by [`crate::unescape`].
///
/// ```
/// use ductape_models_scan::{Field, Rule, scan};
/// const SHAPE: &[Field] = &[("id", Rule::Any), ("delta", Rule::Object(&[("text", Rule::Text(0))]))];
/// let found = scan(r#"{"id":1,"delta":{"text":"hi"}}"#, SHAPE);
/// assert_eq!(found.and_then(|found| found.texts[0]), Some("hi"));
/// assert_eq!(scan(r#"{"id":1,"other":2}"#, SHAPE), None);
/// ```
#[must_use]
pub fn scan<'a>(text: &'a str, shape: &[Field]) -> Option<Found<'a>> {
    let mut scanner = Scanner { text, bytes: text.as_bytes(), at: 0, found: Found::default() };
    scanner.expect(b'{')?;
    scanner.object(shape)?;
    scanner.space();
    (scanner.at == text.len()).then_some(scanner.found)
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    found: Found<'a>,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Whether another item follows; `None` where neither a comma nor the end does.
    fn goes_on(&mut self, end: u8) -> Option<bool> {
        self.space();
        let byte = self.peek()?;
        self.at += 1;
        if byte == b',' { Some(true) } else { (byte == end).then_some(false) }
    }

    /// The fields of an object whose brace was taken.
    fn object(&mut self, fields: &[Field]) -> Option<()> {
        self.space();
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        let (mut seen, mut next) = (0_u32, 0);
        loop {
            self.expect(b'"')?;
            let (at, (name, rule)) = self.field(fields, next)?;
            next = at + 1;
            let bit = 1_u32.checked_shl(u32::try_from(at).ok()?)?;
            if seen & bit != 0 {
                return None;
            }
            seen |= bit;
            self.at += name.len() + 1;
            self.expect(b':')?;
            self.space();
            self.value(rule)?;
            if !self.goes_on(b'}')? {
                return Some(());
            }
        }
    }

    /// The field whose name stands here, sought from `next` on: servers keep an order.
    fn field(&self, fields: &[Field], next: usize) -> Option<(usize, Field)> {
        let rest = self.bytes.get(self.at..)?;
        let is_here =
            |(name, _): &Field| rest.get(name.len()) == Some(&b'"') && rest.starts_with(name.as_bytes());
        let (before, after) = fields.split_at_checked(next)?;
        let later = after.iter().position(is_here).map(|at| next + at);
        let at = later.or_else(|| before.iter().position(is_here))?;
        Some((at, *fields.get(at)?))
    }

    fn value(&mut self, rule: Rule) -> Option<()> {
        match rule {
            Rule::Any => self.any(DEPTH),
            Rule::Count(slot) => {
                let count = self.count()?;
                *self.found.counts.get_mut(slot)? = Some(count);
                Some(())
            }
            Rule::Flag(slot) => {
                let yes = self.peek()? == b't';
                self.word(if yes { b"true" } else { b"false" })?;
                *self.found.counts.get_mut(slot)? = Some(u64::from(yes));
                Some(())
            }
            Rule::Null => self.word(b"null"),
            Rule::Object(fields) => {
                self.expect(b'{')?;
                self.object(fields)
            }
            Rule::One(fields) => {
                self.expect(b'[')?;
                self.expect(b'{')?;
                self.object(fields)?;
                self.expect(b']')
            }
            Rule::Span(slot, fields) => {
                let start = self.at;
                self.expect(b'{')?;
                self.object(fields)?;
                *self.found.texts.get_mut(slot)? = Some(self.text.get(start..self.at)?);
                Some(())
            }
            Rule::Text(slot) => {
                if self.peek()? == b'n' {
                    return self.word(b"null");
                }
                self.expect(b'"')?;
                let text = self.string(true)?;
                *self.found.texts.get_mut(slot)? = Some(text);
                Some(())
            }
            Rule::Zero => self.count().filter(|count| *count == 0).map(drop),
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    /// What stands up to the closing quotation mark. Escapes only where somebody will look at them.
    fn string(&mut self, escapes: bool) -> Option<&'a str> {
        let start = self.at;
        loop {
            self.at += plain_length(self.bytes.get(self.at..)?);
            match self.peek()? {
                b'"' => break,
                b'\\' if escapes => self.at += 2,
                _ => return None,
            }
        }
        let text = self.text.get(start..self.at)?;
        self.at += 1;
        Some(text)
    }

    /// A whole number, short enough to be exact everywhere.
    fn count(&mut self) -> Option<u64> {
        let start = self.at;
        let mut count = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            count = count * 10 + u64::from(digit - b'0');
            self.at += 1;
            if self.at - start > 15 {
                return None;
            }
        }
        let (length, zero) = (self.at - start, self.bytes.get(start) == Some(&b'0'));
        // A sign, a fraction or an exponent makes it another number.
        let ends = !matches!(self.peek()?, b'.' | b'e' | b'E');
        (length > 0 && (length == 1 || !zero) && ends).then_some(count)
    }

    fn any(&mut self, depth: u8) -> Option<()> {
        match self.peek()? {
            b'"' => {
                self.at += 1;
                self.string(false).map(drop)
            }
            b'n' => self.word(b"null"),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'{' => self.nested(b'}', depth.checked_sub(1)?),
            b'[' => self.nested(b']', depth.checked_sub(1)?),
            _ => self.number(),
        }
    }

    fn nested(&mut self, end: u8, depth: u8) -> Option<()> {
        self.at += 1;
        self.space();
        if self.peek()? == end {
            self.at += 1;
            return Some(());
        }
        loop {
            if end == b'}' {
                self.expect(b'"')?;
                self.string(false)?;
                self.expect(b':')?;
            }
            self.space();
            self.any(depth)?;
            if !self.goes_on(end)? {
                return Some(());
            }
        }
    }

    /// A number without an exponent: all of those are in range.
    fn number(&mut self) -> Option<()> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        let start = self.at;
        self.digits();
        let (length, zero) = (self.at - start, self.bytes.get(start) == Some(&b'0'));
        if length == 0 || length > 1 && zero {
            return None;
        }
        if self.peek()? == b'.' {
            self.at += 1;
            let start = self.at;
            self.digits();
            (self.at > start).then_some(())?;
        }
        (self.at - start < 40 && !matches!(self.peek()?, b'e' | b'E')).then_some(())
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    const INNER: &[Field] = &[("t", Rule::Text(1)), ("n", Rule::Count(1)), ("x", Rule::Any)];
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
        assert!(value["zero"].is_null() || value["zero"] == 0);
        true
    }

    #[test]
    fn what_fits_is_recognized() {
        for text in [
            "{}",
            " { \"text\" : \"a\\n\" , \"count\" : 12 }\n",
            r#"{"any":[{"a":[1,-0.5,true,false,null,"x"]},{}],"null":null,"zero":0,"flag":true,"text":null}"#,
            r#"{"object":{"t":"","n":3,"x":[]},"one":[{"t":"é"}],"span":{"a":{"b":1}},"flag":false}"#,
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
            r#"{"any":"\n"}"#,
            "{\"text\":\"\n\"}",
            r#"{"one":[]}"#,
            r#"{"one":[{},{}]}"#,
            r#"{"one":{}}"#,
            r#"{"any":[[[[[[[1]]]]]]]}"#,
            r#"{"flag":1}"#,
            r#"{"any":nul}"#,
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
    }
}
