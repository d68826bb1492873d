//! One shop with one inline model behind a scripted transport: what every test of calls starts from.

use std::rc::Rc;

use ductape_models::Error;
use ductape_models::Result;
use ductape_models::chat::StreamPart;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::client::Outcome;
use ductape_models::client::RetryOptions;
use ductape_models::client::ports::Interest;
use ductape_models::crypto::Keyring;
use serde_json::Value;
use serde_json::json;

use super::fakes::FakeObserver;
use super::fakes::FakePorts;
use super::fakes::FakeTools;
use super::fakes::MemoryStorage;
use super::fakes::Reply;
use super::fakes::ScriptedTransport;
use super::fakes::VirtualClock;
use super::fakes::keyring;

/// The API key that must show up nowhere. Its characters differ in every encoding.
pub(crate) const CANARY: &str = "sk-canary/7f+3a==4d\"c2e1";

/// A client of the shop, and its clock.
pub(crate) struct Shop {
    pub(crate) clock: Rc<VirtualClock>,
    pub(crate) client: Client<FakePorts<ScriptedTransport>>,
    /// Hears nothing, unless the shop was made to be watched.
    pub(crate) observer: Rc<FakeObserver>,
    opened_at: u64,
}

impl Shop {
    /// A shop whose transport plays `replies`.
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::with(ClientOptions::default(), replies)
    }

    /// A shop that repeats nothing.
    pub(crate) fn once(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::retrying(0, replies)
    }

    /// A shop that repeats up to `max_retries` times.
    pub(crate) fn retrying(max_retries: u32, replies: impl IntoIterator<Item = Reply>) -> Self {
        let retry = RetryOptions { max_retries };
        Self::with(ClientOptions { retry, ..ClientOptions::default() }, replies)
    }

    /// A shop with options of its own.
    pub(crate) fn with(options: ClientOptions, replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::watched(options, Interest::default(), replies)
    }

    /// A shop whose observer wants to hear this.
    pub(crate) fn watched(
        options: ClientOptions,
        interest: Interest,
        replies: impl IntoIterator<Item = Reply>,
    ) -> Self {
        Self::over(Rc::new(MemoryStorage::new(true)), keyring(1), options, interest, replies)
    }

    /// Another client of the same store.
    pub(crate) fn beside(&self, ring: Keyring) -> Self {
        let interest = self.observer.interest.get();
        Self::over(Rc::clone(&self.client.ports().storage), ring, ClientOptions::default(), interest, [])
    }

    fn over(
        storage: Rc<MemoryStorage>,
        ring: Keyring,
        options: ClientOptions,
        interest: Interest,
        replies: impl IntoIterator<Item = Reply>,
    ) -> Self {
        let observer = FakeObserver::new(interest);
        let clock = Rc::new(VirtualClock::default());
        let transport = ScriptedTransport::new(&clock, replies);
        let mut ports = FakePorts::over(storage, transport);
        observer.clock.replace(Rc::clone(&clock));
        ports.observer = Some(Rc::clone(&observer));
        ports.clock = Rc::clone(&clock);
        ports.tools.clock = Rc::clone(&clock);
        ports.key_resolver.keys.borrow_mut().insert("vault/shop".to_owned(), CANARY.to_owned());
        let opened_at = clock.now();
        Self { clock, client: Client::new(ports, ring, options), observer, opened_at }
    }

    /// Virtual milliseconds since the shop opened.
    pub(crate) fn elapsed(&self) -> u64 {
        self.clock.now() - self.opened_at
    }

    /// Runs `work` on the shop's clock.
    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.clock.block_on(work)
    }

    /// When each request was sent, in virtual milliseconds since the shop opened.
    pub(crate) fn sent_at(&self) -> Vec<u64> {
        self.transport().sent_at().iter().map(|at| at - self.opened_at).collect()
    }

    pub(crate) fn tools(&self) -> &FakeTools {
        &self.client.ports().tools
    }

    pub(crate) fn transport(&self) -> &ScriptedTransport {
        &self.client.ports().transport
    }

    /// Stores the model `chat` with the environment `dev`, which has `env`'s fields.
    pub(crate) fn create(&self, env: Value) {
        self.store("chat", env, json!({}));
    }

    /// Stores a model under `tag`, whose environment `dev` has `env`'s fields.
    pub(crate) fn store(&self, tag: &str, env: Value, fields: Value) {
        let mut dev = json!({"slug": "dev", "baseUrl": format!("http://localhost:9/{tag}")});
        merge(&mut dev, &env);
        let mut model = json!({
            "product": "shop", "tag": tag, "name": "Chat", "provider": "custom", "model": "m", "envs": [dev],
        });
        merge(&mut model, &fields);
        self.run(self.client.create(&model)).unwrap();
    }

    /// A whole answer to [`call`] with `extra`.
    pub(crate) fn generate(&self, extra: Value) -> Result<Outcome> {
        self.run(self.client.generate(&call(extra)))
    }

    /// Every part of a streamed answer, and the error that ended it, if one did.
    pub(crate) fn stream(&self, extra: Value) -> (Vec<StreamPart>, Option<Error>) {
        let options = call(extra);
        let read = async {
            let mut parts = Vec::new();
            let mut stream = match self.client.stream(&options).await {
                Ok(stream) => stream,
                Err(error) => return (parts, Some(error)),
            };
            loop {
                match stream.next().await {
                    Ok(Some(part)) => parts.push(part),
                    Ok(None) => return (parts, None),
                    Err(error) => return (parts, Some(error)),
                }
            }
        };
        self.run(read)
    }
}

/// Call options with an inline model on loopback, a prompt, and `extra` over them.
pub(crate) fn call(extra: Value) -> Value {
    let mut options = json!({
        "product": "shop",
        "env": "dev",
        "model": {"provider": "custom", "model": "m", "baseUrl": "http://localhost:9", "apiKey": CANARY},
        "prompt": "Hi",
    });
    merge(&mut options, &extra);
    options
}

fn merge(into: &mut Value, over: &Value) {
    for (name, value) in over.as_object().unwrap() {
        into[name] = value.clone();
    }
}

/// A whole chat-completions answer.
pub(crate) fn answer(text: &str) -> Reply {
    Reply::json(200, &answer_json(text))
}

/// The body of [`answer`].
pub(crate) fn answer_json(text: &str) -> Value {
    json!({
        "id": "chat-1",
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    })
}

/// An error answer of the usual shape.
pub(crate) fn failure(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"error": {"message": message, "type": "some_error", "code": null}}))
}

/// An event that brings text.
pub(crate) fn delta(text: &str) -> String {
    json!({"id": "chat-1", "model": "m", "choices": [{"index": 0, "delta": {"content": text}}]}).to_string()
}

/// The events that end a stream in good order.
pub(crate) fn ending(reply: Reply) -> Reply {
    let stop = json!({"id": "chat-1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
    let usage = json!({"id": "chat-1", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}});
    reply.event(&stop.to_string()).event(&usage.to_string()).event("[DONE]")
}

/// The text of all deltas.
pub(crate) fn text_of(parts: &[StreamPart]) -> String {
    let texts = parts.iter().map(|part| match part {
        StreamPart::TextDelta { text } => text.as_str(),
        _ => "",
    });
    texts.collect()
}

/// An error as it would cross the border, with everything that it prints.
pub(crate) fn shown(error: &Error) -> String {
    format!("{error}\n{error:?}\n{}", serde_json::to_string(&error.view()).unwrap())
}
