//! A source of randomness that fails at every point of every operation: the operation says so, and nothing is written.

use ductape_models::ErrorKind;
use testkit::fakes::block_on;

use crate::campaign::Outcome;
use crate::campaign::Run;
use crate::operations::OPERATIONS;
use crate::operations::Operation;
use crate::parallel::Tally;
use crate::parallel::each;
use crate::scene::ProveClient;
use crate::scene::Scene;

/// The calls that would have written.
fn writes(client: &ProveClient) -> usize {
    let calls = client.ports().storage.calls();
    calls.iter().filter(|call| call.starts_with("put") || call.starts_with("delete")).count()
}

fn starve(operation: &Operation, scene: &Scene, tally: &mut Tally) {
    let fed = scene.stage();
    let _ = block_on(&fed, (operation.run)(scene, &fed));
    for served in 0..fed.ports().random.requests() {
        let client = scene.stage();
        let before = client.ports().storage.snapshot();
        client.ports().random.fail_after(served);
        let result = block_on(&client, (operation.run)(scene, &client));
        let is_told = matches!(&result, Err(error) if error.kind() == ErrorKind::EntropyUnavailable);
        let is_untouched = writes(&client) == 0 && client.ports().storage.snapshot() == before;
        // A pass moves record after record, and has moved those before this one.
        let is_untouched = is_untouched || operation.is_pass && served > 0;
        tally.check(is_told && is_untouched, || {
            let name = operation.name;
            format!("{name} after {served} requests: {result:?}, {} writes", writes(&client))
        });
    }
}

/// The campaign.
pub(crate) fn run(run: &Run) -> Outcome {
    let tally: Tally = each(run, "entropy", run.size(100, 1_000), |part, tally: &mut Tally| {
        for cas in [true, false] {
            match Scene::new(run.seed.wrapping_add(part), cas) {
                Ok(scene) => OPERATIONS.iter().for_each(|operation| starve(operation, &scene, tally)),
                Err(why) => tally.fail(why),
            }
        }
    });
    let figure = format!("{} failures of the source went on to a write or another code", tally.failed);
    Outcome::of(tally.count, figure, tally.examples)
}
