//! A store with some models in it and something to do: what operations are tried on. A seed decides everything.

use std::rc::Rc;

use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::crypto::KeyId;
use ductape_models::crypto::Keyring;
use serde_json::Value;
use serde_json::json;
use testkit::Dice;
use testkit::fakes::CountingRandom;
use testkit::fakes::FakePorts;
use testkit::fakes::MemoryStorage;
use testkit::fakes::Reply;
use testkit::fakes::ScriptedTransport;
use testkit::fakes::VirtualClock;
use testkit::fakes::block_on;
use testkit::fakes::keyring;
use testkit::fakes::product_key;

/// A client over fakes.
pub(crate) type ProveClient = Client<FakePorts<ScriptedTransport>>;

pub(crate) const PRODUCT: &str = "shop";

/// The product key with which everything was stored.
const OLD_KEY: u8 = 1;

/// The primary key now.
const NEW_KEY: u8 = 2;

/// A key of the ring that never sealed anything.
const UNUSED_KEY: u8 = 3;

/// The ring of the client that operates: its primary key is new.
pub(crate) fn ring() -> Keyring {
    let others = vec![product_key(OLD_KEY), product_key(UNUSED_KEY)];
    // The keys differ, which is all that a ring asks for.
    Keyring::new(product_key(NEW_KEY), others).unwrap_or_else(|_| keyring(NEW_KEY))
}

/// More answers than any call asks for.
const ANSWERS: usize = 8;

/// A provider and a server.
type Place = (&'static str, Option<&'static str>);

/// Where the models of a scene are served.
const PLACES: [Place; 3] =
    [("openai", None), ("openai", Some("https://llm.example/v1")), ("custom", Some("http://localhost:9/v1"))];

/// What is stored, and the options of everything that may be done with it.
#[derive(Debug)]
pub(crate) struct Scene {
    /// Whether the store compares and sets.
    pub(crate) cas: bool,
    /// Keys that must show up nowhere.
    pub(crate) secrets: Vec<String>,
    /// `{product}`.
    pub(crate) product: Value,
    /// `{product, tag}` of a model that is there.
    pub(crate) address: Value,
    /// A model that is not there, at times one that is.
    pub(crate) fresh: Value,
    /// A whole model, there or not.
    pub(crate) whole: Value,
    /// A change of a model that is there.
    pub(crate) patch: Value,
    /// `{product, tag, slug}` of an environment that is there.
    pub(crate) removal: Value,
    /// `{product, env, model}` of a call of a model that is there.
    pub(crate) target: Value,
    /// The same with a prompt.
    pub(crate) call: Value,
    /// `{product, tag, rev}` of the first revision of a model that is there.
    pub(crate) first: Value,
    /// `{keyId}` of a key that is needed, or of one that is not.
    pub(crate) key: Value,
    /// Everything ever stored, in order: a later text of a key replaces an earlier one.
    versions: Vec<(String, String)>,
    page_size: usize,
}

impl Scene {
    /// The scene of a seed.
    ///
    /// # Errors
    /// What went wrong where it could not be set.
    pub(crate) fn new(seed: u64, cas: bool) -> Result<Self, String> {
        let mut dice = Dice::new(seed);
        let (mut secrets, place) = (Vec::new(), *dice.pick(&PLACES));
        let tags: Vec<String> = (0..1 + dice.roll(4)).map(|number| tag(number, &mut dice)).collect();
        let models: Vec<Value> = tags.iter().map(|tag| model(tag, place, &mut dice, &mut secrets)).collect();
        let tag = dice.pick(&tags).clone();
        let fresh_tag = if dice.chance(1, 5) { tag.as_str() } else { "fresh" };
        let whole_tag = if dice.chance(1, 2) { tag.as_str() } else { "fresh" };
        let slug = "e0";
        let mut scene = Self {
            cas,
            product: json!({"product": PRODUCT}),
            address: json!({"product": PRODUCT, "tag": tag}),
            fresh: model(fresh_tag, place, &mut dice, &mut secrets),
            whole: model(whole_tag, place, &mut dice, &mut secrets),
            patch: patch(&tag, &mut dice, &mut secrets),
            removal: json!({"product": PRODUCT, "tag": tag, "slug": "e1"}),
            target: json!({"product": PRODUCT, "env": slug, "model": tag}),
            call: json!({"product": PRODUCT, "env": slug, "model": tag, "prompt": "Hi"}),
            first: json!({"product": PRODUCT, "tag": tag, "rev": 1}),
            key: json!({"keyId": KeyId::of(&product_key(*dice.pick(&[OLD_KEY, UNUSED_KEY]))).as_str()}),
            versions: Vec::new(),
            page_size: *dice.pick(&[1, 2, 1000]),
            secrets,
        };
        scene.versions = scene.write(&models, &mut dice)?;
        Ok(scene)
    }

    /// Stores the models, some of them more than once.
    fn write(&self, models: &[Value], dice: &mut Dice) -> Result<Vec<(String, String)>, String> {
        let client = self.client(keyring(OLD_KEY), CountingRandom::default());
        let storage = &client.ports().storage;
        let mut versions = Vec::new();
        let mut known = storage.snapshot();
        let mut note = || {
            let now = storage.snapshot();
            let new = now.iter().filter(|(key, text)| known.get(*key) != Some(*text));
            versions.extend(new.map(|(key, text)| (key.clone(), text.clone())));
            known = now;
        };
        for model in models {
            block_on(&client, client.create(model)).map_err(|error| error.to_string())?;
            note();
            for round in 0..dice.roll(3) {
                let change =
                    json!({"product": PRODUCT, "tag": model["tag"], "name": format!("Name {round}")});
                block_on(&client, client.update(&change)).map_err(|error| error.to_string())?;
                note();
            }
        }
        Ok(versions)
    }

    /// A client of a store as it is before the operation, with its calls counted from 0.
    pub(crate) fn stage(&self) -> ProveClient {
        let client = self.client(ring(), CountingRandom::starting_at(1 << 40));
        let storage = &client.ports().storage;
        self.versions.iter().for_each(|(key, text)| storage.plant(key, text));
        storage.set_page_size(self.page_size);
        client
    }

    fn client(&self, ring: Keyring, random: CountingRandom) -> ProveClient {
        let clock = Rc::new(VirtualClock::default());
        let transport = ScriptedTransport::new(&clock, (0..ANSWERS).map(|_| answer()));
        let mut ports = FakePorts::over(Rc::new(MemoryStorage::new(self.cas)), transport);
        ports.random = random;
        ports.clock = clock;
        Client::new(ports, ring, ClientOptions::default())
    }
}

fn answer() -> Reply {
    let message = json!({"role": "assistant", "content": "Hello"});
    let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
    Reply::json(200, &json!({"id": "chat-1", "model": "m", "choices": [choice]}))
}

/// Tags that storage keys have to encode, among plain ones.
fn tag(number: usize, dice: &mut Dice) -> String {
    format!("{}{number}", dice.pick(&["writer", "a", "a.b", "gpt-4", "under_score", "w"]))
}

fn secret(dice: &mut Dice, secrets: &mut Vec<String>) -> String {
    let secret = format!("sk-canary-{:016x}", dice.number());
    secrets.push(secret.clone());
    secret
}

/// A model with the environments `e0`, which can be called, and `e1`, and at times more.
fn model(tag: &str, (provider, base_url): Place, dice: &mut Dice, secrets: &mut Vec<String>) -> Value {
    let mut envs = Vec::new();
    for number in 0..2 + dice.roll(3) {
        let mut env = json!({"slug": format!("e{number}"), "apiKey": secret(dice, secrets)});
        if let Some(base_url) = base_url {
            env["baseUrl"] = base_url.into();
        }
        envs.push(env);
    }
    let description = "d".repeat(dice.roll(200));
    json!({
        "product": PRODUCT, "tag": tag, "name": "Name", "description": description, "provider": provider,
        "model": "m", "api": "chat", "temperature": 0.5, "envs": envs,
    })
}

fn patch(tag: &str, dice: &mut Dice, secrets: &mut Vec<String>) -> Value {
    let mut patch = json!({"product": PRODUCT, "tag": tag, "name": "Renamed"});
    if dice.chance(1, 2) {
        patch["envs"] = json!([{"slug": "e0", "apiKey": secret(dice, secrets)}]);
    }
    if dice.chance(1, 3) {
        patch["temperature"] = Value::Null;
    }
    patch
}
