//! An object of a request body in which the caller's own fields stand in for ours.

use serde_json::Map;
use serde_json::Value;

use super::Writer;

/// Writes the fields of one object. A field that the caller's options name is theirs: their value stands in its place,
/// and `null` leaves it out. Objects written with [`Fields::nested`] are merged field by field.
///
/// ```
/// use ductape_models::json::{Fields, Writer};
/// let given = serde_json::json!({"temperature": 1, "top_k": 5, "seed": null, "config": {"b": 2}});
/// let mut out = Writer::default();
/// Fields::write(&mut out, given.as_object(), |fields| {
///     fields.field("temperature", |out| out.number(0.2));
///     fields.field("seed", |out| out.count(7));
///     fields.nested("config", |config| config.field("a", |out| out.count(1)));
///     fields.nested("empty", |_| {});
/// });
/// let text = String::from_utf8(out.into_bytes()).unwrap();
/// assert_eq!(text, r#"{"config":{"a":1,"b":2},"temperature":1,"top_k":5}"#);
/// ```
#[derive(Debug)]
pub struct Fields<'a> {
    out: &'a mut Writer,
    given: Option<&'a Map<String, Value>>,
    /// Objects of `given` that were merged into ours.
    merged: Vec<&'static str>,
    wrote: bool,
}

impl<'a> Fields<'a> {
    /// An object whose fields are those of `write` with `given` over them.
    pub fn write(out: &mut Writer, given: Option<&Map<String, Value>>, write: impl FnOnce(&mut Fields<'_>)) {
        Fields::written(out, given, write);
    }

    fn written(
        out: &mut Writer,
        given: Option<&Map<String, Value>>,
        write: impl FnOnce(&mut Fields<'_>),
    ) -> bool {
        let mut wrote = false;
        out.object(|out| {
            let mut fields = Fields { out, given, merged: Vec::new(), wrote: false };
            write(&mut fields);
            wrote = fields.rest();
        });
        wrote
    }

    /// A field, unless the options name it.
    pub fn field(&mut self, name: &str, write: impl FnOnce(&mut Writer)) {
        if self.is_free(name) {
            write(self.out.key(name));
            self.wrote = true;
        }
    }

    /// A field where there is a value for it, unless the options name it.
    pub fn optional<T>(&mut self, name: &str, value: Option<T>, write: impl FnOnce(&mut Writer, T)) {
        if let Some(value) = value {
            self.field(name, |out| write(out, value));
        }
    }

    /// An object within this one; left out where it would be empty. Options that are no object stand in its place.
    pub fn nested(&mut self, name: &'static str, write: impl FnOnce(&mut Fields<'_>)) {
        let given = self.given.and_then(|given| given.get(name));
        if given.is_some_and(|given| !given.is_object()) {
            return;
        }
        let mark = self.out.mark();
        if Fields::written(self.out.key(name), given.and_then(Value::as_object), write) {
            self.wrote = true;
            self.merged.push(name);
        } else {
            self.out.back_to(mark);
        }
    }

    /// Whether the options leave this field to us.
    #[must_use]
    #[inline(never)]
    pub fn is_free(&self, name: &str) -> bool {
        self.given.is_none_or(|given| !given.contains_key(name))
    }

    #[inline(never)]
    fn rest(&mut self) -> bool {
        for (name, value) in self.given.into_iter().flatten() {
            if !value.is_null() && !self.merged.contains(&name.as_str()) {
                self.out.value_field(name, value);
                self.wrote = true;
            }
        }
        self.wrote
    }
}
