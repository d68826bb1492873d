//! The registry looked over: every kind of finding, what is left alone, and that no key shows.

use std::rc::Rc;

use ductape_models::client::Audit;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::crypto::Keyring;
use serde_json::Value;
use serde_json::json;
use testkit::record::Frame;

use super::fakes::FakePorts;
use super::fakes::Fault;
use super::fakes::MemoryStorage;
use super::fakes::NoTransport;
use super::fakes::block_on;
use super::fakes::keyring;
use super::fakes::product_key;

const CANARY: &str = "sk-canary-0123456789abcdef";
/// 2026-10-01, three weeks before gpt-4-turbo retires.
const OCTOBER: u64 = 1_790_812_800_000;

struct Registry {
    client: Client<FakePorts>,
}

impl Registry {
    fn new() -> Self {
        Self::over(&Rc::new(MemoryStorage::new(true)), keyring(1), json!({}))
    }

    fn over(storage: &Rc<MemoryStorage>, ring: Keyring, mut options: Value) -> Self {
        options["product"] = json!("shop");
        let options = ClientOptions::read(&options).unwrap();
        let client = Client::new(FakePorts::over(Rc::clone(storage), NoTransport), ring, options);
        client.ports().clock.advance(OCTOBER - client.ports().clock.now());
        Self { client }
    }

    fn beside(&self, ring: Keyring, options: Value) -> Self {
        Self::over(&self.client.ports().storage, ring, options)
    }

    fn create(&self, tag: &str, more: Value) -> &Self {
        let mut input = json!({"tag": tag, "name": "M", "provider": "openai", "model": "gpt-4.1",
            "envs": [{"slug": "dev", "apiKey": CANARY}]});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        block_on(&self.client, self.client.create(&input)).unwrap();
        self
    }

    fn define(&self, agent: Value) -> &Self {
        block_on(&self.client, self.client.define_agent(&agent)).unwrap();
        self
    }

    fn audit(&self, options: Value) -> Audit {
        block_on(&self.client, self.client.audit(&options)).unwrap()
    }

    /// `severity code tag/agent env field` of each finding.
    fn found(&self, options: Value) -> Vec<String> {
        let audit = self.audit(options);
        let text = serde_json::to_string(&audit).unwrap();
        assert!(!text.contains("canary"), "{text}");
        assert_eq!(audit.clean, audit.findings.is_empty());
        let findings = audit.findings.iter().map(|finding| serde_json::to_value(finding).unwrap());
        let word = |finding: &Value, name: &str| finding[name].as_str().unwrap_or("-").to_owned();
        let names = ["severity", "code", "tag", "agent", "env", "field"];
        findings.map(|finding| names.map(|name| word(&finding, name)).join(" ")).collect()
    }
}

#[test]
fn a_registry_that_is_in_order_is_clean() {
    let shop = Registry::new();
    shop.create("a", json!({"temperature": 0.2})).create("b", json!({"fallback": ["a"]}));
    shop.define(json!({"tag": "clerk", "model": "a", "modelConfig": {"topP": 0.5}}));
    let audit = shop.audit(json!({}));
    assert_eq!((audit.product.as_str(), audit.scanned, audit.clean), ("shop", 3, true));
}

#[test]
fn r39_models_that_retire_are_told_of_in_time() {
    let shop = Registry::new();
    let claude = json!([{"slug": "dev", "apiKey": CANARY, "model": "claude-opus-4-0"}]);
    shop.create("a", json!({"model": "gpt-4-turbo"}));
    shop.create("b", json!({"provider": "anthropic", "model": "claude-opus-5-5", "envs": claude}));
    let retired = "error model_retired b - dev model";
    assert_eq!(shop.found(json!({})), ["warning model_retiring a - dev model", retired]);
    assert_eq!(shop.found(json!({"within": 22})).len(), 2);
    assert_eq!(shop.found(json!({"within": 21})), [retired]);
    let told = shop.audit(json!({})).findings.remove(0).message;
    assert_eq!(told, "gpt-4-turbo retires on 2026-10-23; gpt-6-luna takes its place");
}

#[test]
fn r36_each_setting_that_is_not_taken_is_told_of_where_it_holds() {
    let shop = Registry::new();
    let envs = json!([{"slug": "dev", "apiKey": CANARY, "topP": 0.5}, {"slug": "prd", "apiKey": CANARY}]);
    shop.create("a", json!({"model": "gpt-5", "temperature": 0.2, "envs": envs}));
    let all = [
        "warning unsupported_parameter a - dev temperature",
        "warning unsupported_parameter a - dev topP",
        "warning unsupported_parameter a - prd temperature",
    ];
    assert_eq!(shop.found(json!({})), all);
    assert_eq!(shop.found(json!({"env": "prd"})), all[2..]);
    let strict = shop.beside(keyring(1), json!({"onUnsupported": "error"}));
    assert!(strict.found(json!({})).iter().all(|finding| finding.starts_with("error unsupported")));
    let facts = json!([{"provider": "openai", "model": "gpt-5", "capabilities": {"sampling": true}}]);
    assert!(shop.beside(keyring(1), json!({"catalog": facts})).audit(json!({})).clean);
    shop.create("b", json!({"stopSequences": ["a", "b", "c", "d", "e"]}));
    assert_eq!(shop.found(json!({})).last().unwrap(), "error invalid_input b - dev stopSequences");
}

#[test]
fn switched_off_and_missing_environments_are_told_of() {
    let shop = Registry::new();
    let off = json!([{"slug": "dev", "active": false}, {"slug": "prd", "apiKey": CANARY}]);
    shop.create("a", json!({"model": "gpt-5", "temperature": 0.2, "envs": off}));
    assert_eq!(
        shop.found(json!({})),
        ["warning env_inactive a - dev -", "warning unsupported_parameter a - prd temperature"]
    );
    assert_eq!(shop.found(json!({"env": "stg"})), ["warning env_not_found a - stg -"]);
}

#[test]
fn a_hosted_environment_without_a_key_is_told_of() {
    let shop = Registry::new();
    shop.create("a", json!({"envs": [{"slug": "dev", "active": false}]}));
    let storage = &shop.client.ports().storage;
    let mut frame = Frame::split(&storage.snapshot()["lm1/shop/a"]).unwrap();
    frame.json = frame.json.replace("\"active\":false", "\"active\":true");
    storage.plant("lm1/shop/a", &frame.signed(&product_key(1), "lm1/shop/a").text());
    assert_eq!(shop.found(json!({})), ["error missing_api_key a - dev apiKey"]);
}

#[test]
fn fallbacks_that_lead_nowhere_are_told_of() {
    let shop = Registry::new();
    shop.create("spare", json!({"envs": [{"slug": "prd", "apiKey": CANARY}]}));
    shop.create("a", json!({"fallback": ["gone", "spare"]}));
    assert_eq!(
        shop.found(json!({})),
        ["error fallback_missing a - - fallback", "warning fallback_env_missing a - dev fallback"]
    );
}

#[test]
fn r63_records_that_cannot_be_used_are_told_of_by_their_code() {
    let shop = Registry::new();
    shop.create("a", json!({})).create("b", json!({"fallback": ["a", "c"]})).create("c", json!({}));
    shop.define(json!({"tag": "clerk", "model": "a"}));
    let storage = &shop.client.ports().storage;
    storage.plant("lm1/shop/a", "junk");
    let newer = Frame::split(&storage.snapshot()["lm1/shop/c"]).unwrap();
    let newer = Frame { json: newer.json.replace("\"v\":1", "\"v\":2"), ..newer };
    storage.plant("lm1/shop/c", &newer.signed(&product_key(1), "lm1/shop/c").text());
    assert_eq!(
        shop.found(json!({})),
        ["error record_corrupt a - - -", "warning record_too_new c - - -"],
        "a tag that is taken by a broken record is no missing model"
    );
    let stranger = shop.beside(keyring(2), json!({}));
    assert_eq!(
        stranger.found(json!({})),
        [
            "error record_corrupt a - - -",
            "error unknown_key b - - -",
            "error unknown_key c - - -",
            "error unknown_key - clerk - -",
        ]
    );
}

#[test]
fn r30_keys_that_do_not_open_are_told_of() {
    let shop = Registry::new();
    shop.create("a", json!({}));
    // The record is written with key 2, its key stays sealed with key 1.
    let both = Keyring::new(product_key(2), vec![product_key(1)]).unwrap();
    let both = shop.beside(both, json!({}));
    block_on(&both.client, both.client.update(&json!({"tag": "a", "topP": 0.5}))).unwrap();
    assert!(both.audit(json!({})).clean);
    assert_eq!(shop.beside(keyring(2), json!({})).found(json!({})), ["error unknown_key a - dev apiKey"]);
}

#[test]
fn r40_an_origin_that_is_no_longer_allowed_is_told_of() {
    let shop = Registry::new();
    let envs = json!([{"slug": "dev", "apiKey": CANARY, "baseUrl": "https://proxy.example/v1"}]);
    shop.create("a", json!({"envs": envs}));
    let strict = shop.beside(keyring(1), json!({"allowedOrigins": ["https://other.example"]}));
    assert_eq!(strict.found(json!({})), ["error origin_not_allowed a - dev baseUrl"]);
}

#[test]
fn agents_are_told_of_for_what_they_add() {
    let shop = Registry::new();
    let envs = json!([{"slug": "dev", "apiKey": CANARY}, {"slug": "prd", "apiKey": CANARY}]);
    shop.create("a", json!({"model": "gpt-5", "envs": envs}));
    shop.define(json!({"tag": "bold", "model": "a", "modelConfig": {"temperature": 0.9}, "envs": [
        {"slug": "dev", "modelConfig": {"temperature": null}}, {"slug": "stg", "modelConfig": {"topP": 1}},
        {"slug": "off", "active": false}]}));
    shop.define(json!({"tag": "lost", "model": "gone", "envs": [
        {"slug": "dev", "modelConfig": {"topP": 1}}, {"slug": "prd", "model": "lost-too"}]}));
    shop.define(
        json!({"tag": "own", "model": {"provider": "openai", "model": "gpt-4-turbo", "apiKey": CANARY},
        "envs": [{"slug": "dev", "model": {"provider": "openai", "model": "gpt-5", "temperature": 1}},
            {"slug": "prd", "modelConfig": {"stopSequences": ["1", "2", "3", "4", "5"]}}]}),
    );
    assert_eq!(
        shop.found(json!({})),
        [
            "warning unsupported_parameter a bold prd temperature",
            "warning agent_env_missing a bold stg envs",
            "warning agent_env_inactive - bold off -",
            "error agent_model_missing - lost - model",
            "error agent_model_missing - lost prd envs.prd.model",
            "warning model_retiring - own - model",
            "warning unsupported_parameter - own dev temperature",
            "error invalid_input - own prd stopSequences",
        ]
    );
    assert_eq!(shop.found(json!({"env": "stg"}))[1], "warning agent_env_missing a bold stg envs");
}

#[test]
fn what_an_audit_takes_is_checked_and_a_failing_store_is_no_finding() {
    let shop = Registry::new();
    shop.create("a", json!({}));
    for (options, field) in [
        (json!({"within": -1}), "within"),
        (json!({"within": 36_501}), "within"),
        (json!({"env": 1}), "env"),
        (json!({"tag": "a"}), "tag"),
    ] {
        let error = block_on(&shop.client, shop.client.audit(&options)).unwrap_err();
        assert_eq!(error.field(), Some(field));
    }
    let storage = &shop.client.ports().storage;
    storage.forget_calls();
    shop.audit(json!({}));
    let calls = storage.calls();
    assert!(calls.iter().all(|call| call.starts_with("get") || call.starts_with("list")), "{calls:?}");
    for index in 0..calls.len() {
        storage.forget_calls();
        storage.fault_at(index, Fault::FailBefore);
        assert_eq!(
            block_on(&shop.client, shop.client.audit(&json!({}))).unwrap_err().code(),
            "storage_error"
        );
    }
}
