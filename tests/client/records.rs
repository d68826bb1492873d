//! Storage at its worst: every call of every operation fails in every way, and no record is ever half written, applied
//! twice or lost.

use core::future::Future;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::Poll;
use std::collections::BTreeMap;
use std::rc::Rc;

use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::crypto::RingKey;
use serde_json::Value;
use serde_json::json;

use crate::fakes::CountingRandom;
use crate::fakes::FakePorts;
use crate::fakes::Fault;
use crate::fakes::MemoryStorage;
use crate::fakes::NoTransport;
use crate::fakes::block_on;
use crate::fakes::keyring;
use crate::fakes::product_key;

type TestClient = Client<FakePorts>;

const CANARY: &str = "sk-canary-0123456789-SECRETKEY";
const KEY: &str = "lm1/shop/writer";
/// More than any operation makes.
const CALLS: usize = 12;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Operation {
    Create,
    Delete,
    Update,
}

impl Operation {
    const ALL: [Operation; 3] = [Operation::Create, Operation::Delete, Operation::Update];

    fn run(self, client: &TestClient) -> Result<String, Error> {
        block_on(client, async {
            Ok(match self {
                Operation::Create => format!("{:?}", client.create(&input()).await?),
                Operation::Delete => format!("{:?}", client.delete(&address()).await?),
                Operation::Update => format!("{:?}", client.update(&rename()).await?),
            })
        })
    }

    /// A client on which the operation is possible.
    fn prepared(self, cas: bool) -> TestClient {
        let client = client(cas);
        if self != Operation::Create {
            block_on(&client, client.create(&input())).unwrap();
        }
        client.ports().storage.forget_calls();
        client
    }
}

fn client(cas: bool) -> TestClient {
    FakePorts::over(Rc::new(MemoryStorage::new(cas)), NoTransport).into_client()
}

fn beside(client: &TestClient) -> TestClient {
    let mut ports = FakePorts::over(Rc::clone(&client.ports().storage), NoTransport);
    ports.random = CountingRandom::starting_at(1 << 32);
    ports.clock = Rc::clone(&client.ports().clock);
    Client::new(ports, keyring(1), ClientOptions::default())
}

fn input() -> Value {
    json!({"product": "shop", "tag": "writer", "name": "Writer", "provider": "openai", "model": "gpt-4-turbo",
        "envs": [{"slug": "dev", "apiKey": CANARY}]})
}

fn address() -> Value {
    json!({"product": "shop", "tag": "writer"})
}

fn rename() -> Value {
    json!({"product": "shop", "tag": "writer", "name": "Renamed", "envs": [{"slug": "prd", "apiKey": CANARY}]})
}

/// What is stored, as anyone with the product key sees it: nothing, or (rev, name, number of envs).
fn state(client: &TestClient) -> Option<(u64, String, usize)> {
    client.ports().storage.forget_calls();
    let optional = json!({"product": "shop", "tag": "writer", "optional": true});
    let view = block_on(client, client.fetch(&optional)).expect("whatever is stored can be read");
    view.map(|view| (view.rev, view.name, view.envs.len()))
}

fn before(operation: Operation) -> Option<(u64, String, usize)> {
    (operation != Operation::Create).then(|| (1, "Writer".to_owned(), 1))
}

fn after(operation: Operation) -> Option<(u64, String, usize)> {
    match operation {
        Operation::Create => Some((1, "Writer".to_owned(), 1)),
        Operation::Delete => None,
        Operation::Update => Some((2, "Renamed".to_owned(), 2)),
    }
}

/// Runs the operation with these faults and checks what must hold whatever happens.
fn check(operation: Operation, cas: bool, faults: &[(usize, Fault)]) -> Result<(), ErrorKind> {
    let case = format!("{operation:?} cas={cas} {faults:?}");
    let client = operation.prepared(cas);
    for (index, fault) in faults {
        client.ports().storage.fault_at(*index, *fault);
    }
    let result = operation.run(&client);
    let mut shown = client.ports().storage.calls();
    shown.push(format!("{result:?}"));
    assert!(shown.iter().all(|text| !text.contains(CANARY)), "{case}: the key leaked");
    assert!(shown.len() <= CALLS * 3, "{case}: {} calls", shown.len());
    let now = state(&client);
    assert!(now == before(operation) || now == after(operation), "{case}: {now:?}");
    match result {
        Ok(_) => {
            // A store that honours conditions is believed when it says "done".
            let lied_to = cas && faults.iter().any(|(_, fault)| *fault == Fault::WrongValue);
            assert!(lied_to || now == after(operation), "{case}: reported as done");
            Ok(())
        }
        Err(error) => {
            let typed = [
                ErrorKind::AlreadyExists,
                ErrorKind::Conflict,
                ErrorKind::ModelNotFound,
                ErrorKind::RecordCorrupt,
                ErrorKind::StorageError,
            ];
            assert!(typed.contains(&error.kind()), "{case}: {error}");
            Err(error.kind())
        }
    }
}

#[test]
fn r63_one_fault_at_any_call_never_leaves_half_a_record() {
    for operation in Operation::ALL {
        for (cas, index) in
            [true, false].into_iter().flat_map(|cas| (0..CALLS).map(move |index| (cas, index)))
        {
            for fault in Fault::ALL {
                let _ = check(operation, cas, &[(index, fault)]);
            }
        }
    }
}

#[test]
fn r63_two_faults_at_any_two_calls_never_leave_half_a_record() {
    for operation in Operation::ALL {
        for (cas, first) in [true, false].into_iter().flat_map(|cas| (0..5).map(move |first| (cas, first))) {
            for second in first + 1..7 {
                for (a, b) in Fault::ALL.into_iter().flat_map(|a| Fault::ALL.into_iter().map(move |b| (a, b)))
                {
                    let _ = check(operation, cas, &[(first, a), (second, b)]);
                }
            }
        }
    }
}

/// The index of the write among an operation's calls.
fn write_index(operation: Operation, cas: bool) -> usize {
    let client = operation.prepared(cas);
    operation.run(&client).unwrap();
    let is_write = |call: &String| call.starts_with("put") || call.starts_with("delete");
    client.ports().storage.calls().iter().position(is_write).unwrap()
}

#[test]
fn r63_a_lost_acknowledgement_is_neither_a_failure_nor_a_conflict() {
    for operation in Operation::ALL {
        for cas in [true, false] {
            let index = write_index(operation, cas);
            for fault in [Fault::FailAfter, Fault::FailBefore, Fault::Hang, Fault::HangAfter] {
                assert_eq!(check(operation, cas, &[(index, fault)]), Ok(()), "{operation:?} {cas} {fault:?}");
            }
        }
    }
}

#[test]
fn r63_a_store_that_keeps_failing_gives_a_typed_error_in_bounded_time() {
    for operation in Operation::ALL {
        for cas in [true, false] {
            let index = write_index(operation, cas);
            for fault in [Fault::FailBefore, Fault::Hang] {
                let all: Vec<_> = (index..index + 40).map(|index| (index, fault)).collect();
                assert_eq!(check(operation, cas, &all), Err(ErrorKind::StorageError));
                // Writes fail, reads work.
                let writes: Vec<_> = (index..index + 40).step_by(2).map(|index| (index, fault)).collect();
                assert_eq!(check(operation, cas, &writes), Err(ErrorKind::StorageError));
            }
        }
    }
}

#[test]
fn r63_a_hanging_store_times_out() {
    let client = client(true);
    client.ports().storage.fault_at(0, Fault::Hang);
    let start = client.ports().clock.now();
    let error = block_on(&client, client.fetch(&address())).unwrap_err();
    assert_eq!((error.kind(), error.retryable()), (ErrorKind::StorageError, true));
    assert!(error.to_string().contains("timed out"), "{error}");
    assert_eq!(client.ports().clock.now() - start, 10_000);
}

#[test]
fn r30c_a_store_without_compare_and_set_is_read_back() {
    for operation in Operation::ALL {
        let index = write_index(operation, false);
        assert_eq!(
            check(operation, false, &[(index, Fault::WrongValue)])
                .map_err(|kind| kind == ErrorKind::Conflict),
            // An update starts over, which succeeds here; the others say that the write did not happen.
            if operation == Operation::Update { Ok(()) } else { Err(true) }
        );
    }
}

#[test]
fn r30c_a_conflict_starts_an_update_over_five_times() {
    let conflicts = |times: usize| {
        // Each round is get, put, get.
        let faults: Vec<_> = (0..times).map(|round| (round * 3 + 1, Fault::Conflict)).collect();
        check(Operation::Update, true, &faults)
    };
    assert_eq!(conflicts(5), Ok(()));
    assert_eq!(conflicts(6), Err(ErrorKind::Conflict));
}

#[test]
fn r30c_concurrent_updates_of_two_instances_are_all_kept() {
    let one = Operation::Update.prepared(true);
    let two = beside(&one);
    let patch = |index: usize| json!({"product": "shop", "tag": "writer", "envs": [{"slug": format!("e{index}"), "apiKey": "sk-x"}]});
    let patches: Vec<Value> = (0..8).map(patch).collect();
    let work = patches
        .iter()
        .enumerate()
        .map(|(index, patch)| if index % 2 == 0 { one.update(patch) } else { two.update(patch) });
    let results = block_on(&one, join_all(work));
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(state(&one), Some((9, "Writer".to_owned(), 9)));
}

#[test]
fn r04_of_two_creates_at_once_exactly_one_wins() {
    let one = client(true);
    let two = beside(&one);
    let input = input();
    let results = block_on(&one, join_all([one.create(&input), two.create(&input)].into_iter()));
    let codes: Vec<_> =
        results.iter().map(|result| result.as_ref().map_err(Error::code).map(|view| view.rev)).collect();
    assert_eq!(codes, [Ok(1), Err("already_exists")]);
}

#[test]
fn r22_a_delete_spares_a_record_that_came_after_it() {
    let one = Operation::Delete.prepared(true);
    let storage = &one.ports().storage;
    let first = storage.snapshot().remove(KEY).unwrap();
    // The delete happens, its answer is lost, and somebody creates the model anew before we look.
    storage.fault_at(2, Fault::HangAfter);
    let (address, input, two) = (address(), input(), beside(&one));
    let race = async {
        let delete = one.delete(&address);
        let create = async {
            while storage.snapshot().contains_key(KEY) {
                futures_lite::future::yield_now().await;
            }
            two.create(&input).await
        };
        futures_lite::future::zip(delete, create).await
    };
    let (deleted, created) = block_on(&one, race);
    assert_eq!((deleted.unwrap_err().kind(), created.unwrap().rev), (ErrorKind::Conflict, 1));
    assert!(storage.snapshot().get(KEY).is_some_and(|text| *text != first));
}

#[test]
fn unknown_fields_of_a_newer_version_survive_an_update() {
    let client = Operation::Update.prepared(true);
    replant(&client, |json| {
        json["later"] = json!({"deep": [1, null]});
        json["envs"][0]["later"] = json!("kept");
    });
    block_on(&client, client.update(&rename())).unwrap();
    let json = stored_json(&client);
    assert_eq!((&json["later"], &json["envs"][0]["later"]), (&json!({"deep": [1, null]}), &json!("kept")));
    assert_eq!((&json["rev"], &json["name"]), (&json!(2), &json!("Renamed")));
}

#[test]
fn a_record_of_a_newer_format_is_never_written() {
    let client = Operation::Update.prepared(true);
    replant(&client, |json| json["v"] = json!(2));
    let planted = client.ports().storage.snapshot();
    assert_eq!(state(&client), before(Operation::Update));
    assert_eq!(Operation::Update.run(&client).unwrap_err().kind(), ErrorKind::RecordTooNew);
    assert_eq!(client.ports().storage.snapshot(), planted);
    replant(&client, |json| json["minReader"] = json!(2));
    let error = block_on(&client, client.fetch(&address())).unwrap_err();
    assert_eq!((error.kind(), error.detail("tag")), (ErrorKind::RecordTooNew, Some(&json!("writer"))));
}

#[test]
fn r63_a_changed_byte_or_a_torn_text_is_never_read_as_a_model() {
    let client = Operation::Update.prepared(true);
    let storage = &client.ports().storage;
    let whole = storage.snapshot().remove(KEY).unwrap();
    let id_place = 5..15;
    for index in 0..whole.len() {
        let mut changed = whole.clone().into_bytes();
        changed[index] ^= 1;
        storage.plant(KEY, &String::from_utf8(changed).unwrap());
        match block_on(&client, client.fetch(&address())) {
            Ok(view) => assert!(view.unwrap().unknown_key.is_some() && id_place.contains(&index), "{index}"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::RecordCorrupt, "{index}"),
        }
        assert!(Operation::Update.run(&client).is_err(), "{index}");
        storage.plant(KEY, &whole[..index]);
        let error = block_on(&client, client.fetch(&address())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RecordCorrupt, "cut at {index}");
    }
    storage.plant("lm1/shop/else", &whole);
    let moved = block_on(&client, client.fetch(&json!({"product": "shop", "tag": "else"})));
    assert_eq!(moved.unwrap_err().kind(), ErrorKind::RecordCorrupt);
}

#[test]
fn r23_a_listing_that_does_not_advance_is_reported() {
    let client = Operation::Update.prepared(true);
    client.ports().storage.stick_cursor();
    let error = block_on(&client, client.fetch_all(&json!({"product": "shop"}))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageContract);
    let error = block_on(&client, client.fetch(&json!({"product": "shop", "tag": "x"}))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelNotFound);
}

#[test]
fn r22_a_corrupt_record_can_be_deleted() {
    let client = client(true);
    client.ports().storage.plant(KEY, "{}");
    assert!(Operation::Delete.run(&client).is_ok());
    assert_eq!(client.ports().storage.snapshot(), BTreeMap::new());
}

fn stored_json(client: &TestClient) -> Value {
    let text = client.ports().storage.snapshot().remove(KEY).unwrap();
    let (record, _history) = text.split_once('\n').unwrap_or((&text, ""));
    serde_json::from_str(record.splitn(4, '.').last().unwrap()).unwrap()
}

/// Changes the stored JSON as another version with the same product key would.
fn replant(client: &TestClient, change: impl FnOnce(&mut Value)) {
    let mut json = stored_json(client);
    change(&mut json);
    let json = json.to_string();
    let key = RingKey::held(product_key(1));
    let mac = key.record_mac(&[KEY.as_bytes(), json.as_bytes()]);
    let text = format!("LMR1.{}.{mac}.{json}", key.id().as_str());
    client.ports().storage.plant(KEY, &text);
}

async fn join_all<F: Future>(work: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<Pin<Box<F>>> = work.map(Box::pin).collect();
    let mut outputs: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, output) in running.iter_mut().zip(&mut outputs).filter(|(_, output)| output.is_none()) {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                *output = Some(value);
            }
        }
        if outputs.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    outputs.into_iter().flatten().collect()
}

#[test]
fn r30c_a_store_whose_reads_lag_does_not_make_a_conflict_of_our_own_write() {
    let storage = Rc::new(MemoryStorage::new(false));
    storage.lag(2);
    let client = FakePorts::over(Rc::clone(&storage), NoTransport).into_client();
    block_on(&client, client.create(&input())).unwrap();
    storage.forget_calls();
    let puts = || storage.calls().iter().filter(|call| call.starts_with("put")).count();
    // Two reads see the time before the create: whoever asks too early is told so, and nothing is written.
    assert_eq!(block_on(&client, client.update(&rename())).unwrap_err().kind(), ErrorKind::ModelNotFound);
    assert_eq!(puts(), 0);
    block_on(&client, client.update(&rename())).unwrap();
    assert_eq!(puts(), 1);
}
