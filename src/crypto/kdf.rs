//! HKDF-Expand with SHA-512, and the three values that one message takes from it. It knows no envelope and no model.
//!
//! The step from a product key to output bytes is apart from everything after it, because a product key may live in a
//! WebCrypto key that only computes HMACs: such a caller feeds it [`first_input`] and [`second_input`] of
//! [`message_info`] and joins in at [`MessageKeys::from_blocks`].

use core::fmt;

use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha512;
use zeroize::Zeroizing;

use super::SALT_LEN;
use crate::secret::ProductKey;

/// Bytes of derived material per message: key 32, base nonce 12, commitment 32.
pub const OKM_LEN: usize = 76;

/// Bytes of the commitment.
pub(super) const COMMITMENT_LEN: usize = 32;

/// Bytes of one block of output.
pub(super) const BLOCK: usize = 64;
const SUITE: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";
const SUBKEY: &[u8] = b"llm-models/subkey/v1\0";

/// What one message is sealed with: used once, wiped on drop.
pub struct MessageKeys {
    /// The AES-256 key.
    pub key: Zeroizing<[u8; 32]>,
    /// The nonce of chunk 0.
    pub base_nonce: [u8; 12],
    /// Public proof that exactly this key, salt and context made the message.
    pub commitment: [u8; COMMITMENT_LEN],
}

impl MessageKeys {
    /// Derives them from a product key, two HMAC calls.
    #[must_use]
    pub fn derive(master: &ProductKey, salt: &[u8; SALT_LEN], context: &[u8]) -> Self {
        Self::from_okm(&expand(master.expose(), &message_info(salt, context)))
    }

    /// From the two blocks that a key elsewhere gave for [`first_input`] and [`second_input`].
    #[must_use]
    pub fn from_blocks(first: &[u8; BLOCK], second: &[u8; BLOCK]) -> Self {
        let mut okm = Zeroizing::new([0; OKM_LEN]);
        okm[..BLOCK].copy_from_slice(first);
        okm[BLOCK..].copy_from_slice(&second[..OKM_LEN - BLOCK]);
        Self::from_okm(&okm)
    }

    /// Splits HKDF output, wherever it was computed.
    #[must_use]
    pub fn from_okm(okm: &[u8; OKM_LEN]) -> Self {
        let mut keys = Self { key: Zeroizing::new([0; 32]), base_nonce: [0; 12], commitment: [0; 32] };
        keys.key.copy_from_slice(&okm[..32]);
        keys.base_nonce.copy_from_slice(&okm[32..44]);
        keys.commitment.copy_from_slice(&okm[44..]);
        keys
    }
}

impl fmt::Debug for MessageKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageKeys([redacted])")
    }
}

/// The `info` input of HKDF-Expand for one message (C2SP chunked-encryption, "Key derivation").
#[must_use]
pub fn message_info(salt: &[u8; SALT_LEN], context: &[u8]) -> Vec<u8> {
    [SUITE, salt, context].concat()
}

/// A key for one other purpose. The labels are parted from [`message_info`] by their first bytes.
pub(super) fn subkey(master: &ProductKey, label: &str) -> Zeroizing<[u8; 32]> {
    expand(master.expose(), &subkey_info(label))
}

/// The `info` input of HKDF-Expand for a subkey.
pub(super) fn subkey_info(label: &str) -> Vec<u8> {
    [SUBKEY, label.as_bytes()].concat()
}

/// What the first block of output is the HMAC of, for whoever holds the key elsewhere.
#[must_use]
pub fn first_input(info: &[u8]) -> Vec<u8> {
    [info, &[1]].concat()
}

/// What the second block is the HMAC of.
#[must_use]
pub fn second_input(first: &[u8; BLOCK], info: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([first, info, &[2]].concat())
}

/// HMAC-SHA-512, which is all that a key agent computes with a product key.
#[must_use]
pub fn hmac(key: &[u8; 32], data: &[u8]) -> Zeroizing<[u8; BLOCK]> {
    let mut block = Zeroizing::new([0; BLOCK]);
    block.copy_from_slice(&keyed(key).chain_update(data).finalize().into_bytes());
    block
}

/// HKDF-Expand (RFC 5869, section 2.3) with SHA-512. Written out because the hkdf crate takes no pseudorandom key
/// shorter than the hash, and this construction starts from 32 uniform bytes.
#[must_use]
pub fn expand<const KEY: usize, const OUT: usize>(prk: &[u8; KEY], info: &[u8]) -> Zeroizing<[u8; OUT]> {
    const { assert!(OUT <= 255 * BLOCK, "HKDF ends at 255 blocks") };
    let mut okm = Zeroizing::new([0; OUT]);
    fill(&keyed(prk), info, &mut *okm);
    okm
}

fn fill(mac: &Hmac<Sha512>, info: &[u8], okm: &mut [u8]) {
    let mut previous = Zeroizing::new([0; BLOCK]);
    for (counter, out) in (1..=255_u8).zip(okm.chunks_mut(BLOCK)) {
        let mut mac = mac.clone();
        if counter > 1 {
            mac.update(&*previous);
        }
        mac.update(info);
        mac.update(&[counter]);
        previous.copy_from_slice(&mac.finalize().into_bytes());
        out.copy_from_slice(&previous[..out.len()]);
    }
}

/// HMAC pads short keys with zeros to its block, so padding here is the same function and cannot fail.
fn keyed<const KEY: usize>(key: &[u8; KEY]) -> Hmac<Sha512> {
    const { assert!(KEY <= 128, "longer keys are hashed first") };
    let mut block = Zeroizing::new([0_u8; 128]);
    block[..KEY].copy_from_slice(key);
    Hmac::new((&*block).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// HMAC over its definition, so that the expansion is checked against something that shares no code with it.
    fn plain_hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        use sha2::Digest;
        let pad =
            |byte: u8| -> Vec<u8> { (0..128).map(|i| key.get(i).copied().unwrap_or(0) ^ byte).collect() };
        let inner = Sha512::digest([&pad(0x36)[..], &parts.concat()].concat());
        Sha512::digest([&pad(0x5c)[..], &inner].concat()).to_vec()
    }

    #[test]
    fn r27_two_blocks_follow_the_definition() {
        let (prk, info) = ([7_u8; 32], b"info".as_slice());
        let first = plain_hmac(&prk, &[info, &[1]]);
        let second = plain_hmac(&prk, &[&first, info, &[2]]);
        let okm: Zeroizing<[u8; OKM_LEN]> = expand(&prk, info);
        assert_eq!(okm[..64], first[..]);
        assert_eq!(okm[64..], second[..12]);
    }

    #[test]
    fn r30_blocks_computed_elsewhere_give_the_same_keys() {
        let (master, info) = (ProductKey::from_bytes([9; 32]), message_info(&[1; 24], b"place"));
        let first = hmac(master.expose(), &first_input(&info));
        let second = hmac(master.expose(), &second_input(&first, &info));
        let (there, here) =
            (MessageKeys::from_blocks(&first, &second), MessageKeys::derive(&master, &[1; 24], b"place"));
        assert_eq!((there.key, there.base_nonce), (here.key, here.base_nonce));
        assert_eq!(there.commitment, here.commitment);
    }

    #[test]
    fn r27_okm_splits_into_key_nonce_and_commitment() {
        let mut okm = [0_u8; OKM_LEN];
        okm.iter_mut().zip(0..).for_each(|(byte, n)| *byte = n);
        let keys = MessageKeys::from_okm(&okm);
        assert_eq!(keys.key[..], okm[..32]);
        assert_eq!(keys.base_nonce[..], okm[32..44]);
        assert_eq!(keys.commitment[..], okm[44..]);
    }

    #[test]
    fn r27_a_repeated_salt_under_another_context_gives_another_key() {
        let master = ProductKey::from_bytes([9; 32]);
        let one = MessageKeys::derive(&master, &[1; 24], b"one");
        let two = MessageKeys::derive(&master, &[1; 24], b"two");
        assert_ne!(one.key, two.key);
        assert_ne!(one.commitment, two.commitment);
    }

    #[test]
    fn subkeys_differ_by_label() {
        let master = ProductKey::from_bytes([9; 32]);
        assert_ne!(subkey(&master, "record-mac"), subkey(&master, "fingerprint"));
        assert_eq!(format!("{:?}", MessageKeys::derive(&master, &[1; 24], b"")), "MessageKeys([redacted])");
    }
}
