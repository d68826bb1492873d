// Chromium for the page's tests: Debian's, since it is the one that apt can bring. Nothing is fetched at run time.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const PLACES = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const INSTALL = ['apt-get', 'install', '-y', '--no-install-recommends', 'chromium'];

export function launchChromium() {
  return chromium.launch({
    executablePath: ensureChromium(),
    // The browser itself must not look anything up either.
    args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  });
}

function ensureChromium() {
  const found = find();
  if (found !== undefined) return found;
  const done = spawnSync(INSTALL[0], INSTALL.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] });
  const installed = find();
  if (done.status === 0 && installed !== undefined) return installed;
  throw new Error(`No Chromium here. Install one (${INSTALL.join(' ')}) or name it in CHROMIUM_PATH.`);
}

function find() {
  return PLACES.find((place) => place !== undefined && place !== '' && existsSync(place));
}
