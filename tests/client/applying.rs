//! Wanted models applied at the worst of times: nothing that fails, dies, is overtaken or given up leaves half a change, and
//! a second run does the rest.

use std::pin::pin;
use std::task::Context;
use std::task::Waker;

use ductape_models::Result;
use futures_lite::future;
use serde_json::Value;
use serde_json::json;

use super::fakes::Fault;
use super::fakes::keyring;
use super::planning::apply;
use super::planning::failures;
use super::planning::plan;
use super::planning::wanted;
use super::registrar::CANARY;
use super::registrar::Registrar;
use super::registrar::model;
use super::registrar::plain;

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
    assert_eq!(shop.writes(), 1);
    assert_resumable(&shop, &wanted, "given up");
}
