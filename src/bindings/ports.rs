//! All ports of a client in JavaScript. It knows which is which, and no more.

use core::fmt;
use std::rc::Rc;

use wasm_bindgen::prelude::JsValue;

use super::causes::Causes;
use super::clock::JsClock;
use super::error;
use super::host::Host;
use super::key_agent::Agent;
use super::key_resolver::JsKeyResolver;
use super::observer::JsObserver;
use super::random::SystemRandom;
use super::storage::JsStorage;
use super::tools::ToolBox;
use super::transport::JsTransport;
use crate::client::ports::Observer;
use crate::client::ports::Ports;
use crate::error::Error;
use crate::error::Result;

/// The ports.
pub(super) struct JsPorts {
    causes: Rc<Causes>,
    storage: JsStorage,
    transport: JsTransport,
    key_resolver: JsKeyResolver,
    key_agent: Agent,
    tools: ToolBox,
    observer: Option<Rc<JsObserver>>,
}

impl JsPorts {
    /// The ports that `host` describes.
    pub(super) fn new(host: &Host) -> Result<Self> {
        let causes = Rc::new(Causes::default());
        Ok(Self {
            storage: JsStorage::new(host.storage(), Rc::clone(&causes))?,
            transport: JsTransport::new(host)?,
            key_resolver: JsKeyResolver::new(host.key_resolver())?,
            key_agent: host.key_agent(),
            tools: host.tools(),
            observer: host.hooks().map(|hooks| Rc::new(JsObserver::new(hooks))),
            causes,
        })
    }

    /// Who hears of what happens.
    pub(super) fn js_observer(&self) -> Option<Rc<JsObserver>> {
        self.observer.clone()
    }

    /// An error of this client, for JavaScript.
    pub(super) fn error_to_js(&self, error: &Error) -> JsValue {
        error::to_js_with_cause(error, &self.causes)
    }
}

impl Ports for JsPorts {
    type Storage = JsStorage;
    type Transport = JsTransport;
    type Clock = JsClock;
    type Random = SystemRandom;
    type KeyResolver = JsKeyResolver;
    type KeyAgent = Agent;
    type Tools = ToolBox;

    fn storage(&self) -> &JsStorage {
        &self.storage
    }

    fn transport(&self) -> &JsTransport {
        &self.transport
    }

    fn clock(&self) -> &JsClock {
        &JsClock
    }

    fn random(&self) -> &SystemRandom {
        &SystemRandom
    }

    fn key_resolver(&self) -> &JsKeyResolver {
        &self.key_resolver
    }

    fn key_agent(&self) -> &Agent {
        &self.key_agent
    }

    fn tools(&self) -> &ToolBox {
        &self.tools
    }

    fn observer(&self) -> Option<Rc<dyn Observer>> {
        let observer: Rc<dyn Observer> = self.js_observer()?;
        Some(observer)
    }
}

impl fmt::Debug for JsPorts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsPorts").finish_non_exhaustive()
    }
}
