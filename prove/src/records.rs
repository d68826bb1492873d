//! Stored records in the hands of whoever can write the store: every field, every bit and every place changed. None may
//! be used again; behind a checksum that fits, a key that was moved still does not open.

use ductape_models::ErrorKind;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::rc::Rc;
use testkit::Dice;
use testkit::fakes::FakePorts;
use testkit::fakes::MemoryStorage;
use testkit::fakes::ScriptedTransport;
use testkit::fakes::VirtualClock;
use testkit::fakes::block_on;
use testkit::fakes::product_key;
use testkit::record::Frame;

use crate::campaign::Outcome;
use crate::campaign::Run;
use crate::parallel::Tally;
use crate::parallel::each;
use crate::scene::PRODUCT;
use crate::scene::ProveClient;
use crate::scene::Scene;
use crate::scene::ring;

/// The environment that is called.
const SLUG: &str = "e0";

/// A stored record.
struct Stored {
    key: String,
    text: String,
    tag: String,
}

impl Stored {
    fn new(seed: u64) -> Result<Self, String> {
        let client = Scene::new(seed, true)?.stage();
        let (key, text) = client.ports().storage.snapshot().pop_first().ok_or("nothing is stored")?;
        let json: Value = Frame::split(&text)
            .and_then(|frame| serde_json::from_str(&frame.json).ok())
            .ok_or("no record")?;
        let tag = json["tag"].as_str().ok_or("no tag")?.to_owned();
        Ok(Self { key, text, tag })
    }

    fn frame(&self) -> Option<Frame> {
        Frame::split(&self.text)
    }

    /// A client of a store with `text` under `key`. It has no answers: a request that is sent panics.
    fn client(&self, key: &str, text: &str) -> ProveClient {
        let storage = MemoryStorage::new(true);
        storage.plant(key, text);
        let clock = Rc::new(VirtualClock::default());
        let transport = ScriptedTransport::new(&clock, []);
        let mut ports = FakePorts::over(Rc::new(storage), transport);
        ports.clock = clock;
        Client::new(ports, ring(), ClientOptions::default())
    }

    /// How a call of the model with `text` for a record ends before anything is sent.
    fn call(&self, tag: &str, key: &str, text: &str) -> Option<ErrorKind> {
        let client = self.client(key, text);
        let call = json!({"product": PRODUCT, "env": SLUG, "model": tag, "prompt": "Hi"});
        block_on(&client, client.generate(&call)).err().map(|error| error.kind())
    }

    /// Neither called, nor written, nor shown as verified.
    fn is_refused(&self, tag: &str, key: &str, text: &str) -> bool {
        let client = self.client(key, text);
        let address = json!({"product": PRODUCT, "tag": tag});
        let shown = block_on(&client, client.fetch(&address)).ok().flatten();
        let mut change = address.clone();
        change["name"] = "Renamed".into();
        let is_written = block_on(&client, client.update(&change)).is_ok();
        let is_verified = shown.is_some_and(|view| view.unknown_key.is_none());
        !is_written && !is_verified && self.call(tag, key, text).is_some()
    }

    /// Neither shown as history nor added to. Calls do not read it, and need not notice.
    fn is_history_refused(&self, text: &str) -> bool {
        let client = self.client(&self.key, text);
        let address = json!({"product": PRODUCT, "tag": self.tag});
        let mut change = address.clone();
        change["name"] = "Renamed".into();
        block_on(&client, client.history(&address)).is_err()
            && block_on(&client, client.update(&change)).is_err()
    }

    fn check(&self, what: &str, text: &str, tally: &mut Tally) {
        let first_line = |text: &str| text.split_once('\n').map(|(line, _)| line.to_owned());
        if text != self.text && first_line(text).is_some() && first_line(text) == first_line(&self.text) {
            tally.check(self.is_history_refused(text), || format!("{what}: history of {text:?}"));
        } else if text != self.text {
            tally.check(self.is_refused(&self.tag, &self.key, text), || format!("{what}: used {text:?}"));
        }
    }

    /// Every bit of the text, and every end of it.
    fn change_bits(&self, tally: &mut Tally) {
        let mut bytes = self.text.clone().into_bytes();
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(text) = core::str::from_utf8(&bytes) {
                self.check("a bit", text, tally);
            }
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        for (at, _) in self.text.char_indices() {
            self.check("a torn text", &self.text[..at], tally);
        }
    }

    /// Every field of the JSON, removed, replaced, renamed, doubled; the checksum stays.
    fn change_fields(&self, tally: &mut Tally) {
        let Some(frame) = self.frame() else { return tally.fail("no frame".to_owned()) };
        let Ok(json) = serde_json::from_str::<Value>(&frame.json) else { return };
        for path in paths(&json) {
            for changed in edits(&json, &path) {
                let text = Frame { json: changed.to_string(), ..frame.clone() }.text();
                self.check(&path, &text, tally);
            }
        }
        let doubled = frame.json.replacen('{', "{\"active\":true,", 1);
        self.check("a new field", &Frame { json: doubled, ..frame }.text(), tally);
    }

    /// The record under the keys of other models.
    fn move_away(&self, tally: &mut Tally) {
        for (tag, key) in [("else", "lm1/shop/else"), ("w", "lm1/shop/w"), ("writer0", "lm1/shop/writer0")] {
            if key != self.key {
                let refused = self.is_refused(tag, key, &self.text);
                tally.check(refused, || format!("{} was read under {key}", self.key));
            }
        }
    }

    /// A checksum that fits does not help: what the key is bound to was changed, so that the key does not open.
    fn change_what_keys_are_bound_to(&self, tally: &mut Tally) {
        let Some(frame) = self.frame() else { return };
        let Ok(json) = serde_json::from_str::<Value>(&frame.json) else { return };
        let other = if json["provider"] == "custom" { "openai" } else { "custom" };
        let first_key = json["envs"][0]["sealedKey"].clone();
        let changes: [(&str, Value); 6] = [
            ("/envs/0/baseUrl", json!("https://evil.example/v1")),
            ("/envs/0/baseUrl", json!("https://llm.example.evil.example/v1")),
            ("/envs/0/baseUrl", json!("https://llm.example:444/v1")),
            ("/envs/0/slug", json!("e00")),
            ("/envs/1/sealedKey", first_key),
            ("/provider", json!(other)),
        ];
        for (path, value) in changes {
            let mut changed = json.clone();
            set(&mut changed, path, value);
            if other == "custom" && path == "/provider" {
                set(&mut changed, "/envs/0/baseUrl", json!("https://evil.example/v1"));
            }
            let slug = changed["envs"][usize::from(path.starts_with("/envs/1"))]["slug"].clone();
            let forged = Frame { json: changed.to_string(), ..frame.clone() };
            let text = forged.signed(&product_key(1), &self.key).text();
            let client = self.client(&self.key, &text);
            let call = json!({"product": PRODUCT, "env": slug, "model": self.tag, "prompt": "Hi"});
            let kind = block_on(&client, client.generate(&call)).err().map(|error| error.kind());
            tally.check(kind == Some(ErrorKind::Tampered), || {
                format!("{path} behind a good checksum: {kind:?}")
            });
        }
    }
}

fn set(json: &mut Value, path: &str, value: Value) {
    if let Some((parent, name)) = path.rsplit_once('/')
        && let Some(parent) = json.pointer_mut(parent)
    {
        parent[name] = value;
    }
}

/// A JSON pointer to every field and item.
fn paths(json: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), json)];
    while let Some((path, value)) = open.pop() {
        let inner: Vec<(String, &Value)> = match value {
            Value::Object(map) => map.iter().map(|(name, value)| (format!("{path}/{name}"), value)).collect(),
            Value::Array(items) => {
                items.iter().enumerate().map(|(index, value)| (format!("{path}/{index}"), value)).collect()
            }
            _ => Vec::new(),
        };
        found.extend(inner.iter().map(|(path, _)| path.clone()));
        open.extend(inner);
    }
    found
}

/// The record with one field changed in every way.
fn edits(json: &Value, path: &str) -> Vec<Value> {
    let Some((parent, name)) = path.rsplit_once('/') else { return Vec::new() };
    let old = json.pointer(path).cloned().unwrap_or_default();
    let mut made: Vec<Value> = values(&old)
        .into_iter()
        .filter_map(|value| {
            let mut changed = json.clone();
            *changed.pointer_mut(path)? = value;
            Some(changed)
        })
        .collect();
    let structural: [fn(&mut Value, &str); 3] = [remove, rename, swap_with_neighbour];
    for edit in structural {
        let mut changed = json.clone();
        if let Some(parent) = changed.pointer_mut(parent) {
            edit(parent, name);
            made.push(changed);
        }
    }
    made
}

/// Other values, near ones among them.
fn values(old: &Value) -> Vec<Value> {
    let mut values =
        vec![Value::Null, json!(true), json!(false), json!(0), json!(""), json!("x"), json!([]), json!({})];
    match old {
        Value::String(text) => {
            values.extend([
                json!(format!("{text} ")),
                json!(text.to_uppercase()),
                json!(format!("{text}/../x")),
            ]);
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            values.extend([json!(number + 1.0), json!(-number), json!(number.to_string())]);
        }
        Value::Array(items) => values.push(items.iter().rev().cloned().collect()),
        Value::Object(map) => {
            values.push(Value::Object(map.clone().into_iter().rev().collect::<Map<_, _>>()))
        }
        Value::Bool(_) | Value::Null => {}
    }
    values.retain(|value| value != old || value.is_object() || value.is_array());
    values
}

fn remove(parent: &mut Value, name: &str) {
    match parent {
        Value::Object(map) => drop(map.shift_remove(name)),
        Value::Array(items) => drop(name.parse().map(|index: usize| items.remove(index))),
        _ => {}
    }
}

fn rename(parent: &mut Value, name: &str) {
    if let Value::Object(map) = parent {
        let renamed =
            |(key, value): (String, Value)| (if key == name { format!("{key}_") } else { key }, value);
        *map = core::mem::take(map).into_iter().map(renamed).collect();
    }
}

fn swap_with_neighbour(parent: &mut Value, name: &str) {
    match parent {
        Value::Array(items) if items.len() > 1 => {
            let index: usize = name.parse().unwrap_or_default();
            let other = (index + 1) % items.len();
            items.swap(index, other);
        }
        Value::Object(map) => {
            let mut values: Vec<Value> = map.values().cloned().collect();
            let index = map.keys().position(|key| key == name).unwrap_or_default();
            let other = (index + 1) % values.len().max(1);
            values.swap(index, other);
            *map = map.keys().cloned().zip(values).collect();
        }
        _ => {}
    }
}

/// The campaign.
pub(crate) fn run(run: &Run) -> Outcome {
    let records = run.size(12, 240);
    let tally: Tally = each(run, "record-edits", records, |part, tally: &mut Tally| {
        let stored = match Stored::new(Dice::part(run.seed, part).number()) {
            Ok(stored) => stored,
            Err(why) => return tally.fail(why),
        };
        let is_usable = !stored.is_refused(&stored.tag, &stored.key, &stored.text);
        tally.check(is_usable, || format!("record {part} is refused as it is"));
        stored.change_bits(tally);
        stored.change_fields(tally);
        stored.move_away(tally);
        stored.change_what_keys_are_bound_to(tally);
    });
    let figure = format!("{} changes of {records} stored records went undetected", tally.failed);
    Outcome::of(tally.count, figure, tally.examples)
}
