//! What an observer is told of records and keys: everything that was done, once, and only what was done; and what was
//! refused.

use std::rc::Rc;

use ductape_models::client::AuditEvent;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::client::Keys;
use ductape_models::client::RetryOptions;
use ductape_models::client::ports::Interest;
use ductape_models::crypto::KeyId;
use ductape_models::crypto::Keyring;
use serde_json::Value;
use serde_json::json;

use super::fakes::FakeKeyAgent;
use super::fakes::FakePorts;
use super::fakes::Fault;
use super::fakes::NoTransport;
use super::fakes::Reply;
use super::fakes::keyring;
use super::fakes::product_key;
use super::shop::CANARY;
use super::shop::Shop;
use super::shop::answer;
use super::shop::failure;

const OTHER: &str = "sk-canary/8e+4b==5c\"d3f2";

fn audited(replies: impl IntoIterator<Item = Reply>) -> Shop {
    let actor = Some("ada".to_owned());
    let retry = RetryOptions { max_retries: 0 };
    let options = ClientOptions { actor, retry, ..ClientOptions::default() };
    Shop::watched(options, Interest { audit: true, ..Interest::default() }, replies)
}

fn model(envs: Value) -> Value {
    json!({"product": "shop", "tag": "chat", "name": "Chat", "provider": "custom", "model": "m", "envs": envs})
}

fn env(slug: &str, key: &str) -> Value {
    json!({"slug": slug, "baseUrl": "http://localhost:9/v1", "apiKey": key})
}

/// What was told since the last time, as action, environment, revision and outcome.
fn told(shop: &Shop) -> Vec<(&'static str, String, Option<u64>, &'static str)> {
    let events = shop.observer.audits.take();
    let line =
        |event: AuditEvent| (event.action.as_str(), event.env.unwrap_or_default(), event.rev, event.outcome);
    events.into_iter().map(line).collect()
}

fn line(
    action: &'static str,
    env: &str,
    rev: u64,
    outcome: &'static str,
) -> (&'static str, String, Option<u64>, &'static str) {
    (action, env.to_owned(), Some(rev).filter(|rev| *rev > 0), outcome)
}

#[test]
fn a_model_is_told_over_its_life_and_its_keys_by_environment() {
    let shop = audited([]);
    shop.run(
        shop.client
            .create(&model(json!([env("dev", CANARY), {"slug": "prd", "baseUrl": "http://localhost:9"}]))),
    )
    .unwrap();
    assert_eq!(told(&shop), [line("model.create", "", 1, "ok"), line("key.set", "dev", 1, "ok")]);

    let patch = json!({"product": "shop", "tag": "chat", "temperature": 0.5,
        "envs": [{"slug": "dev", "apiKey": OTHER}, {"slug": "prd", "apiKey": OTHER}]});
    shop.run(shop.client.update(&patch)).unwrap();
    let expected = [
        line("model.update", "", 2, "ok"),
        line("key.rotate", "dev", 2, "ok"),
        line("key.set", "prd", 2, "ok"),
    ];
    assert_eq!(told(&shop), expected);

    let rollback = json!({"product": "shop", "tag": "chat", "rev": 1});
    shop.run(shop.client.rollback(&rollback)).unwrap();
    assert_eq!(told(&shop), [line("model.rollback", "", 3, "ok")]);

    shop.run(shop.client.remove_env(&json!({"product": "shop", "tag": "chat", "slug": "prd"}))).unwrap();
    assert_eq!(told(&shop), [line("model.update", "", 4, "ok"), line("key.remove", "prd", 4, "ok")]);

    shop.run(shop.client.delete(&json!({"product": "shop", "tag": "chat"}))).unwrap();
    assert_eq!(told(&shop), [line("model.delete", "", 0, "ok"), line("key.remove", "dev", 0, "ok")]);
}

#[test]
fn operations_are_told_by_what_they_wrote_and_what_they_could_not() {
    let shop = audited([]);
    let envs = json!([env("dev", CANARY), {"slug": "prd", "baseUrl": "http://localhost:9"}]);
    shop.run(shop.client.create(&model(envs))).unwrap();
    shop.run(shop.client.update(&json!({"product": "shop", "tag": "chat",
        "envs": [{"slug": "dev", "temperature": 0.2}]})))
        .unwrap();
    told(&shop);

    let promote =
        json!({"product": "shop", "tag": "chat", "from": "dev", "to": "prd", "fields": ["temperature"]});
    shop.run(shop.client.promote(&promote)).unwrap();
    assert_eq!(told(&shop), [line("model.promote", "", 3, "ok")]);
    shop.run(shop.client.promote(&promote)).unwrap();
    assert_eq!(told(&shop), []);

    let export = shop.run(shop.client.export(&json!({"product": "shop"}))).unwrap();
    assert_eq!(told(&shop), [line("model.export", "", 3, "ok")]);
    let import = json!({"export": serde_json::to_value(&export).unwrap()});
    shop.run(shop.client.import(&import)).unwrap();
    assert_eq!(told(&shop), [line("model.import", "", 0, "already_exists")]);
    shop.run(shop.client.delete(&json!({"product": "shop", "tag": "chat"}))).unwrap();
    told(&shop);
    shop.run(shop.client.import(&import)).unwrap();
    assert_eq!(told(&shop), [line("model.import", "", 3, "ok"), line("key.set", "dev", 3, "ok")]);

    let wanted = |models: serde_json::Value| json!({"product": "shop", "prune": true, "models": models});
    let other = json!({"tag": "other", "name": "Other", "provider": "custom", "model": "m",
        "envs": [{"slug": "dev", "apiKey": OTHER, "baseUrl": "http://localhost:9"}]});
    shop.run(shop.client.apply(&wanted(json!([other])))).unwrap();
    let mut lines = told(&shop);
    lines.sort();
    let expected = [
        line("key.remove", "dev", 0, "ok"),
        line("key.set", "dev", 1, "ok"),
        line("model.create", "", 1, "ok"),
        line("model.delete", "", 0, "ok"),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn an_event_says_who_what_and_which_key_and_never_the_key() {
    let shop = audited([]);
    let view = shop.run(shop.client.create(&model(json!([env("dev", CANARY)])))).unwrap();
    let shown = serde_json::to_value(&view).unwrap();
    let event = shop.observer.audits.borrow()[1].to_value();
    let expected = json!({
        "action": "key.set", "product": "shop", "tag": "chat", "env": "dev", "rev": 1, "actor": "ada",
        "time": shop.clock.now(), "keyFingerprint": shown["envs"][0]["keyFingerprint"],
        "keyId": KeyId::of(&product_key(1)).as_str(), "outcome": "ok",
    });
    assert_eq!(event, expected);
    assert!(shown["envs"][0]["keyFingerprint"].is_string());
}

#[test]
fn a_key_is_told_each_time_it_is_opened_for_a_call() {
    let shop = audited([answer("a"), answer("b"), failure(401, "no")]);
    shop.create(json!({"apiKey": CANARY}));
    let set = shop.observer.audits.take()[1].clone();
    shop.generate(json!({"model": "chat"})).unwrap();
    shop.run(shop.client.verify(&json!({"product": "shop", "tag": "chat", "env": "dev"}))).unwrap();
    let used = shop.observer.audits.take();
    assert_eq!(used.len(), 2);
    for event in used {
        assert_eq!((event.action.as_str(), event.outcome), ("key.use", "ok"));
        assert_eq!((event.key_fingerprint, event.key_id), (set.key_fingerprint.clone(), set.key_id.clone()));
    }
    // A refused key is looked up again, in case somebody rotated it.
    shop.generate(json!({"model": "chat"})).unwrap_err();
    assert_eq!(told(&shop), [line("key.use", "dev", 1, "ok"), line("key.use", "dev", 1, "ok")]);
    // What is only shown opens nothing.
    shop.run(shop.client.explain(&json!({"product": "shop", "env": "dev", "model": "chat"}))).unwrap();
    shop.run(shop.client.build_request(&super::shop::call(json!({"model": "chat"})))).unwrap();
    assert!(told(&shop).is_empty());
}

#[test]
fn a_key_that_does_not_open_is_told_with_the_reason() {
    let shop = audited([]);
    let sealing = [5; 32];
    let mut ports = FakePorts::over(Rc::clone(&shop.client.ports().storage), NoTransport);
    ports.key_agent = FakeKeyAgent { public_key: Some(sealing), ..FakeKeyAgent::default() };
    let sealing = FakeKeyAgent::sealing_id(&sealing);
    let writer = Client::new(ports, Keys::Public(sealing.clone()), ClientOptions::default());
    shop.run(writer.create(&model(json!([env("dev", CANARY)])))).unwrap();
    // Its agent cannot do what the ring says.
    let reader = shop.beside(keyring(1).with_sealing(vec![sealing.clone()]));
    let error = reader.generate(json!({"model": "chat"})).unwrap_err();
    let events = reader.observer.audits.take();
    let told: Vec<_> = events.iter().map(|event| (event.action.as_str(), event.outcome)).collect();
    assert_eq!(told, [("key.use", error.code())]);
    assert_eq!((events[0].key_id.as_deref(), &events[0].key_fingerprint), (Some(sealing.as_str()), &None));
}

#[test]
fn a_referenced_key_is_told_when_it_is_looked_up() {
    let shop = audited([answer("a")]);
    shop.create(json!({"keyRef": "vault/shop"}));
    shop.observer.audits.take();
    shop.generate(json!({"model": "chat"})).unwrap();
    let events = shop.observer.audits.take();
    assert_eq!((events.len(), events[0].action.as_str(), &events[0].key_id), (1, "key.use", &None));
    assert!(events[0].key_fingerprint.is_some());
}

#[test]
fn what_is_refused_is_told_and_what_is_not_understood_is_not() {
    let shop = audited([]);
    let input = model(json!([env("dev", CANARY)]));
    shop.run(shop.client.create(&input)).unwrap();
    told(&shop);
    shop.run(shop.client.create(&input)).unwrap_err();
    let moved =
        json!({"product": "shop", "tag": "chat", "envs": [{"slug": "dev", "baseUrl": "http://localhost:8"}]});
    shop.run(shop.client.update(&moved)).unwrap_err();
    shop.run(shop.client.rollback(&json!({"product": "shop", "tag": "chat", "rev": 9}))).unwrap_err();
    shop.run(shop.client.delete(&json!({"product": "shop", "tag": "nope"}))).unwrap_err();
    shop.run(shop.client.create(&json!({"product": "shop", "tag": 5}))).unwrap_err();
    let expected = [
        line("model.create", "", 0, "already_exists"),
        line("model.update", "", 0, "key_reentry_required"),
        line("model.rollback", "", 0, "invalid_input"),
        line("model.delete", "", 0, "model_not_found"),
    ];
    assert_eq!(told(&shop), expected);
}

#[test]
fn a_write_that_fails_is_never_told_as_done() {
    let shop = audited([]);
    for put in [0, 2, 4] {
        shop.client.ports().storage.fault_at(put, Fault::FailBefore);
    }
    shop.run(shop.client.create(&model(json!([env("dev", CANARY)])))).unwrap_err();
    assert_eq!(told(&shop), [line("model.create", "", 0, "storage_error")]);
}

#[test]
fn a_write_that_happened_behind_a_failure_is_told_once() {
    let shop = audited([]);
    shop.client.ports().storage.fault_at(0, Fault::FailAfter);
    shop.run(shop.client.create(&model(json!([env("dev", CANARY)])))).unwrap();
    assert_eq!(told(&shop), [line("model.create", "", 1, "ok"), line("key.set", "dev", 1, "ok")]);
}

#[test]
fn agents_are_told_when_they_are_written() {
    let shop = audited([]);
    let agent = json!({"product": "shop", "tag": "clerk", "model": "chat"});
    shop.run(shop.client.define_agent(&agent)).unwrap();
    shop.run(shop.client.define_agent(&agent)).unwrap();
    shop.run(shop.client.delete_agent(&json!({"product": "shop", "tag": "clerk"}))).unwrap();
    shop.run(shop.client.delete_agent(&json!({"product": "shop", "tag": "clerk"}))).unwrap_err();
    let agents: Vec<_> = shop.observer.audits.borrow().iter().map(|event| event.agent.clone()).collect();
    assert_eq!(agents, vec![Some("clerk".to_owned()); 3]);
    let expected = [
        line("agent.define", "", 1, "ok"),
        line("agent.delete", "", 0, "ok"),
        line("agent.delete", "", 0, "agent_not_found"),
    ];
    assert_eq!(told(&shop), expected);
}

#[test]
fn a_rekey_is_told_record_by_record_and_a_retirement_once() {
    let shop = audited([]);
    shop.create(json!({"apiKey": CANARY}));
    shop.run(shop.client.define_agent(&json!({"product": "shop", "tag": "clerk", "model": "chat"}))).unwrap();
    let (old, fresh) = (KeyId::of(&product_key(1)), KeyId::of(&product_key(2)));
    let ring = Keyring::new(product_key(2), vec![product_key(1)]).unwrap();
    let next = shop.beside(ring);
    next.run(next.client.retire(&json!({"keyId": old.as_str()}))).unwrap_err();
    next.run(next.client.rekey(&json!({}))).unwrap();
    next.run(next.client.rekey(&json!({}))).unwrap();
    next.run(next.client.retire(&json!({"keyId": old.as_str()}))).unwrap();
    let events = next.observer.audits.take();
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.action.as_str(), event.tag.as_deref(), event.agent.as_deref(), event.outcome))
        .collect();
    let expected = [
        ("keys.retire", None, None, "invalid_input"),
        ("keys.rekey", Some("chat"), None, "ok"),
        ("keys.rekey", None, Some("clerk"), "ok"),
        ("keys.retire", None, None, "ok"),
    ];
    assert_eq!(told, expected);
    assert_eq!(events[1].key_id.as_deref(), Some(fresh.as_str()));
    assert_eq!(events[3].key_id.as_deref(), Some(old.as_str()));
}

#[test]
fn r62_no_audit_event_holds_a_key() {
    let shop = audited([failure(401, CANARY), answer(CANARY)]);
    shop.create(json!({"apiKey": CANARY}));
    shop.generate(json!({"model": "chat"})).unwrap_err();
    shop.generate(json!({"model": "chat"})).unwrap();
    let rotate = json!({"product": "shop", "tag": "chat", "envs": [{"slug": "dev", "apiKey": OTHER}]});
    shop.run(shop.client.update(&rotate)).unwrap();
    shop.run(shop.client.delete(&json!({"product": "shop", "tag": "chat"}))).unwrap();
    let events = shop.observer.audits.borrow();
    assert!(events.len() > 6, "{events:?}");
    for event in &*events {
        let text = format!("{event:?} {}", event.to_value());
        assert!(!text.contains("canary"), "{text}");
    }
}
