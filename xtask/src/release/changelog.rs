//! Reads `CHANGELOG.md`: a section for each version under a heading such as `## 1.2.0 - 2026-11-23`, the newest first, and
//! above them `## Unreleased`. What is released is the version's own section, or what is unreleased.

use semver::Version;

use crate::Step;

const UNRELEASED: &str = "Unreleased";

/// The changes of one version.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// `None` is what has not been released.
    pub(super) version: Option<Version>,
    /// Its text, without the heading.
    pub(super) body: String,
}

/// Every section, in their order; fails where a heading or the order is wrong.
pub(super) fn sections(text: &str) -> Step<Vec<Section>> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            sections.push(Section { version: version(heading.trim())?, body: String::new() });
        } else if let Some(section) = sections.last_mut() {
            section.body.push_str(line);
            section.body.push('\n');
        }
    }
    sections.iter_mut().for_each(|section| section.body = section.body.trim().to_owned());
    newest_first(&sections)?;
    Ok(sections)
}

/// What is unreleased counts as newer than every version.
fn newest_first(sections: &[Section]) -> Step {
    let is_before = |one: &Section, other: &Section| match (&one.version, &other.version) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(one), Some(other)) => one > other,
    };
    match sections.windows(2).find(|pair| !is_before(&pair[0], &pair[1])) {
        None => Ok(()),
        Some(pair) => Err(format!("CHANGELOG.md: {} stands below {}", name(&pair[1]), name(&pair[0]))),
    }
}

fn version(heading: &str) -> Step<Option<Version>> {
    if heading == UNRELEASED {
        return Ok(None);
    }
    let wrong = || {
        format!("CHANGELOG.md: \"## {heading}\" is neither \"## {UNRELEASED}\" nor \"## 1.2.0 - 2026-11-23\"")
    };
    let (version, date) = heading.split_once(" - ").ok_or_else(wrong)?;
    if !is_date(date) {
        return Err(wrong());
    }
    Version::parse(version).map(Some).map_err(|_| wrong())
}

/// `2026-11-23`
fn is_date(text: &str) -> bool {
    let is_right = |(place, byte): (usize, u8)| {
        if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
    };
    text.len() == 10 && text.bytes().enumerate().all(is_right)
}

fn name(section: &Section) -> String {
    section.version.as_ref().map_or_else(|| UNRELEASED.to_owned(), Version::to_string)
}

/// The section of the release of `version`; fails where there is none, where it is empty, and where the version is no new one.
pub(super) fn of_release<'s>(sections: &'s [Section], version: &Version) -> Step<&'s Section> {
    let unreleased = sections.iter().find(|section| section.version.is_none());
    let newest = sections.iter().find(|section| section.version.is_some());
    let section = match newest.and_then(|newest| newest.version.as_ref()) {
        Some(newest) if newest > version => {
            return Err(format!("the manifests say {version}, but CHANGELOG.md already has {newest}"));
        }
        Some(own) if own == version => {
            if unreleased.is_some_and(|section| !section.body.is_empty()) {
                return Err(format!("CHANGELOG.md has {version} and more above it: raise the version"));
            }
            newest
        }
        _ => unreleased,
    };
    match section {
        Some(section) if !is_empty(section) => Ok(section),
        _ => Err(format!("CHANGELOG.md says nothing of {version}")),
    }
}

/// Headings alone say nothing.
fn is_empty(section: &Section) -> bool {
    section.body.lines().all(|line| line.trim().is_empty() || line.starts_with('#'))
}

/// The section as it stands under the version: with its number, and with the day where it had none.
pub(super) fn dated(section: &Section, version: &Version, day: &str) -> String {
    format!("## {version} - {day}\n\n{}\n", section.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, version: &str) -> Step<String> {
        let sections = sections(text)?;
        of_release(&sections, &Version::parse(version).unwrap()).map(|section| section.body.clone())
    }

    #[test]
    fn what_is_unreleased_is_released() {
        let text = "# Changelog\n\nWords.\n\n## Unreleased\n\n### Added\n\n- This.\n\n## 0.1.0 - 2026-01-02\n\n- That.\n";
        assert_eq!(found(text, "0.2.0").unwrap(), "### Added\n\n- This.");
        let section = Section { version: None, body: "- This.".to_owned() };
        let dated = dated(&section, &Version::new(0, 2, 0), "2026-11-23");
        assert_eq!(dated, "## 0.2.0 - 2026-11-23\n\n- This.\n");
        assert_eq!(
            found(&text.replace("## Unreleased", "## 0.2.0 - 2026-11-23"), "0.2.0").unwrap(),
            "### Added\n\n- This."
        );
    }

    #[test]
    fn a_version_that_is_not_new_is_refused() {
        let text = "## Unreleased\n\n- This.\n\n## 0.2.0 - 2026-01-02\n\n- That.\n";
        assert!(found(text, "0.2.0").unwrap_err().contains("raise the version"));
        assert!(found(text, "0.1.0").unwrap_err().contains("already has 0.2.0"));
        assert_eq!(found("## Unreleased\n\n## 0.2.0 - 2026-01-02\n\n- That.\n", "0.2.0").unwrap(), "- That.");
    }

    #[test]
    fn an_empty_section_is_refused() {
        for text in [
            "",
            "# Changelog\n",
            "## Unreleased\n",
            "## Unreleased\n\n### Added\n",
            "## 0.1.0 - 2026-01-02\n\n- x",
        ] {
            assert!(found(text, "0.2.0").unwrap_err().contains("says nothing of 0.2.0"), "{text}");
        }
    }

    #[test]
    fn headings_and_their_order_are_checked() {
        for heading in
            ["0.1.0", "v0.1.0 - 2026-01-02", "0.1 - 2026-01-02", "0.1.0 - 2026-1-2", "[0.1.0] - 2026-01-02"]
        {
            assert!(sections(&format!("## {heading}\n")).unwrap_err().contains(heading), "{heading}");
        }
        assert!(sections("## 0.1.0 - 2026-01-02\n## 0.2.0 - 2026-01-02\n").is_err());
        assert!(sections("## 0.1.0 - 2026-01-02\n## Unreleased\n").is_err());
        assert!(sections("## 0.1.0-rc.1 - 2026-01-02\n## 0.1.0 - 2026-01-01\n").is_err());
    }
}
