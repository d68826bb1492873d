//! Wycheproof's 35 cases of Cobblestone-256. The product seals one chunk per message, so long messages are walked
//! here, chunk by chunk, through the product's key derivation, commitment check and AES-GCM.

use ductape_models::ProductKey;
use ductape_models::crypto::SALT_LEN;
use ductape_models::crypto::hazmat::CHUNK_LEN;
use ductape_models::crypto::hazmat::HEADER_LEN;
use ductape_models::crypto::hazmat::MessageKeys;
use ductape_models::crypto::hazmat::aead_open;
use ductape_models::crypto::hazmat::aead_seal;
use ductape_models::crypto::hazmat::cobblestone_open;
use ductape_models::crypto::hazmat::cobblestone_seal;
use ductape_models::crypto::hazmat::equal;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use sha2::Digest;
use sha2::Sha512;

use super::Case;
use super::for_each_case;
use super::hex;

const FULL: usize = CHUNK_LEN + 16;

/// How many cases there were.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Cobblestone {
    /// All.
    pub cases: usize,
    /// Those that open.
    pub valid: usize,
    /// Those short enough for the product's own open, which takes one chunk.
    pub one_chunk: usize,
}

/// Runs all of them; `None` where the file is not there.
#[must_use]
pub fn cobblestone() -> Option<Cobblestone> {
    let mut seen = Cobblestone::default();
    for_each_case("c2sp_chunked_encryption_aes_256_gcm_test.json", |group, case| {
        assert_eq!((&group["aead"], &group["sha"]), (&"AEAD_AES_256_GCM".into(), &"SHA-512".into()));
        let message = decompress_to_vec_zlib(&case.bytes("ct")).unwrap();
        check_keys(case, &message);
        check_opening(case, &message);
        seen.cases += 1;
        seen.valid += usize::from(case.valid());
        seen.one_chunk += usize::from(message.len() < HEADER_LEN + FULL);
    })?;
    Some(seen)
}

/// The file names the derived key and nonce of every case whose header is good, and of no other.
fn check_keys(case: &Case<'_>, message: &[u8]) {
    let keys = header_keys(&case.bytes("key"), &case.bytes("ctx"), message);
    assert_eq!(keys.is_none(), case.flagged("HeaderFailure"), "case {}", case.id());
    let Some(keys) = keys else { return };
    assert_eq!(keys.key[..], hex(case.text("aeadKey").unwrap()), "case {}", case.id());
    assert_eq!(keys.base_nonce[..], hex(case.text("baseNonce").unwrap()), "case {}", case.id());
}

fn check_opening(case: &Case<'_>, message: &[u8]) {
    let (key, context) = (case.bytes("key"), case.bytes("ctx"));
    let walked = walk(&key, &context, message);
    assert_eq!(walked.is_some(), case.valid(), "case {}", case.id());

    let opened = cobblestone_open(&key, &context, message);
    if message.len() < HEADER_LEN + FULL {
        assert_eq!(opened, walked, "case {}", case.id());
    } else {
        assert_eq!(opened, None, "case {}", case.id());
    }

    let Some(plaintext) = walked else { return };
    assert_eq!(plaintext.len(), case.number("msgLength"), "case {}", case.id());
    assert_eq!(Sha512::digest(&plaintext)[..], case.bytes("msgSha512"), "case {}", case.id());
    let salt = message.first_chunk().unwrap();
    assert!(seal_walk(&key, salt, &context, &plaintext) == message, "case {}", case.id());
    let sealed = cobblestone_seal(&key, salt, &context, &plaintext);
    assert!(sealed == (plaintext.len() < CHUNK_LEN).then(|| message.to_vec()), "case {}", case.id());
}

fn header_keys(key: &[u8], context: &[u8], message: &[u8]) -> Option<MessageKeys> {
    let master = ProductKey::from_bytes(key.try_into().ok()?);
    let header = message.get(..HEADER_LEN)?;
    let keys = MessageKeys::derive(&master, header.first_chunk()?, context);
    equal(&header[SALT_LEN..], &keys.commitment).then_some(keys)
}

fn walk(key: &[u8], context: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let keys = header_keys(key, context, message)?;
    let (full, last) = message[HEADER_LEN..].as_chunks::<FULL>();
    let chunks = full.iter().map(<[u8; FULL]>::as_slice).chain([last]);
    let mut plaintext = Vec::new();
    for (n, chunk) in chunks.enumerate() {
        plaintext.extend_from_slice(&aead_open(&keys.key, &nonce(&keys, n), &[], chunk)?);
    }
    Some(plaintext)
}

fn seal_walk(key: &[u8], salt: &[u8; SALT_LEN], context: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let keys = MessageKeys::derive(&ProductKey::from_bytes(key.try_into().unwrap()), salt, context);
    let mut message = [salt.as_slice(), &keys.commitment].concat();
    let (full, last) = plaintext.as_chunks::<CHUNK_LEN>();
    for (n, chunk) in full.iter().map(<[u8; CHUNK_LEN]>::as_slice).chain([last]).enumerate() {
        let mut chunk = chunk.to_vec();
        let tag = aead_seal(&keys.key, &nonce(&keys, n), &[], &mut chunk).unwrap();
        message.extend(chunk);
        message.extend(tag);
    }
    message
}

/// The base nonce XOR the chunk's number, big-endian.
fn nonce(keys: &MessageKeys, n: usize) -> [u8; 12] {
    let mut nonce = keys.base_nonce;
    for (byte, number) in nonce[4..].iter_mut().zip((n as u64).to_be_bytes()) {
        *byte ^= number;
    }
    nonce
}
