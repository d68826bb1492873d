//! One shop with one inline model behind a scripted transport: what every test of calls starts from.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::pending;
use std::rc::Rc;

use ductape_models::ApiKey;
use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::ProductKey;
use ductape_models::Result;
use ductape_models::chat::StreamPart;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::client::Outcome;
use ductape_models::client::ports::Capabilities;
use ductape_models::client::ports::IfMatch;
use ductape_models::client::ports::KeyContext;
use ductape_models::client::ports::KeyResolver;
use ductape_models::client::ports::Page;
use ductape_models::client::ports::Ports;
use ductape_models::client::ports::Storage;
use ductape_models::client::ports::Stored;
use ductape_models::client::ports::Written;
use ductape_models::crypto::Keyring;
use serde_json::Value;
use serde_json::json;

use super::fakes::CountingRandom;
use super::fakes::Reply;
use super::fakes::ScriptedTransport;
use super::fakes::VirtualClock;
use super::fakes::block_on;

/// The API key that must show up nowhere. Its characters differ in every encoding.
pub(crate) const CANARY: &str = "sk-canary/7f+3a==4d\"c2e1";

/// How the store misbehaves.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum StoreFault {
    /// Reads give something else than was written.
    Corrupt,
    /// Reads never come back.
    Hang,
    /// No fault.
    #[default]
    None,
    /// Reads fail.
    Throw,
}

/// A store in memory.
#[derive(Debug, Default)]
pub(crate) struct ShopStorage {
    records: RefCell<BTreeMap<String, String>>,
    fault: Cell<StoreFault>,
}

impl Storage for ShopStorage {
    async fn get(&self, key: &str) -> Result<Option<Stored>> {
        let value = self.records.borrow().get(key).cloned();
        match self.fault.get() {
            StoreFault::Corrupt => {
                Ok(Some(Stored { value: "[object Object]".to_owned(), etag: "1".to_owned() }))
            }
            StoreFault::Hang => pending().await,
            StoreFault::None => Ok(value.map(|value| Stored { value, etag: String::new() })),
            StoreFault::Throw => Err(Error::new(ErrorKind::StorageError, "the disk is on fire")),
        }
    }

    async fn put(&self, key: &str, value: &str, _condition: IfMatch<'_>) -> Result<Written> {
        self.records.borrow_mut().insert(key.to_owned(), value.to_owned());
        Ok(Written::Done(String::new()))
    }

    async fn delete(&self, key: &str, _condition: IfMatch<'_>) -> Result<Written> {
        self.records.borrow_mut().remove(key);
        Ok(Written::Done(String::new()))
    }

    async fn list(&self, prefix: &str, _cursor: Option<&str>, _limit: u32) -> Result<Page> {
        let keys = self.records.borrow().keys().filter(|key| key.starts_with(prefix)).cloned().collect();
        Ok(Page { keys, cursor: None })
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { cas: false }
    }
}

/// Knows one reference, `vault/shop`.
#[derive(Debug)]
pub(crate) struct ShopVault;

impl KeyResolver for ShopVault {
    async fn resolve(&self, reference: &str, context: KeyContext<'_>) -> Result<ApiKey> {
        assert_eq!((context.product, context.env), ("shop", "dev"));
        match reference {
            "vault/shop" => Ok(ApiKey::parse("key", CANARY)?.0),
            _ => Err(Error::new(ErrorKind::MissingApiKey, "no such reference")),
        }
    }
}

/// The ports of the shop.
#[derive(Debug)]
pub(crate) struct ShopPorts {
    clock: Rc<VirtualClock>,
    random: CountingRandom,
    storage: Rc<ShopStorage>,
    transport: ScriptedTransport,
    vault: ShopVault,
}

impl Ports for ShopPorts {
    type Storage = ShopStorage;
    type Transport = ScriptedTransport;
    type Clock = VirtualClock;
    type Random = CountingRandom;
    type KeyResolver = ShopVault;

    fn storage(&self) -> &ShopStorage {
        &self.storage
    }

    fn transport(&self) -> &ScriptedTransport {
        &self.transport
    }

    fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    fn random(&self) -> &CountingRandom {
        &self.random
    }

    fn key_resolver(&self) -> &ShopVault {
        &self.vault
    }
}

/// A client, its clock and its transport.
pub(crate) struct Shop {
    pub(crate) clock: Rc<VirtualClock>,
    pub(crate) client: Client<ShopPorts>,
}

impl Shop {
    /// A shop whose transport plays `replies`.
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::with(ClientOptions::default(), StoreFault::None, replies)
    }

    /// A shop with options of its own and a store that may misbehave.
    pub(crate) fn with(
        options: ClientOptions,
        fault: StoreFault,
        replies: impl IntoIterator<Item = Reply>,
    ) -> Self {
        let storage = Rc::new(ShopStorage::default());
        storage.fault.set(fault);
        Self::over(storage, 7, options, replies)
    }

    /// Another client of the same store, whose product key is made of `key` bytes; this shop's own is made of 7s.
    pub(crate) fn beside(&self, key: u8, replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::over(Rc::clone(&self.client.ports().storage), key, ClientOptions::default(), replies)
    }

    fn over(
        storage: Rc<ShopStorage>,
        key: u8,
        options: ClientOptions,
        replies: impl IntoIterator<Item = Reply>,
    ) -> Self {
        let clock = Rc::new(VirtualClock::default());
        let transport = ScriptedTransport::new(&clock, replies);
        let random = CountingRandom::default();
        let ports = ShopPorts { clock: Rc::clone(&clock), random, storage, transport, vault: ShopVault };
        let ring = Keyring::new(ProductKey::from_bytes([key; 32]), Vec::new()).unwrap();
        Self { clock, client: Client::new(ports, ring, options) }
    }

    pub(crate) fn transport(&self) -> &ScriptedTransport {
        self.client.ports().transport()
    }

    /// Stores the model `chat` with the environment `dev`, which has `env`'s fields.
    pub(crate) fn create(&self, env: Value) {
        let mut dev = json!({"slug": "dev", "baseUrl": "http://localhost:9"});
        for (name, value) in env.as_object().unwrap() {
            dev[name] = value.clone();
        }
        let model = json!({
            "product": "shop", "tag": "chat", "name": "Chat", "provider": "custom", "model": "m", "envs": [dev],
        });
        block_on(&self.clock, self.client.create(&model)).unwrap();
    }

    /// A whole answer to [`call`] with `extra`.
    pub(crate) fn generate(&self, extra: Value) -> Result<Outcome> {
        block_on(&self.clock, self.client.generate(&call(extra)))
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
        block_on(&self.clock, read)
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
    for (name, value) in extra.as_object().unwrap() {
        options[name] = value.clone();
    }
    options
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
