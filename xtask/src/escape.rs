//! Bytes as ASCII text for a JavaScript string: one character for each of the 90 commonest byte values, two for the
//! others. It keeps the bytes aligned, which base64 does not, so that gzip and brotli still find what repeats.
//! `pkg/src/inline.ts` reads it.

use std::path::Path;

use crate::Step;
use crate::files;

/// Prefixes of the two-character codes. Neither is among the single ones.
const PREFIXES: [u8; 2] = [b'~', b'}'];

const TYPES: &str =
    "export const length: number;\nexport const order: readonly number[];\nexport const text: string;\n";

/// Every printable ASCII character that needs no escape in a double-quoted string or in HTML.
fn alphabet() -> Vec<u8> {
    (b' '..=b'~').filter(|byte| !matches!(byte, b'"' | b'\\' | b'<')).collect()
}

/// Characters for the single codes.
fn singles() -> Vec<u8> {
    alphabet().into_iter().filter(|byte| !PREFIXES.contains(byte)).collect()
}

/// Writes the module `text.js` for the bytes of `wasm`.
pub(crate) fn write(wasm: &Path, text: &Path) -> Step {
    let bytes = files::read(wasm)?;
    let order = by_frequency(&bytes);
    let body = encode(&bytes, &order);
    let order: Vec<String> = order.iter().map(u8::to_string).collect();
    let module = format!(
        "export const length = {};\nexport const order = [{}];\nexport const text = \"{body}\";\n",
        bytes.len(),
        order.join(",")
    );
    files::write(&text.with_extension("d.ts"), TYPES)?;
    files::write(text, module)
}

/// Byte values, the commonest first.
fn by_frequency(bytes: &[u8]) -> Vec<u8> {
    let mut counts = [0_usize; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let mut order: Vec<u8> = (0..=u8::MAX).collect();
    order.sort_by_key(|byte| (core::cmp::Reverse(counts[usize::from(*byte)]), *byte));
    order
}

fn encode(bytes: &[u8], order: &[u8]) -> String {
    let codes = codes(order);
    bytes.iter().map(|byte| codes[usize::from(*byte)].as_str()).collect()
}

/// The code of each byte value.
fn codes(order: &[u8]) -> Vec<String> {
    let (singles, alphabet) = (singles(), alphabet());
    let mut codes = vec![String::new(); 256];
    for (rank, byte) in order.iter().enumerate() {
        codes[usize::from(*byte)] = match rank.checked_sub(singles.len()) {
            None => char::from(singles[rank]).to_string(),
            Some(rest) => {
                let prefix = PREFIXES[rest / alphabet.len()];
                format!("{}{}", char::from(prefix), char::from(alphabet[rest % alphabet.len()]))
            }
        };
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_value_has_its_own_code() {
        let order: Vec<u8> = (0..=u8::MAX).collect();
        let mut codes = codes(&order);
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), 256);
        assert_eq!(codes.iter().filter(|code| code.len() == 1).count(), 90);
    }
}
