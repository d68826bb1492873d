// A provider that does what its address says: answers, takes too long, or breaks off in the middle of a stream.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const ANSWER = 'answer-canary-5b1e';

/** A started provider. */
export interface Upstream {
  /** The base URL of a model that meets this behaviour. */
  base(behaviour: 'ok' | 'slow' | 'cut' | 'endless'): string;
  /** What was asked: the model's id and the key. */
  asked: { model: string; key: string }[];
  /** Streams that are open. */
  open(): number;
  stop(): Promise<void>;
}

const delta = (content: string) => ({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content } }] });
const END = { id: 'c', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };

export async function startUpstream(): Promise<Upstream> {
  const asked: Upstream['asked'] = [];
  let open = 0;
  const server = createServer(async (request, response) => {
    const { model, stream } = JSON.parse(await read(request));
    asked.push({ model, key: String(request.headers.authorization).replace('Bearer ', '') });
    open += 1;
    response.on('close', () => {
      open -= 1;
    });
    const behaviour = request.url?.split('/')[1];
    if (behaviour === 'slow') return;
    if (!stream) return whole(response);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    tell(response, delta('answer-'));
    if (behaviour === 'endless') return goOn(response);
    if (behaviour === 'cut') return void setTimeout(() => response.destroy(), 50);
    tell(response, delta('canary-5b1e'));
    tell(response, END);
    response.end('data: [DONE]\n\n');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    base: (behaviour) => `http://127.0.0.1:${port}/${behaviour}/v1`,
    asked,
    open: () => open,
    stop() {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

/** A word every 50 ms, until the connection is gone. */
function goOn(response: ServerResponse): void {
  const timer = setInterval(() => tell(response, delta('and ')), 50);
  response.on('close', () => clearInterval(timer));
}

function whole(response: ServerResponse): void {
  const choices = [{ index: 0, message: { role: 'assistant', content: ANSWER }, finish_reason: 'stop' }];
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ id: 'c', model: 'm', choices, usage: { prompt_tokens: 3, completion_tokens: 5 } }));
}

function tell(response: ServerResponse, event: object): void {
  response.write(`data: ${JSON.stringify(event)}\n\n`);
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
