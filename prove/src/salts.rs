//! Salts as they stand in envelopes: drawn through the randomness port, sealed with, read back from the text. None may
//! come twice. A part of them goes the whole way, through a client that changes a stored key.

use std::rc::Rc;

use base64ct::Base64UrlUnpadded;
use base64ct::Encoding;
use ductape_models::ApiKey;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::client::ports::Random;
use ductape_models::crypto::Keyring;
use ductape_models::crypto::SALT_LEN;
use ductape_models::crypto::context;
use ductape_models::crypto::seal;
use serde_json::Value;
use serde_json::json;
use testkit::fakes::FakePorts;
use testkit::fakes::MemoryStorage;
use testkit::fakes::NoTransport;
use testkit::fakes::block_on;
use testkit::fakes::keyring;
use testkit::record::Frame;

use crate::campaign::Outcome;
use crate::campaign::Run;
use crate::os_random::OsRandom;
use crate::parallel::Sum;
use crate::parallel::each;

/// Salts of one part of the work.
const PART: u64 = 10_000;

/// In how many parts of the work one goes through a client.
const WHOLE_WAY: u64 = 100;

/// Salts so far. Sixteen of their 24 bytes are kept: a salt that repeats repeats these, and by chance they never do.
#[derive(Debug, Default)]
struct Salts {
    seen: Vec<u128>,
    failures: Vec<String>,
}

impl Sum for Salts {
    fn add(&mut self, other: Self) {
        self.seen.extend(other.seen);
        self.failures.extend(other.failures);
    }

    fn panicked(&mut self, message: String) {
        self.failures.push(message);
    }
}

impl Salts {
    fn keep(&mut self, envelope: &str) {
        let mut bytes = [0; SALT_LEN];
        let body = envelope.rsplit('.').next().and_then(|body| body.get(..SALT_LEN / 3 * 4));
        match body.map(|salt| Base64UrlUnpadded::decode(salt, &mut bytes).is_ok()) {
            Some(true) => self.seen.push(u128::from_be_bytes(core::array::from_fn(|index| bytes[index]))),
            _ => self.failures.push("an envelope has no salt".to_owned()),
        }
    }
}

fn seal_many(salts: &mut Salts, ring: &Keyring, key: &ApiKey, place: &[u8]) {
    for _ in 0..PART {
        let mut salt = [0; SALT_LEN];
        let sealed = OsRandom.fill(&mut salt).and_then(|()| seal(ring, salt, place, key));
        match sealed {
            Ok(sealed) => salts.keep(sealed.as_str()),
            Err(error) => salts.failures.push(error.code().to_owned()),
        }
    }
}

/// The whole way: a client that changes one key over and over.
fn update_many(salts: &mut Salts) {
    let ports = FakePorts::over(Rc::new(MemoryStorage::new(true)), NoTransport).with_random(OsRandom);
    let client = Client::new(ports, keyring(1), ClientOptions::default());
    let env = json!({"slug": "dev", "apiKey": "test-api-key-0123456789"});
    let patch = json!({"product": "shop", "tag": "writer", "envs": [env]});
    let mut model = patch.clone();
    for (field, value) in [("name", "W"), ("provider", "openai"), ("model", "m")] {
        model[field] = value.into();
    }
    let mut written = block_on(&client, client.create(&model));
    for _ in 0..PART {
        if let Err(error) = written {
            return salts.failures.push(error.code().to_owned());
        }
        match sealed_key(&client.ports().storage) {
            Some(envelope) => salts.keep(&envelope),
            None => salts.failures.push("no sealed key is stored".to_owned()),
        }
        client.ports().storage.forget_calls();
        written = block_on(&client, client.update(&patch));
    }
}

fn sealed_key(storage: &MemoryStorage) -> Option<String> {
    let (_, text) = storage.snapshot().pop_first()?;
    let record: Value = serde_json::from_str(&Frame::split(&text)?.json).ok()?;
    record["envs"][0]["sealedKey"].as_str().map(str::to_owned)
}

/// The campaign.
pub(crate) fn run(run: &Run) -> Outcome {
    let Ok((key, _)) = ApiKey::parse("apiKey", "test-api-key-0123456789") else {
        return Outcome::of(0, "no key", vec!["the test's own key is refused".to_owned()]);
    };
    let (ring, place) = (keyring(1), context(&["api-key", "shop"]));
    let parts = run.size(10_000_000, 50_000_000) / PART;
    let mut salts: Salts = each(run, "salts", parts, |part, salts: &mut Salts| {
        if part % WHOLE_WAY == 0 { update_many(salts) } else { seal_many(salts, &ring, &key, &place) }
    });
    salts.seen.sort_unstable();
    let repeats = salts.seen.array_windows().filter(|[one, next]| one == next).count();
    if repeats > 0 {
        salts.failures.push(format!("{repeats} salts repeat"));
    }
    if salts.seen.len() as u64 != parts * PART {
        salts.failures.push(format!("{} salts were expected", parts * PART));
    }
    salts.failures.truncate(10);
    let whole = parts.div_ceil(WHOLE_WAY) * PART;
    let figure = format!("{repeats} repeats ({whole} of them through client.update)");
    Outcome::of(salts.seen.len() as u64, figure, salts.failures)
}
