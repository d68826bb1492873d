//! Starts other programs, and prints. It knows no step.

use std::ffi::OsStr;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;

use crate::Step;

/// One line to the terminal.
#[allow(clippy::print_stderr, reason = "a build script talks to the terminal")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

/// One line of output that other programs may read.
#[allow(clippy::print_stdout, reason = "a build script talks to the terminal")]
pub(crate) fn print(line: &str) {
    println!("{line}");
}

/// Runs `program` in `folder`, its output shown; fails where it does. `missing` says what to install.
pub(crate) fn run<A: AsRef<OsStr>>(folder: &Path, program: &str, arguments: &[A], missing: &str) -> Step {
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments);
    ended(program, command.status().map_err(|error| unstarted(program, &error, missing))?)
}

fn unstarted(program: &str, error: &io::Error, missing: &str) -> String {
    format!("cannot start {program} ({error}). {missing}")
}

fn ended(program: &str, status: ExitStatus) -> Step {
    if status.success() { Ok(()) } else { Err(format!("{program} failed ({status})")) }
}

/// [`run`], with each line of output handed to `see` as it is shown.
pub(crate) fn watched<A: AsRef<OsStr>>(
    folder: &Path,
    program: &str,
    arguments: &[A],
    missing: &str,
    mut see: impl FnMut(&str),
) -> Step {
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| unstarted(program, &error, missing))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            print(&line);
            see(&line);
        }
    }
    ended(program, child.wait().map_err(|error| format!("{program}: {error}"))?)
}

/// Runs `program` and returns what it printed.
pub(crate) fn read<A: AsRef<OsStr>>(folder: &Path, program: &str, arguments: &[A]) -> Option<String> {
    let output = Command::new(program).current_dir(folder).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs `program` and returns what it printed, and how it ended. Its errors are shown as they come.
pub(crate) fn captured<A: AsRef<OsStr>>(
    folder: &Path,
    program: &str,
    arguments: &[A],
    missing: &str,
) -> Step<(String, Step)> {
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().map_err(|error| unstarted(program, &error, missing))?;
    Ok((String::from_utf8_lossy(&output.stdout).into_owned(), ended(program, output.status)))
}

/// Runs `program` and returns what it printed as output and as errors, whether or not it succeeded.
pub(crate) fn either<A: AsRef<OsStr>>(
    folder: &Path,
    program: &str,
    arguments: &[A],
) -> Step<(String, String)> {
    let output = Command::new(program).current_dir(folder).args(arguments).output();
    let output = output.map_err(|error| format!("cannot start {program} ({error})"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((text(&output.stdout), text(&output.stderr)))
}

/// Runs a script of an installed npm package with Node.
pub(crate) fn node<A: AsRef<OsStr>>(root: &Path, script: &str, arguments: &[A]) -> Step {
    let path = root.join("node_modules").join(script);
    let mut all = vec![path.as_os_str()];
    all.extend(arguments.iter().map(AsRef::as_ref));
    run(root, "node", &all, "Install Node.js 20.19 or later: https://nodejs.org")
}
