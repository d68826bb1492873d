//! Where a record lives: a storage key that any store takes, tells apart and gives back unchanged. It knows no record.

use sha2::Digest;
use sha2::Sha256;

/// Longest encoded product or tag, in bytes; a longer one is replaced by its hash. Two of these with the rest of the key
/// stay below the 512 bytes that Workers KV takes (<https://developers.cloudflare.com/kv/platform/limits/>).
const MAX_PART: usize = 180;

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The storage key of one model.
pub(crate) fn storage_key(product: &str, tag: &str) -> String {
    let mut key = product_prefix(product);
    key.push_str(&encode(tag));
    key
}

/// What the storage keys of all models of `product` start with.
pub(crate) fn product_prefix(product: &str) -> String {
    format!("{MODELS}{}/", encode(product))
}

/// What the storage keys of all models start with.
pub(crate) const MODELS: &str = "lm1/";

/// What the storage keys of all agents start with.
pub(crate) const AGENTS: &str = "lm1a/";

/// What the storage keys start with, of one product or of all: those of models, then those of agents.
pub(crate) fn prefixes(product: Option<&str>) -> [String; 2] {
    match product {
        None => [MODELS.to_owned(), AGENTS.to_owned()],
        Some(product) => [product_prefix(product), agents_prefix(product)],
    }
}

/// Whether a key is an agent's.
pub(crate) fn is_agent(key: &str) -> bool {
    key.starts_with(AGENTS)
}

/// The storage key of one agent.
pub(crate) fn agent_key(product: &str, tag: &str) -> String {
    agents_prefix(product) + &encode(tag)
}

/// What the storage keys of all agents of `product` start with.
pub(crate) fn agents_prefix(product: &str) -> String {
    format!("{AGENTS}{}/", encode(product))
}

/// What a storage key says about its model's product or tag.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    /// It is hashed: only the record knows it.
    Hashed,
    /// The name.
    Known(String),
}

impl Part {
    /// The name, where the key tells.
    pub(crate) fn known(self) -> Option<String> {
        match self {
            Self::Hashed => None,
            Self::Known(name) => Some(name),
        }
    }
}

/// Reads product and tag from a key; `None` where the key is none of ours.
pub(crate) fn parse_key(key: &str) -> Option<(Part, Part)> {
    let rest = key.strip_prefix(MODELS).or_else(|| key.strip_prefix(AGENTS))?;
    let (product, tag) = rest.split_once('/')?;
    Some((part(product)?, part(tag)?))
}

fn part(part: &str) -> Option<Part> {
    if let Some(hash) = part.strip_prefix("~~") {
        let is_hash = hash.len() == 52 && hash.bytes().all(|b| BASE32.contains(&b));
        return is_hash.then_some(Part::Hashed);
    }
    // Encoding what was decoded also refuses every second spelling of a tag.
    decode(part).filter(|tag| !tag.is_empty() && encode(tag) == part).map(Part::Known)
}

/// Lower-case letters, digits, `_` and `-` as they are, every other byte as `~` and two hex digits: the same on stores
/// that fold case, split at `:` or `/`, or treat dots, `?` or `$` as their own.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("~{byte:02x}")),
        }
    }
    if encoded.len() <= MAX_PART { encoded } else { format!("~~{}", base32(&Sha256::digest(text))) }
}

fn decode(part: &str) -> Option<String> {
    let mut pieces = part.split('~');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(piece.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(piece.get(2..)?.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// RFC 4648 in lower case, without padding.
fn base32(bytes: &[u8]) -> String {
    let bit = |index: usize| bytes.get(index / 8).is_some_and(|byte| byte & (0x80 >> (index % 8)) != 0);
    let digit = |start: usize| (start..start + 5).fold(0, |value, index| value * 2 + usize::from(bit(index)));
    let digits = (0..bytes.len() * 8).step_by(5).map(digit);
    digits.filter_map(|digit| BASE32.get(digit)).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r06_keys_are_safe_and_distinct() {
        assert_eq!(storage_key("my-product", "gpt-4_turbo"), "lm1/my-product/gpt-4_turbo");
        assert_eq!(storage_key("a.b", "c.d"), "lm1/a~2eb/c~2ed");
        let tags = ["a", "a:b", "a/b", "a?b", "A", "a$", "..", "__proto__", "a~2eb", "a.b", "é"];
        let keys: std::collections::BTreeSet<_> = tags.iter().map(|tag| storage_key("p", tag)).collect();
        assert_eq!(keys.len(), tags.len());
        for key in &keys {
            assert!(
                key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"/_-~".contains(&b))
            );
        }
    }

    #[test]
    fn a_long_part_is_hashed_and_stays_short() {
        let dots = format!("a{}", ".".repeat(63));
        let key = storage_key(&dots, &dots);
        assert!(key.len() < 512 && key.contains("/~~"), "{key}");
        assert_eq!(parse_key(&key), Some((Part::Hashed, Part::Hashed)));
        assert_eq!(base32(b"foobar"), "mzxw6ytboi");
    }

    #[test]
    fn r23_foreign_keys_are_told_apart() {
        for tag in ["a", "a.b", "a-b_c", "9"] {
            let known = |name: &str| Part::Known(name.to_owned());
            assert_eq!(parse_key(&storage_key("p", tag)), Some((known("p"), known(tag))));
        }
        for key in [
            "lm1/p/",
            "lm1/p/A",
            "lm1/p/a/b",
            "lm1/p/~",
            "lm1/p/~2",
            "lm1/p/~zz",
            "lm1/p/~61",
            "lm1/p/~~a",
            "lm1//a",
            "lm1/P/a",
            "a",
            "lm1/p/~é",
        ] {
            assert_eq!(parse_key(key), None, "{key}");
        }
    }
}
