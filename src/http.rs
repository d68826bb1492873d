//! HTTP messages as values. A secret header stays unreadable until the transport asks for it by name.

use core::fmt;

use zeroize::Zeroizing;

/// A header's value: plain text, or a secret that no printout shows.
#[derive(Clone, Eq, PartialEq)]
pub enum HeaderValue {
    /// Text that may be shown.
    Plain(String),
    /// Text that only the transport may read, through [`HeaderValue::expose`].
    Secret(Zeroizing<String>),
}

impl HeaderValue {
    /// The text to send.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            HeaderValue::Plain(text) => text,
            HeaderValue::Secret(text) => text,
        }
    }
}

impl fmt::Debug for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeaderValue::Plain(text) => fmt::Debug::fmt(text, f),
            HeaderValue::Secret(_) => f.write_str("[redacted]"),
        }
    }
}

/// A POST request, ready to send: every call of this crate is one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HttpRequest {
    /// The full address; it never holds a key.
    pub url: String,
    /// Names in lower case, in the order to send.
    pub headers: Vec<(String, HeaderValue)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

/// Response headers: names in lower case, in the order received.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The first value of `name`, which is compared without regard to ASCII case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let lower = |name: N| {
            let mut name: String = name.into();
            name.make_ascii_lowercase();
            name
        };
        Self(pairs.into_iter().map(|(name, value)| (lower(name), value.into())).collect())
    }
}

/// The head of a response.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HttpHead {
    /// The status code; 0 where a browser hides a redirect.
    pub status: u16,
    /// The headers that the runtime lets us read.
    pub headers: Headers,
}

impl HttpHead {
    /// Whether the status is 200 to 299.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it leads elsewhere. No redirect is ever followed: it would take the key along.
    #[must_use]
    pub fn is_redirect(&self) -> bool {
        self.status == 0 || (300..400).contains(&self.status)
    }

    /// The origin that a redirect leads to, where its `location` is an absolute address. The rest of it may carry secrets.
    #[must_use]
    pub fn redirected_to(&self) -> Option<String> {
        self.headers.get("location").and_then(origin)
    }
}

/// Scheme, host and port of an absolute address.
fn origin(location: &str) -> Option<String> {
    let (scheme, rest) = location.trim().split_once("://")?;
    let scheme = ["https", "http"].into_iter().find(|known| known.eq_ignore_ascii_case(scheme))?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let valid = !host.is_empty() && host.len() <= 255 && host.chars().all(plain);
    valid.then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r40_a_location_is_shown_by_origin_only() {
        let rows = [
            ("https://evil.example/take?key=sk-1#x", Some("https://evil.example")),
            ("HTTP://evil.example:8080", Some("http://evil.example:8080")),
            ("https://user:sk-1@evil.example/", Some("https://evil.example")),
            ("https://evil.example\\@good.example/", Some("https://evil.example")),
            ("https://[::1]:3000/a", Some("https://[::1]:3000")),
            ("/relative?key=sk-1", None),
            ("//evil.example/a", None),
            ("javascript://sk-1", None),
            ("https://sk 1/", None),
            ("https:///x", None),
        ];
        for (location, expected) in rows {
            assert_eq!(origin(location).as_deref(), expected, "{location}");
        }
    }
}
