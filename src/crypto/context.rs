//! The bytes that tie an envelope to its place. It knows parts and their order; it does not know what they mean.

const LABEL: &[u8] = b"llm-models/v1\0";

/// Joins `parts` into context bytes: `llm-models/v1` 0x00, then per part its length as u16 big-endian and its UTF-8
/// bytes. Lengths, never separators, so that `a:b` and `a`, `b` differ.
///
/// Names are short. A part of 65535 bytes and more is written as the length 0xFFFF followed by the true length as u64
/// big-endian, so that different parts give different bytes at every length.
///
/// ```
/// use ductape_models::crypto::context;
/// assert_eq!(context(&["ab", ""]), b"llm-models/v1\0\x00\x02ab\x00\x00");
/// assert_ne!(context(&["a:b"]), context(&["a", "b"]));
/// ```
#[must_use]
pub fn context(parts: &[&str]) -> Vec<u8> {
    let size = parts.iter().map(|part| part.len() + 2).sum::<usize>();
    let mut out = Vec::with_capacity(LABEL.len() + size);
    out.extend_from_slice(LABEL);
    for part in parts {
        push_len(&mut out, part.len());
        out.extend_from_slice(part.as_bytes());
    }
    out
}

fn push_len(out: &mut Vec<u8>, len: usize) {
    match u16::try_from(len) {
        Ok(short) if short < u16::MAX => out.extend_from_slice(&short.to_be_bytes()),
        _ => {
            out.extend_from_slice(&u16::MAX.to_be_bytes());
            out.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn r27_moving_a_boundary_changes_the_bytes() {
        let cases: [&[&str]; 8] =
            [&[], &[""], &["", ""], &["ab"], &["a", "b"], &["", "ab"], &["ab", ""], &["a\0\u{1}b"]];
        for (i, one) in cases.iter().enumerate() {
            for other in &cases[i + 1..] {
                assert_ne!(context(one), context(other));
            }
        }
    }

    #[test]
    fn r27_parts_beyond_u16_keep_their_length() {
        let long = "x".repeat(65_535);
        let longer = "x".repeat(65_536);
        assert_ne!(context(&[&long, "x"]), context(&[&longer]));
        assert_eq!(context(&[&long])[14..24], [0xff, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
        assert_eq!(context(&[&long[..65_534]])[14..16], [0xff, 0xfe]);
    }

    proptest! {
        #[test]
        fn r27_different_parts_give_different_bytes(
            one in prop::collection::vec("[a\0\u{1}:]{0,3}", 0..4),
            two in prop::collection::vec("[a\0\u{1}:]{0,3}", 0..4),
        ) {
            let bytes = |parts: &[String]| context(&parts.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert_eq!(one == two, bytes(&one) == bytes(&two));
        }
    }
}
