// Chromium for the page's tests.

import { chromium } from 'playwright-core';

import { found } from './debian.mjs';

export function launchChromium() {
  return chromium.launch({
    executablePath: ensureChromium(),
    // The browser itself must not look anything up either.
    args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  });
}

/** Where it is, once it is there. */
export function ensureChromium() {
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return found({ title: 'Chromium', variable: 'CHROMIUM_PATH', places, debian: 'chromium' });
}
