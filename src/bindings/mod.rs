//! The border: a client as JavaScript sees it. It converts, forwards and reports; it holds no rule of the product.

mod causes;
mod clock;
mod convert;
mod error;
mod fetch;
mod host;
mod key_agent;
mod key_resolver;
mod keys;
mod observer;
mod operations;
mod ports;
mod random;
mod storage;
mod stream;
mod tools;
mod transport;

use std::rc::Rc;

use js_sys::Function;
use js_sys::Promise;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use self::host::Host;
use self::keys::GivenKeys;
use self::ports::JsPorts;
use crate::client::Client;
use crate::client::ClientOptions;
use crate::client::ports::Random;
use crate::crypto;
use crate::error::Result;

/// Wipes memory as it is given back: a key that crossed the border leaves no copy in the heap.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// A client over JavaScript's ports. Every failure is a plain object with the fields of an error view.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Core {
    client: Rc<Client<JsPorts>>,
}

#[wasm_bindgen]
impl Core {
    /// `options` is plain data for [`ClientOptions::read`]; `keys` the keys that the caller gave; `host` everything else:
    /// `storage`, `keyAgent`, and where given `fetch` and `keyResolver`.
    ///
    /// # Errors
    /// `invalid_input` naming the field.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue, keys: &GivenKeys, host: &Host) -> Result<Core, JsValue> {
        open(&options, keys, host).map_err(|error| error::to_js(&error))
    }

    /// Runs `operation` with `options`, the bytes of a JSON text. The promise gives a JSON text, or fails with an error
    /// view; `cancelled` ends a call as `aborted`.
    pub fn call(&self, operation: String, options: Vec<u8>, cancelled: Option<Promise>) -> Promise {
        let client = Rc::clone(&self.client);
        self.promise(Box::pin(async move {
            let answer = operations::run(&client, &operation, options, cancelled).await;
            answer.map(JsValue::from).map_err(|error| client.ports().error_to_js(&error))
        }))
    }

    /// Runs an agent. The promise gives the run as a JSON text; `listener`, where there is one, gets every event as one, and
    /// then answers are asked for in parts.
    #[wasm_bindgen(js_name = runAgent)]
    pub fn run_agent(
        &self,
        options: Vec<u8>,
        cancelled: Option<Promise>,
        listener: Option<Function>,
    ) -> Promise {
        let client = Rc::clone(&self.client);
        self.promise(Box::pin(async move {
            let run = operations::run_agent(&client, options, cancelled, listener).await;
            run.map(JsValue::from).map_err(|error| client.ports().error_to_js(&error))
        }))
    }

    /// Starts a streamed call. The promise gives a [`stream::StreamHandle`] at the first content.
    pub fn stream(&self, options: Vec<u8>, cancelled: Promise) -> Promise {
        let client = Rc::clone(&self.client);
        self.promise(Box::pin(async move {
            let started = operations::start(&client, options, cancelled).await;
            started.map(JsValue::from).map_err(|error| client.ports().error_to_js(&error))
        }))
    }

    /// What a product key that only signs has to sign, for the three answers that stand for it among the keys.
    #[wasm_bindgen(js_name = keyQuestions)]
    #[must_use]
    pub fn key_questions() -> Vec<Uint8Array> {
        keys::questions()
    }

    /// A fresh product key in its printed form.
    ///
    /// # Errors
    /// `entropy_unavailable`.
    #[wasm_bindgen(js_name = generateKey)]
    pub fn generate_key() -> Result<String, JsValue> {
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        random::SystemRandom.fill(bytes.as_mut_slice()).map_err(|error| error::to_js(&error))?;
        Ok(crypto::print_product_key(&bytes).as_str().to_owned())
    }

    /// Opens one AES-256-GCM message, for the published test vectors: `undefined` where it does not open.
    #[wasm_bindgen(js_name = aeadOpen)]
    #[must_use]
    pub fn aead_open(key: &[u8], nonce: &[u8], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (key, nonce) = (key.try_into().ok()?, nonce.try_into().ok()?);
        crypto::hazmat::aead_open(key, nonce, aad, sealed).map(|plain| plain.to_vec())
    }

    /// What one sealed message takes from a key, for the published test vectors: key, nonce and commitment, 76 bytes;
    /// `undefined` for a key or salt of the wrong length.
    #[wasm_bindgen(js_name = messageKeys)]
    #[must_use]
    pub fn message_keys(key: &[u8], salt: &[u8], context: &[u8]) -> Option<Vec<u8>> {
        let master = crate::ProductKey::from_bytes(key.try_into().ok()?);
        let keys = crypto::hazmat::MessageKeys::derive(&master, salt.try_into().ok()?, context);
        Some([keys.key.as_slice(), &keys.base_nonce, &keys.commitment].concat())
    }
}

impl Core {
    /// `work` for JavaScript, in the caller's own context. On the heap, so that there is one of this for all work.
    fn promise(&self, work: observer::Work) -> Promise {
        future_to_promise(observer::in_context(self.client.ports().js_observer(), work))
    }
}

fn open(options: &JsValue, keys: &GivenKeys, host: &Host) -> Result<Core> {
    let options = ClientOptions::read(&convert::plain(options)?)?;
    let keys = keys::keys(keys)?;
    let ports = JsPorts::new(host)?;
    Ok(Core { client: Rc::new(Client::new(ports, keys, options)) })
}
