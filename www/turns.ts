/** The conversation on the page: questions, and answers that grow while they stream. */
import { byId, make } from './dom';

export function addQuestion(text: string): void {
  append(make('div', { class: 'turn', 'data-who': 'you' }, text));
}

/** One answer. */
export class Turn {
  #said = make('div', { class: 'said' });
  readonly #box: HTMLElement;
  readonly #by: string;
  #announced = '';

  constructor(by: string) {
    this.#by = by;
    this.#box = make('div', { class: 'turn', 'data-who': 'model', 'data-state': 'streaming' }, this.#said);
    append(this.#box);
    announce('');
  }

  addText(piece: string): void {
    // Text after a tool call stands below it.
    if (this.#box.lastElementChild !== this.#said) this.#startText();
    this.#said.append(piece);
    this.#announceSentences();
    scrollDown();
  }

  addTool(text: string): void {
    this.#line('tool', text);
  }

  addFacts(text: string): void {
    this.#line('facts-line', `${text} · ${this.#by}`);
  }

  addProblem(code: string, message: string): void {
    const problem = make('div', { class: 'problem' }, make('strong', {}, code), ` ${message}`);
    this.#box.append(problem);
    announce(`${code}: ${message}`);
    scrollDown();
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

  #line(kind: string, text: string): void {
    this.#box.append(make('div', { class: kind }, text));
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
