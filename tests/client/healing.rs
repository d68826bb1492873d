//! Calls that a provider refuses over one field: sent once more without it, with a warning, and remembered.

use ductape_models::ErrorKind;
use ductape_models::catalog::OnUnsupported;
use ductape_models::chat::StreamPart;
use ductape_models::client::ClientOptions;
use ductape_models::client::Outcome;
use serde_json::Value;
use serde_json::json;

use super::fakes::Reply;
use super::shop::CANARY;
use super::shop::Shop;
use super::shop::answer;
use super::shop::delta;
use super::shop::ending;
use super::shop::failure;

fn unsupported(field: &str) -> Reply {
    let message = format!("Unsupported parameter: '{field}' is not supported with this model.");
    let error = json!({"message": message, "type": "invalid_request_error", "param": field, "code": "unsupported_parameter"});
    Reply::json(400, &json!({"error": error})).header("x-should-retry", "false")
}

fn bodies(shop: &Shop) -> Vec<Value> {
    let requests = shop.transport().requests();
    requests.iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
}

fn healed(outcome: &Outcome) -> Vec<&str> {
    let warnings = outcome.completion.warnings.iter().filter(|warning| warning.code == "healed");
    warnings.map(|warning| warning.field.as_str()).collect()
}

fn with(on_unsupported: OnUnsupported, replies: impl IntoIterator<Item = Reply>) -> Shop {
    Shop::with(ClientOptions { on_unsupported, ..ClientOptions::default() }, replies)
}

#[test]
fn r61b_the_refused_parameter_is_dropped_and_the_call_sent_once_more() {
    let shop = Shop::new([unsupported("top_p"), answer("Hello")]);
    let outcome = shop.generate(json!({"modelConfig": {"topP": 0.5, "maxTokens": 9}})).unwrap();
    assert_eq!((outcome.completion.text.as_str(), healed(&outcome)), ("Hello", vec!["top_p"]));
    let [first, second] = bodies(&shop).try_into().unwrap();
    let mut expected: Value = first.clone();
    expected.as_object_mut().unwrap().remove("top_p");
    assert_eq!((&first["top_p"], second), (&json!(0.5), expected));
    let shown = serde_json::to_value(&outcome).unwrap();
    assert_eq!(
        shown["attempts"][0],
        json!({"provider": "custom", "model": "m", "status": 400, "code": "unsupported_parameter"})
    );
    assert_eq!(shop.elapsed(), 0);
}

#[test]
fn r61b_the_next_call_drops_it_before_sending() {
    let shop = Shop::new([
        unsupported("temperature"),
        answer("1"),
        answer("2"),
        ending(Reply::events(&[&delta("3")])),
    ]);
    shop.generate(json!({})).unwrap();
    let outcome = shop.generate(json!({})).unwrap();
    assert_eq!((outcome.attempts.len(), healed(&outcome)), (1, vec!["temperature"]));
    let (parts, _) = shop.stream(json!({}));
    assert!(
        parts.iter().any(|part| matches!(part, StreamPart::Warning { warning } if warning.code == "healed"))
    );
    let had: Vec<_> = bodies(&shop).iter().map(|body| body.get("temperature").is_some()).collect();
    assert_eq!(had, [true, false, false, false]);
}

#[test]
fn r61b_what_one_model_refuses_is_sent_to_others() {
    let shop = Shop::new([unsupported("temperature"), answer("1"), answer("2"), answer("3"), answer("4")]);
    shop.generate(json!({})).unwrap();
    for (model, url, has) in [
        ("n", "http://localhost:9", true),
        ("m", "http://localhost:10", true),
        ("m", "http://localhost:9/v2", false),
    ] {
        let model = json!({"provider": "custom", "model": model, "baseUrl": url, "apiKey": CANARY});
        shop.generate(json!({"model": model})).unwrap();
        assert_eq!(bodies(&shop).last().unwrap().get("temperature").is_some(), has, "{url}");
    }
}

#[test]
fn r61b_a_call_without_the_parameter_has_no_warning() {
    let shop = Shop::new([unsupported("top_p"), answer("1"), answer("2")]);
    shop.generate(json!({"modelConfig": {"topP": 0.5}})).unwrap();
    assert!(healed(&shop.generate(json!({})).unwrap()).is_empty());
}

#[test]
fn r61b_a_limit_is_sent_under_the_name_that_the_provider_takes() {
    let shop = Shop::new([unsupported("max_tokens"), answer("1"), answer("2")]);
    let limited = json!({"modelConfig": {"maxTokens": 9}});
    let outcome = shop.generate(limited.clone()).unwrap();
    assert_eq!(healed(&outcome), ["max_tokens"]);
    shop.generate(limited).unwrap();
    for body in &bodies(&shop)[1..] {
        assert_eq!((body.get("max_tokens"), &body["max_completion_tokens"]), (None, &json!(9)));
    }
}

#[test]
fn r61b_it_happens_once_per_call() {
    let shop = Shop::new([unsupported("temperature"), unsupported("top_p"), answer("Hello")]);
    let chosen = json!({"modelConfig": {"topP": 0.5}});
    let error = shop.generate(chosen.clone()).unwrap_err();
    assert_eq!((error.kind(), shop.transport().requests().len()), (ErrorKind::UnsupportedParameter, 2));
    // The first complaint was met, so it is not made again.
    let error_free = shop.generate(chosen).unwrap();
    assert_eq!(healed(&error_free), ["temperature"]);
}

#[test]
fn r61b_two_refusals_are_healed_by_the_third_call_at_the_latest() {
    let shop = Shop::new([
        unsupported("max_tokens"),
        unsupported("temperature"),
        unsupported("temperature"),
        answer("Hello"),
    ]);
    let limited = json!({"modelConfig": {"maxTokens": 9}});
    shop.generate(limited.clone()).unwrap_err();
    assert_eq!(healed(&shop.generate(limited).unwrap()), ["max_tokens", "temperature"]);
}

#[test]
fn r61b_a_change_that_did_not_help_is_not_remembered() {
    let shop = Shop::new([unsupported("temperature"), failure(400, "still no"), answer("Hello")]);
    assert_eq!(shop.generate(json!({})).unwrap_err().to_string(), "custom answered 400: still no");
    shop.generate(json!({})).unwrap();
    assert_eq!(bodies(&shop)[2]["temperature"], 0.7);
}

#[test]
fn r61b_a_renamed_limit_that_is_refused_too_is_not_remembered() {
    let shop = Shop::new([unsupported("max_tokens"), unsupported("max_completion_tokens"), answer("Hello")]);
    let limited = json!({"modelConfig": {"maxTokens": 9}});
    shop.generate(limited.clone()).unwrap_err();
    shop.generate(limited).unwrap();
    assert_eq!(bodies(&shop)[2]["max_tokens"], 9);
}

#[test]
fn r61b_stream_options_are_left_out_where_a_server_does_not_know_them() {
    let refusals = [
        failure(400, "stream_options: unexpected"),
        Reply::json(
            422,
            &json!({"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]}),
        ),
    ];
    for refusal in refusals {
        let hello = || ending(Reply::events(&[&delta("Hello")]));
        let shop = with(OnUnsupported::Error, [refusal, hello(), hello()]);
        for _ in 0..2 {
            let (parts, error) = shop.stream(json!({}));
            assert!(error.is_none(), "{error:?}");
            assert_eq!(super::shop::text_of(&parts), "Hello");
        }
        let had: Vec<_> = bodies(&shop).iter().map(|body| body.get("stream_options").is_some()).collect();
        assert_eq!(had, [true, false, false]);
    }
}

#[test]
fn r61b_what_is_the_call_itself_is_never_dropped() {
    for field in ["messages", "model", "response_format", "tools"] {
        let shop = Shop::new([unsupported(field)]);
        let tool = json!({"name": "t", "parameters": {"type": "object"}});
        let options = json!({"tools": [tool], "schema": {"type": "object"}});
        assert_eq!(shop.generate(options).unwrap_err().kind(), ErrorKind::UnsupportedParameter, "{field}");
    }
}

#[test]
fn r61b_whoever_wants_errors_loses_nothing_that_they_chose() {
    let shop =
        with(OnUnsupported::Error, [unsupported("temperature"), unsupported("temperature"), answer("Hello")]);
    let error = shop.generate(json!({"modelConfig": {"temperature": 0.2}})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedParameter);
    assert_eq!(healed(&shop.generate(json!({})).unwrap()), ["temperature"], "a default is nobody's choice");
}

#[test]
fn r61b_an_error_in_a_stream_heals_too() {
    let refused = json!({"error": {"message": "Unknown parameter: 'temperature'.", "type": "invalid_request_error", "code": 400}});
    let shop = Shop::new([Reply::events(&[&refused.to_string()]), ending(Reply::events(&[&delta("Hello")]))]);
    let (parts, error) = shop.stream(json!({}));
    assert!(error.is_none(), "{error:?}");
    assert_eq!(super::shop::text_of(&parts), "Hello");
}

#[test]
fn r61b_retries_are_not_counted_anew() {
    let busy = || failure(503, "busy");
    let shop = Shop::retrying(1, [busy(), unsupported("temperature"), busy()]);
    assert_eq!(shop.generate(json!({})).unwrap_err().kind(), ErrorKind::Overloaded);
}
