//! Takes one API key out of whatever leaves a call: as it is, in base64, in hex and percent-encoded. A provider may echo the
//! key that it was sent, and a transport may quote the header that it refused. It knows one key, not who sent it.

use core::cell::OnceCell;
use core::fmt;
use std::rc::Rc;

use base64ct::Base64UrlUnpadded;
use base64ct::Encoding;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::http::Headers;
use crate::http::HttpHead;
use crate::secret::ApiKey;

/// What stands where a key stood.
const REDACTED: &str = "[redacted]";

/// Shorter keys are placeholders of local servers ("x", "ey"); taking them out would only garble messages.
const SHORTEST: usize = 4;

/// One key that must not leave, in any form. Without a key it changes nothing.
#[derive(Clone, Default)]
pub(crate) struct Scrubber(Option<Rc<Known>>);

/// The key, and its forms once they were needed: most calls end well.
struct Known {
    key: ApiKey,
    forms: OnceCell<Vec<Zeroizing<String>>>,
}

impl Scrubber {
    /// Takes `key` out.
    pub(crate) fn new(key: Option<&ApiKey>) -> Self {
        let key = key.filter(|key| key.expose().len() >= SHORTEST);
        Self(key.map(|key| Rc::new(Known { key: key.clone(), forms: OnceCell::new() })))
    }

    /// The key in every form, longest first, so that no form leaves the tail of a longer one behind.
    fn forms(&self) -> &[Zeroizing<String>] {
        let known = self.0.as_ref();
        known.map_or(&[], |known| known.forms.get_or_init(|| forms(known.key.expose())))
    }

    /// Whether it knows no key.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The error without the key, in any of its texts.
    pub(crate) fn error(&self, error: Error) -> Error {
        if self.is_empty() { error } else { error.map_text(&|text| self.text(text)) }
    }

    /// The text without the key; `None` where it holds none.
    pub(crate) fn text(&self, text: &str) -> Option<String> {
        let mut clean: Option<String> = None;
        for form in self.forms() {
            let current = clean.as_deref().unwrap_or(text);
            if current.contains(form.as_str()) {
                clean = Some(current.replace(form.as_str(), REDACTED));
            }
        }
        clean
    }

    /// An error's body and headers without the key. Before they are decoded, because a decoder cuts long texts and
    /// half a key is no longer recognized.
    pub(crate) fn response(&self, head: HttpHead, body: Vec<u8>) -> (HttpHead, Vec<u8>) {
        if self.is_empty() {
            return (head, body);
        }
        let clean = self.text(&String::from_utf8_lossy(&body)).map_or(body, String::into_bytes);
        let pairs = head.headers.iter();
        let headers: Headers =
            pairs.map(|(name, value)| (name, self.text(value).unwrap_or_else(|| value.to_owned()))).collect();
        (HttpHead { status: head.status, headers }, clean)
    }
}

impl fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scrubber([redacted])")
    }
}

fn forms(key: &str) -> Vec<Zeroizing<String>> {
    let base64 = Zeroizing::new(Base64UrlUnpadded::encode_string(key.as_bytes()));
    let padding = ["", "", "==", "="][base64.len() % 4];
    let mut forms = vec![
        Zeroizing::new(key.to_owned()),
        spelled(&base64, padding, true),
        spelled(&base64, "", true),
        spelled(&base64, padding, false),
        base64,
        percent_encoded(key, b"0123456789ABCDEF"),
        percent_encoded(key, b"0123456789abcdef"),
        json_escaped(key),
        hex(key),
    ];
    longest_first(&mut forms);
    forms.dedup();
    forms
}

/// Whether they take the same key out.
impl PartialEq for Scrubber {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().map(|known| &known.key) == other.0.as_ref().map(|known| &known.key)
    }
}

/// Unpadded base64url in another alphabet or with padding: one encoder instead of four.
fn spelled(base64: &str, padding: &str, standard: bool) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(base64.len() + padding.len()));
    for c in base64.chars() {
        out.push(match c {
            '-' if standard => '+',
            '_' if standard => '/',
            _ => c,
        });
    }
    out.push_str(padding);
    out
}

/// Equal forms end up side by side. By insertion: nine forms do not need a sorting library.
fn longest_first(forms: &mut [Zeroizing<String>]) {
    for end in 1..forms.len() {
        let mut at = end;
        while at > 0 && (forms[at].len(), &*forms[at - 1]) > (forms[at - 1].len(), &*forms[at]) {
            forms.swap(at, at - 1);
            at -= 1;
        }
    }
}

fn hex(key: &str) -> Zeroizing<String> {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    let digits = key.bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    let mut out = Zeroizing::new(String::with_capacity(key.len() * 2));
    out.extend(digits);
    out
}

fn percent_encoded(key: &str, digits: &[u8; 16]) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(key.len() * 3));
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(digits[usize::from(byte >> 4)]));
            out.push(char::from(digits[usize::from(byte & 15)]));
        }
    }
    out
}

/// As a JSON text carries it, for bodies that are shown undecoded.
fn json_escaped(key: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(key.len() * 2));
    for c in key.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use base64ct::Base64;
    use base64ct::Base64Unpadded;
    use base64ct::Base64Url;
    use serde_json::json;

    use super::*;
    use crate::error::ErrorKind;

    const KEY: &str = "sk-canary/+\"1234567890==";

    fn scrubber() -> Scrubber {
        Scrubber::new(Some(&ApiKey::parse("apiKey", KEY).unwrap().0))
    }

    #[test]
    fn r62_every_form_of_the_key_is_taken_out() {
        let forms = [
            KEY.to_owned(),
            Base64::encode_string(KEY.as_bytes()),
            Base64Unpadded::encode_string(KEY.as_bytes()),
            Base64Url::encode_string(KEY.as_bytes()),
            Base64UrlUnpadded::encode_string(KEY.as_bytes()),
            "sk-canary%2F%2B%221234567890%3D%3D".to_owned(),
            "sk-canary%2f%2b%221234567890%3d%3d".to_owned(),
            "sk-canary/+\\\"1234567890==".to_owned(),
        ];
        for form in forms {
            let text = format!("bad key {form}, and again {form}.");
            assert_eq!(
                scrubber().text(&text).as_deref(),
                Some("bad key [redacted], and again [redacted]."),
                "{form}"
            );
        }
    }

    #[test]
    fn r62_an_error_is_cleaned_in_all_its_texts() {
        let error = Error::new(ErrorKind::AuthFailed, format!("no {KEY}"))
            .with_cause(format!("header {KEY}"))
            .with_request_id(Some(KEY.to_owned()))
            .with("deep", json!({KEY: [{"x": KEY}, 1, null]}));
        let clean = scrubber().error(error);
        let shown = format!("{clean} {clean:?} {}", serde_json::to_string(&clean.view()).unwrap());
        assert!(!shown.contains("canary"), "{shown}");
        assert_eq!(clean.detail("deep"), Some(&json!({"[redacted]": [{"x": "[redacted]"}, 1, null]})));
    }

    #[test]
    fn r62_a_body_is_cleaned_before_a_decoder_can_cut_it() {
        let head = HttpHead { status: 401, headers: [("x-echo", KEY)].into_iter().collect() };
        let (head, body) = scrubber().response(head, format!("<p>{KEY}</p>").into_bytes());
        assert_eq!(
            (head.headers.get("x-echo"), body.as_slice()),
            (Some("[redacted]"), &b"<p>[redacted]</p>"[..])
        );
    }

    #[test]
    fn a_scrubber_shows_nothing_and_leaves_other_text_alone() {
        assert_eq!(format!("{:?}", scrubber()), "Scrubber([redacted])");
        assert_eq!(scrubber().text("fine"), None);
        assert_eq!(Scrubber::new(None).text("fine"), None);
        let placeholder = ApiKey::parse("apiKey", "no").unwrap().0;
        assert_eq!(Scrubber::new(Some(&placeholder)).text("no answer"), None);
    }
}
