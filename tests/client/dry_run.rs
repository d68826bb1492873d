//! The request of a call that is not made: what it shows, and what it never touches.

use ductape_models::ErrorKind;
use ductape_models::catalog::OnUnsupported;
use ductape_models::client::ClientOptions;
use serde_json::Value;
use serde_json::json;

use super::fakes::Reply;
use super::shop::CANARY;
use super::shop::Shop;
use super::shop::answer;
use super::shop::call;

fn built(shop: &Shop, extra: Value) -> Value {
    let built = shop.run(shop.client.build_request(&call(extra))).unwrap();
    serde_json::to_value(built).unwrap()
}

#[test]
fn a_dry_run_shows_the_request_that_would_be_sent() {
    let shop = Shop::new([answer("Hello")]);
    shop.store("chat", json!({"apiKey": CANARY}), json!({"headers": {"X-Team": "a"}, "topP": 0.5}));
    let options = json!({"model": "chat", "system": "Be brief.", "modelConfig": {"maxTokens": 5}});
    let shown = built(&shop, options.clone());
    shop.generate(options).unwrap();
    let sent = &shop.transport().requests()[0];
    assert_eq!((&shown["url"], &shown["method"]), (&json!(sent.url), &json!("POST")));
    assert_eq!(shown["body"], serde_json::from_slice::<Value>(&sent.body).unwrap());
    let names: Vec<_> = shown["headers"].as_object().unwrap().keys().cloned().collect();
    let sent_names: Vec<_> = sent.headers.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, sent_names);
    assert_eq!(
        (&shown["headers"]["authorization"], &shown["headers"]["x-team"]),
        (&json!("Bearer [redacted]"), &json!("a"))
    );
    assert_eq!(shown["warnings"], json!([]));
}

#[test]
fn r41_a_dry_run_opens_no_key_and_asks_nobody() {
    let shop = Shop::new([]);
    shop.create(json!({"apiKey": CANARY}));
    shop.store("ref", json!({"keyRef": "vault/none"}), json!({}));
    for model in [json!("chat"), json!("ref"), call(json!({}))["model"].clone()] {
        let shown = built(&shop, json!({"model": model})).to_string();
        assert!(
            shown.contains("[redacted]") && !shown.contains("canary") && !shown.contains("no-key"),
            "{shown}"
        );
    }
    let keyless = json!({"provider": "custom", "model": "m", "baseUrl": "http://localhost:9"});
    assert_eq!(built(&shop, json!({"model": keyless}))["headers"].get("authorization"), None);
    assert!(shop.transport().requests().is_empty());
}

#[test]
fn a_dry_run_may_be_for_a_stream_and_happens_in_a_page_too() {
    let options = ClientOptions { refuse_provider_calls: true, ..ClientOptions::default() };
    let shop = Shop::with(options, []);
    assert_eq!(built(&shop, json!({"stream": true}))["body"]["stream"], true);
    assert_eq!(built(&shop, json!({"stream": false}))["body"].get("stream"), None);
}

#[test]
fn a_dry_run_fails_where_the_call_would_before_it_is_sent() {
    let shop = Shop::new([]);
    let openai = json!({"provider": "openai", "model": "gpt-4.1"});
    let rows = [
        (json!({"model": "gone"}), ErrorKind::ModelNotFound),
        (json!({"model": openai}), ErrorKind::MissingApiKey),
        (json!({"prompt": null}), ErrorKind::InvalidInput),
        (json!({"stream": "yes"}), ErrorKind::InvalidInput),
        (json!({"steam": true}), ErrorKind::InvalidInput),
    ];
    for (extra, kind) in rows {
        let error = shop.run(shop.client.build_request(&call(extra.clone()))).unwrap_err();
        assert_eq!(error.kind(), kind, "{extra}");
    }
}

#[test]
fn r61b_a_dry_run_shows_what_was_learned() {
    let refusal = json!({"error": {"message": "Unknown parameter: 'temperature'.", "param": "temperature"}});
    let shop = Shop::new([Reply::json(400, &refusal), answer("Hello")]);
    shop.generate(json!({})).unwrap();
    let shown = built(&shop, json!({}));
    assert_eq!((shown["body"].get("temperature"), &shown["warnings"][0]["code"]), (None, &json!("healed")));
}

#[test]
fn r36_what_a_wire_leaves_out_is_refused_where_that_is_wanted() {
    let model = json!({"provider": "openai", "model": "gpt-4.1", "api": "responses", "apiKey": CANARY});
    let call = json!({"model": model, "prompt": "Hi", "modelConfig": {"stopSequences": ["END"]}});
    let built = |on_unsupported| {
        let shop = Shop::with(ClientOptions { on_unsupported, ..in_shop() }, []);
        shop.run(shop.client.build_request(&call))
    };
    let warnings = built(OnUnsupported::Warn).unwrap().warnings;
    assert!(warnings.iter().any(|warning| warning.field == "stopSequences"));
    let error = built(OnUnsupported::Error).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::UnsupportedParameter, Some("stopSequences")));
}

fn in_shop() -> ClientOptions {
    ClientOptions {
        product: Some("shop".to_owned()),
        env: Some("dev".to_owned()),
        ..ClientOptions::default()
    }
}
