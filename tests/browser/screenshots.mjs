// Takes the pictures of docs/screenshots: `npm run screenshots`. Look at them before you commit them.
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../worker/dev/server.mjs';
import { launchChromium } from './chromium.mjs';
import { answer, ask, moveTo, open, status, storeExample, view } from './page.mjs';

const OUT = resolve(dirname(fileURLToPath(import.meta.url)), '../../docs/screenshots');
const MOST_BYTES = 200_000;
const STEP_LIMIT_MS = 20_000;
const DESKTOP = { width: 1280, height: 820 };
const TALL = { width: 1280, height: 1000 };
const PHONE = { width: 390, height: 844 };

await mkdir(OUT, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), 'ductape-shots-'));
const server = await startServer({ folder });
const browser = await launchChromium();
try {
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce' });
  context.setDefaultTimeout(STEP_LIMIT_MS);
  await shootAll(await context.newPage());
} finally {
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

async function shootAll(page) {
  await open(page, server.url);
  await page.getByRole('button', { name: 'Cheaper in dev, on the mock' }).click();
  await status(page, 'list-status');
  await storeExample(page);
  await top(page);
  await shoot(page, 'models-light');
  await dark(page);
  await shoot(page, 'models-dark');
  await view(page, 'overrides');
  await page.setViewportSize(TALL);
  await shoot(page, 'overrides-dark');
  await light(page);
  await shoot(page, 'overrides-light');
  await page.setViewportSize(DESKTOP);
  await view(page, 'chat');
  await ask(page, 'How is the weather in Lagos?');
  await ask(page, 'Please refund order 1042', () => answer(page, 'Run it'));
  await ask(page, 'Pretend it is a wrong api key');
  await top(page);
  await shoot(page, 'chat-light');
  await view(page, 'agents');
  await page.getByRole('button', { name: 'Define agent' }).click();
  await status(page, 'agent-status');
  await page.locator('#run-start').click();
  await status(page, 'run-status');
  await top(page);
  await shoot(page, 'agents-light');
  await phone(page);
  await moveTo(page, 'sealed');
  await view(page, 'models');
  await storeExample(page);
  await top(page);
  await shoot(page, 'write-only-light');
}

async function phone(page) {
  await page.setViewportSize(PHONE);
  await view(page, 'chat');
  await page.locator('#transcript').evaluate((log) => log.scrollIntoView());
  await shoot(page, 'phone-chat-light');
  await view(page, 'models');
  await dark(page);
  await page.locator('#model-form').evaluate((form) => form.scrollIntoView());
  await shoot(page, 'phone-models-dark');
  await light(page);
  await page.setViewportSize(DESKTOP);
}

function top(page) {
  return page.evaluate(() => scrollTo(0, 0));
}

function dark(page) {
  return page.emulateMedia({ colorScheme: 'dark' });
}

function light(page) {
  return page.emulateMedia({ colorScheme: 'light' });
}

async function shoot(page, name, fullPage = false) {
  const path = join(OUT, `${name}.png`);
  await page.screenshot({ path, fullPage });
  const { size } = await stat(path);
  process.stdout.write(`${name}: ${Math.round(size / 1000)} kB${size > MOST_BYTES ? ', too large' : ''}\n`);
  if (size > MOST_BYTES) process.exitCode = 1;
}
