//! The runtime's clock and timers. A sleep that is no longer awaited leaves no timer behind.

use core::cell::RefCell;
use core::future::poll_fn;
use core::task::Poll;
use core::task::Waker;

use js_sys::Date;
use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::client::ports::Clock;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &Function, ms: u32, id: u32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

thread_local! {
    static SLEEPS: Sleeps = Sleeps::new();
}

/// The runtime's clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct JsClock;

impl Clock for JsClock {
    fn now_ms(&self) -> u64 {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "milliseconds since 1970 are a whole number far below 2^53"
        )]
        let now = Date::now() as u64;
        now
    }

    async fn sleep(&self, ms: u32) {
        let mut timer: Option<Timer> = None;
        poll_fn(|context| {
            let timer = timer.get_or_insert_with(|| SLEEPS.with(|sleeps| sleeps.start(ms)));
            SLEEPS.with(|sleeps| sleeps.poll(timer.id, context.waker()))
        })
        .await;
    }
}

/// Every sleep that goes on, and the one function that all timers call: a function for each would cost more than the timer.
struct Sleeps {
    ring: Function,
    places: RefCell<Vec<Place>>,
    free: RefCell<Vec<u32>>,
}

/// Where the timer of one sleep is.
enum Place {
    /// It runs; who waits, once somebody looked at it.
    Running(Option<Waker>),
    /// It rang, or was cleared.
    Over,
}

impl Sleeps {
    fn new() -> Self {
        let ring = Closure::<dyn Fn(u32)>::new(|id| SLEEPS.with(|sleeps| sleeps.ring(id)));
        Self {
            ring: ring.into_js_value().unchecked_into(),
            places: RefCell::default(),
            free: RefCell::default(),
        }
    }

    fn start(&self, ms: u32) -> Timer {
        let id = self.free.borrow_mut().pop().unwrap_or_else(|| self.added());
        self.put(id, Place::Running(None));
        Timer { id, timer: set_timeout(&self.ring, ms, id) }
    }

    fn added(&self) -> u32 {
        let mut places = self.places.borrow_mut();
        places.push(Place::Over);
        u32::try_from(places.len() - 1).unwrap_or(u32::MAX)
    }

    fn put(&self, id: u32, place: Place) -> Option<Place> {
        let mut places = self.places.borrow_mut();
        places.get_mut(id as usize).map(|old| core::mem::replace(old, place))
    }

    fn ring(&self, id: u32) {
        if let Some(Place::Running(Some(waker))) = self.put(id, Place::Over) {
            waker.wake();
        }
    }

    fn poll(&self, id: u32, waker: &Waker) -> Poll<()> {
        match self.places.borrow_mut().get_mut(id as usize) {
            Some(Place::Running(waiting)) => {
                *waiting = Some(waker.clone());
                Poll::Pending
            }
            _ => Poll::Ready(()),
        }
    }
}

/// A timer. Dropped before it rings, it is cleared, so that none rings for the next sleep in its place.
struct Timer {
    id: u32,
    timer: JsValue,
}

impl Drop for Timer {
    fn drop(&mut self) {
        SLEEPS.with(|sleeps| {
            if let Some(Place::Running(_)) = sleeps.put(self.id, Place::Over) {
                clear_timeout(&self.timer);
            }
            sleeps.free.borrow_mut().push(self.id);
        });
    }
}
