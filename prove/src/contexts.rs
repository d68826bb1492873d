//! Every envelope in every other place: all ordered pairs of contexts that differ as little as possible.

use std::collections::BTreeSet;

use ductape_models::ApiKey;
use ductape_models::crypto::Keyring;
use ductape_models::crypto::SALT_LEN;
use ductape_models::crypto::SealedKey;
use ductape_models::crypto::context;
use ductape_models::crypto::open;
use ductape_models::crypto::seal;
use testkit::Dice;
use testkit::fakes::keyring;

use crate::campaign::Outcome;
use crate::campaign::Run;
use crate::parallel::Tally;
use crate::parallel::each;

/// What a part may be: names that look alike, boundaries that could move, origins that look alike.
const WORDS: [&str; 20] = [
    "",
    "a",
    "b",
    "A",
    "ab",
    "a:b",
    "a/b",
    "a\0b",
    "a ",
    "\u{e9}",
    "e\u{301}",
    "prd",
    "dev",
    "openai",
    "custom",
    "provider-default",
    "https://a.b",
    "https://a.b:8443",
    "http://a.b",
    "https://a.b.",
];

/// `count` different contexts, each as bytes.
fn contexts(count: usize, dice: &mut Dice) -> Vec<Vec<u8>> {
    let base = ["api-key", "shop", "writer", "prd", "openai", "provider-default"];
    let mut found: BTreeSet<Vec<u8>> = BTreeSet::from([context(&base)]);
    for place in 0..base.len() {
        for word in WORDS {
            let mut parts = base;
            parts[place] = word;
            found.insert(context(&parts));
        }
    }
    // Then at random, with parts missing and parts too many.
    while found.len() < count {
        let len = *dice.pick(&[5, 6, 6, 6, 6, 7]);
        let parts: Vec<&str> = (0..len).map(|_| *dice.pick(&WORDS)).collect();
        found.insert(context(&parts));
    }
    found.into_iter().take(count).collect()
}

fn sealed(ring: &Keyring, contexts: &[Vec<u8>]) -> Option<Vec<SealedKey>> {
    let key = ApiKey::parse("apiKey", "test-api-key-0123456789").ok()?.0;
    // The salt repeats on purpose: the context alone must tell the places apart.
    contexts.iter().map(|context| seal(ring, [7; SALT_LEN], context, &key).ok()).collect()
}

/// The campaign.
pub(crate) fn run(run: &Run) -> Outcome {
    let count = run.size(2_000, 8_000);
    let contexts = contexts(usize::try_from(count).unwrap_or(2_000), &mut Dice::new(run.seed));
    let ring = keyring(1);
    let Some(envelopes) = sealed(&ring, &contexts) else {
        return Outcome::of(0, "nothing was sealed", vec!["sealing failed".to_owned()]);
    };
    let tally: Tally = each(run, "context-pairs", count, |part, tally: &mut Tally| {
        let here = usize::try_from(part).unwrap_or_default();
        for (there, context) in contexts.iter().enumerate() {
            let opened = open(&ring, &envelopes[here], context).is_ok();
            tally.check(opened == (here == there), || format!("{here} in {there}: opened {opened}"));
        }
    });
    let figure = format!("{} accepted elsewhere, of all pairs of {count} contexts", tally.failed);
    Outcome::of(tally.count, figure, tally.examples)
}
