//! `SealedKey`: the strict text form of a sealed API key. It knows the grammar and versions; it opens nothing.

use core::fmt;
use std::sync::Arc;

use base64ct::Base64UrlUnpadded;
use base64ct::Encoding;

use super::SALT_LEN;
use super::aead::TAG_LEN;
use super::key_id::KeyId;
use super::message;
use super::message::HEADER_LEN;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;

/// Bytes of an encapsulated secret: an X25519 public key.
pub const ENC_LEN: usize = 32;

/// Longest text accepted, in characters. Checked before anything is decoded.
const MAX_CHARS: usize = 8192;

const VERSION: &str = "lm1.";
/// What an envelope for a sealing key begins with.
const SEALING: &str = "lm1.p.";

/// Salt, commitment and tag around at least a type byte and one character of a key.
const MIN_BODY: usize = HEADER_LEN + 2 + TAG_LEN;

/// Who can open an envelope.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Recipient {
    /// Whoever has the product key.
    ProductKey,
    /// Whoever has the private half of a sealing key: the message key comes from the secret that is encapsulated here.
    SealingKey([u8; ENC_LEN]),
}

impl Recipient {
    fn prefix(self) -> &'static str {
        match self {
            Self::ProductKey => "lm1.k.",
            Self::SealingKey(_) => SEALING,
        }
    }
}

/// The bytes of an envelope, taken apart.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealedBody {
    recipient: Recipient,
    salt: [u8; SALT_LEN],
    message: Vec<u8>,
}

impl SealedBody {
    /// Who can open it.
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        self.recipient
    }

    /// The salt that its keys are derived with.
    #[must_use]
    pub fn salt(&self) -> &[u8; SALT_LEN] {
        &self.salt
    }

    pub(super) fn message(&self) -> &[u8] {
        &self.message
    }
}

/// A sealed API key as text, each value in exactly one spelling: `lm1.k.<key id>.<unpadded base64url>` for a product
/// key, `lm1.p.` for a sealing key.
///
/// ```
/// use ductape_models::crypto::SealedKey;
/// let error = SealedKey::parse("lm2.k.aaaaaaaaaa.AAAA").unwrap_err();
/// assert_eq!(error.code(), "unsupported_version");
/// let error = SealedKey::parse("sk-not-an-envelope").unwrap_err();
/// assert_eq!(error.code(), "malformed_envelope");
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct SealedKey {
    text: String,
    key_id: KeyId,
    /// Taken apart once: every call opens the key that a stored model has.
    body: Arc<SealedBody>,
}

impl SealedKey {
    /// Reads the canonical text, 1 to 8192 ASCII characters.
    ///
    /// # Errors
    /// `unsupported_version` for `lm` with another number; `malformed_envelope` for every other departure from the
    /// grammar. Neither repeats the text.
    pub fn parse(text: &str) -> Result<Self> {
        if text.is_empty() || text.len() > MAX_CHARS || !text.is_ascii() {
            return Err(malformed("1 to 8192 ASCII characters"));
        }
        let (rest, least) = match (text.strip_prefix("lm1.k."), text.strip_prefix(SEALING)) {
            (Some(rest), _) => (rest, MIN_BODY),
            (None, Some(rest)) => (rest, ENC_LEN + MIN_BODY),
            (None, None) => return Err(foreign(text)),
        };
        let (key_id, body) = rest.split_once('.').ok_or_else(|| malformed("four parts"))?;
        let key_id = KeyId::parse(key_id).ok_or_else(|| malformed("a key id of ten base32 characters"))?;
        let bytes = decode(body).ok_or_else(|| malformed("canonical base64url"))?;
        let full = Some(bytes).filter(|bytes| bytes.len() >= least);
        let body = full.and_then(|bytes| split(text.starts_with(SEALING), bytes));
        let body = body.ok_or_else(|| malformed("a body of full length"))?;
        Ok(Self { text: text.to_owned(), key_id, body: Arc::new(body) })
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The id of the key that opens it.
    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// Its bytes, taken apart.
    #[must_use]
    pub fn body(&self) -> &SealedBody {
        &self.body
    }

    /// Whether a sealing key opens it, and not a product key.
    #[must_use]
    pub fn is_for_sealing_key(&self) -> bool {
        self.text.starts_with(SEALING)
    }
}

/// The envelope of a sealed message.
pub(super) fn print(recipient: Recipient, key_id: &KeyId, message: &[u8]) -> String {
    let body = match recipient {
        Recipient::ProductKey => Base64UrlUnpadded::encode_string(message),
        Recipient::SealingKey(enc) => Base64UrlUnpadded::encode_string(&[&enc[..], message].concat()),
    };
    [recipient.prefix(), key_id.as_str(), ".", &body].concat()
}

fn split(is_for_sealing_key: bool, mut bytes: Vec<u8>) -> Option<SealedBody> {
    let mut recipient = Recipient::ProductKey;
    if is_for_sealing_key {
        recipient = Recipient::SealingKey(*bytes.first_chunk()?);
        bytes.drain(..ENC_LEN);
    }
    Some(SealedBody { recipient, salt: *message::salt(&bytes)?, message: bytes })
}

/// Shows the key id only: ciphertext has no business in logs.
impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedKey").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// The decoder itself refuses padding, white space, other alphabets and non-zero trailing bits.
fn decode(body: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(body).ok()
}

fn foreign(text: &str) -> Error {
    if !text.starts_with(VERSION) && has_version(text) {
        let message = "the sealed API key has a version that this release does not know";
        return Error::new(ErrorKind::UnsupportedVersion, message);
    }
    malformed("the prefix lm1.k or lm1.p")
}

fn has_version(text: &str) -> bool {
    let number = text.strip_prefix("lm").and_then(|rest| rest.split_once('.')).map(|(number, _)| number);
    number.is_some_and(|digits| {
        !digits.is_empty() && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn malformed(expected: &'static str) -> Error {
    let message = ["the sealed API key does not follow the grammar: expected ", expected].concat();
    Error::new(ErrorKind::MalformedEnvelope, message).with("expected", expected)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY_ID: &str = "abcdefghij";

    fn text(body: &[u8]) -> String {
        format!("lm1.k.{KEY_ID}.{}", Base64UrlUnpadded::encode_string(body))
    }

    fn refusal(text: &str) -> ErrorKind {
        SealedKey::parse(text).unwrap_err().kind()
    }

    #[test]
    fn the_text_reads_back_and_debug_hides_it() {
        let body = [7; MIN_BODY];
        let sealed = SealedKey::parse(&text(&body)).unwrap();
        assert_eq!((sealed.as_str(), sealed.key_id().as_str()), (text(&body).as_str(), KEY_ID));
        let taken = sealed.body();
        assert_eq!((taken.recipient(), taken.message()), (Recipient::ProductKey, &body[..]));
        assert_eq!(print(Recipient::ProductKey, sealed.key_id(), &body), sealed.as_str());
        assert_eq!(format!("{sealed:?}"), r#"SealedKey { key_id: KeyId("abcdefghij"), .. }"#);
    }

    #[test]
    fn r30b_an_envelope_for_a_sealing_key_carries_the_encapsulated_secret() {
        let id = KeyId::parse(KEY_ID).unwrap();
        let recipient = Recipient::SealingKey([9; ENC_LEN]);
        let sealed = print(recipient, &id, &[7; MIN_BODY]);
        let read = SealedKey::parse(&sealed).unwrap();
        assert!(read.as_str() == sealed && read.is_for_sealing_key() && sealed.starts_with("lm1.p."));
        let body = read.body();
        assert_eq!(
            (body.recipient(), body.salt(), body.message()),
            (recipient, &[7; SALT_LEN], &[7; MIN_BODY][..])
        );
        let short = print(recipient, &id, &[7; MIN_BODY - 1]);
        assert_eq!(refusal(&short), ErrorKind::MalformedEnvelope);
    }

    #[test]
    fn bodies_too_short_for_one_character_are_malformed() {
        for len in 0..MIN_BODY {
            assert_eq!(refusal(&text(&vec![7; len])), ErrorKind::MalformedEnvelope, "{len}");
        }
    }

    #[test]
    fn the_length_is_capped_before_decoding() {
        let head = text(&[]);
        let longest = format!("{head}{}", "A".repeat(MAX_CHARS - head.len() - 1));
        assert!(SealedKey::parse(&longest).is_ok());
        assert_eq!(refusal(&format!("{longest}AA")), ErrorKind::MalformedEnvelope);
    }

    #[test]
    fn other_versions_and_kinds_have_their_own_code() {
        for other in ["lm2.k.x", "lm10.", "lm99999999999999999999.k.", "lm2.p."] {
            assert_eq!(refusal(other), ErrorKind::UnsupportedVersion, "{other}");
        }
        for other in [
            "",
            "lm",
            "lm.",
            "lm1",
            "lm1.",
            "lm1.k",
            "lm1.k.",
            "lm1.p.",
            "lm1.p.abcdefghij.AAAA",
            "lm1.x.",
            "lm01.k.",
            "lm0.k.",
            "lmx.k.",
            "LM1.k.",
            " lm2.k.",
            "sk-1",
            "lm1k.",
            "lm2",
            "lm-2.",
        ] {
            assert_eq!(refusal(other), ErrorKind::MalformedEnvelope, "{other}");
        }
    }

    #[test]
    fn only_one_spelling_of_a_body_is_read() {
        // 74 bytes leave two bytes in the last group: its third character has two bits that must be zero.
        let good = text(&[7; MIN_BODY]);
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let head = &good[..good.len() - 1];
        let read =
            alphabet.iter().filter(|c| SealedKey::parse(&format!("{head}{}", char::from(**c))).is_ok());
        assert_eq!(read.count(), 16);
        for tail in ["=", "==", "\n", " ", ".", ".AAAA", "+", "\u{e9}", "\0"] {
            assert_eq!(refusal(&format!("{good}{tail}")), ErrorKind::MalformedEnvelope, "{tail:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_printed_unchanged(body in prop::collection::vec(any::<u8>(), MIN_BODY..300)) {
            let sealed = SealedKey::parse(&text(&body)).unwrap();
            let taken = sealed.body();
            prop_assert_eq!(taken.message(), &body[..]);
        }

        #[test]
        fn no_text_breaks_the_parser(tail in "[ -~]{0,200}", free in any::<String>()) {
            let _ = SealedKey::parse(&format!("lm1.k.{KEY_ID}.{tail}"));
            let _ = SealedKey::parse(&free);
        }
    }
}
