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
}
