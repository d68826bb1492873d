//! Records exported and imported: as they are, verified before anything is written, for one product only.

use std::rc::Rc;

use ductape_models::Result;
use ductape_models::client::Keys;
use ductape_models::crypto::KeyId;
use serde_json::Value;
use serde_json::json;
use testkit::record::Frame;

use super::fakes::Fault;
use super::fakes::MemoryStorage;
use super::fakes::keyring;
use super::fakes::product_key;
use super::registrar::Registrar;
use super::registrar::model;
use super::registrar::plain;

fn filled() -> Registrar {
    let shop = Registrar::new(true);
    for tag in ["a", "b", "c.d"] {
        shop.run(shop.client.create(&model(tag, &["dev", "prd"], json!({"temperature": 0.1})))).unwrap();
    }
    shop.update("b", json!({"temperature": 0.2}));
    shop
}

fn export(shop: &Registrar, options: Value) -> Value {
    plain(shop.run(shop.client.export(&options))).unwrap()
}

fn import(shop: &Registrar, options: Value) -> Result<Value> {
    plain(shop.run(shop.client.import(&options)))
}

fn empty() -> Registrar {
    Registrar::new(true)
}

fn codes(report: &Value) -> Vec<(String, String)> {
    let failed = report["failed"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    failed.map(|one| (text(&one["tag"]), text(&one["code"]))).collect()
}

#[test]
fn an_export_comes_back_byte_for_byte() {
    let shop = filled();
    let all = export(&shop, json!({}));
    assert_eq!(
        (&all["format"], &all["version"], &all["product"]),
        (&json!("ductape-models"), &json!(1), &json!("shop"))
    );
    let tags: Vec<_> = all["records"].as_array().unwrap().iter().map(|one| one["tag"].clone()).collect();
    assert_eq!(tags, ["a", "b", "c.d"]);
    let other = empty();
    let report = import(&other, json!({"export": all})).unwrap();
    assert_eq!(report, json!({"imported": ["a", "b", "c.d"], "skipped": [], "failed": []}));
    assert_eq!(other.store().snapshot(), shop.store().snapshot());
    other.assert_healthy("imported");
    assert_eq!(other.run(other.client.history(&json!({"tag": "b"}))).unwrap().len(), 2);
}

#[test]
fn some_models_are_exported_by_tag() {
    let shop = filled();
    let some = export(&shop, json!({"tags": ["b", "a", "b"]}));
    let tags: Vec<_> = some["records"].as_array().unwrap().iter().map(|one| one["tag"].clone()).collect();
    assert_eq!(tags, ["b", "a"]);
    let missing = shop.run(shop.client.export(&json!({"tags": ["aa"]}))).unwrap_err();
    assert_eq!((missing.code(), missing.detail("closeMatches")), ("model_not_found", Some(&json!(["a"]))));
    shop.store().plant("lm1/shop/b", "junk");
    let broken = shop.run(shop.client.export(&json!({}))).unwrap_err();
    assert_eq!((broken.code(), broken.detail("tag")), ("record_corrupt", Some(&json!("b"))));
    assert_eq!(export(&shop, json!({"tags": ["a"]}))["records"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_there_already_fails_stays_or_is_replaced() {
    let shop = filled();
    let all = export(&shop, json!({}));
    shop.update("a", json!({"temperature": 0.9}));
    shop.run(shop.client.delete(&json!({"tag": "b"}))).unwrap();
    let fails = import(&shop, json!({"export": all})).unwrap();
    assert_eq!(fails["imported"], json!(["b"]));
    assert_eq!(
        codes(&fails),
        [("a", "already_exists"), ("c.d", "already_exists")].map(|(t, c)| (t.into(), c.into()))
    );
    let skips = import(&shop, json!({"export": all, "onExisting": "skip"})).unwrap();
    assert_eq!(skips, json!({"imported": [], "skipped": ["a", "b", "c.d"], "failed": []}));
    assert_eq!(shop.models()[0]["temperature"], 0.9);
    shop.store().plant("lm1/shop/c~2ed", "broken");
    let replaces = import(&shop, json!({"export": all, "onExisting": "replace"})).unwrap();
    assert_eq!((&replaces["imported"], &replaces["failed"]), (&json!(["a", "b", "c.d"]), &json!([])));
    assert_eq!(shop.models()[0]["temperature"], 0.1);
    shop.assert_healthy("a broken record is what a backup is for");
}

#[test]
fn r27_another_product_is_refused_plainly() {
    let all = export(&filled(), json!({}));
    let bank = Registrar::over(&Rc::new(MemoryStorage::new(true)), keyring(1), json!({"product": "bank"}));
    let error = import(&bank, json!({"export": all})).unwrap_err();
    assert_eq!((error.code(), error.field()), ("invalid_input", Some("export.product")));
    assert!(error.to_string().contains("open in no other"), "{error}");
    // Nor by saying that it is this one.
    let mut renamed = all;
    renamed["product"] = json!("bank");
    let report = import(&bank, json!({"export": renamed})).unwrap();
    assert_eq!(codes(&report).len(), 3);
    assert!(codes(&report).iter().all(|(_, code)| code == "record_corrupt"));
    assert!(bank.store().snapshot().is_empty());
}

#[test]
fn r27_every_record_is_verified_before_it_is_written() {
    let shop = filled();
    let mut all = export(&shop, json!({}));
    let text = |index: usize| all["records"][index]["record"].as_str().unwrap().to_owned();
    let newer = Frame::split(&text(2)).unwrap();
    let newer = Frame { json: newer.json.replace("\"v\":1", "\"v\":2"), ..newer };
    let newer = newer.signed(&product_key(1), "lm1/shop/c~2ed").text();
    let history = text(1).replacen("\"temperature\":0.1", "\"temperature\":0.7", 1);
    let forged = text(0).replace("gpt-4.1", "gpt-4.2");
    all["records"] = json!([
        {"tag": "a", "record": forged}, {"tag": "b", "record": history}, {"tag": "c.d", "record": newer},
        {"tag": "e", "record": text(0)}, {"tag": "f", "record": "{}"},
    ]);
    let other = empty();
    let report = import(&other, json!({"export": all})).unwrap();
    let expected = [
        ("a", "record_corrupt"),
        ("b", "record_corrupt"),
        ("c.d", "record_too_new"),
        ("e", "record_corrupt"),
        ("f", "record_corrupt"),
    ];
    assert_eq!(codes(&report), expected.map(|(tag, code)| (tag.to_owned(), code.to_owned())));
    assert!(other.store().snapshot().is_empty() && other.writes() == 0);
}

#[test]
fn r27_a_client_without_the_key_vouches_for_nothing() {
    let all = export(&filled(), json!({}));
    let store = Rc::new(MemoryStorage::new(true));
    let public = Keys::Public(KeyId::of_public(&[7; 32]));
    for stranger in
        [Registrar::over(&store, keyring(2), json!({})), Registrar::over(&store, public, json!({}))]
    {
        let report = import(&stranger, json!({"export": all})).unwrap();
        assert!(codes(&report).iter().all(|(_, code)| code == "unknown_key"), "{report}");
        assert_eq!(codes(&report).len(), 3);
    }
    assert!(store.snapshot().is_empty());
}

#[test]
fn a_record_of_a_newer_version_is_not_replaced() {
    let shop = filled();
    let all = export(&shop, json!({"tags": ["a"]}));
    let newer = Frame::split(&shop.store().snapshot()["lm1/shop/a"]).unwrap();
    for field in ["\"v\":2", "\"v\":2,\"minReader\":2"] {
        let json = newer.json.replace("\"minReader\":1,", "").replace("\"v\":1", field);
        let json =
            if field.contains("min") { json } else { json.replace("\"v\":2", "\"v\":2,\"minReader\":1") };
        let text = Frame { json, ..newer.clone() }.signed(&product_key(1), "lm1/shop/a").text();
        shop.store().plant("lm1/shop/a", &text);
        let report = import(&shop, json!({"export": all, "onExisting": "replace"})).unwrap();
        assert_eq!(codes(&report), [("a".to_owned(), "record_too_new".to_owned())]);
    }
}

#[test]
fn what_is_no_export_is_refused_by_its_field() {
    let shop = filled();
    let all = export(&shop, json!({}));
    let with = |path: &str, value: Value| {
        let mut export = all.clone();
        *export.pointer_mut(path).unwrap() = value;
        json!({"export": export})
    };
    let twice = all["records"][0].clone();
    for (options, field) in [
        (json!({}), "export"),
        (json!({"export": []}), "export"),
        (with("/format", json!("other")), "export.format"),
        (with("/version", json!(2)), "export.version"),
        (with("/product", json!("Shop")), "export.product"),
        (with("/records", json!({})), "export.records"),
        (with("/records/1", twice), "export.records[1].tag"),
        (with("/records/1/tag", json!("B")), "export.records[1].tag"),
        (with("/records/2/record", json!(5)), "export.records[2].record"),
        (json!({"export": all, "onExisting": "merge"}), "onExisting"),
        (json!({"export": all, "force": true}), "force"),
    ] {
        assert_eq!(import(&shop, options).unwrap_err().field(), Some(field));
    }
    assert_eq!(shop.run(shop.client.export(&json!({"tags": ["A"]}))).unwrap_err().field(), Some("tags[0]"));
}

#[test]
fn r63_an_import_that_meets_a_fault_is_finished_by_another() {
    let all = export(&filled(), json!({}));
    for cas in [true, false] {
        for index in 0..8 {
            for fault in Fault::ALL {
                let other = Registrar::new(cas);
                other.store().fault_at(index, fault);
                let first = import(&other, json!({"export": all})).unwrap();
                other.store().forget_calls();
                other.assert_healthy(&format!("call {index} {fault:?}"));
                let told = other.models().as_array().unwrap().len();
                let lied_to = usize::from(cas && fault == Fault::WrongValue);
                assert!(
                    first["imported"].as_array().unwrap().len() <= told + lied_to,
                    "call {index} {fault:?}"
                );
                let second = import(&other, json!({"export": all, "onExisting": "skip"})).unwrap();
                assert_eq!(second["failed"], json!([]));
                assert_eq!(other.models().as_array().unwrap().len(), 3);
            }
        }
    }
}
