//! `generate` from options to answer: what each step refuses, what is repeated and when, what cancels it.

use std::future::pending;
use std::future::ready;

use ductape_models::ErrorKind;
use ductape_models::chat::Finish;
use ductape_models::client::ClientOptions;
use ductape_models::client::ports::Clock;
use serde_json::Value;
use serde_json::json;

use super::fakes::Fault;
use super::fakes::Reply;
use super::shop::CANARY;
use super::shop::Shop;
use super::shop::answer;
use super::shop::answer_json;
use super::shop::call;
use super::shop::failure;

#[test]
fn r56_a_whole_answer_comes_with_its_circumstances() {
    let shop = Shop::new([answer("Hello")]);
    let outcome = shop.generate(json!({})).unwrap();
    assert_eq!(outcome.completion.finish_reason.unified, Finish::Stop);
    let shown = serde_json::to_value(&outcome).unwrap();
    assert_eq!(shown["text"], "Hello");
    assert_eq!(shown["usage"]["inputTokens"], 3);
    assert_eq!(shown["served"], json!({"tag": null, "provider": "custom", "model": "m", "env": "dev"}));
    assert_eq!(shown["attempts"], json!([{"provider": "custom", "model": "m", "status": 200}]));
}

#[test]
fn r56_a_schema_gives_an_object_and_bad_json_gives_none() {
    let schema = json!({"schema": {"type": "object", "properties": {"a": {"type": "number"}}}});
    let shop = Shop::new([answer("{\"a\": 1}"), answer("{\"a\": ")]);
    assert_eq!(shop.generate(schema.clone()).unwrap().completion.object.unwrap(), json!({"a": 1}));
    assert_eq!(shop.generate(schema).unwrap().completion.object, None);
}

#[test]
fn r33_unknown_options_are_refused_with_a_suggestion() {
    let error = Shop::new([]).generate(json!({"mesages": []})).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidInput, Some("mesages")));
    assert!(error.to_string().contains("did you mean messages?"), "{error}");
}

#[test]
fn r33_a_wire_that_a_provider_does_not_speak_is_refused() {
    let model =
        json!({"provider": "anthropic", "model": "claude-sonnet-5-5", "api": "chat", "apiKey": CANARY});
    let error = Shop::new([]).generate(json!({"model": model})).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidInput, Some("api")));
    assert!(error.to_string().contains("anthropic"), "{error}");
}

#[test]
fn r51_a_hosted_provider_needs_a_key_and_names_the_environment() {
    let error =
        Shop::new([]).generate(json!({"model": {"provider": "openai", "model": "gpt-4.1"}})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingApiKey);
    assert_eq!(error.detail("env"), Some(&json!("dev")));
}

#[test]
fn r14_a_custom_server_without_a_key_gets_no_authorization() {
    let shop = Shop::new([answer("Hello")]);
    let model = json!({"provider": "custom", "model": "m", "baseUrl": "http://localhost:9"});
    shop.generate(json!({"model": model})).unwrap();
    assert!(shop.transport().requests()[0].headers.iter().all(|(name, _)| name != "authorization"));
}

#[test]
fn r41_the_key_stands_in_one_header_and_nowhere_else() {
    let shop = Shop::new([answer("Hello")]);
    shop.generate(json!({})).unwrap();
    let request = &shop.transport().requests()[0];
    let carriers: Vec<_> =
        request.headers.iter().filter(|(_, value)| value.expose().contains(CANARY)).collect();
    assert_eq!(carriers.len(), 1);
    assert!(!format!("{request:?}").contains("canary"));
    assert!(!String::from_utf8_lossy(&request.body).contains("canary"));
}

#[test]
fn r66_a_page_is_refused_before_anything_is_sent() {
    let options = ClientOptions { refuse_provider_calls: true, ..ClientOptions::default() };
    let shop = Shop::with(options, []);
    assert_eq!(shop.generate(json!({})).unwrap_err().kind(), ErrorKind::BrowserRefused);
    assert!(shop.transport().requests().is_empty());
}

#[test]
fn r40_redirects_are_refused_and_never_repeated() {
    for status in [301, 302, 303, 307, 308, 0] {
        let shop = Shop::new([Reply::status(status).header("location", "https://evil.example/take?k=1")]);
        let error = shop.generate(json!({})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RedirectRefused, "{status}");
        assert_eq!(error.detail("location"), Some(&json!("https://evil.example")));
        assert_eq!(shop.transport().requests().len(), 1);
    }
}

#[test]
fn r59_which_statuses_are_repeated() {
    for status in [408, 409, 429, 500, 502, 503, 504, 529] {
        let shop = Shop::new([failure(status, "try again"), answer("Hello")]);
        let outcome = shop.generate(json!({})).unwrap();
        assert_eq!(outcome.attempts.len(), 2, "{status}");
        assert_eq!(outcome.attempts[0].status, Some(status));
        assert!(outcome.attempts[0].code.is_some() && outcome.attempts[0].delay_ms.is_some());
        assert_eq!((outcome.attempts[1].status, outcome.attempts[1].code), (Some(200), None));
    }
    for status in [400, 401, 402, 403, 404, 413, 422, 501] {
        let shop = Shop::new([failure(status, "no")]);
        let error = shop.generate(json!({})).unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.detail("attempts").unwrap().as_array().unwrap().len(), 1, "{status}");
    }
}

#[test]
fn r59_the_providers_word_outranks_the_status() {
    let never = Shop::new([failure(500, "no").header("x-should-retry", "false")]);
    never.generate(json!({})).unwrap_err();
    let again = Shop::new([failure(400, "hm").header("x-should-retry", "true"), answer("Hello")]);
    assert_eq!(again.generate(json!({})).unwrap().attempts.len(), 2);
}

#[test]
fn r59_an_empty_account_is_never_repeated() {
    let body = json!({"error": {"message": "no credit", "type": "insufficient_quota", "code": "insufficient_quota"}});
    let shop = Shop::new([Reply::json(429, &body)]);
    assert_eq!(shop.generate(json!({})).unwrap_err().kind(), ErrorKind::QuotaExceeded);
}

#[test]
fn r59_an_empty_account_stays_empty_whatever_the_server_advises() {
    let body = json!({"error": {"message": "no credit", "code": "insufficient_quota"}});
    let advised = Reply::json(429, &body).header("x-should-retry", "true").header("retry-after", "1");
    let shop = Shop::new([advised]);
    assert_eq!(shop.generate(json!({})).unwrap_err().kind(), ErrorKind::QuotaExceeded);
    assert_eq!(shop.elapsed(), 0);
}

#[test]
fn r59_a_connection_that_breaks_in_a_whole_answer_is_repeated() {
    let shop = Shop::new([Reply::status(200).chunk("{\"id\"").broken("ECONNRESET"), answer("Hello")]);
    let outcome = shop.generate(json!({})).unwrap();
    assert_eq!((outcome.attempts[0].code, outcome.completion.text.as_str()), (Some("network"), "Hello"));
}

#[test]
fn r59_a_failed_connection_is_repeated_and_the_last_error_surfaces() {
    let shop =
        Shop::new([Reply::unreachable("ECONNREFUSED"), Reply::unreachable("x"), Reply::unreachable("y")]);
    let error = shop.generate(json!({})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    let attempts = error.detail("attempts").unwrap().as_array().unwrap();
    assert_eq!(attempts.len(), 3);
    assert_eq!((&attempts[0]["code"], &attempts[2]["delayMs"]), (&json!("network"), &Value::Null));
}

#[test]
fn r59_max_retries_bounds_the_attempts() {
    let shop = Shop::once([failure(503, "busy")]);
    assert_eq!(shop.generate(json!({})).unwrap_err().kind(), ErrorKind::Overloaded);
}

#[test]
fn r59_the_wait_that_the_provider_asks_for_is_kept() {
    for (header, value, wait) in
        [("retry-after", "2", 2_000), ("retry-after-ms", "1500", 1_500), ("retry-after", "60", 60_000)]
    {
        let shop = Shop::new([failure(429, "slow down").header(header, value), answer("Hello")]);
        let outcome = shop.generate(json!({})).unwrap();
        assert_eq!(outcome.attempts[0].delay_ms, Some(wait), "{header}: {value}");
        assert_eq!(shop.sent_at(), [0, u64::from(wait)]);
    }
}

#[test]
fn r59_the_wait_in_a_body_is_kept_and_a_header_outranks_it() {
    let detail = json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.4s"});
    let error =
        json!({"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED", "details": [detail]});
    let refusal = || Reply::json(429, &json!({"error": error}));
    let shop = Shop::new([refusal(), refusal().header("retry-after", "2"), answer("Hello")]);
    shop.generate(json!({})).unwrap();
    assert_eq!(shop.sent_at(), [0, 34_400, 36_400]);
}

#[test]
fn r59_a_date_to_retry_after_is_relative_to_the_answer() {
    let reply = failure(503, "later")
        .header("date", "Sun, 22 Nov 2026 12:00:00 GMT")
        .header("retry-after", "Sun, 22 Nov 2026 12:00:07 GMT");
    let outcome = Shop::new([reply, answer("Hello")]).generate(json!({})).unwrap();
    assert_eq!(outcome.attempts[0].delay_ms, Some(7_000));
}

#[test]
fn r59_a_wait_of_more_than_a_minute_fails_at_once_and_says_how_long() {
    let shop = Shop::new([failure(429, "slow down").header("retry-after", "61")]);
    let error = shop.generate(json!({})).unwrap_err();
    assert_eq!((error.kind(), error.retry_after_ms()), (ErrorKind::RateLimited, Some(61_000)));
    assert_eq!(shop.elapsed(), 0);
}

#[test]
fn r59_a_wait_that_does_not_fit_the_total_limit_fails_at_once() {
    let shop = Shop::new([failure(429, "slow down").header("retry-after", "5")]);
    let error = shop.generate(json!({"timeout": {"totalMs": 4_000}})).unwrap_err();
    assert_eq!((error.kind(), error.retry_after_ms()), (ErrorKind::RateLimited, Some(5_000)));
}

#[test]
fn r59_waits_without_advice_grow_and_are_jittered() {
    let shop = Shop::new([failure(503, "busy"), failure(503, "busy"), answer("Hello")]);
    let outcome = shop.generate(json!({})).unwrap();
    let waits: Vec<_> = outcome.attempts.iter().filter_map(|attempt| attempt.delay_ms).collect();
    assert!(waits.len() == 2 && waits[0] <= 500 && waits[1] <= 1_000, "{waits:?}");
}

#[test]
fn r58_the_timeout_bounds_each_attempt_whole() {
    let slow_head = answer("Hello").late(200);
    let slow_body = Reply::status(200).chunk("{").wait(200);
    let shop = Shop::new([slow_head, slow_body, answer("Hello").late(99)]);
    let outcome = shop.generate(json!({"modelConfig": {"timeout": 100}})).unwrap();
    let codes: Vec<_> = outcome.attempts.iter().map(|attempt| attempt.code).collect();
    assert_eq!(codes, [Some("timeout"), Some("timeout"), None]);
    assert_eq!(shop.transport().given_up(), 2);
}

#[test]
fn r58_timeouts_name_their_phase() {
    for (timeout, phase) in [(json!(50), "attempt"), (json!({"totalMs": 50}), "total")] {
        let shop = Shop::once([Reply::silent()]);
        let error = shop.generate(json!({"timeout": timeout})).unwrap_err();
        assert_eq!((error.kind(), error.detail("phase")), (ErrorKind::Timeout, Some(&json!(phase))));
        assert_eq!((shop.elapsed(), shop.transport().given_up()), (50, 1));
    }
}

#[test]
fn r58_the_total_limit_covers_retries_and_their_waits() {
    let shop = Shop::new([Reply::unreachable("x").late(90), Reply::silent()]);
    let error = shop.generate(json!({"timeout": {"totalMs": 1_000}})).unwrap_err();
    assert_eq!(error.detail("phase"), Some(&json!("total")));
    assert_eq!(error.detail("attempts").unwrap().as_array().unwrap().len(), 1);
    assert_eq!(shop.elapsed(), 1_000);
}

#[test]
fn r58_the_total_limit_covers_the_time_before_the_request() {
    let shop = Shop::new([]);
    shop.create(json!({"apiKey": CANARY}));
    let storage = &shop.client.ports().storage;
    storage.forget_calls();
    storage.fault_at(0, Fault::Hang);
    let error = shop.generate(json!({"model": "chat", "timeout": {"totalMs": 70}})).unwrap_err();
    assert_eq!((error.kind(), error.detail("phase")), (ErrorKind::Timeout, Some(&json!("total"))));
    assert_eq!(shop.elapsed(), 70);
}

#[test]
fn r58_a_number_leaves_the_waits_between_attempts_unbounded() {
    let shop = Shop::new([failure(429, "slow down").header("retry-after", "9"), answer("Hello").late(90)]);
    shop.generate(json!({"timeout": 100})).unwrap();
    assert_eq!(shop.elapsed(), 9_090);
}

#[test]
fn r57_an_abort_ends_the_reading_of_the_record_too() {
    for reads in [0, 1] {
        // The first read resolves the call, the second one follows the refusal.
        let shop = Shop::new([failure(401, "bad key")]);
        shop.create(json!({"apiKey": CANARY}));
        let storage = &shop.client.ports().storage;
        storage.forget_calls();
        storage.fault_at(reads, Fault::Hang);
        let options = call(json!({"model": "chat"}));
        let aborted = shop.client.generate_until(&options, shop.clock.sleep(40));
        assert_eq!(shop.run(aborted).unwrap_err().kind(), ErrorKind::Aborted);
        assert_eq!((shop.elapsed(), shop.transport().requests().len()), (40, reads));
    }
}

#[test]
fn r57_an_abort_before_the_call_sends_nothing() {
    let shop = Shop::new([]);
    let options = call(json!({}));
    let error = shop.run(shop.client.generate_until(&options, ready(()))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Aborted);
    assert!(shop.transport().requests().is_empty());
}

#[test]
fn r57_an_abort_ends_every_phase_and_closes_the_connection() {
    let in_body = Reply::status(200).chunk("{\"id\"").hang();
    let in_wait = failure(429, "slow down").header("retry-after", "30");
    for (reply, given_up) in [(Reply::silent(), 1), (in_body, 1), (in_wait, 0)] {
        let shop = Shop::new([reply]);
        let options = call(json!({}));
        let aborted = shop.client.generate_until(&options, shop.clock.sleep(40));
        assert_eq!(shop.run(aborted).unwrap_err().kind(), ErrorKind::Aborted);
        assert_eq!((shop.elapsed(), shop.transport().given_up()), (40, given_up));
        assert_eq!(shop.transport().requests().len(), 1);
    }
}

#[test]
fn r57_a_call_that_nobody_aborts_is_left_alone() {
    let shop = Shop::new([answer("Hello")]);
    let options = call(json!({}));
    let outcome = shop.run(shop.client.generate_until(&options, pending())).unwrap();
    assert_eq!(outcome.completion.text, "Hello");
}

#[test]
fn r60_an_error_under_200_is_an_error() {
    let shop = Shop::once([failure(200, "the model is overloaded")]);
    assert!(shop.generate(json!({})).is_err());
    let mut body = answer_json("Hello");
    body["unknown"] = json!({"deep": [1]});
    assert!(Shop::new([Reply::json(200, &body)]).generate(json!({})).is_ok());
}
