// What every measured Worker answers, around one program: one call, or one stream that lies there already.

import { chunked, refuseNetwork, replying, streaming } from './canned.mjs';
import { words } from './conversations.mjs';
import { WIRES } from './wires.mjs';

const TEXT = 'Hello there.';

export function workerOf({ call, stream, wire }) {
  let fetch;
  return {
    async fetch(request) {
      refuseNetwork();
      const { pathname } = new URL(request.url);
      if (pathname === '/call') return new Response(await call(replying(WIRES[wire].answer(TEXT))));
      if (pathname === '/stream') return new Response(String((await stream(fetch)).length));
      fetch = streaming(chunked(WIRES[wire].events(words()), 16384));
      return new Response('prepared');
    },
  };
}
