// Firefox for the page's tests: Debian's, over WebDriver BiDi. Nothing is fetched at run time but by apt.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { firefox } from 'playwright-core';

const PLACES = [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'];
const INSTALL = ['apt-get', 'install', '-y', '--no-install-recommends', 'firefox-esr'];

export function launchFirefox() {
  return firefox.launch({
    executablePath: ensureFirefox(),
    // Not Playwright's own build: a Firefox as it is distributed.
    channel: 'moz-firefox',
    // The browser itself must not look anything up either.
    firefoxUserPrefs: { 'network.dns.localDomains': '*', 'network.dns.disabled': true },
  });
}

function ensureFirefox() {
  const found = find();
  if (found !== undefined) return found;
  const done = spawnSync(INSTALL[0], INSTALL.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] });
  const installed = find();
  if (done.status === 0 && installed !== undefined) return installed;
  throw new Error(`No Firefox here. Install one (${INSTALL.join(' ')}) or name it in FIREFOX_PATH.`);
}

function find() {
  return PLACES.find((place) => place !== undefined && place !== '' && existsSync(place));
}
