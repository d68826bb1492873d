// The providers of a run: a mock that speaks all five wires, and before it a door that writes down what comes, fails on
// demand, and answers slowly on demand.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LLMock } from '@copilotkit/aimock';

export const ANSWER = 'Hi there, how can I help?';
export const WEATHER = 'It is clear in Paris.';

/** A request as the provider got it. */
export interface Got {
  path: string;
  headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: bodies of five providers, looked into field by field
  body: any;
}

/** What a provider is to answer in place of the mock. */
export interface Scripted {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** The door. */
export interface Upstream {
  url: string;
  got: Got[];
  /** Answers the next requests with these. */
  script: Scripted[];
  /** Connections on `/endless` that are open. */
  open(): number;
  stop(): Promise<void>;
}

/** Under the names of every provider: 11 in, 7 out. */
const USAGE = { prompt_tokens: 11, input_tokens: 11, completion_tokens: 7, output_tokens: 7 };

const CHUNK = { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: 'first' } }] };

export async function startUpstream(): Promise<Upstream> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1' });
  mock.on({ userMessage: 'weather', hasToolResult: true }, { content: WEATHER });
  mock.onMessage('weather', { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Paris"}' }] });
  mock.onMessage('colour', { content: '{"colour":"blue"}' });
  mock.onMessage(/hello/, { content: ANSWER, usage: USAGE });
  await mock.start();
  const got: Got[] = [];
  const script: Scripted[] = [];
  let open = 0;
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const bytes = await read(request);
    got.push({ path, headers: request.headers, body: JSON.parse(bytes.toString()) });
    const scripted = script.shift();
    if (scripted !== undefined) return answer(response, scripted);
    if (path.startsWith('/endless')) {
      open += 1;
      response.on('close', () => {
        open -= 1;
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      return response.write(`data: ${JSON.stringify(CHUNK)}\n\n`);
    }
    await forward(mock.url + path, bytes, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got,
    script,
    open: () => open,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await mock.stop();
    },
  };
}

function answer(response: ServerResponse, { status, body, headers }: Scripted): void {
  const isText = typeof body === 'string';
  const type = isText ? 'text/event-stream' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(isText ? body : JSON.stringify(body));
}

async function forward(url: string, body: Buffer, response: ServerResponse): Promise<void> {
  const keys = { authorization: 'Bearer x', 'x-api-key': 'x', 'x-goog-api-key': 'x' };
  const headers = { 'content-type': 'application/json', ...keys };
  const answer = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) });
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
  for await (const part of answer.body ?? []) response.write(part);
  response.end();
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
