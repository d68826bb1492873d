// The client that one writes by hand for one provider: fetch, JSON, and for streams a decoder, lines and JSON.parse. The
// limit that everyone else is measured by.

import { growing } from './hand-json.mjs';
import { KEY } from './wires.mjs';

/** One answer's text. */
export function handCall(wire, fetch, request, keyOf = () => KEY) {
  const { url, headers, body, read } = wire.hand;
  return async () => {
    const key = await keyOf();
    const init = { method: 'POST', headers: headers(key), body: JSON.stringify(body(request, false)) };
    const response = await fetch(url(false), init);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return read(await response.json()).text;
  };
}

/** A stream's text. */
export function handStream(wire, fetch, request) {
  return streamed(wire, fetch, request, wire.hand.delta);
}

/** The arguments of the tool call that a stream brings, as they arrive. */
export function handFragments(wire, fetch, request) {
  const read = streamed(wire, fetch, request, wire.hand.fragment);
  return async () => JSON.parse(await read());
}

/** The object that a stream brings, read as it arrives. */
export function handObjects(wire, fetch, request) {
  return async () => {
    const feed = growing();
    let value;
    const read = (event) => {
      value = feed(wire.hand.delta(event));
      return '';
    };
    await streamed(wire, fetch, request, read)();
    return value;
  };
}

/** The text that `delta` finds in the events of a stream. */
function streamed(wire, fetch, request, delta) {
  const { url, headers, body } = wire.hand;
  return async () => {
    const init = { method: 'POST', headers: headers(KEY), body: JSON.stringify(body(request, true)) };
    const response = await fetch(url(true), init);
    if (!response.ok) throw new Error(`status ${response.status}`);
    const decoder = new TextDecoder();
    let rest = '';
    let text = '';
    for await (const chunk of response.body) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        if (!line.startsWith('data: ')) continue;
        const data = line.slice(6);
        if (data !== '[DONE]') text += delta(JSON.parse(data));
      }
    }
    return text;
  };
}

/** Keeps a key as one would by hand: AES-GCM of WebCrypto, the product key imported once. */
export async function sealedByHand() {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = new TextEncoder().encode('shop/bench/prd');
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData },
    key,
    new TextEncoder().encode(KEY),
  );
  const decoder = new TextDecoder();
  return async () => decoder.decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, sealed));
}
