// What goes wrong with the module itself, each in a process of its own on the installed package: no WebAssembly, no module
// yet, a trap, and two copies of the package at once. Written for Node 20 to run as it is.

/** A program that says `ok` or what is wrong. */
export interface Fault {
  name: string;
  /** Flags of Node. */
  flags?: string[];
  program: string;
}

const ANSWER = `new Response(JSON.stringify({ id: 'a', model: 'm', choices: [{ index: 0, message: { role: 'assistant',
  content: 'Hello' }, finish_reason: 'stop' }], usage: { prompt_tokens: 1, completion_tokens: 1 } }))`;
const MODEL = `{ tag: 'a', name: 'A', provider: 'custom', model: 'm',
  envs: [{ slug: 'dev', baseUrl: 'https://llm.example', apiKey: 'sk-canary-0123456789' }] }`;
const TOOLS = `import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const settled = (promise) => promise.then((value) => ({ value }), (error) => ({ error }));`;

/** Reads one number of a module, 7 bits a byte. */
const LEB = `const leb = (bytes, at) => {
  for (let value = 0, shift = 0; ; shift += 7, at += 1) {
    value |= (bytes[at] & 127) << shift;
    if (bytes[at] < 128) return [value, at + 1];
  }
};`;

/** The published module with a memory that grows by eight pages at most: what wants more traps where it is. */
const SMALL = `${LEB}
function small(bytes) {
  for (let at = 8; at < bytes.length; ) {
    const [length, start] = leb(bytes, at + 1);
    if (bytes[at] !== 5) { at = start + length; continue; }
    const [pages] = leb(bytes, start + 2);
    const number = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...number(value >>> 7)]);
    const limits = [1, 1, ...number(pages), ...number(pages + 8)];
    const section = [5, ...number(limits.length), ...limits];
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(section), bytes.subarray(start + length)]);
  }
  throw new Error('the module has no memory');
}`;

/** Each must say \`ok\`. */
export const FAULTS: readonly Fault[] = [
  {
    // As in hardened browsers.
    name: 'r67 without WebAssembly a call says so',
    flags: ['--jitless'],
    program: `import Ductape from 'ductape-models';
const { error } = await settled(new Ductape().model.fetchAll({ product: 'p' }));
assert.equal(error.code, 'wasm_unavailable');`,
  },
  {
    name: 'r67 slim without a module says what to call, and works after that',
    program: `import Ductape, { initSync } from 'ductape-models/slim';
const ductape = new Ductape({ product: 'shop' });
const early = await settled(ductape.model.fetchAll());
assert.equal(early.error.code, 'wasm_unavailable');
assert.match(early.error.message, /init\\(source\\) or initSync\\(source\\)/);
assert.throws(() => Ductape.generateKey(), { code: 'wasm_unavailable' });
initSync(readFileSync(createRequire(import.meta.url).resolve('ductape-models/core.wasm')));
assert.deepEqual(await ductape.model.fetchAll(), []);`,
  },
  {
    name: 'r67 what is no module is refused and does not stay',
    program: `import Ductape, { init, initSync } from 'ductape-models/slim';
assert.throws(() => initSync(new Uint8Array([1, 2, 3])), { code: 'wasm_unavailable' });
const { error } = await settled(init(Promise.resolve(new Uint8Array([1, 2, 3]))));
assert.equal(error.code, 'wasm_unavailable');
await init(readFileSync(createRequire(import.meta.url).resolve('ductape-models/core.wasm')));
assert.deepEqual(await new Ductape({ product: 'shop' }).model.fetchAll(), []);`,
  },
  {
    name: 'r67 a trap fails what was under way, and the next call starts afresh',
    program: `import Ductape, { initSync } from 'ductape-models/slim';
${SMALL}
initSync(small(readFileSync(createRequire(import.meta.url).resolve('ductape-models/core.wasm'))));
let answer;
let asked = 0;
const fetch = () => (++asked === 1 ? new Promise((done) => { answer = done; }) : Promise.resolve(${ANSWER}));
const ductape = new Ductape({ product: 'shop', env: 'dev', fetch });
await ductape.model.create(${MODEL});
const waiting = settled(ductape.generate({ model: 'a', prompt: 'first' }));
while (answer === undefined) await new Promise((done) => setTimeout(done, 1));
const trapped = await settled(ductape.generate({ model: 'a', prompt: 'x'.repeat(8 * 2 ** 20) }));
assert.equal(trapped.error?.code, 'internal');
assert.equal(trapped.error.retryable, false);
assert.ok(trapped.error.cause instanceof WebAssembly.RuntimeError, String(trapped.error.cause));
assert.equal((await waiting).error?.code, 'internal');
answer(${ANSWER});
assert.equal((await ductape.generate({ model: 'a', prompt: 'next' })).text, 'Hello');
assert.equal(await ductape.stream({ model: 'a', prompt: 'next' }).result.then(({ text }) => text), 'Hello');
for (const { message, stack, details } of [trapped.error, (await waiting).error])
  assert.ok(!JSON.stringify([message, stack, details]).includes('canary'));`,
  },
  {
    name: 'r66 import and require give one class where Node can, and errors that both know',
    program: `import Ductape, { DuctapeError } from 'ductape-models';
const required = createRequire(import.meta.url)('ductape-models');
const { error } = await settled(new required.Ductape().model.fetch({ tag: 'a' }));
assert.equal(error.code, 'invalid_input');
assert.ok(DuctapeError.is(error) && required.DuctapeError.is(error));
if (process.features.require_module) assert.equal(required.Ductape, Ductape);`,
  },
  {
    name: 'r66 two copies in one process read what the other stored and know its errors',
    program: `const at = (copy) => import(new URL('./node_modules/' + copy + '/dist/index.js', import.meta.url).href);
const [one, two] = [await at('ductape-models'), await at('second-copy')];
assert.notEqual(one.Ductape, two.Ductape);
const { memoryStorage } = await import('ductape-models/storage/memory');
const given = { product: 'shop', env: 'dev', storage: memoryStorage(), privateKey: one.Ductape.generateKey(),
  fetch: async () => ${ANSWER} };
const [a, b] = [new one.Ductape(given), new two.Ductape(given)];
await a.model.create(${MODEL});
assert.equal((await b.generate({ model: 'a', prompt: 'Hello' })).text, 'Hello');
await b.model.update({ tag: 'a', name: 'B' });
assert.equal((await a.model.fetch({ tag: 'a' })).name, 'B');
const { error } = await settled(b.model.fetch({ tag: 'none' }));
assert.ok(one.DuctapeError.is(error, 'model_not_found') && !(error instanceof one.DuctapeError));
await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 ? a : b).model.update({ tag: 'a', temperature: at / 20 })));
assert.equal((await a.model.fetch({ tag: 'a' })).rev, 22);`,
  },
];

/** The program as a module. */
export function source({ program }: Fault): string {
  return `${TOOLS}\n${program}\nconsole.log('ok');\n`;
}
