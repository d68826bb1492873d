//! The text and byte forms of product keys, and the refusal of weak ones. It draws no randomness and keeps nothing.

use base64ct::Base64UrlUnpadded;
use base64ct::Encoding;
use sha2::Digest;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::mac;
use crate::error::Error;
use crate::error::Result;
use crate::secret::ProductKey;

const PREFIX: &str = "lmk1.";
const CHECKSUM_LABEL: &[u8] = b"llm-models/key-checksum/v1";
const KEY_LEN: usize = 32;
/// Characters of 32 bytes in base64 without padding.
const BASE64_LEN: usize = 43;

/// Parses a product key's text form: `lmk1.<43 base64url characters>.<8 hex digits>`, 64 hex digits, or 43 characters
/// of base64 or base64url (44 with padding).
///
/// The hex digits of the `lmk1.` form are the first four bytes of SHA-256 over `llm-models/key-checksum/v1` and the
/// key, so that a key cut short or mistyped is told from a wrong one.
///
/// # Errors
/// `invalid_input` naming `field`, with what is wrong and a pointer to `Ductape.generateKey()`, never the text itself:
/// another form, a wrong checksum, or a weak key (one repeated byte, or nothing but printable ASCII).
///
/// ```
/// use ductape_models::crypto::{parse_product_key, print_product_key};
/// let bytes = core::array::from_fn(|n| 200 - n as u8);
/// let key = parse_product_key("privateKey", &print_product_key(&bytes))?;
/// assert_eq!(key.expose(), &bytes);
/// assert!(parse_product_key("privateKey", "correct horse battery staple 123").is_err());
/// # Ok::<(), ductape_models::Error>(())
/// ```
pub fn parse_product_key(field: &str, text: &str) -> Result<ProductKey> {
    let bytes = match text.strip_prefix(PREFIX) {
        Some(rest) => printed(rest).map_err(|what| refused(field, what))?,
        None => hex_key(text).or_else(|| base64_key(text)).ok_or_else(|| refused(field, FORMS))?,
    };
    product_key_from_bytes(field, &*bytes)
}

/// Checks raw bytes as a product key: exactly 32, not weak.
///
/// # Errors
/// `invalid_input` as for [`parse_product_key`].
pub fn product_key_from_bytes(field: &str, bytes: &[u8]) -> Result<ProductKey> {
    let key =
        Zeroizing::new(<[u8; KEY_LEN]>::try_from(bytes).map_err(|_| refused(field, "32 random bytes"))?);
    if key.iter().all(|byte| *byte == key[0]) {
        return Err(refused(field, "32 random bytes, not one byte repeated"));
    }
    // One in 10^13 random keys would look like this; a pasted passphrase always does.
    if key.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(refused(field, "32 random bytes, not text"));
    }
    Ok(ProductKey::from_bytes(*key))
}

/// The `lmk1.` text form of fresh random bytes.
#[must_use]
pub fn print_product_key(bytes: &[u8; 32]) -> Zeroizing<String> {
    let body = Zeroizing::new(Base64UrlUnpadded::encode_string(bytes));
    // Full capacity from the start: growing would leave a copy of the key behind.
    let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + BASE64_LEN + 9));
    text.push_str(PREFIX);
    text.push_str(&body);
    text.push('.');
    text.push_str(&checksum(bytes));
    text
}

const FORMS: &str = "a key as lmk1 text, as 64 hex digits or as 32 bytes in base64";

type Bytes = Zeroizing<[u8; KEY_LEN]>;

fn printed(rest: &str) -> Result<Bytes, &'static str> {
    let (body, check) = rest.split_once('.').ok_or("lmk1 text of full length")?;
    let bytes = decode(body).ok_or("lmk1 text with 43 characters of base64url")?;
    if mac::equal(checksum(&bytes).as_bytes(), check.as_bytes()) {
        Ok(bytes)
    } else {
        Err("lmk1 text whose checksum fits: this one was cut short or changed")
    }
}

fn hex_key(text: &str) -> Option<Bytes> {
    let digits = text.as_bytes();
    if digits.len() != 2 * KEY_LEN {
        return None;
    }
    let mut bytes = Zeroizing::new([0; KEY_LEN]);
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn base64_key(text: &str) -> Option<Bytes> {
    let body = if text.len() == BASE64_LEN + 1 { text.strip_suffix('=')? } else { text };
    decode(body).or_else(|| decode(&url_alphabet(body)?))
}

/// Standard base64 as base64url, so that one decoder serves both; `None` where both alphabets are mixed.
fn url_alphabet(body: &str) -> Option<Zeroizing<String>> {
    let mut out = Zeroizing::new(String::with_capacity(body.len()));
    for c in body.chars() {
        out.push(match c {
            '+' => '-',
            '/' => '_',
            '-' | '_' => return None,
            _ => c,
        });
    }
    Some(out)
}

fn decode(body: &str) -> Option<Bytes> {
    if body.len() != BASE64_LEN {
        return None;
    }
    let mut bytes = Zeroizing::new([0; KEY_LEN]);
    Base64UrlUnpadded::decode(body, &mut *bytes).ok()?;
    Some(bytes)
}

fn checksum(bytes: &[u8; KEY_LEN]) -> String {
    mac::hex(&Sha256::new().chain_update(CHECKSUM_LABEL).chain_update(bytes).finalize()[..4])
}

fn refused(field: &str, expected: &str) -> Error {
    Error::invalid(field, [expected, "; Ductape.generateKey() makes one"].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use base64ct::Base64Unpadded;

    use super::*;
    use crate::error::ErrorKind;

    const KEY: [u8; 32] = [
        0xfb, 0xef, 0xbe, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
        24, 25, 26, 27, 28, 29,
    ];

    fn refusal(text: &str) -> String {
        let error = parse_product_key("privateKey", text).unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidInput, Some("privateKey")));
        let message = error.to_string();
        assert!(message.ends_with("Ductape.generateKey() makes one"), "{message}");
        assert!(text.len() < 8 || !format!("{error:?}").contains(text));
        message
    }

    #[test]
    fn r31_every_accepted_form_gives_the_same_key() {
        let url = Base64UrlUnpadded::encode_string(&KEY);
        let standard = Base64Unpadded::encode_string(&KEY);
        assert_ne!(url, standard);
        let hex = mac::hex(&KEY);
        let forms = [
            print_product_key(&KEY).to_string(),
            hex.to_uppercase(),
            hex,
            format!("{url}="),
            url,
            format!("{standard}="),
            standard,
        ];
        for text in forms {
            assert_eq!(parse_product_key("privateKey", &text).unwrap().expose(), &KEY, "{text}");
        }
        assert_eq!(product_key_from_bytes("privateKey", &KEY).unwrap().expose(), &KEY);
    }

    #[test]
    fn r31_weak_keys_are_refused_in_every_form() {
        let weak = [
            [0; 32],
            [b'a'; 32],
            [0xff; 32],
            *b"correct horse battery staple 123",
            *b"0123456789abcdef0123456789abcdef",
        ];
        for bytes in weak {
            refusal(&print_product_key(&bytes));
            refusal(&mac::hex(&bytes));
            refusal(&Base64UrlUnpadded::encode_string(&bytes));
            assert!(product_key_from_bytes("privateKey", &bytes).is_err());
        }
        for text in ["correct horse battery staple 123", "0123456789abcdef0123456789abcdef"] {
            refusal(text);
        }
    }

    #[test]
    fn r31_wrong_lengths_are_refused() {
        let long = [7_u8, 200].repeat(40);
        for len in (0..80).filter(|len| *len != 32) {
            assert!(product_key_from_bytes("privateKey", &long[..len]).is_err(), "{len}");
            refusal(&mac::hex(&long[..len]));
            refusal(&Base64UrlUnpadded::encode_string(&long[..len]));
        }
    }

    #[test]
    fn r31_every_change_of_one_character_breaks_the_checksum() {
        let text = print_product_key(&KEY);
        for (i, old) in text.char_indices() {
            for new in (0..128_u8).map(char::from).filter(|new| *new != old) {
                let mut changed = text.to_string();
                changed.replace_range(i..=i, new.encode_utf8(&mut [0; 4]));
                refusal(&changed);
            }
            refusal(&text[..i]);
        }
        assert!(refusal(&text[..text.len() - 1]).contains("cut short"));
    }

    #[test]
    fn r31_loose_base64_is_refused() {
        let url = Base64UrlUnpadded::encode_string(&KEY);
        let standard = Base64Unpadded::encode_string(&KEY);
        let mixed = format!("{}{}", &standard[..2], &url[2..]);
        let trailing = format!("{}{}", &url[..42], "B");
        for text in [mixed, trailing, format!(" {url}"), format!("{url}\n"), format!("{}==", &url[..42])] {
            refusal(&text);
        }
    }

    proptest! {
        #[test]
        fn r31_a_printed_key_reads_back(bytes in any::<[u8; 32]>()) {
            let key = parse_product_key("privateKey", &print_product_key(&bytes)).unwrap();
            prop_assert_eq!(key.expose(), &bytes);
        }

        #[test]
        fn r31_no_text_breaks_the_parser(text in any::<String>()) {
            prop_assume!(text.len() > 7);
            refusal(&text);
        }
    }
}
