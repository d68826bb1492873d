//! The commit that a release is made of. A release has no other source: what is not committed is not in it.

use std::path::Path;

use crate::Step;
use crate::run;

const GIT: &str = "Install git: https://git-scm.com";

/// A commit.
#[derive(Debug, Clone)]
pub(super) struct Commit {
    /// Its full hash.
    pub(super) id: String,
    /// The day it was made in UTC, as `2026-11-23`: the day of the release, the same for everyone who builds it again.
    pub(super) date: String,
}

/// The commit that is checked out; fails where files differ from it.
pub(super) fn head(root: &Path) -> Step<Commit> {
    let changed = run::read(root, "git", &["status", "--porcelain"]).ok_or("this is no git checkout")?;
    if let Some(first) = changed.lines().next() {
        return Err(format!("commit first, a release is made of a commit; changed: {}", first.trim()));
    }
    let format = ["log", "-1", "--format=%H %ct"];
    let line = run::read(root, "git", &format).ok_or("there is no commit yet")?;
    let (id, seconds) = line.trim().split_once(' ').ok_or("git log answered in another form")?;
    let seconds: u64 = seconds.parse().map_err(|_| "git log answered in another form")?;
    Ok(Commit { id: id.to_owned(), date: day(seconds) })
}

/// Fails where the version has been tagged at another commit.
pub(super) fn not_released(root: &Path, commit: &Commit, version: &str) -> Step {
    let tag = format!("refs/tags/v{version}^{{commit}}");
    match run::read(root, "git", &["rev-parse", "--quiet", "--verify", &tag]) {
        Some(tagged) if tagged.trim() != commit.id => {
            Err(format!("v{version} is tagged at another commit, {}", tagged.trim()))
        }
        _ => Ok(()),
    }
}

/// A checkout of the commit in `folder`, with nothing in it that is not tracked.
pub(super) fn clone(root: &Path, commit: &Commit, folder: &Path) -> Step {
    let target = folder.display().to_string();
    let source = root.display().to_string();
    run::run(root, "git", &["clone", "--quiet", "--no-checkout", &source, &target], GIT)?;
    run::run(folder, "git", &["checkout", "--quiet", "--detach", &commit.id], GIT)
}

/// The day of a Unix time, by Howard Hinnant's rule for the proleptic Gregorian calendar.
fn day(seconds: u64) -> String {
    let days = seconds / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;

    #[test]
    fn a_release_is_made_of_a_commit_that_no_other_has_the_tag_of() {
        let folder = std::env::temp_dir().join(format!("xtask-git-{}", std::process::id()));
        files::write(&folder.join("a"), "1").unwrap();
        let git = |arguments: &[&str]| {
            let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "tag.gpgSign=false"];
            run::read(&folder, "git", &[&who, arguments].concat()).unwrap();
        };
        let commit = || git(&["commit", "--quiet", "--no-gpg-sign", "--allow-empty", "--message", "x"]);
        git(&["init", "--quiet"]);
        git(&["add", "a"]);
        commit();
        let first = head(&folder).unwrap();
        assert_eq!(first.id.len(), 40);
        git(&["tag", "v1.0.0"]);
        assert_eq!(not_released(&folder, &first, "1.0.0"), Ok(()));
        commit();
        let second = head(&folder).unwrap();
        assert!(not_released(&folder, &second, "1.0.0").unwrap_err().contains(&first.id));
        assert_eq!(not_released(&folder, &second, "1.0.1"), Ok(()));
        clone(&folder, &first, &folder.join(".git/copy")).unwrap();
        assert_eq!(head(&folder.join(".git/copy")).unwrap().id, first.id);
        files::write(&folder.join("b"), "1").unwrap();
        assert!(head(&folder).unwrap_err().contains("?? b"));
        files::remove_folder(&folder).unwrap();
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(951_782_400), "2000-02-29");
        assert_eq!(day(951_868_800), "2000-03-01");
        assert_eq!(day(1_795_478_399), "2026-11-23");
        assert_eq!(day(1_798_761_600), "2027-01-01");
    }
}
