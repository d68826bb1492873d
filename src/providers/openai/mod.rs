//! stub
use super::{Provider, StreamDecoder};
use crate::{
    chat::{Call, Completion},
    error::{Error, Result},
    http::{HttpHead, HttpRequest},
    model::ProviderId,
    resolve::Resolved,
    secret::ApiKey,
};
/// stub
#[derive(Clone, Copy, Debug)]
pub(super) struct Openai;
impl Provider for Openai {
    fn id(&self) -> ProviderId {
        ProviderId::Openai
    }
    fn encode(&self, _r: &Resolved, _c: &Call, _k: Option<&ApiKey>) -> Result<HttpRequest> {
        todo!()
    }
    fn decode(&self, _h: &HttpHead, _b: &[u8]) -> Result<Completion> {
        todo!()
    }
    fn decode_error(&self, _h: &HttpHead, _b: &[u8]) -> Error {
        todo!()
    }
    fn decoder(&self, _h: &HttpHead) -> Box<dyn StreamDecoder> {
        todo!()
    }
}
