//! `pkg/THIRD-PARTY.md`: whose code is in the package, under which licence, with the text that the licence wants beside copies.

use std::path::Path;
use std::path::PathBuf;

use super::licences;
use super::packages;
use super::packages::Package;
use crate::Step;
use crate::files;
use crate::script;

/// Where the notices are, in a checkout.
pub(crate) const PATH: &str = "pkg/THIRD-PARTY.md";

const HEAD: &str = "# Code of others in this package

Written by `cargo xtask notices` from what is compiled into `dist/core.wasm` and bundled into the scripts. Where the authors offer
several licences, the one named here is taken.
";

/// With the compiler, not from a registry, so cargo does not know of it.
const STANDARD_LIBRARY: (&str, &str) = (
    "Rust standard library",
    "Copyright (c) The Rust Project Contributors, and the authors of the crates compiler_builtins, dlmalloc, hashbrown and libm within it",
);

const UNICODE: (&str, &str) = ("Unicode-3.0", "UNICODE LICENSE V3");

/// The words with which a licence's own text begins; what stands above them is who holds the rights.
const BEGINNINGS: &[(&str, &str)] = &[
    ("0BSD", "Permission to use, copy, modify"),
    ("Apache-2.0", "Apache License"),
    ("BSD-2-Clause", "Redistribution and use in source"),
    ("BSD-3-Clause", "Redistribution and use in source"),
    ("ISC", "Permission to use, copy, modify"),
    ("MIT", "Permission is hereby granted"),
    UNICODE,
    ("Zlib", "This software is provided 'as-is'"),
];

/// One package under one of its licences.
#[derive(Debug)]
struct Notice {
    licence: String,
    work: String,
    holders: Vec<String>,
    /// `None` where the package came without: it says its licence in its manifest alone.
    text: Option<String>,
}

/// The notices for the checkout at `root`, whose package must have been built.
pub(crate) fn render(root: &Path) -> Step<String> {
    let mut packages = packages::in_module(root)?;
    for folder in script::bundled_packages(root)? {
        packages.push(packages::npm_package(&root.join(folder))?);
    }
    let mut notices = Vec::new();
    for package in &packages {
        for licence in licences::elected(package, licences::SHIPPED)? {
            notices.push(notice(package, licence)?);
        }
    }
    notices.push(Notice {
        licence: "MIT".to_owned(),
        work: STANDARD_LIBRARY.0.to_owned(),
        holders: vec![STANDARD_LIBRARY.1.to_owned()],
        text: None,
    });
    text(&notices)
}

/// Fails where the file is not what [`render`] gives.
pub(super) fn check(root: &Path) -> Step {
    let current = files::read_text(&root.join(PATH))?;
    if current.replace("\r\n", "\n") == render(root)? {
        return Ok(());
    }
    Err(format!("{PATH} does not name what is in the package: run npm run notices and commit it"))
}

fn notice(package: &Package, licence: String) -> Step<Notice> {
    let begins = BEGINNINGS.iter().find(|(id, _)| *id == licence).map(|(_, words)| *words);
    let begins = begins.ok_or_else(|| format!("{}: it is unknown how {licence} begins", package.name))?;
    let mut holders = Vec::new();
    let mut found = None;
    for path in licence_files(&package.folder) {
        let text = files::read_text(&path)?.replace("\r\n", "\n");
        // Unicode's licence has the words of MIT's within it.
        if licence != UNICODE.0 && text.contains(UNICODE.1) {
            continue;
        }
        if let Some(start) = text.rfind(begins) {
            holders.extend(text.get(..start).into_iter().flat_map(str::lines).filter_map(holder));
            found = found.or(text.get(start..).map(|text| text.trim().to_owned()));
        }
    }
    if holders.is_empty() {
        holders.push(format!("Copyright (c) {}", authors(package)));
    }
    holders.sort();
    holders.dedup();
    Ok(Notice { licence, work: format!("{} {}", package.name, package.version), holders, text: found })
}

/// Files at the top of a package that by their name are licences or notices; what its own licence is called comes first.
fn licence_files(folder: &Path) -> Vec<PathBuf> {
    let is_licence = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_uppercase();
        ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"].iter().any(|start| name.starts_with(start))
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.is_file()).filter(is_licence).collect();
    paths.sort();
    paths
}

/// A line that says who holds the rights. `Copyright (c) 2016--2023` names nobody but is what the author wrote.
fn holder(line: &str) -> Option<String> {
    let line = line.trim();
    line.starts_with("Copyright").then(|| line.to_owned())
}

fn authors(package: &Package) -> String {
    if package.authors.is_empty() {
        return format!("the authors of {}", package.name);
    }
    package.authors.join(", ")
}

/// A chapter for each licence: whose code it is, then each wording of the text that came with it.
fn text(notices: &[Notice]) -> Step<String> {
    let mut licences: Vec<&str> = notices.iter().map(|notice| notice.licence.as_str()).collect();
    licences.sort_unstable();
    licences.dedup();
    let mut page = HEAD.to_owned();
    for licence in licences {
        let members: Vec<&Notice> = notices.iter().filter(|notice| notice.licence == licence).collect();
        page.push_str(&format!("\n## {licence}\n\n"));
        for notice in &members {
            page.push_str(&format!("- {}: {}\n", notice.work, notice.holders.join("; ")));
        }
        for wording in wordings(&members) {
            page.push_str(&format!("\n```text\n{wording}\n```\n"));
        }
        if members.iter().all(|notice| notice.text.is_none()) {
            return Err(format!("no package brings the text of {licence}"));
        }
    }
    Ok(page)
}

/// The different wordings of a text, whatever their line breaks.
fn wordings<'n>(notices: &[&'n Notice]) -> Vec<&'n str> {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut found: Vec<&str> = Vec::new();
    for text in notices.iter().filter_map(|notice| notice.text.as_deref()) {
        if found.iter().all(|known| words(known) != words(text)) {
            found.push(text);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mit(work: &str, holder: &str, text: Option<&str>) -> Notice {
        Notice {
            licence: "MIT".to_owned(),
            work: work.to_owned(),
            holders: vec![holder.to_owned()],
            text: text.map(str::to_owned),
        }
    }

    #[test]
    fn one_wording_stands_once() {
        let first = mit("a 1.0.0", "Copyright (c) A", Some("Permission is\nhereby granted"));
        let second = mit("b 1.0.0", "Copyright (c) B", Some("Permission is hereby\ngranted"));
        let third = mit("c 1.0.0", "Copyright (c) C", None);
        let page = text(&[first, second, third]).unwrap();
        assert_eq!(page.matches("Permission").count(), 1);
        for line in
            ["- a 1.0.0: Copyright (c) A\n", "- b 1.0.0: Copyright (c) B\n", "- c 1.0.0: Copyright (c) C\n"]
        {
            assert!(page.contains(line), "{page}");
        }
    }

    #[test]
    fn a_licence_without_its_text_is_refused() {
        assert!(text(&[mit("a 1.0.0", "Copyright (c) A", None)]).unwrap_err().contains("MIT"));
    }

    #[test]
    fn holders_and_text_come_from_the_packages_files() {
        let folder = std::env::temp_dir().join(format!("xtask-notices-{}", std::process::id()));
        files::write(
            &folder.join("LICENSE-MIT"),
            "The MIT License\n\nCopyright (c) A\n\nPermission is hereby granted, x\n",
        )
        .unwrap();
        files::write(&folder.join("LICENSE-APACHE"), "Apache License\n").unwrap();
        files::write(
            &folder.join("LICENSE-THIRD-PARTY"),
            "Copyright (c) B\n\nPermission is hereby granted, x\n",
        )
        .unwrap();
        files::write(&folder.join("lib.rs"), "Copyright (c) C\nPermission is hereby granted").unwrap();
        let package = Package {
            name: "a".to_owned(),
            version: "1.0.0".to_owned(),
            licence: Some("MIT".to_owned()),
            authors: vec!["D".to_owned()],
            folder: folder.clone(),
        };
        let found = notice(&package, "MIT".to_owned()).unwrap();
        assert_eq!(found.holders, ["Copyright (c) A", "Copyright (c) B"]);
        assert_eq!(found.text.as_deref(), Some("Permission is hereby granted, x"));
        files::remove_folder(&folder).unwrap();
        assert_eq!(notice(&package, "MIT".to_owned()).unwrap().holders, ["Copyright (c) D"]);
    }
}
