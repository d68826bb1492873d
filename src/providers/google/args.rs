//! The arguments of one function call: whole, or in pieces that each name their place (`partialArgs`, which Vertex
//! streams). It knows nothing of events.

use serde_json::Map;
use serde_json::Value;

use crate::json::filled;
use crate::json::items;

/// Deepest place that a piece may name; deeper than what any JSON reader takes, it could only exhaust the stack.
const MAX_DEPTH: usize = 64;

/// Takes what a `functionCall` says of its arguments into `input`. `false` where a piece has no place in it, so that
/// the arguments are not what the model meant.
pub(super) fn take(call: &Value, input: &mut Value) -> bool {
    let args = &call["args"];
    // Empty ones at the end of pieces take nothing back.
    if input.is_null() || args.as_object().is_some_and(|args| !args.is_empty()) {
        *input = args.clone();
    }
    let mut fits = true;
    for piece in items(&call["partialArgs"]) {
        let path = filled(&piece["jsonPath"]).unwrap_or_default();
        fits &= steps(path).and_then(|steps| place(input, &steps)).map(|slot| put(slot, piece)).is_some();
    }
    fits
}

/// A text may come in several pieces; anything else comes whole.
fn put(slot: &mut Value, piece: &Value) {
    match (slot, &piece["stringValue"]) {
        (Value::String(text), Value::String(more)) => text.push_str(more),
        (slot, Value::String(text)) => *slot = Value::String(text.clone()),
        (slot, _) => {
            *slot = ["numberValue", "boolValue"]
                .iter()
                .map(|kind| piece[*kind].clone())
                .find(|value| !value.is_null())
                .unwrap_or_default()
        }
    }
}

/// A step from a value to one within it.
#[derive(Debug, Eq, PartialEq)]
enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

/// The steps of `$.a[0]['b']`; `None` where it is no such path.
fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let step;
        if let Some(name) = rest.strip_prefix('.') {
            let end = name.find(['.', '[']).unwrap_or(name.len());
            (step, rest) = (Step::Field(name.get(..end)?), name.get(end..)?);
        } else {
            (step, rest) = bracketed(rest.strip_prefix('[')?)?;
        }
        steps.push(step);
    }
    (steps.len() <= MAX_DEPTH).then_some(steps)
}

/// What follows an opening bracket, and what follows that.
fn bracketed(text: &str) -> Option<(Step<'_>, &str)> {
    for quote in ["'", "\""] {
        if let Some(inner) = text.strip_prefix(quote) {
            let (name, after) = inner.split_once(quote)?;
            return Some((Step::Field(name), after.strip_prefix(']')?));
        }
    }
    let (index, after) = text.split_once(']')?;
    Some((Step::Item(index.parse().ok()?), after))
}

/// The place of these steps, made where it is not there yet. Items come in their order: a far index would only ask for
/// memory.
fn place<'v>(root: &'v mut Value, steps: &[Step<'_>]) -> Option<&'v mut Value> {
    let mut slot = root;
    for step in steps {
        slot = match step {
            Step::Field(name) => {
                if slot.is_null() {
                    *slot = Value::Object(Map::new());
                }
                slot.as_object_mut()?.entry(*name).or_insert(Value::Null)
            }
            Step::Item(index) => {
                if slot.is_null() {
                    *slot = Value::Array(Vec::new());
                }
                let list = slot.as_array_mut()?;
                if list.len() == *index {
                    list.push(Value::Null);
                }
                list.get_mut(*index)?
            }
        };
    }
    Some(slot)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn folded(pieces: Value) -> (Value, bool) {
        let mut input = Value::Null;
        let fits = take(&json!({"partialArgs": pieces}), &mut input);
        (input, fits)
    }

    #[test]
    fn r56_pieces_find_their_places() {
        let (input, fits) = folded(json!([
            {"jsonPath": "$.list[0].name", "stringValue": "Os", "willContinue": true},
            {"jsonPath": "$.list[0].name", "stringValue": "lo"},
            {"jsonPath": "$.list[0].rain", "boolValue": false},
            {"jsonPath": "$.list[1]['a.b']", "numberValue": 0.5},
            {"jsonPath": "$[\"none\"]", "nullValue": "NULL_VALUE"},
        ]));
        assert!(fits);
        assert_eq!(input, json!({"list": [{"name": "Oslo", "rain": false}, {"a.b": 0.5}], "none": null}));
    }

    #[test]
    fn r57_a_piece_without_a_place_is_told() {
        let deep = format!("${}", "[0]".repeat(100_000));
        for path in ["", "a", "$a", "$.a[1]", "$.a[4000000000]", "$.a['b", "$.a[b]", "$.x.y", deep.as_str()] {
            let (input, fits) =
                folded(json!([{"jsonPath": "$.x", "numberValue": 1}, {"jsonPath": path, "numberValue": 2}]));
            assert!(!fits, "{path:.20}");
            assert_eq!(input["x"], json!(1));
        }
        assert!(!take(&json!({"partialArgs": [7]}), &mut Value::Null));
    }

    #[test]
    fn r56_whole_arguments_stand_and_empty_ones_take_nothing_back() {
        let mut input = Value::Null;
        for (args, expected) in
            [(json!("x"), json!("x")), (json!({"a": 1}), json!({"a": 1})), (json!({}), json!({"a": 1}))]
        {
            assert!(take(&json!({"args": args}), &mut input));
            assert_eq!(input, expected);
        }
    }
}
