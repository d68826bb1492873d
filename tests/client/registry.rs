//! The registry's promises to its callers: what each verb takes, refuses, returns and leaves alone.

use std::rc::Rc;

use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::crypto::Keyring;
use serde_json::Value;
use serde_json::json;

use crate::fakes::CountingRandom;
use crate::fakes::FakePorts;
use crate::fakes::MemoryStorage;
use crate::fakes::NoTransport;
use crate::fakes::block_on;
use crate::fakes::keyring;
use crate::fakes::product_key;

type TestClient = Client<FakePorts>;

const CANARY: &str = "sk-canary-0123456789-SECRETKEY";

fn client() -> TestClient {
    FakePorts::new(NoTransport).into_client()
}

fn with_options(options: Value) -> TestClient {
    Client::new(FakePorts::new(NoTransport), keyring(1), ClientOptions::read(&options).unwrap())
}

/// Another process on the same store.
fn beside(client: &TestClient, ring: Keyring) -> TestClient {
    let mut ports = FakePorts::over(Rc::clone(&client.ports().storage), NoTransport);
    ports.random = CountingRandom::starting_at(1 << 32);
    ports.clock = Rc::clone(&client.ports().clock);
    Client::new(ports, ring, ClientOptions::default())
}

fn input() -> Value {
    json!({
        "product": "shop", "tag": "writer", "name": "Writer", "provider": "openai", "model": "gpt-4-turbo",
        "temperature": 0.7, "maxTokens": 4096,
        "envs": [{"slug": "dev", "apiKey": CANARY}, {"slug": "prd", "apiKey": "sk-production-key-0001"}],
    })
}

fn with(path: &str, value: Value) -> Value {
    let mut input = input();
    *input.pointer_mut(path).unwrap() = value;
    input
}

fn address() -> Value {
    json!({"product": "shop", "tag": "writer"})
}

fn patch(fields: Value) -> Value {
    let mut patch = address();
    patch.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    patch
}

fn create(client: &TestClient, input: &Value) -> Result<Value, Error> {
    block_on(client, client.create(input)).map(|view| serde_json::to_value(view).unwrap())
}

fn update(client: &TestClient, fields: Value) -> Result<Value, Error> {
    block_on(client, client.update(&patch(fields))).map(|view| serde_json::to_value(view).unwrap())
}

fn fetch(client: &TestClient) -> Value {
    let view = block_on(client, client.fetch(&address())).unwrap();
    serde_json::to_value(view).unwrap()
}

fn fetch_all(client: &TestClient, product: &str) -> Value {
    let models = block_on(client, client.fetch_all(&json!({"product": product}))).unwrap();
    serde_json::to_value(models).unwrap()
}

fn created() -> TestClient {
    let client = client();
    create(&client, &input()).unwrap();
    client
}

fn kind<T: core::fmt::Debug>(result: Result<T, Error>) -> ErrorKind {
    result.unwrap_err().kind()
}

#[test]
fn r02_r06_create_names_the_field_that_is_wrong() {
    let client = client();
    for (path, value) in
        [("/tag", json!("Writer")), ("/product", json!("my shop")), ("/envs/0/slug", json!(" dev"))]
    {
        let error = create(&client, &with(path, value)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{path}");
    }
    let mut input = input();
    input.as_object_mut().unwrap().remove("product");
    assert_eq!(create(&client, &input).unwrap_err().field(), Some("product"));
    assert!(client.ports().storage.calls().is_empty());
}

#[test]
fn r54_the_clients_product_stands_in_for_a_missing_one() {
    let client = with_options(json!({"product": "shop"}));
    let mut input = input();
    input.as_object_mut().unwrap().remove("product");
    assert_eq!(create(&client, &input).unwrap()["product"], "shop");
    let view = block_on(&client, client.fetch(&json!({"tag": "writer"}))).unwrap().unwrap();
    assert_eq!(view.product, "shop");
    let elsewhere = block_on(&client, client.fetch(&json!({"product": "else", "tag": "writer"})));
    assert_eq!(kind(elsewhere), ErrorKind::ModelNotFound);
}

#[test]
fn r04_a_tag_is_taken_once_per_product() {
    for cas in [true, false] {
        let client = FakePorts::over(Rc::new(MemoryStorage::new(cas)), NoTransport).into_client();
        create(&client, &input()).unwrap();
        let before = client.ports().storage.snapshot();
        let error = create(&client, &with("/name", json!("Other"))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(client.ports().storage.snapshot(), before);
        assert!(create(&client, &with("/product", json!("other"))).is_ok());
    }
}

#[test]
fn r05_upsert_creates_then_changes() {
    let client = client();
    let view = block_on(&client, client.upsert(&input())).unwrap();
    assert_eq!((view.rev, view.envs.len()), (1, 2));
    let mut again = with("/name", json!("Renamed"));
    again["envs"] = json!([{"slug": "prd"}, {"slug": "stg", "apiKey": "sk-staging"}]);
    let view = block_on(&client, client.upsert(&again)).unwrap();
    let slugs: Vec<_> = view.envs.iter().map(|env| (env.slug.as_str(), env.has_key)).collect();
    assert_eq!(slugs, [("dev", true), ("prd", true), ("stg", true)]);
    assert_eq!((view.rev, view.name.as_str()), (2, "Renamed"));
    let missing = block_on(&client, client.upsert(&json!({"product": "shop", "tag": "writer"})));
    assert_eq!(kind(missing), ErrorKind::InvalidInput);
}

#[test]
fn r11_a_declared_products_envs_are_the_only_ones() {
    let client = with_options(json!({"products": {"shop": {"envs": ["dev", "stg", "prd"]}}}));
    let error = create(&client, &with("/envs/1/slug", json!("prod"))).unwrap_err();
    assert_eq!(error.field(), Some("envs[1].slug"));
    assert!(error.to_string().ends_with("(did you mean prd?)"), "{error}");
    assert!(create(&client, &with("/product", json!("undeclared"))).is_ok());
    create(&client, &input()).unwrap();
    let error = update(&client, json!({"envs": [{"slug": "qa", "apiKey": "sk-x"}]})).unwrap_err();
    assert_eq!(error.field(), Some("envs[0].slug"));
    assert!(update(&client, json!({"envs": [{"slug": "stg", "apiKey": "sk-x"}]})).is_ok());
}

#[test]
fn r13_r15_keys_are_checked_and_warnings_returned() {
    let client = client();
    let error = create(&client, &with("/envs/1/apiKey", json!(""))).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::MissingApiKey, Some("envs[1].apiKey")));
    assert!(error.to_string().contains("'prd'") && error.to_string().contains("is the variable set?"));
    let error = create(&client, &with("/envs/0/apiKey", json!("sk-\u{2011}SECRET"))).unwrap_err();
    assert_eq!((error.kind(), error.detail("position")), (ErrorKind::InvalidApiKey, Some(&json!(3))));
    let view = create(&client, &with("/envs/0/apiKey", json!(" sk-ant-abc\n"))).unwrap();
    let codes: Vec<_> = view["warnings"].as_array().unwrap().iter().map(|warning| &warning["code"]).collect();
    assert_eq!(codes, ["trimmed", "foreign_key"]);
}

#[test]
fn r14_a_custom_env_needs_a_base_url_and_no_key() {
    let client = client();
    let mut value = with("/provider", json!("custom"));
    value["envs"] = json!([{"slug": "dev", "baseUrl": "http://localhost:8080"}]);
    let view = create(&client, &value).unwrap();
    assert_eq!(
        view["envs"][0],
        json!({"slug": "dev", "active": true, "baseUrl": "http://localhost:8080",
        "hasKey": false, "keyStatus": "none"})
    );
}

#[test]
fn r16_r17_update_rotates_one_key_and_keeps_everything_else() {
    let client = created();
    let (before, kept, replaced) = (fetch(&client), sealed(&client, 0), sealed(&client, 1));
    let after = update(
        &client,
        json!({"temperature": 0.5, "envs": [{"slug": "prd", "apiKey": "sk-rotated-key-000009"}]}),
    );
    let mut expected = before.clone();
    expected["rev"] = json!(2);
    expected["temperature"] = json!(0.5);
    expected["envs"][1]["keyHint"] = json!("0009");
    let mut after = after.unwrap();
    assert_ne!(after["envs"][1]["keyFingerprint"], before["envs"][1]["keyFingerprint"]);
    after["envs"][1]["keyFingerprint"] = before["envs"][1]["keyFingerprint"].clone();
    assert_eq!(after, expected);
    assert_eq!(sealed(&client, 0), kept);
    assert_ne!(sealed(&client, 1), replaced);
}

fn sealed(client: &TestClient, env: usize) -> String {
    let text = client.ports().storage.snapshot().remove("lm1/shop/writer").unwrap();
    let record = text.lines().next().unwrap();
    let json: Value = serde_json::from_str(record.splitn(4, '.').last().unwrap()).unwrap();
    json["envs"][env]["sealedKey"].as_str().unwrap().to_owned()
}

#[test]
fn r18_an_env_goes_only_by_request_and_the_last_one_stays() {
    let client = created();
    let remove = |slug: &str| {
        let input = json!({"product": "shop", "tag": "writer", "slug": slug});
        block_on(&client, client.remove_env(&input))
    };
    assert_eq!(kind(remove("prod")), ErrorKind::EnvNotFound);
    assert_eq!(remove("prd").unwrap().envs.len(), 1);
    assert_eq!(kind(remove("dev")), ErrorKind::InvalidInput);
    assert_eq!(fetch(&client)["envs"].as_array().unwrap().len(), 1);
}

#[test]
fn r20_a_key_does_not_follow_to_another_origin() {
    let client = created();
    let before = client.ports().storage.snapshot();
    let moves = [
        json!({"envs": [{"slug": "dev", "baseUrl": "https://evil.example"}]}),
        json!({"provider": "custom", "envs": [{"slug": "dev", "baseUrl": "https://a.example"},
            {"slug": "prd", "baseUrl": "https://a.example"}]}),
        json!({"provider": "anthropic", "envs": [{"slug": "dev", "apiKey": "sk-ant-x"}]}),
    ];
    for change in moves {
        assert_eq!(kind(update(&client, change)), ErrorKind::KeyReentryRequired);
    }
    assert_eq!(client.ports().storage.snapshot(), before);
    let all = json!({"provider": "anthropic", "envs": [{"slug": "dev", "apiKey": "sk-ant-x"}, {"slug": "prd", "remove": true}]});
    assert_eq!(update(&client, all).unwrap()["provider"], "anthropic");
}

#[test]
fn r21_a_missing_tag_is_an_error_with_close_matches() {
    let client = created();
    let near = json!({"product": "shop", "tag": "writr"});
    let errors = [
        block_on(&client, client.fetch(&near)).map(|_| ()).unwrap_err(),
        block_on(&client, client.delete(&near)).map(|_| ()).unwrap_err(),
        block_on(&client, client.update(&near)).map(|_| ()).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::ModelNotFound);
        assert_eq!(error.detail("closeMatches"), Some(&json!(["writer"])), "{error}");
    }
    let optional = json!({"product": "shop", "tag": "writr", "optional": true});
    assert_eq!(block_on(&client, client.fetch(&optional)).unwrap(), None);
}

#[test]
fn r22_delete_leaves_nothing_behind() {
    let client = created();
    let deleted = block_on(&client, client.delete(&address())).unwrap();
    let told = json!({"product": "shop", "tag": "writer", "referencedBy": []});
    assert_eq!(serde_json::to_value(deleted).unwrap(), told);
    assert!(client.ports().storage.snapshot().is_empty());
    assert_eq!(kind(block_on(&client, client.delete(&address()))), ErrorKind::ModelNotFound);
}

#[test]
fn r23_fetch_all_is_sorted_paged_and_flags_what_it_cannot_read() {
    let client = client();
    client.ports().storage.set_page_size(2);
    assert_eq!(fetch_all(&client, "shop"), json!([]));
    for tag in ["zebra", "a.b", "writer", "a-b", "ab"] {
        create(&client, &with("/tag", json!(tag))).unwrap();
    }
    create(&client, &with("/product", json!("shop2"))).unwrap();
    let storage = &client.ports().storage;
    storage.plant("lm1/shop/broken", "{}");
    storage.plant("lm1/shop/moved", &storage.snapshot()["lm1/shop/zebra"]);
    storage.plant("lm1/shop/newer", "LMR2.whatever");
    storage.plant("lm1/shop/FOREIGN", "x");
    storage.plant("lm1/shop/a/b", "x");
    let models = fetch_all(&client, "shop");
    let listed: Vec<_> = models
        .as_array()
        .unwrap()
        .iter()
        .map(|model| (model["tag"].as_str().unwrap(), model["unreadable"].as_str()))
        .collect();
    assert_eq!(
        listed,
        [
            ("a-b", None),
            ("a.b", None),
            ("ab", None),
            ("broken", Some("record_corrupt")),
            ("moved", Some("record_corrupt")),
            ("newer", Some("record_too_new")),
            ("writer", None),
            ("zebra", None)
        ]
    );
    assert_eq!(models[3], json!({"tag": "broken", "unreadable": "record_corrupt"}));
}

#[test]
fn r24_a_view_shows_facts_about_keys_and_no_key() {
    let client = created();
    let view = fetch(&client);
    let env = view["envs"][0].as_object().unwrap();
    assert_eq!(
        env.keys().map(String::as_str).collect::<Vec<_>>(),
        ["slug", "active", "hasKey", "keyStatus", "keyHint", "keyFingerprint", "keyId", "keyUpdatedAt"]
    );
    assert_eq!((&env["keyHint"], &env["keyStatus"]), (&json!("TKEY"), &json!("sealed")));
    for text in [view.to_string(), fetch_all(&client, "shop").to_string()] {
        assert!(!text.contains("lm1.") && !text.contains("sk-"), "{text}");
    }
    let short = update(&client, json!({"envs": [{"slug": "dev", "apiKey": "sk-short"}]})).unwrap();
    assert_eq!(short["envs"][0].get("keyHint"), None);
    let reference = update(&client, json!({"envs": [{"slug": "dev", "keyRef": "vault/dev"}]})).unwrap();
    assert_eq!(
        reference["envs"][0],
        json!({"slug": "dev", "active": true, "hasKey": false,
        "keyStatus": "reference", "keyRef": "vault/dev"})
    );
}

#[test]
fn r25_what_was_fetched_can_be_given_back() {
    let client = created();
    update(
        &client,
        json!({"stopSequences": null, "headers": {"x-title": "t"},
        "envs": [{"slug": "dev", "baseUrl": null, "topP": 0.5}]}),
    )
    .unwrap();
    let before = (fetch(&client), sealed(&client, 0), sealed(&client, 1));
    let mut same =
        block_on(&client, client.update(&before.0)).map(|view| serde_json::to_value(view).unwrap()).unwrap();
    assert_eq!(same["rev"], 3);
    same["rev"] = json!(2);
    assert_eq!((same, sealed(&client, 0), sealed(&client, 1)), before);
    for mask in ["••••••••TKEY", "****", "TKEY", "xxxxxxxx"] {
        let error = update(&client, json!({"envs": [{"slug": "dev", "apiKey": mask}]})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidApiKey, "{mask}");
    }
}

#[test]
fn r26_r62_no_plaintext_reaches_storage_views_or_errors() {
    let client = client();
    let mut shown = vec![create(&client, &input()).unwrap().to_string()];
    shown.push(update(&client, json!({"envs": [{"slug": "prd", "apiKey": CANARY}]})).unwrap().to_string());
    shown.push(fetch_all(&client, "shop").to_string());
    let failures = [
        create(&client, &input()),
        create(&client, &with("/name", json!({"x": CANARY}))),
        create(&client, &with("/tag", json!(CANARY))),
        create(&client, &with("/provider", json!(CANARY))),
        update(&client, json!({"apiKey": CANARY})),
        update(&client, json!({"headers": {"authorization": CANARY}})),
        update(&client, json!({"headers": {"x": format!("{CANARY}\n")}})),
        update(&client, json!({"envs": [{"slug": "dev", "baseUrl": format!("https://{CANARY}@h")}]})),
        update(&client, json!({"envs": [{"slug": "dev", "baseUrl": format!("https://h?key={CANARY}")}]})),
        update(&client, json!({"envs": [{"slug": "dev", "apiKey": format!("{CANARY}\u{e9}")}]})),
        update(&client, json!({"envs": [{"slug": CANARY}]})),
        update(&client, json!({"envs": {"dev": CANARY}})),
        update(&client, json!({"temperature": CANARY})),
    ];
    for failure in failures {
        let error = failure.unwrap_err();
        shown.push(format!("{error} {error:?} {}", serde_json::to_string(&error.view()).unwrap()));
    }
    shown.extend(client.ports().storage.calls());
    let reversed: String = CANARY.chars().rev().collect();
    let hex: String = CANARY.bytes().map(|byte| format!("{byte:02x}")).collect();
    for text in shown {
        for form in [CANARY, &reversed, &hex, "c2stY2FuYXJ5LTAxMjM0NTY3ODktU0VDUkVUS0VZ"] {
            assert!(!text.contains(form), "{text}");
        }
    }
}

#[test]
fn r28_the_same_key_sealed_twice_differs() {
    let client = client();
    let mut value = input();
    value["envs"][1]["apiKey"] = json!(CANARY);
    create(&client, &value).unwrap();
    assert_ne!(sealed(&client, 0), sealed(&client, 1));
    let view = fetch(&client);
    assert_eq!(view["envs"][0]["keyFingerprint"], view["envs"][1]["keyFingerprint"]);
}

#[test]
fn r29_a_record_of_an_unknown_key_is_shown_but_not_written() {
    let client = created();
    let before = client.ports().storage.snapshot();
    let stranger = beside(&client, keyring(2));
    let view = fetch(&stranger);
    let needed = fetch(&client)["envs"][0]["keyId"].clone();
    assert_eq!((&view["unknownKey"], &view["envs"][0]["keyStatus"]), (&needed, &json!("unknown_key")));
    let error = update(&stranger, json!({"name": "x"})).unwrap_err();
    assert_eq!((error.kind(), error.detail("keyId")), (ErrorKind::UnknownKey, Some(&needed)));
    assert_eq!(client.ports().storage.snapshot(), before);
    let both = Keyring::new(product_key(2), vec![product_key(1)]).unwrap();
    let rotated = beside(&client, both);
    let view = update(&rotated, json!({"name": "x"})).unwrap();
    assert_eq!((view.get("unknownKey"), &view["envs"][0]["keyStatus"]), (None, &json!("sealed")));
    assert_eq!(fetch(&client)["envs"][0]["keyStatus"], "unknown_key");
}

#[test]
fn r32_another_instance_sees_an_update_at_once() {
    let client = created();
    let other = beside(&client, keyring(1));
    update(&other, json!({"temperature": 0.1})).unwrap();
    assert_eq!(fetch(&client)["temperature"], 0.1);
    update(&client, json!({"temperature": 0.2})).unwrap();
    assert_eq!((&fetch(&other)["temperature"], &fetch(&other)["rev"]), (&json!(0.2), &json!(3)));
}

#[test]
fn origins_outside_the_clients_list_are_refused() {
    let client = with_options(json!({"allowedOrigins": ["https://OK.example/"]}));
    let to = |url: &str| with("/envs/0", json!({"slug": "dev", "apiKey": "sk-x", "baseUrl": url}));
    for url in ["https://no.example", "http://localhost:1", "https://ok.example:8443"] {
        let error = create(&client, &to(url)).unwrap_err();
        assert_eq!(
            (error.kind(), error.field()),
            (ErrorKind::OriginNotAllowed, Some("envs[0].baseUrl")),
            "{url}"
        );
    }
    assert!(create(&client, &to("https://ok.example/v2")).is_ok());
}

#[test]
fn r28_no_entropy_means_no_write() {
    let client = created();
    let before = client.ports().storage.snapshot();
    client.ports().random.broken.set(true);
    let calls = [
        create(&client, &with("/tag", json!("other"))),
        update(&client, json!({"name": "x"})),
        update(&client, json!({"envs": [{"slug": "dev", "apiKey": "sk-x"}]})),
    ];
    for call in calls {
        assert_eq!(kind(call), ErrorKind::EntropyUnavailable);
    }
    assert_eq!(client.ports().storage.snapshot(), before);
}
