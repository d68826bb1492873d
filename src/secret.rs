//! The two secrets of this product, as types: they wipe themselves, print nothing and cannot be serialized.

use core::fmt;

use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};

/// Longest API key accepted, in characters.
pub const MAX_API_KEY_CHARS: usize = 4096;

/// A vendor's API key: 1 to 4096 characters from `!` to `~`.
///
/// ```
/// use ductape_models::ApiKey;
/// let (key, trimmed) = ApiKey::parse("apiKey", " sk-test-1234\n")?;
/// assert!(trimmed);
/// assert_eq!(format!("{key:?}"), "ApiKey([redacted])");
/// # Ok::<(), ductape_models::Error>(())
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// Trims outer ASCII white space and checks every character, because a header silently changes or refuses
    /// anything else. Returns the key and whether something was trimmed.
    ///
    /// # Errors
    /// `invalid_api_key` naming `field` and the position of the first unusable character, never the character.
    pub fn parse(field: &str, text: &str) -> Result<(Self, bool)> {
        let inner = text.trim_matches(|c: char| c.is_ascii_whitespace());
        if inner.is_empty() {
            return Err(invalid(field, "is empty"));
        }
        if let Some(position) = inner.chars().position(|c| !matches!(c, '!'..='~')) {
            let message = format!("has a character at position {position} that no HTTP header can carry");
            return Err(invalid(field, &message).with("position", position));
        }
        if inner.len() > MAX_API_KEY_CHARS {
            return Err(invalid(field, "is longer than 4096 characters"));
        }
        Ok((Self(Zeroizing::new(inner.to_owned())), inner.len() != text.len()))
    }

    /// The key itself. For the sealing code and the one header that carries it; nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four characters, only for keys of at least 20 characters, so that a hint never gives much away.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        if self.0.len() >= 20 { self.0.get(self.0.len() - 4..) } else { None }
    }
}

fn invalid(field: &str, what: &str) -> Error {
    Error::new(ErrorKind::InvalidApiKey, format!("{field}: the API key {what}")).with("field", field)
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey([redacted])")
    }
}

/// A product's wrapping key: 32 uniformly random bytes.
#[derive(Clone, Eq, PartialEq)]
pub struct ProductKey(Zeroizing<[u8; 32]>);

impl ProductKey {
    /// Wraps bytes that the caller knows to be uniformly random; [`crate::crypto`] has the checks for everything else.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes. For key derivation and the printed form; nothing else.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ProductKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProductKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r15_outer_white_space_is_trimmed_and_reported() {
        let (key, trimmed) = ApiKey::parse("apiKey", "\t sk-abc \r\n").unwrap();
        assert_eq!((key.expose(), trimmed), ("sk-abc", true));
        assert!(!ApiKey::parse("apiKey", "sk-abc").unwrap().1);
    }

    #[test]
    fn r15_an_unusable_character_is_named_by_position_only() {
        let error = ApiKey::parse("envs[0].apiKey", "sk-\u{2011}SECRET").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidApiKey);
        assert_eq!(error.detail("position"), Some(&3.into()));
        assert!(!format!("{error:?} {error}").contains("SECRET"));
    }

    #[test]
    fn r24_a_hint_needs_twenty_characters() {
        let short = ApiKey::parse("apiKey", "sk-1234567890123456").unwrap().0;
        let long = ApiKey::parse("apiKey", "sk-12345678901234567").unwrap().0;
        assert_eq!((short.hint(), long.hint()), (None, Some("4567")));
    }
}
