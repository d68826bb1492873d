//! Options as callers write them: of clients, of calls, of models.

use ductape_models::client::ClientOptions;
use ductape_models::model::ProviderId;
use serde_json::Value;
use testkit::fakes::block_on;

use crate::scene;
use crate::scene::address;

fn read(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}

/// Options of a client, with the one that holds patterns put to use.
pub(crate) fn client(bytes: &[u8]) {
    const MODEL: &str = "gpt-4.1-2026-01-01-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
    let Some(options) = read(bytes) else { return };
    if let Ok(options) = ClientOptions::read(&options) {
        let _ = options.catalog.of(ProviderId::Openai, MODEL);
    }
}

/// Options of a call, down to the request that it would send.
pub(crate) fn call(bytes: &[u8]) {
    let Some(options) = read(bytes) else { return };
    scene::with(|scene| {
        let client = scene.client();
        if let Ok(built) = block_on(&client, client.build_request(&options)) {
            assert!(built.url.starts_with("http"));
            assert!(!built.body.is_null(), "a request has a body in JSON");
        }
        let _ = block_on(&client, client.explain(&options));
    });
}

/// A new model: what is stored can be shown.
pub(crate) fn model_input(bytes: &[u8]) {
    let Some(input) = read(bytes) else { return };
    scene::with(|scene| {
        let client = scene.empty();
        let created = block_on(&client, client.create(&input));
        assert_eq!(created.is_ok(), !client.ports().storage.snapshot().is_empty());
        let Ok(created) = created else { return };
        let address = serde_json::json!({"product": created.product, "tag": created.tag});
        let shown = block_on(&client, client.fetch(&address));
        assert!(shown.is_ok_and(|shown| shown.is_some_and(|shown| shown.envs == created.envs)));
    });
}

/// A change of a model: what was stored can still be shown.
pub(crate) fn model_patch(bytes: &[u8]) {
    let Some(patch) = read(bytes) else { return };
    scene::with(|scene| {
        let client = scene.client();
        let updated = block_on(&client, client.update(&patch));
        let shown = block_on(&client, client.fetch(&address()));
        let rev = shown.ok().flatten().map(|shown| shown.rev);
        assert_eq!(rev, Some(if updated.is_ok() { 2 } else { 1 }));
    });
}
