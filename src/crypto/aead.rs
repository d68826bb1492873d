//! AES-256-GCM on buffers. It knows keys, nonces and bytes; it chooses none of them.

use aes_gcm::AeadInOut;
use aes_gcm::Aes256Gcm;
use aes_gcm::KeyInit;
use zeroize::Zeroizing;

/// Bytes of the authentication tag.
pub(super) const TAG_LEN: usize = 16;

/// Encrypts `buffer` in place and returns its authentication tag. `None` only beyond AES-GCM's 64 GiB.
#[must_use]
pub fn seal(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], buffer: &mut [u8]) -> Option<[u8; TAG_LEN]> {
    let cipher = Aes256Gcm::new(key.into());
    cipher.encrypt_inout_detached(nonce.into(), aad, buffer.into()).ok().map(Into::into)
}

/// Decrypts ciphertext with its authentication tag attached. `None` if anything was changed.
#[must_use]
pub fn open(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (ciphertext, tag) = sealed.split_last_chunk::<TAG_LEN>()?;
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    decrypt(key, nonce, aad, &mut buffer, tag).then_some(buffer)
}

fn decrypt(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], buffer: &mut [u8], tag: &[u8; TAG_LEN]) -> bool {
    let cipher = Aes256Gcm::new(key.into());
    cipher.decrypt_inout_detached(nonce.into(), aad, buffer.into(), tag.into()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r27_a_failed_open_leaves_only_ciphertext_in_the_buffer() {
        let (key, nonce) = ([3; 32], [4; 12]);
        let mut buffer = *b"the plaintext of a key";
        let mut tag = seal(&key, &nonce, b"aad", &mut buffer).unwrap();
        let ciphertext = buffer;
        tag[0] ^= 1;
        assert!(!decrypt(&key, &nonce, b"aad", &mut buffer, &tag));
        assert_eq!(buffer, ciphertext);
    }

    #[test]
    fn r27_the_associated_data_and_the_length_count() {
        let (key, nonce) = ([3; 32], [4; 12]);
        let mut message = b"text".to_vec();
        let tag = seal(&key, &nonce, b"aad", &mut message).unwrap();
        message.extend(tag);
        assert_eq!(open(&key, &nonce, b"aad", &message).unwrap().as_slice(), b"text");
        assert!(open(&key, &nonce, b"", &message).is_none());
        assert!(open(&key, &nonce, b"aad", &message[1..]).is_none());
        assert!(open(&key, &nonce, b"aad", &message[..TAG_LEN - 1]).is_none());
    }
}
