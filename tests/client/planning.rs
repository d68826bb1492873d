//! Wanted models planned and applied: what differs is written once, what is wrong is told before anything is, and nothing
//! that fails, dies or is overtaken leaves half a change.

use std::pin::pin;
use std::rc::Rc;
use std::task::Context;
use std::task::Waker;

use ductape_models::Result;
use ductape_models::client::Keys;
use ductape_models::client::ports::Storage;
use ductape_models::crypto::KeyId;
use ductape_models::crypto::Keyring;
use futures_lite::future;
use serde_json::Value;
use serde_json::json;
use testkit::record::Frame;

use super::fakes::Fault;
use super::fakes::MemoryStorage;
use super::fakes::keyring;
use super::fakes::product_key;
use super::registrar::CANARY;
use super::registrar::Registrar;
use super::registrar::model;
use super::registrar::plain;

fn plan(shop: &Registrar, wanted: &Value) -> Value {
    plain(shop.run(shop.client.plan(wanted))).unwrap()
}

fn apply(shop: &Registrar, wanted: &Value) -> Value {
    plain(shop.run(shop.client.apply(wanted))).unwrap()
}

fn refusal(shop: &Registrar, wanted: &Value) -> (String, String) {
    let planned = shop.run(shop.client.plan(wanted)).unwrap_err();
    let applied = shop.run(shop.client.apply(wanted)).unwrap_err();
    assert_eq!(planned.to_string(), applied.to_string());
    assert!(!format!("{planned:?}").contains("canary"));
    (planned.code().to_owned(), planned.field().unwrap_or_default().to_owned())
}

/// `action tag rev code` of each action.
fn lines(plan: &Value) -> Vec<String> {
    let line = |action: &Value| {
        let text =
            |value: &Value| if value.is_null() { "-".to_owned() } else { value.to_string().replace('"', "") };
        [&action["action"], &action["tag"], &action["rev"], &action["blocked"]["code"]].map(text).join(" ")
    };
    plan["actions"].as_array().unwrap().iter().map(line).collect()
}

fn fields(action: &Value) -> Vec<String> {
    let changes = action["changes"].as_array().unwrap().iter();
    changes.map(|change| change["field"].as_str().unwrap().to_owned()).collect()
}

fn failures(applied: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let failed = applied["failed"].as_array().unwrap().iter();
    failed.map(|one| (text(&one["tag"]), text(&one["code"]))).collect()
}

/// Two models to create, over a store that has another one.
fn wanted() -> Value {
    json!({"models": [
        model("a", &["dev", "prd"], json!({"temperature": 0.5, "fallback": ["b"]})),
        model("b", &["dev"], json!({"description": "d"})),
    ]})
}

fn stocked() -> Registrar {
    let shop = Registrar::new(true);
    apply(&shop, &wanted());
    shop.store().forget_calls();
    shop
}

#[test]
fn what_is_not_there_is_created_and_then_there_is_nothing_to_do() {
    let shop = Registrar::new(true);
    let first = plan(&shop, &wanted());
    assert_eq!(
        (lines(&first), &first["clean"]),
        (vec!["create a - -".to_owned(), "create b - -".into()], &json!(false))
    );
    let b = ["name", "provider", "model", "description", "envs.dev", "envs.dev.apiKey"];
    let mut told = fields(&first["actions"][1]);
    told.sort();
    let mut expected = b.map(str::to_owned);
    expected.sort();
    assert_eq!(told, expected);
    assert_eq!(shop.writes(), 0);
    let done = apply(&shop, &wanted());
    assert_eq!(
        (&done["done"], &done["clean"], &done["failed"]),
        (&first["actions"], &json!(true), &json!([]))
    );
    shop.assert_healthy("created");
    let stored = shop.store().snapshot();
    let again = apply(&shop, &wanted());
    assert_eq!((&again["done"], &again["clean"]), (&json!([]), &json!(true)));
    assert_eq!(shop.store().snapshot(), stored);
    let clean = plan(&shop, &wanted());
    assert_eq!(
        (lines(&clean), &clean["clean"]),
        (vec!["none a 1 -".to_owned(), "none b 1 -".into()], &json!(true))
    );
}

#[test]
fn a_wanted_model_is_all_that_it_is() {
    let shop = stocked();
    let full = json!({"temperature": 0.9, "headers": {"x-title": "t"}, "providerOptions": {"a": {"b": 1.0}}, "api": "chat",
        "capabilities": {"prefill": true}, "topP": 1, "stopSequences": [], "timeout": 5, "maxTokens": 0.1 + 9.9});
    let mut wanted = wanted();
    wanted["models"][0] = model("a", &["stg", "dev"], full);
    wanted["models"][0]["envs"][1] = json!({"slug": "dev", "active": false, "topP": 0.1 + 0.2,
        "baseUrl": "https://PROXY.example:443/v1/", "apiKey": CANARY, "model": "m", "description": "e"});
    let action = plan(&shop, &wanted)["actions"][0].take();
    for field in
        ["fallback", "envs.prd", "envs.prd.apiKey", "envs.stg", "envs.dev.apiKey", "envs.dev.baseUrl"]
    {
        assert!(fields(&action).iter().any(|told| told == field), "{field}: {action}");
    }
    assert_eq!(apply(&shop, &wanted)["clean"], true);
    let stored = shop.models()[0].clone();
    assert_eq!((&stored["fallback"], &stored["envs"][1]["slug"]), (&json!(null), &json!("stg")));
    shop.assert_healthy("replaced");
    // What is written is what is read, to the last bit.
    assert_eq!(plan(&shop, &wanted)["clean"], true, "{}", plan(&shop, &wanted));
    let bare = json!({"models": [model("a", &["dev"], json!({}))]});
    apply(&shop, &bare);
    let bare: Vec<String> = shop.models()[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(bare.join(" "), "product tag name provider model envs rev createdAt updatedAt");
    assert_eq!(plan(&shop, &self::wanted())["actions"][1]["action"], "none", "others are left alone");
}

#[test]
fn r26_a_key_is_written_only_where_it_is_another_one() {
    let shop = stocked();
    let mut wanted = wanted();
    let stored = shop.store().snapshot();
    for model in 0..2 {
        for env in wanted["models"][model]["envs"].as_array_mut().unwrap() {
            env.as_object_mut().unwrap().remove("apiKey");
        }
    }
    assert_eq!(apply(&shop, &wanted)["done"], json!([]), "a key that is left out stays");
    assert_eq!(shop.store().snapshot(), stored);
    wanted["models"][1]["envs"][0]["apiKey"] = json!(format!("{CANARY}-new-9876"));
    let fingerprint = |shop: &Registrar| shop.models()[1]["envs"][0]["keyFingerprint"].clone();
    let action = plan(&shop, &wanted)["actions"][1].take();
    let before = fingerprint(&shop);
    apply(&shop, &wanted);
    let expected = json!([{"field": "envs.dev.apiKey", "from": before, "to": fingerprint(&shop)}]);
    assert_eq!(action["changes"], expected);
    // By reference, and back.
    wanted["models"][1]["envs"][0] = json!({"slug": "dev", "keyRef": "vault/b"});
    let action = plan(&shop, &wanted)["actions"][1].take();
    assert_eq!(fields(&action), ["envs.dev.keyRef", "envs.dev.apiKey"]);
    apply(&shop, &wanted);
    assert_eq!(plan(&shop, &wanted)["clean"], true);
    wanted["models"][1]["envs"][0] = json!({"slug": "dev"});
    assert_eq!(
        lines(&plan(&shop, &wanted))[1],
        "update b 3 missing_api_key",
        "a reference is a field: it is cleared"
    );
}

#[test]
fn r30_a_key_is_the_same_whichever_product_key_seals_it() {
    let shop = stocked();
    let ring = Keyring::new(product_key(2), vec![product_key(1)]).unwrap();
    let promoted = shop.beside(ring, json!({}));
    assert_eq!(plan(&promoted, &wanted())["clean"], true);
    promoted.run(promoted.client.rekey(&json!({}))).unwrap();
    assert_eq!(plan(&promoted, &wanted())["clean"], true);
}

#[test]
fn r30b_a_client_that_only_writes_cannot_compare_keys() {
    let shop = stocked();
    let writer = shop.beside(Keys::Public(KeyId::of_public(&[7; 32])), json!({}));
    let mut wanted = wanted();
    assert_eq!(fields(&plan(&writer, &wanted)["actions"][1]), ["envs.dev.apiKey"]);
    wanted["models"][1]["envs"][0] = json!({"slug": "dev"});
    assert_eq!(lines(&plan(&writer, &wanted))[1], "none b 1 -");
}

#[test]
fn models_that_are_not_named_stay_unless_they_are_pruned() {
    let shop = stocked();
    let mut wanted = json!({"models": [model("b", &["dev"], json!({"description": "d"}))]});
    assert_eq!(lines(&plan(&shop, &wanted)), ["none b 1 -"]);
    wanted["prune"] = json!(true);
    shop.store().plant("lm1/shop/junk", "not ours");
    shop.store().plant("lm1/bank/a", "another product's");
    let found = plan(&shop, &wanted);
    assert_eq!(lines(&found), ["none b 1 -", "delete a 1 -", "delete junk - record_corrupt"]);
    assert_eq!(fields(&found["actions"][1]).last().unwrap(), "envs.prd.apiKey");
    let done = apply(&shop, &wanted);
    assert_eq!(lines(&json!({"actions": done["done"]})), ["delete a 1 -"]);
    assert_eq!(failures(&done), [("junk".to_owned(), "record_corrupt".to_owned())]);
    assert_eq!((&done["clean"], shop.store().snapshot().len()), (&json!(false), 3));
}

#[test]
fn r02_everything_that_is_wrong_is_told_before_anything_is_written() {
    let shop = Registrar::over(
        &Rc::new(MemoryStorage::new(true)),
        keyring(1),
        json!({"products": {"shop": {"envs": ["dev", "prd"]}}, "allowedOrigins": ["https://proxy.example"]}),
    );
    let with = |path: &str, value: Value| {
        let mut wanted = json!({"models": [model("x", &["dev"], json!({})), model("y", &["dev"], json!({})),
            model("z", &["dev", "prd"], json!({}))]});
        let (parent, name) = path.rsplit_once('/').unwrap();
        wanted.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
        wanted
    };
    for (path, value, code, field) in [
        ("/models/2/envs/0/slug", json!("Dev"), "invalid_input", "models[2].envs[0].slug"),
        ("/models/2/envs/0/slug", json!("prd"), "invalid_input", "models[2].envs[1].slug"),
        ("/models/2/envs/0/slug", json!("dve"), "invalid_input", "models[2].envs[0].slug"),
        ("/models/1/temperature", json!(3), "invalid_input", "models[1].temperature"),
        ("/models/1/temprature", json!(1), "invalid_input", "models[1].temprature"),
        ("/models/1/provider", json!("custom"), "invalid_input", "models[1].envs[0].baseUrl"),
        ("/models/1/name", json!(null), "invalid_input", "models[1].name"),
        ("/models/1/envs", json!([]), "invalid_input", "models[1].envs"),
        ("/models/1/tag", json!("x"), "invalid_input", "models[1].tag"),
        ("/models/0/product", json!("bank"), "invalid_input", "models[0].product"),
        ("/models/0/rev", json!(1), "invalid_input", "models[0].rev"),
        ("/models/2/envs/0/apiKey", json!("****"), "invalid_api_key", "models[2].envs[0].apiKey"),
        ("/models/2/envs/0/keyRef", json!("r"), "invalid_input", "models[2].envs[0].keyRef"),
        (
            "/models/2/envs/0/baseUrl",
            json!("http://h.example"),
            "insecure_base_url",
            "models[2].envs[0].baseUrl",
        ),
        (
            "/models/2/envs/0/baseUrl",
            json!("https://h.example"),
            "origin_not_allowed",
            "models[2].envs[0].baseUrl",
        ),
        ("/models", json!({}), "invalid_input", "models"),
        ("/prune", json!(1), "invalid_input", "prune"),
        ("/force", json!(1), "invalid_input", "force"),
    ] {
        assert_eq!(refusal(&shop, &with(path, value)), (code.to_owned(), field.to_owned()), "{path}");
    }
    let mut several = with("/models/2/envs/0/slug", json!("Dev"));
    several["models"][0]["topP"] = json!(7);
    let error = shop.run(shop.client.apply(&several)).unwrap_err();
    let problems = error.detail("problems").unwrap().as_array().unwrap();
    let told: Vec<_> = problems.iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(told, ["models[0].topP", "models[2].envs[0].slug"]);
    assert_eq!(shop.writes(), 0);
}

#[test]
fn r13_r20_what_the_rules_forbid_is_blocked_and_the_rest_is_done() {
    let shop = stocked();
    let mut wanted = wanted();
    wanted["models"][0]["envs"] =
        json!([{"slug": "dev", "baseUrl": "https://proxy.example"}, {"slug": "stg", "active": false}]);
    wanted["models"][1]["description"] = json!("new");
    let extra = json!({"tag": "c", "name": "C", "provider": "openai", "model": "m", "envs": [{"slug": "dev", "apiKey": ""}]});
    wanted["models"].as_array_mut().unwrap().push(extra);
    let found = plan(&shop, &wanted);
    assert_eq!(
        lines(&found),
        ["update a 1 key_reentry_required", "update b 1 -", "create c - missing_api_key"]
    );
    assert_eq!(fields(&found["actions"][0])[..2], ["envs.dev.baseUrl", "envs.prd"]);
    let message = found["actions"][2]["blocked"]["message"].as_str().unwrap();
    assert!(message.starts_with("models[2].envs[0].apiKey: env 'dev' has no API key"), "{message}");
    let done = apply(&shop, &wanted);
    assert_eq!(lines(&json!({"actions": done["done"]})), ["update b 1 -"]);
    let codes = [("a", "key_reentry_required"), ("c", "missing_api_key")];
    assert_eq!(failures(&done), codes.map(|(tag, code)| (tag.to_owned(), code.to_owned())));
    // A key that is given again is sealed for the new place, though it is the old one.
    wanted["models"][0]["envs"][0]["apiKey"] = json!(format!("{CANARY}-a-dev"));
    wanted["models"].as_array_mut().unwrap().pop();
    assert_eq!(apply(&shop, &wanted)["clean"], true);
    shop.assert_healthy("moved");
}

#[test]
fn r63_records_that_cannot_be_relied_on_are_left_alone() {
    let shop = stocked();
    let stranger = shop.beside(keyring(9), json!({}));
    assert_eq!(lines(&plan(&stranger, &wanted())), ["update a 1 unknown_key", "update b 1 unknown_key"]);
    let newer = Frame::split(&shop.store().snapshot()["lm1/shop/b"]).unwrap();
    let newer = Frame { json: newer.json.replace("\"v\":1", "\"v\":2"), ..newer };
    shop.store().plant("lm1/shop/b", &newer.signed(&product_key(1), "lm1/shop/b").text());
    shop.store().plant("lm1/shop/a", "junk");
    let planted = shop.store().snapshot();
    let mut wanted = wanted();
    assert_eq!(lines(&plan(&shop, &wanted)), ["update a - record_corrupt", "update b 1 record_too_new"]);
    wanted["prune"] = json!(true);
    wanted["models"].as_array_mut().unwrap().remove(0);
    let found = plan(&stranger, &wanted);
    assert_eq!(lines(&found), ["update b 1 record_too_new", "delete a - record_corrupt"]);
    assert_eq!(apply(&stranger, &wanted)["done"], json!([]));
    assert_eq!(shop.store().snapshot(), planted);
}

#[test]
fn r30c_with_a_plan_what_moved_since_is_left_alone() {
    let shop = stocked();
    let mut wanted = wanted();
    for (index, more) in [(0, 0.7), (1, 1.0)] {
        wanted["models"][index]["temperature"] = json!(more);
    }
    wanted["models"].as_array_mut().unwrap().push(model("c", &["dev"], json!({})));
    // There and back through JSON that knows one kind of number.
    let planned = plan(&shop, &wanted);
    assert!(planned.to_string().contains("\"to\":1}"), "{planned}");
    let with_plan = |wanted: &Value| {
        let mut wanted = wanted.clone();
        wanted["plan"] = planned.clone();
        wanted
    };
    shop.update("a", json!({"description": "somebody else's"}));
    let done = apply(&shop, &with_plan(&wanted));
    assert_eq!(failures(&done), [("a".to_owned(), "conflict".to_owned())]);
    assert_eq!(lines(&json!({"actions": done["done"]})), ["update b 1 -", "create c - -"]);
    assert_eq!(shop.models()[0]["description"], "somebody else's");
    // The same plan again finds what it did done, and still does not touch what moved.
    let again = apply(&shop, &with_plan(&wanted));
    assert_eq!((&again["done"], failures(&again)), (&json!([]), failures(&done)));
    assert_eq!(apply(&shop, &wanted)["clean"], true);
    assert_eq!(shop.models()[0]["description"], Value::Null);
}

#[test]
fn a_plan_is_done_as_it_was_read_or_not_at_all() {
    let shop = stocked();
    let mut wanted = wanted();
    wanted["models"][0]["temperature"] = json!(0.7);
    let planned = plan(&shop, &wanted);
    let mut other = wanted.clone();
    other["plan"] = planned.clone();
    other["models"][0]["temperature"] = json!(0.8);
    assert_eq!(failures(&apply(&shop, &other)), [("a".to_owned(), "conflict".to_owned())]);
    other["models"].as_array_mut().unwrap().push(model("c", &["dev"], json!({})));
    let refused = |wanted: &Value| {
        let error = shop.run(shop.client.apply(wanted)).unwrap_err();
        (error.code().to_owned(), error.field().unwrap().to_owned())
    };
    assert_eq!(refused(&other), ("invalid_input".into(), "plan.actions".into()));
    wanted["plan"] = json!({"product": "bank", "actions": []});
    assert_eq!(refused(&wanted), ("invalid_input".into(), "plan.product".into()));
    wanted["plan"] = json!("plan");
    assert_eq!(refused(&wanted), ("invalid_input".into(), "plan".into()));
    // A model that came since is not pruned by a plan that did not know it.
    wanted["prune"] = json!(true);
    wanted["plan"] = plan(&shop, &json!({"models": wanted["models"], "prune": true}));
    shop.run(shop.client.create(&model("late", &["dev"], json!({})))).unwrap();
    let done = apply(&shop, &wanted);
    assert_eq!(failures(&done), [("late".to_owned(), "conflict".to_owned())]);
    assert_eq!(lines(&json!({"actions": done["done"]})), ["update a 1 -"]);
}

/// A store with `a` to update, `b` to leave, `old` to delete, and `c` to create.
fn mixed(cas: bool) -> (Registrar, Value) {
    let shop = Registrar::new(cas);
    apply(&shop, &wanted());
    shop.run(shop.client.create(&model("old", &["dev"], json!({})))).unwrap();
    let mut wanted = wanted();
    wanted["prune"] = json!(true);
    wanted["models"][0]["temperature"] = json!(0.9);
    wanted["models"][0]["envs"][0]["apiKey"] = json!(format!("{CANARY}-rotated"));
    wanted["models"].as_array_mut().unwrap().push(model("c", &["dev"], json!({})));
    shop.store().forget_calls();
    (shop, wanted)
}

/// Each model is as it was or as it is wanted, opens, and a second run does the rest.
fn assert_resumable(shop: &Registrar, wanted: &Value, case: &str) {
    shop.store().forget_calls();
    shop.assert_healthy(case);
    for model in shop.models().as_array().unwrap() {
        let (rev, temperature) = (model["rev"].as_u64().unwrap(), &model["temperature"]);
        let is_whole = match model["tag"].as_str().unwrap() {
            "a" => (rev == 1 && temperature == 0.5) || (rev == 2 && temperature == 0.9),
            _ => rev == 1,
        };
        assert!(is_whole, "{case}: {model}");
    }
    let second = apply(shop, wanted);
    assert_eq!(second["clean"], true, "{case}: {second}");
    assert_eq!(plan(shop, wanted)["clean"], true, "{case}");
    let tags: Vec<_> = shop.models().as_array().unwrap().iter().map(|one| one["tag"].clone()).collect();
    assert_eq!(tags, ["a", "b", "c"], "{case}");
    shop.assert_healthy(case);
}

fn calls_of_apply(cas: bool) -> usize {
    let (shop, wanted) = mixed(cas);
    assert_eq!(apply(&shop, &wanted)["clean"], true);
    shop.store().calls().len()
}

#[test]
fn r63_a_store_that_fails_at_any_call_leaves_nothing_half_written() {
    for cas in [true, false] {
        for index in 0..calls_of_apply(cas) + 2 {
            for fault in Fault::ALL {
                let (shop, wanted) = mixed(cas);
                shop.store().fault_at(index, fault);
                let first = plain(shop.run(shop.client.apply(&wanted)));
                let case = format!("cas={cas} call {index} {fault:?}");
                let is_listing = shop.store().calls().get(index).is_some_and(|call| call.starts_with("list"));
                assert!(shop.store().calls().iter().all(|call| !call.contains("canary")), "{case}");
                if let Ok(report) = &first {
                    shop.store().forget_calls();
                    let lied_to = (cas || is_listing) && fault == Fault::WrongValue;
                    let is_done = plan(&shop, &wanted)["clean"] == true;
                    assert!(lied_to || report["clean"] == false || is_done, "{case}: {report}");
                }
                assert_resumable(&shop, &wanted, &case);
            }
        }
    }
}

#[test]
fn r63_killed_at_any_call_a_second_run_finishes() {
    for cas in [true, false] {
        for index in 0..calls_of_apply(cas) {
            for fault in [Fault::Hang, Fault::HangAfter] {
                let (shop, wanted) = mixed(cas);
                shop.store().fault_at(index, fault);
                // The process dies there: the future is dropped with the call unanswered.
                let mut context = Context::from_waker(Waker::noop());
                {
                    let mut dying = pin!(shop.client.apply(&wanted));
                    let is_done = (0..1000).any(|_| dying.as_mut().poll(&mut context).is_ready());
                    assert!(!is_done, "call {index} {fault:?}");
                }
                let next = shop.beside(keyring(1), json!({}));
                assert_resumable(&next, &wanted, &format!("cas={cas} killed at {index} {fault:?}"));
            }
        }
    }
}

#[test]
fn r30c_of_two_that_apply_at_once_nobody_writes_twice() {
    let (shop, wanted) = mixed(true);
    let other = shop.beside(keyring(1), json!({}));
    let (one, two) = shop.run(future::zip(shop.client.apply(&wanted), other.client.apply(&wanted)));
    let (one, two) = (plain(one).unwrap(), plain(two).unwrap());
    for failed in failures(&one).into_iter().chain(failures(&two)) {
        assert_eq!(failed.1, "conflict");
    }
    assert_resumable(&shop, &wanted, "two at once");
}

#[test]
fn r30c_an_update_meanwhile_is_a_conflict_and_not_lost() {
    for yields in 0..40 {
        let (shop, wanted) = mixed(true);
        let other = shop.beside(keyring(1), json!({}));
        let patch = json!({"tag": "a", "maxTokens": 7});
        let update = async {
            for _ in 0..yields {
                future::yield_now().await;
            }
            other.client.update(&patch).await
        };
        let (applied, updated) = shop.run(future::zip(shop.client.apply(&wanted), update));
        let (applied, updated) = (plain(applied).unwrap(), updated.unwrap());
        let now = shop.models()[0].clone();
        if failures(&applied).is_empty() {
            // The update came before the plan was made, and is cleared, or after the write, and stays.
            let rev = now["rev"].as_u64().unwrap();
            assert!(rev == 3 && (updated.rev == 2 || now["maxTokens"] == 7), "{yields}: {now}");
        } else {
            assert_eq!(failures(&applied), [("a".to_owned(), "conflict".to_owned())]);
            assert_eq!(
                (&now["rev"], &now["maxTokens"], &now["temperature"]),
                (&json!(2), &json!(7), &json!(0.5))
            );
        }
    }
}

#[test]
fn a_call_that_is_given_up_stops_between_two_writes() {
    let (shop, wanted) = mixed(true);
    let cancel = |after: usize| {
        let writes = shop.store();
        async move {
            while writes.calls().iter().filter(|call| call.starts_with("put")).count() < after {
                future::yield_now().await;
            }
        }
    };
    let aborted =
        |after: usize| -> Result<Value> { plain(shop.run(shop.client.apply_until(&wanted, cancel(after)))) };
    let error = aborted(0).unwrap_err();
    assert_eq!((error.code(), error.detail("done"), shop.writes()), ("aborted", Some(&json!([])), 0));
    let error = aborted(1).unwrap_err();
    assert_eq!(error.detail("done"), Some(&json!(["a"])));
    assert!(shop.store().capabilities().cas && shop.writes() == 1);
    assert_resumable(&shop, &wanted, "given up");
}
