//! Who answers when the model that was named does not: which errors lead on, what each target brings, what is reported.

use ductape_models::ErrorKind;
use ductape_models::chat::StreamPart;
use ductape_models::client::Outcome;
use ductape_models::client::ports::Clock;
use serde_json::Value;
use serde_json::json;

use super::fakes::Reply;
use super::shop::CANARY;
use super::shop::Shop;
use super::shop::answer;
use super::shop::call;
use super::shop::delta;
use super::shop::ending;
use super::shop::failure;
use super::shop::text_of;

/// A shop that repeats nothing, with the models `chat`, `spare` and `last`.
fn shop(replies: impl IntoIterator<Item = Reply>) -> Shop {
    let shop = Shop::once(replies);
    for tag in ["chat", "spare", "last"] {
        shop.store(tag, json!({"apiKey": format!("key-of-{tag}")}), json!({"model": format!("{tag}-1")}));
    }
    shop
}

fn with_spare() -> Value {
    json!({"model": "chat", "fallback": ["spare"]})
}

fn urls(shop: &Shop) -> Vec<String> {
    shop.transport().requests().into_iter().map(|request| request.url).collect()
}

fn codes(outcome: &Outcome) -> Vec<Option<&str>> {
    outcome.attempts.iter().map(|attempt| attempt.code).collect()
}

#[test]
fn r61_another_model_answers_and_says_so() {
    let shop = shop([failure(401, "bad key"), answer("Hello")]);
    let outcome = shop.generate(with_spare()).unwrap();
    assert_eq!((outcome.completion.text.as_str(), outcome.served.tag.as_deref()), ("Hello", Some("spare")));
    assert_eq!(outcome.served.model, "spare-1");
    let shown = serde_json::to_value(&outcome).unwrap();
    let expected = json!([
        {"tag": "chat", "provider": "custom", "model": "chat-1", "status": 401, "code": "auth_failed"},
        {"tag": "spare", "provider": "custom", "model": "spare-1", "status": 200},
    ]);
    assert_eq!(shown["attempts"], expected);
}

#[test]
fn r61_each_target_brings_its_own_key_and_address() {
    let shop = shop([failure(404, "no such model"), failure(500, "down"), answer("Hello")]);
    shop.generate(json!({"model": "chat", "fallback": ["spare", "last"]})).unwrap();
    let sent = shop.transport().requests();
    for (request, tag) in sent.iter().zip(["chat", "spare", "last"]) {
        assert_eq!(request.url, format!("http://localhost:9/{tag}/chat/completions"));
        let key = request.headers.iter().find(|(name, _)| name == "authorization").unwrap();
        assert_eq!(key.1.expose(), format!("Bearer key-of-{tag}"));
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["model"], format!("{tag}-1"));
    }
}

#[test]
fn r61_which_errors_lead_on() {
    let quota = json!({"error": {"message": "no credit", "code": "insufficient_quota"}});
    let garbage = || Reply::status(200).chunk("garbage");
    let leading = [
        (Reply::unreachable("ECONNREFUSED"), "network"),
        (failure(401, "no"), "auth_failed"),
        (failure(403, "no"), "permission_denied"),
        (failure(404, "no"), "not_found"),
        (failure(408, "no"), "timeout"),
        (failure(410, "no"), "model_retired"),
        (failure(429, "no"), "rate_limited"),
        (failure(503, "no"), "overloaded"),
        (Reply::json(429, &quota), "quota_exceeded"),
        (garbage(), "bad_response"),
    ];
    for (reply, code) in leading {
        let shop = shop([reply, answer("Hello")]);
        let outcome = shop.generate(with_spare()).unwrap();
        assert_eq!(codes(&outcome), [Some(code), None]);
    }
}

#[test]
fn r61_which_errors_surface_at_once() {
    let long = json!({"error": {"message": "too long", "code": "context_length_exceeded"}});
    let filtered = json!({"error": {"message": "no", "code": "content_filter"}});
    let final_ones = [
        (failure(400, "no"), ErrorKind::BadRequest),
        (failure(422, "no"), ErrorKind::BadRequest),
        (Reply::json(400, &long), ErrorKind::ContextLength),
        (Reply::json(400, &filtered), ErrorKind::ContentFiltered),
        (Reply::status(302).header("location", "https://evil.example"), ErrorKind::RedirectRefused),
    ];
    for (reply, kind) in final_ones {
        let shop = shop([reply]);
        assert_eq!(shop.generate(with_spare()).unwrap_err().kind(), kind);
    }
}

#[test]
fn r61_it_is_off_unless_configured() {
    let shop = shop([failure(404, "no")]);
    assert_eq!(shop.generate(json!({"model": "chat"})).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn r61_the_models_own_list_counts_and_the_calls_wins() {
    let shop = shop([
        failure(503, "busy"),
        answer("spare"),
        failure(503, "busy"),
        answer("last"),
        failure(503, "busy"),
    ]);
    shop.store("main", json!({"apiKey": CANARY}), json!({"fallback": ["spare"]}));
    let served = |options: Value| shop.generate(options).map(|outcome| outcome.served.tag.unwrap());
    assert_eq!(served(json!({"model": "main"})).unwrap(), "spare");
    assert_eq!(served(json!({"model": "main", "fallback": ["last"]})).unwrap(), "last");
    assert_eq!(served(json!({"model": "main", "fallback": []})).unwrap_err().kind(), ErrorKind::Overloaded);
}

#[test]
fn r61_a_stand_ins_own_list_is_not_followed() {
    let shop = shop([failure(503, "busy"), failure(503, "busy")]);
    shop.store("main", json!({"apiKey": CANARY}), json!({"fallback": ["last"]}));
    shop.generate(json!({"model": "chat", "fallback": ["main"]})).unwrap_err();
    assert_eq!(shop.transport().requests().len(), 2);
}

#[test]
fn r61_a_model_does_not_stand_in_for_itself() {
    let shop = shop([failure(503, "busy")]);
    shop.generate(json!({"model": "chat", "fallback": ["chat"]})).unwrap_err();
    assert_eq!(shop.transport().requests().len(), 1);
}

#[test]
fn r61_a_target_that_cannot_be_used_is_noted_and_passed_over() {
    let shop = shop([failure(503, "busy"), answer("Hello")]);
    shop.store("off", json!({"apiKey": CANARY, "active": false}), json!({}));
    shop.store("lost", json!({"keyRef": "vault/none"}), json!({}));
    let options = json!({"model": "chat", "fallback": ["gone", "off", "lost", "last"]});
    let outcome = shop.generate(options).unwrap();
    let shown = serde_json::to_value(&outcome).unwrap();
    assert_eq!(shown["attempts"][1], json!({"tag": "gone", "code": "model_not_found"}));
    assert_eq!(
        codes(&outcome),
        [Some("overloaded"), Some("model_not_found"), Some("env_inactive"), Some("missing_api_key"), None]
    );
    assert_eq!(outcome.served.tag.as_deref(), Some("last"));
}

#[test]
fn r61_the_last_real_error_surfaces_with_every_attempt() {
    let shop = shop([failure(503, "busy"), failure(404, "gone")]);
    let error = shop.generate(json!({"model": "chat", "fallback": ["spare", "missing"]})).unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::NotFound, Some(404)));
    let attempts = error.detail("attempts").unwrap().as_array().unwrap();
    let tags: Vec<_> = attempts.iter().map(|attempt| attempt["tag"].as_str().unwrap()).collect();
    assert_eq!(tags, ["chat", "spare", "missing"]);
    assert!(!super::shop::shown(&error).contains("key-of"));
}

#[test]
fn r61_the_named_models_own_mistakes_surface_at_once() {
    let shop = shop([]);
    shop.store("off", json!({"apiKey": CANARY, "active": false}), json!({}));
    for (tag, kind) in [("off", ErrorKind::EnvInactive), ("gone", ErrorKind::ModelNotFound)] {
        let error = shop.generate(json!({"model": tag, "fallback": ["spare"]})).unwrap_err();
        assert_eq!((error.kind(), error.detail("attempts")), (kind, None));
    }
    assert!(shop.transport().requests().is_empty());
}

#[test]
fn r61_a_wrong_list_is_named() {
    for (list, field) in [(json!("spare"), "fallback"), (json!(["A B"]), "fallback[0]")] {
        let error = shop([]).generate(json!({"model": "chat", "fallback": list})).unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidInput, Some(field)));
    }
}

#[test]
fn r61_each_target_has_its_own_retries() {
    let replies = [failure(503, "a"), failure(503, "b"), failure(503, "c"), answer("Hello")];
    let shop = Shop::retrying(1, replies);
    shop.store("chat", json!({}), json!({}));
    shop.store("spare", json!({}), json!({}));
    let outcome = shop.generate(with_spare()).unwrap();
    let tags: Vec<_> = outcome.attempts.iter().map(|attempt| attempt.tag.as_deref().unwrap()).collect();
    assert_eq!(tags, ["chat", "chat", "spare", "spare"]);
    let waits: Vec<_> = outcome.attempts.iter().map(|attempt| attempt.delay_ms.is_some()).collect();
    assert_eq!(waits, [true, false, true, false]);
}

#[test]
fn r61_runtime_settings_hold_for_all_and_stored_ones_for_their_own() {
    let shop = Shop::once([failure(503, "a"), answer("Hello")]);
    shop.store("chat", json!({}), json!({"topP": 0.1, "maxTokens": 5}));
    shop.store("spare", json!({}), json!({"topP": 0.2, "maxTokens": 6}));
    let runtime = json!({"model": "chat", "fallback": ["spare"], "modelConfig": {"maxTokens": 7}});
    shop.generate(runtime).unwrap();
    let bodies: Vec<Value> =
        shop.transport().requests().iter().map(|sent| serde_json::from_slice(&sent.body).unwrap()).collect();
    assert_eq!((&bodies[0]["top_p"], &bodies[1]["top_p"]), (&json!(0.1), &json!(0.2)));
    assert_eq!((&bodies[0]["max_tokens"], &bodies[1]["max_tokens"]), (&json!(7), &json!(7)));
}

#[test]
fn r61_the_calls_provider_options_stay_with_the_provider_they_are_for() {
    let shop = Shop::once([failure(503, "a"), failure(503, "b"), answer("Hello")]);
    shop.store("chat", json!({}), json!({}));
    shop.store("alike", json!({}), json!({}));
    shop.store("other", json!({"apiKey": CANARY, "baseUrl": null}), json!({"provider": "openai"}));
    let options = json!({"model": "chat", "fallback": ["alike", "other"], "providerOptions": {"top_k": 4}});
    let outcome = shop.generate(options).unwrap();
    let sent: Vec<Value> =
        shop.transport().requests().iter().map(|sent| serde_json::from_slice(&sent.body).unwrap()).collect();
    assert_eq!((&sent[0]["top_k"], &sent[1]["top_k"]), (&json!(4), &json!(4)));
    assert_eq!(sent[2].get("top_k"), None);
    let warning = &outcome.completion.warnings[0];
    assert_eq!((warning.code, warning.field.as_str()), ("dropped", "providerOptions"));
}

#[test]
fn r61_an_inline_model_falls_back_to_stored_ones() {
    let shop = shop([failure(503, "busy"), answer("Hello")]);
    let outcome = shop.generate(json!({"fallback": ["spare"]})).unwrap();
    assert_eq!((outcome.served.tag.as_deref(), outcome.attempts[0].tag.as_deref()), (Some("spare"), None));
}

#[test]
fn r61_the_timeout_of_an_attempt_leads_on_and_the_total_limit_ends_all() {
    let shop = shop([Reply::silent(), answer("Hello"), Reply::silent(), Reply::silent()]);
    let mut options = with_spare();
    options["timeout"] = json!(100);
    assert_eq!(codes(&shop.generate(options.clone()).unwrap()), [Some("timeout"), None]);
    assert_eq!(shop.elapsed(), 100);
    options["timeout"] = json!({"totalMs": 150});
    options["modelConfig"] = json!({"timeout": 100});
    let error = shop.generate(options).unwrap_err();
    assert_eq!(error.detail("phase"), Some(&json!("total")));
    assert_eq!(error.detail("attempts").unwrap().as_array().unwrap().len(), 1);
    assert_eq!(shop.elapsed(), 250);
}

#[test]
fn r61_a_wait_that_does_not_fit_leads_on_at_once() {
    let shop = Shop::new([failure(429, "later").header("retry-after", "61"), answer("Hello")]);
    shop.store("chat", json!({}), json!({}));
    shop.store("spare", json!({}), json!({}));
    shop.generate(with_spare()).unwrap();
    assert_eq!(shop.elapsed(), 0);
}

#[test]
fn r60_a_stream_falls_back_before_its_first_content() {
    let busy = json!({"error": {"message": "overloaded", "type": "server_error", "code": 503}}).to_string();
    for first in [failure(503, "busy"), Reply::events(&[&busy]), Reply::events(&[]), Reply::unreachable("x")]
    {
        let shop = shop([first, ending(Reply::events(&[&delta("Hello")]))]);
        let options = call(with_spare());
        let (parts, served) = shop.run(async {
            let mut stream = shop.client.stream(&options).await.unwrap();
            let mut parts = Vec::new();
            while let Some(part) = stream.next().await.unwrap() {
                parts.push(part);
            }
            (parts, stream.outcome())
        });
        assert_eq!(text_of(&parts), "Hello");
        assert_eq!((served.served.tag.as_deref(), served.attempts.len()), (Some("spare"), 2));
        assert_eq!(parts.iter().filter(|part| matches!(part, StreamPart::ResponseStart { .. })).count(), 1);
    }
}

#[test]
fn r60_nothing_falls_back_once_content_was_delivered() {
    let shop = shop([Reply::events(&[&delta("Hel")]).broken("ECONNRESET")]);
    let (parts, error) = shop.stream(with_spare());
    assert_eq!((text_of(&parts).as_str(), error.unwrap().kind()), ("Hel", ErrorKind::Network));
    assert_eq!(urls(&shop).len(), 1);
}

#[test]
fn r57_an_abort_ends_the_stand_in_too() {
    let shop = shop([failure(503, "busy").late(30), Reply::silent()]);
    let options = call(with_spare());
    let error = shop.run(shop.client.generate_until(&options, shop.clock.sleep(40))).unwrap_err();
    assert_eq!((error.kind(), shop.elapsed()), (ErrorKind::Aborted, 40));
    assert_eq!(shop.transport().given_up(), 1);
}
