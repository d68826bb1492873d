//! Whole calls through a client, with a store in memory and a provider that has its answer ready.

use std::rc::Rc;

use ductape_models::Result;
use ductape_models::chat::Written;
use ductape_models::client::Client;
use ductape_models::client::ports::Body;
use ductape_models::client::ports::Transport;
use ductape_models::http::HttpHead;
use ductape_models::http::HttpRequest;
use serde_json::Value;
use serde_json::json;
use testkit::fakes::FakePorts;
use testkit::fakes::block_on;

use crate::Work;

const ANSWER: &str = r#"{"id":"chatcmpl-9","object":"chat.completion","created":1764000000,"model":"gpt-4.1-2025-04-14","choices":[{"index":0,"message":{"role":"assistant","content":"Hello there.","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}"#;
const OPTIONS: &str =
    r#"{"product":"shop","env":"prd","model":"bench","messages":[{"role":"user","content":"Hello"}]}"#;

/// One short question by tag: record, resolution, key, request, answer, all but JavaScript.
pub(crate) fn by_tag() -> Result<Work> {
    let client = Rc::new(FakePorts::new(Canned).into_client());
    let model = json!({
        "product": "shop", "tag": "bench", "name": "Bench", "provider": "openai", "model": "gpt-4.1", "api": "chat",
        "temperature": 0.7, "envs": [{"slug": "prd", "apiKey": crate::SECRET}],
    });
    block_on(&client, client.create(&model))?;
    Ok(asking(client, OPTIONS.to_owned()))
}

/// The same with everything about the model in the call.
pub(crate) fn in_hand() -> Work {
    let model = json!({
        "provider": "openai", "model": "gpt-4.1", "api": "chat", "temperature": 0.7, "apiKey": crate::SECRET,
    });
    let options = OPTIONS.replacen("\"bench\"", &model.to_string(), 1);
    asking(Rc::new(FakePorts::new(Canned).into_client()), options)
}

fn asking(client: Rc<Client<FakePorts<Canned>>>, options: String) -> Work {
    Box::new(move || {
        let options: Value = serde_json::from_str(&options).unwrap_or_default();
        Ok(block_on(&client, client.generate(&options))?.to_json().len())
    })
}

/// Answers at once, always the same.
#[derive(Debug)]
struct Canned;

#[derive(Debug)]
struct CannedBody(Option<Vec<u8>>);

impl Transport for Canned {
    type Body = CannedBody;

    async fn send(&self, _: HttpRequest) -> Result<(HttpHead, CannedBody)> {
        let headers = [("content-type".to_owned(), "application/json".to_owned())].into_iter().collect();
        Ok((HttpHead { status: 200, headers }, CannedBody(Some(ANSWER.into()))))
    }
}

impl Body for CannedBody {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>> {
        Ok(self.0.take())
    }
}
