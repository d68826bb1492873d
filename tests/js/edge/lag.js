// A location of KV at its worst, between the binding and the simulator: what was read once is read so for ever, also by whoever
// wrote it, until somebody asks to settle. Keys under `limited/` are refused every second write, keys under `down/` always.

const seen = new Map();
const writes = new Map();

export default {
  async fetch(request, env) {
    const { method, headers, url } = request;
    const { pathname } = new URL(url);
    // Read also where it is refused: an answer before the end of a request leaves its sender waiting.
    const body = await request.arrayBuffer();
    if (pathname === '/settle' && method === 'POST') {
      seen.clear();
      return new Response();
    }
    const key = decodeURIComponent(pathname.slice(1));
    if (key.startsWith('down/')) return new Response('the text of an outage', { status: 503 });
    if (method !== 'GET') {
      if (method === 'PUT' && isTooSoon(key)) return new Response('Too Many Requests', { status: 429 });
      return env.KV.fetch(url, { method, headers, body });
    }
    if (!seen.has(url)) {
      const answer = await env.KV.fetch(url, { headers });
      seen.set(url, { bytes: await answer.arrayBuffer(), status: answer.status, headers: answer.headers });
    }
    const { bytes, ...init } = seen.get(url);
    return new Response(bytes, init);
  },
};

function isTooSoon(key) {
  if (!key.startsWith('limited/')) return false;
  writes.set(key, (writes.get(key) ?? 0) + 1);
  return writes.get(key) % 2 === 0;
}
