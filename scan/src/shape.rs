//! Shapes name every field that an object of a stream may have and what may stand in it, and what was found in one. What is
//! not exactly so is left to a parser that takes everything.

use crate::unescape::unescape;

/// How many texts a shape can ask for.
pub const TEXTS: usize = 6;

/// How many counts a shape can ask for.
pub const COUNTS: usize = 4;

/// A field and what may stand in it.
pub type Field = (&'static str, Rule);

/// What may stand in a field. A field may be missing, but not stand twice.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Any value, passed over.
    Any,
    /// One of these words, its place among them kept as count `.0`.
    Choice(usize, &'static [&'static str]),
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
