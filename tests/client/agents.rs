//! Agents: defined, run, stopped. The model is a scripted server; tools do what the test says.

use std::cell::RefCell;

use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::Result;
use ductape_models::client::AgentEvent;
use ductape_models::client::AgentRun;
use ductape_models::client::RunStatus;
use ductape_models::client::ToolOutcome;
use ductape_models::crypto::Keyring;
use ductape_models::crypto::RingKey;
use serde_json::Value;
use serde_json::json;

use super::fakes::Behaviour;
use super::fakes::Reply;
use super::fakes::product_key;
use super::shop::CANARY;
use super::shop::Shop;
use super::shop::answer;
use super::shop::delta;
use super::shop::ending;
use super::shop::failure;

/// An answer that calls tools: name and arguments.
fn calls(tools: &[(&str, &str)]) -> Reply {
    Reply::json(200, &calls_json(tools))
}

fn calls_json(tools: &[(&str, &str)]) -> Value {
    let calls: Vec<Value> = tools
        .iter()
        .enumerate()
        .map(|(at, (name, arguments))| {
            json!({"id": format!("call-{at}"), "type": "function", "function": {"name": name, "arguments": arguments}})
        })
        .collect();
    json!({
            "id": "chat-1", "model": "m",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": null, "tool_calls": calls},
                "finish_reason": "tool_calls"}],
            "usage": {"prompt_tokens": 30, "completion_tokens": 20},
    })
}

fn tool(tag: &str) -> Value {
    json!({"tag": tag, "description": "does things", "parameters": {"type": "object"}})
}

fn definition(more: Value) -> Value {
    let mut agent = json!({"product": "shop", "tag": "clerk", "model": "chat", "systemPrompt": "Be kind.",
        "tools": [tool("look"), tool("count"), tool("ship")]});
    for (name, value) in more.as_object().unwrap() {
        agent[name] = value.clone();
    }
    agent
}

/// A shop with the model `chat` and the agent `clerk`.
fn staffed(replies: impl IntoIterator<Item = Reply>, more: Value) -> Shop {
    let shop = Shop::once(replies);
    shop.create(json!({"apiKey": CANARY}));
    shop.run(shop.client.define_agent(&definition(more))).unwrap();
    shop
}

fn run(shop: &Shop, more: Value) -> Result<AgentRun> {
    let mut options = json!({"product": "shop", "env": "dev", "tag": "clerk", "input": "Hi"});
    for (name, value) in more.as_object().unwrap() {
        options[name] = value.clone();
    }
    shop.run(shop.client.run_agent(&options))
}

fn sent(shop: &Shop, request: usize) -> Value {
    serde_json::from_slice(&shop.transport().requests()[request].body).unwrap()
}

#[test]
fn r55_a_run_without_tools_tells_everything() {
    let shop = staffed([answer("Hello")], json!({}));
    let run = run(&shop, json!({})).unwrap();
    assert_eq!((run.status, run.output.as_str(), run.iterations), (RunStatus::Completed, "Hello", 1));
    assert_eq!((run.token_usage.input, run.token_usage.total), (3, 5));
    assert_eq!(run.served.unwrap().tag.as_deref(), Some("chat"));
    assert_eq!((run.attempts.len(), run.execution_id.len()), (1, 32));
    let roles: Vec<_> = run.conversation_history.iter().map(|message| message["role"].clone()).collect();
    assert_eq!(roles, ["user", "assistant"]);
    let body = sent(&shop, 0);
    assert_eq!(body["messages"][0], json!({"role": "system", "content": "Be kind."}));
    assert_eq!(body["tools"].as_array().unwrap().len(), 3);
}

#[test]
fn r55b_the_tools_of_one_turn_run_at_the_same_time_and_answer_in_order() {
    let shop = staffed([calls(&[("look", r#"{"at":1}"#), ("count", "{}")]), answer("Done")], json!({}));
    shop.tools().set("look", Behaviour::Takes(500, json!({"seen": true})));
    shop.tools().set("count", Behaviour::Takes(300, json!(7)));
    let run = run(&shop, json!({})).unwrap();
    assert_eq!((run.status, run.output.as_str(), run.iterations), (RunStatus::Completed, "Done", 2));
    assert_eq!(run.execution_time, 500);
    let started: Vec<_> = shop.tools().started.borrow().iter().map(|(tool, ..)| tool.clone()).collect();
    assert_eq!(started, ["look", "count"]);
    let told: Vec<_> = run.tool_calls.iter().map(|call| (call.tool.as_str(), call.duration_ms)).collect();
    assert_eq!(told, [("look", 500), ("count", 300)]);
    let messages = sent(&shop, 1)["messages"].clone();
    assert_eq!((&messages[3]["tool_call_id"], &messages[4]["content"]), (&json!("call-0"), &json!("7")));
    assert_eq!(run.token_usage.total, 55);
}

#[test]
fn r55b_a_call_goes_back_as_the_model_wrote_it() {
    let written = "{\"b\": 1.50,  \"a\":\"\\u00e9\"}";
    let shop = staffed([calls(&[("look", written)]), answer("ok")], json!({}));
    shop.tools().set("look", Behaviour::Takes(1, json!(null)));
    let run = run(&shop, json!({})).unwrap();
    assert_eq!(run.tool_calls[0].input, json!({"a": "\u{e9}", "b": 1.5}));
    assert_eq!(sent(&shop, 1)["messages"][2]["tool_calls"][0]["function"]["arguments"], written);
}

#[test]
fn r55b_a_handler_that_throws_is_a_result_that_the_model_sees() {
    let shop = staffed([calls(&[("look", "{}")]), answer("Sorry")], json!({}));
    shop.tools().set("look", Behaviour::Throws(9, json!(1)));
    let run = run(&shop, json!({})).unwrap();
    assert_eq!((run.tool_calls[0].status, run.tool_calls[0].attempts), (ToolOutcome::Failed, 1));
    assert_eq!(run.output, "Sorry");
    assert!(sent(&shop, 1)["messages"][3]["content"].as_str().unwrap().contains("it broke"));
}

#[test]
fn r55b_a_tool_is_repeated_as_often_as_it_allows() {
    let tools = json!({"tools": [{"tag": "look", "retries": 2}]});
    for (times, status, attempts) in [(2, ToolOutcome::Completed, 3), (3, ToolOutcome::Failed, 3)] {
        let shop = staffed([calls(&[("look", "{}")]), answer("ok")], tools.clone());
        shop.tools().set("look", Behaviour::Throws(times, json!(1)));
        let run = run(&shop, json!({})).unwrap();
        assert_eq!((run.tool_calls[0].status, run.tool_calls[0].attempts), (status, attempts));
    }
}

#[test]
fn r55b_a_tool_that_hangs_is_given_up_after_its_time() {
    let shop = staffed(
        [calls(&[("look", "{}")]), answer("ok")],
        json!({"tools": [{"tag": "look", "timeout": 250}]}),
    );
    shop.tools().set("look", Behaviour::Hangs);
    let run = run(&shop, json!({})).unwrap();
    assert_eq!((run.tool_calls[0].status, run.tool_calls[0].duration_ms), (ToolOutcome::Failed, 250));
    assert_eq!(run.tool_calls[0].output, "no answer within 250 ms");
}

#[test]
fn r55b_wrong_arguments_and_unknown_tools_are_told_and_never_run() {
    let shop = staffed(
        [calls(&[("look", "{\"a\": 1"), ("nope", "{}"), ("count", "[1]"), ("ship", "{}")]), answer("ok")],
        json!({}),
    );
    shop.tools().set("ship", Behaviour::Refuses("input.to: expected a string".to_owned()));
    let run = run(&shop, json!({})).unwrap();
    let outputs: Vec<_> =
        run.tool_calls.iter().map(|call| call.output.as_str().unwrap().to_owned()).collect();
    assert_eq!(
        outputs,
        [
            "the arguments are not a JSON object",
            "there is no such tool",
            "the arguments are not a JSON object",
            "input.to: expected a string",
        ]
    );
    assert_eq!(shop.tools().started.borrow().len(), 1);
}

#[test]
fn r55b_what_needs_agreement_waits_for_it_and_can_be_refused() {
    for agrees in [true, false] {
        let tools = json!({"tools": [{"tag": "ship", "requiresConfirmation": true}]});
        let shop = staffed([calls(&[("ship", "{}")]), answer("ok")], tools);
        shop.tools().set("ship", Behaviour::Gives(json!("sent")));
        shop.tools().agrees.set(agrees);
        let run = run(&shop, json!({})).unwrap();
        let status = if agrees { ToolOutcome::Completed } else { ToolOutcome::Refused };
        assert_eq!((run.tool_calls[0].status, shop.tools().asked.borrow().len()), (status, 1));
        assert_eq!(shop.tools().started.borrow().len(), usize::from(agrees));
    }
}

#[test]
fn r53_a_tool_without_a_handler_fails_the_run_only_when_it_is_called() {
    let shop = staffed([answer("Hello"), calls(&[("look", "{}")])], json!({}));
    assert_eq!(run(&shop, json!({})).unwrap().status, RunStatus::Completed);
    let error = run(&shop, json!({})).unwrap_err();
    assert_eq!((error.kind(), error.detail("tool")), (ErrorKind::ToolHandlerMissing, Some(&json!("look"))));
    let partial = error.detail("run").unwrap();
    assert_eq!(
        (&partial["status"], &partial["toolCalls"][0]["status"]),
        (&json!("failed"), &json!("not_run"))
    );
}

#[test]
fn r55b_limits_end_a_run_with_a_status_of_their_own_and_everything_so_far() {
    let endless = || (0..20).map(|_| calls(&[("look", "{}")]));
    let limited = |limits: Value| {
        let shop = staffed(endless(), json!({}));
        shop.tools().set("look", Behaviour::Takes(100, json!(1)));
        run(&shop, json!({"termination": limits})).unwrap()
    };
    let most = limited(json!({"maxIterations": 3}));
    assert_eq!((most.status, most.iterations, most.tool_calls.len()), (RunStatus::MaxIterations, 3, 3));
    let tokens = limited(json!({"maxTokens": 100}));
    assert_eq!((tokens.status, tokens.iterations, tokens.token_usage.total), (RunStatus::MaxTokens, 2, 100));
    let statuses: Vec<_> = tokens.tool_calls.iter().map(|call| call.status).collect();
    assert_eq!(statuses, [ToolOutcome::Completed, ToolOutcome::NotRun]);
    let late = limited(json!({"timeout": 250}));
    assert_eq!((late.status, late.execution_time, late.tool_calls.len()), (RunStatus::Timeout, 250, 3));
    assert_eq!(limited(json!({})).iterations, 10);
    // Whatever ended it, the conversation can go on: every call has its result.
    for ended in [most, tokens, late] {
        let last = ended.conversation_history.last().unwrap();
        assert_eq!(last["role"], "tool");
    }
}

#[test]
fn r55b_calls_of_an_answer_that_was_cut_off_are_not_run_and_do_not_stay_open() {
    let mut cut = calls_json(&[("look", r#"{"at": 1"#)]);
    cut["choices"][0]["finish_reason"] = json!("length");
    let shop = staffed([Reply::json(200, &cut)], json!({}));
    let run = run(&shop, json!({})).unwrap();
    assert_eq!((run.status, run.tool_calls.len()), (RunStatus::Completed, 1));
    assert_eq!(run.tool_calls[0].status, ToolOutcome::NotRun);
    assert_eq!(run.conversation_history.last().unwrap()["role"], "tool");
    assert!(shop.tools().started.borrow().is_empty());
}

#[test]
fn r55_a_run_goes_on_from_an_earlier_one() {
    let shop = staffed([calls(&[("look", "{}")]), answer("First"), answer("Second")], json!({}));
    shop.tools().set("look", Behaviour::Gives(json!({"a": [1, null]})));
    let first = run(&shop, json!({})).unwrap();
    let second =
        run(&shop, json!({"input": {"question": 2}, "messages": first.conversation_history})).unwrap();
    assert_eq!(second.conversation_history.len(), 6);
    let messages = sent(&shop, 2)["messages"].clone();
    assert_eq!(messages.as_array().unwrap().len(), 6);
    assert_eq!(messages[5]["content"], r#"{"question":2}"#);
}

#[test]
fn r57_a_run_can_be_given_up_at_any_point() {
    let options = json!({"product": "shop", "env": "dev", "tag": "clerk", "input": "Hi"});
    for (replies, moment) in [
        (vec![Reply::silent()], 50),
        (vec![calls(&[("look", "{}")])], 50),
        (vec![calls(&[("look", "{}")]), Reply::silent()], 150),
    ] {
        let shop = staffed(replies, json!({}));
        shop.tools().set("look", Behaviour::Takes(100, json!(1)));
        let clock = &shop.clock;
        let cancelled = async { ductape_models::client::ports::Clock::sleep(&**clock, moment).await };
        let error = shop.run(shop.client.run_until(&options, None, cancelled)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Aborted);
        assert!(error.detail("run").unwrap()["conversationHistory"].is_array());
        assert_eq!(shop.elapsed(), u64::from(moment));
    }
}

#[test]
fn a_provider_that_fails_midway_fails_the_run_with_everything_so_far() {
    let shop = staffed([calls(&[("look", "{}")]), failure(400, "no")], json!({}));
    shop.tools().set("look", Behaviour::Gives(json!(1)));
    let error = run(&shop, json!({})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    let partial = error.detail("run").unwrap();
    assert_eq!((&partial["iterations"], &partial["toolCalls"][0]["output"]), (&json!(2), &json!(1)));
    assert!(!partial.to_string().contains(CANARY));
}

#[test]
fn a_streamed_run_tells_what_happens_in_order() {
    let streamed = ending(Reply::events(&[&delta("Hel"), &delta("lo")]));
    let shop = staffed([calls(&[("look", "{}")]), streamed], json!({}));
    shop.tools().set("look", Behaviour::Gives(json!({"ok": 1})));
    let told = RefCell::new(Vec::new());
    let listener = |event: &AgentEvent<'_>| told.borrow_mut().push(serde_json::to_value(event).unwrap());
    let options = json!({"product": "shop", "env": "dev", "tag": "clerk", "input": "Hi"});
    let run = shop.run(shop.client.run_until(&options, Some(&listener), std::future::pending())).unwrap();
    let told = told.into_inner();
    let types: Vec<_> = told.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        [
            "thinking_start",
            "tool_start",
            "tool_end",
            "thinking_start",
            "message_delta",
            "message_delta",
            "agent_complete"
        ]
    );
    assert_eq!(told[2]["output"], json!({"ok": 1}));
    assert_eq!((run.output.as_str(), &told[6]["result"]["output"]), ("Hello", &json!("Hello")));
    assert_eq!(sent(&shop, 0)["stream"], true);
}

#[test]
fn r42_r47_r48_an_agent_decides_model_and_settings_per_environment() {
    let shop = staffed(
        [answer("a"), answer("b")],
        json!({"modelConfig": {"temperature": 0.5, "maxTokens": 9}, "envs": [
            {"slug": "dev", "model": "small", "modelConfig": {"temperature": 0.6}},
            {"slug": "prd", "active": false}]}),
    );
    shop.store("small", json!({}), json!({"model": "tiny", "temperature": 0.1, "topP": 0.3}));
    run(&shop, json!({"modelConfig": {"temperature": 0.2}})).unwrap();
    let body = sent(&shop, 0);
    assert_eq!((&body["model"], &body["temperature"]), (&json!("tiny"), &json!(0.2)));
    assert_eq!((&body["max_tokens"], &body["top_p"]), (&json!(9), &json!(0.3)));
    let error = run(&shop, json!({"env": "prd"})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AgentEnvInactive);
    // The same levels count where a call names the agent.
    let options = json!({"product": "shop", "env": "dev", "agent": "clerk"});
    let explained = serde_json::to_value(shop.run(shop.client.explain(&options)).unwrap()).unwrap();
    assert_eq!(explained["settings"]["temperature"]["source"], "environment");
}

#[test]
fn r52_a_definition_replaces_and_the_same_one_again_writes_nothing() {
    let shop = staffed([], json!({}));
    let before = shop.client.ports().storage.snapshot();
    let define = |more: Value| shop.run(shop.client.define_agent(&definition(more))).unwrap();
    assert_eq!(define(json!({})).rev, 1);
    assert_eq!(shop.client.ports().storage.snapshot(), before);
    let changed = define(json!({"systemPrompt": "Be brief."}));
    assert_eq!((changed.rev, changed.settings["systemPrompt"].as_str()), (2, Some("Be brief.")));
    assert!(changed.warnings.is_empty());
    let early = define(json!({"model": "later"}));
    assert_eq!(early.warnings[0].code, "unknown_agent_model");
    let error = run(&shop, json!({})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelNotFound);
}

#[test]
fn r30_r63_what_a_newer_version_wrote_is_moved_byte_by_byte_and_never_defined_over() {
    let shop = staffed([], json!({}));
    let storage = &shop.client.ports().storage;
    let key = "lm1a/shop/clerk";
    let newer = |change: &dyn Fn(&mut Value)| {
        let text = storage.snapshot().remove(key).unwrap();
        let mut json: Value = serde_json::from_str(text.splitn(4, '.').last().unwrap()).unwrap();
        change(&mut json);
        let (json, ring) = (json.to_string(), RingKey::held(product_key(1)));
        let mac = ring.record_mac(&[key.as_bytes(), json.as_bytes()]);
        storage.plant(key, &format!("LMR1.{}.{mac}.{json}", ring.id().as_str()));
        json
    };
    let define = || shop.run(shop.client.define_agent(&definition(json!({"name": "new"})))).map(drop);
    let json = newer(&|json| (json["v"], json["later"]) = (json!(2), json!({"deep": [1]})));
    assert_eq!(define().unwrap_err().kind(), ErrorKind::RecordTooNew);
    let ring = Keyring::new(product_key(2), vec![product_key(1)]).unwrap();
    let moved = shop.beside(ring);
    assert!(moved.run(moved.client.rekey(&json!({}))).unwrap().complete);
    assert!(storage.snapshot()[key].ends_with(&json));
    newer(&|json| json["minReader"] = json!(2));
    assert_eq!(define().unwrap_err().kind(), ErrorKind::RecordTooNew);
    storage.plant(key, "broken");
    define().unwrap();
}

#[test]
fn r50_r26_the_key_of_an_inline_model_stays_in_memory() {
    let shop = Shop::once([answer("Hello")]);
    let inline =
        json!({"provider": "custom", "model": "m", "baseUrl": "http://localhost:9", "apiKey": CANARY});
    let view = shop.run(shop.client.define_agent(&definition(json!({"model": inline})))).unwrap();
    assert!(!serde_json::to_string(&view).unwrap().contains(CANARY));
    let stored = shop.client.ports().storage.snapshot();
    assert!(stored.values().all(|text| !text.contains("canary")));
    assert_eq!(run(&shop, json!({})).unwrap().output, "Hello");
    let request = shop.transport().requests().remove(0);
    let sent = request.headers.iter().find(|(name, _)| name == "authorization").unwrap();
    assert_eq!(sent.1.expose(), format!("Bearer {CANARY}"));
    // R51: another process has not got it.
    let inline = json!({"provider": "openai", "model": "gpt-4.1", "apiKey": CANARY});
    shop.run(shop.client.define_agent(&definition(json!({"model": inline})))).unwrap();
    let other = shop.beside(super::fakes::keyring(1));
    let error = run(&other, json!({})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingApiKey);
}

#[test]
fn r21_r22_agents_are_listed_found_and_named_by_what_they_use() {
    let shop = staffed([], json!({}));
    let define = |tag: &str, model: &str| {
        shop.run(shop.client.define_agent(&definition(json!({"tag": tag, "model": model})))).unwrap();
    };
    define("buyer", "chat");
    define("other", "else");
    let listed = shop.run(shop.client.fetch_agents(&json!({"product": "shop"}))).unwrap();
    let tags: Vec<_> = serde_json::to_value(&listed)
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["tag"].clone())
        .collect();
    assert_eq!(tags, ["buyer", "clerk", "other"]);
    let usages = shop.run(shop.client.usages(&json!({"product": "shop", "tag": "chat"}))).unwrap();
    assert_eq!(usages, ["buyer", "clerk"]);
    let delete = |more: Value| {
        let mut options = json!({"product": "shop", "tag": "chat"});
        options["restrict"] = more;
        shop.run(shop.client.delete(&options))
    };
    let error = delete(json!(true)).unwrap_err();
    assert_eq!(
        (error.field(), error.detail("referencedBy")),
        (Some("restrict"), Some(&json!(["buyer", "clerk"])))
    );
    assert_eq!(delete(json!(false)).unwrap().referenced_by, ["buyer", "clerk"]);
    assert_eq!(run(&shop, json!({})).unwrap_err().kind(), ErrorKind::ModelNotFound);
    let fetch = |tag: &str| shop.run(shop.client.fetch_agent(&json!({"product": "shop", "tag": tag})));
    assert_eq!(fetch("clerk").unwrap().unwrap().settings["tools"].as_array().unwrap().len(), 3);
    let error: Error = fetch("clark").unwrap_err();
    assert!(
        error.kind() == ErrorKind::AgentNotFound && error.to_string().contains("did you mean clerk?"),
        "{error}"
    );
    shop.run(shop.client.delete_agent(&json!({"product": "shop", "tag": "clerk"}))).unwrap();
    assert_eq!(fetch("clerk").unwrap_err().kind(), ErrorKind::AgentNotFound);
}

#[test]
fn r19_the_options_of_a_run_are_checked() {
    let shop = staffed([], json!({}));
    for (more, field) in [
        (json!({"input": ""}), "input"),
        (json!({"input": 5}), "input"),
        (json!({"inputs": "x"}), "inputs"),
        (json!({"termination": {"maxIterations": 0}}), "termination.maxIterations"),
        (json!({"modelConfig": {"apiKey": "x"}}), "modelConfig.apiKey"),
        (json!({"messages": [{"role": "user"}]}), "messages[0].content"),
    ] {
        assert_eq!(run(&shop, more).unwrap_err().field(), Some(field));
    }
}
