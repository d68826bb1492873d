//! Time that stands still until nothing else can move, so that a deadline of ten seconds takes no time to test.

use core::cell::Cell;
use core::cell::RefCell;
use core::future::Future;
use core::pin::Pin;
use core::pin::pin;
use core::task::Context;
use core::task::Poll;
use core::task::Waker;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::task::Wake;

use ductape_models::client::ports::Clock;

/// A clock that only [`VirtualClock::block_on`] moves.
#[derive(Debug)]
pub struct VirtualClock {
    now_ms: Cell<u64>,
    next_id: Cell<u64>,
    timers: RefCell<BTreeMap<(u64, u64), Waker>>,
}

impl Default for VirtualClock {
    /// Some moment in 2026.
    fn default() -> Self {
        Self { now_ms: Cell::new(1_790_000_000_000), next_id: Cell::default(), timers: RefCell::default() }
    }
}

impl VirtualClock {
    /// Runs `work` to its end. Whenever it waits and nothing has woken it, time jumps to the next timer.
    ///
    /// # Panics
    /// With 'hung' where it waits and no timer is left.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&flag));
        let mut work = pin!(work);
        loop {
            while flag.0.swap(false, Ordering::Relaxed) {
                if let Poll::Ready(output) = work.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return output;
                }
            }
            assert!(self.fire_next(), "hung: the future waits and no timer is left");
        }
    }

    /// The time, without the trait in scope.
    pub fn now(&self) -> u64 {
        self.now_ms.get()
    }

    /// Moves time forward by hand, without waking anyone.
    pub fn advance(&self, ms: u64) {
        self.now_ms.set(self.now_ms.get() + ms);
    }

    fn fire_next(&self) -> bool {
        let Some(((at, _), waker)) = self.timers.borrow_mut().pop_first() else { return false };
        self.now_ms.set(self.now_ms.get().max(at));
        waker.wake();
        true
    }
}

impl Clock for VirtualClock {
    fn now_ms(&self) -> u64 {
        self.now_ms.get()
    }

    async fn sleep(&self, ms: u32) {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        Sleep { clock: self, timer: (self.now_ms.get() + u64::from(ms), id) }.await;
    }
}

struct Sleep<'c> {
    clock: &'c VirtualClock,
    timer: (u64, u64),
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.clock.now_ms.get() >= self.timer.0 {
            return Poll::Ready(());
        }
        self.clock.timers.borrow_mut().insert(self.timer, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.clock.timers.borrow_mut().remove(&self.timer);
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
