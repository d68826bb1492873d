//! What the caller's own callbacks threw, kept until the error that it became reaches the caller again. A core error
//! carries text only, so the text is a number here.

use core::cell::RefCell;
use std::collections::VecDeque;

use wasm_bindgen::prelude::JsValue;

use crate::error::Error;

/// More than the calls that fail at once; an error that was swallowed inside must not be kept for ever.
const KEPT: usize = 32;

const PREFIX: &str = "thrown:";

/// The thrown values, newest last.
#[derive(Debug, Default)]
pub(super) struct Causes(RefCell<Kept>);

#[derive(Debug, Default)]
struct Kept {
    next: u32,
    values: VecDeque<(u32, JsValue)>,
}

impl Causes {
    /// Gives `error` what was thrown as its cause.
    pub(super) fn attach(&self, error: Error, thrown: JsValue) -> Error {
        let mut kept = self.0.borrow_mut();
        let id = kept.next;
        kept.next = id.wrapping_add(1);
        kept.values.push_back((id, thrown));
        if kept.values.len() > KEPT {
            kept.values.pop_front();
        }
        error.with_cause(format!("{PREFIX}{id}"))
    }

    /// What `cause`, the text of an error's cause, stands for, if anything.
    pub(super) fn take(&self, cause: &str) -> Option<JsValue> {
        let id: u32 = cause.strip_prefix(PREFIX)?.parse().ok()?;
        let mut kept = self.0.borrow_mut();
        let at = kept.values.iter().position(|(kept, _)| *kept == id)?;
        kept.values.remove(at).map(|(_, thrown)| thrown)
    }
}
