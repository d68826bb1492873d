// Canned answers: the `fetch` that every contestant is given.

const encoder = new TextEncoder();

/** Whoever passes over the `fetch` it was given is told, and reaches nobody. */
export function refuseNetwork() {
  globalThis.fetch = async (url) => {
    throw new Error(`a contestant would have asked ${url}`);
  };
}

/** Answers with the same JSON text every time. */
export function replying(text) {
  const headers = { 'content-type': 'application/json' };
  return async () => new Response(text, { headers });
}

/** Answers with the same chunks every time. */
export function streaming(chunks) {
  const headers = { 'content-type': 'text/event-stream' };
  return async () => new Response(new ReadableStream(source(chunks)), { headers });
}

/** All there at once: what is measured is reading, not waiting. */
function source(chunks) {
  return {
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  };
}

/** The ways in which a stream arrives. */
export const CHUNKINGS = {
  'network chunks': 16384,
  'one event per chunk': 0,
  'chunks of 7 bytes': 7,
};

/** The events' bytes in chunks of `size`; one event a chunk for 0. */
export function chunked(events, size) {
  if (size === 0) return events.map((event) => encoder.encode(event));
  const all = encoder.encode(events.join(''));
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
