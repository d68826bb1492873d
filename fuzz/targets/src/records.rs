//! Stored records: as anybody who can write the store leaves them, and behind a good checksum.

use testkit::fakes::block_on;
use testkit::fakes::product_key;
use testkit::record::Frame;

use crate::scene;
use crate::scene::FuzzClient;
use crate::scene::address;

/// The text of a record.
pub(crate) fn texts() -> Vec<Vec<u8>> {
    scene::with(|scene| vec![scene.text.clone().into_bytes()])
}

/// The JSON of a record.
pub(crate) fn jsons() -> Vec<Vec<u8>> {
    scene::with(|scene| Frame::split(&scene.text).map(|frame| frame.json.into_bytes()).into_iter().collect())
}

/// A changed record is never used; it is shown at most as unverified.
pub(crate) fn text(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    scene::with(|scene| {
        let client = scene.client_over(text);
        let usable = read_all(&client);
        assert!(!usable || text == scene.text, "a changed record was used");
    });
}

/// A record that a newer version, or a thief of the product key, wrote: whatever it holds, it is read or refused.
pub(crate) fn json(bytes: &[u8]) {
    let Ok(json) = core::str::from_utf8(bytes) else { return };
    scene::with(|scene| {
        let Some(frame) = Frame::split(&scene.text) else { return };
        let frame = Frame { json: json.to_owned(), rest: String::new(), ..frame };
        let text = frame.signed(&product_key(1), &scene.key).text();
        read_all(&scene.client_over(&text));
    });
}

/// Reads the record in every way, and says whether it could be used to call or to write.
fn read_all(client: &FuzzClient) -> bool {
    let _ = block_on(client, client.fetch(&address()));
    let _ = block_on(client, client.fetch_all(&serde_json::json!({"product": "shop"})));
    let call = serde_json::json!({"product": "shop", "env": "dev", "model": "writer"});
    let resolved = block_on(client, client.resolve(&call)).is_ok();
    let patch = serde_json::json!({"product": "shop", "tag": "writer", "name": "Renamed"});
    let updated = block_on(client, client.update(&patch)).is_ok();
    resolved || updated
}
