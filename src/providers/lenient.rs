//! Shapes that read what they can from JSON and are empty otherwise, so that a wrong type in one field never loses an
//! answer. They borrow from the text and build no `Value`. They know no provider.

use core::marker::PhantomData;
use std::borrow::Cow;

use serde::Deserialize;
use serde::Deserializer;
use serde::de::DeserializeSeed;
use serde::de::IgnoredAny;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde::de::value::MapAccessDeserializer;

/// What a field can be read as. Every kind of JSON value that a shape does not take reads as its default.
pub(in crate::providers) trait Shape<'de>: Default {
    fn of_text(_text: Cow<'de, str>) -> Self {
        Self::default()
    }

    fn of_number(_number: f64) -> Self {
        Self::default()
    }

    fn of_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

/// For `#[serde(deserialize_with)]`: fails only where the text is not JSON.
pub(in crate::providers) fn read<'de, S: Shape<'de>, D: Deserializer<'de>>(from: D) -> Result<S, D::Error> {
    from.deserialize_any(Reading(PhantomData))
}

struct Reading<S>(PhantomData<S>);

impl<'de, S: Shape<'de>> DeserializeSeed<'de> for Reading<S> {
    type Value = S;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<S, D::Error> {
        read(from)
    }
}

impl<'de, S: Shape<'de>> Visitor<'de> for Reading<S> {
    type Value = S;

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, _value: bool) -> Result<S, E> {
        Ok(S::default())
    }

    #[allow(clippy::cast_precision_loss, reason = "counts and codes are far below 2^53")]
    fn visit_i64<E>(self, value: i64) -> Result<S, E> {
        Ok(S::of_number(value as f64))
    }

    #[allow(clippy::cast_precision_loss, reason = "counts and codes are far below 2^53")]
    fn visit_u64<E>(self, value: u64) -> Result<S, E> {
        Ok(S::of_number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<S, E> {
        Ok(S::of_number(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<S, E> {
        Ok(S::of_text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<S, E> {
        Ok(S::of_text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<S, E> {
        Ok(S::of_text(Cow::Owned(value)))
    }

    fn visit_none<E>(self) -> Result<S, E> {
        Ok(S::default())
    }

    fn visit_unit<E>(self) -> Result<S, E> {
        Ok(S::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<S, A::Error> {
        S::of_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<S, A::Error> {
        S::of_list(list)
    }
}

/// A text; empty where there is none, because providers write `""` and `null` for the same thing.
#[derive(Debug, Default)]
pub(in crate::providers) struct Text<'a>(pub(in crate::providers) Cow<'a, str>);

impl Text<'_> {
    /// The text, where it is not empty.
    pub(in crate::providers) fn filled(&self) -> Option<&str> {
        Some(self.0.as_ref()).filter(|text| !text.is_empty())
    }
}

impl<'de: 'a, 'a> Shape<'de> for Text<'a> {
    fn of_text(text: Cow<'de, str>) -> Self {
        Self(text)
    }
}

/// A whole number from 0.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::providers) struct Count(pub(in crate::providers) Option<u64>);

impl<'de> Shape<'de> for Count {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole and in range"
    )]
    fn of_number(number: f64) -> Self {
        let whole = number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number);
        Self(whole.then_some(number as u64))
    }
}

/// An object that is read as `T`; absent where it is anything else.
#[derive(Debug)]
pub(in crate::providers) struct Object<T>(pub(in crate::providers) Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Shape<'de> for Object<T> {
    fn of_map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|object| Self(Some(object)))
    }
}

/// A list of shapes; absent where it is anything else, which differs from empty.
#[derive(Debug)]
pub(in crate::providers) struct List<S>(pub(in crate::providers) Option<Vec<S>>);

impl<S> Default for List<S> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, S: Shape<'de>> Shape<'de> for List<S> {
    fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Reading(PhantomData))? {
            items.push(item);
        }
        Ok(Self(Some(items)))
    }
}

impl<T> List<Object<T>> {
    /// The objects among the items.
    pub(in crate::providers) fn objects(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten().filter_map(|item| item.0.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Sample<'a> {
        #[serde(borrow, deserialize_with = "read")]
        text: Text<'a>,
        #[serde(deserialize_with = "read")]
        count: Count,
        #[serde(borrow, deserialize_with = "read")]
        inner: Object<Inner<'a>>,
        #[serde(borrow, deserialize_with = "read")]
        list: List<Object<Inner<'a>>>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Inner<'a> {
        #[serde(borrow, deserialize_with = "read")]
        name: Text<'a>,
    }

    #[test]
    fn right_types_are_read_and_borrowed() {
        let json = r#"{"text":"a","count":3.0,"inner":{"name":"b"},"list":[{"name":"c"},7,{"name":"d\n"}]}"#;
        let sample: Sample<'_> = serde_json::from_str(json).unwrap();
        assert!(matches!(sample.text.0, Cow::Borrowed("a")));
        assert_eq!((sample.count.0, sample.inner.0.unwrap().name.filled()), (Some(3), Some("b")));
        let names: Vec<_> = sample.list.objects().map(|inner| inner.name.0.as_ref()).collect();
        assert_eq!(names, ["c", "d\n"]);
    }

    #[test]
    fn wrong_types_read_as_absent_and_leave_the_rest() {
        for wrong in
            ["null", "true", "-1", "1.5", "\"\"", "[[1],{\"a\":2}]", "{\"name\":[{}],\"x\":{\"y\":[1]}}"]
        {
            let json =
                format!(r#"{{"count":{wrong},"inner":{wrong},"list":{wrong},"zz":{wrong},"text":"end"}}"#);
            let sample: Sample<'_> = serde_json::from_str(&json).unwrap();
            assert_eq!((sample.text.filled(), sample.count.0), (Some("end"), None), "{wrong}");
            let json = format!(r#"{{"text":{wrong},"count":5}}"#);
            let sample: Sample<'_> = serde_json::from_str(&json).unwrap();
            assert_eq!((sample.text.filled(), sample.count.0), (None, Some(5)), "{wrong}");
        }
    }
}
