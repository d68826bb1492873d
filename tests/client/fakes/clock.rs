//! Virtual time: it moves only when everything waits for it, so that an hour passes in a microsecond and a future that
//! nothing will ever wake fails the test at once.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;
use std::task::Wake;
use std::task::Waker;

use ductape_models::client::ports::Clock;

/// A clock that jumps to the next sleeper.
#[derive(Debug, Default)]
pub(crate) struct VirtualClock {
    now: Cell<u64>,
    next_id: Cell<u64>,
    sleepers: RefCell<BTreeMap<(u64, u64), Option<Waker>>>,
}

impl VirtualClock {
    fn advance(&self) -> bool {
        let Some(((at, _), waker)) = self.sleepers.borrow_mut().pop_first() else { return false };
        self.now.set(self.now.get().max(at));
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }
}

impl Clock for VirtualClock {
    fn now_ms(&self) -> u64 {
        self.now.get()
    }

    async fn sleep(&self, ms: u32) {
        let id = self.next_id.replace(self.next_id.get() + 1);
        let key = (self.now.get() + u64::from(ms), id);
        let _sleeper = Sleeper { clock: self, key };
        poll_fn(|context| {
            if self.now.get() >= key.0 {
                return Poll::Ready(());
            }
            self.sleepers.borrow_mut().insert(key, Some(context.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

/// Forgets its entry when the sleep is dropped, so that cancelled timers do not move the clock.
struct Sleeper<'a> {
    clock: &'a VirtualClock,
    key: (u64, u64),
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.clock.sleepers.borrow_mut().remove(&self.key);
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `future` to its end in virtual time. Panics where nothing will ever wake it.
pub(crate) fn block_on<T>(clock: &VirtualClock, future: impl Future<Output = T>) -> T {
    let flag = Arc::new(Flag(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&flag));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return done;
        }
        while !flag.0.swap(false, Ordering::Relaxed) {
            assert!(clock.advance(), "the future hangs at {} ms", clock.now.get());
        }
    }
}
