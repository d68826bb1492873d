//! `native-benches NAME TIMES`: does one work so many times, for a tool that counts instructions. Without arguments it
//! lists the names.

use std::process::ExitCode;

use native_benches::checked;
use native_benches::works;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            say(&format!("error: {message}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let works = works().map_err(|error| error.to_string())?;
    let Some(wanted) = std::env::args().nth(1) else {
        works.iter().for_each(|(name, _, _)| say(name));
        return Ok(());
    };
    let times: usize = std::env::args().nth(2).and_then(|text| text.parse().ok()).unwrap_or(1);
    let found = works.iter().find(|(name, _, _)| *name == wanted);
    let (name, expected, work) = found.ok_or_else(|| format!("no such work: {wanted}"))?;
    for _ in 0..times {
        checked(name, *expected, work).map_err(|error| error.to_string())?;
    }
    Ok(())
}

#[allow(clippy::print_stdout, reason = "its output is read by the build script")]
fn say(line: &str) {
    println!("{line}");
}
