//! Makes sure that the pinned JavaScript tools are installed.

use std::path::Path;

use crate::Step;
use crate::run;
use crate::stamp;

/// Runs `npm ci` where `node_modules` is missing or older than the lock file. No package's own script runs.
pub(crate) fn ensure(root: &Path) -> Step {
    let inputs = [root.join("package-lock.json")];
    let outputs = [root.join("node_modules/.package-lock.json")];
    stamp::unless_fresh(root, "npm", "", &inputs, &outputs, || {
        run::say("installing the pinned JavaScript tools");
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        run::run(root, "npm", &arguments, "Install Node.js 20.19 or later: https://nodejs.org")
    })
}
