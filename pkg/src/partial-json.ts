// JSON that comes in pieces, as the value that it is so far. Every character is looked at once: what is there grows in
// place, and nothing is read again.

/** Where the reader stands: `next` is after a value in a list or an object, `word` in a number, `true`, `false` or `null`. */
type State =
  | 'value'
  | 'item or end'
  | 'key or end'
  | 'key'
  | 'colon'
  | 'next'
  | 'in key'
  | 'in text'
  | 'in word'
  | 'end'
  | 'broken';

type Container = Record<string, unknown> | unknown[];

/** What lists and objects have without being given it. */
const PROTOTYPE: object = Array.prototype;
const SPACE = 0x20;
const SPACES = ' \n\r\t';
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const WORDS = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const ESCAPES = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
/** Reads one value. Its text grows as it comes; numbers and words appear when they have ended. */
export class PartialJson {
  /** The value so far; `undefined` before it began. Lists and objects keep their identity. */
  value: unknown;
  #state: State = 'value';
  readonly #containers: Container[] = [];
  #top: Container | undefined;
  #key: string | number = 0;
  /** What there is of a text, a key or a word. */
  #piece = '';
  /** What there is of an escape, its backslash included. */
  #escape = '';
  /** The first half of a character, which waits for the other. */
  #half = '';
  #hasChanged = false;
  /** Whether there is more of the text than was put into its place. */
  #hasGrown = false;
  readonly #plain = /[ !#-[\]-\uffff]*/y;
  readonly #word = /[-+.\w]*/y;

  /** Takes more of the text; `true` where `value` changed. */
  feed(text: string): boolean {
    this.#hasChanged = false;
    let at = 0;
    while (at < text.length && this.#state !== 'broken') at = this.#step(text, at);
    if (this.#hasGrown) this.#put(this.#piece);
    this.#hasGrown = false;
    return this.#hasChanged;
  }

  /** The text has ended, which ends a number that is all of it; `true` where `value` changed. */
  end(): boolean {
    this.#hasChanged = false;
    if (this.#state === 'in word') this.#endWord();
    return this.#hasChanged;
  }

  /** Reads from `at`, and says where to go on. */
  #step(text: string, at: number): number {
    switch (this.#state) {
      case 'in key':
      case 'in text':
        return this.#escape === '' ? this.#readText(text, at) : this.#readEscape(text, at);
      case 'in word':
        return this.#readWord(text, at);
      default:
        if (text.charCodeAt(at) <= SPACE && SPACES.includes(text.charAt(at))) return at + 1;
        return this.#mark(text.charAt(at)) ? at + 1 : at;
    }
  }

  /** Takes a character between values; `false` where it is the first of a word. */
  #mark(character: string): boolean {
    switch (this.#state) {
      case 'colon':
        this.#state = character === ':' ? 'value' : 'broken';
        return true;
      case 'next':
        if (character === ',') this.#state = Array.isArray(this.#top) ? 'value' : 'key';
        else this.#close(character);
        return true;
      case 'key':
      case 'key or end':
        if (character === '"') this.#state = 'in key';
        else if (this.#state === 'key or end') this.#close(character);
        else this.#state = 'broken';
        return true;
      case 'value':
      case 'item or end':
        return this.#begin(character);
      default:
        this.#state = 'broken';
        return true;
    }
  }

  #begin(character: string): boolean {
    if (character === ']' && this.#state === 'item or end') {
      this.#close(character);
      return true;
    }
    if (Array.isArray(this.#top)) this.#key = this.#top.length;
    if (character === '{') this.#open({}, 'key or end');
    else if (character === '[') this.#open([], 'item or end');
    else if (character === '"') {
      this.#state = 'in text';
      this.#hasGrown = true;
    } else {
      this.#state = 'in word';
      return false;
    }
    return true;
  }

  #open(container: Container, state: State): void {
    this.#put(container);
    if (this.#top !== undefined) this.#containers.push(this.#top);
    this.#top = container;
    this.#state = state;
  }

  #close(character: string): void {
    if (character !== (Array.isArray(this.#top) ? ']' : '}')) {
      this.#state = 'broken';
      return;
    }
    this.#top = this.#containers.pop();
    this.#done();
  }

  #done(): void {
    this.#state = this.#top === undefined ? 'end' : 'next';
  }

  #readText(text: string, at: number): number {
    const end = after(this.#plain, text, at);
    if (end > at) this.#grow(text.slice(at, end));
    if (end === text.length) return end;
    const character = text.charAt(end);
    if (character === '\\') this.#escape = '\\';
    else if (character === '"') this.#endText();
    else this.#break();
    return end + 1;
  }

  #grow(text: string): void {
    this.#piece += this.#half + text;
    this.#half = '';
    this.#hasGrown = this.#state === 'in text';
  }

  #endText(): void {
    const hasGrown = this.#hasGrown || this.#half !== '';
    const text = this.#piece + this.#half;
    this.#piece = '';
    this.#half = '';
    this.#hasGrown = false;
    if (this.#state === 'in key') {
      this.#key = text;
      this.#state = 'colon';
    } else {
      if (hasGrown) this.#put(text);
      this.#done();
    }
  }

  /** An escape is shown when it is whole, and half a character with its other half. */
  #readEscape(text: string, at: number): number {
    this.#escape += text.charAt(at);
    const { length } = this.#escape;
    if (length === 2 && this.#escape !== '\\u') this.#endEscape(ESCAPES.get(text.charAt(at)));
    else if (length === 6) {
      const digits = this.#escape.slice(2);
      const isHex = /^[\da-fA-F]{4}$/.test(digits);
      this.#endEscape(isHex ? String.fromCharCode(Number.parseInt(digits, 16)) : undefined);
    }
    return at + 1;
  }

  #endEscape(character: string | undefined): void {
    this.#escape = '';
    if (character === undefined) this.#break();
    else if (character >= '\ud800' && character < '\udc00') this.#half += character;
    else this.#grow(character);
  }

  #readWord(text: string, at: number): number {
    const end = after(this.#word, text, at);
    this.#piece += text.slice(at, end);
    if (this.#piece === '') this.#break();
    else if (end < text.length) this.#endWord();
    return end;
  }

  #endWord(): void {
    const word = this.#piece;
    this.#piece = '';
    if (NUMBER.test(word)) this.#put(Number(word));
    else if (WORDS.has(word)) this.#put(WORDS.get(word));
    else {
      this.#break();
      return;
    }
    this.#done();
  }

  #break(): void {
    this.#state = 'broken';
  }

  /** Puts a value in its place. A name that objects have from elsewhere becomes their own, as JSON.parse has it. */
  #put(value: unknown): void {
    this.#hasChanged = true;
    const top = this.#top as Record<string | number, unknown> | undefined;
    if (top === undefined) this.value = value;
    else if (this.#key in PROTOTYPE) {
      Object.defineProperty(top, this.#key, { value, writable: true, enumerable: true, configurable: true });
    } else top[this.#key] = value;
  }
}

/** Where what `pattern` takes from `at` on ends. */
function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return pattern.lastIndex;
}
