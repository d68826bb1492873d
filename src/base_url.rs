//! The address of a provider's server: parsed once, compared by origin, joined by rule.

/// stub
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BaseUrl(String);
impl BaseUrl {
    /// Parses. `field` names it in errors. https, or http where the host is loopback or `allow_insecure`
    /// (else `insecure_base_url`); anything else about it is `invalid_input`.
    pub fn parse(_field: &str, _text: &str, _allow_insecure: bool) -> crate::error::Result<Self> {
        todo!()
    }
    /// As stored and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// scheme://host[:port], lower case, default port removed; equal to the platform's `URL(..).origin`.
    #[must_use]
    pub fn origin(&self) -> &str {
        todo!()
    }
    /// R39: no path -> `version` + `route`; versioned path -> path + route; already ends in route -> as is; query kept.
    #[must_use]
    pub fn join(&self, _version: &str, _route: &str) -> String {
        todo!()
    }
}
