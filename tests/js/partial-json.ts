// JSON in pieces against JSON.parse, on random documents, cut everywhere.

import { PartialJson } from '../../pkg/src/partial-json.js';
import { numbers } from './draw.js';
import { type Case, equal } from './suite.js';

const DOCUMENTS = 400;
const TEXTS = ['', 'a', 'é\u{1f600}', '"\\/\b\f\n\r\t', '\u0000\u2028', '__proto__', 'toString', 'x'.repeat(40)];
const NUMBERS = [0, -0, 7, -1.5, 1e21, 5e-324, 1234567890];
const BROKEN = [
  '}',
  ',',
  ']',
  '{]',
  '[}',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{a:1}',
  '[1,]',
  '[,1]',
  '[1 2]',
  '{"a":1 "b":2}',
  '01',
  '1.',
  '.5',
  '+1',
  '--1',
  '1e',
  'NaN',
  'nul',
  'nulll',
  'True',
  '"\\x"',
  '"\\u12g4"',
  '"a\nb"',
  '"\u0001"',
  "'a'",
  '{} {}',
  '[] 1',
  'null,',
  '\uFEFF1',
];

/** Every case; it draws the same numbers each time. */
export function cases(): Case[] {
  const draw = numbers(11);
  const document = documents(draw);
  return [
    {
      name: 'documents come to what JSON.parse makes of them, whatever their cut',
      async run() {
        for (let round = 0; round < DOCUMENTS; round += 1) {
          const text = spelled(JSON.stringify(document(4)), draw);
          const whole = JSON.parse(text) as unknown;
          for (const size of [1, 2, 3, 7, text.length]) equal(same(read(text, size)), same(whole));
        }
      },
    },
    {
      name: 'every beginning shows the same, whatever its cut',
      async run() {
        for (let round = 0; round < DOCUMENTS / 10; round += 1) {
          const text = spelled(JSON.stringify(document(3)), draw);
          const slow = new PartialJson();
          for (let end = 1; end <= text.length; end += 1) {
            slow.feed(text.charAt(end - 1));
            const fast = new PartialJson();
            const cut = draw(end + 1);
            fast.feed(text.slice(0, cut));
            fast.feed(text.slice(cut, end));
            equal(same(fast.value), same(slow.value));
          }
        }
      },
    },
    {
      name: 'a change is told when something shows, and only then',
      async run() {
        const json = new PartialJson();
        const steps: [string, boolean, unknown][] = [
          [' ', false, undefined],
          ['{', true, {}],
          ['"a', false, {}],
          ['":', false, {}],
          ['"', true, { a: '' }],
          ['b\\', true, { a: 'b' }],
          ['u00', false, { a: 'b' }],
          ['e9', true, { a: 'b\u00e9' }],
          ['\\ud83d', false, { a: 'b\u00e9' }],
          ['\\ude0', false, { a: 'b\u00e9' }],
          ['0', true, { a: 'b\u00e9\u{1f600}' }],
          ['",', false, { a: 'b\u00e9\u{1f600}' }],
          ['"n":12', false, { a: 'b\u00e9\u{1f600}' }],
          ['.5', false, { a: 'b\u00e9\u{1f600}' }],
          [',', true, { a: 'b\u00e9\u{1f600}', n: 12.5 }],
          ['"l":[tru', true, { a: 'b\u00e9\u{1f600}', n: 12.5, l: [] }],
          ['e]', true, { a: 'b\u00e9\u{1f600}', n: 12.5, l: [true] }],
          ['} \n', false, { a: 'b\u00e9\u{1f600}', n: 12.5, l: [true] }],
        ];
        for (const [text, changes, value] of steps) equal([json.feed(text), json.value], [changes, value]);
        equal(json.end(), false);
      },
    },
    {
      name: 'a number that is all of it ends with the text',
      async run() {
        const json = new PartialJson();
        equal([json.feed('-1.5e3'), json.value, json.end(), json.value], [false, undefined, true, -1500]);
      },
    },
    {
      name: 'what is no JSON stops where it goes wrong, and says nothing more',
      async run() {
        for (const text of BROKEN) {
          const json = new PartialJson();
          for (const character of text) json.feed(character);
          json.end();
          const before = same(json.value);
          equal(
            [text, json.feed('{"more":[1,"x"]}'), json.end(), same(json.value) === before],
            [text, false, false, true],
          );
        }
      },
    },
    {
      name: 'lists and objects keep their identity',
      async run() {
        const json = new PartialJson();
        json.feed('{"list":[{"a":"');
        const [root, item] = [json.value, (json.value as { list: unknown[] }).list[0]];
        json.feed('b"},{}]}');
        equal([json.value === root, (json.value as { list: unknown[] }).list[0] === item], [true, true]);
        equal(item, { a: 'b' });
      },
    },
    {
      name: 'names of prototypes are fields, and nothing else changes',
      async run() {
        const json = new PartialJson();
        for (const text of ['{"__proto__":{"polluted":"ye', 's"},"constructor":{"prototype":1},', '"__proto__":2}']) {
          json.feed(text);
        }
        const value = json.value as object;
        equal(Object.getPrototypeOf(value) === Object.prototype, true);
        equal(Object.entries(value), [
          ['__proto__', 2],
          ['constructor', { prototype: 1 }],
        ]);
        equal('polluted' in {}, false);
      },
    },
    {
      name: 'depth is no danger',
      async run() {
        const json = new PartialJson();
        for (let depth = 0; depth < 100_000; depth += 1) json.feed('[');
        for (let depth = 0; depth < 100_000; depth += 1) json.feed(']');
        equal(json.feed('x'), false);
        let depth = 0;
        for (let value = json.value; Array.isArray(value); [value] = value as unknown[]) depth += 1;
        equal(depth, 100_000);
      },
    },
  ];
}

function read(text: string, size: number): unknown {
  const json = new PartialJson();
  for (let at = 0; at < text.length; at += size) json.feed(text.slice(at, at + size));
  json.end();
  return json.value;
}

/** A value with its keys in their order, and `-0` apart from `0`. */
function same(value: unknown): string | undefined {
  return JSON.stringify(value, (_, item: unknown) => (Object.is(item, -0) ? '-0' : item));
}

/** The same document with space in it and some characters as escapes. */
function spelled(text: string, draw: (below: number) => number): string {
  let [out, inText] = ['', false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') inText = !inText;
    if (inText && character === '\\') {
      const length = text.charAt(at + 1) === 'u' ? 6 : 2;
      out += text.slice(at, at + length);
      at += length - 1;
    } else if (inText && character !== '"' && draw(4) === 0) {
      out += `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    } else {
      out += !inText && ',:[]{}'.includes(character) && draw(4) === 0 ? `${character} \n` : character;
    }
  }
  return out;
}

/** Random documents of a depth. */
function documents(draw: (below: number) => number): (depth: number) => unknown {
  const one = <T>(from: readonly T[]): T => from[draw(from.length)] as T;
  const document = (depth: number): unknown => {
    const items = <T>(item: () => T) => Array.from({ length: draw(5) }, item);
    const kind = draw(depth > 0 ? 7 : 4);
    if (kind === 0) return one(NUMBERS);
    if (kind === 1) return one([true, false, null]);
    if (kind < 4) return one(TEXTS);
    if (kind === 4) return items(() => document(depth - 1));
    const fields = items((): [string, unknown] => [one(TEXTS), document(depth - 1)]);
    return Object.fromEntries(fields);
  };
  return document;
}
