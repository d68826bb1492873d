//! Our own envelopes: one file each under `seal/`, with the outcome in its header. `seal/make.mjs` writes them without
//! this library's code; here every file must come out as it says, and what opens must also seal to the same text.

use std::collections::BTreeMap;
use std::path::Path;

use ductape_models::ApiKey;
use ductape_models::Error;
use ductape_models::ProductKey;
use ductape_models::crypto::Keyring;
use ductape_models::crypto::SealedKey;
use ductape_models::crypto::context;
use ductape_models::crypto::hazmat::HEADER_LEN;
use ductape_models::crypto::hazmat::MessageKeys;
use ductape_models::crypto::hazmat::aead_open;
use ductape_models::crypto::open;
use ductape_models::crypto::parse_product_key;
use ductape_models::crypto::seal;

use testkit::wycheproof::hex;

#[test]
fn r27_every_envelope_file_comes_out_as_it_says() {
    let mut outcomes = BTreeMap::new();
    for vector in vectors() {
        let outcome = match vector.open() {
            Ok(api_key) => {
                assert_eq!(api_key.expose(), vector.field("api key"), "{}", vector.name);
                "opens"
            }
            Err(error) => {
                assert_says_no_more(&vector, &error);
                error.code()
            }
        };
        assert_eq!(outcome, vector.field("expect"), "{}: {}", vector.name, vector.field("comment"));
        *outcomes.entry(outcome).or_insert(0) += 1;
    }
    let counted = BTreeMap::from([
        ("malformed_envelope", 51),
        ("opens", 14),
        ("tampered", 87),
        ("unknown_key", 5),
        ("unsupported_version", 4),
    ]);
    assert_eq!(outcomes, counted);
}

#[test]
fn r27_what_opens_seals_to_the_same_text() {
    for vector in vectors().filter(|vector| vector.field("expect") == "opens") {
        let named = SealedKey::parse(&vector.envelope).unwrap();
        let key = vector.ring().get(named.key_id()).unwrap().clone();
        let ring = Keyring::of(key, vec![]).unwrap();
        let salt = hex(vector.field("salt")).try_into().unwrap();
        let api_key = ApiKey::parse("apiKey", vector.field("api key")).unwrap().0;
        let sealed = seal(&ring, salt, &vector.context(), &api_key).unwrap();
        assert_eq!(sealed.as_str(), vector.envelope, "{}", vector.name);
    }
}

/// Without this, the two files could be refused for a reason that proves nothing.
#[test]
fn r27_the_two_key_ciphertext_is_real() {
    let crafted: Vec<_> = vectors().filter(|vector| vector.name.starts_with("tampered-two-keys")).collect();
    assert_eq!(crafted.len(), 2);
    for vector in crafted {
        let message = vector.message();
        for key in vector.keys() {
            let keys = MessageKeys::derive(&key, message.first_chunk().unwrap(), &vector.context());
            assert!(aead_open(&keys.key, &keys.base_nonce, &[], &message[HEADER_LEN..]).is_some());
        }
    }
}

fn assert_says_no_more(vector: &Vector, error: &Error) {
    let shown = format!("{error} {error:?}");
    assert!(vector.envelope.len() < 12 || !shown.contains(&vector.envelope), "{}", vector.name);
    if error.code() == "unknown_key" {
        assert_eq!(error.detail("keyId"), Some(&vector.field("key id").into()), "{}", vector.name);
    }
    if error.code() == "tampered" {
        let view = serde_json::to_value(error.view()).unwrap();
        assert_eq!(view["details"], serde_json::json!({}), "{}", vector.name);
    }
}

struct Vector {
    name: String,
    fields: Vec<(String, String)>,
    envelope: String,
}

impl Vector {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let (header, envelope) = text.split_once("\n\n").unwrap();
        let field = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_owned(), value.to_owned())
        };
        Self {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            fields: header.lines().map(field).collect(),
            envelope: envelope.strip_suffix('\n').unwrap().to_owned(),
        }
    }

    fn open(&self) -> Result<ApiKey, Error> {
        open(&self.ring(), &SealedKey::parse(&self.envelope)?, &self.context())
    }

    fn ring(&self) -> Keyring {
        let mut keys = self.keys();
        let primary = keys.remove(0);
        Keyring::new(primary, keys).unwrap()
    }

    fn keys(&self) -> Vec<ProductKey> {
        self.all("product key").map(|text| parse_product_key("product key", text).unwrap()).collect()
    }

    fn context(&self) -> Vec<u8> {
        let parts: Vec<String> = serde_json::from_str(self.field("context")).unwrap();
        context(&parts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn message(&self) -> Vec<u8> {
        use base64ct::Encoding;
        base64ct::Base64UrlUnpadded::decode_vec(self.envelope.rsplit('.').next().unwrap()).unwrap()
    }

    fn field(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_else(|| panic!("{} lacks {name}", self.name))
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(held, _)| held == name).map(|(_, value)| value.as_str())
    }
}

fn vectors() -> impl Iterator<Item = Vector> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/seal");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    paths.into_iter().map(|path| Vector::read(&path))
}
