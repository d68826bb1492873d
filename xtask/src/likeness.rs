//! An order of functions in which each follows the one most like it. Compressors look back over some tens of kilobytes, so
//! what is alike is to stand together.

use std::collections::BTreeMap;

/// Bytes of a run that two functions may share. Shorter ones are everywhere, longer ones are rare.
const RUN: usize = 4;

/// Keeps the smallest functions from being like everything.
const SMOOTHING: u64 = 4;

/// The places of `bodies` in the new order. The first `fixed` stay where they are: those are called most, and their numbers
/// are the short ones.
pub(crate) fn order(bodies: &[&[u8]], fixed: usize) -> Vec<usize> {
    let runs = Runs::of(bodies);
    let mut order: Vec<usize> = (0..bodies.len().min(fixed.max(1))).collect();
    let mut is_free: Vec<bool> = (0..bodies.len()).map(|body| body >= order.len()).collect();
    while let Some(next) = order.last().and_then(|last| runs.most_like(*last, &is_free)) {
        is_free[next] = false;
        order.push(next);
    }
    order
}

/// Which runs of bytes occur where.
struct Runs {
    /// For each body its runs, by number.
    of_body: Vec<Vec<usize>>,
    /// For each run the bodies that it occurs in.
    bodies: Vec<Vec<usize>>,
}

impl Runs {
    fn of(bodies: &[&[u8]]) -> Self {
        let mut numbers = BTreeMap::new();
        let mut runs = Self { of_body: Vec::new(), bodies: Vec::new() };
        for (place, body) in bodies.iter().enumerate() {
            let mut own: Vec<usize> = body
                .windows(RUN)
                .map(|run| {
                    let next = numbers.len();
                    *numbers.entry(run).or_insert(next)
                })
                .collect();
            own.sort_unstable();
            own.dedup();
            runs.bodies.resize_with(numbers.len(), Vec::new);
            own.iter().for_each(|run| runs.bodies[*run].push(place));
            runs.of_body.push(own);
        }
        runs
    }

    /// The free body that shares most with `body`, for its size; the first of equals.
    fn most_like(&self, body: usize, is_free: &[bool]) -> Option<usize> {
        let mut shared = vec![0_u64; self.of_body.len()];
        for run in &self.of_body[body] {
            self.bodies[*run].iter().for_each(|other| shared[*other] += 1);
        }
        let likeness = |other: usize| {
            let size = self.of_body[other].len() as u64 + SMOOTHING;
            shared[other] * shared[other] * 1_000_000 / size
        };
        (0..is_free.len()).filter(|other| is_free[*other]).rev().max_by_key(|other| likeness(*other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_stands_together_and_the_first_stay() {
        let bodies: [&[u8]; 6] =
            [b"first of all", b"abcdefghij", b"0123456789", b"abcdefgh-", b"01234567-", b""];
        assert_eq!(order(&bodies, 2), [0, 1, 3, 2, 4, 5]);
        assert_eq!(order(&bodies, 9), [0, 1, 2, 3, 4, 5]);
        assert_eq!(order(&[], 2), [0_usize; 0]);
    }
}
