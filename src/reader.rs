//! Reads plain data from the border field by field, so that every mistake is one error that names the field and what
//! was expected, and never repeats the value: it may be a key.

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// An object being read, with its path for error messages.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Reader<'a> {
    /// Reads `value`, which must be an object. `path` names it in errors; empty for the argument itself.
    ///
    /// # Errors
    /// `invalid_input` where it is anything else.
    pub fn new(path: &str, value: &'a Value) -> Result<Self> {
        let name = if path.is_empty() { "options" } else { path };
        let map = value.as_object().ok_or_else(|| Error::invalid(name, "an object"))?;
        Ok(Self { path: path.to_owned(), map })
    }

    /// The path of a field of this object.
    #[must_use]
    #[inline(never)]
    pub fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { [&self.path, ".", key].concat() }
    }

    /// Every key that is present.
    pub fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.map.keys().map(String::as_str)
    }

    /// Refuses keys outside `known`, with the closest known one as a suggestion.
    ///
    /// # Errors
    /// `invalid_input` naming the unknown field.
    pub fn only(&self, known: &[&str]) -> Result<()> {
        for key in self.map.keys() {
            if !known.contains(&key.as_str()) {
                return Err(unknown_field(&self.at(key), key, known));
            }
        }
        Ok(())
    }

    /// The field, where it is present; `null` counts as present.
    #[must_use]
    #[inline(never)]
    pub fn present(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key)
    }

    /// The field, where it is present and not `null`.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&'a Value> {
        self.present(key).filter(|value| !value.is_null())
    }

    /// Reads a field with `read` where it is present and not `null`.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn optional<T>(
        &self,
        key: &str,
        read: impl FnOnce(&str, &'a Value) -> Result<T>,
    ) -> Result<Option<T>> {
        match self.found(key) {
            None => Ok(None),
            Some((path, value)) => read(&path, value).map(Some),
        }
    }

    /// Reads a field that may be absent (`None`), `null` (`Some(None)`) or a value.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn nullable<T>(
        &self,
        key: &str,
        read: impl FnOnce(&str, &'a Value) -> Result<T>,
    ) -> Result<Option<Option<T>>> {
        match self.present(key) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(value) => read(&self.at(key), value).map(|value| Some(Some(value))),
        }
    }

    /// Reads a field that must be there. `expected` describes it for the case that it is not.
    ///
    /// # Errors
    /// `invalid_input` where it is absent or `null`; those of `read`.
    pub fn required<T>(
        &self,
        key: &str,
        expected: &str,
        read: impl FnOnce(&str, &'a Value) -> Result<T>,
    ) -> Result<T> {
        match self.found(key) {
            None => Err(self.missing(key, expected)),
            Some((path, value)) => read(&path, value),
        }
    }

    /// The generic methods above exist once for each type that they read; what they share stands here, once.
    #[inline(never)]
    fn found(&self, key: &str) -> Option<(String, &'a Value)> {
        self.value(key).map(|value| (self.at(key), value))
    }

    #[inline(never)]
    fn missing(&self, key: &str, expected: &str) -> Error {
        Error::invalid(&self.at(key), [expected, "; it is missing"].concat())
    }
}

/// `invalid_input` for a field that is not among `known`.
#[must_use]
pub fn unknown_field(path: &str, key: &str, known: &[&str]) -> Error {
    let hint = closest(key, known).map_or_else(String::new, |name| format!(" (did you mean {name}?)"));
    Error::invalid(path, format!("no such field{hint}"))
}

/// The candidate that is most like `given`, where one is like it at all.
#[must_use]
pub fn closest<'c>(given: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let len = given.chars().count();
    let most = 1 + len / 3;
    // Lengths alone rule out most, and above all whatever somebody sends that is as long as a book.
    let near = candidates.iter().copied().filter(|candidate| candidate.chars().count().abs_diff(len) <= most);
    let distances = near.map(|candidate| (strsim::damerau_levenshtein(given, candidate), candidate));
    let (distance, best) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= most).then_some(best)
}

/// A text, which may be empty.
///
/// # Errors
/// `invalid_input`.
pub fn text<'a>(path: &str, value: &'a Value) -> Result<&'a str> {
    value.as_str().ok_or_else(|| Error::invalid(path, "a string"))
}

/// A text of at least one character.
///
/// # Errors
/// `invalid_input`.
pub fn filled<'a>(path: &str, value: &'a Value) -> Result<&'a str> {
    value.as_str().filter(|text| !text.is_empty()).ok_or_else(|| Error::invalid(path, "a non-empty string"))
}

/// A product, tag or slug: it becomes part of a storage key, so nothing is trimmed or folded.
///
/// # Errors
/// `invalid_input`.
pub fn id<'a>(path: &str, value: &'a Value) -> Result<&'a str> {
    let expected = "1 to 64 characters a-z, 0-9, '.', '_' or '-', starting with a letter or digit";
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    let valid = |text: &&str| {
        let bytes = text.as_bytes();
        (1..=64).contains(&bytes.len())
            && bytes.iter().copied().all(inner)
            && bytes.first().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    value.as_str().filter(valid).ok_or_else(|| Error::invalid(path, expected))
}

/// `true` or `false`.
///
/// # Errors
/// `invalid_input`.
pub fn boolean(path: &str, value: &Value) -> Result<bool> {
    value.as_bool().ok_or_else(|| Error::invalid(path, "true or false"))
}

/// A finite number from `low` to `high`, both included.
///
/// # Errors
/// `invalid_input`.
pub fn number(path: &str, value: &Value, low: u32, high: u32) -> Result<f64> {
    let inside = |number: &f64| (f64::from(low)..=f64::from(high)).contains(number);
    value
        .as_f64()
        .filter(inside)
        .ok_or_else(|| Error::invalid(path, format!("a number from {low} to {high}")))
}

/// A whole number from `low` to `high`, both included. JavaScript has one number type, so `5.0` is 5.
///
/// # Errors
/// `invalid_input`.
pub fn integer(path: &str, value: &Value, low: u32, high: u32) -> Result<u32> {
    let whole = |number: f64| number.fract() == 0.0 && (f64::from(low)..=f64::from(high)).contains(&number);
    match value.as_f64() {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be whole and in range"
        )]
        Some(number) if whole(number) => Ok(number as u32),
        _ => Err(Error::invalid(path, format!("a whole number from {low} to {high}"))),
    }
}

/// A list, each item with its path.
///
/// # Errors
/// `invalid_input`.
pub fn list<'a>(path: &str, value: &'a Value) -> Result<Vec<(String, &'a Value)>> {
    let items = value.as_array().ok_or_else(|| Error::invalid(path, "a list"))?;
    Ok(items.iter().enumerate().map(|(index, item)| (format!("{path}[{index}]"), item)).collect())
}

/// An object, as it is.
///
/// # Errors
/// `invalid_input`.
pub fn object(path: &str, value: &Value) -> Result<Map<String, Value>> {
    value.as_object().cloned().ok_or_else(|| Error::invalid(path, "an object"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r19_an_unknown_field_is_named_with_a_suggestion() {
        let value = json!({"temprature": 1});
        let error = Reader::new("modelConfig", &value).unwrap().only(&["temperature", "topP"]).unwrap_err();
        assert_eq!(error.field(), Some("modelConfig.temprature"));
        assert!(error.to_string().ends_with("(did you mean temperature?)"), "{error}");
    }

    #[test]
    fn r06_ids_are_strict() {
        for good in ["a", "0", "a.b_c-d", &"x".repeat(64)] {
            assert!(id("tag", &json!(good)).is_ok(), "{good}");
        }
        for bad in ["", "A", " a", "a ", "-a", ".a", "a/b", "a:b", "é", &"x".repeat(65)] {
            assert!(id("tag", &json!(bad)).is_err(), "{bad}");
        }
        assert!(id("tag", &json!(7)).is_err());
    }

    #[test]
    fn r07_numbers_are_not_coerced() {
        assert_eq!(number("t", &json!(2), 0, 2).ok(), Some(2.0));
        for bad in [json!("0.7"), json!(-0.01), json!(2.01), json!(true), json!([1])] {
            assert!(number("t", &bad, 0, 2).is_err());
        }
        assert_eq!(integer("n", &json!(5.0), 1, 9).ok(), Some(5));
        assert!(integer("n", &json!(5.5), 1, 9).is_err());
        assert!(integer("n", &json!(0), 1, 9).is_err());
    }

    #[test]
    fn a_value_is_never_repeated() {
        let value = json!({"temperature": "sk-SECRET"});
        let reader = Reader::new("", &value).unwrap();
        let error = reader.optional("temperature", |path, value| number(path, value, 0, 2)).unwrap_err();
        assert!(!format!("{error:?}").contains("SECRET"));
    }
}
