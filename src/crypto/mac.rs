//! Keyed digests of records and API keys, and comparison in constant time. It does not know what a record holds.

use core::hint::black_box;

use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Digest;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::secret::ApiKey;

/// 32 hex digits over `parts`; [`RingKey`](super::RingKey) says which.
pub(super) fn record_mac(key: &[u8; 32], parts: &[&[u8]]) -> String {
    let mut mac = keyed(key);
    for part in parts {
        mac.update(&length(part));
        mac.update(part);
    }
    hex(&mac.finalize().into_bytes()[..16])
}

/// Compares two MAC texts in a time that depends on their lengths only.
#[must_use]
pub fn mac_equal(a: &str, b: &str) -> bool {
    equal(a.as_bytes(), b.as_bytes())
}

/// 8 hex digits of the API key.
pub(super) fn fingerprint(key: &[u8; 32], api_key: &ApiKey) -> String {
    let mut mac = keyed(key);
    mac.update(api_key.expose().as_bytes());
    hex(&mac.finalize().into_bytes()[..4])
}

/// 32 hex digits over `parts` that anybody can make: SHA-256, cut to 128 bits, of every part behind its length as u32
/// big-endian. It shows what was torn or rotten, not what was forged.
#[must_use]
pub fn checksum(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(length(part));
        digest.update(part);
    }
    hex(&digest.finalize()[..16])
}

/// A record of 4 GiB cannot exist in wasm32 and is refused by every store long before.
fn length(part: &[u8]) -> [u8; 4] {
    u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes()
}

/// Without an early exit. `black_box` keeps the optimizer from adding one.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let difference = a.iter().zip(b).fold(0, |sum, (x, y)| black_box(sum | (x ^ y)));
    black_box(difference) == 0
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(digit(byte >> 4));
        out.push(digit(byte & 15));
    }
    out
}

fn digit(value: u8) -> char {
    char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 })
}

/// HMAC pads short keys with zeros to its block, so padding here is the same function and cannot fail.
fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0_u8; 64]);
    block[..32].copy_from_slice(key);
    Hmac::new((&*block).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> [u8; 32] {
        [byte; 32]
    }

    #[test]
    fn a_checksum_depends_on_every_part_and_boundary() {
        let sum = checksum(&[b"ab", b"c"]);
        assert_eq!(sum.len(), 32);
        assert_ne!(sum, checksum(&[b"a", b"bc"]));
        assert_ne!(sum, checksum(&[b"ab", b"d"]));
    }

    #[test]
    fn record_mac_depends_on_every_part_and_boundary() {
        let mac = record_mac(&key(1), &[b"ab", b"c"]);
        assert_eq!(mac.len(), 32);
        assert!(mac.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
        assert_eq!(mac, record_mac(&key(1), &[b"ab", b"c"]));
        for parts in [&[b"a".as_slice(), b"bc"][..], &[b"abc"], &[b"ab", b"c", b""], &[b"ab", b"d"]] {
            assert_ne!(mac, record_mac(&key(1), parts));
        }
        assert_ne!(mac, record_mac(&key(2), &[b"ab", b"c"]));
    }

    #[test]
    fn mac_equal_sees_every_position() {
        let mac = "0123456789abcdef0123456789abcdef";
        assert!(mac_equal(mac, mac));
        for i in 0..mac.len() {
            let mut other = mac.to_owned();
            other.replace_range(i..=i, "x");
            assert!(!mac_equal(mac, &other), "{i}");
        }
        assert!(!mac_equal(mac, &mac[1..]));
        assert!(mac_equal("", ""));
    }

    #[test]
    fn r24_fingerprints_are_equal_for_equal_keys_under_one_product_key() {
        let api_key = |text| ApiKey::parse("apiKey", text).unwrap().0;
        let print = fingerprint(&key(1), &api_key("one"));
        assert_eq!(print.len(), 8);
        assert_eq!(print, fingerprint(&key(1), &api_key("one")));
        assert_ne!(print, fingerprint(&key(1), &api_key("two")));
        assert_ne!(print, fingerprint(&key(2), &api_key("one")));
    }
}
