//! The extra request headers of a model: valid, and never a way around the sealed key. It knows no provider's own ones.

use serde_json::Value;

use super::keys;
use crate::error::Error;
use crate::error::Result;
use crate::reader;

/// Headers that carry credentials, and those that the transport sets itself.
const RESERVED: &[&str] = &[
    "api-key",
    "authorization",
    "content-length",
    "content-type",
    "cookie",
    "host",
    "proxy-authorization",
    "x-api-key",
    "x-goog-api-key",
];

/// Reads an object of texts; names become lower case.
pub(crate) fn read(path: &str, value: &Value) -> Result<Vec<(String, String)>> {
    let map = reader::object(path, value)?;
    let mut headers: Vec<(String, String)> = Vec::with_capacity(map.len());
    for (name, value) in &map {
        let name = checked_name(path, name)?;
        if headers.iter().any(|(other, _)| *other == name) {
            return Err(Error::invalid(&format!("{path}.{name}"), "each header once, whatever its case"));
        }
        let value = checked_value(&format!("{path}.{name}"), value)?;
        headers.push((name, value));
    }
    Ok(headers)
}

fn checked_name(path: &str, name: &str) -> Result<String> {
    // RFC 9110, section 5.6.2: a token. The name is not repeated before it is known to be one.
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || name.len() > 128 || !name.bytes().all(is_token) {
        return Err(Error::invalid(path, "header names of 1 to 128 token characters"));
    }
    let name = name.to_ascii_lowercase();
    if RESERVED.contains(&name.as_str()) {
        let expected = "no header that carries credentials or frames the request; a key belongs in apiKey";
        return Err(Error::invalid(&format!("{path}.{name}"), expected));
    }
    Ok(name)
}

fn checked_value(path: &str, value: &Value) -> Result<String> {
    let printable =
        |text: &&str| text.bytes().all(|b| matches!(b, b' '..=b'~')) && text.trim_ascii() == *text;
    match value.as_str().filter(printable) {
        None => Err(Error::invalid(path, "printable ASCII text without outer white space")),
        Some(text) if keys::holds_key(text) => {
            Err(Error::invalid(path, "no API key; it belongs in apiKey, where it is sealed"))
        }
        Some(text) => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_become_lower_case() {
        let headers = read("headers", &json!({"X-Title": "Shop", "anthropic-beta": ""})).unwrap();
        assert_eq!(headers[0], ("x-title".to_owned(), "Shop".to_owned()));
        assert_eq!(headers.len(), 2);
    }

    #[test]
    fn r41_credentials_and_broken_headers_are_refused() {
        for name in RESERVED {
            assert!(read("headers", &json!({name.to_uppercase(): "x"})).is_err(), "{name}");
        }
        for bad in [json!([]), json!({"": "x"}), json!({"a b": "x"}), json!({"é": "x"}), json!({"a:": "x"})]
        {
            assert!(read("headers", &bad).is_err(), "{bad}");
        }
        for bad in ["a\r\nb: c", "a\n", "é", "\u{0}", " a"] {
            let error = read("headers", &json!({"x": bad})).unwrap_err();
            assert_eq!(error.field(), Some("headers.x"), "{bad:?}");
        }
        assert!(read("headers", &json!({"x": "Bearer sk-proj-abcdefghijklmnopqrstuvwxyz"})).is_err());
        assert!(read("headers", &json!({"x": 1})).is_err());
        assert!(read("headers", &json!({"x": "1", "X": "2"})).is_err());
    }
}
