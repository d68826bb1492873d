//! Builds the package twice from nothing, in places that have little in common, and compares the tarballs byte by byte.
//! The second place has another path, with a space in it; another home of cargo, time zone, language and umask.

use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use super::git;
use super::git::Commit;
use super::tarball;
use crate::Step;
use crate::files;
use crate::run;

/// One build.
#[derive(Debug)]
pub(super) struct Build {
    /// The checkout that it was made in.
    pub(super) root: PathBuf,
    /// Where cargo kept its sources.
    pub(super) cargo_home: Option<PathBuf>,
    /// The package as npm would publish it.
    pub(super) tarball: PathBuf,
}

/// Both builds, below `folder`.
///
/// `folder` must lie outside of this checkout: cargo and Node look for their settings and packages in every folder above.
pub(super) fn build(root: &Path, commit: &Commit, folder: &Path) -> Step<[Build; 2]> {
    let first = one(root, commit, &folder.join("a"), None)?;
    let home = other_cargo_home(&folder.join("cargo"))?;
    let second = one(root, commit, &folder.join("another place/of the checkout"), home)?;
    Ok([first, second])
}

/// Fails with a line for every file that differs; otherwise the digest of both tarballs.
pub(super) fn compare(builds: &[Build; 2], folder: &Path) -> Step<String> {
    let [first, second] = builds;
    let (one, other) = (files::read(&first.tarball)?, files::read(&second.tarball)?);
    if one == other {
        return Ok(tarball::sha256(&one));
    }
    let first = tarball::unpack(&first.tarball, &folder.join("first"))?;
    let second = tarball::unpack(&second.tarball, &folder.join("second"))?;
    let mut lines = tarball::differences(&first, &second);
    if lines.is_empty() {
        lines.push(
            "the same files, archived in another order, with other modes or another compressor".to_owned(),
        );
    }
    Err(format!("two builds of one commit differ:\n  {}", lines.join("\n  ")))
}

fn one(root: &Path, commit: &Commit, place: &Path, cargo_home: Option<PathBuf>) -> Step<Build> {
    run::say(&format!("building {} in {}", commit.id, place.display()));
    files::make_folder(place.parent().unwrap_or(place))?;
    git::clone(root, commit, place)?;
    pack(place, cargo_home.as_deref())?;
    unchanged(place)?;
    let tarball =
        files::walk(&place.join("target/pack")).into_iter().next().ok_or("the build left no tarball")?;
    Ok(Build { root: place.to_path_buf(), cargo_home, tarball })
}

/// Packs the checkout at `place` with this very program: it was compiled from the same commit.
fn pack(place: &Path, cargo_home: Option<&Path>) -> Step {
    let program = std::env::current_exe().map_err(|error| format!("where is this program? {error}"))?;
    let mut command = packer(&program, cargo_home.is_some());
    command.arg("pack").arg("--in").arg(place).env_remove("CARGO_TARGET_DIR").env("CARGO_TERM_QUIET", "true");
    if let Some(home) = cargo_home {
        command.env("CARGO_HOME", home).env("TZ", "Pacific/Kiritimati").env("LC_ALL", "C");
    }
    let status = command.status().map_err(|error| format!("cannot start {}: {error}", program.display()))?;
    if status.success() { Ok(()) } else { Err(format!("the build in {} failed", place.display())) }
}

/// The program alone, or under a umask that takes every right from others.
#[cfg(unix)]
fn packer(program: &Path, strict: bool) -> Command {
    if !strict {
        return Command::new(program);
    }
    let mut command = Command::new("sh");
    command.args([OsString::from("-c"), "umask 077 && exec \"$0\" \"$@\"".into(), program.into()]);
    command
}

#[cfg(not(unix))]
fn packer(program: &Path, _strict: bool) -> Command {
    Command::new(program)
}

/// A build that writes into tracked files is no build of the commit.
fn unchanged(place: &Path) -> Step {
    let changed = run::read(place, "git", &["status", "--porcelain"]).ok_or("git status failed")?;
    match changed.lines().next() {
        None => Ok(()),
        Some(first) => Err(format!("the build changes what is tracked: {}", first.trim())),
    }
}

/// A second name for all that cargo keeps, so that the path of its sources differs and nothing is fetched again.
#[cfg(unix)]
fn other_cargo_home(folder: &Path) -> Step<Option<PathBuf>> {
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo"));
    let Some(cargo) = std::env::var_os("CARGO_HOME").map(PathBuf::from).or(home) else { return Ok(None) };
    files::make_folder(folder)?;
    for entry in std::fs::read_dir(&cargo).into_iter().flatten().flatten() {
        std::os::unix::fs::symlink(entry.path(), folder.join(entry.file_name()))
            .map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    Ok(Some(folder.to_path_buf()))
}

/// Links need rights there that few have.
#[cfg(not(unix))]
fn other_cargo_home(_folder: &Path) -> Step<Option<PathBuf>> {
    Ok(None)
}

// The options of tar are those of GNU.
#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    /// A build whose package has one file with `text` in it.
    fn built(folder: &Path, name: &str, text: &str) -> Build {
        let root = folder.join(name);
        files::write(&root.join("package/dist/index.js"), text).unwrap();
        // A fixed time, as npm gives it: two archives of the same file are the same bytes.
        let archive = ["--mtime=1985-10-26", "--sort=name", "-cf", "p.tar", "package"];
        run::run(&root, "tar", &archive, "Install tar").unwrap();
        run::run(&root, "gzip", &["-n", "p.tar"], "Install gzip").unwrap();
        let tarball = root.join("p.tar.gz");
        Build { root, cargo_home: None, tarball }
    }

    #[test]
    fn builds_that_differ_are_refused_by_file() {
        let folder = std::env::temp_dir().join(format!("xtask-twice-{}", std::process::id()));
        let compared = |one: &str, other: &str| {
            let builds = [built(&folder, "one", one), built(&folder, "other", other)];
            let result = compare(&builds, &folder);
            files::remove_folder(&folder).unwrap();
            result
        };
        assert_eq!(compared("a", "a").unwrap().len(), 64);
        let message = compared("a", "b").unwrap_err();
        assert!(message.contains("dist/index.js: 1 and 1 bytes, not the same"), "{message}");
    }
}
