//! One binary message of C2SP chunked-encryption (Cobblestone-256), at most one chunk long. It knows no text form.
//!
//! A sealed API key is far below 16 KiB, so there is always exactly one chunk, chunk 0, whose nonce is the base nonce.

use zeroize::Zeroizing;

use super::SALT_LEN;
use super::aead;
use super::kdf::COMMITMENT_LEN;
use super::kdf::MessageKeys;
use super::mac;

/// Bytes before the ciphertext: salt and commitment.
pub const HEADER_LEN: usize = SALT_LEN + COMMITMENT_LEN;

/// Plaintext bytes of a full chunk. A message's last chunk is shorter, and here the last is the only one.
pub const CHUNK_LEN: usize = 16 * 1024;

/// `salt || commitment || ciphertext || authTag`. `None` for 16 KiB and more.
#[must_use]
pub(super) fn seal(keys: &MessageKeys, salt: &[u8; SALT_LEN], plaintext: &[u8]) -> Option<Vec<u8>> {
    if plaintext.len() >= CHUNK_LEN {
        return None;
    }
    // Full capacity from the start: growing would leave a copy of the plaintext behind.
    let mut message = Zeroizing::new(Vec::with_capacity(HEADER_LEN + plaintext.len() + aead::TAG_LEN));
    message.extend_from_slice(salt);
    message.extend_from_slice(&keys.commitment);
    message.extend_from_slice(plaintext);
    let tag = aead::seal(&keys.key, &keys.base_nonce, &[], &mut message[HEADER_LEN..])?;
    message.extend_from_slice(&tag);
    Some(core::mem::take(&mut *message))
}

/// The plaintext. The commitment is compared first, in constant time, so that no ciphertext opens under two keys.
#[must_use]
pub(super) fn open(keys: &MessageKeys, message: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (header, body) = message.split_at_checked(HEADER_LEN)?;
    if !mac::equal(&header[SALT_LEN..], &keys.commitment) || body.len() >= CHUNK_LEN + aead::TAG_LEN {
        return None;
    }
    aead::open(&keys.key, &keys.base_nonce, &[], body)
}

/// The salt of a message, where it is long enough to have a header.
#[must_use]
pub(super) fn salt(message: &[u8]) -> Option<&[u8; SALT_LEN]> {
    message.get(..HEADER_LEN)?.first_chunk()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(commitment: u8) -> MessageKeys {
        MessageKeys { key: Zeroizing::new([1; 32]), base_nonce: [2; 12], commitment: [commitment; 32] }
    }

    #[test]
    fn r27_what_is_sealed_opens_at_every_length_around_the_bounds() {
        for len in [0, 1, 15, 16, 17, CHUNK_LEN - 1] {
            let message = seal(&keys(3), &[4; 24], &vec![5; len]).unwrap();
            assert_eq!(message.len(), HEADER_LEN + len + aead::TAG_LEN);
            assert_eq!(open(&keys(3), &message).unwrap().len(), len);
        }
        assert!(seal(&keys(3), &[4; 24], &vec![5; CHUNK_LEN]).is_none());
    }

    #[test]
    fn r27_a_valid_ciphertext_under_another_commitment_is_refused() {
        let message = seal(&keys(3), &[4; 24], b"text").unwrap();
        assert!(open(&keys(6), &message).is_none());
    }

    #[test]
    fn r27_every_truncation_is_refused() {
        let message = seal(&keys(3), &[4; 24], b"text").unwrap();
        for end in 0..message.len() {
            assert!(open(&keys(3), &message[..end]).is_none(), "{end}");
        }
        assert_eq!(salt(&message), Some(&[4; 24]));
        assert_eq!(salt(&message[..HEADER_LEN - 1]), None);
    }
}
