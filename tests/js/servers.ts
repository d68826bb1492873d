// The loopback servers of a run: a mock provider, and one that misbehaves on purpose.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LLMock } from '@copilotkit/aimock';

import type { Servers } from './suite.js';

/** Started servers, and how to stop them. */
export interface Started extends Servers {
  stop(): Promise<void>;
}

const CHUNK = { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: 'first' } }] };
const END = { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };

/** Starts both servers on free loopback ports. */
export async function startServers(): Promise<Started> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1' });
  mock.onMessage('hello', { content: 'Hi there, how can I help?' });
  mock.onMessage('Where is my order?', { content: 'Hi there, how can I help?' });
  await mock.start();
  const inner = mock.url;
  let open = 0;
  let hits = 0;
  let caught = 0;
  const other = createServer((_request, response) => {
    caught += 1;
    response.end();
  });
  const elsewhere = await listen(other);
  const server = createServer((request, response) => {
    allowPages(request, response);
    const path = request.url ?? '';
    if (request.method === 'OPTIONS') return response.writeHead(204).end();
    if (path === '/hits') return response.end(String(hits));
    if (path === '/open') return response.end(String(open));
    if (path === '/caught') return response.end(String(caught));
    const redirect = /^\/redirect\/(\d+)(?:\/(\w+))?/.exec(path);
    if (redirect) {
      const where = redirect[2] === 'elsewhere' ? elsewhere : redirect[2] === 'nowhere' ? 'http://other.invalid' : odd;
      return response.writeHead(Number(redirect[1]), { location: `${where}/redirected?secret-path` }).end();
    }
    if (path.startsWith('/redirected')) caught += 1;
    if (path.startsWith('/mock/')) return forward(inner, path.slice('/mock'.length), request, response);
    hits += 1;
    if (!path.startsWith('/endless') && !path.startsWith('/lingering')) return response.writeHead(404).end();
    open += 1;
    response.on('close', () => {
      open -= 1;
    });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify(CHUNK)}\n\n`);
    if (path.startsWith('/lingering')) response.write(`data: ${JSON.stringify(END)}\n\n`);
  });
  const odd = await listen(server);
  return {
    mock: `${odd}/mock/v1`,
    odd,
    async stop() {
      for (const each of [server, other]) {
        each.closeAllConnections();
        await new Promise((resolve) => each.close(resolve));
      }
      await mock.stop();
    },
  };
}

async function listen(server: Server): Promise<string> {
  // A client may use an idle connection at the moment when its server gives it up; `stop` ends them all.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Pages are of another origin than this server. */
function allowPages(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
  response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '*');
  response.setHeader('access-control-allow-methods', 'GET, POST');
}

async function forward(base: string, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const headers = { 'content-type': 'application/json', authorization: request.headers.authorization ?? '' };
  const answer = await fetch(base + path, { method: 'POST', headers, body: Buffer.concat(parts) });
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
  for await (const part of answer.body ?? []) response.write(part);
  response.end();
}
