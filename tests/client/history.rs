//! Earlier settings of a model: what is kept, who wrote it, and what a rollback does and refuses.

use std::rc::Rc;

use ductape_models::ErrorKind;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::client::Revision;
use ductape_models::model::MAX_REVISIONS;
use ductape_models::model::ModelView;
use serde_json::Value;
use serde_json::json;

use super::fakes::FakePorts;
use super::fakes::Fault;
use super::fakes::MemoryStorage;
use super::fakes::NoTransport;
use super::fakes::block_on;
use super::fakes::keyring;

const KEY: &str = "lm1/shop/writer";
const CANARY: &str = "sk-canary-0123456789abcdef";

struct Desk {
    client: Client<FakePorts>,
}

impl Desk {
    fn new(actor: &str) -> Self {
        Self::over(&Rc::new(MemoryStorage::new(true)), actor)
    }

    fn over(storage: &Rc<MemoryStorage>, actor: &str) -> Self {
        let options = ClientOptions::read(&json!({"product": "shop", "actor": actor})).unwrap();
        Self { client: Client::new(FakePorts::over(Rc::clone(storage), NoTransport), keyring(1), options) }
    }

    fn created(self) -> Self {
        let model = json!({"tag": "writer", "name": "W", "provider": "openai", "model": "gpt-5", "temperature": 0.1,
            "envs": [{"slug": "dev", "apiKey": CANARY}, {"slug": "prd", "apiKey": CANARY, "topP": 0.5}]});
        block_on(&self.client, self.client.create(&model)).unwrap();
        self
    }

    fn update(&self, mut patch: Value) -> ModelView {
        patch["tag"] = json!("writer");
        block_on(&self.client, self.client.update(&patch)).unwrap()
    }

    fn history(&self) -> Vec<Revision> {
        block_on(&self.client, self.client.history(&json!({"tag": "writer"}))).unwrap()
    }

    fn rollback(&self, mut to: Value) -> ductape_models::Result<ModelView> {
        to["tag"] = json!("writer");
        block_on(&self.client, self.client.rollback(&to))
    }

    fn storage(&self) -> &MemoryStorage {
        &self.client.ports().storage
    }
}

#[test]
fn r30e_history_names_revisions_writers_and_what_changed() {
    let desk = Desk::new("ada").created();
    desk.update(json!({"temperature": 0.2, "description": "d"}));
    let bob = Desk::over(&desk.client.ports().storage, "bob");
    bob.update(json!({"envs": [{"slug": "prd", "topP": 0.6}], "description": null}));
    // A new key is a write without new settings.
    bob.update(json!({"envs": [{"slug": "prd", "apiKey": "sk-next"}]}));
    let known = desk.history();
    let told: Vec<_> = known
        .iter()
        .map(|one| (one.rev, one.updated_by.as_deref().unwrap(), one.changed.join(" ")))
        .collect();
    assert_eq!(
        told,
        [
            (3, "bob", "description envs.prd".to_owned()),
            (2, "ada", "description temperature".to_owned()),
            (1, "ada", String::new()),
        ]
        .map(|(rev, by, changed)| (rev, by, changed))
    );
    assert_eq!(known[2].settings["temperature"], 0.1);
    assert_eq!(known[1].settings["envs"][1], json!({"slug": "prd", "active": true, "topP": 0.5}));
}

#[test]
fn r30e_r26_the_history_holds_no_key_in_any_form() {
    let desk = Desk::new("ada").created();
    desk.update(json!({"name": "X", "envs": [{"slug": "dev", "keyRef": "vault/name"}]}));
    desk.update(json!({"name": "Y", "envs": [{"slug": "dev", "apiKey": "sk-other-0123456789"}]}));
    let text = desk.storage().snapshot().remove(KEY).unwrap();
    let (_, history) = text.split_once('\n').unwrap();
    for secret in ["lm1.", "sk-", "vault", "keyHint", "keyFingerprint", CANARY] {
        assert!(!history.contains(secret), "{secret}");
    }
}

#[test]
fn r30e_the_last_revisions_are_kept_and_no_more() {
    let desk = Desk::new("ada").created();
    for step in 0..MAX_REVISIONS as u64 + 5 {
        desk.update(json!({"maxTokens": step + 1}));
    }
    let known = desk.history();
    assert_eq!((known.len(), known[0].rev), (MAX_REVISIONS + 1, MAX_REVISIONS as u64 + 6));
    assert_eq!(known[MAX_REVISIONS].rev, 6);
    let large = "x".repeat(40_000);
    desk.update(json!({"description": large}));
    desk.update(json!({"description": "y".repeat(40_000)}));
    desk.update(json!({"description": null}));
    assert_eq!(desk.history().len(), 2);
}

#[test]
fn r30e_a_rollback_is_a_new_revision_with_the_old_settings_and_the_new_keys() {
    let desk = Desk::new("ada").created();
    let before = desk.history().remove(0).settings;
    desk.update(json!({"name": "X", "temperature": null, "model": "gpt-6", "headers": {"x-title": "t"},
        "envs": [{"slug": "dev", "active": false, "description": "n", "apiKey": "sk-new-0123456789abcdef-zzzz"}]}));
    let view = desk.rollback(json!({"rev": 1})).unwrap();
    assert_eq!((view.rev, view.envs[0].key_hint.as_deref()), (3, Some("zzzz")));
    assert!(view.warnings.is_empty());
    let known = desk.history();
    assert_eq!((known[0].rev, &known[0].settings), (3, &before));
    assert_eq!(known.len(), 3);
    // And forth again.
    desk.rollback(json!({"rev": 2})).unwrap();
    assert_eq!(desk.history()[0].settings["name"], "X");
}

#[test]
fn r20_r30e_a_rollback_takes_no_key_to_another_place() {
    let desk = Desk::new("ada").created();
    let moved = json!([{"slug": "dev", "baseUrl": "https://proxy.example/v1", "apiKey": "sk-proxy"}]);
    desk.update(json!({"envs": moved}));
    let error = desk.rollback(json!({"rev": 1})).unwrap_err();
    assert_eq!((error.kind(), error.detail("env")), (ErrorKind::KeyReentryRequired, Some(&json!("dev"))));
    let view = desk.rollback(json!({"rev": 1, "envs": [{"slug": "dev", "apiKey": CANARY}]})).unwrap();
    assert_eq!(view.envs[0].base_url, None);
    let found = block_on(&desk.client, desk.client.doctor(&json!({"deep": true}))).unwrap();
    assert!(found.healthy, "{:?}", found.problems);
}

#[test]
fn r30e_environments_come_and_go_with_a_warning_and_never_with_a_key() {
    let desk = Desk::new("ada").created();
    desk.update(json!({"envs": [{"slug": "prd", "remove": true}, {"slug": "stg", "apiKey": "sk-stg"}]}));
    let view = desk.rollback(json!({"rev": 1})).unwrap();
    let slugs: Vec<_> = view.envs.iter().map(|env| env.slug.as_str()).collect();
    assert_eq!(slugs, ["dev", "stg"]);
    let messages: Vec<_> = view.warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "env 'stg' was added since and stays as it is",
            "env 'prd' was removed since; it comes back with its apiKey only",
        ]
    );
    let view = desk.rollback(json!({"rev": 1, "envs": [{"slug": "prd", "apiKey": CANARY}]})).unwrap();
    assert_eq!(view.envs[2].config.top_p, Some(Some(0.5)));
}

#[test]
fn r30e_what_the_history_lacks_is_refused_with_what_it_has() {
    let desk = Desk::new("ada").created();
    desk.update(json!({"name": "X"}));
    let error = desk.rollback(json!({"rev": 7})).unwrap_err();
    assert_eq!((error.field(), error.detail("available")), (Some("rev"), Some(&json!([2, 1]))));
    for (input, field) in [
        (json!({}), "rev"),
        (json!({"rev": 0}), "rev"),
        (json!({"rev": 1, "envs": [{"slug": "dev", "baseUrl": "https://x.example"}]}), "envs[0].baseUrl"),
        (json!({"rev": 1, "name": "N"}), "name"),
    ] {
        assert_eq!(desk.rollback(input).unwrap_err().field(), Some(field));
    }
    let error = desk.rollback(json!({"rev": 1, "envs": [{"slug": "nope", "apiKey": "sk"}]})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EnvNotFound);
    let missing = block_on(&desk.client, desk.client.history(&json!({"tag": "writr"}))).unwrap_err();
    assert_eq!(missing.detail("closeMatches"), Some(&json!(["writer"])));
}

#[test]
fn r22_delete_takes_the_history_along() {
    let desk = Desk::new("ada").created();
    desk.update(json!({"name": "X"}));
    block_on(&desk.client, desk.client.delete(&json!({"tag": "writer"}))).unwrap();
    assert!(desk.storage().snapshot().is_empty());
    assert_eq!(desk.created().history().len(), 1);
}

#[test]
fn r63_a_record_torn_anywhere_is_an_error_and_never_another_model() {
    let desk = Desk::new("ada").created();
    desk.update(json!({"name": "X"}));
    desk.update(json!({"name": "Y"}));
    let whole = desk.storage().snapshot().remove(KEY).unwrap();
    for end in 0..whole.len() {
        desk.storage().plant(KEY, &whole[..end]);
        let error = block_on(&desk.client, desk.client.fetch(&json!({"tag": "writer"}))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RecordCorrupt, "{end}");
    }
    // A history that was changed without changing its length is found by whoever uses it.
    desk.storage().plant(KEY, &whole.replace("\"name\":\"W\"", "\"name\":\"V\""));
    let error = block_on(&desk.client, desk.client.history(&json!({"tag": "writer"}))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RecordCorrupt);
    let found = block_on(&desk.client, desk.client.doctor(&json!({}))).unwrap();
    assert_eq!(found.problems[0].code, "record_corrupt");
}

#[test]
fn r63_r30e_a_rollback_that_fails_changes_nothing() {
    for index in 0..3 {
        for fault in Fault::ALL {
            let desk = Desk::new("ada").created();
            desk.update(json!({"name": "X"}));
            desk.storage().forget_calls();
            desk.storage().fault_at(index, fault);
            let done = desk.rollback(json!({"rev": 1}));
            desk.storage().forget_calls();
            let name = desk.history().remove(0).settings["name"].clone();
            if done.is_ok() && !(index == 1 && fault == Fault::WrongValue) {
                assert_eq!(name, "W", "call {index} {fault:?}");
            }
            assert!(name == "W" || name == "X");
        }
    }
}
