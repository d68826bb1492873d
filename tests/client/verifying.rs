//! `verify`: one small call, and a word for each way in which it can end.

use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::client::ClientOptions;
use serde_json::Value;
use serde_json::json;

use super::fakes::Reply;
use super::fakes::keyring;
use super::shop::CANARY;
use super::shop::Shop;
use super::shop::answer;
use super::shop::failure;

fn shop(replies: impl IntoIterator<Item = Reply>) -> Shop {
    let shop = Shop::new(replies);
    shop.store("chat", json!({"apiKey": CANARY}), json!({"fallback": ["spare"]}));
    shop
}

fn verify(shop: &Shop, extra: Value) -> Result<Value, Error> {
    let mut options = json!({"product": "shop", "env": "dev", "tag": "chat"});
    for (name, value) in extra.as_object().unwrap() {
        options[name] = value.clone();
    }
    let result = shop.run(shop.client.verify(&options))?;
    Ok(serde_json::to_value(result).unwrap())
}

#[test]
fn r70_a_model_that_answers_is_ok() {
    let shop = shop([answer("Hello").late(30)]);
    let served = json!({"tag": "chat", "provider": "custom", "model": "m", "env": "dev"});
    let expected = json!({"ok": true, "status": "ok", "served": served, "latencyMs": 30});
    assert_eq!(verify(&shop, json!({})).unwrap(), expected);
    let body: Value = serde_json::from_slice(&shop.transport().requests()[0].body).unwrap();
    assert_eq!((&body["max_tokens"], &body["messages"][0]["content"]), (&json!(16), &json!("Hi")));
}

#[test]
fn r70_each_end_has_its_word() {
    let quota = json!({"error": {"message": "no credit", "code": "insufficient_quota"}});
    let spent = "Could not finish the message because max_tokens or model output limit was reached.";
    let rows = [
        (failure(401, "bad key"), "bad_key", "auth_failed"),
        (failure(403, "not yours"), "no_permission", "permission_denied"),
        (failure(404, "no such model"), "unknown_model", "not_found"),
        (failure(410, "gone"), "unknown_model", "model_retired"),
        (Reply::json(429, &quota), "quota_exhausted", "quota_exceeded"),
        (failure(429, "slow down"), "rate_limited", "rate_limited"),
        (Reply::unreachable("ENOTFOUND"), "unreachable", "network"),
        (Reply::silent(), "unreachable", "timeout"),
        (failure(503, "busy"), "unavailable", "overloaded"),
        (failure(400, "no"), "rejected", "bad_request"),
        (Reply::status(301).header("location", "https://x.example"), "misconfigured", "redirect_refused"),
        (Reply::status(200).chunk("<html>"), "misconfigured", "bad_response"),
    ];
    for (reply, status, code) in rows {
        let shop = shop([reply]);
        let result = verify(&shop, json!({})).unwrap();
        assert_eq!(
            (&result["ok"], &result["status"], &result["code"]),
            (&json!(false), &json!(status), &json!(code))
        );
        assert!(!result["message"].as_str().unwrap().is_empty());
        assert_eq!(shop.transport().requests().len(), 1, "neither repeated nor passed on");
    }
    assert_eq!(verify(&shop([failure(400, spent)]), json!({})).unwrap()["status"], "ok");
}

#[test]
fn r70_it_waits_15_seconds_or_as_long_as_it_is_told() {
    for (extra, ms) in [(json!({}), 15_000), (json!({"timeout": 70}), 70)] {
        let shop = shop([Reply::silent()]);
        assert_eq!(verify(&shop, extra).unwrap()["latencyMs"], ms);
        assert_eq!((shop.elapsed(), shop.transport().given_up()), (ms, 1));
    }
}

#[test]
fn r70_a_key_that_is_missing_or_does_not_open_is_told_too() {
    let shop = shop([]);
    shop.store("lost", json!({"keyRef": "vault/none"}), json!({}));
    let result = verify(&shop, json!({"tag": "lost"})).unwrap();
    assert_eq!((&result["status"], &result["code"]), (&json!("misconfigured"), &json!("missing_api_key")));
}

#[test]
fn r70_wrong_input_and_missing_models_are_errors() {
    let shop = shop([]);
    shop.store("off", json!({"apiKey": CANARY, "active": false}), json!({}));
    let rows = [
        (json!({"tag": "gone"}), ErrorKind::ModelNotFound),
        (json!({"tag": null}), ErrorKind::InvalidInput),
        (json!({"tag": "off"}), ErrorKind::EnvInactive),
        (json!({"env": "prd"}), ErrorKind::EnvNotFound),
        (json!({"timeout": {"totalMs": 5}}), ErrorKind::InvalidInput),
        (json!({"prompt": "Hi"}), ErrorKind::InvalidInput),
    ];
    for (extra, kind) in rows {
        assert_eq!(verify(&shop, extra.clone()).unwrap_err().kind(), kind, "{extra}");
    }
    assert_eq!(verify(&shop.beside(keyring(2)), json!({})).unwrap_err().kind(), ErrorKind::UnknownKey);
    assert!(shop.transport().requests().is_empty());
}

#[test]
fn r66_a_page_does_not_verify() {
    let options = ClientOptions { refuse_provider_calls: true, ..ClientOptions::default() };
    let shop = Shop::with(options, []);
    shop.create(json!({"apiKey": CANARY}));
    assert_eq!(verify(&shop, json!({})).unwrap_err().kind(), ErrorKind::BrowserRefused);
}

#[test]
fn r62_a_verification_does_not_show_an_echoed_key() {
    let shop = shop([failure(401, &format!("Incorrect API key provided: {CANARY}"))]);
    let shown = verify(&shop, json!({})).unwrap().to_string();
    assert!(shown.contains("bad_key") && !shown.contains("canary"), "{shown}");
}
