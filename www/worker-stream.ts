/** The same stream parts from the Worker's `/api/stream`, read as server-sent events. */
import type { StreamPart } from 'ductape-models';

// The Worker's own product and model: its key is not this page's.
const CALL = { product: 'server', model: 'worker-mock' };

export async function* workerStream(env: string, prompt: string, signal: AbortSignal): AsyncGenerator<StreamPart> {
  const answer = await fetch('/api/stream', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...CALL, env, prompt }),
    signal,
  });
  if (!answer.ok || answer.body === null) throw await refusalOf(answer);
  let rest = '';
  for await (const text of textOf(answer.body)) {
    const events = (rest + text).split('\n\n');
    rest = events.pop() ?? '';
    yield* events.map(partOf).filter((part) => part !== null);
  }
}

function partOf(event: string): StreamPart | null {
  const data = event
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trimStart())
    .join('\n');
  return data === '' || data === '[DONE]' ? null : (JSON.parse(data) as StreamPart);
}

async function* textOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function refusalOf(answer: Response): Promise<unknown> {
  const body = (await answer.json().catch(() => null)) as { error?: unknown } | null;
  return body?.error ?? new Error(`The Worker answered ${answer.status}.`);
}
