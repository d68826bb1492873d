//! What a request is made of, and what encoding gives.

use crate::catalog;
use crate::catalog::Facts;
use crate::chat::Call;
use crate::chat::Warning;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::http::HttpRequest;
use crate::resolve::Resolved;
use crate::secret::ApiKey;

/// What a request is made of.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// Where it goes, with which settings. Its provider options include the call's.
    pub resolved: &'a Resolved,
    /// What is asked.
    pub call: &'a Call,
    /// `None` only where the provider needs none.
    pub key: Option<&'a ApiKey>,
    /// What is known of the model.
    pub facts: Facts,
    /// Whether a web page sends it, which some providers want to be told.
    pub in_page: bool,
}

impl<'a> Draft<'a> {
    /// A draft for a request from a server, with what the catalog knows of the model.
    #[must_use]
    pub fn new(resolved: &'a Resolved, call: &'a Call, key: Option<&'a ApiKey>) -> Self {
        let facts = catalog::facts(resolved);
        Self { resolved, call, key, facts, in_page: false }
    }

    /// The vendor's id of the model.
    ///
    /// # Errors
    /// `invalid_input` where none is set.
    pub fn model(&self) -> Result<&'a str> {
        let model = self.resolved.model.sent().map(String::as_str);
        model.ok_or_else(|| Error::invalid("model", "the provider's model id"))
    }

    /// The key of a provider that needs one.
    ///
    /// # Errors
    /// `missing_api_key`.
    pub fn needed_key(&self) -> Result<&'a ApiKey> {
        let provider = self.resolved.provider.as_str();
        self.key.ok_or_else(|| {
            Error::new(ErrorKind::MissingApiKey, format!("{provider} needs an API key"))
                .with_provider(provider)
        })
    }
}

/// A request, and what of the call it does not carry as given.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// The request.
    pub request: HttpRequest,
    /// What was changed or left out on the way.
    pub warnings: Vec<Warning>,
}
