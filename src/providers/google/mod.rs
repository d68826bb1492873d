//! Google's Gemini API: where its models are found, how the key travels, and what may be taken back from a refused
//! conversation. It knows no other wire.

mod args;
mod contents;
mod finish;
mod heal;
mod request;
mod response;
mod stream;

use serde_json::Value;

use super::Draft;
use super::Encoded;
use super::Provider;
use super::StreamDecoder;
use crate::chat::Completion;
use crate::chat::Warning;
use crate::error::Error;
use crate::error::Result;
use crate::http::HttpHead;
use crate::model::ProviderId;

/// The provider's name in errors, and that of its state in [`crate::chat::ProviderData`].
const NAME: &str = ProviderId::Google.as_str();

/// The name of the opaque state, on the wire and in our provider data.
const SIGNATURE: &str = "thoughtSignature";

/// Google's documented stand-in for a signature that a call from elsewhere cannot have.
const SKIP: &str = "skip_thought_signature_validator";

/// The provider.
#[derive(Clone, Copy, Debug)]
pub(super) struct Google;

impl Provider for Google {
    fn id(&self) -> ProviderId {
        ProviderId::Google
    }

    fn encode(&self, draft: &Draft<'_>) -> Result<Encoded> {
        request::encode(draft)
    }

    fn decode(&self, head: &HttpHead, body: &[u8]) -> Result<Completion> {
        response::decode(head, body)
    }

    fn decoder(&self, head: &HttpHead) -> Box<dyn StreamDecoder> {
        Box::new(stream::Decoder::new(head))
    }

    fn heal(&self, error: &Error, body: &mut Value) -> Option<Warning> {
        heal::heal(error, body)
    }
}

/// Whether the model refuses calls in its history that carry no signature: Gemini 3 and later, and every id that names
/// no version, because those follow the newest.
fn wants_signatures(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or_default();
    let Some(rest) = name.strip_prefix("gemini-") else { return false };
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..digits).and_then(|number| number.parse::<u32>().ok()).is_none_or(|version| version >= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r58_signatures_are_wanted_from_gemini_3_on() {
        for model in
            ["gemini-3-pro-preview", "gemini-3.8-flash", "models/gemini-4-argon", "gemini-flash-latest"]
        {
            assert!(wants_signatures(model), "{model}");
        }
        for model in
            ["gemini-2.5-pro", "models/gemini-2.0-flash", "gemma-3-27b-it", "tunedModels/mine", "m", ""]
        {
            assert!(!wants_signatures(model), "{model}");
        }
    }
}
