//! Makes sure that the pinned JavaScript tools are installed.

use std::path::Path;

use crate::Step;
use crate::run;
use crate::stamp;

/// Installs what the lock file says where `node_modules` is missing or older. No package's own script runs, and the lock
/// file is not changed. Not `npm ci`: it refuses a lock file that lacks other platforms' binaries, which a registry
/// mirror may not carry.
pub(crate) fn ensure(root: &Path) -> Step {
    let inputs = [root.join("package-lock.json")];
    let outputs = [root.join("node_modules/.package-lock.json")];
    stamp::unless_fresh(root, "npm", "", &inputs, &outputs, || {
        run::say("installing the pinned JavaScript tools");
        let arguments =
            ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        run::run(root, "npm", &arguments, "Install Node.js 20.19 or later: https://nodejs.org")
    })
}
