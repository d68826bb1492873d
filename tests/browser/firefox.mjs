// Firefox for the page's tests, over WebDriver BiDi.

import { firefox } from 'playwright-core';

import { found } from './debian.mjs';

export function launchFirefox() {
  return firefox.launch({
    executablePath: ensureFirefox(),
    // Not Playwright's own build: a Firefox as it is distributed.
    channel: 'moz-firefox',
    // The browser itself must not look anything up either.
    firefoxUserPrefs: { 'network.dns.localDomains': '*', 'network.dns.disabled': true },
  });
}

/** Where it is, once it is there. */
export function ensureFirefox() {
  const places = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];
  return found({ title: 'Firefox', variable: 'FIREFOX_PATH', places, debian: 'firefox-esr' });
}
