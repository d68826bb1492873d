//! Calls to Anthropic from end to end: where the key goes, and what is tried when the API refuses an old signature.

use ductape_models::chat::StreamPart;
use serde_json::Value;
use serde_json::json;

use super::fakes::Reply;
use super::shop::CANARY;
use super::shop::Shop;
use super::shop::text_of;

fn model(headers: Value) -> Value {
    json!({"provider": "anthropic", "model": "claude-sonnet-5-5", "apiKey": CANARY, "headers": headers})
}

fn answer(text: &str) -> Reply {
    let content = json!([{"type": "text", "text": text}]);
    let usage = json!({"input_tokens": 3, "output_tokens": 2});
    Reply::json(200, &json!({"id": "msg_1", "content": content, "stop_reason": "end_turn", "usage": usage}))
}

#[test]
fn r41_the_key_stands_in_the_header_of_its_version_only() {
    for (headers, name, value) in [
        (json!({}), "x-api-key", CANARY.to_owned()),
        (json!({"Anthropic-Version": "2026-10-21"}), "authorization", format!("Bearer {CANARY}")),
    ] {
        let shop = Shop::new([answer("Hello")]);
        assert_eq!(shop.generate(json!({"model": model(headers)})).unwrap().completion.text, "Hello");
        let requests = shop.transport().requests();
        let sent = requests[0].headers.iter().filter(|(_, value)| value.expose().contains(CANARY));
        let sent: Vec<_> = sent.map(|(name, value)| (name.as_str(), value.expose())).collect();
        assert_eq!(sent, [(name, value.as_str())]);
        assert_eq!(requests[0].url, "https://api.anthropic.com/v1/messages");
        assert!(!String::from_utf8_lossy(&requests[0].body).contains(CANARY));
    }
}

#[test]
fn r61_a_refused_signature_is_left_out_once() {
    let refusal = json!({"type": "error", "error": {"type": "invalid_request_error",
        "message": "messages.1.content.0: Invalid `signature` in `thinking` block"}});
    let shop = Shop::new([Reply::json(400, &refusal), answer("Hello")]);
    let thought =
        json!({"type": "reasoning", "text": "b", "providerData": {"anthropic": {"signature": "old"}}});
    let messages = json!([
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": [thought, {"type": "text", "text": "c"}]},
        {"role": "user", "content": "d"},
    ]);
    let options = json!({"model": model(json!({})), "prompt": null, "messages": messages});
    let outcome = shop.generate(options).unwrap();
    assert_eq!(
        outcome.completion.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(),
        ["healed"]
    );
    let bodies: Vec<String> = shop
        .transport()
        .requests()
        .iter()
        .map(|request| String::from_utf8_lossy(&request.body).into_owned())
        .collect();
    assert_eq!(bodies.iter().map(|body| body.contains("\"old\"")).collect::<Vec<_>>(), [true, false]);
    assert!(bodies[1].contains("\"c\""));
}

#[test]
fn r60_an_overload_under_200_is_tried_again_before_content() {
    let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
    let start = json!({"type": "message_start", "message": {"id": "msg_1", "content": []}});
    let delta =
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}});
    let end =
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}});
    let stop = json!({"type": "message_stop"});
    let texts = [start, delta, end, stop].map(|event| event.to_string());
    let events: Vec<&str> = texts.iter().map(String::as_str).collect();
    let shop = Shop::retrying(1, [Reply::events(&[&error.to_string()]), Reply::events(&events)]);
    let (parts, failed) = shop.stream(json!({"model": model(json!({}))}));
    assert_eq!((text_of(&parts).as_str(), failed.is_none()), ("Hello", true));
    assert!(matches!(parts.last(), Some(StreamPart::Finish { .. })), "{parts:?}");
}
