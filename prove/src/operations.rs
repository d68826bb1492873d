//! Everything that a client does with a store, one line each. Whatever is listed here is tried with every fault.

use core::pin::Pin;

use ductape_models::Error;

use crate::scene::ProveClient;
use crate::scene::Scene;

/// An operation under way.
pub(crate) type Work<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Its name.
    pub(crate) name: &'static str,
    /// Starts it on a client of the scene.
    pub(crate) run: for<'a> fn(&'a Scene, &'a ProveClient) -> Work<'a>,
}

macro_rules! operation {
    ($name:literal, |$scene:ident, $client:ident| $work:expr) => {
        Operation { name: $name, run: |$scene, $client| Box::pin(async move { $work.await.map(drop) }) }
    };
}

/// Every operation.
pub(crate) const OPERATIONS: &[Operation] = &[
    operation!("create", |scene, client| client.create(&scene.fresh)),
    operation!("update", |scene, client| client.update(&scene.patch)),
    operation!("upsert", |scene, client| client.upsert(&scene.whole)),
    operation!("removeEnv", |scene, client| client.remove_env(&scene.removal)),
    operation!("fetch", |scene, client| client.fetch(&scene.address)),
    operation!("fetchAll", |scene, client| client.fetch_all(&scene.product)),
    operation!("delete", |scene, client| client.delete(&scene.address)),
    operation!("resolve", |scene, client| client.resolve(&scene.target)),
    operation!("generate", |scene, client| client.generate(&scene.call)),
];
