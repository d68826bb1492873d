//! What a refused call tries once: the key that somebody changed meanwhile, the request without what was refused.

use ductape_models::ErrorKind;
use ductape_models::Result;
use ductape_models::client::Outcome;
use ductape_models::client::ports::Clock;
use futures_lite::future::zip;
use serde_json::Value;
use serde_json::json;

use super::fakes::Fault;
use super::fakes::Reply;
use super::fakes::keyring;
use super::shop::CANARY;
use super::shop::Shop;
use super::shop::answer;
use super::shop::call;
use super::shop::delta;
use super::shop::ending;
use super::shop::failure;
use super::shop::shown;

fn keys_sent(shop: &Shop) -> Vec<String> {
    let requests = shop.transport().requests();
    let headers = requests.iter().flat_map(|request| &request.headers);
    headers.filter(|(name, _)| name == "authorization").map(|(_, value)| value.expose().to_owned()).collect()
}

/// Generates while another client of the store changes the key before the first answer comes.
fn rotated_meanwhile(shop: &Shop, key: &str) -> Result<Outcome> {
    let options = call(json!({"model": "chat"}));
    let other = shop.beside(keyring(1));
    let rotate = async {
        shop.clock.sleep(20).await;
        let patch = json!({"product": "shop", "tag": "chat", "envs": [{"slug": "dev", "apiKey": key}]});
        other.client.update(&patch).await.unwrap();
    };
    shop.run(async { zip(shop.client.generate(&options), rotate).await.0 })
}

#[test]
fn r61c_a_key_rotated_elsewhere_heals_the_call() {
    for status in [401, 403] {
        let shop = Shop::new([failure(status, "bad key").late(50), answer("Hello")]);
        shop.create(json!({"apiKey": "old-key"}));
        let outcome = rotated_meanwhile(&shop, "new-key").unwrap();
        assert_eq!(keys_sent(&shop), ["Bearer old-key", "Bearer new-key"]);
        let codes: Vec<_> = outcome.attempts.iter().map(|attempt| attempt.status).collect();
        assert_eq!(codes, [Some(status), Some(200)]);
    }
}

#[test]
fn r61c_it_happens_once() {
    let shop = Shop::new([failure(401, "bad key").late(50), failure(401, "bad key")]);
    shop.create(json!({"apiKey": "old-key"}));
    assert_eq!(rotated_meanwhile(&shop, "new-key").unwrap_err().kind(), ErrorKind::AuthFailed);
    assert_eq!(shop.transport().requests().len(), 2);
}

#[test]
fn r61c_the_same_key_is_not_sent_twice_even_where_it_was_sealed_anew() {
    let shop = Shop::new([failure(401, "bad key").late(50)]);
    shop.create(json!({"apiKey": "old-key"}));
    assert_eq!(rotated_meanwhile(&shop, "old-key").unwrap_err().kind(), ErrorKind::AuthFailed);
}

#[test]
fn r61c_nothing_changed_is_nothing_repeated() {
    let shop = Shop::new([failure(403, "no")]);
    shop.create(json!({"apiKey": "old-key"}));
    let error = shop.generate(json!({"model": "chat"})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
}

#[test]
fn r61c_a_store_that_fails_now_does_not_hide_the_refusal() {
    for fault in [Fault::FailBefore, Fault::Hang, Fault::WrongValue] {
        let shop = Shop::new([failure(401, "bad key")]);
        shop.create(json!({"apiKey": "old-key"}));
        let storage = &shop.client.ports().storage;
        storage.forget_calls();
        storage.fault_at(1, fault);
        let error = shop.generate(json!({"model": "chat"})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AuthFailed, "{fault:?}");
        assert_eq!(storage.calls().len(), 2, "read again once");
    }
}

#[test]
fn r61c_a_reference_is_looked_up_again() {
    let shop = Shop::new([failure(401, "bad key").late(50), answer("Hello")]);
    shop.create(json!({"keyRef": "vault/shop"}));
    let keys = &shop.client.ports().key_resolver.keys;
    keys.borrow_mut().insert("vault/shop".to_owned(), "old-key".to_owned());
    let options = call(json!({"model": "chat"}));
    let rotate = async {
        shop.clock.sleep(20).await;
        keys.borrow_mut().insert("vault/shop".to_owned(), "new-key".to_owned());
    };
    shop.run(async { zip(shop.client.generate(&options), rotate).await.0 }).unwrap();
    assert_eq!(keys_sent(&shop), ["Bearer old-key", "Bearer new-key"]);
}

#[test]
fn r61c_a_stream_opens_with_the_new_key_too() {
    let shop = Shop::new([failure(401, "bad key").late(50), ending(Reply::events(&[&delta("Hello")]))]);
    shop.create(json!({"keyRef": "vault/shop"}));
    let keys = &shop.client.ports().key_resolver.keys;
    let options = call(json!({"model": "chat"}));
    let rotate = async {
        shop.clock.sleep(20).await;
        keys.borrow_mut().insert("vault/shop".to_owned(), "new-key".to_owned());
    };
    shop.run(async { zip(shop.client.stream(&options), rotate).await.0 }).unwrap();
    assert_eq!(keys_sent(&shop)[1], "Bearer new-key");
}

#[test]
fn r61c_an_inline_models_key_is_final() {
    let shop = Shop::new([failure(401, "bad key")]);
    assert_eq!(shop.generate(json!({})).unwrap_err().kind(), ErrorKind::AuthFailed);
    assert!(shop.client.ports().storage.calls().is_empty());
}

/// Every way on from a refusal, with servers that quote the key at each step.
#[test]
fn r62_no_key_shows_on_any_way_on() {
    let echo = |status| failure(status, &format!("key {CANARY} refused"));
    let unknown = || failure(400, &format!("Unknown parameter: 'temperature' (key {CANARY})"));
    let rows: [(Vec<Reply>, Value); 3] = [
        (vec![echo(401), echo(503)], json!({"model": "chat", "fallback": ["spare", "gone"]})),
        (vec![unknown(), echo(400)], json!({"model": "chat"})),
        (vec![unknown(), answer("Hello")], json!({"model": "chat"})),
    ];
    for (replies, options) in rows {
        let shop = Shop::once(replies);
        for tag in ["chat", "spare"] {
            shop.store(tag, json!({"apiKey": CANARY}), json!({}));
        }
        let text = match shop.generate(options) {
            Ok(outcome) => serde_json::to_string(&outcome).unwrap(),
            Err(error) => shown(&error),
        };
        assert!(!text.contains("canary") && text.contains("attempts"), "{text}");
    }
}
