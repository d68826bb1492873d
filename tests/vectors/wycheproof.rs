//! Reads the Wycheproof files of the shared fixtures. It knows their outer shape, not what a case means.

use std::path::Path;

use serde_json::Value;

/// Runs `check` on every case of a file with its group, and returns how many there were; 0 with a printed line where
/// the fixtures are absent.
pub(crate) fn for_each_case(file: &str, mut check: impl FnMut(&Value, &Case)) -> usize {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures/wycheproof"));
    let Ok(text) = std::fs::read_to_string(folder.join(file)) else {
        println!("skipped: {file} is not here");
        return 0;
    };
    let root: Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for group in root["testGroups"].as_array().unwrap() {
        for case in group["tests"].as_array().unwrap() {
            check(group, &Case(case));
            count += 1;
        }
    }
    count
}

/// One case.
pub(crate) struct Case<'a>(&'a Value);

impl Case<'_> {
    pub(crate) fn id(&self) -> u64 {
        self.0["tcId"].as_u64().unwrap()
    }

    pub(crate) fn bytes(&self, field: &str) -> Vec<u8> {
        hex(self.0[field].as_str().unwrap())
    }

    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.0[field].as_str()
    }

    pub(crate) fn number(&self, field: &str) -> usize {
        self.0[field].as_u64().unwrap().try_into().unwrap()
    }

    pub(crate) fn valid(&self) -> bool {
        match self.text("result").unwrap() {
            "valid" => true,
            "invalid" => false,
            other => panic!("unknown result {other}"),
        }
    }

    pub(crate) fn flagged(&self, flag: &str) -> bool {
        self.0["flags"].as_array().unwrap().iter().any(|held| held == flag)
    }
}

pub(crate) fn hex(text: &str) -> Vec<u8> {
    assert_eq!(text.len() % 2, 0);
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}
