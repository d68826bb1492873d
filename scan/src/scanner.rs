//! Walks over the text of an object of a known shape, and notes where its values stand.

use crate::bytes::plain_length;
use crate::shape::Field;
use crate::shape::Found;
use crate::shape::Rule;

/// How deep a value that is passed over may be nested.
const DEPTH: u8 = 6;

/// How many holes are noted. Whatever comes after them has to stay as it is.
const HOLES: usize = 32;

/// Where a value stands that may be another one in the next event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hole {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
}

/// What may stand in a hole.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A whole number, kept as count `.0`.
    Count(usize),
    /// Any number.
    Number,
    /// A string, kept as text `.0`.
    Text(usize),
    /// A string that nobody looks at.
    Word,
}

/// A place in a text, and what was found before it.
pub(crate) struct Scanner<'a, 'h> {
    bytes: &'a [u8],
    at: usize,
    pub(crate) found: Found<'a>,
    /// Where the text of a [`Rule::Span`] stands, and in which slot it is.
    pub(crate) span: Option<Hole>,
    holes: &'h mut Vec<Hole>,
}

impl<'a, 'h> Scanner<'a, 'h> {
    pub(crate) fn new(bytes: &'a [u8], holes: &'h mut Vec<Hole>) -> Self {
        Self { bytes, at: 0, found: Found::default(), span: None, holes }
    }

    /// One object of this shape, and nothing after it.
    pub(crate) fn whole(&mut self, shape: &[Field]) -> Option<()> {
        self.expect(b'{')?;
        self.object(shape)?;
        self.space();
        (self.at == self.bytes.len()).then_some(())
    }

    /// One value of any kind, and nothing after it.
    pub(crate) fn value_alone(&mut self, depth: u8) -> Option<()> {
        self.space();
        self.any(depth)?;
        self.space();
        (self.at == self.bytes.len()).then_some(())
    }

    /// What fills a hole that begins at `start`; says where it ends.
    pub(crate) fn fill(&mut self, start: usize, kind: Kind) -> Option<usize> {
        self.at = start;
        match kind {
            Kind::Count(slot) => self.keep(slot)?,
            Kind::Number => self.number()?,
            Kind::Text(slot) => return self.text(slot),
            Kind::Word => return self.string(false).map(|length| start + length),
        }
        Some(self.at)
    }

    /// What fills a hole that begins at `start` now and holds what it held.
    pub(crate) fn fill_as_before(&mut self, start: usize, hole: &Hole) -> Option<()> {
        let Kind::Text(slot) = hole.kind else { return Some(()) };
        self.keep_text(slot, start, start + (hole.end - hole.start))
    }

    fn hole(&mut self, start: usize, end: usize, kind: Kind) {
        if self.holes.len() < HOLES {
            self.holes.push(Hole { start, end, kind });
        }
    }

    /// A number for its slot.
    fn keep(&mut self, slot: usize) -> Option<()> {
        let count = self.count()?;
        *self.found.counts.get_mut(slot)? = Some(count);
        Some(())
    }

    /// A string for its slot, its opening mark taken; says where it ends.
    fn text(&mut self, slot: usize) -> Option<usize> {
        let start = self.at;
        let end = start + self.string(true)?;
        self.keep_text(slot, start, end)?;
        Some(end)
    }

    /// What stands there for its slot, if it is text.
    pub(crate) fn keep_text(&mut self, slot: usize, start: usize, end: usize) -> Option<()> {
        let text = core::str::from_utf8(self.bytes.get(start..end)?).ok()?;
        *self.found.texts.get_mut(slot)? = Some(text);
        Some(())
    }

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
            Rule::Choice(slot, words) => {
                self.expect(b'"')?;
                let start = self.at;
                let end = start + self.string(false)?;
                let word = self.bytes.get(start..end)?;
                let place = words.iter().position(|known| known.as_bytes() == word)?;
                *self.found.counts.get_mut(slot)? = u64::try_from(place).ok();
                Some(())
            }
            Rule::Count(slot) => {
                let start = self.at;
                self.keep(slot)?;
                self.hole(start, self.at, Kind::Count(slot));
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
                self.keep_text(slot, start, self.at)?;
                self.span = Some(Hole { start, end: self.at, kind: Kind::Text(slot) });
                Some(())
            }
            Rule::Text(slot) => {
                if self.peek()? == b'n' {
                    return self.word(b"null");
                }
                self.expect(b'"')?;
                let start = self.at;
                let end = self.text(slot)?;
                self.hole(start, end, Kind::Text(slot));
                Some(())
            }
            Rule::Zero => self.count().filter(|count| *count == 0).map(drop),
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    /// How long it is to the closing quotation mark, which is taken. Any escapes only where `somebody_looks` at them.
    fn string(&mut self, somebody_looks: bool) -> Option<usize> {
        let start = self.at;
        loop {
            self.at += plain_length(self.bytes.get(self.at..)?);
            match self.peek()? {
                b'"' => break,
                b'\\' if somebody_looks => self.at += 2,
                b'\\' => self.at += escape_length(self.bytes.get(self.at + 1..)?)?,
                _ => return None,
            }
        }
        let length = self.at - start;
        self.at += 1;
        Some(length)
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
                let start = self.at;
                self.string(false)?;
                self.hole(start, self.at - 1, Kind::Word);
                Some(())
            }
            b'n' => self.word(b"null"),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'{' => self.nested(b'}', depth.checked_sub(1)?),
            b'[' => self.nested(b']', depth.checked_sub(1)?),
            _ => {
                let start = self.at;
                self.number()?;
                self.hole(start, self.at, Kind::Number);
                Some(())
            }
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
        if self.peek() == Some(b'.') {
            self.at += 1;
            let start = self.at;
            self.digits();
            (self.at > start).then_some(())?;
        }
        (self.at - start < 40 && !matches!(self.peek(), Some(b'e' | b'E'))).then_some(())
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }
}

/// How long the escape is whose backslash was taken; `None` where it is none, or half a surrogate pair.
fn escape_length(rest: &[u8]) -> Option<usize> {
    match rest.first()? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => {
            let digits = rest.get(1..5)?;
            let is_surrogate = matches!(digits, [b'D' | b'd', b'8' | b'9' | b'A'..=b'F' | b'a'..=b'f', ..]);
            (digits.iter().all(u8::is_ascii_hexdigit) && !is_surrogate).then_some(6)
        }
        _ => None,
    }
}
