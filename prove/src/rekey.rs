//! A rekey over a thousand records that dies at a storage call, and the one that finishes it; and one with others writing
//! meanwhile. Nothing is unreadable at any time, and nothing of the old key is left in the end.

use core::pin::pin;
use core::task::Context;
use core::task::Waker;
use std::collections::BTreeMap;
use std::rc::Rc;

use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::crypto::KeyId;
use ductape_models::crypto::Keyring;
use futures_lite::future;
use serde_json::json;
use testkit::fakes::FakePorts;
use testkit::fakes::Fault;
use testkit::fakes::MemoryStorage;
use testkit::fakes::NoTransport;
use testkit::fakes::block_on;
use testkit::fakes::keyring;
use testkit::fakes::product_key;

use crate::campaign::Outcome;
use crate::campaign::Run;
use crate::parallel::Tally;
use crate::parallel::each;

const RECORDS: usize = 1_000;
const OLD_KEY: u8 = 1;
const NEW_KEY: u8 = 2;

/// More polls than a pass over all records takes; what is stuck after them is stuck for ever.
const POLLS: usize = 12 * RECORDS;

type Texts = BTreeMap<String, String>;
type RekeyClient = Client<FakePorts>;

fn client(storage: &Rc<MemoryStorage>, ring: Keyring) -> RekeyClient {
    let options = ClientOptions { product: Some("shop".to_owned()), ..ClientOptions::default() };
    Client::new(FakePorts::over(Rc::clone(storage), NoTransport), ring, options)
}

/// The new key, with the old one to open.
fn both() -> Keyring {
    Keyring::new(product_key(NEW_KEY), vec![product_key(OLD_KEY)]).unwrap_or_else(|_| keyring(NEW_KEY))
}

fn filled() -> Texts {
    let storage = Rc::new(MemoryStorage::new(true));
    let old = client(&storage, keyring(OLD_KEY));
    for index in 0..RECORDS {
        let model = json!({"tag": format!("m{index:04}"), "name": "M", "provider": "openai", "model": "gpt-5",
            "envs": [{"slug": "prd", "apiKey": format!("sk-{index}-0123456789")}]});
        // A record that is missing shows as a wrong count below.
        let _ = block_on(&old, old.create(&model));
    }
    storage.snapshot()
}

fn stored(texts: &Texts, cas: bool) -> Rc<MemoryStorage> {
    let storage = Rc::new(MemoryStorage::new(cas));
    texts.iter().for_each(|(key, text)| storage.plant(key, text));
    storage
}

/// What is wrong with the store for a client with these keys; `None` where nothing is.
fn wrong(storage: &Rc<MemoryStorage>, ring: Keyring) -> Option<String> {
    let reader = client(storage, ring);
    match block_on(&reader, reader.doctor(&json!({"deep": true}))) {
        Ok(found) if found.healthy && found.scanned == RECORDS => None,
        Ok(found) => Some(format!("{} records, {:?}", found.scanned, found.problems.first())),
        Err(error) => Some(error.to_string()),
    }
}

/// The end that every rekey has to come to.
fn unmoved(storage: &Rc<MemoryStorage>) -> Option<String> {
    let old = KeyId::of(&product_key(OLD_KEY));
    let left = storage.snapshot().values().filter(|text| text.contains(old.as_str())).count();
    if left > 0 { Some(format!("{left} records name the old key")) } else { wrong(storage, keyring(NEW_KEY)) }
}

/// Runs until nothing moves any more, as time stands still, and drops the rest: the process is gone.
fn die_in(work: impl Future) -> bool {
    let mut work = pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    !(0..POLLS).any(|_| work.as_mut().poll(&mut context).is_ready())
}

fn killed(texts: &Texts, cas: bool, call: usize, fault: Fault, tally: &mut Tally) {
    let storage = stored(texts, cas);
    storage.forget_calls();
    storage.fault_at(call, fault);
    let options = json!({});
    let died = {
        let dying = client(&storage, both());
        die_in(dying.rekey(&options))
    };
    storage.forget_calls();
    let between = wrong(&storage, both());
    let second = client(&storage, both());
    let done = block_on(&second, second.rekey(&options)).is_ok_and(|report| report.complete);
    let after = unmoved(&storage);
    tally.check(died && between.is_none() && done && after.is_none(), || {
        format!("call {call} {fault:?} cas {cas}: died {died}, between {between:?}, finished {done}, after {after:?}")
    });
}

/// Others, who know both keys, update every fifth record while the pass goes over it.
fn crowded(texts: &Texts, tally: &mut Tally) {
    let storage = stored(texts, true);
    let (mover, writer) = (client(&storage, both()), client(&storage, both()));
    let (options, steps) = (json!({}), (0..RECORDS).step_by(5));
    let updates = async {
        let mut refused = 0;
        for index in steps.clone() {
            let patch = json!({"tag": format!("m{index:04}"), "maxTokens": index + 1});
            refused += usize::from(writer.update(&patch).await.is_err());
        }
        refused
    };
    let (report, refused) = block_on(&mover, future::zip(mover.rekey(&options), updates));
    let kept = storage.snapshot();
    let lost = steps.filter(|index| {
        let text = kept.get(&format!("lm1/shop/m{index:04}"));
        !text.is_some_and(|text| text.contains(&format!("\"maxTokens\":{}", index + 1)))
    });
    let (lost, after) = (lost.count(), unmoved(&storage));
    tally.check(report.is_ok() && refused == 0 && lost == 0 && after.is_none(), || {
        format!("with others: {report:?}, {refused} refused, {lost} lost, after {after:?}")
    });
}

/// The campaign.
pub(crate) fn run(run: &Run) -> Outcome {
    let texts = filled();
    // Two listings, then a read and a write for each record.
    let calls = 2 + 2 * RECORDS;
    let kills = run.size(200, calls as u64);
    let tally: Tally = each(run, "rekey", kills, |part, tally: &mut Tally| {
        let call =
            usize::try_from(part).unwrap_or_default() * calls / usize::try_from(kills).unwrap_or(calls);
        for fault in [Fault::Hang, Fault::HangAfter] {
            killed(&texts, true, call, fault, tally);
        }
        killed(&texts, false, call, Fault::HangAfter, tally);
        if part % 20 == 0 {
            crowded(&texts, tally);
        }
    });
    let figure = format!("{} left something unreadable, lost or unmoved ({RECORDS} records)", tally.failed);
    Outcome::of(tally.count, figure, tally.examples)
}
