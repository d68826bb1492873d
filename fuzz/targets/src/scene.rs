//! A client with a store and one model in it: made once for each thread, since making it costs more than most inputs.

use std::rc::Rc;

use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::crypto::Keyring;
use serde_json::Value;
use serde_json::json;
use testkit::fakes::FakePorts;
use testkit::fakes::MemoryStorage;
use testkit::fakes::NoTransport;
use testkit::fakes::block_on;
use testkit::fakes::keyring;

pub(crate) type FuzzClient = Client<FakePorts>;

/// The record that is stored.
pub(crate) struct Scene {
    pub(crate) ring: Keyring,
    /// Where it is stored.
    pub(crate) key: String,
    /// Its text.
    pub(crate) text: String,
}

thread_local! {
    static SCENE: Scene = Scene::new();
}

impl Scene {
    fn new() -> Self {
        let ring = keyring(1);
        let client = client(&ring, []);
        let created = block_on(&client, client.create(&model()));
        assert!(created.is_ok(), "{created:?}");
        let (key, text) = client.ports().storage.snapshot().pop_first().unwrap_or_default();
        Self { ring, key, text }
    }

    /// A client of a store with the record.
    pub(crate) fn client(&self) -> FuzzClient {
        client(&self.ring, [(self.key.as_str(), self.text.as_str())])
    }

    /// A client of a store with `text` in the record's place.
    pub(crate) fn client_over(&self, text: &str) -> FuzzClient {
        client(&self.ring, [(self.key.as_str(), text)])
    }

    /// A client of an empty store.
    pub(crate) fn empty(&self) -> FuzzClient {
        client(&self.ring, [])
    }
}

/// Runs `work` on this thread's scene.
pub(crate) fn with<T>(work: impl FnOnce(&Scene) -> T) -> T {
    SCENE.with(work)
}

fn client<'t>(ring: &Keyring, values: impl IntoIterator<Item = (&'t str, &'t str)>) -> FuzzClient {
    let storage = MemoryStorage::new(true);
    values.into_iter().for_each(|(key, text)| storage.plant(key, text));
    let ports = FakePorts::over(Rc::new(storage), NoTransport);
    Client::new(ports, ring.clone(), ClientOptions::default())
}

/// Every field that a model has.
fn model() -> Value {
    json!({
        "product": "shop", "tag": "writer", "name": "Writer", "description": "Writes", "provider": "openai",
        "model": "gpt-4.1", "api": "chat", "temperature": 0.5, "maxTokens": 100, "topP": 0.9, "timeout": 1000,
        "stopSequences": ["end"], "headers": {"x-team": "a"}, "providerOptions": {"seed": 1},
        "capabilities": {"schema": true, "maxOutputTokens": 500}, "fallback": ["spare"],
        "envs": [
            {"slug": "dev", "apiKey": "test-api-key-0123456789", "temperature": null, "description": "Here"},
            {"slug": "prd", "apiKey": "test-api-key-9876543210", "baseUrl": "https://llm.example/v1", "active": false},
            {"slug": "ref", "keyRef": "vault/one", "baseUrl": "http://llm.example", "allowInsecure": true, "model": "m"},
        ],
    })
}

/// The address of the stored model.
pub(crate) fn address() -> Value {
    json!({"product": "shop", "tag": "writer"})
}
