//! What a store holds as its owner sees it: every record verified, its keys opened, and without what differs from one
//! write to the next.

use std::collections::BTreeMap;

use ductape_models::base_url::BaseUrl;
use ductape_models::base_url::bound_origin;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::crypto::Keyring;
use ductape_models::crypto::SealedKey;
use ductape_models::crypto::context;
use ductape_models::crypto::open;
use ductape_models::model::ListedModel;
use serde_json::Value;
use testkit::fakes::FakePorts;
use testkit::fakes::MemoryStorage;
use testkit::fakes::NoTransport;
use testkit::fakes::block_on;
use testkit::record::Frame;

use crate::scene::PRODUCT;
use crate::scene::ring;

/// Records by storage key.
pub(crate) type State = BTreeMap<String, Value>;

/// Times and random ids, and what is derived from them.
const VOLATILE: [&str; 5] = ["createdAt", "history", "keyUpdatedAt", "updatedAt", "wid"];

/// The same records whatever their revisions.
pub(crate) fn forget_revisions(state: &mut State) {
    for json in state.values_mut().filter_map(Value::as_object_mut) {
        json.shift_remove("rev");
        json.shift_remove("settingsFrom");
    }
}

/// Reads a whole store.
///
/// # Errors
/// Which record cannot be read, and why.
pub(crate) fn read(texts: &BTreeMap<String, String>) -> Result<State, String> {
    let ring = ring();
    check_listing(texts, &ring)?;
    texts.iter().map(|(key, text)| Ok((key.clone(), record(key, text, &ring)?))).collect()
}

/// A client sees all of them, and verifies each.
fn check_listing(texts: &BTreeMap<String, String>, ring: &Keyring) -> Result<(), String> {
    let storage = MemoryStorage::new(true);
    texts.iter().for_each(|(key, text)| storage.plant(key, text));
    let client =
        Client::new(FakePorts::over(storage.into(), NoTransport), ring.clone(), ClientOptions::default());
    let listed = block_on(&client, client.fetch_all(&serde_json::json!({"product": PRODUCT})));
    let listed = listed.map_err(|error| format!("the listing fails: {error}"))?;
    let is_good =
        |model: &ListedModel| matches!(model, ListedModel::Readable(view) if view.unknown_key.is_none());
    if listed.len() != texts.len() || !listed.iter().all(is_good) {
        return Err(format!(
            "{} of {} records are readable",
            listed.iter().filter(|one| is_good(one)).count(),
            texts.len()
        ));
    }
    Ok(())
}

fn record(key: &str, text: &str, ring: &Keyring) -> Result<Value, String> {
    let frame = Frame::split(text).ok_or_else(|| format!("{key}: no record"))?;
    let mut json: Value = serde_json::from_str(&frame.json).map_err(|error| format!("{key}: {error}"))?;
    let (tag, provider) = (json["tag"].clone(), json["provider"].clone());
    for env in json["envs"].as_array_mut().into_iter().flatten() {
        if let Some(sealed) = env["sealedKey"].as_str() {
            let opened = opened(sealed, env, &tag, &provider, ring);
            env["sealedKey"] = opened.ok_or_else(|| format!("{key}: a key does not open"))?.into();
        }
    }
    strip(&mut json);
    Ok(json)
}

fn opened(sealed: &str, env: &Value, tag: &Value, provider: &Value, ring: &Keyring) -> Option<String> {
    let base_url = env["baseUrl"].as_str();
    let base_url = base_url.map(|url| BaseUrl::parse("baseUrl", url, true)).transpose().ok()?;
    let origin = bound_origin(base_url.as_ref());
    let parts = ["api-key", PRODUCT, tag.as_str()?, env["slug"].as_str()?, provider.as_str()?, origin];
    let sealed = SealedKey::parse(sealed).ok()?;
    let key = open(ring, &sealed, &context(&parts)).ok()?;
    Some(format!("{} by {}", key.expose(), sealed.key_id().as_str()))
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|name, _| !VOLATILE.contains(&name.as_str()));
            map.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
