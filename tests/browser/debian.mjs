// A browser of this machine, or Debian's, since that is the one that apt can bring. Nothing else is fetched at run time.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Where the browser is; it is installed where it is missing and this user may. `variable` names one that lies elsewhere. */
export function found({ title, variable, places, debian }) {
  const find = () => [process.env[variable], ...places].find((place) => place && existsSync(place));
  if (find() === undefined) install(debian);
  const path = find();
  if (path !== undefined) return path;
  throw new Error(`No ${title} here. Install one (${command(debian).join(' ')}) or name it in ${variable}.`);
}

function command(debian) {
  return ['apt-get', 'install', '-y', '--no-install-recommends', debian];
}

/** A fresh machine may know no packages yet. */
function install(debian) {
  const run = ([program, ...args]) => spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status;
  if (run(command(debian)) !== 0 && run(['apt-get', 'update']) === 0) run(command(debian));
}
