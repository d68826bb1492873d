//! Plaintext API keys on their way in: trimmed, checked, and compared with how vendors' keys look. It seals nothing.

use super::ProviderId;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::secret::ApiKey;
use crate::warning::Warning;

/// How vendors' keys begin; [`ProviderId::Custom`] stands for vendors that are reached through `custom`.
const PREFIXES: &[(&str, ProviderId)] = &[
    ("AIza", ProviderId::Google),
    ("gsk_", ProviderId::Custom),
    ("hf_", ProviderId::Custom),
    ("sk-ant-", ProviderId::Anthropic),
    ("sk-or-", ProviderId::Custom),
    ("sk-proj-", ProviderId::Openai),
    ("sk-svcacct-", ProviderId::Openai),
    ("xai-", ProviderId::Custom),
];

/// No vendor's key with one of these prefixes is shorter; a name like `hf_token` is.
const MIN_VENDOR_KEY: usize = 30;

/// Whether a text in a place that is stored and shown as it is holds a vendor's key.
pub(super) fn holds_key(text: &str) -> bool {
    text.split_ascii_whitespace().any(|word| word.len() >= MIN_VENDOR_KEY && vendor_of(word).is_some())
}

fn vendor_of(key: &str) -> Option<ProviderId> {
    PREFIXES.iter().find(|(prefix, _)| key.starts_with(prefix)).map(|(_, vendor)| *vendor)
}

/// A key ready to seal. `hint` is what views show of the key in place.
///
/// # Errors
/// `invalid_api_key`: a mask in place of a key, or a character that no header can carry.
pub(crate) fn read(
    path: &str,
    text: &str,
    provider: ProviderId,
    hint: Option<&str>,
    warnings: &mut Vec<Warning>,
) -> Result<ApiKey> {
    let inner = text.trim_ascii();
    if is_mask(inner) || hint == Some(inner) {
        let message =
            format!("{path}: looks like a masked key, not a key; leave it out to keep the stored one");
        return Err(Error::new(ErrorKind::InvalidApiKey, message).with("field", path));
    }
    let (key, trimmed) = ApiKey::parse(path, text)?;
    if trimmed {
        let message = "outer white space was removed from the API key".to_owned();
        warnings.push(Warning { code: "trimmed", field: path.to_owned(), message });
    }
    if let Some(vendor) = vendor_of(key.expose()).filter(|vendor| *vendor != provider && provider.is_hosted())
    {
        let looks = if vendor.is_hosted() { vendor.as_str() } else { "another provider" };
        let message =
            format!("the API key looks like one of {looks}, and the provider is {}", provider.as_str());
        warnings.push(Warning { code: "foreign_key", field: path.to_owned(), message });
    }
    Ok(key)
}

/// At least three mask characters and nothing after them but what a hint shows.
fn is_mask(text: &str) -> bool {
    let is_mask_char = |c: char| matches!(c, '*' | '.' | 'X' | 'x' | '\u{2022}' | '\u{2026}');
    let rest = text.trim_start_matches(is_mask_char);
    let masked = text.chars().count() - rest.chars().count();
    (masked >= 3 || text.starts_with('\u{2026}')) && rest.chars().count() <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, provider: ProviderId) -> Result<Vec<&'static str>> {
        let mut warnings = Vec::new();
        read("apiKey", text, provider, Some("7890"), &mut warnings)?;
        Ok(warnings.iter().map(|warning| warning.code).collect())
    }

    #[test]
    fn r15_another_vendors_prefix_is_a_warning() {
        assert_eq!(check("sk-ant-abc", ProviderId::Openai).unwrap(), ["foreign_key"]);
        assert_eq!(check("AIzaSy-abc", ProviderId::Anthropic).unwrap(), ["foreign_key"]);
        assert_eq!(check(" gsk_abc", ProviderId::Openai).unwrap(), ["trimmed", "foreign_key"]);
        assert!(check("sk-ant-abc", ProviderId::Anthropic).unwrap().is_empty());
        assert!(check("sk-abc", ProviderId::Anthropic).unwrap().is_empty());
        assert!(check("sk-ant-abc", ProviderId::Custom).unwrap().is_empty());
    }

    #[test]
    fn r26_a_key_in_the_wrong_place_is_seen() {
        assert!(holds_key("sk-ant-api03-abcdefghijklmnopqrstuvwxyz"));
        assert!(holds_key("Bearer gsk_abcdefghijklmnopqrstuvwxyz012345"));
        assert!(!holds_key("hf_token") && !holds_key("vault/sk-ant-production-key-of-the-shop"));
    }

    #[test]
    fn r25_a_mask_is_no_key() {
        for mask in ["****", "••••••••7890", "xxxx-abc", "...7890", "\u{2026}7890", "***", "7890", " **** "]
        {
            let error = check(mask, ProviderId::Openai).expect_err(mask);
            assert_eq!(error.kind(), ErrorKind::InvalidApiKey);
            assert!(error.to_string().contains("masked"), "{error}");
        }
        for key in ["sk-ant-...", "sk-...", "optional-key", "xai-abcdef", "x", "xxxtest-1", "a***"] {
            assert!(check(key, ProviderId::Custom).is_ok(), "{key}");
        }
    }
}
