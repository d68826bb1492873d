//! Several writers of one record on a store with compare-and-set, their steps in an order that the dice decide: no
//! acknowledged update is lost, and none happens twice.

use core::pin::Pin;
use core::task::Context;
use core::task::Poll;
use core::task::Waker;
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::rc::Rc;

use ductape_models::Error;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::crypto::Keyring;
use ductape_models::model::EnvView;
use ductape_models::model::ModelView;
use serde_json::Value;
use serde_json::json;
use testkit::Dice;
use testkit::fakes::CountingRandom;
use testkit::fakes::FakePorts;
use testkit::fakes::MemoryStorage;
use testkit::fakes::NoTransport;
use testkit::fakes::VirtualClock;
use testkit::fakes::block_on;
use testkit::fakes::keyring;

use crate::campaign::Outcome;
use crate::campaign::Run;
use crate::parallel::Sum;
use crate::parallel::Tally;
use crate::parallel::each;

/// Runs of one part of the work.
const PART: u64 = 1_000;

/// Most updates of one run. A client tries six times, so that no more than five others make none of them fail.
const UPDATES: usize = 4;

/// What each update writes to an environment of its own. A key reference is no setting, so that no history grows.
const NEW: &str = "vault/new";

/// Far more steps than any run takes.
const MAX_STEPS: usize = 10_000;

type Writer = Client<FakePorts>;
type Update<'w> = Pin<Box<dyn Future<Output = Result<ModelView, Error>> + 'w>>;

/// What all runs share: a stored record, and the updates by their number.
struct Stage {
    ring: Keyring,
    key: String,
    text: String,
    patches: Vec<Value>,
}

impl Stage {
    fn new() -> Result<Self, String> {
        let ring = keyring(1);
        let client = FakePorts::over(Rc::new(MemoryStorage::new(true)), NoTransport).into_client();
        let model = json!({
            "product": "shop", "tag": "w", "name": "W", "provider": "openai", "model": "m",
            "envs": (0..UPDATES).map(|number| json!({"slug": slug(number), "keyRef": "vault/old"})).collect::<Vec<_>>(),
        });
        block_on(&client, client.create(&model)).map_err(|error| error.to_string())?;
        let stored = client.ports().storage.snapshot().pop_first();
        let (key, text) = stored.ok_or("nothing is stored")?;
        let patch = |number| {
            let env = json!({"slug": slug(number), "keyRef": NEW});
            json!({"product": "shop", "tag": "w", "envs": [env]})
        };
        Ok(Self { ring, key, text, patches: (0..UPDATES).map(patch).collect() })
    }

    /// A store with the record, and one client for each writer.
    fn writers(&self, count: usize, cas: bool) -> Vec<Writer> {
        let storage = Rc::new(MemoryStorage::new(cas));
        storage.plant(&self.key, &self.text);
        let clock = Rc::new(VirtualClock::default());
        let writer = |number: usize| {
            let mut ports = FakePorts::over(Rc::clone(&storage), NoTransport);
            ports.clock = Rc::clone(&clock);
            ports.random = CountingRandom::starting_at((1 + number as u64) << 40);
            Client::new(ports, self.ring.clone(), ClientOptions::default())
        };
        (0..count).map(writer).collect()
    }

    /// One run. Returns the order of its steps as one number.
    fn run(&self, dice: &mut Dice, cas: bool, tally: &mut Tally) -> u64 {
        let writers = self.writers(2 + dice.roll(2), cas);
        let updates = writers.len() + dice.roll(2);
        // Where there are more updates than writers, a client runs two at once, which its own locks must part.
        let started: Vec<Update<'_>> = (0..updates)
            .map(|number| -> Update<'_> {
                Box::pin(writers[number % writers.len()].update(&self.patches[number]))
            })
            .collect();
        let (results, order) = schedule(started, &writers[0].ports().clock, dice);
        let wrong = check(&writers[0], &results);
        tally.check(wrong.is_ok(), || wrong.err().unwrap_or_default());
        order
    }
}

fn slug(number: usize) -> String {
    format!("e{number}")
}

/// Polls whichever update the dice say, until all have ended. Every poll takes a millisecond: whoever waits for a lock looks
/// again after a pause.
fn schedule<'w>(
    mut started: Vec<Update<'w>>,
    clock: &VirtualClock,
    dice: &mut Dice,
) -> (Vec<Option<Result<ModelView, Error>>>, u64) {
    let mut results: Vec<Option<Result<ModelView, Error>>> = started.iter().map(|_| None).collect();
    let mut running: Vec<usize> = (0..started.len()).collect();
    let (mut context, mut order) = (Context::from_waker(Waker::noop()), started.len() as u64);
    for _ in 0..MAX_STEPS {
        if running.is_empty() {
            break;
        }
        let place = dice.roll(running.len());
        let number = running[place];
        clock.advance(1);
        order = (order ^ number as u64).wrapping_mul(0x0100_0000_01B3);
        if let Poll::Ready(result) = started[number].as_mut().poll(&mut context) {
            results[number] = Some(result);
            running.swap_remove(place);
        }
    }
    (results, order)
}

fn check(writer: &Writer, results: &[Option<Result<ModelView, Error>>]) -> Result<(), String> {
    let address = json!({"product": "shop", "tag": "w"});
    let shown = block_on(writer, writer.fetch(&address)).ok().flatten();
    let shown = shown.ok_or("the record cannot be read")?;
    let is_new = |env: &EnvView, number| env.slug == slug(number) && env.key_ref.as_deref() == Some(NEW);
    let held = |number: usize| shown.envs.iter().any(|env| is_new(env, number));
    let mut revisions = BTreeSet::new();
    for (number, result) in results.iter().enumerate() {
        match result {
            None => return Err(format!("update {number} hangs")),
            Some(Ok(view)) if !held(number) => {
                return Err(format!("update {number}, revision {}, is lost", view.rev));
            }
            Some(Ok(view)) if !revisions.insert(view.rev) => {
                return Err(format!("revision {} was given twice", view.rev));
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(format!("update {number} failed: {}", error.code())),
        }
    }
    let last = 1 + revisions.len() as u64;
    if shown.rev != last {
        return Err(format!("revision {} was expected, not {}", last, shown.rev));
    }
    Ok(())
}

/// Cases, and the orders of steps that occurred.
#[derive(Debug, Default)]
struct Orders {
    tally: Tally,
    seen: HashSet<u64>,
}

impl Sum for Orders {
    fn add(&mut self, other: Self) {
        self.tally.add(other.tally);
        self.seen.extend(other.seen);
    }

    fn panicked(&mut self, message: String) {
        self.tally.panicked(message);
    }
}

/// The campaign.
pub(crate) fn run(run: &Run) -> Outcome {
    let parts = run.size(1_000_000, 20_000_000) / PART;
    let orders: Orders = each(run, "interleavings", parts, |part, orders: &mut Orders| {
        let mut dice = Dice::part(run.seed, part);
        match Stage::new() {
            Ok(stage) => (0..PART).for_each(|_| {
                let order = stage.run(&mut dice, true, &mut orders.tally);
                orders.seen.insert(order);
            }),
            Err(why) => orders.tally.fail(why),
        }
    });
    let Orders { tally, seen } = orders;
    let figure = format!("{} runs lost an update ({} different orders of steps)", tally.failed, seen.len());
    Outcome::of(tally.count, figure, tally.examples)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(cas: bool) -> u64 {
        let (stage, mut tally) = (Stage::new().unwrap(), Tally::default());
        let mut dice = Dice::new(1);
        (0..100).for_each(|_| assert_ne!(stage.run(&mut dice, cas, &mut tally), 0));
        tally.failed
    }

    /// The campaign would notice: a store that ignores conditions loses updates.
    #[test]
    fn r30c_updates_are_lost_without_compare_and_set_and_kept_with_it() {
        assert_eq!(failures(true), 0);
        assert!(failures(false) > 0);
    }
}
