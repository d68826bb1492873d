//! The last settings of a model, a line of JSON each, newest first. It holds no key in any form; it knows neither storage
//! nor the record around it.

use serde_json::Map;
use serde_json::Value;

use super::record::corrupt;
use crate::crypto;
use crate::error::Result;

/// Most revisions kept beside the current one.
pub const MAX_REVISIONS: usize = 10;

/// Longest text of a history, in bytes: the oldest revisions go first.
const MAX_BYTES: usize = 64 * 1024;

/// Earlier settings of a model as text. A call that only uses the model never reads it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct History {
    text: String,
    /// As the record tells it: length and checksum.
    told: Option<(u64, String)>,
}

impl History {
    /// The text, without a line end after the last line.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What a record says about its history: `{bytes, checksum}`. `None` where there is none.
    pub(super) fn told(&self) -> Option<Value> {
        let (bytes, checksum) = self.told.as_ref()?;
        let mut map = Map::new();
        map.insert("bytes".to_owned(), (*bytes).into());
        map.insert("checksum".to_owned(), checksum.as_str().into());
        Some(map.into())
    }

    /// A history of which only what the record tells is known.
    pub(super) fn from_told(bytes: u64, checksum: String) -> Self {
        Self { text: String::new(), told: Some((bytes, checksum)) }
    }

    /// The same with its text, which is only measured here.
    ///
    /// # Errors
    /// `record_corrupt` where its length is not the one told.
    pub(super) fn with_text(self, text: &str) -> Result<Self> {
        let told = self.told.as_ref().map_or(0, |(bytes, _)| *bytes);
        if told != text.len() as u64 {
            return Err(corrupt());
        }
        Ok(Self { text: text.to_owned(), told: self.told })
    }

    /// Its lines, newest first.
    ///
    /// # Errors
    /// `record_corrupt` where the text is not the one that the record was written with.
    pub(super) fn lines(&self) -> Result<impl Iterator<Item = &str>> {
        if let Some((_, checksum)) = &self.told
            && !crypto::mac_equal(checksum, &crypto::checksum(&[self.text.as_bytes()]))
        {
            return Err(corrupt());
        }
        Ok(self.text.split('\n').filter(|line| !line.is_empty()))
    }

    /// The history with one more line in front.
    ///
    /// # Errors
    /// As [`History::lines`].
    pub(super) fn with(&self, line: &str) -> Result<Self> {
        let mut text = String::new();
        for line in core::iter::once(line).chain(self.lines()?).take(MAX_REVISIONS) {
            if text.len() + line.len() >= MAX_BYTES {
                break;
            }
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(line);
        }
        let told = (!text.is_empty()).then(|| (text.len() as u64, crypto::checksum(&[text.as_bytes()])));
        Ok(Self { text, told })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn filled(count: usize) -> History {
        (0..count).fold(History::default(), |history, n| history.with(&format!("{{\"rev\":{n}}}")).unwrap())
    }

    fn lines(history: &History) -> Vec<&str> {
        history.lines().unwrap().collect()
    }

    #[test]
    fn r30e_the_newest_come_first_and_the_oldest_go() {
        assert!(lines(&History::default()).is_empty());
        assert_eq!(lines(&filled(2)), [r#"{"rev":1}"#, r#"{"rev":0}"#]);
        let full = filled(MAX_REVISIONS + 3);
        assert_eq!((lines(&full).len(), lines(&full)[0]), (MAX_REVISIONS, r#"{"rev":12}"#));
        let wide = filled(3).with(&"w".repeat(MAX_BYTES - 12)).unwrap();
        assert_eq!(lines(&wide).len(), 2);
        assert!(filled(3).with(&"w".repeat(MAX_BYTES)).unwrap().told().is_none());
    }

    #[test]
    fn r63_another_text_is_corrupt() {
        let history = filled(2);
        let (bytes, checksum) = history.told.clone().unwrap();
        let told = || History::from_told(bytes, checksum.clone());
        assert_eq!(told().with_text(history.text()).unwrap(), history);
        for end in 0..history.text().len() {
            assert!(told().with_text(&history.text()[..end]).is_err(), "{end}");
        }
        let changed = told().with_text(&history.text().replace('0', "2")).unwrap();
        assert_eq!(changed.lines().err().unwrap().kind(), ErrorKind::RecordCorrupt);
        assert!(History::default().with_text("x").is_err());
    }
}
