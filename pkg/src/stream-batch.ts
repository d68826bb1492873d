// What the core makes of one chunk, as it crosses the border: one text with every part in it (`src/chat/pack.rs` writes
// it). Parts are cut out when they are asked for, so whoever wants the text alone makes no other part.

import type { StreamPart } from './call-types.js';
import { DuctapeError, type ErrorView } from './errors.js';

const CALL = 99; // c
const ENDED = 101; // e
const ERROR = 120; // x
const INPUT = 105; // i
const REASONING = 114; // r
const TEXT = 116; // t
const TIMED = 119; // w

/** The parts of one text after the other. */
export class Batch {
  /** Whether nothing follows the parts that are here. */
  ended = false;
  /** Whether what follows has a time to come in. */
  timed = false;
  #text = '';
  #at = 0;
  #end = 0;
  #call = '';

  /** Takes the next text. The one before it must be used up. */
  load(text: string): void {
    this.ended = text.charCodeAt(0) === ENDED;
    this.timed = text.charCodeAt(0) === TIMED;
    this.#text = text;
    this.#at = 1;
  }

  /** The next part; `undefined` where there is none. An error part is thrown. */
  part(): StreamPart | undefined {
    while (this.#at < this.#text.length) {
      const kind = this.#enter();
      const piece = this.#text.slice(this.#at, this.#end);
      this.#at = this.#end;
      if (kind === TEXT) return { type: 'text-delta', text: piece };
      if (kind === INPUT) return { type: 'tool-input-delta', toolCallId: this.#call, delta: piece };
      if (kind === REASONING) return { type: 'reasoning-delta', text: piece };
      if (kind !== CALL) return whole(kind, piece);
      this.#call = piece;
    }
    return undefined;
  }

  /** The text of the next text part; parts of any other kind are passed over. */
  text(): string | undefined {
    while (this.#at < this.#text.length) {
      const kind = this.#enter();
      const start = this.#at;
      this.#at = this.#end;
      if (kind === TEXT) return this.#text.slice(start, this.#end);
      if (kind === ERROR) whole(kind, this.#text.slice(start, this.#end));
    }
    return undefined;
  }

  /** The text of all parts up to an error. */
  rest(): string {
    let text = '';
    while (this.isReady()) {
      const kind = this.#enter();
      if (kind === TEXT) text += this.#text.slice(this.#at, this.#end);
      this.#at = this.#end;
    }
    return text;
  }

  /** Passes over every part. */
  skip(): undefined {
    while (this.#at < this.#text.length) {
      const kind = this.#enter();
      const start = this.#at;
      this.#at = this.#end;
      if (kind === ERROR) whole(kind, this.#text.slice(start, this.#end));
    }
  }

  /** Whether there is a part, and it is no error. */
  isReady(): boolean {
    return this.#at < this.#text.length && this.#text.charCodeAt(this.#at) !== ERROR;
  }

  /** Reads a part's kind and where it begins and ends: five bits of its length to a character, the least ones first. */
  #enter(): number {
    const text = this.#text;
    let at = this.#at;
    const kind = text.charCodeAt(at);
    let length = 0;
    let shift = 0;
    let digit = 0;
    do {
      at += 1;
      digit = text.charCodeAt(at) - 32;
      length |= (digit & 31) << shift;
      shift += 5;
    } while (digit > 31);
    this.#at = at + 1;
    this.#end = this.#at + length;
    return kind;
  }
}

function whole(kind: number, json: string): StreamPart {
  const part = JSON.parse(json) as StreamPart;
  if (kind === ERROR) throw new DuctapeError((part as { error: ErrorView }).error);
  return part;
}
