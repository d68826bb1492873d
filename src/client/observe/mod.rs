//! What is told to whoever observes a client: who changed what, and how calls went. It decides what is told and strips it of
//! keys; nothing here changes what a call does.

mod audit;
mod call;
mod content;
mod event;
mod request;
mod run;
mod span;

pub use event::AuditAction;
pub use event::AuditEvent;
pub use event::SpanEvent;
pub use event::SpanKind;
pub use event::SpanPhase;

pub(super) use call::AttemptSpan;
pub(super) use call::CallSpan;
pub(super) use run::RunSpan;

use std::rc::Rc;

use super::ports::Interest;
use super::ports::Observer;

/// The observer, and what it wants to hear. The one place where it is decided whether anything is built.
pub(super) struct Watch(Option<(Rc<dyn Observer>, Interest)>);

impl Watch {
    pub(super) fn new(observer: Option<Rc<dyn Observer>>) -> Self {
        Self(observer.map(|observer| {
            let interest = observer.interest();
            (observer, interest)
        }))
    }

    /// Whoever wants to hear what is done to records and keys.
    fn auditor(&self) -> Option<&Rc<dyn Observer>> {
        self.0.as_ref().filter(|(_, interest)| interest.audit).map(|(observer, _)| observer)
    }

    /// Whoever wants to hear of calls.
    fn listener(&self) -> Option<&Rc<dyn Observer>> {
        self.0.as_ref().filter(|(_, interest)| interest.events).map(|(observer, _)| observer)
    }

    /// Whether what is said is wanted, too.
    fn wants_content(&self) -> bool {
        self.0.as_ref().is_some_and(|(_, interest)| interest.events && interest.content)
    }
}
