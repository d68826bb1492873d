//! `stream` from the first byte to the last: what is repeated before the first content and what surfaces after it.

use std::future::pending;

use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::chat::Finish;
use ductape_models::chat::StreamPart;
use ductape_models::client::ports::Clock;
use serde_json::json;

use super::fakes::Reply;
use super::shop::Shop;
use super::shop::answer;
use super::shop::call;
use super::shop::delta;
use super::shop::ending;
use super::shop::failure;
use super::shop::text_of;

fn hello() -> Reply {
    ending(Reply::events(&[&delta("Hel"), &delta("lo")]))
}

fn finish_of(parts: &[StreamPart]) -> Finish {
    match parts.last() {
        Some(StreamPart::Finish { finish_reason, .. }) => finish_reason.unified,
        other => panic!("no finish: {other:?}"),
    }
}

#[test]
fn r56_a_stream_brings_text_and_one_finish() {
    let (parts, error) = Shop::new([hello()]).stream(json!({}));
    assert!(error.is_none(), "{error:?}");
    assert_eq!((text_of(&parts).as_str(), finish_of(&parts)), ("Hello", Finish::Stop));
    assert_eq!(parts.iter().filter(|part| matches!(part, StreamPart::Finish { .. })).count(), 1);
}

#[test]
fn r56_the_outcome_of_a_stream_is_that_of_generate() {
    let shop = Shop::new([hello(), answer("Hello")]);
    let options = call(json!({}));
    let streamed = shop.run(async {
        let mut stream = shop.client.stream(&options).await.unwrap();
        while stream.next().await.unwrap().is_some() {}
        serde_json::to_value(stream.outcome()).unwrap()
    });
    let whole = serde_json::to_value(shop.generate(json!({})).unwrap()).unwrap();
    for field in ["text", "content", "finishReason", "toolCalls", "served", "attempts", "warnings"] {
        assert_eq!(streamed[field], whole[field], "{field}");
    }
    assert_eq!(streamed["usage"]["outputTokens"], whole["usage"]["outputTokens"]);
}

#[test]
fn r56_the_pieces_of_a_stream_can_be_read_elsewhere() {
    let shop = Shop::new([hello()]);
    let options = call(json!({}));
    let mut pieces = shop.run(shop.client.stream(&options)).unwrap().into_parts();
    assert!(matches!(pieces.pending.first(), Some(StreamPart::ResponseStart { .. })));
    assert_eq!(text_of(&pieces.pending), "Hel");
    pieces.pending.extend(pieces.decoder.feed(format!("data: {}\n\n", delta("lo")).as_bytes()));
    pieces.pending.extend(pieces.decoder.feed(b"data: [DONE]\n\n"));
    pieces.pending.extend(pieces.decoder.finish());
    assert!(pieces.decoder.ended() && pieces.decoder.feed(b"data: x\n\n").is_empty());
    assert_eq!(text_of(&pieces.pending), "Hello");
}

#[test]
fn r60_an_error_before_the_first_content_is_repeated() {
    let busy = json!({"error": {"message": "overloaded", "type": "server_error", "code": 503}}).to_string();
    let replies = [Reply::events(&[&busy]), failure(503, "busy"), Reply::unreachable("ECONNRESET"), hello()];
    let shop = Shop::retrying(3, replies);
    let (parts, error) = shop.stream(json!({}));
    assert!(error.is_none(), "{error:?}");
    assert_eq!((text_of(&parts).as_str(), shop.transport().requests().len()), ("Hello", 4));
}

#[test]
fn r60_an_end_before_the_first_content_is_repeated() {
    for empty in [Reply::events(&[]), Reply::status(200).chunk(": keep-alive\n\n")] {
        let shop = Shop::new([empty, hello()]);
        let (parts, error) = shop.stream(json!({}));
        assert!(error.is_none(), "{error:?}");
        assert_eq!(text_of(&parts), "Hello");
    }
}

#[test]
fn r60_an_error_after_content_surfaces_with_the_text_so_far() {
    let shop = Shop::new([Reply::events(&[&delta("Hel"), &delta("lo")]).broken("ECONNRESET")]);
    let (parts, error) = shop.stream(json!({}));
    let error = error.unwrap();
    assert_eq!((text_of(&parts).as_str(), error.kind()), ("Hello", ErrorKind::Network));
    let partial = error.detail("partial").unwrap();
    assert_eq!(partial["text"], "Hello");
    assert_eq!(partial["usage"], json!({"outputTokens": 2, "estimated": true}));
    assert_eq!(shop.transport().requests().len(), 1, "never repeated after content");
}

#[test]
fn r60_an_error_event_after_content_surfaces_once() {
    let busy = json!({"error": {"message": "overloaded", "type": "server_error", "code": 503}}).to_string();
    let shop = Shop::new([ending(Reply::events(&[&delta("Hello"), &busy]))]);
    let (parts, error) = shop.stream(json!({}));
    assert_eq!((text_of(&parts).as_str(), error.is_some()), ("Hello", true));
    assert_eq!(error.unwrap().detail("partial").unwrap()["text"], "Hello");
}

#[test]
fn r60_content_and_error_in_one_chunk_are_both_delivered() {
    let busy = json!({"error": {"message": "overloaded", "type": "server_error", "code": 503}});
    let chunk = format!("data: {}\n\ndata: {busy}\n\n", delta("Hello"));
    let (parts, error) = Shop::new([Reply::status(200).chunk(chunk)]).stream(json!({}));
    assert_eq!((text_of(&parts).as_str(), error.is_some()), ("Hello", true));
}

#[test]
fn r56_a_server_that_does_not_stream_is_read_whole() {
    let (parts, error) = Shop::new([answer("Hello")]).stream(json!({}));
    assert!(error.is_none(), "{error:?}");
    assert_eq!((text_of(&parts).as_str(), finish_of(&parts)), ("Hello", Finish::Stop));
    let plain = failure(200, "bad key").header("content-type", "text/event-stream");
    assert!(Shop::once([plain]).stream(json!({})).1.is_some());
}

#[test]
fn r58_a_live_stream_outlives_the_timeout() {
    let mut reply = Reply::status(200);
    for _ in 0..50 {
        reply = reply.wait(90).event(&delta("x"));
    }
    let shop = Shop::new([ending(reply)]);
    let (parts, error) = shop.stream(json!({"modelConfig": {"timeout": 100}}));
    assert!(error.is_none(), "{error:?}");
    assert_eq!((text_of(&parts).len(), shop.elapsed()), (50, 4_500));
}

fn phase_of(error: Option<Error>) -> (ErrorKind, String) {
    let error = error.unwrap();
    (error.kind(), error.detail("phase").unwrap().as_str().unwrap().to_owned())
}

#[test]
fn r58_the_wait_for_the_first_content_is_bounded() {
    let alive =
        Reply::status(200).chunk(": ping\n\n").wait(60).chunk(": ping\n\n").wait(60).event(&delta("x"));
    for reply in [Reply::silent(), Reply::status(200).hang(), alive] {
        let shop = Shop::once([reply]);
        let (_, error) = shop.stream(json!({"timeout": 100}));
        assert_eq!(phase_of(error), (ErrorKind::Timeout, "first_content".to_owned()));
        assert_eq!((shop.elapsed(), shop.transport().given_up()), (100, 1));
    }
}

#[test]
fn r58_a_first_content_timeout_is_repeated() {
    let shop = Shop::new([Reply::silent(), hello()]);
    let (parts, error) = shop.stream(json!({"timeout": {"firstContentMs": 100}}));
    assert!(error.is_none(), "{error:?}");
    assert_eq!(text_of(&parts), "Hello");
}

#[test]
fn r58_each_gap_after_the_first_content_is_bounded() {
    let shop = Shop::new([Reply::events(&[&delta("Hel"), &delta("lo")]).hang()]);
    let (parts, error) = shop.stream(json!({"timeout": {"idleMs": 70}}));
    let error = error.unwrap();
    assert_eq!(error.detail("partial").unwrap()["text"], "Hello");
    assert_eq!(phase_of(Some(error)), (ErrorKind::Timeout, "idle".to_owned()));
    assert_eq!((text_of(&parts).as_str(), shop.elapsed(), shop.transport().given_up()), ("Hello", 70, 1));
}

#[test]
fn r58_the_total_limit_bounds_a_live_stream() {
    let mut reply = Reply::status(200);
    for _ in 0..50 {
        reply = reply.wait(90).event(&delta("x"));
    }
    let shop = Shop::new([reply]);
    let (parts, error) = shop.stream(json!({"timeout": {"totalMs": 1_000, "idleMs": 200}}));
    assert_eq!(phase_of(error), (ErrorKind::Timeout, "total".to_owned()));
    assert_eq!((text_of(&parts).len(), shop.elapsed(), shop.transport().given_up()), (11, 1_000, 1));
}

#[test]
fn r57_an_abort_in_mid_stream_keeps_what_came_and_closes_the_connection() {
    let shop = Shop::new([Reply::events(&[&delta("Hello")]).hang()]);
    let options = call(json!({}));
    let error = shop.run(async {
        let mut stream = shop.client.stream_until(&options, pending()).await.unwrap();
        loop {
            match stream.next_until(shop.clock.sleep(40)).await {
                Ok(part) => assert!(part.is_some(), "the stream must not end by itself"),
                Err(error) => {
                    assert_eq!(shop.transport().given_up(), 1, "closed while the stream is still held");
                    assert!(stream.next().await.unwrap().is_none(), "the iterator ends");
                    return error;
                }
            }
        }
    });
    assert_eq!(error.kind(), ErrorKind::Aborted);
    let partial = error.detail("partial").unwrap();
    assert_eq!((&partial["text"], &partial["usage"]["estimated"]), (&json!("Hello"), &json!(true)));
    assert_eq!(shop.elapsed(), 40);
}

#[test]
fn r57_an_abort_before_the_first_content_closes_the_connection() {
    for reply in [Reply::silent(), Reply::status(200).hang(), Reply::status(200).chunk(": ping\n\n").hang()] {
        let shop = Shop::new([reply]);
        let options = call(json!({}));
        let result = shop.run(shop.client.stream_until(&options, shop.clock.sleep(40)));
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Aborted);
        assert_eq!(shop.transport().given_up(), 1);
    }
}

#[test]
fn r57_dropping_a_stream_closes_the_connection() {
    let shop = Shop::new([Reply::events(&[&delta("Hello")]).hang()]);
    let options = call(json!({}));
    drop(shop.run(shop.client.stream(&options)).unwrap());
    assert_eq!(shop.transport().given_up(), 1);
}
