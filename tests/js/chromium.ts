// Debian's Chromium, and a site on loopback that serves it the installed package as it is, no bundler between.

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

/** Where Chromium lies. */
export const CHROMIUM: string = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Ends the runner with one clear line where there is no Chromium. */
export function demandChromium(runner: string): void {
  if (existsSync(CHROMIUM)) return;
  process.stdout.write(`${runner}: no Chromium at ${CHROMIUM}. apt-get install chromium, or set CHROMIUM_PATH\n`);
  process.exit(1);
}

/** Flags of a browser that talks to loopback alone; `host` is one more name for it. */
export function quiet(host?: string): string[] {
  return [
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    `--host-resolver-rules=${host === undefined ? '' : `MAP ${host} 127.0.0.1, `}MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
  ];
}

/** A page with one script, beside the suite and the files of the package that is installed in `folder`. */
export interface Pages {
  folder: string;
  /** The page's script. */
  page: string;
  /** What it imports as `/suite.js`. */
  suite: string | undefined;
  /** The page's content security policy. */
  policy: string;
}

/** Serves them until it is closed. */
export async function serve({ folder, page, suite, policy }: Pages): Promise<{ port: number; close(): void }> {
  const site = createServer((request, response) => {
    const path = normalize(request.url ?? '/');
    const head = (type: string) => response.writeHead(200, { 'content-type': type, 'content-security-policy': policy });
    if (path === '/') return head('text/html').end('<!doctype html><script type="module" src="/page.js"></script>');
    if (path === '/page.js') return head('text/javascript').end(page);
    if (path === '/suite.js') return head('text/javascript').end(suite);
    const file = join(folder, 'node_modules/ductape-models', path);
    if (!path.startsWith('/dist/') || !existsSync(file)) return response.writeHead(404).end();
    head('text/javascript').end(readFileSync(file));
  });
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  return { port: (site.address() as AddressInfo).port, close: () => void site.close() };
}
