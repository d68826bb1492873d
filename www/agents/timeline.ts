/** The events of one run, each with the moment it came. Pieces of one text become one entry. */
import type { AgentEvent } from 'ductape-models';
import { byId, make } from '../ui/dom';

export class Timeline {
  readonly #list = byId('timeline', HTMLElement);
  readonly #start = performance.now();
  #growing: HTMLElement | null = null;

  constructor() {
    this.#list.replaceChildren();
  }

  add(event: AgentEvent): void {
    if (event.type === 'message_delta' || event.type === 'thinking_delta') {
      this.#growing ??= this.#entry(event.type.replace('_delta', ''), '');
      this.#growing.append(event.text);
      return;
    }
    this.#growing = null;
    switch (event.type) {
      case 'thinking_start':
        this.#entry(`model call ${event.iteration}`, 'asked', 'model');
        break;
      case 'tool_start':
        this.#entry(event.tool, `called with ${JSON.stringify(event.input)}`, 'tool');
        break;
      case 'tool_end': {
        const text = `answered ${JSON.stringify(event.output)} after ${event.durationMs} ms`;
        this.#entry(event.tool, text, event.isError ? 'bad' : 'good');
        break;
      }
      case 'agent_complete':
        this.#entry(event.result.status, '', 'end');
    }
  }

  #entry(title: string, text: string, kind = 'text'): HTMLElement {
    const at = `${((performance.now() - this.#start) / 1000).toFixed(2)} s`;
    const body = make('span', { class: 'what' }, text);
    this.#list.append(
      make('li', { 'data-kind': kind }, make('span', { class: 'at' }, at), make('strong', {}, title), body),
    );
    return body;
  }
}
