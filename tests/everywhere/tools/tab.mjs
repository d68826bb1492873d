// What a page says of itself in `globalThis.told`, in Chromium.
import puppeteer from 'puppeteer-core';

const ARGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

export async function toldAt(url) {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await puppeteer.launch({ executablePath, args: ARGS });
  try {
    const page = await browser.newPage();
    const said = [];
    page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    await page.goto(url);
    // A development server may load the page once more when it has prepared what the page imports.
    const told = await page.waitForFunction('globalThis.told', { timeout: 60_000 });
    const tally = JSON.parse(await told.jsonValue());
    return { ...tally, failed: [...tally.failed, ...said] };
  } finally {
    await browser.close();
  }
}
