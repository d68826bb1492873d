//! Keys that stay in JavaScript: WebCrypto keys that only sign, and the sealing keys of `ductape-models/sealing`.

use js_sys::Promise;
use js_sys::Reflect;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use super::error::safe_name;
use super::keys::block;
use crate::client::ports::Encapsulated;
use crate::client::ports::KeyAgent;
use crate::crypto::Block;
use crate::crypto::ENC_LEN;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::secret::ProductKey;

#[wasm_bindgen]
extern "C" {
    /// What TypeScript computes with the keys.
    #[derive(Debug)]
    pub type Agent;

    #[wasm_bindgen(method, catch)]
    fn hmac(this: &Agent, key: usize, data: Uint8Array) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn encapsulate(this: &Agent, info: Uint8Array) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn decapsulate(this: &Agent, key: usize, enc: Uint8Array, info: Uint8Array) -> Result<Promise, JsValue>;
}

impl KeyAgent for Agent {
    async fn hmac(&self, key: usize, data: &[u8]) -> Result<Block> {
        let data = Uint8Array::from(data);
        let answer = settled(Agent::hmac(self, key, data.clone())).await;
        // The second question holds the first answer.
        data.fill(0, 0, data.length());
        block(&answer?).ok_or_else(|| broken("64 bytes of HMAC-SHA-512"))
    }

    async fn encapsulate(&self, info: &[u8]) -> Result<Encapsulated> {
        let answer = settled(Agent::encapsulate(self, info.into())).await?;
        let part = |name: &str| Reflect::get(&answer, &name.into()).ok().and_then(|value| key_bytes(&value));
        match (part("enc"), part("secret")) {
            (Some(enc), Some(secret)) => Ok(Encapsulated { enc, secret: ProductKey::from_bytes(secret) }),
            _ => Err(broken("an enc and a secret of 32 bytes")),
        }
    }

    async fn decapsulate(&self, key: usize, enc: &[u8; ENC_LEN], info: &[u8]) -> Result<ProductKey> {
        let answer = settled(Agent::decapsulate(self, key, enc.as_slice().into(), info.into())).await?;
        key_bytes(&answer).map(ProductKey::from_bytes).ok_or_else(|| broken("a secret of 32 bytes"))
    }
}

async fn settled(started: Result<Promise, JsValue>) -> Result<JsValue> {
    let answer = match started {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    };
    answer.map_err(|thrown| failed(&thrown))
}

/// 32 bytes from JavaScript, which are wiped there.
fn key_bytes(value: &JsValue) -> Option<[u8; 32]> {
    let bytes = value.dyn_ref::<Uint8Array>().filter(|bytes| bytes.length() == 32)?;
    let mut key = [0; 32];
    bytes.copy_to(&mut key);
    bytes.fill(0, 0, bytes.length());
    Some(key)
}

/// The code of an error of this package stays; of anything else only its class is told.
fn failed(thrown: &JsValue) -> Error {
    let code = Reflect::get(thrown, &"code".into()).ok().and_then(|code| code.as_string());
    let kind = ErrorKind::ALL.iter().copied().find(|kind| code.as_deref() == Some(kind.code()));
    let kind = kind.unwrap_or(ErrorKind::Internal);
    Error::new(kind, "the key that lives outside of the core could not be used").with_cause(safe_name(thrown))
}

fn broken(expected: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("a key that lives outside of the core must give {expected}"))
}
