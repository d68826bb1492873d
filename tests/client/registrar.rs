//! A client of one product over a store that others may share, for tests of what concerns many models at once.

use core::future::Future;
use std::rc::Rc;

use ductape_models::Result;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::client::Keys;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use super::fakes::CountingRandom;
use super::fakes::FakePorts;
use super::fakes::MemoryStorage;
use super::fakes::NoTransport;
use super::fakes::block_on;
use super::fakes::keyring;

pub(crate) const CANARY: &str = "sk-canary-0123456789abcdef";

pub(crate) struct Registrar {
    pub(crate) client: Client<FakePorts>,
}

impl Registrar {
    pub(crate) fn new(cas: bool) -> Self {
        Self::over(&Rc::new(MemoryStorage::new(cas)), keyring(1), json!({}))
    }

    pub(crate) fn over(storage: &Rc<MemoryStorage>, keys: impl Into<Keys>, mut options: Value) -> Self {
        if options["product"].is_null() {
            options["product"] = json!("shop");
        }
        let options = ClientOptions::read(&options).unwrap();
        let mut ports = FakePorts::over(Rc::clone(storage), NoTransport);
        ports.random = CountingRandom::starting_at((storage.calls().len() as u64 + 1) << 32);
        Self { client: Client::new(ports, keys, options) }
    }

    /// Another client of the same store.
    pub(crate) fn beside(&self, keys: impl Into<Keys>, options: Value) -> Self {
        Self::over(self.store(), keys, options)
    }

    pub(crate) fn store(&self) -> &Rc<MemoryStorage> {
        &self.client.ports().storage
    }

    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        block_on(&self.client, work)
    }

    pub(crate) fn update(&self, tag: &str, mut patch: Value) {
        patch["tag"] = json!(tag);
        self.run(self.client.update(&patch)).unwrap();
    }

    /// The models as `fetchAll` shows them.
    pub(crate) fn models(&self) -> Value {
        plain(self.run(self.client.fetch_all(&json!({})))).unwrap()
    }

    /// Every key opens, every record verifies.
    pub(crate) fn assert_healthy(&self, case: &str) {
        let found = self.run(self.client.doctor(&json!({"deep": true}))).unwrap();
        assert!(found.healthy, "{case}: {:?}", found.problems);
    }

    /// The writes since calls were last forgotten.
    pub(crate) fn writes(&self) -> usize {
        let calls = self.store().calls();
        calls.iter().filter(|call| call.starts_with("put") || call.starts_with("delete")).count()
    }
}

/// The input of a model whose environments have a key each.
pub(crate) fn model(tag: &str, slugs: &[&str], more: Value) -> Value {
    let env = |slug: &&str| json!({"slug": slug, "apiKey": format!("{CANARY}-{tag}-{slug}")});
    let envs: Vec<Value> = slugs.iter().map(env).collect();
    let mut input = json!({"tag": tag, "name": "M", "provider": "openai", "model": "gpt-4.1", "envs": envs});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// A result as TypeScript reads it, with no key in it.
pub(crate) fn plain(result: Result<impl Serialize>) -> Result<Value> {
    let value = serde_json::to_value(result?).unwrap();
    assert!(!value.to_string().contains("canary"), "{value}");
    Ok(value)
}
