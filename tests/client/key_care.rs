//! Product keys over their life: added, promoted, everything moved, retired; and the same with a process that dies at any
//! moment and others that write meanwhile.

use std::collections::BTreeMap;
use std::pin::pin;
use std::rc::Rc;
use std::task::Context;
use std::task::Waker;

use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::client::KeyRole;
use ductape_models::crypto::KeyId;
use ductape_models::crypto::Keyring;
use futures_lite::future;
use serde_json::Value;
use serde_json::json;

use super::fakes::FakePorts;
use super::fakes::Fault;
use super::fakes::MemoryStorage;
use super::fakes::NoTransport;
use super::fakes::block_on;
use super::fakes::keyring;
use super::fakes::product_key;

type TestClient = Client<FakePorts>;

fn ring(primary: u8, others: &[u8]) -> Keyring {
    Keyring::new(product_key(primary), others.iter().copied().map(product_key).collect()).unwrap()
}

fn id(seed: u8) -> String {
    KeyId::of(&product_key(seed)).as_str().to_owned()
}

fn client(storage: &Rc<MemoryStorage>, ring: Keyring) -> TestClient {
    let options = ClientOptions { product: Some("shop".to_owned()), ..ClientOptions::default() };
    Client::new(FakePorts::over(Rc::clone(storage), NoTransport), ring, options)
}

/// `count` models with two keys each, sealed with product key 1.
fn filled(count: usize, cas: bool) -> Rc<MemoryStorage> {
    let storage = Rc::new(MemoryStorage::new(cas));
    let old = client(&storage, ring(1, &[]));
    for index in 0..count {
        block_on(&old, old.create(&model(index))).unwrap();
    }
    storage
}

fn model(index: usize) -> Value {
    json!({"tag": format!("m{index:04}"), "name": "M", "provider": "openai", "model": "gpt-5", "envs": [
        {"slug": "dev", "apiKey": format!("sk-dev-{index}-0123456789")},
        {"slug": "prd", "apiKey": format!("sk-prd-{index}-0123456789")},
    ]})
}

fn rekey(client: &TestClient, options: Value) -> Value {
    serde_json::to_value(block_on(client, client.rekey(&options)).unwrap()).unwrap()
}

fn doctor(client: &TestClient) -> ductape_models::client::Diagnosis {
    block_on(client, client.doctor(&json!({"deep": true}))).unwrap()
}

/// Everything in the store opens with `ring`, and no text of it names the key `gone`.
fn assert_moved(storage: &Rc<MemoryStorage>, ring: Keyring, gone: &str, count: usize) {
    let found = doctor(&client(storage, ring));
    assert!(found.healthy, "{:?}", found.problems);
    assert_eq!(found.scanned, count);
    assert!(!storage.snapshot().values().any(|text| text.contains(gone)));
}

#[test]
fn r30_rekey_moves_every_key_and_record_and_does_nothing_twice() {
    let storage = filled(5, true);
    let new = client(&storage, ring(2, &[1]));
    let report = rekey(&new, json!({}));
    assert_eq!(
        report,
        json!({"keyId": id(2), "scanned": 5, "rewrapped": 5, "already": 0, "conflicts": 0, "failed": [],
            "complete": true})
    );
    assert_moved(&storage, ring(2, &[]), &id(1), 5);
    let before = storage.snapshot();
    let again = rekey(&new, json!({}));
    assert_eq!((&again["rewrapped"], &again["already"]), (&json!(0), &json!(5)));
    assert_eq!(storage.snapshot(), before);
}

#[test]
fn r30_fingerprints_and_key_times_survive_in_their_meaning() {
    let storage = filled(1, true);
    let new = client(&storage, ring(2, &[1]));
    let view = || block_on(&new, new.fetch(&json!({"tag": "m0000"}))).unwrap().unwrap();
    let before = view();
    block_on(
        &new,
        new.create(&json!({"tag": "same", "name": "S", "provider": "openai", "model": "gpt-5",
        "envs": [{"slug": "dev", "apiKey": "sk-dev-0-0123456789"}]})),
    )
    .unwrap();
    rekey(&new, json!({}));
    let after = view();
    assert_eq!(after.envs[0].key_updated_at, before.envs[0].key_updated_at);
    assert_ne!(after.envs[0].key_fingerprint, before.envs[0].key_fingerprint);
    let same = block_on(&new, new.fetch(&json!({"tag": "same"}))).unwrap().unwrap();
    assert_eq!(after.envs[0].key_fingerprint, same.envs[0].key_fingerprint);
    assert_eq!(block_on(&new, new.history(&json!({"tag": "m0000"}))).unwrap().len(), 1);
}

#[test]
fn r30_a_pass_stops_at_its_limit_and_goes_on_from_its_cursor() {
    let storage = filled(5, true);
    let new = client(&storage, ring(2, &[1]));
    let mut options = json!({"limit": 2});
    let mut rewrapped = Vec::new();
    loop {
        let page = rekey(&new, options.clone());
        rewrapped.push(page["rewrapped"].as_u64().unwrap());
        assert_eq!(page["complete"], page["cursor"].is_null());
        if page["cursor"].is_null() {
            break;
        }
        options["cursor"] = page["cursor"].clone();
    }
    assert_eq!(rewrapped, [2, 2, 1]);
    assert_moved(&storage, ring(2, &[]), &id(1), 5);
}

#[test]
fn r30_agents_move_with_their_product() {
    let storage = filled(1, true);
    let old = client(&storage, ring(1, &[]));
    block_on(&old, old.define_agent(&json!({"tag": "clerk", "model": "m0000"}))).unwrap();
    let new = client(&storage, ring(2, &[1]));
    assert!(block_on(&new, new.retire(&json!({"keyId": id(1)}))).is_err());
    assert_eq!(doctor(&new).records[1].agent.as_deref(), Some("clerk"));
    assert_eq!(rekey(&new, json!({}))["rewrapped"], 2);
    assert_moved(&storage, ring(2, &[]), &id(1), 2);
    assert_eq!(rekey(&new, json!({"product": "shop"}))["already"], 2);
    let blind = doctor(&client(&storage, keyring(9)));
    assert_eq!(
        blind.problems.last().map(|last| (last.agent.as_deref(), last.code)),
        Some((Some("clerk"), "unknown_key"))
    );
}

#[test]
fn r30_one_product_at_a_time() {
    let storage = filled(2, true);
    let other = client(&storage, ring(1, &[]));
    let mut elsewhere = model(0);
    elsewhere["product"] = json!("other.one");
    block_on(&other, other.create(&elsewhere)).unwrap();
    let new = client(&storage, ring(2, &[1]));
    assert_eq!(rekey(&new, json!({"product": "other.one"}))["scanned"], 1);
    assert_eq!(rekey(&new, json!({}))["rewrapped"], 2);
    assert_moved(&storage, ring(2, &[]), &id(1), 3);
}

#[test]
fn r30_what_cannot_be_moved_is_listed_and_stops_nothing() {
    let storage = filled(4, true);
    let stranger = client(&storage, ring(3, &[]));
    block_on(
        &stranger,
        stranger.create(&json!({"tag": "alien", "name": "A", "provider": "openai", "model": "gpt-5",
        "envs": [{"slug": "dev", "apiKey": "sk-a"}]})),
    )
    .unwrap();
    let mut texts = storage.snapshot();
    storage.plant("lm1/shop/m0001", &texts.remove("lm1/shop/m0001").unwrap().replace("gpt-5", "gpt-6"));
    storage.plant("lm1/shop/junk", "not ours");
    storage.plant("lm1/shop/NOT-A-KEY", "foreign");
    let new = client(&storage, ring(2, &[1]));
    let report = rekey(&new, json!({}));
    assert_eq!((&report["rewrapped"], &report["complete"]), (&json!(3), &json!(false)));
    let failed = json!([
        {"product": "shop", "tag": "alien", "code": "unknown_key"},
        {"product": "shop", "tag": "junk", "code": "record_corrupt"},
        {"product": "shop", "tag": "m0001", "code": "record_corrupt"},
    ]);
    assert_eq!(report["failed"], failed);
}

#[test]
fn r30_one_key_that_does_not_open_keeps_no_other_from_moving() {
    let storage = filled(1, true);
    let update = |ring: Keyring, patch: Value| {
        let writer = client(&storage, ring);
        block_on(&writer, writer.update(&patch)).unwrap();
    };
    // The key of dev is sealed with key 3, and then the record is written with key 1 again: only dev needs key 3.
    update(ring(3, &[1]), json!({"tag": "m0000", "envs": [{"slug": "dev", "apiKey": "sk-new"}]}));
    let new = client(&storage, ring(2, &[1]));
    assert_eq!(rekey(&new, json!({}))["failed"][0]["code"], "unknown_key");
    update(ring(1, &[3]), json!({"tag": "m0000", "topP": 0.5}));
    let report = rekey(&new, json!({}));
    assert_eq!(
        report["failed"],
        json!([{"product": "shop", "tag": "m0000", "env": "dev", "code": "unknown_key"}])
    );
    assert_eq!(report["rewrapped"], 1);
    let found = doctor(&client(&storage, ring(2, &[3])));
    assert!(found.healthy, "{:?}", found.problems);
}

/// Polls for as long as anything moves, while no time passes, and drops what is left.
fn finishes(work: impl Future) -> bool {
    let mut work = pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    (0..1000).any(|_| work.as_mut().poll(&mut context).is_ready())
}

#[test]
fn r30_killed_at_every_storage_call_a_second_run_finishes() {
    for cas in [true, false] {
        let calls = {
            let storage = filled(6, cas);
            storage.forget_calls();
            rekey(&client(&storage, ring(2, &[1])), json!({}));
            storage.calls().len()
        };
        for index in 0..calls {
            for fault in [Fault::Hang, Fault::HangAfter] {
                let storage = filled(6, cas);
                storage.forget_calls();
                storage.fault_at(index, fault);
                // The process dies there: the future is dropped with the call unanswered.
                let dying = client(&storage, ring(2, &[1]));
                let options = json!({});
                assert!(!finishes(dying.rekey(&options)), "call {index} {fault:?}");
                storage.forget_calls();
                let between = doctor(&client(&storage, ring(2, &[1])));
                assert!(between.healthy, "call {index} {fault:?}: {:?}", between.problems);
                assert_eq!(rekey(&client(&storage, ring(2, &[1])), json!({}))["complete"], true);
                assert_moved(&storage, ring(2, &[]), &id(1), 6);
            }
        }
    }
}

#[test]
fn r30_a_failing_store_is_reported_and_a_second_run_finishes() {
    let calls = 2 + 6 * 2;
    for index in 0..calls {
        for fault in Fault::ALL {
            let storage = filled(6, true);
            storage.forget_calls();
            storage.fault_at(index, fault);
            let new = client(&storage, ring(2, &[1]));
            let report = block_on(&new, new.rekey(&json!({})));
            if let Ok(report) = &report {
                let moved = report.rewrapped + report.already + report.failed.len();
                assert!(moved == report.scanned, "{report:?}");
            }
            storage.forget_calls();
            assert!(doctor(&client(&storage, ring(2, &[1]))).healthy, "call {index} {fault:?}");
            assert_eq!(rekey(&new, json!({}))["complete"], true);
            assert_moved(&storage, ring(2, &[]), &id(1), 6);
        }
    }
}

#[test]
fn r30_updates_meanwhile_are_not_lost() {
    let storage = filled(20, true);
    let (new, writer) = (client(&storage, ring(2, &[1])), client(&storage, ring(1, &[2])));
    let options = json!({});
    let updates = async {
        for index in 0..20 {
            for step in 0..5 {
                let patch = json!({"tag": format!("m{index:04}"), "maxTokens": step + 1, "envs": [
                    {"slug": "prd", "apiKey": format!("sk-prd-{index}-{step}-0123456789")}]});
                writer.update(&patch).await?;
            }
        }
        Ok::<(), Error>(())
    };
    let (report, updated) = block_on(&new, future::zip(new.rekey(&options), updates));
    updated.unwrap();
    assert!(report.unwrap().failed.is_empty());
    // The writer sealed with the old key: the printed order promotes everywhere before it rekeys.
    assert_eq!(rekey(&new, json!({}))["complete"], true);
    assert_moved(&storage, ring(2, &[]), &id(1), 20);
    let views = block_on(&new, new.fetch_all(&json!({}))).unwrap();
    for view in views {
        let ductape_models::model::ListedModel::Readable(view) = view else { panic!("unreadable") };
        assert_eq!(view.config.max_tokens, Some(Some(5)));
    }
}

#[test]
fn r30_retire_refuses_while_anything_needs_the_key() {
    let storage = filled(3, true);
    let new = client(&storage, ring(2, &[1]));
    let retire = |key: &str| block_on(&new, new.retire(&json!({"keyId": key})));
    let error = retire(&id(1)).unwrap_err();
    assert_eq!((error.field(), error.detail("records")), (Some("keyId"), Some(&json!(3))));
    assert_eq!(error.detail("tags"), Some(&json!(["m0000", "m0001", "m0002"])));
    assert_eq!(retire(&id(2)).unwrap_err().field(), Some("keyId"));
    assert_eq!(retire(&id(3)).unwrap_err().field(), Some("keyId"));
    assert_eq!(retire("short").unwrap_err().field(), Some("keyId"));
    rekey(&new, json!({}));
    let kept = storage.snapshot();
    assert_eq!(retire(&id(1)).unwrap().scanned, 3);
    // T5: an older version of a record, put back after its key was retired.
    let old = filled(1, true).snapshot();
    storage.plant("lm1/shop/m0000", &old["lm1/shop/m0000"]);
    let error =
        block_on(&new, new.generate(&json!({"model": "m0000", "env": "dev", "prompt": "Hi"}))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RetiredKey);
    let ring = ring(2, &[1]).with_retired(vec![KeyId::parse(&id(1)).unwrap()]).unwrap();
    let later = client(&storage, ring);
    assert_eq!(doctor(&later).problems[0].code, "retired_key");
    assert_eq!(kept.len(), 3);
}

#[test]
fn r30_every_place_where_a_key_id_can_stand_counts_for_retire() {
    let storage = filled(1, true);
    let new = client(&storage, ring(2, &[1]));
    let text = storage.snapshot().remove("lm1/shop/m0000").unwrap();
    // The frame and two envelopes, and nothing else names a product key.
    assert_eq!(text.matches(&id(1)).count(), 3);
    rekey(&new, json!({}));
    let moved = storage.snapshot().remove("lm1/shop/m0000").unwrap();
    for place in 0..3 {
        let pieces: Vec<&str> = moved.split(&id(2)).collect();
        let mut mixed = pieces[0].to_owned();
        for (seen, piece) in pieces[1..].iter().enumerate() {
            mixed.push_str(&if seen == place { id(1) } else { id(2) });
            mixed.push_str(piece);
        }
        storage.plant("lm1/shop/m0000", &mixed);
        assert!(block_on(&new, new.retire(&json!({"keyId": id(1)}))).is_err(), "place {place}");
    }
}

#[test]
fn r30_doctor_reports_what_each_record_needs() {
    let storage = filled(2, true);
    let new = client(&storage, ring(2, &[1]));
    block_on(&new, new.update(&json!({"tag": "m0001", "envs": [{"slug": "dev", "apiKey": "sk-new"}]})))
        .unwrap();
    let found = doctor(&new);
    let uses: BTreeMap<_, _> =
        found.keys.iter().map(|key| (key.key_id.clone(), (key.role, key.records))).collect();
    assert_eq!(uses[&id(1)], (KeyRole::Other, 2));
    assert_eq!(uses[&id(2)], (KeyRole::Primary, 1));
    assert_eq!(found.records[1].key_ids, [id(2), id(1)]);
    let blind = doctor(&client(&storage, keyring(9)));
    assert!(!blind.healthy);
    assert!(blind.keys.iter().any(|key| key.role == KeyRole::Unknown && key.key_id == id(1)));
    let codes: Vec<_> = blind.problems.iter().map(|problem| (problem.env.as_deref(), problem.code)).collect();
    assert_eq!(
        codes[..3],
        [(Some("dev"), "unknown_key"), (Some("prd"), "unknown_key"), (None, "unknown_key")]
    );
}

#[test]
fn r30_doctor_finds_an_envelope_in_the_wrong_place_only_when_it_looks_deep() {
    let storage = filled(2, true);
    let one = client(&storage, ring(1, &[]));
    let shallow = || block_on(&one, one.doctor(&json!({}))).unwrap();
    assert!(shallow().healthy);
    let error = block_on(&one, one.doctor(&json!({"deep": 1}))).unwrap_err();
    assert_eq!(error.field(), Some("deep"));
}
