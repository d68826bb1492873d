//! The tarball that npm would publish.

use std::path::Path;
use std::path::PathBuf;

use crate::Step;
use crate::files;
use crate::run;

/// Packs `pkg` into `target/pack` and returns the tarball's path.
pub(crate) fn tarball(root: &Path) -> Step<PathBuf> {
    let folder = root.join("target/pack");
    files::remove_folder(&folder)?;
    files::make_folder(&folder)?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let from = root.join(licence);
        if from.exists() {
            files::copy(&from, &root.join("pkg").join(licence))?;
        }
    }
    let target = folder.display().to_string();
    let arguments = ["pack", "./pkg", "--ignore-scripts", "--silent", "--pack-destination", &target];
    run::read(root, "npm", &arguments).ok_or("npm pack failed")?;
    let found =
        files::walk(&folder).into_iter().find(|path| path.extension().is_some_and(|end| end == "tgz"));
    found.ok_or_else(|| "npm pack left no tarball".to_owned())
}
