//! The one version, wherever it is written.

use semver::Version;

use crate::Step;

/// Where a version is written, and what stands there.
pub(super) type Written<'w> = (&'w str, &'w str);

/// The version on which all places agree; fails where one differs or is none.
pub(super) fn agreed(places: &[Written<'_>]) -> Step<Version> {
    let Some(((first, version), others)) = places.split_first() else {
        return Err("no version is written anywhere".to_owned());
    };
    if let Some((other, differing)) = others.iter().find(|(_, other)| other != version) {
        return Err(format!("{first} says {version}, {other} says {differing:?}"));
    }
    Version::parse(version).map_err(|error| format!("{first}: {version:?} is no version: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_differs_is_named() {
        let agreed = agreed(&[("Cargo.toml", "0.1.0"), ("pkg/package.json", "0.1.0")]);
        assert_eq!(agreed, Ok(Version::new(0, 1, 0)));
        for (other, text) in [("0.1.1", "\"0.1.1\""), ("", "\"\""), ("v0.1.0", "\"v0.1.0\"")] {
            let message = super::agreed(&[("Cargo.toml", "0.1.0"), ("pkg/package.json", other)]).unwrap_err();
            assert!(message.contains("pkg/package.json says") && message.contains(text), "{message}");
        }
        assert!(super::agreed(&[("Cargo.toml", "0.1")]).is_err());
    }
}
