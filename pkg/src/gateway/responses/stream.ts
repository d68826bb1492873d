// A streamed answer as the events of a response. Items open when something of them comes and close when something else
// follows; the last event has them all.

import type { StreamPart, ToolCall } from '../../call-types.js';
import type { Failure } from '../failures.js';
import type { Telling } from '../sse.js';
import {
  callItem,
  ended,
  type Frame,
  type Item,
  incompleteReason,
  itemId,
  messageItem,
  reasoningItem,
  running,
  textPart,
} from './answer.js';

interface Said {
  kind: 'reasoning' | 'text';
  id: string;
  at: number;
  text: string;
}

interface Called {
  id: string;
  at: number;
  name: string;
  args: string;
}

/** Writes the events of one response. */
export class ResponseEvents implements Telling {
  readonly #frame: Frame;
  readonly #output: Item[] = [];
  readonly #calls = new Map<string, Called>();
  #said: Said | undefined;
  #items = 0;
  #sequence = 0;

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  begin(): string {
    const response = running(this.#frame);
    return this.#event('response.created', { response }) + this.#event('response.in_progress', { response });
  }

  part(part: StreamPart): string {
    switch (part.type) {
      case 'text-delta':
        return this.#say('text', part.text);
      case 'reasoning-delta':
        return this.#say('reasoning', part.text);
      case 'text-end':
      case 'reasoning-end':
        return this.#close();
      case 'tool-input-start':
        return this.#close() + this.#start(part.toolCallId, part.toolName);
      case 'tool-input-delta':
        return this.#grow(part.toolCallId, part.delta);
      case 'tool-call':
        return this.#close() + this.#call(part);
      case 'finish': {
        const last = this.#close();
        const output = this.#output.filter(() => true);
        const response = ended(this.#frame, output, part.finishReason, part.usage);
        const isWhole = incompleteReason(part.finishReason) === null;
        return last + this.#event(isWhole ? 'response.completed' : 'response.incomplete', { response });
      }
      default:
        return '';
    }
  }

  broken({ error }: Failure): string {
    const { code, message, param } = error;
    return this.#event('error', { code, message, param, error });
  }

  #event(type: string, fields: object): string {
    const data = JSON.stringify({ type, sequence_number: this.#sequence, ...fields });
    this.#sequence += 1;
    return `event: ${type}\ndata: ${data}\n\n`;
  }

  #say(kind: Said['kind'], text: string): string {
    let before = '';
    if (this.#said?.kind !== kind) {
      before = this.#close();
      this.#said = { kind, id: itemId(kind === 'text' ? 'msg' : 'rs'), at: this.#items, text: '' };
      this.#items += 1;
      before += this.#opened(this.#said);
    }
    const said = this.#said;
    said.text += text;
    const place = { item_id: said.id, output_index: said.at, delta: text };
    if (kind === 'text') {
      return before + this.#event('response.output_text.delta', { ...place, content_index: 0, logprobs: [] });
    }
    return before + this.#event('response.reasoning_summary_text.delta', { ...place, summary_index: 0 });
  }

  #opened({ kind, id, at }: Said): string {
    const added = (item: object) => this.#event('response.output_item.added', { output_index: at, item });
    if (kind === 'text') {
      const item = { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
      const part = { item_id: id, output_index: at, content_index: 0, part: textPart('') };
      return added(item) + this.#event('response.content_part.added', part);
    }
    const part = { item_id: id, output_index: at, summary_index: 0, part: { type: 'summary_text', text: '' } };
    return added({ id, type: 'reasoning', summary: [] }) + this.#event('response.reasoning_summary_part.added', part);
  }

  /** Ends the text or the thought that grows. */
  #close(): string {
    const said = this.#said;
    if (said === undefined) return '';
    this.#said = undefined;
    const { kind, id, at, text } = said;
    const place = { item_id: id, output_index: at };
    if (kind === 'text') {
      const done = { ...place, content_index: 0 };
      return (
        this.#event('response.output_text.done', { ...done, text, logprobs: [] }) +
        this.#event('response.content_part.done', { ...done, part: textPart(text) }) +
        this.#done(at, messageItem(id, text))
      );
    }
    const done = { ...place, summary_index: 0 };
    return (
      this.#event('response.reasoning_summary_text.done', { ...done, text }) +
      this.#event('response.reasoning_summary_part.done', { ...done, part: { type: 'summary_text', text } }) +
      this.#done(at, reasoningItem(id, text))
    );
  }

  #done(at: number, item: Item): string {
    this.#output[at] = item;
    return this.#event('response.output_item.done', { output_index: at, item });
  }

  #start(callId: string, name: string): string {
    const called = { id: itemId('fc'), at: this.#items, name, args: '' };
    this.#items += 1;
    this.#calls.set(callId, called);
    const facts = { call_id: callId, name, arguments: '' };
    const item = { id: called.id, type: 'function_call', status: 'in_progress', ...facts };
    return this.#event('response.output_item.added', { output_index: called.at, item });
  }

  #grow(callId: string, delta: string): string {
    const called = this.#calls.get(callId);
    if (called === undefined) return '';
    called.args += delta;
    const place = { item_id: called.id, output_index: called.at };
    return this.#event('response.function_call_arguments.delta', { ...place, delta });
  }

  #call(call: ToolCall): string {
    const before = this.#calls.has(call.toolCallId) ? '' : this.#start(call.toolCallId, call.toolName);
    const called = this.#calls.get(call.toolCallId);
    if (called === undefined) return before;
    const item = callItem(called.id, call);
    const place = { item_id: called.id, output_index: called.at, name: call.toolName };
    const rest = called.args === '' ? this.#grow(call.toolCallId, item.arguments as string) : '';
    const done = this.#event('response.function_call_arguments.done', { ...place, arguments: item.arguments });
    return before + rest + done + this.#done(called.at, item);
  }
}
