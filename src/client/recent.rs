//! Records that were read before. A store is asked for every call; what it gives back unchanged need not be verified and
//! read again. It holds what storage holds, sealed keys included, and nothing that was opened.

use core::cell::RefCell;
use std::rc::Rc;

/// Most records that are kept.
const MAX_RECORDS: usize = 64;
/// The longest text that is kept, in bytes. Longer ones have a long history.
const MAX_BYTES: usize = 64 << 10;

/// The records that were used last, with the texts they were read from: the one used last at the end.
pub(super) struct Recent<R>(RefCell<Vec<Kept<R>>>);

struct Kept<R> {
    key: String,
    text: String,
    record: Rc<R>,
}

impl<R> Default for Recent<R> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<R> Recent<R> {
    /// The record that `text` under `key` was read as. Reading depends on nothing else.
    pub(super) fn find(&self, key: &str, text: &str) -> Option<Rc<R>> {
        let mut kept = self.0.borrow_mut();
        let at = kept.iter().position(|kept| kept.key == key && kept.text == text)?;
        kept.get_mut(at..)?.rotate_left(1);
        kept.last().map(|kept| Rc::clone(&kept.record))
    }

    /// Keeps `record` in the place of what was kept under `key`.
    pub(super) fn keep(&self, key: String, text: String, record: &Rc<R>) {
        let mut kept = self.0.borrow_mut();
        kept.retain(|kept| kept.key != key);
        if text.len() > MAX_BYTES {
            return;
        }
        if kept.len() == MAX_RECORDS {
            kept.remove(0);
        }
        kept.push(Kept { key, text, record: Rc::clone(record) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(recent: &Recent<u32>, key: &str, text: &str, record: u32) {
        recent.keep(key.to_owned(), text.to_owned(), &Rc::new(record));
    }

    fn found(recent: &Recent<u32>, key: &str, text: &str) -> Option<u32> {
        recent.find(key, text).map(|record| *record)
    }

    #[test]
    fn a_record_is_found_by_its_key_and_its_whole_text() {
        let recent = Recent::default();
        keep(&recent, "a", "one", 1);
        assert_eq!(found(&recent, "a", "one"), Some(1));
        assert_eq!(found(&recent, "a", "onE"), None);
        assert_eq!(found(&recent, "b", "one"), None);
    }

    #[test]
    fn a_newer_text_takes_the_place_of_an_older_one() {
        let recent = Recent::default();
        keep(&recent, "a", "one", 1);
        keep(&recent, "a", "two", 2);
        assert_eq!((found(&recent, "a", "one"), found(&recent, "a", "two")), (None, Some(2)));
    }

    #[test]
    fn the_one_that_was_used_longest_ago_goes() {
        let recent = Recent::default();
        for at in 0..MAX_RECORDS {
            keep(&recent, &at.to_string(), "text", 0);
        }
        assert_eq!(found(&recent, "0", "text"), Some(0));
        keep(&recent, "new", "text", 0);
        assert_eq!((found(&recent, "0", "text"), found(&recent, "1", "text")), (Some(0), None));
    }

    #[test]
    fn a_long_text_is_not_kept_and_takes_a_short_one_away() {
        let recent = Recent::default();
        keep(&recent, "a", "short", 1);
        let long = "x".repeat(MAX_BYTES + 1);
        keep(&recent, "a", &long, 2);
        assert_eq!((found(&recent, "a", "short"), found(&recent, "a", &long)), (None, None));
    }
}
