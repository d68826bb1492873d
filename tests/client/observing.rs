//! What an observer is told of calls, attempts, runs and tools: spans that nest and end, whatever ends them.

use std::rc::Rc;

use ductape_models::chat::StreamPart;
use ductape_models::client::ClientOptions;
use ductape_models::client::RetryOptions;
use ductape_models::client::SpanEvent;
use ductape_models::client::SpanPhase;
use ductape_models::client::ports::Clock;
use ductape_models::client::ports::Interest;
use serde_json::Value;
use serde_json::json;

use super::fakes::Behaviour;
use super::fakes::Reply;
use super::shop::CANARY;
use super::shop::Shop;
use super::shop::answer;
use super::shop::call;
use super::shop::delta;
use super::shop::ending;
use super::shop::failure;

fn watched(max_retries: u32, content: bool, replies: impl IntoIterator<Item = Reply>) -> Shop {
    let options = ClientOptions { retry: RetryOptions { max_retries }, ..ClientOptions::default() };
    Shop::watched(options, Interest { events: true, content, audit: false }, replies)
}

/// What was told, a line a moment, indented by depth: `+` begins, `.` happens, `-` ends, with its error.
fn told(shop: &Shop) -> Vec<String> {
    let events = shop.observer.events.borrow();
    let line = |event: &SpanEvent| {
        let mark = match event.phase {
            SpanPhase::Start => '+',
            SpanPhase::Event => '.',
            SpanPhase::End => '-',
        };
        let error = event.error.as_ref().map_or(String::new(), |(code, _)| format!(" {code}"));
        format!("{}{mark} {}{error}", "  ".repeat(event.id.matches('.').count()), event.name)
    };
    let lines: Vec<String> = events.iter().map(line).collect();
    assert_ended(&events);
    lines
}

/// Every start has one end, after it, and everything in between has the same id and parent.
fn assert_ended(events: &[SpanEvent]) {
    let mut open: Vec<(&str, Option<&str>)> = Vec::new();
    for event in events {
        let place = (event.id.as_str(), event.parent_id.as_deref());
        match event.phase {
            SpanPhase::Start => {
                assert!(place.1.is_none_or(|parent| open.iter().any(|(id, _)| *id == parent)), "{event:?}");
                open.push(place);
            }
            SpanPhase::Event => assert!(open.contains(&place), "{event:?}"),
            SpanPhase::End => {
                assert!(open.contains(&place), "{event:?}");
                open.retain(|other| *other != place);
                assert!(
                    open.iter().all(|(_, parent)| *parent != Some(place.0)),
                    "{event:?} before its parts"
                );
            }
        }
    }
    assert!(open.is_empty(), "{open:?} never ended");
}

fn last(shop: &Shop) -> Value {
    shop.observer.events.borrow().last().unwrap().to_value()
}

fn first(shop: &Shop) -> Value {
    shop.observer.events.borrow()[0].to_value()
}

#[test]
fn a_call_is_a_span_with_an_attempt_in_the_conventions_words() {
    let shop = watched(0, false, [answer("Hello").late(250)]);
    shop.create(json!({"apiKey": CANARY}));
    let settings = json!({"temperature": 0.5, "maxTokens": 7, "topP": 0.9, "stopSequences": ["END"]});
    shop.generate(json!({"model": "chat", "modelConfig": settings})).unwrap();
    assert_eq!(told(&shop), ["+ chat m", "  + POST", "  - POST", "- chat m"]);
    let start = first(&shop);
    let expected = json!({
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "custom", "gen_ai.request.model": "m",
        "server.address": "localhost", "server.port": 9, "gen_ai.request.max_tokens": 7,
        "gen_ai.request.temperature": 0.5, "gen_ai.request.top_p": 0.9,
        "gen_ai.request.stop_sequences": ["END"], "ductape.product": "shop", "ductape.env": "dev",
        "ductape.model.tag": "chat",
    });
    assert_eq!((&start["attributes"], &start["kind"]), (&expected, &json!("client")));
    assert_eq!((start["id"].as_str().unwrap().len(), start.get("parentId")), (16, None));
    let end = last(&shop);
    assert_eq!((&end["duration"], end["time"].as_u64()), (&json!(250), Some(shop.clock.now())));
    let attributes = &end["attributes"];
    for (name, value) in [
        ("gen_ai.response.id", json!("chat-1")),
        ("gen_ai.response.model", json!("m")),
        ("gen_ai.response.finish_reasons", json!(["stop"])),
        ("gen_ai.usage.input_tokens", json!(3)),
        ("gen_ai.usage.output_tokens", json!(2)),
        ("ductape.attempts", json!(1)),
    ] {
        assert_eq!(attributes[name], value, "{name}");
    }
    let attempt = shop.observer.events.borrow()[2].to_value();
    assert_eq!(attempt["attributes"], json!({"http.response.status_code": 200}));
    assert_eq!(attempt["parentId"], start["id"]);
}

#[test]
fn nobody_who_does_not_want_to_hear_is_told_anything() {
    let shop = Shop::once([answer("Hello")]);
    shop.create(json!({"apiKey": CANARY}));
    shop.generate(json!({"model": "chat"})).unwrap();
    assert!(shop.observer.events.borrow().is_empty() && shop.observer.audits.borrow().is_empty());
    let audits = Interest { audit: true, ..Interest::default() };
    let shop = Shop::watched(ClientOptions::default(), audits, [answer("Hello")]);
    shop.generate(json!({})).unwrap();
    assert!(shop.observer.events.borrow().is_empty());
}

#[test]
fn retries_are_parts_of_the_call_that_they_belong_to() {
    let shop = watched(2, false, [failure(503, "busy"), failure(503, "busy"), answer("Hello")]);
    shop.generate(json!({})).unwrap();
    let expected = [
        "+ chat m",
        "  + POST",
        "  - POST overloaded",
        ". ductape.retry",
        "  + POST",
        "  - POST overloaded",
        ". ductape.retry",
        "  + POST",
        "  - POST",
        "- chat m",
    ];
    assert_eq!(told(&shop), expected);
    let events = shop.observer.events.borrow();
    let counts: Vec<_> = events
        .iter()
        .filter_map(|event| event.attributes.get("http.request.resend_count").and_then(Value::as_u64))
        .collect();
    assert_eq!(counts, [1, 2]);
    assert_eq!(events[2].attributes["http.response.status_code"], 503);
    assert_eq!(events[3].attributes["error.type"], "overloaded");
    assert!(events[3].attributes["ductape.retry.delay_ms"].is_u64());
}

#[test]
fn a_fallback_is_told_and_the_end_names_who_answered() {
    let shop = watched(0, false, [failure(503, "busy"), answer("Hello")]);
    shop.create(json!({"apiKey": CANARY}));
    shop.store("spare", json!({"apiKey": CANARY}), json!({"model": "n"}));
    shop.generate(json!({"model": "chat", "fallback": ["nope", "spare"]})).unwrap();
    let expected = [
        "+ chat m",
        "  + POST",
        "  - POST overloaded",
        ". ductape.fallback_skipped",
        ". ductape.fallback",
        "  + POST",
        "  - POST",
        "- chat m",
    ];
    assert_eq!(told(&shop), expected);
    let end = last(&shop);
    assert_eq!(end["attributes"]["ductape.model.tag"], "spare");
    assert_eq!(end["attributes"]["gen_ai.request.model"], "n");
}

#[test]
fn warnings_are_told_once() {
    let message = "Unsupported parameter: 'top_p' is not supported with this model.";
    let refusal = json!({"error": {"message": message, "type": "invalid_request_error", "param": "top_p",
        "code": "unsupported_parameter"}});
    let refusal = Reply::json(400, &refusal).header("x-should-retry", "false");
    let shop = watched(0, false, [refusal, answer("Hello"), answer("again")]);
    for _ in 0..2 {
        shop.generate(json!({"modelConfig": {"topP": 0.5}})).unwrap();
        let expected = json!({"ductape.warning.code": "healed", "ductape.warning.field": "top_p"});
        let events = shop.observer.events.take();
        let warnings: Vec<_> = events.iter().filter(|event| event.name == "ductape.warning").collect();
        assert_eq!(warnings.len(), 1);
        assert_eq!(Value::from(warnings[0].attributes.clone()), expected);
    }
}

#[test]
fn a_call_that_gets_nowhere_is_told_with_its_error() {
    let shop = watched(0, false, []);
    shop.generate(json!({"model": "nope"})).unwrap_err();
    assert_eq!(told(&shop), ["+ chat", "- chat model_not_found"]);
    let (start, end) = (first(&shop), last(&shop));
    assert_eq!(start["attributes"]["ductape.model.tag"], "nope");
    assert_eq!(end["attributes"]["error.type"], "model_not_found");
    assert_eq!(end["error"]["code"], "model_not_found");
    assert!(end["error"]["message"].as_str().unwrap().contains("nope"));
}

#[test]
fn a_call_that_runs_out_of_time_ends_with_its_attempts() {
    let shop = watched(0, false, [Reply::silent()]);
    shop.generate(json!({"timeout": {"totalMs": 50}})).unwrap_err();
    assert_eq!(told(&shop), ["+ chat m", "  + POST", "  - POST aborted", "- chat m timeout"]);
    assert_eq!(last(&shop)["duration"], 50);
}

#[test]
fn a_call_that_is_given_up_ends() {
    let shop = watched(0, false, [Reply::silent()]);
    let options = call(json!({}));
    let soon = shop.clock.sleep(20);
    shop.run(shop.client.generate_until(&options, soon)).unwrap_err();
    assert_eq!(told(&shop), ["+ chat m", "  + POST", "  - POST aborted", "- chat m aborted"]);
}

#[test]
fn a_stream_is_told_from_its_asking_to_its_last_byte() {
    let reply = Reply::events(&[&delta("Hel")]).late(100).wait(400).event(&delta("lo"));
    let shop = watched(0, false, [ending(reply)]);
    let (parts, error) = shop.stream(json!({}));
    assert!(error.is_none() && parts.len() > 2);
    assert_eq!(told(&shop), ["+ chat m", "  + POST", "  - POST", ". ductape.first_content", "- chat m"]);
    assert_eq!(first(&shop)["attributes"]["gen_ai.request.stream"], true);
    let end = last(&shop);
    assert_eq!(
        (&end["duration"], &end["attributes"]["gen_ai.usage.output_tokens"]),
        (&json!(500), &json!(2))
    );
    assert_eq!(end["attributes"]["gen_ai.response.time_to_first_chunk"], json!(0.1));
}

#[test]
fn a_stream_that_breaks_that_is_left_and_that_is_aborted_ends() {
    let begun = || Reply::events(&[&delta("Hel")]);
    let broken = watched(0, false, [begun().broken("ECONNRESET")]);
    broken.stream(json!({})).1.unwrap();
    assert_eq!(told(&broken).last().unwrap(), "- chat m network");

    let left = watched(0, false, [begun().hang()]);
    let options = call(json!({}));
    let stream = left.run(left.client.stream(&options)).unwrap();
    assert_eq!(left.observer.events.borrow().last().unwrap().name, "ductape.first_content");
    drop(stream);
    assert_eq!(told(&left).last().unwrap(), "- chat m aborted");

    let apart = watched(0, false, [begun().hang()]);
    let mut parts = apart.run(apart.client.stream(&options)).unwrap().into_parts();
    parts.decoder.abandon();
    assert_eq!(told(&apart).last().unwrap(), "- chat m aborted");
    parts.decoder.feed(format!("data: {}\n\ndata: [DONE]\n\n", delta("lo")).as_bytes());
    drop(parts);
    assert_eq!(told(&apart).len(), 5);

    let aborted = watched(0, false, [begun().hang()]);
    let soon = async {
        let mut stream = aborted.client.stream(&options).await.unwrap();
        while !matches!(stream.next().await.unwrap(), Some(StreamPart::TextDelta { .. })) {}
        stream.next_until(aborted.clock.sleep(30)).await.unwrap_err();
    };
    aborted.run(soon);
    assert_eq!(told(&aborted).last().unwrap(), "- chat m aborted");
}

fn calls(tools: &[(&str, &str)]) -> Reply {
    let calls: Vec<Value> = tools
        .iter()
        .enumerate()
        .map(|(at, (name, arguments))| {
            json!({"id": format!("call-{at}"), "type": "function", "function": {"name": name, "arguments": arguments}})
        })
        .collect();
    Reply::json(
        200,
        &json!({
            "id": "chat-0", "model": "m",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": null, "tool_calls": calls},
                "finish_reason": "tool_calls"}],
            "usage": {"prompt_tokens": 30, "completion_tokens": 20},
        }),
    )
}

fn staffed(content: bool, replies: impl IntoIterator<Item = Reply>) -> Shop {
    let shop = watched(0, content, replies);
    shop.create(json!({"apiKey": CANARY}));
    let tool =
        |tag: &str| json!({"tag": tag, "description": "does things", "parameters": {"type": "object"}});
    let agent = json!({"product": "shop", "tag": "clerk", "model": "chat", "systemPrompt": "Be kind.",
        "tools": [tool("look"), tool("count")]});
    shop.run(shop.client.define_agent(&agent)).unwrap();
    shop
}

fn run_options() -> Value {
    json!({"product": "shop", "env": "dev", "tag": "clerk", "input": "Hi"})
}

#[test]
fn a_run_holds_its_calls_and_tools() {
    let shop = staffed(false, [calls(&[("look", r#"{"at":1}"#), ("count", "{}")]), answer("Done")]);
    shop.tools().set("look", Behaviour::Takes(500, json!({"seen": true})));
    shop.tools().set("count", Behaviour::Throws(9, json!(7)));
    shop.run(shop.client.run_agent(&run_options())).unwrap();
    let expected = [
        "+ invoke_agent clerk",
        "  + chat m",
        "    + POST",
        "    - POST",
        "  - chat m",
        "  + execute_tool look",
        "  + execute_tool count",
        "  - execute_tool count tool_failed",
        "  - execute_tool look",
        "  + chat m",
        "    + POST",
        "    - POST",
        "  - chat m",
        "- invoke_agent clerk",
    ];
    assert_eq!(told(&shop), expected);
    let (start, end) = (first(&shop), last(&shop));
    assert_eq!(
        (&start["kind"], &start["attributes"]["gen_ai.agent.name"]),
        (&json!("internal"), &json!("clerk"))
    );
    assert_eq!(end["attributes"]["gen_ai.provider.name"], "custom");
    assert_eq!(end["attributes"]["gen_ai.usage.input_tokens"], 33);
    assert_eq!(end["attributes"]["ductape.run.status"], "completed");
    let look = shop.observer.events.borrow()[8].to_value();
    assert_eq!((&look["duration"], &look["attributes"]), (&json!(500), &json!({"ductape.tool.attempts": 1})));
    let all = format!("{:?}", shop.observer.events.borrow());
    assert!(!all.contains("seen") && !all.contains("Be kind") && !all.contains("it broke"), "{all}");
}

#[test]
fn a_run_that_fails_or_stops_ends_everything_in_it() {
    let missing = staffed(false, [calls(&[("look", "{}")])]);
    missing.run(missing.client.run_agent(&run_options())).unwrap_err();
    let lines = told(&missing);
    let end = ["  - execute_tool look tool_handler_missing", "- invoke_agent clerk tool_handler_missing"];
    assert_eq!(lines[lines.len() - 2..], end);

    let stopped = staffed(false, [calls(&[("look", "{}")])]);
    stopped.tools().set("look", Behaviour::Hangs);
    let options = run_options();
    let soon = stopped.clock.sleep(20);
    stopped.run(stopped.client.run_until(&options, None, soon)).unwrap_err();
    let lines = told(&stopped);
    let end = ["  - execute_tool look aborted", "- invoke_agent clerk aborted"];
    assert_eq!(lines[lines.len() - 2..], end);

    let late = staffed(false, [Reply::silent()]);
    let mut options = run_options();
    options["termination"] = json!({"timeout": 40});
    late.run(late.client.run_agent(&options)).unwrap();
    assert_eq!(told(&late).last().unwrap(), "- invoke_agent clerk");
    assert_eq!(last(&late)["attributes"]["ductape.run.status"], "timeout");
}

#[test]
fn content_is_told_only_where_it_was_asked_for_and_in_the_conventions_form() {
    let replies = || [calls(&[("look", r#"{"at":1}"#)]), answer("Done")];
    let shop = staffed(true, replies());
    shop.tools().set("look", Behaviour::Gives(json!({"seen": true})));
    shop.run(shop.client.run_agent(&run_options())).unwrap();
    let events = shop.observer.events.borrow();
    let told = |name: &str| -> Vec<Value> {
        let texts = events.iter().filter_map(|event| event.attributes.get(name).and_then(Value::as_str));
        texts.map(|text| serde_json::from_str(text).unwrap()).collect()
    };
    assert_eq!(told("gen_ai.system_instructions")[0], json!([{"type": "text", "content": "Be kind."}]));
    let hello = json!({"role": "user", "parts": [{"type": "text", "content": "Hi"}]});
    assert_eq!(told("gen_ai.input.messages")[0], json!([hello]));
    let call = json!({"type": "tool_call", "id": "call-0", "name": "look", "arguments": {"at": 1}});
    let result = json!({"type": "tool_call_response", "id": "call-0", "response": {"seen": true}});
    let expected =
        json!([hello, {"role": "assistant", "parts": [call]}, {"role": "tool", "parts": [result]}]);
    assert_eq!(told("gen_ai.input.messages")[1], expected);
    let output = json!([{"role": "assistant", "parts": [call], "finish_reason": "tool_call"}]);
    assert_eq!(told("gen_ai.output.messages")[0], output);
    assert_eq!(told("gen_ai.tool.definitions")[0][0]["name"], "look");
    assert_eq!(told("gen_ai.tool.call.arguments"), [json!({"at": 1})]);
    assert_eq!(told("gen_ai.tool.call.result"), [json!({"seen": true})]);
}

#[test]
fn r62_no_span_holds_a_key_that_a_provider_echoes() {
    let echo = json!({
        "id": CANARY, "model": format!("m {CANARY}"),
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": CANARY,
            "tool_calls": [
                {"id": CANARY, "type": "function", "function": {"name": "look",
                    "arguments": json!({CANARY: [CANARY]}).to_string()}},
                {"id": "b", "type": "function", "function": {"name": CANARY, "arguments": format!("{{\"a\": \"{}", CANARY.replace('"', "\\\""))}},
            ]}}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    });
    let shop = staffed(true, [Reply::json(200, &echo), failure(401, CANARY), failure(401, CANARY)]);
    shop.tools().set("look", Behaviour::Gives(json!({"key": CANARY})));
    shop.run(shop.client.run_agent(&run_options())).unwrap_err();
    let events = shop.observer.events.borrow();
    assert!(events.len() > 8, "{events:?}");
    for event in &*events {
        let text = format!("{event:?} {}", event.to_value());
        assert!(!text.contains("canary"), "{text}");
        let is_plain = |value: &Value| match value {
            Value::Array(items) => items.iter().all(Value::is_string),
            other => !other.is_object() && !other.is_null(),
        };
        assert!(event.attributes.values().all(is_plain), "{event:?}");
    }
    assert!(Rc::strong_count(&shop.observer) >= 2);
}
