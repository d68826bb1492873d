// WebKitGTK, which stands in for Safari, through its own driver: WebDriver is JSON over HTTP.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

import type { Tab } from './pages.js';

const DRIVER = '/usr/bin/WebKitWebDriver';
const SCREEN = '/usr/bin/Xvfb';
const DISPLAY = ':97';
const BROWSERS = ['4.1', '6.0'].map((version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`);
const START_MS = 15_000;

/** What is missing for it; nothing where it can run. */
export function missing(): string | undefined {
  return [DRIVER, SCREEN].find((path) => !existsSync(path)) ?? (browser() === undefined ? BROWSERS[0] : undefined);
}

/** Does something with a tab of it, on a screen of its own. */
export async function openWebKit<T>(run: (tab: Tab) => Promise<T>): Promise<T> {
  const port = await freePort();
  const screen = start(SCREEN, [DISPLAY, '-screen', '0', '1280x800x24', '-nolisten', 'tcp']);
  const driver = start(DRIVER, [`--port=${port}`, '--host=127.0.0.1']);
  const ask = asking(`http://127.0.0.1:${port}`);
  let session = '';
  try {
    await ready(ask);
    const options = { binary: browser(), args: ['--automation'] };
    const alwaysMatch = { 'webkitgtk:browserOptions': options };
    session = ((await ask('POST', '/session', { capabilities: { alwaysMatch } })) as { sessionId: string }).sessionId;
    return await run({
      goto: (url) => ask('POST', `/session/${session}/url`, { url }),
      evaluate: (text) => ask('POST', `/session/${session}/execute/sync`, { script: `return ${text}`, args: [] }),
    });
  } finally {
    if (session !== '') await ask('DELETE', `/session/${session}`).catch(() => undefined);
    for (const child of [driver, screen]) child.kill('SIGTERM');
  }
}

type Ask = (method: string, path: string, body?: object) => Promise<unknown>;

function asking(base: string): Ask {
  return async (method, path, body) => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const { value } = (await (await fetch(base + path, init)).json()) as {
      value: { error?: string; message?: string };
    };
    if (value?.error !== undefined) throw new Error(`WebKitWebDriver: ${value.error}: ${value.message}`);
    return value;
  };
}

async function ready(ask: Ask): Promise<void> {
  for (let waited = 0; waited < START_MS; waited += 100) {
    const isReady = await ask('GET', '/status').then(
      () => true,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('WebKitWebDriver did not start');
}

function browser(): string | undefined {
  return BROWSERS.find((path) => existsSync(path));
}

function start(command: string, args: string[]): ChildProcess {
  return spawn(command, args, { stdio: 'ignore', env: { ...process.env, DISPLAY } });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
