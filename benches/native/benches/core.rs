//! The core by time: `npm run bench:native`, or `cargo bench --package native-benches --features criterion`.
#![allow(missing_docs, reason = "what the macros make has none")]

use std::hint::black_box;

use criterion::Criterion;
use criterion::criterion_group;
use criterion::criterion_main;
use native_benches::checked;
use native_benches::works;

fn core(criterion: &mut Criterion) {
    let all = works();
    assert!(all.is_ok(), "what is measured cannot be prepared: {:?}", all.as_ref().err());
    for (name, expected, work) in all.unwrap_or_default() {
        let outcome = checked(&name, expected, &work);
        assert!(outcome.is_ok(), "{outcome:?}");
        criterion.bench_function(&name, |bencher| bencher.iter(|| black_box(work())));
    }
}

criterion_group!(benches, core);
criterion_main!(benches);
