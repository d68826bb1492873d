// The page in Chromium and Firefox, against the server that `npm start` starts, with a store of its own in a temporary
// folder, and on a plain static server. Closing lines: `chromium-page: N passed, 0 failed`, `firefox-page: …`.
// PAGE_ONLY=chromium or firefox runs one of them.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../worker/dev/server.mjs';
import { access, WIDTHS } from './access.mjs';
import { agents } from './agents.mjs';
import { border } from './border.mjs';
import { chat } from './chat.mjs';
import { launchChromium } from './chromium.mjs';
import { core } from './core.mjs';
import { launchFirefox } from './firefox.mjs';
import { lab } from './lab.mjs';
import { models } from './models.mjs';
import { direct, places } from './places.mjs';
import { Report } from './report.mjs';
import { staticSite } from './static.mjs';
import { watch } from './witness.mjs';

const PAGE_FOLDER = resolve(dirname(fileURLToPath(import.meta.url)), '../../www/dist');
const STEP_LIMIT_MS = 20_000;
const only = process.env.PAGE_ONLY ?? '';

const folder = await mkdtemp(join(tmpdir(), 'ductape-page-'));
let server = await startServer({ folder });
const chromium = new Report('chromium-page');
const firefox = new Report('firefox-page');
try {
  // Both wait for a streaming mock most of the time.
  const done = await Promise.allSettled([
    only !== 'firefox' && inChromium(chromium),
    only !== 'chromium' && inFirefox(firefox),
  ]);
  for (const { reason } of done.filter(({ status }) => status === 'rejected')) throw reason;
  if (only !== 'firefox') await chromium.check('a restart of the server keeps what was stored', restartCheck);
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
const ran = [...(only !== 'firefox' ? [chromium] : []), ...(only !== 'chromium' ? [firefox] : [])];
process.exitCode = ran.map((report) => report.close()).every(Boolean) ? 0 : 1;

async function inChromium(report) {
  const browser = await launchChromium();
  try {
    await chromiumChecks(report, browser);
    await direct({ report, browser, url: server.url });
    await staticSite({ report, browser, folder: PAGE_FOLDER });
    await border({ report, url: server.url, folder });
  } finally {
    await browser.close();
  }
}

async function chromiumChecks(report, browser) {
  const { url } = server;
  const context = await browser.newContext({ viewport: WIDTHS.desktop });
  context.setDefaultTimeout(STEP_LIMIT_MS);
  const seen = await watch(context, url);
  const page = await context.newPage();
  const given = { report, page, seen, url };
  for (const part of [core, chat, models, lab, agents, places, access]) await part(given);
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

async function inFirefox(report) {
  const browser = await launchFirefox();
  try {
    const page = await browser.newPage({ viewport: WIDTHS.desktop });
    page.setDefaultTimeout(STEP_LIMIT_MS);
    await core({ report, page, url: server.url });
    await agents({ report, page });
  } finally {
    await browser.close();
  }
}

async function restartCheck() {
  const read = async () =>
    (await fetch(`${server.url}/api/storage/${encodeURIComponent('lm1/demo/support-bot')}`)).text();
  const before = await read();
  assert.match(before, /lm1\.p\./);
  await server.stop();
  server = await startServer({ folder });
  assert.equal(await read(), before);
}
