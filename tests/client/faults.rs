//! What the world does wrong, and that each wrong is one typed error: no hang, no half answer, no key in sight.

use base64ct::Base64;
use base64ct::Base64UrlUnpadded;
use base64ct::Encoding;
use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::chat::Finish;
use ductape_models::chat::StreamPart;
use serde_json::json;

use super::fakes::Fault;
use super::fakes::Reply;
use super::shop::CANARY;
use super::shop::Shop;
use super::shop::answer_json;
use super::shop::delta;
use super::shop::failure;
use super::shop::shown;
use super::shop::text_of;

#[test]
fn a_provider_that_closes_in_mid_stream_leaves_what_came() {
    let (parts, error) = Shop::new([Reply::events(&[&delta("Hello, wor")])]).stream(json!({}));
    assert!(error.is_none(), "{error:?}");
    assert_eq!(text_of(&parts), "Hello, wor");
    let Some(StreamPart::Finish { finish_reason, usage }) = parts.last() else { panic!("{parts:?}") };
    assert_eq!(finish_reason.unified, Finish::Interrupted);
    assert!(usage.as_ref().is_some_and(|usage| usage.estimated && usage.output_tokens == Some(3)));
}

#[test]
fn half_a_character_at_the_end_hangs_nothing_and_invents_nothing() {
    let mut bytes = format!("data: {}\n\ndata: ", delta("Hello")).into_bytes();
    bytes.extend_from_slice(&"{\"x\": \"é".as_bytes()[..8]);
    let (parts, _) = Shop::new([Reply::status(200).chunk(bytes)]).stream(json!({}));
    assert_eq!(text_of(&parts), "Hello");
}

#[test]
fn a_character_cut_between_chunks_arrives_whole() {
    let bytes = format!("data: {}\n\n", delta("naïve 🦀")).into_bytes();
    let reply = bytes.iter().fold(Reply::status(200), |reply, byte| reply.chunk([*byte]));
    let (parts, error) = Shop::new([reply]).stream(json!({}));
    assert!(error.is_none(), "{error:?}");
    assert_eq!(text_of(&parts), "naïve 🦀");
}

#[test]
fn a_web_page_is_no_answer() {
    let page = "\n<!DOCTYPE html><title>Welcome</title>";
    let whole = Shop::new([Reply::status(200).chunk(page)]).generate(json!({})).unwrap_err();
    let (_, streamed) = Shop::new([Reply::status(200).chunk(page)]).stream(json!({}));
    for error in [whole, streamed.unwrap()] {
        assert_eq!((error.kind(), error.retryable()), (ErrorKind::BadResponse, false));
    }
    let error =
        Shop::once([Reply::status(502).chunk("<h1>Bad gateway</h1>")]).generate(json!({})).unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Overloaded, Some(502)));
}

#[test]
fn an_endless_line_is_bounded() {
    let mut reply = Reply::events(&[&delta("Hello")]).chunk("data: ");
    for _ in 0..600 {
        reply = reply.chunk(vec![b'x'; 64 << 10]);
    }
    let shop = Shop::new([reply.hang()]);
    let (parts, error) = shop.stream(json!({}));
    let error = error.unwrap();
    assert_eq!((text_of(&parts).as_str(), error.kind()), ("Hello", ErrorKind::LimitExceeded));
    assert_eq!(shop.transport().given_up(), 1);
}

#[test]
fn an_endless_answer_is_bounded() {
    let endless = |first: &str| {
        let start = Reply::status(200).chunk(first);
        (0..65).fold(start, |reply, _| reply.chunk(vec![b' '; 1 << 20])).hang()
    };
    let whole = Shop::new([endless("{")]).generate(json!({})).unwrap_err();
    let (_, streamed) = Shop::new([endless("{")]).stream(json!({}));
    let (_, blank) = Shop::new([endless(" ")]).stream(json!({}));
    for error in [whole, streamed.unwrap(), blank.unwrap()] {
        assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    }
}

#[test]
fn an_endless_error_is_cut() {
    let reply = (0..100).fold(Reply::status(400), |reply, _| reply.chunk(vec![b'x'; 1 << 10])).hang();
    let error = Shop::once([reply]).generate(json!({})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    assert!(shown(&error).len() < 10_000, "the body is not repeated whole");
}

#[test]
fn an_error_whose_body_breaks_keeps_its_status() {
    let reply = Reply::status(401).chunk("{\"error\"").broken("ECONNRESET");
    assert_eq!(Shop::once([reply]).generate(json!({})).unwrap_err().status(), Some(401));
}

#[test]
fn a_torn_or_foreign_answer_is_a_bad_response() {
    for body in ["{\"choices\": [", "", "[]", "null", "hello", "\u{feff}"] {
        let error = Shop::once([Reply::status(200).chunk(body)]).generate(json!({})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadResponse, "{body}");
    }
}

#[test]
fn r63_storage_faults_are_typed_and_nothing_is_sent() {
    for fault in Fault::ALL {
        let shop = Shop::new([]);
        shop.create(json!({"apiKey": CANARY}));
        let storage = &shop.client.ports().storage;
        storage.forget_calls();
        (0..10).for_each(|index| storage.fault_at(index, fault));
        let error = shop.generate(json!({"model": "chat"})).unwrap_err();
        let expected = match fault {
            Fault::WrongValue => &[ErrorKind::RecordCorrupt, ErrorKind::StorageContract][..],
            _ => &[ErrorKind::StorageError],
        };
        assert!(expected.contains(&error.kind()), "{fault:?}: {error:?}");
        assert!(shop.transport().requests().is_empty());
    }
}

#[test]
fn r33_an_unknown_tag_has_its_own_code() {
    let error = Shop::new([]).generate(json!({"model": "claude-sonnet"})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelNotFound);
}

/// Every form in which a provider may echo the key.
fn echoes() -> Vec<String> {
    let percent = "sk-canary%2F7f%2B3a%3D%3D4d%22c2e1".to_owned();
    let bytes = CANARY.as_bytes();
    vec![
        CANARY.to_owned(),
        format!("Bearer {CANARY}"),
        Base64::encode_string(bytes),
        Base64UrlUnpadded::encode_string(bytes),
        percent.replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d"),
        percent,
    ]
}

/// Ways to fail with `echo` in them.
fn failing_replies(echo: &str) -> Vec<Reply> {
    let long = format!("{}{echo}{}", "x".repeat(2_036), "y".repeat(50));
    let error = json!({"error": {"message": echo, "type": echo, "code": echo, "param": echo}});
    let mut malformed = answer_json("x");
    malformed["choices"] = json!(echo);
    vec![
        failure(401, echo),
        failure(500, &long),
        Reply::json(400, &error),
        Reply::json(403, &json!({"detail": echo})),
        Reply::json(200, &error),
        Reply::json(200, &malformed),
        Reply::status(401).header("x-request-id", echo).chunk(format!("<p>{echo}</p>")),
        Reply::status(401).chunk(format!("{}{echo}", "z".repeat(2_036))),
        Reply::status(200).chunk(format!("<p>{echo}</p>")),
        Reply::status(302).header("location", &format!("https://evil.example/{echo}")),
        Reply::unreachable(&format!("invalid header value {echo}")),
        Reply::status(200).chunk("{").broken(echo),
        Reply::events(&[&error.to_string()]),
        Reply::events(&[&delta("Hello"), &error.to_string()]),
        Reply::events(&[&delta(&echo[..4]), &delta(&echo[4..])]).broken(echo),
        Reply::events(&[&delta("Hello")]).event(echo).broken(echo),
    ]
}

fn assert_clean(error: &Error, what: &str) {
    let text = shown(error);
    for trace in ["canary", "7f+3a", "2e1", &Base64::encode_string(CANARY.as_bytes())[..10]] {
        assert!(!text.contains(trace), "{what}: {trace} in {text}");
    }
}

#[test]
fn r62_no_error_carries_the_key_whatever_the_provider_echoes() {
    for echo in echoes() {
        for (index, reply) in failing_replies(&echo).into_iter().enumerate() {
            let whole = Shop::once([reply.clone()]).generate(json!({}));
            let (_, streamed) = Shop::once([reply]).stream(json!({}));
            assert!(whole.is_err() || streamed.is_some(), "reply {index} fails nowhere");
            for error in whole.err().into_iter().chain(streamed) {
                assert_clean(&error, &format!("reply {index}"));
            }
        }
    }
}

#[test]
fn r62_options_that_are_refused_do_not_repeat_the_key() {
    for extra in
        [json!({"model": CANARY}), json!({"env": CANARY}), json!({"modelConfig": {"apiKey": CANARY}})]
    {
        let error = Shop::new([]).generate(extra).unwrap_err();
        assert_clean(&error, "options");
    }
}
