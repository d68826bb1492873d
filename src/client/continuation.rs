//! An answer that its provider gives in several responses, put together: some models stop after a while and hand out a
//! token with which the same request goes on. It knows the token's place in an answer; what it means is the provider's.

use serde_json::Value;

use super::exchange::Exchange;
use super::exchange::Opened;
use super::heal::body_of;
use super::heal::replace_body;
use crate::chat::Completion;
use crate::chat::Content;
use crate::chat::Usage;
use crate::error::Error;
use crate::error::Result;
use crate::json;
use crate::warning::Warning;

/// Most further requests for one answer.
const MAX_REQUESTS: u32 = 8;

/// The token's name, in the details of a finish reason and in the body of the next request (Google's `CONTINUATION`).
const TOKEN: &str = "continuationToken";

/// The whole answer: `opened`, and what `next` brings for the changed request as long as there is more. What came so
/// far was paid for, so a failure ends the answer where it is, with a warning.
pub(super) async fn continued<B>(
    exchange: &mut Exchange,
    mut opened: Opened<B>,
    mut next: impl AsyncFnMut(&Exchange) -> Result<Opened<B>>,
) -> Opened<B> {
    for _ in 0..MAX_REQUESTS {
        let Some(so_far) = opened.whole().filter(|_| !exchange.streams) else { break };
        let Some(token) = token(so_far) else { break };
        let Some(mut body) = body_of(exchange) else { break };
        body[TOKEN] = Value::String(token);
        replace_body(exchange, &body, Vec::new());
        match next(exchange).await.map(Opened::into_whole) {
            Ok(more) => more.into_iter().for_each(|more| append(so_far, more)),
            Err(error) => {
                so_far.warnings.push(incomplete(&error));
                break;
            }
        }
    }
    opened
}

fn token(answer: &Completion) -> Option<String> {
    let details = answer.finish_reason.details.as_ref()?;
    json::filled(&details[TOKEN]).map(str::to_owned)
}

fn append(so_far: &mut Completion, more: Completion) {
    so_far.text.push_str(&more.text);
    so_far.object = None;
    more.content.into_iter().for_each(|piece| append_piece(&mut so_far.content, piece));
    so_far.tool_calls.extend(more.tool_calls);
    so_far.finish_reason = more.finish_reason;
    so_far.usage = sum(so_far.usage.take(), more.usage);
    so_far.warnings.extend(more.warnings);
    so_far.response = more.response;
}

/// A text that was cut between two responses becomes one again. One with state of its own stays as it is, because that
/// goes back to the provider.
fn append_piece(content: &mut Vec<Content>, piece: Content) {
    match (content.last_mut(), piece) {
        // A piece with state of its own is never joined to another: its provider wants it back as it was.
        (
            Some(Content::Text { text, provider_data: None }),
            Content::Text { text: more, provider_data: None },
        )
        | (
            Some(Content::Reasoning { text, provider_data: None }),
            Content::Reasoning { text: more, provider_data: None },
        ) => text.push_str(&more),
        (_, piece) => content.push(piece),
    }
}

/// What was used for both: each request is billed with its whole prompt.
fn sum(a: Option<Usage>, b: Option<Usage>) -> Option<Usage> {
    let (Some(a), Some(b)) = (&a, &b) else { return a.or(b) };
    let sum = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (one, None) | (None, one) => one,
    };
    Some(Usage {
        input_tokens: sum(a.input_tokens, b.input_tokens),
        output_tokens: sum(a.output_tokens, b.output_tokens),
        cached_input_tokens: sum(a.cached_input_tokens, b.cached_input_tokens),
        cache_write_tokens: sum(a.cache_write_tokens, b.cache_write_tokens),
        reasoning_tokens: sum(a.reasoning_tokens, b.reasoning_tokens),
        estimated: a.estimated || b.estimated,
        raw: b.raw.clone(),
    })
}

fn incomplete(error: &Error) -> Warning {
    let message = format!("the provider would have gone on, and asking it to failed: {error}");
    Warning { code: "incomplete", field: "finishReason".to_owned(), message }
}

#[cfg(test)]
mod tests {
    use core::pin::pin;
    use core::task::Context;
    use core::task::Poll;
    use core::task::Waker;

    use serde_json::json;

    use super::*;
    use crate::chat::Finish;
    use crate::chat::FinishReason;
    use crate::client::fixture::exchange;
    use crate::error::ErrorKind;
    use crate::http::HttpHead;

    type Answers = Vec<Result<Completion>>;

    fn part(text: &str, token: Option<&str>) -> Completion {
        let mut reason = FinishReason::new(Finish::Stop, None);
        if let Some(token) = token {
            reason = FinishReason::new(Finish::Length, Some("CONTINUATION"));
            reason.details = Some(json!({"continuationToken": token}));
        }
        let piece = Content::Text { text: text.to_owned(), provider_data: None };
        let usage = Usage { input_tokens: Some(3), output_tokens: Some(2), ..Usage::default() };
        Completion { usage: Some(usage), ..Completion::from_content(vec![piece], reason) }
    }

    /// The answer that begins with `first` and goes on with `answers`, and the bodies that were sent for those.
    fn joined(streams: bool, first: Completion, mut answers: Answers) -> (Completion, Vec<String>) {
        let mut exchange = exchange(r#"{"contents":[]}"#);
        let mut sent = Vec::new();
        let opened: Opened<()> = exchange.held(&HttpHead::default(), first);
        exchange.streams = streams;
        let next = async |exchange: &Exchange| {
            sent.push(String::from_utf8(exchange.request.body.clone()).unwrap());
            answers.remove(0).map(|answer| exchange.held(&HttpHead::default(), answer))
        };
        let opened = done(continued(&mut exchange, opened, next));
        (opened.into_whole().unwrap(), sent)
    }

    /// What `work` gives, where nothing in it waits.
    fn done<T>(work: impl Future<Output = T>) -> T {
        match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => done,
            Poll::Pending => panic!("nothing here waits"),
        }
    }

    #[test]
    fn rule19_an_answer_in_several_responses_becomes_one() {
        let (whole, sent) =
            joined(false, part("Hel", Some("t1")), vec![Ok(part("lo", Some("t2"))), Ok(part("!", None))]);
        assert_eq!((whole.text.as_str(), whole.content.len()), ("Hello!", 1));
        assert_eq!(whole.finish_reason.unified, Finish::Stop);
        let usage = whole.usage.unwrap();
        assert_eq!(
            (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens),
            (Some(9), Some(6), None)
        );
        let bodies =
            [r#"{"contents":[],"continuationToken":"t1"}"#, r#"{"contents":[],"continuationToken":"t2"}"#];
        assert_eq!(sent, bodies);
    }

    #[test]
    fn rule19_a_failure_keeps_what_came_and_the_token() {
        let failure = Err(Error::new(ErrorKind::Overloaded, "busy"));
        let (whole, _) = joined(false, part("Hel", Some("t1")), vec![failure]);
        assert_eq!((whole.text.as_str(), whole.finish_reason.unified), ("Hel", Finish::Length));
        assert_eq!((whole.warnings[0].code, token(&whole).as_deref()), ("incomplete", Some("t1")));
    }

    #[test]
    fn rule19_it_ends_after_eight_requests() {
        let endless = (0..9).map(|_| Ok(part("x", Some("t")))).collect();
        let (whole, sent) = joined(false, part("x", Some("t")), endless);
        assert_eq!((whole.text.len(), sent.len()), (9, 8));
    }

    #[test]
    fn rule19_an_answer_without_a_token_and_a_streamed_one_are_left_alone() {
        assert!(joined(false, part("a", None), Vec::new()).1.is_empty());
        assert!(joined(true, part("a", Some("t")), Vec::new()).1.is_empty());
    }

    #[test]
    fn rule19_pieces_with_state_of_their_own_stay_apart() {
        let text =
            |text: &str, state: Option<Value>| Content::Text { text: text.to_owned(), provider_data: state };
        let state = Some(json!({"google": {"thoughtSignature": "s"}}));
        let mut content = Vec::new();
        for piece in [text("a", None), text("b", None), text("c", state.clone()), text("d", None)] {
            append_piece(&mut content, piece);
        }
        assert_eq!(content, [text("ab", None), text("c", state), text("d", None)]);
    }
}
