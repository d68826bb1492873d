//! Storage in memory that keeps every argument it was given and fails at the call it is told to.

use core::cell::Cell;
use core::cell::RefCell;
use std::collections::BTreeMap;

use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::Result;
use ductape_models::client::ports::Capabilities;
use ductape_models::client::ports::IfMatch;
use ductape_models::client::ports::Page;
use ductape_models::client::ports::Storage;
use ductape_models::client::ports::Stored;
use ductape_models::client::ports::Written;
use futures_lite::future;

use crate::Dice;

/// What goes wrong at a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// A write reports a conflict; a read fails.
    Conflict,
    /// A read gives the text cut or changed; a write happens.
    Corrupt,
    /// A write is delivered twice, and the second delivery answers; a read happens.
    Duplicate,
    /// The call happens, then fails.
    FailAfter,
    /// The call fails and nothing happens.
    FailBefore,
    /// Nothing happens, ever.
    Hang,
    /// The call happens and never answers.
    HangAfter,
    /// A read gives what was there before the last write; a write happens.
    Stale,
    /// A read gives something else; a write claims success and does nothing.
    WrongValue,
}

impl Fault {
    /// Every kind.
    pub const EVERY: [Fault; 9] = [
        Fault::Conflict,
        Fault::Corrupt,
        Fault::Duplicate,
        Fault::FailAfter,
        Fault::FailBefore,
        Fault::Hang,
        Fault::HangAfter,
        Fault::Stale,
        Fault::WrongValue,
    ];

    /// The kinds in which no read looks like a good one.
    pub const ALL: [Fault; 6] = [
        Fault::Conflict,
        Fault::FailAfter,
        Fault::FailBefore,
        Fault::Hang,
        Fault::HangAfter,
        Fault::WrongValue,
    ];
}

/// A store that can be told to fail.
#[derive(Debug)]
pub struct MemoryStorage {
    cas: bool,
    is_stuck: Cell<bool>,
    lags: Cell<u32>,
    behind: RefCell<BTreeMap<String, (Option<Stored>, u32)>>,
    page_size: Cell<usize>,
    etags: Cell<u64>,
    values: RefCell<BTreeMap<String, Stored>>,
    previous: RefCell<BTreeMap<String, Option<Stored>>>,
    faults: RefCell<BTreeMap<usize, Fault>>,
    calls: RefCell<Vec<String>>,
}

impl MemoryStorage {
    /// With or without compare-and-set.
    pub fn new(cas: bool) -> Self {
        Self {
            cas,
            is_stuck: Cell::default(),
            lags: Cell::default(),
            behind: RefCell::default(),
            page_size: Cell::new(usize::MAX),
            etags: Cell::default(),
            values: RefCell::default(),
            previous: RefCell::default(),
            faults: RefCell::default(),
            calls: RefCell::default(),
        }
    }

    /// Reads miss a write this many times.
    pub fn lag(&self, reads: u32) {
        self.lags.set(reads);
    }

    /// What a read gives that may be behind.
    fn visible(&self, key: &str) -> Option<Stored> {
        let mut behind = self.behind.borrow_mut();
        match behind.get_mut(key) {
            Some((old, left)) if *left > 0 => {
                *left -= 1;
                old.clone()
            }
            _ => self.values.borrow().get(key).cloned(),
        }
    }

    /// Lists at most this many keys a page.
    pub fn set_page_size(&self, size: usize) {
        self.page_size.set(size);
    }

    /// Lists the same page for ever.
    pub fn stick_cursor(&self) {
        self.is_stuck.set(true);
    }

    /// Makes the call with this index, counted from the last [`MemoryStorage::forget_calls`], go wrong.
    pub fn fault_at(&self, index: usize, fault: Fault) {
        self.faults.borrow_mut().insert(index, fault);
    }

    /// Starts counting calls anew, with no faults left.
    pub fn forget_calls(&self) {
        self.calls.borrow_mut().clear();
        self.faults.borrow_mut().clear();
    }

    /// Every call so far with all its arguments.
    pub fn calls(&self) -> Vec<String> {
        self.calls.borrow().clone()
    }

    /// Everything stored.
    pub fn snapshot(&self) -> BTreeMap<String, String> {
        self.values.borrow().iter().map(|(key, stored)| (key.clone(), stored.value.clone())).collect()
    }

    /// Puts a value behind the client's back.
    pub fn plant(&self, key: &str, value: &str) {
        self.set(key, value);
    }

    async fn enter(&self, call: String) -> Option<Fault> {
        let index = self.calls.borrow().len();
        self.calls.borrow_mut().push(call);
        // Other futures get their turn, as with every real store.
        future::yield_now().await;
        let fault = self.faults.borrow().get(&index).copied();
        if fault == Some(Fault::Hang) {
            future::pending::<()>().await;
        }
        fault
    }

    fn set(&self, key: &str, value: &str) -> String {
        self.etags.set(self.etags.get() + 1);
        let etag = if self.cas { format!("v{}", self.etags.get()) } else { String::new() };
        let stored = Stored { value: value.to_owned(), etag: etag.clone() };
        let old = self.values.borrow_mut().insert(key.to_owned(), stored);
        self.behind.borrow_mut().insert(key.to_owned(), (old.clone(), self.lags.get()));
        self.previous.borrow_mut().insert(key.to_owned(), old);
        etag
    }

    fn remove(&self, key: &str) -> String {
        let old = self.values.borrow_mut().remove(key);
        self.previous.borrow_mut().insert(key.to_owned(), old);
        String::new()
    }

    /// What was under `key` before the last write.
    fn stale(&self, key: &str) -> Option<Stored> {
        self.previous.borrow().get(key).cloned().flatten()
    }

    /// The key that was created last.
    fn newest(&self) -> Option<String> {
        let previous = self.previous.borrow();
        let values = self.values.borrow();
        let created = values.iter().filter(|(key, _)| previous.get(*key).is_some_and(Option::is_none));
        created.max_by_key(|(_, stored)| (stored.etag.len(), stored.etag.clone())).map(|(key, _)| key.clone())
    }

    /// The text as a bad disk or cable gives it; which damage, depends on the calls so far.
    fn corrupt(&self, key: &str) -> Option<Stored> {
        let mut stored = self.values.borrow().get(key).cloned()?;
        let mut dice = Dice::new(self.calls.borrow().len() as u64 ^ self.etags.get() << 8);
        let at = dice.roll(stored.value.len());
        if dice.chance(1, 2) {
            stored.value.truncate((0..=at).rev().find(|at| stored.value.is_char_boundary(*at)).unwrap_or(0));
        } else {
            let changed = |(index, c)| if index == at { if c == '0' { '1' } else { '0' } } else { c };
            stored.value = stored.value.chars().enumerate().map(changed).collect();
        }
        Some(stored)
    }

    fn holds(&self, key: &str, condition: IfMatch<'_>) -> bool {
        let values = self.values.borrow();
        match condition {
            _ if !self.cas => true,
            IfMatch::Any => true,
            IfMatch::Absent => !values.contains_key(key),
            IfMatch::Etag(etag) => values.get(key).is_some_and(|stored| stored.etag == etag),
        }
    }

    fn write(&self, key: &str, condition: IfMatch<'_>, apply: impl FnOnce() -> String) -> Written {
        if self.holds(key, condition) { Written::Done(apply()) } else { Written::Conflict }
    }

    async fn written(&self, fault: Option<Fault>, write: impl Fn() -> Written) -> Result<Written> {
        match fault {
            None | Some(Fault::Corrupt | Fault::Hang | Fault::Stale) => Ok(write()),
            Some(Fault::Duplicate) => {
                write();
                Ok(write())
            }
            Some(Fault::Conflict) => Ok(Written::Conflict),
            Some(Fault::FailBefore) => Err(broken()),
            Some(Fault::WrongValue) => Ok(Written::Done("v0".to_owned())),
            Some(Fault::FailAfter) => {
                write();
                Err(broken())
            }
            Some(Fault::HangAfter) => {
                write();
                future::pending().await
            }
        }
    }
}

fn broken() -> Error {
    Error::new(ErrorKind::StorageError, "the storage is broken")
}

impl Storage for MemoryStorage {
    async fn get(&self, key: &str) -> Result<Option<Stored>> {
        match self.enter(format!("get {key}")).await {
            None | Some(Fault::Duplicate | Fault::Hang) => Ok(self.visible(key)),
            Some(Fault::Corrupt) => Ok(self.corrupt(key)),
            Some(Fault::Stale) => Ok(self.stale(key)),
            Some(Fault::HangAfter) => future::pending().await,
            Some(Fault::WrongValue) => {
                Ok(Some(Stored { value: "[object Object]".into(), etag: "v0".into() }))
            }
            Some(Fault::Conflict | Fault::FailAfter | Fault::FailBefore) => Err(broken()),
        }
    }

    async fn put(&self, key: &str, value: &str, condition: IfMatch<'_>) -> Result<Written> {
        let fault = self.enter(format!("put {key} {value} {condition:?}")).await;
        self.written(fault, || self.write(key, condition, || self.set(key, value))).await
    }

    async fn delete(&self, key: &str, condition: IfMatch<'_>) -> Result<Written> {
        let fault = self.enter(format!("delete {key} {condition:?}")).await;
        self.written(fault, || {
            let is_gone = !self.values.borrow().contains_key(key);
            if is_gone {
                Written::Done(String::new())
            } else {
                self.write(key, condition, || self.remove(key))
            }
        })
        .await
    }

    async fn list(&self, prefix: &str, cursor: Option<&str>, limit: u32) -> Result<Page> {
        let mut passed_over = None;
        match self.enter(format!("list {prefix} {cursor:?} {limit}")).await {
            None | Some(Fault::Corrupt | Fault::Duplicate | Fault::Hang) => {}
            // A key that only just came is not listed yet.
            Some(Fault::Stale) => passed_over = self.newest(),
            Some(Fault::HangAfter) => return future::pending().await,
            Some(Fault::WrongValue) => return Ok(Page { keys: vec!["lm1/else/a".into()], cursor: None }),
            Some(Fault::Conflict | Fault::FailAfter | Fault::FailBefore) => return Err(broken()),
        }
        let size = self.page_size.get().min(limit as usize);
        let values = self.values.borrow();
        let mut keys =
            values.keys().filter(|key| key.starts_with(prefix) && passed_over.as_ref() != Some(*key));
        let page: Vec<String> = match cursor {
            None => keys.by_ref().take(size).cloned().collect(),
            Some(after) => keys.by_ref().filter(|key| key.as_str() > after).take(size).cloned().collect(),
        };
        if self.is_stuck.get() {
            return Ok(Page { keys: page, cursor: Some("again".to_owned()) });
        }
        let cursor = if page.len() == size { page.last().cloned() } else { None };
        Ok(Page { keys: page, cursor })
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { cas: self.cas, eventual: self.lags.get() > 0 }
    }
}
