//! A client with a public key: it stores models and keys that it can never open, and a client with the private key uses
//! them. HPKE itself is proved where it lives; here an agent stands in for it.

use std::rc::Rc;

use ductape_models::ErrorKind;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::client::Keys;
use ductape_models::crypto::KeyId;
use ductape_models::crypto::Keyring;
use ductape_models::crypto::RingKey;
use ductape_models::http::HeaderValue;
use serde_json::Value;
use serde_json::json;

use super::fakes::FakeKeyAgent;
use super::fakes::FakePorts;
use super::fakes::MemoryStorage;
use super::fakes::NoTransport;
use super::fakes::ScriptedTransport;
use super::fakes::VirtualClock;
use super::fakes::block_on;
use super::fakes::keyring;
use super::fakes::product_key;
use super::shop::CANARY;
use super::shop::answer;

const SEALING: [u8; 32] = [5; 32];
const KEY: &str = "lm1/shop/chat";

type Writer = Client<FakePorts>;

fn writer(storage: &Rc<MemoryStorage>) -> Writer {
    let mut ports = FakePorts::over(Rc::clone(storage), NoTransport);
    ports.key_agent = FakeKeyAgent { public_key: Some(SEALING), ..FakeKeyAgent::default() };
    Client::new(ports, Keys::Public(FakeKeyAgent::sealing_id(&SEALING)), options())
}

fn options() -> ClientOptions {
    ClientOptions { product: Some("shop".to_owned()), ..ClientOptions::default() }
}

fn reader_ring() -> Keyring {
    keyring(1).with_sealing(vec![FakeKeyAgent::sealing_id(&SEALING)])
}

fn reader(storage: &Rc<MemoryStorage>) -> Client<FakePorts<ScriptedTransport>> {
    let clock = Rc::new(VirtualClock::default());
    let transport = ScriptedTransport::new(&clock, [answer("Hello"), answer("again")]);
    let mut ports = FakePorts::over(Rc::clone(storage), transport);
    ports.clock = clock;
    ports.key_agent = FakeKeyAgent { sealing_keys: vec![SEALING], ..FakeKeyAgent::default() };
    Client::new(ports, reader_ring(), options())
}

fn model() -> Value {
    json!({"tag": "chat", "name": "Chat", "provider": "custom", "model": "m",
        "envs": [{"slug": "dev", "baseUrl": "https://llm.example/v1", "apiKey": CANARY}]})
}

fn stored(model: &Value) -> Rc<MemoryStorage> {
    let storage = Rc::new(MemoryStorage::new(true));
    let writer = writer(&storage);
    block_on(&writer, writer.create(model)).unwrap();
    storage
}

#[test]
fn r30b_what_a_writer_stores_a_reader_uses() {
    let storage = stored(&model());
    let text = storage.snapshot().remove(KEY).unwrap();
    assert!(text.starts_with("LMP1.") && text.contains("\"lm1.p.") && !text.contains(CANARY), "{text}");
    assert!(!text.contains("keyFingerprint"));
    let reader = reader(&storage);
    let call = json!({"model": "chat", "env": "dev", "prompt": "Hi"});
    assert_eq!(block_on(&reader, reader.generate(&call)).unwrap().completion.text, "Hello");
    assert_eq!(key_sent(&reader), CANARY);
}

/// The key in the last request's header.
fn key_sent(reader: &Client<FakePorts<ScriptedTransport>>) -> String {
    let request = reader.ports().transport.requests().pop().unwrap();
    let secret = request.headers.iter().find_map(|(_, value)| match value {
        HeaderValue::Secret(secret) => Some(secret.as_str().to_owned()),
        HeaderValue::Plain(_) => None,
    });
    secret.unwrap().trim_start_matches("Bearer ").to_owned()
}

#[test]
fn r30b_a_writer_opens_nothing_not_even_its_own() {
    let storage = stored(&model());
    let writer = writer(&storage);
    let call = json!({"model": "chat", "env": "dev", "prompt": "Hi"});
    let error = block_on(&writer, writer.generate(&call)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownKey);
    assert!(error.to_string().contains("public key only"), "{error}");
    for failed in [
        block_on(&writer, writer.rekey(&json!({}))).unwrap_err(),
        block_on(&writer, writer.retire(&json!({"keyId": "aaaaaaaaaa"}))).unwrap_err(),
    ] {
        assert_eq!(failed.kind(), ErrorKind::UnknownKey);
    }
    let found = block_on(&writer, writer.doctor(&json!({"deep": true}))).unwrap();
    assert_eq!(found.problems[0].code, "unknown_key");
    let view = block_on(&writer, writer.fetch(&json!({"tag": "chat"}))).unwrap().unwrap();
    assert_eq!((view.unknown_key, view.envs[0].key_id.as_deref()), (None, Some(id().as_str())));
}

fn id() -> KeyId {
    FakeKeyAgent::sealing_id(&SEALING)
}

#[test]
fn r30b_a_writer_rotates_keys_in_records_that_it_cannot_verify() {
    let storage = Rc::new(MemoryStorage::new(true));
    let (reader, writer) = (reader(&storage), writer(&storage));
    block_on(&reader, reader.create(&model())).unwrap();
    assert!(storage.snapshot()[KEY].starts_with("LMR1."));
    let view = block_on(&writer, writer.fetch(&json!({"tag": "chat"}))).unwrap().unwrap();
    assert!(view.unknown_key.is_some());
    let patch = json!({"tag": "chat", "envs": [{"slug": "dev", "apiKey": "sk-rotated"}, {"slug": "prd",
        "baseUrl": "https://llm.example/v1", "apiKey": "sk-prd"}]});
    let view = block_on(&writer, writer.update(&patch)).unwrap();
    assert_eq!((view.rev, view.unknown_key, view.envs.len()), (2, None, 2));
    let call = json!({"model": "chat", "env": "prd", "prompt": "Hi"});
    block_on(&reader, reader.generate(&call)).unwrap();
    assert_eq!(key_sent(&reader), "sk-prd");
}

#[test]
fn r30b_r30_rekey_moves_sealed_keys_to_the_ring_and_fills_in_what_a_writer_cannot_make() {
    let storage = stored(&model());
    let reader = reader(&storage);
    let report = block_on(&reader, reader.rekey(&json!({}))).unwrap();
    assert_eq!((report.rewrapped, report.complete), (1, true));
    let text = storage.snapshot().remove(KEY).unwrap();
    assert!(text.starts_with("LMR1.") && text.contains("\"lm1.k.") && !text.contains("lm1.p."));
    let view = block_on(&reader, reader.fetch(&json!({"tag": "chat"}))).unwrap().unwrap();
    assert!(view.envs[0].key_fingerprint.is_some());
    let plain = Client::new(FakePorts::over(storage, NoTransport), keyring(1), options());
    assert!(block_on(&plain, plain.doctor(&json!({"deep": true}))).unwrap().healthy);
}

#[test]
fn r27_r30b_a_sealed_key_opens_in_its_own_place_only() {
    let storage =
        stored(&json!({"tag": "chat", "name": "Chat", "provider": "custom", "model": "m", "envs": [
            {"slug": "dev", "baseUrl": "https://llm.example/v1", "apiKey": CANARY},
            {"slug": "prd", "baseUrl": "https://llm.example/v1", "apiKey": "sk-other"},
        ]}));
    let text = storage.snapshot().remove(KEY).unwrap();
    let json = text.splitn(4, '.').last().unwrap();
    let mut value: Value = serde_json::from_str(json).unwrap();
    let swapped = (value["envs"][0]["sealedKey"].take(), value["envs"][1]["sealedKey"].take());
    (value["envs"][1]["sealedKey"], value["envs"][0]["sealedKey"]) = swapped;
    let json = value.to_string();
    // Whoever can write the store can make this checksum: the envelopes still notice.
    let sum = ductape_models::crypto::checksum(&[KEY.as_bytes(), json.as_bytes()]);
    storage.plant(KEY, &format!("LMP1.{}.{sum}.{json}", id().as_str()));
    let reader = reader(&storage);
    let found = block_on(&reader, reader.doctor(&json!({"deep": true}))).unwrap();
    let codes: Vec<_> = found.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["tampered", "tampered"]);
}

#[test]
fn r29_r30b_a_ring_without_the_sealing_key_believes_nothing_that_a_writer_wrote() {
    let storage = stored(&model());
    let plain = Client::new(FakePorts::over(Rc::clone(&storage), NoTransport), keyring(1), options());
    let error = block_on(&plain, plain.resolve(&json!({"model": "chat", "env": "dev"}))).unwrap_err();
    assert_eq!((error.kind(), error.detail("keyId")), (ErrorKind::UnknownKey, Some(&json!(id().as_str()))));
    let error = block_on(&plain, plain.update(&json!({"tag": "chat", "name": "N"}))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownKey);
}

#[test]
fn r63_a_record_of_a_writer_is_checked_against_rot_and_moves() {
    let storage = stored(&model());
    let reader = reader(&storage);
    let text = storage.snapshot().remove(KEY).unwrap();
    let fetch = || block_on(&reader, reader.fetch(&json!({"tag": "chat"}))).map(drop);
    for changed in
        [text.replace("\"m\"", "\"n\""), text.replace("LMP1", "LMP2"), text.replace("LMP1", "LMX1")]
    {
        storage.plant(KEY, &changed);
        assert!(matches!(fetch().unwrap_err().kind(), ErrorKind::RecordCorrupt | ErrorKind::RecordTooNew));
    }
    // A keyed record passed off as a writer's.
    storage.plant(KEY, &text.replacen("LMP1", "LMR1", 1));
    assert!(block_on(&reader, reader.resolve(&json!({"model": "chat", "env": "dev"}))).is_err());
}

#[test]
fn r30_a_product_key_that_never_enters_the_core_works_like_its_bytes() {
    let storage = Rc::new(MemoryStorage::new(true));
    let agent =
        FakeKeyAgent { product_keys: vec![product_key(2), product_key(1)], ..FakeKeyAgent::default() };
    let ring = Keyring::of(agent.ring_key(0), vec![agent.ring_key(1)]).unwrap();
    let held = Client::new(FakePorts::over(Rc::clone(&storage), NoTransport), keyring(1), options());
    block_on(&held, held.create(&model())).unwrap();
    let mut ports = FakePorts::over(Rc::clone(&storage), NoTransport);
    ports.key_agent = agent;
    let outside = Client::new(ports, ring, options());
    assert_eq!(block_on(&outside, outside.rekey(&json!({}))).unwrap().rewrapped, 1);
    let both = Keyring::of(RingKey::held(product_key(2)), vec![]).unwrap();
    let inside = Client::new(FakePorts::over(storage, NoTransport), both, options());
    assert!(block_on(&inside, inside.doctor(&json!({"deep": true}))).unwrap().healthy);
}
