// A plain static file server under a path, as any host would be: no headers of its own, no routes, 404 for the rest.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = { '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' };

/** Serves `folder` under `/some/where/`; returns `{url, stop}`. */
export async function servePlainly(folder) {
  const base = '/some/where/';
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://127.0.0.1');
    const path = pathname === base ? `${base}index.html` : pathname;
    const file = path.startsWith(base) ? join(folder, normalize(`/${path.slice(base.length)}`)) : '';
    const found = file === '' || request.method !== 'GET' ? null : await readFile(file).catch(() => null);
    response.writeHead(found === null ? 404 : 200, { 'content-type': TYPES[extname(file)] ?? 'text/plain' });
    response.end(found ?? 'Not found');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}${base}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
