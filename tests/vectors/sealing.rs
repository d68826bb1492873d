//! What the JavaScript half seals, the `hpke` crate opens, and back: the vectors of `tests/vectors/hpke` in both
//! directions. Neither side shares code with the other. `tests/js/sealing.ts` reads the same files.

use core::convert::Infallible;
use std::path::PathBuf;

use base64ct::Base64UrlUnpadded;
use base64ct::Encoding;
use hpke::Deserializable;
use hpke::Kem;
use hpke::OpModeR;
use hpke::OpModeS;
use hpke::Serializable;
use hpke::aead::ExportOnlyAead;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::TryCryptoRng;
use hpke::rand_core::TryRng;
use serde_json::Value;
use serde_json::json;
use sha2::Digest;
use sha2::Sha256;

use testkit::wycheproof::hex;

const EXPORTER_CONTEXT: &[u8] = b"llm-models/seal/v1";
const COUNT: usize = 64;

type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;

#[test]
fn r30b_the_hpke_crate_opens_what_the_library_sealed() {
    let items = read("sealed-by-library.json");
    assert_eq!(items.len(), COUNT);
    for item in &items {
        let (private, public) = halves(item);
        assert_eq!(X25519HkdfSha256::sk_to_pk(&private).to_bytes().as_slice(), public, "{item}");
        assert_eq!(print("lmp1", &public), text(item, "publicKey"));
        let enc = hex(text(item, "enc"));
        assert_eq!(opened(&private, &enc, &hex(text(item, "info"))), hex(text(item, "secret")), "{item}");
    }
}

#[test]
fn r30b_another_key_info_or_point_gives_another_secret() {
    let items = read("sealed-by-library.json");
    for pair in items.windows(2) {
        let [this, other] = [&pair[0], &pair[1]];
        let (enc, info) = (hex(text(this, "enc")), hex(text(this, "info")));
        let secret = hex(text(this, "secret"));
        assert_ne!(opened(&halves(other).0, &enc, &info), secret);
        assert_ne!(opened(&halves(this).0, &enc, &hex(text(other, "info"))), secret);
        assert_ne!(opened(&halves(this).0, &hex(text(other, "enc")), &info), secret);
    }
}

/// The file is what this test makes. `UPDATE_VECTORS=1` writes it anew.
#[test]
fn r30b_the_published_vectors_are_those_of_the_hpke_crate() {
    let made = json!({
        "comment": "Sealed by the Rust crate hpke 0.15.1; tests/vectors/sealing.rs makes it. All keys are worthless.",
        "items": (0..COUNT).map(sealed).collect::<Vec<_>>(),
    });
    let path = folder().join("sealed-by-hpke-crate.json");
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(&path, format!("{made:#}\n")).unwrap();
    }
    let stored: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(stored, made);
}

fn sealed(number: usize) -> Value {
    let mut random = Stream { label: "key", number, block: 0 };
    let (private, public) = X25519HkdfSha256::gen_keypair_with_rng(&mut random);
    let mut info = vec![0; number * 7];
    Stream { label: "info", number, block: 0 }.fill(&mut info);
    let mut random = Stream { label: "ephemeral", number, block: 0 };
    let (enc, sender) = hpke::setup_sender_with_rng::<ExportOnlyAead, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        &info,
        &mut random,
    )
    .unwrap();
    let mut secret = [0; 32];
    sender.export(EXPORTER_CONTEXT, &mut secret).unwrap();
    let both = [private.to_bytes().as_slice(), public.to_bytes().as_slice()].concat();
    json!({
        "publicKey": print("lmp1", &public.to_bytes()),
        "privateKey": print("lms1", &both),
        "info": to_hex(&info),
        "enc": to_hex(&enc.to_bytes()),
        "secret": to_hex(&secret),
    })
}

fn opened(private: &PrivateKey, enc: &[u8], info: &[u8]) -> Vec<u8> {
    let enc = Deserializable::from_bytes(enc).unwrap();
    let receiver = hpke::setup_receiver::<ExportOnlyAead, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        private,
        &enc,
        info,
    )
    .unwrap();
    let mut secret = [0; 32];
    receiver.export(EXPORTER_CONTEXT, &mut secret).unwrap();
    secret.to_vec()
}

/// The private key of an item and the public bytes printed with it.
fn halves(item: &Value) -> (PrivateKey, Vec<u8>) {
    let printed = text(item, "privateKey");
    let body = printed.split('.').nth(1).unwrap();
    let both = Base64UrlUnpadded::decode_vec(body).unwrap();
    assert_eq!(print("lms1", &both), printed);
    let (private, public) = both.split_at(32);
    (Deserializable::from_bytes(private).unwrap(), public.to_vec())
}

fn print(prefix: &str, bytes: &[u8]) -> String {
    let sum = Sha256::new().chain_update("llm-models/key-checksum/v1").chain_update(bytes).finalize();
    format!("{prefix}.{}.{}", Base64UrlUnpadded::encode_string(bytes), to_hex(&sum[..4]))
}

fn read(name: &str) -> Vec<Value> {
    let root: Value = serde_json::from_str(&std::fs::read_to_string(folder().join(name)).unwrap()).unwrap();
    root["items"].as_array().unwrap().clone()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/hpke")
}

fn text<'a>(item: &'a Value, field: &str) -> &'a str {
    item[field].as_str().unwrap()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of a counter: the same bytes in every run.
struct Stream {
    label: &'static str,
    number: usize,
    block: usize,
}

impl Stream {
    fn fill(&mut self, out: &mut [u8]) {
        for part in out.chunks_mut(32) {
            let seed = format!("test {} {} {}", self.label, self.number, self.block);
            part.copy_from_slice(&Sha256::digest(seed)[..part.len()]);
            self.block += 1;
        }
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Stream {}
