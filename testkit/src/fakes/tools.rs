//! Tools that do what the test says, and remember how they were called.

use core::cell::Cell;
use core::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use ductape_models::client::ports::Clock;
use ductape_models::client::ports::ToolFailure;
use ductape_models::client::ports::ToolInvocation;
use ductape_models::client::ports::Tools;
use serde_json::Value;

use super::VirtualClock;

/// What a tool does.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// Gives this back.
    Gives(Value),
    /// Never ends.
    Hangs,
    /// Finds the arguments wrong.
    Refuses(String),
    /// Takes so many milliseconds, and gives this back.
    Takes(u32, Value),
    /// Throws so many times, then gives this back.
    Throws(u32, Value),
}

/// Handlers by tool; a tool without one has no handler here.
#[derive(Debug, Default)]
pub struct FakeTools {
    /// The clock that [`Behaviour::Takes`] waits on.
    pub clock: Rc<VirtualClock>,
    /// What each tool does.
    pub handlers: RefCell<BTreeMap<String, Behaviour>>,
    /// Whether somebody agrees.
    pub agrees: Cell<bool>,
    /// Every start of a handler: tool, arguments, moment.
    pub started: RefCell<Vec<(String, Value, u64)>>,
    /// Every question for agreement.
    pub asked: RefCell<Vec<String>>,
}

impl FakeTools {
    /// Gives a tool its handler.
    pub fn set(&self, tool: &str, behaviour: Behaviour) {
        self.handlers.borrow_mut().insert(tool.to_owned(), behaviour);
    }
}

impl Tools for FakeTools {
    async fn call(&self, invocation: &ToolInvocation<'_>) -> Result<Value, ToolFailure> {
        let tool = invocation.tool.to_owned();
        self.started.borrow_mut().push((tool.clone(), invocation.input.to_value(), self.clock.now_ms()));
        let behaviour = self.handlers.borrow().get(&tool).cloned().ok_or(ToolFailure::Missing)?;
        match behaviour {
            Behaviour::Gives(value) | Behaviour::Throws(0, value) => Ok(value),
            Behaviour::Hangs => std::future::pending().await,
            Behaviour::Refuses(message) => Err(ToolFailure::InvalidArguments(message)),
            Behaviour::Takes(ms, value) => {
                self.clock.sleep(ms).await;
                Ok(value)
            }
            Behaviour::Throws(times, value) => {
                self.set(&tool, Behaviour::Throws(times - 1, value));
                Err(ToolFailure::Thrown(format!("it broke, {times} to go")))
            }
        }
    }

    async fn confirm(&self, invocation: &ToolInvocation<'_>) -> bool {
        self.asked.borrow_mut().push(invocation.tool.to_owned());
        self.agrees.get()
    }
}
