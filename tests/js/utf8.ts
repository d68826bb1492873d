// Our own UTF-8 against the runtime's: random texts and bytes of the kinds that go wrong.

import { withUtf8 } from '../../pkg/src/scratch.js';
import { shortText } from '../../pkg/src/short-text.js';
import { Utf8Decoder, Utf8Encoder } from '../../pkg/src/utf8.js';
import { numbers } from './draw.js';
import { type Case, equal } from './suite.js';

const UNITS = [0x41, 0xe9, 0x7ff, 0x800, 0xd800, 0xdbff, 0xdc00, 0xffff];
const BYTES = [
  0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbb, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xee, 0xef,
  0xf0, 0xf1, 0xf4, 0xf5, 0xff,
];
const ROUNDS = 20_000;

/** Every case; it draws the same numbers each time. */
export function cases(): Case[] {
  const draw = numbers(7);
  const some = (from: number[]) => Array.from({ length: draw(12) }, () => from[draw(from.length)] ?? 0);
  const differ = (one: (round: number) => unknown, other: (round: number) => unknown) => {
    for (let round = 0; round < ROUNDS; round += 1) equal(one(round), other(round));
  };
  return [
    {
      name: 'texts become the bytes that TextEncoder makes',
      async run() {
        const texts = Array.from({ length: ROUNDS }, () => String.fromCharCode(...some(UNITS)));
        const into = (coder: Pick<TextEncoder, 'encodeInto'>) => (round: number) => {
          const bytes = new Uint8Array(round % 16);
          const { read, written } = coder.encodeInto(texts[round] ?? '', bytes);
          return [read, written, [...bytes]];
        };
        const [own, theirs] = [new Utf8Encoder(), new TextEncoder()];
        differ(
          (round) => [...own.encode(texts[round])],
          (round) => [...theirs.encode(texts[round])],
        );
        differ(into(own), into(theirs));
      },
    },
    {
      name: 'bytes become the texts that TextDecoder makes, or are refused like there',
      async run() {
        const all = Array.from({ length: ROUNDS }, () => Uint8Array.from(some(BYTES)));
        for (const fatal of [false, true]) {
          const options = { fatal, ignoreBOM: true };
          const text = (decoder: Pick<TextDecoder, 'decode'>) => (round: number) => {
            try {
              return decoder.decode(all[round]);
            } catch {
              return null;
            }
          };
          differ(text(new Utf8Decoder('utf-8', options)), text(new TextDecoder('utf-8', options)));
        }
      },
    },
    {
      name: 'short texts are those that TextDecoder makes, and of ASCII only',
      async run() {
        const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
        const memory = Uint8Array.from({ length: 4096 }, () => (draw(40) === 0 ? 0x80 + draw(128) : draw(128)));
        let short = 0;
        for (let round = 0; round < ROUNDS; round += 1) {
          const [start, length] = [draw(4000), draw(20)];
          const bytes = memory.subarray(start, start + length);
          const text = shortText(memory, start, length);
          const isShort = length <= 16 && bytes.every((byte) => byte < 128);
          equal(text, isShort ? decoder.decode(bytes) : undefined);
          short += isShort ? 1 : 0;
        }
        equal(short > ROUNDS / 4, true);
      },
    },
    {
      name: 'texts on their way into the core are those that TextEncoder makes, and are wiped behind them',
      async run() {
        const encoder = new TextEncoder();
        const lengths = [0, 1, 4095, 4096, 4097, 1 << 20, (1 << 20) + 1];
        for (const letter of ['a', '\u00e9', '\u20ac', '\u{1f600}']) {
          for (const length of lengths) {
            const text = letter.repeat(length);
            const kept = withUtf8(text, (bytes) => {
              equal(bytes.length, encoder.encode(text).length);
              equal(new TextDecoder().decode(bytes) === text, true);
              return bytes;
            });
            equal(
              kept.some((byte) => byte !== 0),
              false,
            );
          }
        }
      },
    },
    {
      name: 'texts that grow little by little share an array',
      async run() {
        const arrays = new Set<ArrayBufferLike>();
        for (let length = 300_000; length < 400_000; length += 1000) {
          withUtf8('a'.repeat(length), ({ buffer }) => arrays.add(buffer));
        }
        equal(arrays.size <= 2, true);
      },
    },
    {
      name: 'bytes of a text are wiped where the core throws, too',
      async run() {
        let kept: Uint8Array = new Uint8Array();
        const thrown = () =>
          withUtf8('secret', (bytes) => {
            kept = bytes;
            throw new Error('trap');
          });
        let message = '';
        try {
          thrown();
        } catch (error) {
          message = (error as Error).message;
        }
        equal([message, ...kept], ['trap', 0, 0, 0, 0, 0, 0]);
      },
    },
  ];
}
