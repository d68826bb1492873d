//! Instructions of the core's work, counted by callgrind: they are the same from run to run, where times on a shared machine
//! are not. Each is the difference between doing it a few times more and doing it once.

use std::path::Path;

use crate::Step;
use crate::run;

const RUST: &str = "Install Rust: https://rustup.rs";
const VALGRIND: &str =
    "counting needs valgrind, which runs on Linux: install it (apt install valgrind) and repeat";
const BINARY: &str = "target/release/native-benches";
/// How much more often the second run does it.
const MORE: u64 = 4;

/// Counts all, or those whose name contains `only`.
pub(crate) fn run(root: &Path, only: Option<&str>) -> Step {
    run::read(root, "valgrind", &["--version"]).ok_or(VALGRIND)?;
    run::run(root, "cargo", &["build", "--quiet", "--release", "--package", "native-benches"], RUST)?;
    let names = run::read(root, BINARY, &[] as &[&str]).ok_or("native-benches does not list its works")?;
    let mut found = false;
    for name in names.lines().filter(|name| only.is_none_or(|only| name.contains(only))) {
        found = true;
        let once = counted(root, name, 1)?;
        let each = counted(root, name, 1 + MORE)?.saturating_sub(once) / MORE;
        run::print(&format!("{name}: {} instructions", grouped(each)));
    }
    if found { Ok(()) } else { Err(format!("no work's name contains that; there are\n{names}")) }
}

fn counted(root: &Path, name: &str, times: u64) -> Step<u64> {
    let times = times.to_string();
    let quiet = ["--tool=callgrind", "--callgrind-out-file=/dev/null", "--log-fd=1"];
    let arguments: Vec<&str> = quiet.into_iter().chain([BINARY, name, &times]).collect();
    let report =
        run::read(root, "valgrind", &arguments).ok_or_else(|| format!("{name} fails under valgrind"))?;
    collected(&report).ok_or_else(|| format!("{name}: valgrind reports no count"))
}

/// `==7== Collected : 123456`
fn collected(report: &str) -> Option<u64> {
    report.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}

/// With a space between thousands.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let first = digits.len() % 3;
    let place = |(at, digit): (usize, char)| {
        let is_start = at > 0 && at % 3 == first % 3;
        is_start.then_some(' ').into_iter().chain([digit]).collect::<String>()
    };
    digits.chars().enumerate().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read() {
        let report = "==7== Events    : Ir\n==7== Collected : 123456\n==7==\n";
        assert_eq!(collected(report), Some(123_456));
        assert_eq!(collected("nothing"), None);
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(
            [1, 12, 123, 1234, 12_345, 123_456, 1_234_567].map(grouped),
            ["1", "12", "123", "1 234", "12 345", "123 456", "1 234 567"]
        );
    }
}
