//! Everything that a client does with a store, one line each. Whatever is listed here is tried with every fault.

use core::pin::Pin;

use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::client::Rekeyed;

use crate::scene::ProveClient;
use crate::scene::Scene;

/// An operation under way.
pub(crate) type Work<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether it goes over all records that the store lists, and leaves those that it cannot move.
    pub(crate) is_pass: bool,
    /// Starts it on a client of the scene.
    pub(crate) run: for<'a> fn(&'a Scene, &'a ProveClient) -> Work<'a>,
}

macro_rules! operation {
    ($name:literal, |$scene:ident, $client:ident| $work:expr) => {
        operation!($name, |$scene, $client| $work, is_pass: false)
    };
    ($name:literal, |$scene:ident, $client:ident| $work:expr, is_pass: $is_pass:literal) => {
        Operation {
            name: $name,
            is_pass: $is_pass,
            run: |$scene, $client| Box::pin(async move { $work.await.map(drop) }),
        }
    };
}

/// A pass that left something behind has not done what it was asked for.
fn whole(done: Rekeyed) -> Result<(), Error> {
    if done.complete && done.failed.is_empty() {
        return Ok(());
    }
    let code = done.failed.first().map(|failure| failure.code);
    let kind = ErrorKind::ALL.iter().find(|kind| Some(kind.code()) == code);
    Err(Error::new(kind.copied().unwrap_or(ErrorKind::StorageError), "some records were not moved"))
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
    operation!("history", |scene, client| client.history(&scene.address)),
    operation!("rollback", |scene, client| client.rollback(&scene.first)),
    operation!("rekey", |scene, client| async { whole(client.rekey(&scene.product).await?) }, is_pass: true),
    operation!("doctor", |scene, client| client.doctor(&scene.product)),
    operation!("retire", |scene, client| client.retire(&scene.key)),
];
