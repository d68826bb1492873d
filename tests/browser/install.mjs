// Brings the browsers before runners that need them start side by side: apt runs once at a time.

import { ensureChromium } from './chromium.mjs';
import { ensureFirefox } from './firefox.mjs';

for (const ensure of [ensureChromium, ensureFirefox]) {
  try {
    ensure();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
