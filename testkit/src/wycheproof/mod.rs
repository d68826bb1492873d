//! Wycheproof's cases against the sealing code, where the shared fixtures exist. A case that comes out wrong panics with
//! its number.

mod aes_gcm;
mod cobblestone;
mod hkdf;

pub use aes_gcm::AesGcm;
pub use aes_gcm::aes_gcm;
pub use cobblestone::Cobblestone;
pub use cobblestone::cobblestone;
pub use hkdf::Hkdf;
pub use hkdf::hkdf_sha512;

use std::path::Path;

use serde_json::Value;

/// Runs `check` on every case of a file with its group; `None` where the file is not there.
pub fn for_each_case(file: &str, mut check: impl FnMut(&Value, &Case<'_>)) -> Option<()> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/wycheproof"));
    let text = std::fs::read_to_string(folder.join(file)).ok()?;
    let root: Value = serde_json::from_str(&text).unwrap();
    for group in root["testGroups"].as_array().unwrap() {
        for case in group["tests"].as_array().unwrap() {
            check(group, &Case(case));
        }
    }
    Some(())
}

/// One case.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a>(&'a Value);

impl Case<'_> {
    /// Its number in the file.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.0["tcId"].as_u64().unwrap()
    }

    /// A field in hex.
    #[must_use]
    pub fn bytes(&self, field: &str) -> Vec<u8> {
        hex(self.0[field].as_str().unwrap())
    }

    /// A text field, where it is there.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.0[field].as_str()
    }

    /// A number.
    #[must_use]
    pub fn number(&self, field: &str) -> usize {
        self.0[field].as_u64().unwrap().try_into().unwrap()
    }

    /// Whether it must work.
    #[must_use]
    pub fn valid(&self) -> bool {
        match self.text("result").unwrap() {
            "valid" => true,
            "invalid" => false,
            other => panic!("unknown result {other}"),
        }
    }

    /// Whether it carries this flag.
    #[must_use]
    pub fn flagged(&self, flag: &str) -> bool {
        self.0["flags"].as_array().unwrap().iter().any(|held| held == flag)
    }
}

/// Bytes from hex digits.
#[must_use]
pub fn hex(text: &str) -> Vec<u8> {
    assert_eq!(text.len() % 2, 0);
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}
