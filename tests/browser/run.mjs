// The demo page in Chromium, against the server that `npm start` starts, with a store of its own in a temporary folder.
// Closing line: `chromium-page: N passed, 0 failed`.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../worker/dev/server.mjs';
import { access, WIDTHS } from './access.mjs';
import { border } from './border.mjs';
import { launchChromium } from './chromium.mjs';
import { flow } from './flow.mjs';
import { Report } from './report.mjs';
import { watch } from './witness.mjs';

const SCREENSHOTS = resolve(dirname(fileURLToPath(import.meta.url)), '../out');
const STEP_LIMIT_MS = 20_000;

const report = new Report();
const folder = await mkdtemp(join(tmpdir(), 'ductape-page-'));
await mkdir(SCREENSHOTS, { recursive: true });
let server = await startServer({ folder });
const browser = await launchChromium().catch(async (error) => {
  await server.stop();
  throw error;
});

try {
  await pageChecks();
  await border({ report, url: server.url, folder });
  await report.check('a restart of the server keeps what was stored', restartCheck);
} finally {
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = report.close('chromium-page') ? 0 : 1;

async function pageChecks() {
  const { url } = server;
  const context = await browser.newContext({ viewport: WIDTHS.desktop });
  context.setDefaultTimeout(STEP_LIMIT_MS);
  const seen = await watch(context, url);
  const page = await context.newPage();
  await flow({ report, page, seen, url });
  await access({ report, page, url, screenshots: SCREENSHOTS });
  for (const [what, found] of [
    ['console error', seen.consoleErrors],
    ['violation of the policy', seen.violations],
    ['request to another origin', seen.foreign],
  ]) {
    await report.check(`no ${what}`, () => assert.deepEqual(found, []));
  }
  await report.check('the policy refuses a connection to another origin', async () => {
    const reached = await page.evaluate(
      (address) =>
        fetch(address, { mode: 'no-cors' }).then(
          () => true,
          () => false,
        ),
      server.mock.url,
    );
    assert.equal(reached, false);
    await page.waitForFunction(() => globalThis.lastViolation !== undefined);
    assert.match(await page.evaluate(() => globalThis.lastViolation), /^connect-src /);
  });
  await context.close();
}

async function restartCheck() {
  const read = async () =>
    (await fetch(`${server.url}/api/storage/${encodeURIComponent('lm1/demo/support-bot')}`)).text();
  const before = await read();
  assert.match(before, /lm1\.k\./);
  await server.stop();
  server = await startServer({ folder });
  assert.equal(await read(), before);
}
