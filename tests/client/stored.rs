//! Calls by tag: the record is read, its key opened and the answer fetched, each step with its own code.

use ductape_models::ErrorKind;
use serde_json::Value;
use serde_json::json;

use super::fakes::keyring;
use super::shop::CANARY;
use super::shop::Shop;
use super::shop::answer;

fn by_tag() -> Value {
    json!({"model": "chat"})
}

fn keys_sent(shop: &Shop) -> Vec<String> {
    let requests = shop.transport().requests();
    let headers = requests.iter().flat_map(|request| &request.headers);
    headers.filter(|(name, _)| name == "authorization").map(|(_, value)| value.expose().to_owned()).collect()
}

#[test]
fn r32_the_next_call_uses_the_rotated_key_whoever_rotated_it() {
    let shop = Shop::new([answer("1"), answer("2"), answer("3")]);
    shop.create(json!({"apiKey": "first-key"}));
    shop.generate(by_tag()).unwrap();
    for (client, key) in [(&shop, "second-key"), (&shop.beside(keyring(1)), "third-key")] {
        let patch = json!({"product": "shop", "tag": "chat", "envs": [{"slug": "dev", "apiKey": key}]});
        client.run(client.client.update(&patch)).unwrap();
        shop.generate(by_tag()).unwrap();
    }
    assert_eq!(keys_sent(&shop), ["Bearer first-key", "Bearer second-key", "Bearer third-key"]);
}

#[test]
fn r33_each_step_has_its_own_code_and_sends_nothing() {
    let shop = Shop::new([]);
    shop.create(json!({"apiKey": CANARY}));
    let rows = [
        (json!({"model": "chat", "timeout": "soon"}), ErrorKind::InvalidInput),
        (json!({"model": "chat", "prompt": null}), ErrorKind::InvalidInput),
        (json!({"model": "chet"}), ErrorKind::ModelNotFound),
        (json!({"model": "chat", "env": "prd"}), ErrorKind::EnvNotFound),
        (json!({"model": "chat", "modelConfig": {"apiKey": "x"}}), ErrorKind::InvalidOverride),
    ];
    for (options, kind) in rows {
        assert_eq!(shop.generate(options.clone()).unwrap_err().kind(), kind, "{options}");
        assert_eq!(shop.stream(options.clone()).1.unwrap().kind(), kind, "{options}");
    }
    assert!(shop.transport().requests().is_empty());
}

#[test]
fn r29_the_wrong_product_key_sends_nothing() {
    let shop = Shop::new([]);
    shop.create(json!({"apiKey": CANARY}));
    let stranger = shop.beside(keyring(2));
    let error = stranger.generate(by_tag()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownKey);
    assert!(stranger.transport().requests().is_empty());
}

#[test]
fn r35_an_inactive_environment_sends_nothing_and_asks_for_no_key() {
    for key in [json!({"apiKey": CANARY, "active": false}), json!({"keyRef": "vault/none", "active": false})]
    {
        let shop = Shop::new([]);
        shop.create(key);
        assert_eq!(shop.generate(by_tag()).unwrap_err().kind(), ErrorKind::EnvInactive);
        assert!(shop.transport().requests().is_empty());
    }
}

#[test]
fn a_key_reference_is_looked_up_at_every_call() {
    let shop = Shop::new([answer("1"), answer("2")]);
    shop.create(json!({"keyRef": "vault/shop"}));
    shop.generate(by_tag()).unwrap();
    shop.generate(by_tag()).unwrap();
    assert_eq!(keys_sent(&shop), [format!("Bearer {CANARY}"), format!("Bearer {CANARY}")]);
}

#[test]
fn a_key_reference_that_leads_nowhere_fails_with_the_resolvers_code() {
    let shop = Shop::new([]);
    shop.create(json!({"keyRef": "vault/none"}));
    assert_eq!(shop.generate(by_tag()).unwrap_err().kind(), ErrorKind::MissingApiKey);
}

#[test]
fn served_names_the_tag() {
    let shop = Shop::new([answer("Hello")]);
    shop.create(json!({"apiKey": CANARY}));
    assert_eq!(shop.generate(by_tag()).unwrap().served.tag.as_deref(), Some("chat"));
}
