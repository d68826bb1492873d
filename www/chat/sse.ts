/** Server-sent events as the texts of their data. */

/** Yields the data of each event; the closing `[DONE]` is left out. */
export async function* eventData(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = '';
  for await (const text of textOf(body)) {
    const events = (rest + text.replaceAll('\r', '')).split('\n\n');
    rest = events.pop() ?? '';
    yield* events.map(dataOf).filter((data) => data !== '' && data !== '[DONE]');
  }
}

function dataOf(event: string): string {
  return event
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trimStart())
    .join('\n');
}

async function* textOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
