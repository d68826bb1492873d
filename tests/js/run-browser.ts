// The suite in a page of Chromium: the installed files as they are, no bundler between.

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize, resolve } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

import { given } from './given.js';
import { close, install } from './installed.js';
import { startServers } from './servers.js';
import type { Tally } from './suite.js';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const LIMIT_MS = 120_000;
const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http://127.0.0.1:*";

if (!existsSync(CHROMIUM)) {
  process.stdout.write(`browser: no Chromium at ${CHROMIUM}. apt-get install chromium, or set CHROMIUM to its path\n`);
  process.exit(1);
}
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
const site = createServer((request, response) => {
  const path = normalize(request.url ?? '/');
  const head = (type: string) => response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY });
  if (path === '/') return head('text/html').end('<!doctype html><script type="module" src="/page.js"></script>');
  if (path === '/page.js') return head('text/javascript').end(page);
  if (path === '/suite.js') return head('text/javascript').end(suite.outputFiles[0]?.text);
  const file = join(folder, 'node_modules/ductape-models', path);
  if (!path.startsWith('/dist/') || !existsSync(file)) return response.writeHead(404).end();
  head('text/javascript').end(readFileSync(file));
});
await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
const browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
try {
  const tab = await browser.newPage();
  const problems: string[] = [];
  tab.on('pageerror', (error) => problems.push(String(error)));
  await tab.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  await tab.waitForFunction('globalThis.tally !== undefined', undefined, { timeout: LIMIT_MS });
  const tally = (await tab.evaluate('globalThis.tally')) as Tally;
  close('chromium', { passed: tally.passed, failed: [...tally.failed, ...problems] });
} finally {
  await browser.close();
  site.close();
  remove();
  await servers.stop();
}
