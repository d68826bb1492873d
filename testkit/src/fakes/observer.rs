//! An observer that remembers what it was told.

use core::cell::Cell;
use core::cell::RefCell;
use std::rc::Rc;

use ductape_models::client::AuditEvent;
use ductape_models::client::SpanEvent;
use ductape_models::client::ports::Interest;
use ductape_models::client::ports::Observer;

use super::VirtualClock;

/// Remembers everything.
#[derive(Debug, Default)]
pub struct FakeObserver {
    /// The clock of the client that it observes.
    pub clock: RefCell<Rc<VirtualClock>>,
    /// What it wants to hear.
    pub interest: Cell<Interest>,
    /// What was done, in order.
    pub audits: RefCell<Vec<AuditEvent>>,
    /// What began, went on and ended, in order.
    pub events: RefCell<Vec<SpanEvent>>,
}

impl FakeObserver {
    /// One that wants to hear this.
    pub fn new(interest: Interest) -> Rc<Self> {
        Rc::new(Self { interest: Cell::new(interest), ..Self::default() })
    }
}

impl Observer for FakeObserver {
    fn interest(&self) -> Interest {
        self.interest.get()
    }

    fn now_ms(&self) -> u64 {
        self.clock.borrow().now()
    }

    fn audit(&self, event: &AuditEvent) {
        self.audits.borrow_mut().push(event.clone());
    }

    fn event(&self, event: &SpanEvent) {
        self.events.borrow_mut().push(event.clone());
    }
}
