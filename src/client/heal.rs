//! A refused request made acceptable, and what that taught: the field that a provider refuses for a model is left out
//! of the next call before it is sent. It edits bodies; what a refusal is about is read elsewhere.

use core::cell::RefCell;

use serde_json::Value;

use super::complaint::complaint;
use super::exchange::Exchange;
use crate::error::Error;
use crate::json;
use crate::json::Writer;
use crate::model::ProviderId;
use crate::warning::Warning;

/// Most lessons that a client keeps; the oldest goes first.
const MAX_LESSONS: usize = 64;

/// What a provider does not take for one model.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lesson {
    provider: ProviderId,
    origin: String,
    model: String,
    path: Vec<String>,
    instead: Option<&'static str>,
}

/// What a client has learned so far.
#[derive(Debug, Default)]
pub(super) struct Lessons(RefCell<Vec<Lesson>>);

impl Lessons {
    /// Keeps a lesson that proved right, if there is one.
    pub(super) fn learn(&self, lesson: Option<Lesson>) {
        let mut lessons = self.0.borrow_mut();
        let Some(lesson) = lesson.filter(|lesson| !lessons.contains(lesson)) else { return };
        if lessons.len() == MAX_LESSONS {
            lessons.remove(0);
        }
        lessons.push(lesson);
    }

    /// Changes a request that is about to be sent as its model's lessons say.
    pub(super) fn apply(&self, exchange: &mut Exchange) {
        let lessons = self.0.borrow();
        let mut known = lessons.iter().filter(|lesson| lesson.is_for(exchange)).peekable();
        if known.peek().is_none() {
            return;
        }
        let Some(mut body) = body_of(exchange) else { return };
        let learned: Vec<Warning> = known.filter_map(|lesson| lesson.apply(&mut body)).collect();
        replace_body(exchange, &body, learned);
    }
}

impl Lesson {
    fn is_for(&self, exchange: &Exchange) -> bool {
        self.provider == exchange.served.provider
            && self.model == exchange.served.model
            && self.origin == origin(&exchange.request.url)
    }

    /// Changes `body`; `None` where the field is not there.
    fn apply(&self, body: &mut Value) -> Option<Warning> {
        let (last, parents) = self.path.split_last()?;
        let mut place = body;
        for step in parents {
            place = place.get_mut(step)?;
        }
        let map = place.as_object_mut()?;
        let value = map.shift_remove(last)?;
        let field = self.path.join(".");
        let message = match self.instead {
            None => format!("{field} was left out: the provider does not take it for this model"),
            Some(name) => {
                map.insert(name.to_owned(), value);
                format!(
                    "{field} was sent as {name}, which is the name that the provider takes for this model"
                )
            }
        };
        Some(Warning { code: "healed", field, message })
    }
}

impl Exchange {
    /// Changes the request so that the complaint in `error` no longer applies; `None` where there is no such change.
    /// What comes back within is worth remembering once the change has helped. A caller who wants to hear of
    /// unsupported settings (`is_strict`) loses only what no caller chose.
    pub(super) fn heal(&mut self, error: &Error, is_strict: bool) -> Option<Option<Lesson>> {
        let mut body = body_of(self)?;
        if let Some(warning) = self.provider.heal(error, &mut body) {
            replace_body(self, &body, vec![warning]);
            return Some(None);
        }
        let complaint = complaint(error, &body)?;
        if is_strict && complaint.instead.is_none() && !self.is_unasked(&complaint.path) {
            return None;
        }
        let lesson = Lesson {
            provider: self.served.provider,
            origin: origin(&self.request.url).to_owned(),
            model: self.served.model.clone(),
            path: complaint.path,
            instead: complaint.instead,
        };
        let warning = lesson.apply(&mut body)?;
        replace_body(self, &body, vec![warning]);
        Some(Some(lesson))
    }

    /// Whether `error`, the answer after `lesson`, is about another field: then that one was accepted.
    pub(super) fn has_next_complaint(&self, error: &Error, lesson: &Lesson) -> bool {
        let next = body_of(self).and_then(|body| complaint(error, &body));
        next.is_some_and(|next| next.path.last().map(String::as_str) != lesson.instead)
    }

    fn is_unasked(&self, path: &[String]) -> bool {
        match path {
            [field] if field == "stream_options" => true,
            [.., field] if field == "temperature" => self.has_default_temperature,
            _ => false,
        }
    }
}

/// The body as a tree; `None` where it is no JSON.
pub(super) fn body_of(exchange: &Exchange) -> Option<Value> {
    json::parse(core::str::from_utf8(&exchange.request.body).ok()?)
}

/// Sends `body` from now on, and says why.
pub(super) fn replace_body(exchange: &mut Exchange, body: &Value, warnings: Vec<Warning>) {
    let mut out = Writer::default();
    out.value(body);
    exchange.request.body = out.into_bytes();
    exchange.warnings.extend(warnings);
}

/// Scheme, host and port of our own request's address.
fn origin(url: &str) -> &str {
    let path = url.match_indices('/').nth(2);
    path.and_then(|(end, _)| url.get(..end)).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::client::fixture::exchange;
    use crate::error::ErrorKind;

    fn lesson(model: &str, path: &[&str], instead: Option<&'static str>) -> Lesson {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        let origin = "https://api.example".to_owned();
        Lesson { provider: ProviderId::Custom, origin, model: model.to_owned(), path, instead }
    }

    #[test]
    fn r61b_a_lesson_takes_out_one_field_and_leaves_the_order() {
        let mut body = json!({"model": "m", "a": {"b": 1, "c": 2}, "max_tokens": 7, "z": 0});
        let warning = lesson("m", &["a", "b"], None).apply(&mut body).unwrap();
        assert_eq!((warning.code, warning.field.as_str()), ("healed", "a.b"));
        lesson("m", &["max_tokens"], Some("max_completion_tokens")).apply(&mut body).unwrap();
        let expected = r#"{"model":"m","a":{"c":2},"z":0,"max_completion_tokens":7}"#;
        assert_eq!(body.to_string(), expected);
        assert_eq!(lesson("m", &["a", "b"], None).apply(&mut body), None);
        assert_eq!(lesson("m", &["z", "b"], None).apply(&mut body), None);
    }

    #[test]
    fn r61b_lessons_are_bounded_and_kept_once() {
        let lessons = Lessons::default();
        for index in 0..MAX_LESSONS + 6 {
            lessons.learn(Some(lesson(&format!("m{index}"), &["a"], None)));
            lessons.learn(Some(lesson(&format!("m{index}"), &["a"], None)));
        }
        let kept = lessons.0.borrow();
        assert_eq!((kept.len(), kept[0].model.as_str()), (MAX_LESSONS, "m6"));
    }

    #[test]
    fn r61b_the_provider_is_asked_first_and_its_cure_is_for_this_call_only() {
        let refusal =
            |kind| Error::new(kind, "refused").with("param", "n").with("providerCode", "unsupported_value");
        let mut own = exchange(r#"{"messages":[1],"n":2}"#);
        assert_eq!(own.heal(&refusal(ErrorKind::BadRequest), true), Some(None));
        assert_eq!(own.request.body, br#"{"messages":[],"n":2}"#);
        assert_eq!(own.warnings[0].message, "emptied");
        let mut general = exchange(r#"{"messages":[1],"n":2}"#);
        let lesson = general.heal(&refusal(ErrorKind::UnsupportedParameter), false).flatten();
        assert_eq!(
            (lesson.unwrap().path, general.request.body),
            (vec!["n".to_owned()], br#"{"messages":[1]}"#.to_vec())
        );
    }

    #[test]
    fn a_body_that_is_no_json_is_left_alone() {
        let mut odd = exchange("--boundary");
        assert_eq!(odd.heal(&Error::new(ErrorKind::BadRequest, "refused"), false), None);
    }

    #[test]
    fn the_origin_of_an_address() {
        assert_eq!(origin("https://api.example/v1/chat"), "https://api.example");
        assert_eq!(origin("http://localhost:9"), "http://localhost:9");
    }
}
