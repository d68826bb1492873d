import { resolve } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { CHROMIUM, demandChromium, quiet, serve } from './chromium.js';
import { given } from './given.js';
import { close, install } from './installed.js';
import { startServers } from './servers.js';
import type { Tally } from './suite.js';

const LIMIT_MS = 120_000;
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http://127.0.0.1:*";

demandChromium('browser');
const servers = await startServers();
const { folder, remove } = install();
const suite = await build({
  stdin: {
    contents: `export { everything } from './everything.ts';
      export { runAll } from './suite.ts';`,
    resolveDir: resolve('tests/js'),
  },
  bundle: true,
  format: 'esm',
  write: false,
  logLevel: 'warning',
});
const page = `import * as library from '/dist/index.js';
import * as sealing from '/dist/sealing.js';
import { everything, runAll } from '/suite.js';
globalThis.tally = runAll(everything(library, sealing, ${JSON.stringify(given('browser', servers))}));`;
const site = await serve({ folder, page, suite: suite.outputFiles[0]?.text, policy: POLICY });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: quiet() });
try {
  const tab = await browser.newPage();
  const problems: string[] = [];
  tab.on('pageerror', (error) => problems.push(String(error)));
  await tab.goto(`http://127.0.0.1:${site.port}/`);
  await tab.waitForFunction('globalThis.tally !== undefined', undefined, { timeout: LIMIT_MS });
  const tally = (await tab.evaluate('globalThis.tally')) as Tally;
  close('chromium', { passed: tally.passed, failed: [...tally.failed, ...problems] });
} finally {
  await browser.close();
  site.close();
  remove();
  await servers.stop();
}
