//! Base URLs.

use ductape_models::base_url::BaseUrl;

/// What is accepted parses to itself again, has an origin and nothing that could hide another one.
pub(crate) fn base_url(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    for allow_insecure in [false, true] {
        let Ok(url) = BaseUrl::parse("baseUrl", text, allow_insecure) else { continue };
        let again = BaseUrl::parse("baseUrl", url.as_str(), allow_insecure);
        assert!(again.is_ok_and(|again| again == url));
        let rest = url.as_str().strip_prefix(url.origin());
        assert!(rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?'])));
        assert!(url.origin().starts_with("https://") || url.origin().starts_with("http://"));
        assert!(!url.as_str().contains(['#', '\\', ' ']) && !url.origin().contains('@'));
        assert!(url.join("/v1", "/chat/completions").starts_with(url.origin()));
    }
}
