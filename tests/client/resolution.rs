//! `resolve` and `explain` over stored models. They send nothing and ask for no key.

use ductape_models::ErrorKind;
use ductape_models::Result;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::client::Explanation;
use ductape_models::client::ResolveView;
use serde_json::Value;
use serde_json::json;

use super::fakes::FakePorts;
use super::fakes::NoTransport;
use super::fakes::block_on;
use super::fakes::keyring;

const KEY: &str = "sk-proj-CANARY-0123456789";

#[test]
fn r33_a_stored_model_resolves_without_its_key() {
    let shop = Shop::with(json!({}));
    let view = shop.resolve(&json!({"model": "main", "env": "dev"})).unwrap();
    let view = serde_json::to_value(view).unwrap();
    assert_eq!(
        view,
        json!({"product": "shop", "tag": "main", "env": "dev", "provider": "openai", "model": "gpt-4.1-mini",
            "baseUrl": null, "params": {"temperature": 0.3}, "warnings": [], "rev": 1})
    );
}

#[test]
fn r46_explain_names_every_level_and_no_key() {
    let shop = Shop::with(json!({}));
    let agent = json!({"model": "main", "modelConfig": {"temperature": 0.5},
        "envs": [{"slug": "dev", "modelConfig": {"temperature": 0.6}}]});
    let options = json!({"agent": agent, "env": "dev", "modelConfig": {"temperature": 0.2}});
    let explained = serde_json::to_value(shop.explain(&options).unwrap()).unwrap();
    assert_eq!(
        explained["settings"]["temperature"],
        json!({"value": 0.2, "source": "runtime", "shadowed": [
            {"source": "environment", "value": 0.6},
            {"source": "agent", "value": 0.5},
            {"source": "modelEnv", "value": 0.3},
            {"source": "model", "value": 0.4},
        ]})
    );
    assert_eq!(
        explained["model"],
        json!({"value": "gpt-4.1-mini", "source": "modelEnv", "shadowed": [{"source": "model", "value": "gpt-4.1"}]})
    );
    assert_eq!(explained["key"]["status"], "sealed");
    assert!(explained["key"]["keyId"].as_str().is_some_and(|id| !id.is_empty()));
    assert!(!explained.to_string().contains("CANARY"));
}

#[test]
fn r32_the_next_resolution_uses_an_update() {
    let shop = Shop::with(json!({}));
    let patch = json!({"tag": "main", "topP": 0.9});
    block_on(&shop.client, shop.client.update(&patch)).unwrap();
    let view = shop.resolve(&json!({"model": "main", "env": "dev"})).unwrap();
    assert_eq!((view.params.top_p, view.rev), (Some(0.9), 2));
}

#[test]
fn r34_r35_a_missing_and_a_switched_off_environment_are_told_apart() {
    let shop = Shop::with(json!({}));
    let error = shop.resolve(&json!({"model": "main", "env": "de"})).unwrap_err();
    assert_eq!((error.kind(), error.detail("suggestion")), (ErrorKind::EnvNotFound, Some(&json!("dev"))));
    let error = shop.resolve(&json!({"model": "main", "env": "prd"})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EnvInactive);
}

#[test]
fn r48_an_agents_environment_names_another_model() {
    let shop = Shop::with(json!({}));
    let mut options =
        json!({"env": "dev", "agent": {"model": "nowhere", "envs": [{"slug": "dev", "model": "main"}]}});
    assert_eq!(shop.resolve(&options).unwrap().tag.as_deref(), Some("main"));
    options["agent"]["envs"][0]["model"] = json!("mian");
    let error = shop.resolve(&options).unwrap_err();
    assert_eq!((error.kind(), error.detail("tag")), (ErrorKind::ModelNotFound, Some(&json!("mian"))));
}

#[test]
fn r36_the_clients_policy_decides() {
    let options = json!({"model": {"provider": "openai", "model": "gpt-6.1-sol"}, "env": "dev", "modelConfig": {"topP": 0.5}});
    let warned = Shop::with(json!({})).resolve(&options).unwrap();
    assert_eq!((warned.params.top_p, warned.warnings.len()), (None, 1));
    let sent = Shop::with(json!({"onUnsupported": "send"})).resolve(&options).unwrap();
    assert_eq!((sent.params.top_p, sent.warnings.len()), (Some(0.5), 0));
    let error = Shop::with(json!({"onUnsupported": "error"})).resolve(&options).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::UnsupportedParameter, Some("topP")));
}

#[test]
fn r36_the_calls_own_effort_counts() {
    let mut options = json!({"model": {"provider": "openai", "model": "gpt-5.6-sol"}, "env": "dev",
        "modelConfig": {"temperature": 0.5}});
    let shop = Shop::with(json!({}));
    assert_eq!(shop.resolve(&options).unwrap().params.temperature, None);
    options["providerOptions"] = json!({"reasoning_effort": "none"});
    assert_eq!(shop.resolve(&options).unwrap().params.temperature, Some(0.5));
}

#[test]
fn an_inline_server_must_be_among_the_allowed_origins() {
    let shop = Shop::with(json!({"allowedOrigins": ["https://llm.example.com"]}));
    let mut options = json!({"env": "dev", "model": {"provider": "custom", "model": "m", "baseUrl": "https://evil.example"}});
    assert_eq!(shop.resolve(&options).unwrap_err().kind(), ErrorKind::OriginNotAllowed);
    options["model"]["baseUrl"] = json!("https://llm.example.com/v1");
    assert_eq!(shop.resolve(&options).unwrap().base_url.as_deref(), Some("https://llm.example.com/v1"));
}

#[test]
fn r19_an_option_of_another_call_is_refused() {
    let error = Shop::with(json!({})).explain(&json!({"model": "main", "prompt": "hi"})).unwrap_err();
    assert_eq!(error.field(), Some("prompt"));
}

/// A client with one model, `main`, that is active in `dev` and not in `prd`.
struct Shop {
    client: Client<FakePorts>,
}

impl Shop {
    fn with(mut options: Value) -> Self {
        options["product"] = json!("shop");
        let options = ClientOptions::read(&options).unwrap();
        let client = Client::new(FakePorts::new(NoTransport), keyring(1), options);
        let model = json!({
            "tag": "main", "name": "Main", "provider": "openai", "model": "gpt-4.1", "temperature": 0.4,
            "envs": [
                {"slug": "dev", "apiKey": KEY, "model": "gpt-4.1-mini", "temperature": 0.3},
                {"slug": "prd", "apiKey": KEY, "active": false},
            ],
        });
        block_on(&client, client.create(&model)).unwrap();
        Self { client }
    }

    fn resolve(&self, options: &Value) -> Result<ResolveView> {
        block_on(&self.client, self.client.resolve(options))
    }

    fn explain(&self, options: &Value) -> Result<Explanation> {
        block_on(&self.client, self.client.explain(options))
    }
}
