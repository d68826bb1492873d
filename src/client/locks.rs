//! One lock per storage key, so that two calls of one client never interleave their read and write of a record.

use core::cell::RefCell;
use std::sync::Arc;

use async_lock::Mutex;
use async_lock::MutexGuardArc;

/// The locks in use. A key without a holder costs nothing.
#[derive(Debug, Default)]
pub(crate) struct Locks(RefCell<Vec<(String, Arc<Mutex<()>>)>>);

impl Locks {
    /// Waits until nobody else holds `key`; the returned guard gives it back when dropped.
    pub(crate) async fn hold(&self, key: &str) -> MutexGuardArc<()> {
        let lock = self.lock_for(key);
        lock.lock_arc().await
    }

    fn lock_for(&self, key: &str) -> Arc<Mutex<()>> {
        let mut locks = self.0.borrow_mut();
        locks.retain(|(_, lock)| Arc::strong_count(lock) > 1);
        if let Some((_, lock)) = locks.iter().find(|(name, _)| name == key) {
            return Arc::clone(lock);
        }
        let lock = Arc::default();
        locks.push((key.to_owned(), Arc::clone(&lock)));
        lock
    }
}
