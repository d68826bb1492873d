//! A whole answer becomes a [`Completion`]: it is the one fragment of a stream, or the list of them that comes without
//! `alt=sse`.

use core::slice;

use serde_json::Value;

use super::NAME;
use super::stream::Decoder;
use crate::chat::Accumulator;
use crate::chat::Completion;
use crate::chat::StreamPart;
use crate::error::Result;
use crate::http::HttpHead;
use crate::json;
use crate::providers::StreamDecoder;
use crate::providers::failure;

/// The answer in a 2xx body.
pub(super) fn decode(head: &HttpHead, body: &[u8]) -> Result<Completion> {
    let answer = json::parse(&String::from_utf8_lossy(body)).unwrap_or_default();
    let mut decoder = Decoder::new(head);
    let fragments = match &answer {
        Value::Array(list) => list.as_slice(),
        one => {
            decoder.expect_one();
            slice::from_ref(one)
        }
    };
    let mut parts = Vec::new();
    for fragment in fragments {
        decoder.take(fragment, &mut parts);
    }
    let known = decoder.has_started();
    decoder.finish(&mut parts);
    let mut completion = Accumulator::default();
    for part in &parts {
        if let StreamPart::Error { error } = part {
            return Err(error.clone());
        }
        completion.push(part);
    }
    if known { Ok(completion.completion()) } else { Err(failure::not_an_answer(NAME, head, &answer)) }
}
