//! A call of a model as it is told: from its being asked to the last byte of its answer, with every attempt as a part of it.
//! It begins to be told with its first attempt, when it is known who is asked.

use core::cell::Cell;
use core::cell::RefCell;

use serde_json::Value;

use super::super::Client;
use super::super::asked::Asked;
use super::super::exchange::Exchange;
use super::super::outcome::AttemptLog;
use super::super::outcome::Outcome;
use super::super::outcome::Served;
use super::super::ports::Ports;
use super::RunSpan;
use super::content;
use super::event::SpanKind;
use super::event::put;
use super::event::text;
use super::request::ADDRESS;
use super::request::ENV;
use super::request::MODEL;
use super::request::OPERATION;
use super::request::PORT;
use super::request::PRODUCT;
use super::request::PROVIDER;
use super::request::TAG;
use super::span::Attributes;
use super::span::ERROR_TYPE;
use super::span::Span;
use super::span::failure;
use crate::chat::Usage;
use crate::chat::Warning;
use crate::error::Error;

const METHOD: &str = "POST";

impl<P: Ports> Client<P> {
    /// The log of a call that begins now, as a part of `run` where it is one; observed where anybody listens.
    pub(in super::super) fn log_of(&self, asked: &Asked, run: Option<&RunSpan>) -> AttemptLog {
        let Some(observer) = self.watch.listener() else { return AttemptLog::default() };
        let span = match run {
            Some(run) => run.span.child(SpanKind::Client, "chat"),
            None => Span::root(observer, self.span_id(), SpanKind::Client, "chat"),
        };
        let mut known = Attributes::new();
        put(&mut known, OPERATION, Some("chat".into()));
        put(&mut known, PRODUCT, Some(asked.target.product().into()));
        put(&mut known, ENV, Some(asked.target.env().into()));
        put(&mut known, TAG, asked.target.tag().map(Value::from));
        span.expect(known);
        AttemptLog::observed(CallSpan {
            span,
            wants_content: self.watch.wants_content(),
            served: RefCell::default(),
            attempts: Cell::new(0),
            warnings: Cell::new(0),
            first_content: Cell::default(),
        })
    }

    /// The id of a span without a parent: 16 hex digits. Without randomness it is told all the same.
    pub(super) fn span_id(&self) -> String {
        use super::super::ports::Random;
        let mut bytes = [0; 8];
        let _ = self.ports.random().fill(&mut bytes);
        format!("{:016x}", u64::from_be_bytes(bytes))
    }
}

/// A call that is observed.
#[derive(Debug)]
pub(in super::super) struct CallSpan {
    span: Span,
    wants_content: bool,
    /// Who was asked last, and what an end tells of that.
    served: RefCell<Option<(Served, Attributes)>>,
    attempts: Cell<u32>,
    /// How many warnings of the exchange were told.
    warnings: Cell<usize>,
    first_content: Cell<Option<u64>>,
}

impl CallSpan {
    /// An attempt begins.
    pub(in super::super) fn attempt(&self, exchange: &Exchange) -> AttemptSpan {
        self.span.keep_secret(&exchange.scrubber);
        self.address(exchange);
        self.warn(&exchange.warnings);
        let attempt = self.span.child(SpanKind::Client, METHOD);
        let mut map = Attributes::new();
        put(&mut map, "http.request.method", Some(METHOD.into()));
        for name in [ADDRESS, PORT] {
            put(&mut map, name, told(exchange, name));
        }
        let before = self.attempts.replace(self.attempts.get() + 1);
        put(&mut map, "http.request.resend_count", Some(before).filter(|count| *count > 0).map(Value::from));
        put(&mut map, TAG, text(&exchange.served.tag));
        attempt.start(METHOD.to_owned(), map);
        AttemptSpan(Some(Box::new(attempt)))
    }

    /// Somebody is asked: the model of the call, or one that stands in for it.
    fn address(&self, exchange: &Exchange) {
        let mut served = self.served.borrow_mut();
        match &*served {
            Some((before, _)) if *before == exchange.served => return,
            Some(_) => {
                let mut map = Attributes::new();
                put(&mut map, TAG, text(&exchange.served.tag));
                self.span.event("ductape.fallback", map);
                self.warnings.set(0);
            }
            None => {
                let name = ["chat ", &exchange.served.model].concat();
                self.span.start(name, exchange.told.as_deref().cloned().unwrap_or_default());
            }
        }
        let mut known = Attributes::new();
        for name in [PROVIDER, MODEL, ADDRESS, PORT, TAG] {
            put(&mut known, name, told(exchange, name));
        }
        *served = Some((exchange.served.clone(), known));
    }

    /// Tells the warnings that were not told yet.
    fn warn(&self, warnings: &[Warning]) {
        for Warning { code, field, .. } in warnings.iter().skip(self.warnings.get()) {
            let mut map = Attributes::new();
            put(&mut map, "ductape.warning.code", Some((*code).into()));
            put(&mut map, "ductape.warning.field", Some(field.as_str().into()));
            self.span.event("ductape.warning", map);
        }
        self.warnings.set(warnings.len().max(self.warnings.get()));
    }

    /// An attempt failed and another one follows in `delay_ms` milliseconds.
    pub(in super::super) fn retries(&self, error: &Error, delay_ms: u32) {
        let mut map = Attributes::new();
        put(&mut map, ERROR_TYPE, Some(error.code().into()));
        put(&mut map, "ductape.retry.delay_ms", Some(delay_ms.into()));
        self.span.event("ductape.retry", map);
    }

    /// A model that was to stand in could not be asked.
    pub(in super::super) fn passes_over(&self, tag: &str, error: &Error) {
        let mut map = Attributes::new();
        put(&mut map, TAG, Some(tag.into()));
        put(&mut map, ERROR_TYPE, Some(error.code().into()));
        self.span.event("ductape.fallback_skipped", map);
    }

    /// The first content of a streamed answer is here.
    pub(in super::super) fn speaks(&self) {
        self.first_content.set(Some(self.span.elapsed()));
        self.span.event("ductape.first_content", Attributes::new());
    }

    /// It failed.
    pub(in super::super) fn failed(self, error: &Error) {
        self.span.end(self.ending(), Some(failure(error)));
    }

    /// Its answer is here, to the last byte.
    pub(in super::super) fn answered(self, outcome: &Outcome) {
        let answer = &outcome.completion;
        self.warn(&answer.warnings);
        let mut map = self.ending();
        put(&mut map, "gen_ai.response.id", text(&answer.response.id));
        put(&mut map, "gen_ai.response.model", text(&answer.response.model));
        let reason = content::finish_name(answer.finish_reason.unified);
        put(&mut map, "gen_ai.response.finish_reasons", Some(Value::Array(vec![reason.into()])));
        if let Some(usage) = &answer.usage {
            put_usage(&mut map, usage);
        }
        if self.wants_content {
            content::put_answer(&mut map, answer);
        }
        self.span.end(map, None);
    }

    /// What every end tells: who was asked last, and how often anybody was.
    fn ending(&self) -> Attributes {
        let served = self.served.borrow();
        let mut map = served.as_ref().map(|(_, known)| known.clone()).unwrap_or_default();
        #[allow(clippy::cast_precision_loss, reason = "milliseconds of a call are far below 2^53")]
        let seconds = self.first_content.get().map(|ms| Value::from(ms as f64 / 1000.0));
        put(&mut map, "gen_ai.response.time_to_first_chunk", seconds);
        put(&mut map, "ductape.attempts", Some(self.attempts.get().into()));
        map
    }
}

/// What the start of the exchange's call tells under this name.
fn told(exchange: &Exchange, name: &str) -> Option<Value> {
    exchange.told.as_ref()?.get(name).cloned()
}

/// Tokens, as far as the provider reported them.
pub(super) fn put_usage(map: &mut Attributes, usage: &Usage) {
    for (name, count) in [
        ("gen_ai.usage.input_tokens", usage.input_tokens),
        ("gen_ai.usage.output_tokens", usage.output_tokens),
        ("gen_ai.usage.cache_read.input_tokens", usage.cached_input_tokens),
        ("gen_ai.usage.cache_write.input_tokens", usage.cache_write_tokens),
        ("gen_ai.usage.reasoning.output_tokens", usage.reasoning_tokens),
    ] {
        put(map, name, count.map(Value::from));
    }
    put(map, "ductape.usage.estimated", usage.estimated.then(|| true.into()));
}

/// One request, until its answer begins.
#[derive(Debug, Default)]
pub(in super::super) struct AttemptSpan(Option<Box<Span>>);

impl AttemptSpan {
    /// An answer with this status began.
    pub(in super::super) fn succeeded(self, status: u16) {
        self.end(Some(status), None);
    }

    /// It failed.
    pub(in super::super) fn failed(self, error: &Error) {
        self.end(error.status(), Some(error));
    }

    fn end(self, status: Option<u16>, error: Option<&Error>) {
        let Some(span) = self.0 else { return };
        let mut map = Attributes::new();
        put(&mut map, "http.response.status_code", status.map(Value::from));
        span.end(map, error.map(failure));
    }
}
