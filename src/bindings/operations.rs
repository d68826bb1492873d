//! The client's use cases by the name that TypeScript calls them.

use std::pin::Pin;
use std::rc::Rc;

use js_sys::Function;
use js_sys::Promise;
use serde_json::Value;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::convert::parse;
use super::convert::text;
use super::ports::JsPorts;
use super::stream::StreamHandle;
use crate::chat::Written;
use crate::client::AgentEvent;
use crate::client::Client;
use crate::client::Listener;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;

/// Runs one use case and writes its result as JSON text.
pub(super) async fn run(
    client: &Client<JsPorts>,
    operation: &str,
    options: Vec<u8>,
    cancelled: Option<Promise>,
) -> Result<String> {
    let options = read(options)?;
    work(client, operation, options, cancelled).await
}

type Work<'a> = Pin<Box<dyn Future<Output = Result<String>> + 'a>>;

/// One future for each use case, boxed: a runtime compiles a function when it first runs, and all of them in one would be
/// the largest by far.
fn work<'a>(
    client: &'a Client<JsPorts>,
    operation: &str,
    options: Value,
    cancelled: Option<Promise>,
) -> Work<'a> {
    match operation {
        "agentDefine" => Box::pin(async move { text(&client.define_agent(&options).await?) }),
        "agentDelete" => Box::pin(async move { text(&client.delete_agent(&options).await?) }),
        "agentFetch" => Box::pin(async move { text(&client.fetch_agent(&options).await?) }),
        "agentFetchAll" => Box::pin(async move { text(&client.fetch_agents(&options).await?) }),
        "apply" => Box::pin(async move { text(&client.apply_until(&options, settled(cancelled)).await?) }),
        "audit" => Box::pin(async move { text(&client.audit(&options).await?) }),
        "buildRequest" => Box::pin(async move { text(&client.build_request(&options).await?) }),
        "create" => Box::pin(async move { text(&client.create(&options).await?) }),
        "delete" => Box::pin(async move { text(&client.delete(&options).await?) }),
        "diff" => Box::pin(async move { text(&client.diff(&options).await?) }),
        "doctor" => Box::pin(async move { text(&client.doctor(&options).await?) }),
        "explain" => Box::pin(async move { text(&client.explain(&options).await?) }),
        "export" => Box::pin(async move { text(&client.export(&options).await?) }),
        "fetch" => Box::pin(async move { text(&client.fetch(&options).await?) }),
        "fetchAll" => Box::pin(async move { text(&client.fetch_all(&options).await?) }),
        "generate" => {
            Box::pin(async move { Ok(client.generate_until(&options, settled(cancelled)).await?.to_json()) })
        }
        "history" => Box::pin(async move { text(&client.history(&options).await?) }),
        "import" => Box::pin(async move { text(&client.import(&options).await?) }),
        "plan" => Box::pin(async move { text(&client.plan(&options).await?) }),
        "promote" => Box::pin(async move { text(&client.promote(&options).await?) }),
        "rekey" => Box::pin(async move { text(&client.rekey(&options).await?) }),
        "removeEnv" => Box::pin(async move { text(&client.remove_env(&options).await?) }),
        "resolve" => Box::pin(async move { text(&client.resolve(&options).await?) }),
        "retire" => Box::pin(async move { text(&client.retire(&options).await?) }),
        "rollback" => Box::pin(async move { text(&client.rollback(&options).await?) }),
        "update" => Box::pin(async move { text(&client.update(&options).await?) }),
        "upsert" => Box::pin(async move { text(&client.upsert(&options).await?) }),
        "usages" => Box::pin(async move { text(&client.usages(&options).await?) }),
        "verify" => Box::pin(async move { text(&client.verify(&options).await?) }),
        _ => Box::pin(async { Err(Error::new(ErrorKind::Internal, "no such operation")) }),
    }
}

/// Runs an agent, telling `listener` every event as a JSON text.
pub(super) async fn run_agent(
    client: &Client<JsPorts>,
    options: Vec<u8>,
    cancelled: Option<Promise>,
    listener: Option<Function>,
) -> Result<String> {
    let options = read(options)?;
    let tell = |event: &AgentEvent<'_>| {
        if let (Some(listener), Ok(event)) = (&listener, text(event)) {
            // Whoever listens has nothing to answer, and nobody to complain to.
            let _ = listener.call1(&JsValue::UNDEFINED, &event.into());
        }
    };
    let listening: Option<Listener<'_>> = listener.is_some().then_some(&tell);
    text(&client.run_until(&options, listening, settled(cancelled)).await?)
}

/// Starts a streamed call and takes it apart for TypeScript to pump.
pub(super) async fn start(
    client: &Rc<Client<JsPorts>>,
    options: Vec<u8>,
    cancelled: Promise,
) -> Result<StreamHandle> {
    let options = read(options)?;
    let stream = client.stream_until(&options, settled(Some(cancelled))).await?;
    Ok(StreamHandle::new(stream.into_parts()))
}

/// Completes when `promise` settles; never without one.
async fn settled(promise: Option<Promise>) {
    match promise {
        Some(promise) => drop(JsFuture::from(promise).await),
        None => core::future::pending().await,
    }
}

/// The options may hold an API key, so their text goes at once; the allocator wipes what it takes back.
#[allow(clippy::needless_pass_by_value, reason = "the text is given back here")]
fn read(text: Vec<u8>) -> Result<Value> {
    parse(&text)
}
