//! The tarball that npm would publish.

#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
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
    for page in ["LICENSE-APACHE", "LICENSE-MIT", "README.md"] {
        files::copy(&root.join(page), &root.join("pkg").join(page))?;
    }
    plain_modes(&root.join("pkg"))?;
    let target = folder.display().to_string();
    let arguments = ["pack", "./pkg", "--ignore-scripts", "--silent", "--pack-destination", &target];
    run::read(root, "npm", &arguments).ok_or("npm pack failed")?;
    let found =
        files::walk(&folder).into_iter().find(|path| path.extension().is_some_and(|end| end == "tgz"));
    found.ok_or_else(|| "npm pack left no tarball".to_owned())
}

/// Gives what is packed the mode that files have under the usual umask: npm puts modes into the tarball, and another umask
/// would make other bytes.
#[cfg(unix)]
fn plain_modes(folder: &Path) -> Step {
    let mut paths = files::walk(&folder.join("dist"));
    paths.extend(
        ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "THIRD-PARTY.md", "package.json"]
            .map(|name| folder.join(name)),
    );
    paths.iter().try_for_each(|path| {
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        let is_program = std::fs::metadata(path).map_err(failed)?.permissions().mode() & 0o100 != 0;
        let mode = if is_program { 0o755 } else { 0o644 };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(failed)
    })
}

#[cfg(not(unix))]
fn plain_modes(_folder: &Path) -> Step {
    Ok(())
}
