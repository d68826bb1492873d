/** The conversation on the page: questions, and answers that grow while they stream. */
import { byId, make } from '../ui/dom';

export function addQuestion(text: string): void {
  append(make('div', { class: 'turn', 'data-who': 'you' }, make('span', { class: 'visually-hidden' }, 'You: '), text));
}

/** One answer. */
export class Turn {
  #said = make('div', { class: 'said' });
  readonly #box: HTMLElement;
  #announced = '';
  #text = '';

  constructor(by: string) {
    const who = make('div', { class: 'who' }, by);
    this.#box = make('div', { class: 'turn', 'data-who': 'model', 'data-state': 'streaming' }, who, this.#said);
    append(this.#box);
    announce('');
  }

  /** Everything said so far. */
  get text(): string {
    return this.#text;
  }

  addText(piece: string): void {
    // Text after a tool call stands below it.
    if (this.#box.lastElementChild !== this.#said) this.#startText();
    this.#said.append(piece);
    this.#text += piece;
    this.#announceSentences();
    scrollDown();
  }

  addTool(name: string, text: string, tone = 'call'): void {
    this.#line(make('div', { class: 'tool', 'data-tone': tone }, make('strong', {}, name), ` ${text}`));
    announce(`${name} ${text}`);
  }

  addFacts(text: string): void {
    this.#line(make('div', { class: 'facts-line' }, text));
  }

  addProblem(code: string, message: string, why = ''): void {
    const reason = why === '' ? [] : [make('div', { class: 'why' }, why)];
    this.#line(make('div', { class: 'problem' }, make('strong', {}, code), ` ${message}`, ...reason));
    announce(`${code}: ${message} ${why}`);
  }

  end(): void {
    this.#box.dataset.state = 'done';
    const rest = (this.#said.textContent ?? '').slice(this.#announced.length);
    if (rest !== '') announce(rest);
  }

  #startText(): void {
    this.#said = make('div', { class: 'said' });
    this.#announced = '';
    this.#box.append(this.#said);
  }

  #line(line: HTMLElement): void {
    this.#box.append(line);
    scrollDown();
  }

  // Whole sentences: a screen reader would stumble over every piece, or wait for the end.
  #announceSentences(): void {
    const text = this.#said.textContent ?? '';
    const end = Math.max(text.lastIndexOf('. '), text.lastIndexOf('! '), text.lastIndexOf('? ')) + 1;
    if (end <= this.#announced.length) return;
    announce(text.slice(this.#announced.length, end));
    this.#announced = text.slice(0, end);
  }
}

export function clearTurns(): void {
  byId('transcript', HTMLElement).replaceChildren();
}

function append(turn: HTMLElement): void {
  byId('transcript', HTMLElement).append(turn);
  scrollDown();
}

function scrollDown(): void {
  const log = byId('transcript', HTMLElement);
  log.scrollTop = log.scrollHeight;
}

function announce(text: string): void {
  byId('chat-live', HTMLElement).textContent = text;
}
