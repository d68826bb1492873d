//! Damaged answers: whatever the bytes are, a decoder neither panics nor loses count of its ends.

use crate::drive;

/// How often each answer is damaged.
const ROUNDS: u64 = 12;

/// A small generator with a fixed seed, so that a failure is the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below.max(1)
    }
}

#[test]
fn r56_damaged_answers_end_once_and_never_panic() {
    let mut seen = 0;
    for (number, record) in super::records().iter().enumerate() {
        for round in 0..ROUNDS {
            let mut dice = Dice(u64::try_from(number).unwrap() * 1000 + round);
            let bytes = damaged(record.raw(), &mut dice);
            let (left, right) = bytes.split_at(dice.roll(bytes.len()));
            // `stream` asserts that there is exactly one end, and one beginning.
            let parts = record.stream(&[left, right]);
            drive::fold(&parts);
            let _ = record.wire().decode(&record.head(), &bytes);
            let error = record.wire().decode_error(&record.head(), &bytes);
            assert!(!error.to_string().is_empty());
            seen += 1;
        }
    }
    println!("{seen} damaged answers");
}

/// Some bytes changed, taken out or doubled, mostly where the structure is.
fn damaged(raw: &[u8], dice: &mut Dice) -> Vec<u8> {
    const INK: &[u8] = b"{}[]\",:\\\n\r 0-9eE.tfnu\x00\xff";
    let mut bytes = raw[..raw.len().min(20_000)].to_vec();
    for _ in 0..=dice.roll(6) {
        let at = dice.roll(bytes.len());
        match dice.roll(4) {
            0 if !bytes.is_empty() => bytes[at] = INK[dice.roll(INK.len())],
            1 if !bytes.is_empty() => drop(bytes.remove(at)),
            2 => bytes.insert(at, INK[dice.roll(INK.len())]),
            _ => {
                let end = (at + dice.roll(200)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = dice.roll(bytes.len());
                bytes.splice(to..to, piece);
            }
        }
    }
    bytes
}
