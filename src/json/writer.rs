//! Writes JSON straight to bytes. What is written is valid by construction, except that whoever calls it writes a key
//! before each value of an object.

use ductape_models_scan::quote;
use serde::Serialize;
use serde_json::Value;

use super::JsonText;

/// JSON text in the making.
///
/// ```
/// use ductape_models::json::Writer;
/// let mut out = Writer::default();
/// out.object(|out| {
///     out.key("model").text("m");
///     out.key("stop").list(|out| out.text("END"));
/// });
/// assert_eq!(out.into_bytes(), br#"{"model":"m","stop":["END"]}"#);
/// ```
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    /// Whether a comma stands between the last value and a further one.
    follows: bool,
}

impl Writer {
    /// With room for so many bytes, so that a long text is not moved while it grows.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), follows: false }
    }

    /// The text so far.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The text so far, as such.
    #[must_use]
    pub fn into_text(self) -> String {
        // Nothing but text is written.
        String::from_utf8(self.bytes).unwrap_or_default()
    }

    /// An object; `write` writes its fields.
    pub fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.open(b'{');
        write(self);
        self.close(b'}');
    }

    /// A list; `write` writes its items.
    pub fn list(&mut self, write: impl FnOnce(&mut Self)) {
        self.open(b'[');
        write(self);
        self.close(b']');
    }

    /// The name of the field whose value comes next.
    #[inline(never)]
    pub fn key(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self.bytes.push(b':');
        self.follows = false;
        self
    }

    /// A string.
    #[inline(never)]
    pub fn text(&mut self, text: &str) {
        self.separate();
        quote(&mut self.bytes, text);
    }

    /// The string that `pieces` make together.
    pub fn joined(&mut self, pieces: &[&str]) {
        match pieces {
            [one] => self.text(one),
            _ => self.text(&pieces.concat()),
        }
    }

    /// A number.
    #[inline(never)]
    pub fn number(&mut self, number: f64) {
        self.serialized(&number);
    }

    /// A whole number.
    #[inline(never)]
    pub fn count(&mut self, count: u32) {
        self.serialized(&count);
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, yes: bool) {
        self.value(&Value::Bool(yes));
    }

    /// Any value.
    #[inline(never)]
    pub fn value(&mut self, value: &Value) {
        self.serialized(value);
    }

    /// A value that is written already.
    pub fn json(&mut self, json: &JsonText) {
        self.separate();
        self.bytes.extend_from_slice(json.as_str().as_bytes());
    }

    /// A field that is a string.
    pub fn text_field(&mut self, name: &str, text: &str) {
        self.key(name).text(text);
    }

    /// A field that is any value.
    pub fn value_field(&mut self, name: &str, value: &Value) {
        self.key(name).value(value);
    }

    /// Where the text ends now, to come back to with [`Writer::back_to`].
    pub(super) fn mark(&self) -> (usize, bool) {
        (self.bytes.len(), self.follows)
    }

    /// Forgets what was written after the mark.
    pub(super) fn back_to(&mut self, (length, follows): (usize, bool)) {
        self.bytes.truncate(length);
        self.follows = follows;
    }

    #[inline(never)]
    fn open(&mut self, bracket: u8) {
        self.separate();
        self.bytes.push(bracket);
        self.follows = false;
    }

    #[inline(never)]
    fn close(&mut self, bracket: u8) {
        self.bytes.push(bracket);
        self.follows = true;
    }

    fn separate(&mut self) {
        if self.follows {
            self.bytes.push(b',');
        }
        self.follows = true;
    }

    /// What serde knows how to write, which is to be nothing that can fail.
    pub fn serialized<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.separate();
        // Memory takes every byte, and none of these types fails to serialize.
        let written = serde_json::to_writer(&mut self.bytes, value);
        debug_assert!(written.is_ok());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_is_written_with_its_commas() {
        let mut out = Writer::default();
        out.object(|out| {
            out.text_field("a", "\"\n\u{1F600}");
            out.key("b").list(|out| {
                out.number(0.7);
                out.count(7);
                out.list(|_| {});
                out.object(|_| {});
                out.boolean(true);
                out.joined(&["x", "y"]);
            });
            out.value_field("c", &json!({"d": null}));
        });
        let text = String::from_utf8(out.into_bytes()).unwrap();
        assert_eq!(text, "{\"a\":\"\\\"\\n\u{1F600}\",\"b\":[0.7,7,[],{},true,\"xy\"],\"c\":{\"d\":null}}");
    }
}
