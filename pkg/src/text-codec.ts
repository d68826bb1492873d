// What the build puts in place of the globals of these names: themselves, or where a runtime lacks them (Jest with jsdom)
// our own.

import { Utf8Decoder, Utf8Encoder } from './utf8.js';

function globalOr<T>(name: string, own: T): T {
  return (globalThis as unknown as Record<string, T | undefined>)[name] ?? own;
}

const Encoder: typeof Utf8Encoder = /* @__PURE__ */ globalOr('TextEncoder', Utf8Encoder);
const Decoder: typeof Utf8Decoder = /* @__PURE__ */ globalOr('TextDecoder', Utf8Decoder);

export { Decoder as TextDecoder, Encoder as TextEncoder };
