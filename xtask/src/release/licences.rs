//! Which licences code of others may have here, and which of several offered ones is taken.

use spdx::Expression;
use spdx::Licensee;
use spdx::ParseMode;

use super::packages::Package;
use crate::Step;

/// For what is compiled into the package or bundled, and for every other crate. The first that an author offers is taken.
pub(super) const SHIPPED: &[&str] =
    &["MIT", "Apache-2.0", "Zlib", "BSD-3-Clause", "BSD-2-Clause", "ISC", "0BSD", "Unicode-3.0"];

/// For npm packages that only run here, while the package is built or tested: nothing of them is handed on.
const TOOLS: &[&str] =
    &["MIT", "Apache-2.0", "BSD-3-Clause", "BSD-2-Clause", "ISC", "0BSD", "BlueOak-1.0.0", "CC0-1.0"];

/// Tools whose licence is accepted for them alone, with the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("@img/sharp-libvips-", "LGPL-3.0-or-later", "a library of the local Workers runtime, loaded as it is"),
    ("axe-core", "MPL-2.0", "audits the demo page in tests, unchanged"),
];

/// The licences under which a package is used: those of `accepted` that together meet what it demands.
pub(super) fn elected(package: &Package, accepted: &[&str]) -> Step<Vec<String>> {
    let name = format!("{} {}", package.name, package.version);
    let text = package.licence.as_deref().ok_or_else(|| format!("{name} states no licence"))?;
    let expression =
        Expression::parse_mode(text, ParseMode::LAX).map_err(|error| format!("{name}: {}", error.reason))?;
    let accepted: Vec<Licensee> = accepted.iter().filter_map(|id| Licensee::parse(id).ok()).collect();
    let elected = expression.minimized_requirements(&accepted);
    let elected = elected.map_err(|_| format!("{name} is under {text}, which is not on the list"))?;
    Ok(elected.iter().map(ToString::to_string).collect())
}

/// Fails with a line for each crate whose licence is not on the list.
pub(super) fn check_crates(crates: &[Package]) -> Step {
    super::none("licences", crates.iter().filter_map(|package| elected(package, SHIPPED).err()).collect())
}

/// Fails with a line for each tool whose licence is neither on the list nor accepted for it alone.
pub(super) fn check_tools(tools: &[Package]) -> Step {
    let refused = |package: &Package| {
        let alone = EXCEPTIONS.iter().filter(|(name, _, _)| package.name.starts_with(name));
        let accepted: Vec<&str> =
            TOOLS.iter().copied().chain(alone.map(|(_, licence, _)| *licence)).collect();
        elected(package, &accepted).err()
    };
    super::none("licences", tools.iter().filter_map(refused).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, licence: Option<&str>) -> Package {
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: licence.map(str::to_owned),
            authors: Vec::new(),
            folder: std::path::PathBuf::new(),
        }
    }

    #[test]
    fn the_first_accepted_licence_is_taken() {
        let rows: &[(&str, &[&str])] = &[
            ("MIT OR Apache-2.0", &["MIT"]),
            ("Apache-2.0 OR MIT", &["MIT"]),
            ("MIT/Apache-2.0", &["MIT"]),
            ("Apache-2.0 WITH LLVM-exception OR Apache-2.0", &["Apache-2.0"]),
            ("MIT OR LGPL-2.1-or-later", &["MIT"]),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", &["MIT", "Unicode-3.0"]),
            ("Zlib", &["Zlib"]),
        ];
        for (text, ids) in rows {
            assert_eq!(elected(&package("x", Some(text)), SHIPPED).unwrap(), *ids, "{text}");
        }
    }

    #[test]
    fn what_is_not_on_the_list_is_refused() {
        for text in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "Apache-2.0 WITH LLVM-exception",
            "MPL-2.0",
            "SEE LICENSE IN x",
            "",
        ] {
            assert!(check_crates(&[package("x", Some(text))]).is_err(), "{text}");
        }
        assert!(check_crates(&[package("x", None)]).unwrap_err().contains("x 1.0.0 states no licence"));
    }

    #[test]
    fn exceptions_hold_for_their_tool_alone() {
        assert_eq!(check_tools(&[package("axe-core", Some("MPL-2.0"))]), Ok(()));
        assert_eq!(
            check_tools(&[package("@img/sharp-libvips-linux-x64", Some("LGPL-3.0-or-later"))]),
            Ok(())
        );
        assert!(check_tools(&[package("other", Some("MPL-2.0"))]).is_err());
        assert!(check_tools(&[package("axe-core", Some("GPL-3.0-only"))]).is_err());
    }

    #[test]
    fn every_listed_name_is_one_of_spdx() {
        let all = SHIPPED.iter().chain(TOOLS).chain(EXCEPTIONS.iter().map(|(_, licence, _)| licence));
        for id in all {
            assert!(Licensee::parse(id).is_ok(), "{id}");
        }
    }
}
