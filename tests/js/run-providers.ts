// Every provider against the mock, on this Node, with the packed tarball.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LLMock } from '@copilotkit/aimock';

import { close, install } from './installed.js';
import { cases, ERRANDS, type Gate, LONG, PROMPTS } from './providers.js';
import { type Library, runAll } from './suite.js';

const mock = new LLMock({ port: 0, host: '127.0.0.1' });
mock.on({ userMessage: PROMPTS.tool, hasToolResult: true }, { content: 'It is clear in Paris.' });
mock.onMessage(PROMPTS.tool, { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Paris"}' }] });
mock.on({ userMessage: PROMPTS.errand, hasToolResult: true }, { content: 'All done.' });
mock.onMessage(PROMPTS.errand, { toolCalls: ERRANDS.map((name) => ({ name, arguments: '{"city":"Paris"}' })) });
mock.onMessage(PROMPTS.json, { content: '{"colour":"blue"}' });
mock.onMessage(PROMPTS.long, { content: LONG });
mock.onMessage(/hello|Hi/, { content: 'Hi there, how can I help?' });
await mock.start();
const { gate, stop } = await startProxy(mock.url);
const { folder, remove } = install();
try {
  const entry = pathToFileURL(join(folder, 'node_modules/ductape-models/dist/index.js')).href;
  close('providers', await runAll(cases((await import(entry)) as Library, gate)));
} finally {
  remove();
  await stop();
  await mock.stop();
}

/** Stands before the mock: records what is sent, fails on demand, cuts connections on demand. */
async function startProxy(inner: string): Promise<{ gate: Gate; stop(): Promise<void> }> {
  let last: ReturnType<Gate['last']> = { path: '', headers: {}, body: {} };
  const failures: Parameters<Gate['fail']>[0][] = [];
  let cut: number | undefined;
  let size = 0;
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const bytes = await read(request);
    const path = (request.url ?? '').split('?')[0] ?? '';
    last = { path, headers: request.headers, body: JSON.parse(bytes.toString()) };
    const failure = failures.shift();
    if (failure !== undefined) {
      const { status, body, headers } = failure;
      return response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    }
    let left = cut ?? Number.POSITIVE_INFINITY;
    cut = undefined;
    size = 0;
    const headers = {
      'content-type': 'application/json',
      authorization: 'Bearer x',
      'x-api-key': 'x',
      'x-goog-api-key': 'x',
    };
    const answer = await fetch(inner + request.url, { method: 'POST', headers, body: new Uint8Array(bytes) });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
    for await (const part of answer.body ?? []) {
      response.write(part.subarray(0, left));
      size += part.length;
      left -= part.length;
      if (left <= 0) return setTimeout(() => response.destroy(), 20);
    }
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gate: Gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    last: () => last,
    size: () => size,
    calm: () => {
      failures.length = 0;
      cut = undefined;
    },
    fail: (...next) => failures.push(...next),
    cutAfter: (count) => {
      cut = count;
    },
  };
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { gate, stop };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
