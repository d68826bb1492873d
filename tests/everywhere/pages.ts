// The suite on a page and in a module worker of it, in Chromium, Firefox and WebKitGTK: the installed files as they are, no bundler.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

import { CHROMIUM, type Pages, quiet, serve } from '../js/chromium.js';
import type { Tally } from '../js/suite.js';
import { FIREFOX } from './browsers.js';
import { missing, openWebKit } from './webkit.js';

const LIMIT_MS = 240_000;
const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' http://127.0.0.1:*";
/** Firefox looks many names up by itself; nothing of it may leave this machine. */
const OFFLINE = {
  'network.dns.disabled': true,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'app.update.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'toolkit.telemetry.enabled': false,
};

/** A place in a browser where the suite can run. */
export interface PlaceInBrowser {
  name: string;
  run(): Promise<Tally>;
}

/** A tab, whichever browser it is of. */
export interface Tab {
  goto(url: string): Promise<unknown>;
  evaluate(expression: string): Promise<unknown>;
}

interface Puppeteer {
  launch(options: object): Promise<{ newPage(): Promise<Tab>; close(): Promise<void> }>;
}

/** Every place in the browsers that are installed; of the others one line says how to have them. */
export function pages(folder: string, suite: string, data: object): PlaceInBrowser[] {
  const browsers = [
    { name: 'chromium', lacks: existsSync(CHROMIUM) ? undefined : CHROMIUM, open: openChromium },
    { name: 'firefox', lacks: existsSync(FIREFOX) ? undefined : FIREFOX, open: (run: Run) => openFirefox(folder, run) },
    // Its X25519 fails for some keys and not for others, generated ones among them; nothing on our side can mend that.
    { name: 'webkit', lacks: missing(), open: (run: Run) => openWebKit(run), without: 'sealing' },
  ].filter(({ name, lacks }) => {
    if (lacks !== undefined) process.stdout.write(`everywhere: ${name} needs ${lacks}; skipped\n`);
    return lacks === undefined;
  });
  return browsers.flatMap(({ name, open, without }) =>
    PLACES.map((place) => ({
      name: `${name} ${place}${without === undefined ? '' : `, without ${without}`}`,
      run: () => visited({ folder, suite, page: starter(data, place, without), policy: POLICY }, open),
    })),
  );
}

const PLACES = ['page', 'worker'] as const;
type Place = (typeof PLACES)[number];
type Run = (tab: Tab) => Promise<Tally>;

async function visited(pages: Pages, open: (run: Run) => Promise<Tally>): Promise<Tally> {
  const site = await serve(pages);
  try {
    return await open(async (tab) => {
      await tab.goto(`http://127.0.0.1:${site.port}/`);
      return tallyIn(tab);
    });
  } finally {
    site.close();
  }
}

/** Asks until there is one: what a tab evaluates may not take as long as the suite does. */
async function tallyIn(tab: Tab): Promise<Tally> {
  for (let waited = 0; waited < LIMIT_MS; waited += 200) {
    const text = await tab.evaluate('globalThis.told');
    if (typeof text === 'string') return JSON.parse(text);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { passed: 0, failed: ['no tally in time'] };
}

async function openChromium(run: Run): Promise<Tally> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: quiet() });
  try {
    return await run(await browser.newPage());
  } finally {
    await browser.close();
  }
}

async function openFirefox(folder: string, run: Run): Promise<Tally> {
  const puppeteer = createRequire(join(folder, 'package.json'))('puppeteer-core') as Puppeteer;
  const options = { browser: 'firefox', executablePath: FIREFOX, headless: true, extraPrefsFirefox: OFFLINE };
  const browser = await puppeteer.launch(options);
  try {
    return await run(await browser.newPage());
  } finally {
    await browser.close();
  }
}

/** One script for both places: on the page it either runs the suite or starts itself again as a module worker. */
function starter(data: object, place: Place, without = 'nothing'): string {
  return `if (${place === 'worker'} && globalThis.document !== undefined) {
  const worker = new Worker('/page.js', { type: 'module' });
  worker.onmessage = ({ data }) => { globalThis.told = data; };
  worker.onerror = ({ message }) => { globalThis.told = JSON.stringify({ passed: 0, failed: [String(message)] }); };
} else {
  const paths = ['/dist/index.js', '/dist/sealing.js', '/suite.js'];
  const [library, sealing, { everything, runAll }] = await Promise.all(paths.map((path) => import(path)));
  const all = everything(library, sealing, ${JSON.stringify(data)});
  const list = all.filter(({ name }) => !name.startsWith('${without}'));
  const told = JSON.stringify(await runAll(list, 60));
  if (globalThis.document === undefined) postMessage(told);
  else globalThis.told = told;
}`;
}
