// The browsers that apt can bring. Where it cannot, what needs one is skipped, in words.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

import { CHROMIUM } from '../js/chromium.js';

/** Where Firefox lies. */
export const FIREFOX: string = process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr';

/** Installs those that are missing, where this user may. */
export function bringBrowsers(): void {
  spawnSync(process.execPath, ['tests/browser/install.mjs'], { stdio: 'inherit' });
}

/** What can run here: without Chromium, nothing that opens a page in it. */
export function withChromium<T extends { name: string; isPage?: boolean }>(all: T[]): T[] {
  if (existsSync(CHROMIUM)) return all;
  for (const { name } of all.filter(({ isPage }) => isPage)) {
    process.stdout.write(`everywhere: ${name} needs ${CHROMIUM}; skipped\n`);
  }
  return all.filter(({ isPage }) => !isPage);
}
