//! The long campaigns: the native ones in the `prove` crate, then every runner in `tests/prove`, each with a figure that it
//! has to reach. Ends with one line a campaign.

use std::path::Path;

use crate::Step;
use crate::files;
use crate::npm;
use crate::pack;
use crate::run;

const RUST: &str = "Install Rust: https://rustup.rs";
const NODE: &str = "Install Node.js 20.19 or later: https://nodejs.org";

/// Where the campaigns are that need JavaScript. A runner is a file `<name>.mjs`, run by Node with the path of the packed
/// package and this command's `--seed N` and `--long`. It prints a line like the native ones and fails where its figure
/// is missed.
const RUNNERS: &str = "tests/prove";

/// Runs all campaigns, or those named with `--only`. A missed figure does not stop the others.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Step {
    let runners = runners(root);
    let only = named(arguments);
    let scripts: Vec<&String> =
        runners.iter().filter(|name| only.is_empty() || only.contains(&name.as_str())).collect();
    let is_native = only.is_empty() || only.iter().any(|name| !runners.iter().any(|known| known == name));
    let mut missed = Vec::new();
    if is_native && let Err(message) = native(root, &without(arguments, &runners)) {
        missed.push(message);
    }
    let lists_only = arguments.iter().any(|argument| argument == "--list" || argument == "--input");
    if lists_only {
        scripts.iter().for_each(|name| run::print(name));
    } else if !scripts.is_empty() {
        missed.extend(javascript(root, &scripts, arguments)?);
    }
    if missed.is_empty() { Ok(()) } else { Err(missed.join("; ")) }
}

fn native(root: &Path, arguments: &[String]) -> Step {
    let mut all = vec!["run", "--quiet", "--profile", "prove", "--package", "prove", "--"];
    all.extend(arguments.iter().map(String::as_str));
    run::run(root, "cargo", &all, RUST)
}

/// Runs the scripts against the package as it would be published, and returns what was missed.
fn javascript(root: &Path, scripts: &[&String], arguments: &[String]) -> Step<Vec<String>> {
    npm::ensure(root)?;
    crate::build(root, false)?;
    let tarball = pack::tarball(root)?.display().to_string();
    let mut missed = Vec::new();
    for name in scripts {
        let mut all = vec![format!("{RUNNERS}/{name}.mjs"), tarball.clone()];
        all.extend(without_only(arguments));
        if let Err(message) = run::run(root, "node", &all, NODE) {
            missed.push(format!("{name}: {message}"));
        }
    }
    Ok(missed)
}

/// The names of the runners, without `.mjs`.
fn runners(root: &Path) -> Vec<String> {
    let folder = root.join(RUNNERS);
    let own = |path: &std::path::PathBuf| path.parent() == Some(&folder);
    let name = |path: std::path::PathBuf| Some(path.file_name()?.to_str()?.strip_suffix(".mjs")?.to_owned());
    files::walk(&folder).into_iter().filter(own).filter_map(name).collect()
}

/// The values of `--only`.
fn named(arguments: &[String]) -> Vec<&str> {
    let pairs = arguments.iter().zip(arguments.iter().skip(1));
    pairs.filter(|(flag, _)| *flag == "--only").map(|(_, name)| name.as_str()).collect()
}

/// The arguments without `--only` for any of these names.
fn without(arguments: &[String], names: &[String]) -> Vec<String> {
    let mut left = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let value = if argument == "--only" { rest.next() } else { None };
        if value.is_none_or(|value| !names.contains(value)) {
            left.push(argument.clone());
            left.extend(value.cloned());
        }
    }
    left
}

fn without_only(arguments: &[String]) -> Vec<String> {
    let names: Vec<String> = named(arguments).into_iter().map(str::to_owned).collect();
    without(arguments, &names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn names_go_to_whoever_has_them() {
        let arguments = words("--long --only fuzz --seed 7 --only pollution");
        assert_eq!(named(&arguments), ["fuzz", "pollution"]);
        assert_eq!(without(&arguments, &words("pollution")), words("--long --only fuzz --seed 7"));
        assert_eq!(without_only(&arguments), words("--long --seed 7"));
    }
}
