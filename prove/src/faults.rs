//! Storage at its worst: every call of every operation fails in every way, alone and with a second failure after it, on
//! stores with and without compare-and-set. Whatever happens, each record is what it was or what it was to become.

use std::collections::BTreeSet;

use base64ct::Base64;
use base64ct::Encoding;
use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::http::HeaderValue;
use testkit::Dice;
use testkit::fakes::Fault;
use testkit::fakes::block_on;

use crate::campaign::Outcome;
use crate::campaign::Run;
use crate::operations::OPERATIONS;
use crate::operations::Operation;
use crate::parallel::Tally;
use crate::parallel::each;
use crate::scene::ProveClient;
use crate::scene::Scene;
use crate::state;
use crate::state::State;

/// What a fault may lead to. Anything else, `internal` above all, is a defect.
const TYPED: [ErrorKind; 10] = [
    ErrorKind::AlreadyExists,
    ErrorKind::Conflict,
    ErrorKind::EnvNotFound,
    ErrorKind::InvalidInput,
    ErrorKind::ModelNotFound,
    ErrorKind::RecordCorrupt,
    ErrorKind::RecordTooNew,
    ErrorKind::StorageContract,
    ErrorKind::StorageError,
    ErrorKind::UnknownKey,
];

/// Most calls for each record of the scene: far more than any operation needs, and far fewer than a loop makes.
const MAX_CALLS: usize = 64;

/// Longest that an operation may take, in virtual milliseconds: some storage calls that each time out.
const MAX_MS: u64 = 300_000;

/// An operation on a scene, with what it does where nothing fails.
struct Trial<'s> {
    operation: &'s Operation,
    scene: &'s Scene,
    before: State,
    after: State,
    /// How the operation ends where nothing fails.
    expected: Result<(), ErrorKind>,
    /// Storage calls where nothing fails.
    calls: usize,
}

impl<'s> Trial<'s> {
    fn new(operation: &'s Operation, scene: &'s Scene) -> Result<Self, String> {
        let client = scene.stage();
        let before = state::read(&client.ports().storage.snapshot())?;
        let result = block_on(&client, (operation.run)(scene, &client));
        let calls = client.ports().storage.calls().len();
        let after = state::read(&client.ports().storage.snapshot())?;
        let expected = result.map_err(|error| error.kind());
        Ok(Self { operation, scene, before, after, expected, calls })
    }

    /// Runs the operation with these faults.
    fn run(&self, faults: &[(usize, Fault)], tally: &mut Tally) {
        let client = self.scene.stage();
        faults.iter().for_each(|(index, fault)| client.ports().storage.fault_at(*index, *fault));
        let start = client.ports().clock.now();
        let result = block_on(&client, (self.operation.run)(self.scene, &client));
        let took = client.ports().clock.now() - start;
        let wrong = self
            .check_records(&client, faults, &result)
            .and_then(|()| self.check_secrets(&client, &result))
            .and_then(|()| self.check_end(&client, took, &result));
        tally.check(wrong.is_ok(), || {
            let Self { operation, scene, .. } = self;
            let why = wrong.err().unwrap_or_default();
            format!(
                "{} cas={} {faults:?}: {why} (result {:?})",
                operation.name,
                scene.cas,
                result.map_err(|e| e.code())
            )
        });
    }

    /// No record is half written, lost or written twice, and what was acknowledged is there.
    fn check_records(
        &self,
        client: &ProveClient,
        faults: &[(usize, Fault)],
        result: &Result<(), Error>,
    ) -> Result<(), String> {
        let mut now = state::read(&client.ports().storage.snapshot())?;
        let (mut before, mut after) = (self.before.clone(), self.after.clone());
        let is = |fault: Fault| faults.iter().any(|(_, one)| *one == fault);
        if is(Fault::Stale) && !self.scene.cas {
            // A store without conditions that shows the past cannot be written safely; all that is promised is above.
            return Ok(());
        }
        let is_shown_another = is(Fault::Stale) || is(Fault::Corrupt);
        if is_shown_another && (faults.len() > 1 || !self.scene.cas) {
            // Whoever looks for its own write and is shown something else takes it for another's, and writes the same
            // again: once more, and nothing else.
            [&mut now, &mut before, &mut after].into_iter().for_each(state::forget_revisions);
        }
        let keys: BTreeSet<&String> = now.keys().chain(before.keys()).chain(after.keys()).collect();
        for key in keys {
            let held = now.get(key);
            if held != before.get(key) && held != after.get(key) {
                let shown = held.map_or_else(|| "nothing".to_owned(), ToString::to_string);
                return Err(format!("{key} is neither as before nor as after: {shown}"));
            }
        }
        // What must not be done is not reported as done, unless the store shows another past or other records.
        if result.is_ok() && self.expected.is_err() && !is(Fault::Stale) && !is(Fault::WrongValue) {
            return Err("done, and it should have been refused".to_owned());
        }
        // A store that honours conditions is believed when it says "done", every store in what it lists, and one that
        // fails in what it shows when it is asked whether it did.
        let is_lied_to = is(Fault::WrongValue) && self.scene.cas
            || self.operation.is_pass && (is(Fault::WrongValue) || is(Fault::Stale))
            || is(Fault::Stale) && faults.len() > 1;
        if result.is_ok() && now != after && !is_lied_to {
            return Err("acknowledged, and not there".to_owned());
        }
        Ok(())
    }

    /// No key in clear where others look; a key that is sent is one of the scene's.
    fn check_secrets(&self, client: &ProveClient, result: &Result<(), Error>) -> Result<(), String> {
        let mut shown = client.ports().storage.calls();
        shown.extend(client.ports().storage.snapshot().into_values());
        if let Err(error) = result {
            shown.push(format!(
                "{error} {error:?} {}",
                serde_json::to_string(&error.view()).unwrap_or_default()
            ));
        }
        for secret in &self.scene.secrets {
            let forms = [secret.clone(), Base64::encode_string(secret.as_bytes())];
            if shown.iter().any(|text| forms.iter().any(|form| text.contains(form))) {
                return Err("a key shows".to_owned());
            }
        }
        for request in client.ports().transport.requests() {
            let secrets = request.headers.iter().filter_map(|(_, value)| match value {
                HeaderValue::Secret(text) => Some(text),
                HeaderValue::Plain(_) => None,
            });
            for sent in secrets {
                if !self.scene.secrets.iter().any(|secret| sent.as_str() == format!("Bearer {secret}")) {
                    return Err("a key was sent that nobody stored".to_owned());
                }
            }
        }
        Ok(())
    }

    /// It ends with a typed error or well, after a bounded number of calls and a bounded time.
    fn check_end(&self, client: &ProveClient, took: u64, result: &Result<(), Error>) -> Result<(), String> {
        let calls = client.ports().storage.calls().len();
        if calls > MAX_CALLS || took > MAX_MS {
            return Err(format!("{calls} calls in {took} ms"));
        }
        match result {
            Err(error) if !TYPED.contains(&error.kind()) && Err(error.kind()) != self.expected => {
                Err(format!("an error that no fault explains: {error}"))
            }
            _ => Ok(()),
        }
    }
}

fn torment(scene: &Scene, dice: &mut Dice, tally: &mut Tally) {
    for operation in OPERATIONS {
        let trial = match Trial::new(operation, scene) {
            Ok(trial) => trial,
            Err(why) => {
                tally.fail(format!("{}: {why}", operation.name));
                continue;
            }
        };
        for index in 0..trial.calls {
            for fault in Fault::EVERY {
                trial.run(&[(index, fault)], tally);
                if dice.chance(1, 3) {
                    let second = (index + 1 + dice.roll(6), *dice.pick(&Fault::EVERY));
                    trial.run(&[(index, fault), second], tally);
                }
            }
        }
    }
}

/// The campaign.
pub(crate) fn run(run: &Run) -> Outcome {
    let seeds = run.size(100, 2_000);
    let tally: Tally = each(run, "faults", seeds, |part, tally: &mut Tally| {
        let mut dice = Dice::part(run.seed, part);
        for cas in [true, false] {
            match Scene::new(run.seed.wrapping_add(part), cas) {
                Ok(scene) => torment(&scene, &mut dice, tally),
                Err(why) => tally.fail(why),
            }
        }
    });
    let figure = format!(
        "{} broken invariants ({} operations, {} kinds of faults, {seeds} seeds)",
        tally.failed,
        OPERATIONS.len(),
        Fault::EVERY.len()
    );
    Outcome::of(tally.count, figure, tally.examples)
}
