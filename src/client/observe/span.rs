//! One thing that takes time, told from its start to its end. Whatever drops it ends it, so that none stays open; and
//! nothing that it tells holds a key that its tree has used.

use core::cell::Cell;
use core::cell::RefCell;
use core::fmt;
use std::rc::Rc;

use serde_json::Map;
use serde_json::Value;

use super::super::ports::Observer;
use super::super::scrub::Scrubber;
use super::event::SpanEvent;
use super::event::SpanKind;
use super::event::SpanPhase;
use super::event::put;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::map_value;

/// What is known of a span. Values of any form: lists of anything but texts, and objects, are told as JSON texts.
pub(super) type Attributes = Map<String, Value>;

/// The convention's name for what went wrong.
pub(super) const ERROR_TYPE: &str = "error.type";

/// The code and the message of an error.
pub(super) type Failure = (&'static str, Option<String>);

/// A span.
pub(super) struct Span {
    observer: Rc<dyn Observer>,
    id: String,
    parent_id: Option<String>,
    kind: SpanKind,
    began: u64,
    name: RefCell<String>,
    /// What its start will tell; nothing once it was told.
    start: RefCell<Option<Attributes>>,
    children: Cell<u32>,
    is_over: Cell<bool>,
    /// The keys that its tree has used.
    secrets: Rc<RefCell<Vec<Scrubber>>>,
}

impl Span {
    /// A span without a parent that begins now. [`Span::start`] tells so.
    pub(super) fn root(observer: &Rc<dyn Observer>, id: String, kind: SpanKind, name: &str) -> Self {
        Self::new(observer, id, None, kind, name, Rc::default())
    }

    /// A part of this one that begins now. [`Span::start`] tells so.
    pub(super) fn child(&self, kind: SpanKind, name: &str) -> Self {
        let number = self.children.get() + 1;
        self.children.set(number);
        let id = [self.id.as_str(), ".", &number.to_string()].concat();
        Self::new(&self.observer, id, Some(self.id.clone()), kind, name, Rc::clone(&self.secrets))
    }

    fn new(
        observer: &Rc<dyn Observer>,
        id: String,
        parent_id: Option<String>,
        kind: SpanKind,
        name: &str,
        secrets: Rc<RefCell<Vec<Scrubber>>>,
    ) -> Self {
        Self {
            observer: Rc::clone(observer),
            began: observer.now_ms(),
            id,
            parent_id,
            kind,
            name: RefCell::new(name.to_owned()),
            start: RefCell::new(Some(Attributes::new())),
            children: Cell::new(0),
            is_over: Cell::new(false),
            secrets,
        }
    }

    /// What its start tells, should it be told before anything more is known.
    pub(super) fn expect(&self, attributes: Attributes) {
        self.start.replace(Some(attributes));
    }

    /// Tells its start.
    pub(super) fn start(&self, name: String, attributes: Attributes) {
        self.start.replace(None);
        self.name.replace(name.clone());
        self.tell(SpanPhase::Start, name, attributes, None);
    }

    /// Tells what happened within it.
    pub(super) fn event(&self, name: &str, attributes: Attributes) {
        self.tell(SpanPhase::Event, name.to_owned(), attributes, None);
    }

    /// Tells its end, once.
    pub(super) fn end(&self, mut attributes: Attributes, error: Option<Failure>) {
        if self.is_over.replace(true) {
            return;
        }
        let pending = self.start.borrow_mut().take();
        let name = self.name.borrow().clone();
        if let Some(start) = pending {
            self.tell(SpanPhase::Start, name.clone(), start, None);
        }
        put(&mut attributes, ERROR_TYPE, error.as_ref().map(|(code, _)| (*code).into()));
        self.tell(SpanPhase::End, name, attributes, error);
    }

    /// Keeps a key out of everything that its tree tells from now on.
    pub(super) fn keep_secret(&self, scrubber: &Scrubber) {
        let mut secrets = self.secrets.borrow_mut();
        if !scrubber.is_empty() && !secrets.contains(scrubber) {
            secrets.push(scrubber.clone());
        }
    }

    /// Milliseconds since it began.
    pub(super) fn elapsed(&self) -> u64 {
        self.observer.now_ms().saturating_sub(self.began)
    }

    fn tell(&self, phase: SpanPhase, name: String, attributes: Attributes, error: Option<Failure>) {
        let duration = (phase == SpanPhase::End).then(|| self.elapsed());
        let time = match (phase, duration) {
            (SpanPhase::Start, _) => self.began,
            (_, Some(duration)) => self.began + duration,
            (_, None) => self.observer.now_ms(),
        };
        self.observer.event(&SpanEvent {
            phase,
            id: self.id.clone(),
            parent_id: self.parent_id.clone(),
            name: self.clean(name),
            kind: self.kind,
            time,
            duration,
            attributes: attributes.into_iter().map(|(name, value)| (name, self.told(value))).collect(),
            error: error.map(|(code, message)| (code, message.map(|text| self.clean(text)))),
        });
    }

    /// A value as it is told: without keys, and of a form that every tracer takes.
    fn told(&self, mut value: Value) -> Value {
        map_value(&mut value, &|text| Some(self.clean(text.to_owned())));
        let is_plain = match &value {
            Value::Array(items) => items.iter().all(Value::is_string),
            Value::Object(_) => false,
            _ => true,
        };
        if is_plain { value } else { Value::String(value.to_string()) }
    }

    fn clean(&self, mut text: String) -> String {
        for secret in self.secrets.borrow().iter() {
            if let Some(clean) = secret.text(&text) {
                text = clean;
            }
        }
        text
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if !self.is_over.get() {
            self.end(Attributes::new(), Some((ErrorKind::Aborted.code(), None)));
        }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a span tells of an error.
pub(super) fn failure(error: &Error) -> Failure {
    (error.code(), Some(error.to_string()))
}
