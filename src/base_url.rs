//! The address of a provider's server: parsed once, compared by origin, joined by rule. It takes a strict subset of
//! URL syntax in which every URL parser agrees on the origin; it knows no provider and opens no connection.

use core::net::Ipv4Addr;
use core::net::Ipv6Addr;

use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;

/// Longest base URL accepted, in bytes.
const MAX_LEN: usize = 2048;

/// Query parameters that carry keys: an address is shown and logged, so a key must not stand in it.
const KEY_PARAMETERS: &[&str] =
    &["access_token", "api-key", "api_key", "apikey", "key", "subscription-key", "token"];

/// An address that a request may be sent to: `https`, or `http` where that was allowed.
///
/// What is accepted means the same to every URL parser, because what parsers differ in is refused: percent-encoding,
/// non-ASCII and Punycode in the host, numeric hosts other than four plain octets, user names, fragments, backslashes,
/// dot segments. Platform rules: <https://url.spec.whatwg.org/#url-parsing>.
///
/// ```
/// use ductape_models::base_url::BaseUrl;
/// let url = BaseUrl::parse("baseUrl", "HTTPS://LLM.example:443/v1/", false)?;
/// assert_eq!(url.as_str(), "https://llm.example/v1");
/// assert_eq!(url.origin(), "https://llm.example");
/// assert_eq!(url.join("/v1", "/chat/completions"), "https://llm.example/v1/chat/completions");
/// # Ok::<(), ductape_models::Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BaseUrl {
    text: String,
    origin_len: usize,
    path_end: usize,
}

impl BaseUrl {
    /// Parses. `field` names it in errors. Outer ASCII white space is trimmed, scheme and host become lower case, the
    /// default port and trailing slashes go.
    ///
    /// # Errors
    /// `insecure_base_url` for `http`, unless the host is loopback (`localhost`, `*.localhost`, `127.0.0.0/8`,
    /// `[::1]`) or `allow_insecure`; `invalid_input` for anything else about it. The text is never repeated.
    pub fn parse(field: &str, text: &str, allow_insecure: bool) -> Result<Self> {
        let parts = Parts::split(text.trim_ascii()).map_err(|expected| Error::invalid(field, expected))?;
        if !parts.secure && !allow_insecure && !is_loopback(&parts.host) {
            return Err(insecure(field));
        }
        Ok(parts.build())
    }

    /// As stored and shown; parsing it again gives the same value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `scheme://host[:port]`, lower case, default port removed; equal to the platform's `new URL(..).origin`.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.text.get(..self.origin_len).unwrap_or_default()
    }

    /// The address of a route. `version` (`/v1`, or empty) is used only where this URL has no path; a path that already
    /// ends in `route` stays as it is; otherwise `route` follows the path. This URL's query comes first, then `route`'s.
    /// `version` and `route` start with `/`.
    #[must_use]
    pub fn join(&self, version: &str, route: &str) -> String {
        let (route_path, route_query) = route.split_once('?').unwrap_or((route, ""));
        let mut url = self.text.get(..self.path_end).unwrap_or_default().to_owned();
        if self.path_end == self.origin_len {
            url.push_str(version);
        }
        if !self.path().ends_with(route_path) {
            url.push_str(route_path);
        }
        let queries = [self.query(), route_query];
        for (query, mark) in queries.iter().filter(|query| !query.is_empty()).zip(['?', '&']) {
            url.push(mark);
            url.push_str(query);
        }
        url
    }

    fn path(&self) -> &str {
        self.text.get(self.origin_len..self.path_end).unwrap_or_default()
    }

    fn query(&self) -> &str {
        self.text.get(self.path_end + 1..).unwrap_or_default()
    }
}

/// What an API key is bound to: the base URL's origin, or the literal `provider-default` where there is none, so that a
/// later release may move a provider's own host without stranding keys.
#[must_use]
pub fn bound_origin(base_url: Option<&BaseUrl>) -> &str {
    base_url.map_or("provider-default", BaseUrl::origin)
}

fn insecure(field: &str) -> Error {
    let message = format!("{field}: plain http is for loopback hosts only; use https, or set allowInsecure");
    Error::new(ErrorKind::InsecureBaseUrl, message).with("field", field)
}

type Expected = &'static str;

struct Parts<'t> {
    secure: bool,
    host: String,
    port: Option<u16>,
    path: &'t str,
    query: &'t str,
}

impl<'t> Parts<'t> {
    fn split(text: &'t str) -> Result<Self, Expected> {
        if text.len() > MAX_LEN || !text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#') {
            return Err("an ASCII URL of at most 2048 characters without white space, '\\' or a fragment");
        }
        let (secure, rest) = scheme(text)?;
        let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(authority_end);
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let (host, port) = host_and_port(authority)?;
        let port = port.filter(|port| *port != if secure { 443 } else { 80 });
        check_path(path)?;
        check_query(query)?;
        Ok(Self { secure, host: checked_host(host)?, port, path: path.trim_end_matches('/'), query })
    }

    fn build(self) -> BaseUrl {
        let mut text = format!("{}://{}", if self.secure { "https" } else { "http" }, self.host);
        if let Some(port) = self.port {
            text.push_str(&format!(":{port}"));
        }
        let origin_len = text.len();
        text.push_str(self.path);
        let path_end = text.len();
        if !self.query.is_empty() {
            text.push('?');
            text.push_str(self.query);
        }
        BaseUrl { text, origin_len, path_end }
    }
}

fn scheme(text: &str) -> Result<(bool, &str), Expected> {
    let expected = "a URL that starts with https:// (or http:// for a loopback host)";
    let (scheme, rest) = text.split_once("://").ok_or(expected)?;
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok((true, rest)),
        "http" => Ok((false, rest)),
        _ => Err(expected),
    }
}

fn host_and_port(authority: &str) -> Result<(&str, Option<u16>), Expected> {
    if authority.contains('@') {
        return Err("a URL without a user name or password; credentials belong in apiKey");
    }
    // The colons of an IPv6 host stand before the bracket that closes it.
    let search_from = authority.rfind(']').unwrap_or(0);
    let colon = authority.get(search_from..).and_then(|tail| tail.find(':'));
    match colon.and_then(|colon| authority.split_at_checked(search_from + colon)) {
        None => Ok((authority, None)),
        Some((host, port)) => Ok((host, Some(parse_port(port.get(1..).unwrap_or_default())?))),
    }
}

fn parse_port(text: &str) -> Result<u16, Expected> {
    // `parse` alone would take "+80".
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| plain).ok_or("a port from 1 to 65535 without leading zeros")
}

fn checked_host(host: &str) -> Result<String, Expected> {
    let host = host.to_ascii_lowercase();
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner.strip_suffix(']').ok_or("a closing bracket after the IPv6 address")?;
        return canonical_ipv6(address).map(|()| host.clone());
    }
    if ends_in_number(&host) {
        // Rust's parser takes exactly four decimal octets and no leading zeros; platforms take far more.
        let plain = host.parse::<Ipv4Addr>().is_ok();
        return if plain { Ok(host) } else { Err("an IPv4 address of four decimal numbers from 0 to 255") };
    }
    if host.len() <= 253 && host.split('.').all(is_label) {
        return Ok(host);
    }
    Err("a host name of ASCII letters, digits, '-', '_' and inner dots (no Punycode)")
}

fn is_label(label: &str) -> bool {
    // Whether Punycode is valid takes Unicode tables to say, and platforms disagree.
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !label.starts_with("xn--")
}

/// The platform's test for "this is meant as IPv4": <https://url.spec.whatwg.org/#ends-in-a-number-checker>.
fn ends_in_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let hex = last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    hex || (!last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()))
}

fn canonical_ipv6(text: &str) -> Result<(), Expected> {
    let expected = "an IPv6 address in its shortest lower-case form, without a zone or dotted part";
    let address = text.parse::<Ipv6Addr>().map_err(|_| expected)?;
    if serialize_ipv6(address.segments()) == text { Ok(()) } else { Err(expected) }
}

/// The platform's form, which unlike Rust's never has a dotted part: <https://url.spec.whatwg.org/#concept-ipv6-serializer>.
fn serialize_ipv6(pieces: [u16; 8]) -> String {
    let hex = |pieces: &[u16]| pieces.iter().map(|piece| format!("{piece:x}")).collect::<Vec<_>>().join(":");
    let (start, len) = longest_zero_run(&pieces);
    match (pieces.get(..start), pieces.get(start + len..)) {
        (Some(head), Some(tail)) if len > 1 => format!("{}::{}", hex(head), hex(tail)),
        _ => hex(&pieces),
    }
}

fn longest_zero_run(pieces: &[u16; 8]) -> (usize, usize) {
    let run_at = |start: usize| pieces.iter().skip(start).take_while(|piece| **piece == 0).count();
    (0..8).fold((0, 0), |best, start| if run_at(start) > best.1 { (start, run_at(start)) } else { best })
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

fn check_path(path: &str) -> Result<(), Expected> {
    check_characters(path, b"-._~!$&'()*+,;=:@/%")?;
    let is_dot =
        |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    if path.split('/').any(is_dot) { Err("a path without '.' or '..' segments") } else { Ok(()) }
}

fn check_query(query: &str) -> Result<(), Expected> {
    check_characters(query, b"-._~!$&()*+,;=:@/?%")?;
    let carries_key = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        KEY_PARAMETERS.iter().any(|known| name.eq_ignore_ascii_case(known))
    };
    if query.split('&').any(carries_key) {
        return Err("a URL without a key in its query; keys belong in apiKey");
    }
    Ok(())
}

/// Every platform leaves these characters as they are, so that what is shown is what is requested.
fn check_characters(text: &str, punctuation: &[u8]) -> Result<(), Expected> {
    let known = text.bytes().all(|b| b.is_ascii_alphanumeric() || punctuation.contains(&b));
    let is_encoding = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if known && text.split('%').skip(1).all(is_encoding) {
        return Ok(());
    }
    Err("a path and query of unreserved URL characters, everything else percent-encoded")
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "/v1";
    const ROUTE: &str = "/chat/completions";

    fn parse(text: &str) -> Result<BaseUrl> {
        BaseUrl::parse("baseUrl", text, false)
    }

    #[test]
    fn r39_base_urls_join_by_rule() {
        let rows = [
            ("https://h.example", "https://h.example/v1/chat/completions"),
            ("https://h.example/", "https://h.example/v1/chat/completions"),
            ("https://h.example///", "https://h.example/v1/chat/completions"),
            ("https://h.example/v1", "https://h.example/v1/chat/completions"),
            ("https://h.example/v1/", "https://h.example/v1/chat/completions"),
            ("https://h.example/v1//", "https://h.example/v1/chat/completions"),
            ("https://h.example/v4", "https://h.example/v4/chat/completions"),
            ("https://h.example/openai/v1", "https://h.example/openai/v1/chat/completions"),
            ("https://h.example/api", "https://h.example/api/chat/completions"),
            ("https://h.example/v1/chat/completions", "https://h.example/v1/chat/completions"),
            ("https://h.example/v1/chat/completions/", "https://h.example/v1/chat/completions"),
            ("https://h.example/chat/completions", "https://h.example/chat/completions"),
            ("https://h.example/xchat/completions", "https://h.example/xchat/completions/chat/completions"),
            ("https://h.example?a=1", "https://h.example/v1/chat/completions?a=1"),
            ("https://h.example/?a=1", "https://h.example/v1/chat/completions?a=1"),
            ("https://h.example/v1?api-version=2", "https://h.example/v1/chat/completions?api-version=2"),
            ("https://h.example/v1/chat/completions?b", "https://h.example/v1/chat/completions?b"),
            ("https://h.example/v1?", "https://h.example/v1/chat/completions"),
            ("https://h.example:8443/v1", "https://h.example:8443/v1/chat/completions"),
            ("https://h.example:443", "https://h.example/v1/chat/completions"),
            ("http://localhost:80/v1", "http://localhost/v1/chat/completions"),
            ("http://[::1]:11434/v1", "http://[::1]:11434/v1/chat/completions"),
            (" HTTPS://H.Example/V1\n", "https://h.example/V1/chat/completions"),
            ("https://h.example/a%2Fb", "https://h.example/a%2Fb/chat/completions"),
        ];
        for (base, expected) in rows {
            assert_eq!(parse(base).unwrap().join(VERSION, ROUTE), expected, "{base}");
        }
    }

    #[test]
    fn r39_a_routes_own_query_follows_the_base_urls() {
        let route = "/models/m:streamGenerateContent?alt=sse";
        let joined = |base: &str| parse(base).unwrap().join("/v1beta", route);
        assert_eq!(joined("https://h"), "https://h/v1beta/models/m:streamGenerateContent?alt=sse");
        assert_eq!(joined("https://h/g?a=1"), "https://h/g/models/m:streamGenerateContent?a=1&alt=sse");
        assert_eq!(parse("https://h").unwrap().join("", "/x"), "https://h/x");
    }

    #[test]
    fn origins_are_those_of_the_platform() {
        let rows = [
            ("https://A.b-C_d.example/x", "https://a.b-c_d.example"),
            ("https://h:443", "https://h"),
            ("https://h:80", "https://h:80"),
            ("http://127.0.0.1:80/", "http://127.0.0.1"),
            ("http://127.9.8.7:443", "http://127.9.8.7:443"),
            ("https://[2001:db8::1]:1/", "https://[2001:db8::1]:1"),
            ("https://[::]", "https://[::]"),
            ("https://[1:0:0:2::3]", "https://[1:0:0:2::3]"),
            ("https://[1::2:0:0:3:4]", "https://[1::2:0:0:3:4]"),
            ("https://[::ffff:7f00:1]", "https://[::ffff:7f00:1]"),
            ("https://[1:0:2:3:4:5:6:7]", "https://[1:0:2:3:4:5:6:7]"),
            ("http://a.b.localhost", "http://a.b.localhost"),
        ];
        for (text, origin) in rows {
            let url = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(url.origin(), origin, "{text}");
            assert_eq!(parse(url.as_str()).unwrap(), url, "{text}");
        }
    }

    #[test]
    fn what_url_parsers_differ_in_is_refused() {
        let rows = [
            "",
            "h",
            "//h",
            "https:h",
            "https:/h",
            "https://",
            "https:///h",
            "ftp://h",
            "javascript://h",
            "https://u@h",
            "https://u:p@h",
            "https://@h",
            "https://h@",
            "https://h#f",
            "https://h/#",
            "https://h\\x",
            "https:\\\\h",
            "https://h/a b",
            "https://h/a\tb",
            "https://h/\u{0}",
            "https://é.example",
            "https://h/é",
            "https://%68",
            "https://h%2e",
            "https://h.",
            "https://.h",
            "https://h..x",
            "https://-h",
            "https://h-",
            "https://xn--e1afmkfd.example",
            "https://XN--a",
            "https://h*",
            "https://h!x",
            "https://h:",
            "https://h:/",
            "https://h:0",
            "https://h:080",
            "https://h:65536",
            "https://h:+80",
            "https://h:8x",
            "https://h:1:2",
            "https://1",
            "https://127.1",
            "https://0x7f.1",
            "https://127.0.0.01",
            "https://256.1.1.1",
            "https://1.2.3.4.5",
            "https://1.2.3.0x4",
            "https://h.0x",
            "https://0177.0.0.1",
            "https://1.2.3.4.",
            "https://[::1",
            "https://::1",
            "https://[::1]x",
            "https://[::1]]",
            "https://[]",
            "https://[0:0:0:0:0:0:0:1]",
            "https://[::0001]",
            "https://[::127.0.0.1]",
            "https://[::ffff:1.2.3.4]",
            "https://[fe80::1%25eth0]",
            "https://[1::2::3]",
            "https://[1:0:0:2:0:0:0:3]",
            "https://h/..",
            "https://h/a/./b",
            "https://h/%2E./b",
            "https://h/%",
            "https://h/%4",
            "https://h/%zz",
            "https://h/a\"b",
            "https://h/a<b",
            "https://h/a|b",
            "https://h/{b}",
            "https://h?'",
            "https://h?key=abc",
            "https://h?a&API_KEY=1",
        ];
        for text in rows {
            let error = parse(text).expect_err(text);
            assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidInput, Some("baseUrl")), "{text}");
        }
        assert!(parse(&format!("https://h/{}", "a".repeat(MAX_LEN))).is_err());
    }

    #[test]
    fn r40_plain_http_is_for_loopback_or_by_consent() {
        for text in [
            "http://localhost",
            "http://LOCALHOST:1",
            "http://x.localhost",
            "http://127.255.0.9",
            "http://[::1]",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        let remote = [
            "http://h.example",
            "http://0.0.0.0",
            "http://[::]",
            "http://localhost.example",
            "http://xlocalhost",
            "http://128.0.0.1",
            "http://[::ffff:7f00:1]",
            "http://10.0.0.1",
        ];
        for text in remote {
            assert_eq!(parse(text).expect_err(text).kind(), ErrorKind::InsecureBaseUrl, "{text}");
            assert!(BaseUrl::parse("baseUrl", text, true).is_ok(), "{text}");
        }
    }

    #[test]
    fn an_error_repeats_nothing_of_the_text() {
        for text in ["https://user:SECRET@h", "https://h?key=SECRET", "SECRET", "http://secret.example"] {
            let error = parse(text).unwrap_err();
            assert!(!format!("{error:?}{error}").to_lowercase().contains("secret"), "{text}");
        }
    }
}
