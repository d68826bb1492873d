//! Searches that take eight bytes at a step. A byte is zero exactly where subtracting one borrows into a top bit that it
//! did not have.

const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = 0x8080_8080_8080_8080;

/// The position of the first line end, or the length.
///
/// ```
/// assert_eq!(ductape_models_scan::line_end(b"data: a\r\n"), 7);
/// ```
#[must_use]
pub fn line_end(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        if (zeros(word ^ (ONES * 0x0A)) | zeros(word ^ (ONES * 0x0D))) & TOPS != 0 {
            break;
        }
        at += 8;
    }
    let tail = bytes.get(at..).unwrap_or_default();
    at + tail.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(tail.len())
}

/// How many bytes stand before the first one that a JSON string cannot hold as it is: a quotation mark, a backslash or
/// a control character.
///
/// ```
/// assert_eq!(ductape_models_scan::plain_length(b"say \"hi\""), 4);
/// ```
#[must_use]
pub fn plain_length(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let plain = plain_in_word(*word);
        at += plain;
        if plain < word.len() {
            return at;
        }
    }
    let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    let tail = bytes.get(at..).unwrap_or_default();
    at + tail.iter().position(special).unwrap_or(tail.len())
}

/// [`plain_length`] of eight bytes. The lowest of the marked bytes is marked rightly; borrows only reach those above it.
pub(crate) fn plain_in_word(word: [u8; 8]) -> usize {
    let word = u64::from_le_bytes(word);
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let marks = zeros(word ^ (ONES * b'"' as u64)) | zeros(word ^ (ONES * b'\\' as u64));
    ((control | marks) & TOPS).trailing_zeros() as usize / 8
}

/// How many bytes at the start of both are the same.
///
/// ```
/// assert_eq!(ductape_models_scan::common_length(b"the text of one", b"the text of another"), 12);
/// ```
#[must_use]
pub fn common_length(one: &[u8], other: &[u8]) -> usize {
    let ((words, _), (others, _)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    let mut at = 0;
    for (word, other) in words.iter().zip(others) {
        let differing = u64::from_le_bytes(*word) ^ u64::from_le_bytes(*other);
        if differing != 0 {
            return at + differing.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let tail = one.get(at..).unwrap_or_default().iter().zip(other.get(at..).unwrap_or_default());
    at + tail.take_while(|(byte, other)| byte == other).count()
}

/// How long JavaScript finds the text: one for each character's first byte, and one more for those of four bytes.
///
/// ```
/// assert_eq!(ductape_models_scan::utf16_length("aé😀"), 4);
/// ```
#[must_use]
pub fn utf16_length(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.bytes().map(|byte| usize::from(byte & 0xC0 != 0x80) + usize::from(byte >= 0xF0)).sum()
}

const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every special byte at every place of words of bytes that are nearly special.
    fn finds(search: fn(&[u8]) -> usize, special: &[u8], others: &[u8]) {
        for length in 0..40 {
            let bytes: Vec<u8> = (0..length).map(|n| others[n % others.len()]).collect();
            assert_eq!(search(&bytes), length);
            for at in 0..length {
                for byte in special {
                    let mut bytes = bytes.clone();
                    bytes[at] = *byte;
                    assert_eq!(search(&bytes), at, "{byte} at {at}");
                }
            }
        }
    }

    #[test]
    fn the_word_search_finds_what_the_byte_search_finds() {
        finds(line_end, b"\n\r", &[0x0B, 0x0E, 0x8A, 0xFF, 0]);
        finds(plain_length, b"\"\\\0\x1F\n", &[0x20, 0x21, 0x23, 0xA2, 0xDC, 0xFF, 0x80, b'[', b']']);
    }
}
