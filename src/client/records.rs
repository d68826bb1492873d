//! Records in storage: read, written, deleted and listed so that no failure leaves half a record or a false report. It
//! knows the storage port's promises; not what a model means.

use core::pin::pin;

use super::Client;
use super::frame::Frame;
use super::ports::Clock;
use super::ports::IfMatch;
use super::ports::Ports;
use super::ports::Storage;
use super::ports::Stored;
use super::ports::Written;
use super::record_text;
use super::storage_key::parse_key;
use super::storage_key::prefixes;
use super::within::within;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::Record;

/// How often a failed write is repeated once a read has shown that it did not happen.
const WRITE_RETRIES: u32 = 2;
/// How often an operation starts over because somebody else wrote first.
pub(super) const CONFLICT_RETRIES: u32 = 5;
/// The wait before the first repetition, doubled for the second.
const BACKOFF_MS: u32 = 50;
/// The longest wait that a store may ask for, in milliseconds; Workers KV takes one write of a key a second.
const MAX_BACKOFF_MS: u32 = 5_000;
const PAGE_LIMIT: u32 = 1000;
const MAX_PAGES: usize = 10_000;

/// A record with the text and the version it was read from.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) record: Record,
    pub(super) stored: Stored,
}

/// One storage key of a listing.
#[derive(Debug)]
pub(super) struct ListedKey {
    pub(super) key: String,
    pub(super) product: Option<String>,
    pub(super) tag: Option<String>,
}

/// `conflict`: somebody else keeps writing the same record.
pub(super) fn conflict() -> Error {
    Error::new(ErrorKind::Conflict, "the record changed while it was being written; read it and try again")
}

impl<P: Ports> Client<P> {
    /// The text under `key`.
    pub(super) async fn read_text(&self, key: &str) -> Result<Option<Stored>> {
        self.storage_call(self.ports.storage().get(key)).await
    }

    /// The record under `key`, verified unless its meta says otherwise.
    pub(super) async fn load_key(&self, key: &str) -> Result<Option<Loaded>> {
        let Some(stored) = self.read_text(key).await? else { return Ok(None) };
        let record = record_text::parse(&self.keys, key, &stored.value)?;
        Ok(Some(Loaded { record, stored }))
    }

    /// Writes `record` in place of `old`, or as a new one. `Conflict` where something else is stored by now.
    ///
    /// A failed put may have been applied all the same, so what is stored decides: our text is success, the old text is
    /// a reason to repeat, anything else is somebody else's write.
    pub(super) async fn store(&self, key: &str, record: &Record, old: Option<&Loaded>) -> Result<Written> {
        let text = record_text::print(&self.keys, key, record);
        self.put_text(key, &text, old.map(|old| &old.stored)).await
    }

    /// Writes `text` in place of `old`, or under a key that nothing is stored under.
    pub(super) async fn put_text(&self, key: &str, text: &str, old: Option<&Stored>) -> Result<Written> {
        let condition = match old {
            _ if !self.has_cas() => IfMatch::Any,
            Some(old) => IfMatch::Etag(&old.etag),
            None => IfMatch::Absent,
        };
        for attempt in 0..=WRITE_RETRIES {
            let put = self.storage_call(self.ports.storage().put(key, text, condition)).await;
            let failure = match put {
                Ok(Written::Done(etag)) if self.has_cas() => return Ok(Written::Done(etag)),
                Ok(done) => return self.own_or_conflict(key, text, old, &done).await,
                Err(failure) => failure,
            };
            let Ok(now) = self.read_text(key).await else { return Err(failure) };
            if now.as_ref().is_some_and(|now| now.value == text) {
                return Ok(Written::Done(String::new()));
            }
            if now.as_ref().map(|now| &now.value) != old.map(|old| &old.value) {
                return self.somebody_elses(key, now);
            }
            if attempt == WRITE_RETRIES || !failure.retryable() {
                return Err(failure);
            }
            self.back_off(attempt, failure.retry_after_ms()).await;
        }
        Err(conflict())
    }

    /// After an unconditional put or a reported conflict: is what is stored the text that we wrote? Where reads lag behind,
    /// an acknowledged write is believed while they still show what was there before.
    async fn own_or_conflict(
        &self,
        key: &str,
        text: &str,
        old: Option<&Stored>,
        done: &Written,
    ) -> Result<Written> {
        let lags = self.ports.storage().capabilities().eventual && matches!(done, Written::Done(_));
        match self.read_text(key).await? {
            Some(stored) if stored.value == text => Ok(Written::Done(stored.etag)),
            other if lags && other.as_ref().map(|now| &now.value) == old.map(|old| &old.value) => {
                Ok(Written::Done(String::new()))
            }
            other => self.somebody_elses(key, other),
        }
    }

    /// A conflict, if what is stored is a record at all: a store that talks nonsense must not make us write again.
    fn somebody_elses(&self, key: &str, stored: Option<Stored>) -> Result<Written> {
        if let Some(stored) = stored {
            Frame::read(&self.keys, key, &stored.value)?;
        }
        Ok(Written::Conflict)
    }

    /// Deletes what is under `key`, which was `stored` when it was read. A record that somebody else put there after a
    /// delete of ours may have happened is left alone.
    pub(super) async fn erase(&self, key: &str, stored: Stored) -> Result<()> {
        self.erase_as(key, stored, false).await
    }

    /// The same; where `exactly`, a record that changed since it was read is left alone, too.
    pub(super) async fn erase_as(&self, key: &str, mut stored: Stored, exactly: bool) -> Result<()> {
        for attempt in 0..=CONFLICT_RETRIES {
            let condition = if self.has_cas() { IfMatch::Etag(&stored.etag) } else { IfMatch::Any };
            let delete = self.storage_call(self.ports.storage().delete(key, condition)).await;
            if self.has_cas() && matches!(delete, Ok(Written::Done(_))) {
                return Ok(());
            }
            let now = match (self.read_text(key).await, &delete) {
                (Ok(None), _) => return Ok(()),
                (Ok(Some(now)), _) => now,
                (Err(_), Err(failure)) => return Err(failure.clone()),
                (Err(failure), Ok(_)) => return Err(failure),
            };
            let is_unchanged = now.value == stored.value;
            match delete {
                Ok(Written::Conflict) if !exactly => stored = now,
                Err(failure) if is_unchanged && (attempt >= WRITE_RETRIES || !failure.retryable()) => {
                    return Err(failure);
                }
                Err(failure) if is_unchanged => self.back_off(attempt, failure.retry_after_ms()).await,
                Err(_) | Ok(_) => return Err(conflict()),
            }
        }
        Err(conflict())
    }

    /// Every key of ours under `prefix`, sorted; others are passed over.
    pub(super) async fn list_keys(&self, prefix: &str) -> Result<Vec<ListedKey>> {
        let mut keys = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = self.ports.storage().list(prefix, cursor.as_deref(), PAGE_LIMIT);
            let page = self.storage_call(page).await?;
            for key in page.keys {
                insert(&mut keys, listed(prefix, key));
            }
            if page.cursor.is_some() && page.cursor == cursor {
                let message = "the storage's listing does not advance: it gave the same cursor twice";
                return Err(Error::new(ErrorKind::StorageContract, message));
            }
            cursor = page.cursor;
            if cursor.is_none() {
                return Ok(keys);
            }
        }
        Err(Error::new(ErrorKind::LimitExceeded, "the storage's listing has more than 10000 pages"))
    }

    /// Every key of ours, of one product or of all, sorted: models, then agents.
    pub(super) async fn list_everything(&self, product: Option<&str>) -> Result<Vec<ListedKey>> {
        let [models, agents] = prefixes(product);
        let mut keys = self.list_keys(&models).await?;
        keys.extend(self.list_keys(&agents).await?);
        Ok(keys)
    }

    pub(super) fn has_cas(&self) -> bool {
        self.ports.storage().capabilities().cas
    }

    /// As long as the store asks for, if that is short; else a little longer each time.
    async fn back_off(&self, attempt: u32, asked_ms: Option<u64>) {
        let asked = asked_ms.and_then(|ms| u32::try_from(ms).ok()).filter(|ms| *ms <= MAX_BACKOFF_MS);
        self.ports.clock().sleep(asked.unwrap_or(BACKOFF_MS << attempt)).await;
    }

    async fn storage_call<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = self.options.storage_timeout_ms;
        within(self.ports.clock(), limit, pin!(work)).await.unwrap_or_else(|| {
            let message = format!("the storage call timed out after {limit} ms");
            Err(Error::new(ErrorKind::StorageError, message))
        })
    }
}

/// Keeps the order and drops what is there already. Stores list in order, so a key almost always goes to the end.
fn insert(keys: &mut Vec<ListedKey>, listed: Option<ListedKey>) {
    let Some(listed) = listed else { return };
    if let Err(position) = keys.binary_search_by(|other| other.key.cmp(&listed.key)) {
        keys.insert(position, listed);
    }
}

fn listed(prefix: &str, key: String) -> Option<ListedKey> {
    let (product, tag) = parse_key(&key).filter(|_| key.starts_with(prefix))?;
    Some(ListedKey { key, product: product.known(), tag: tag.known() })
}
