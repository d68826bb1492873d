//! One lock per storage key, so that two calls of one client never interleave their read and write of a record.
//!
//! Whoever waits looks again after a pause of its own, and is woken by nobody else: a runtime may serve many requests with
//! one client, and Workers stop a request that goes on in the turn of another.

use core::cell::RefCell;
use std::rc::Rc;

use super::Client;
use super::ports::Clock;
use super::ports::Ports;

/// The longest pause between two looks, in milliseconds.
const MAX_PAUSE_MS: u32 = 16;

/// The keys that are held.
#[derive(Debug, Default)]
pub(crate) struct Locks(Rc<RefCell<Vec<String>>>);

/// A key that nobody else holds. It is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    locks: Rc<RefCell<Vec<String>>>,
    key: String,
}

impl Locks {
    fn try_hold(&self, key: &str) -> Option<Held> {
        let mut held = self.0.borrow_mut();
        if held.iter().any(|other| other == key) {
            return None;
        }
        held.push(key.to_owned());
        Some(Held { locks: Rc::clone(&self.0), key: key.to_owned() })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.locks.borrow_mut().retain(|other| *other != self.key);
    }
}

impl<P: Ports> Client<P> {
    /// Waits until nobody else holds `key`.
    pub(super) async fn hold(&self, key: &str) -> Held {
        let mut pause_ms = 1;
        loop {
            if let Some(held) = self.locks.try_hold(key) {
                return held;
            }
            self.ports.clock().sleep(pause_ms).await;
            pause_ms = (pause_ms * 2).min(MAX_PAUSE_MS);
        }
    }
}
