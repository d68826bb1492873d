//! New inputs from old ones: bits flipped, pieces moved, doubled, cut and taken from others, words of the corpus put in,
//! and JSON changed as JSON, also within the lines of a stream.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use testkit::Dice;

/// Bytes that parsers look for.
const INK: &[u8] = b"{}[]\",:\\/.\n\r\t \0\x7f\xff\xc3\xef0159-+eEtfnu@#?%=_~";

/// Words that parsers look for, beside those of the corpora.
const WORDS: [&str; 24] = [
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "\\u0000",
    "\\ud800",
    "\\uDFFF",
    "1e999",
    "-0",
    "18446744073709551616",
    "NaN",
    "data: ",
    "data:",
    "event: ",
    "\n\n",
    "\r\n",
    "[DONE]",
    "error: ",
    "__proto__",
    "\u{feff}",
    "\u{1f980}",
    "lm1.k.",
    "https://",
];

/// Longest run of one character that is put in.
const LONG: usize = 2000;

/// A stretch of an input.
#[derive(Clone, Debug)]
enum Piece {
    Json(Value),
    Text(Vec<u8>),
}

/// The inputs of one target, taken apart once.
#[derive(Debug)]
pub(crate) struct Corpus {
    seeds: Vec<(Vec<u8>, Vec<Piece>)>,
    /// Strings and names that occur in the inputs' JSON.
    words: Vec<String>,
    longest: usize,
}

impl Corpus {
    /// Takes the inputs apart.
    pub(crate) fn new(inputs: Vec<Vec<u8>>, longest: usize) -> Self {
        let mut words: Vec<String> = WORDS.iter().map(|word| (*word).to_owned()).collect();
        let seeds: Vec<_> = inputs.into_iter().map(|bytes| (bytes.clone(), pieces(&bytes))).collect();
        for (_, pieces) in &seeds {
            pieces.iter().for_each(|piece| collect(piece, &mut words));
        }
        words.sort();
        words.dedup();
        Self { seeds, words, longest }
    }

    /// A new input.
    pub(crate) fn mutated(&self, dice: &mut Dice) -> Vec<u8> {
        if self.seeds.is_empty() {
            return Vec::new();
        }
        let (bytes, pieces) = dice.pick(&self.seeds);
        let has_json = pieces.iter().any(|piece| matches!(piece, Piece::Json(_)));
        let mut bytes =
            if has_json && dice.chance(1, 2) { self.restructured(pieces, dice) } else { bytes.clone() };
        // A third of those that changed as JSON stay JSON.
        let rounds = if has_json && dice.chance(1, 3) { 0 } else { 1 + dice.roll(4) };
        (0..rounds).for_each(|_| self.damage(&mut bytes, dice));
        bytes.truncate(self.longest);
        bytes
    }

    fn restructured(&self, pieces: &[Piece], dice: &mut Dice) -> Vec<u8> {
        let of_json: Vec<usize> =
            (0..pieces.len()).filter(|at| matches!(pieces[*at], Piece::Json(_))).collect();
        let chosen = *dice.pick(&of_json);
        let mut bytes = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) => bytes.extend_from_slice(text),
                Piece::Json(value) if at == chosen => {
                    let mut value = value.clone();
                    (0..=dice.roll(2)).for_each(|_| self.change(&mut value, dice));
                    bytes.extend_from_slice(value.to_string().as_bytes());
                }
                Piece::Json(value) => bytes.extend_from_slice(value.to_string().as_bytes()),
            }
        }
        bytes
    }

    /// Changes one place of a value, which the dice find by walking down.
    fn change(&self, value: &mut Value, dice: &mut Dice) {
        let goes_on = !dice.chance(1, 5);
        match value {
            Value::Object(map) if goes_on && !map.is_empty() => {
                let at = dice.roll(map.len());
                if dice.chance(1, 6) {
                    return self.change_names(map, at, dice);
                }
                if let Some(inner) = map.values_mut().nth(at) {
                    self.change(inner, dice);
                }
            }
            Value::Array(items) if goes_on && !items.is_empty() => {
                let at = dice.roll(items.len());
                match dice.roll(8) {
                    0 => drop(items.remove(at)),
                    1 => items.insert(at, items[at].clone()),
                    2 => items.push(self.value(dice)),
                    _ => self.change(&mut items[at], dice),
                }
            }
            _ => *value = self.replaced(value, dice),
        }
    }

    fn change_names(&self, map: &mut Map<String, Value>, at: usize, dice: &mut Dice) {
        let Some(name) = map.keys().nth(at).cloned() else { return };
        match dice.roll(3) {
            0 => drop(map.shift_remove(&name)),
            1 => drop(map.insert(dice.pick(&self.words).clone(), self.value(dice))),
            _ => {
                if let Some(value) = map.shift_remove(&name) {
                    map.insert(dice.pick(&self.words).clone(), value);
                }
            }
        }
    }

    fn replaced(&self, old: &Value, dice: &mut Dice) -> Value {
        match dice.roll(8) {
            0 => json!([old]),
            1 => json!({"": old}),
            2 => match old {
                Value::String(text) => json!(format!("{text}{text}")),
                Value::Number(number) => json!(number.to_string()),
                _ => json!("x".repeat(dice.roll(LONG))),
            },
            _ => self.value(dice),
        }
    }

    /// A value of any type.
    fn value(&self, dice: &mut Dice) -> Value {
        match dice.roll(12) {
            0 => Value::Null,
            1 => json!(dice.chance(1, 2)),
            2 => json!(*dice.pick(&[0, -1, 1, 255, 400, 429, 65_536, i64::MAX, i64::MIN])),
            3 => json!(*dice.pick(&[0.0, -0.0, 0.5, 1e308, 5e-324, 1e21, -1.5])),
            4 => json!(u64::MAX - dice.number() % 3),
            5 => json!([]),
            6 => json!({}),
            7 => (0..dice.roll(60)).fold(Value::Null, |inner, _| json!([inner])),
            8 => json!("\u{0}\u{7f}\u{ad}\u{2028}\u{1f980}e\u{301}"),
            9 => json!("a".repeat(dice.roll(LONG))),
            _ => json!(dice.pick(&self.words)),
        }
    }

    /// Changes some bytes.
    fn damage(&self, bytes: &mut Vec<u8>, dice: &mut Dice) {
        let at = dice.roll(bytes.len());
        let end = (at + 1 + dice.roll(1 + (bytes.len() - at).min(200))).min(bytes.len());
        match dice.roll(10) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << dice.roll(8),
            1 if !bytes.is_empty() => bytes[at] = *dice.pick(INK),
            2 => bytes.insert(at, *dice.pick(INK)),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let piece = bytes[at..end].to_vec();
                let to = dice.roll(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
            5 => {
                let word = dice.pick(&self.words).clone().into_bytes();
                bytes.splice(at..at, word);
            }
            6 => {
                let word = dice.pick(&self.words).clone().into_bytes();
                bytes.splice(at..end, word);
            }
            7 => {
                let (other, _) = dice.pick(&self.seeds);
                let from = dice.roll(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            8 => {
                let repeated = *dice.pick(INK);
                let count = dice.roll(LONG);
                bytes.splice(at..at, core::iter::repeat_n(repeated, count));
            }
            _ => bytes.truncate(at),
        }
    }
}

/// The whole as JSON, or line by line where lines hold JSON.
fn pieces(bytes: &[u8]) -> Vec<Piece> {
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        return vec![Piece::Json(value)];
    }
    let mut pieces = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let start = line.iter().position(|byte| matches!(byte, b'{' | b'['));
        let end = line.iter().rposition(|byte| matches!(byte, b'}' | b']'));
        let json = start.zip(end).filter(|(start, end)| start < end);
        let value = json
            .and_then(|(start, end)| Some((start, end, serde_json::from_slice(&line[start..=end]).ok()?)));
        match value {
            Some((start, end, value)) => {
                pieces.push(Piece::Text(line[..start].to_vec()));
                pieces.push(Piece::Json(value));
                pieces.push(Piece::Text(line[end + 1..].to_vec()));
            }
            None => pieces.push(Piece::Text(line.to_vec())),
        }
    }
    pieces
}

fn collect(piece: &Piece, words: &mut Vec<String>) {
    let Piece::Json(value) = piece else { return };
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                words.extend(map.keys().cloned());
                open.extend(map.values());
            }
            Value::Array(items) => open.extend(items),
            Value::String(text) if text.len() <= 40 => words.push(text.clone()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_taken_apart_and_put_together_again() {
        let stream = b"event: a\ndata: {\"x\":[1]}\n\ndata: [DONE]\n\ndata: {\"torn\n";
        let corpus = Corpus::new(vec![stream.to_vec()], 1000);
        let (bytes, pieces) = &corpus.seeds[0];
        assert_eq!(pieces.iter().filter(|piece| matches!(piece, Piece::Json(_))).count(), 1);
        let again: Vec<u8> = pieces
            .iter()
            .flat_map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Json(value) => value.to_string().into_bytes(),
            })
            .collect();
        assert_eq!(again, *bytes);
        assert!(corpus.words.contains(&"x".to_owned()));
    }

    #[test]
    fn inputs_differ_stay_in_bounds_and_are_often_json() {
        let corpus = Corpus::new(vec![br#"{"a":{"b":[1,"two",null]},"c":true}"#.to_vec()], 500);
        let mut dice = Dice::new(1);
        let inputs: Vec<_> = (0..1000).map(|_| corpus.mutated(&mut dice)).collect();
        let json = inputs.iter().filter(|input| serde_json::from_slice::<Value>(input).is_ok()).count();
        let distinct: std::collections::BTreeSet<_> = inputs.iter().collect();
        assert!(inputs.iter().all(|input| input.len() <= 500));
        assert!(json > 200 && distinct.len() > 600, "{json} {}", distinct.len());
    }
}
