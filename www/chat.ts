/** Step 4: one message, one streamed answer, with Stop; in this page or in the Worker. */
import type { FinishReason, StreamPart, Usage } from 'ductape-models';
import { byId, say, textOf } from './dom';
import { problemOf } from './problems';
import type { Session } from './session';
import { Turn, addQuestion } from './turns';
import { workerStream } from './worker-stream';

const WEATHER = {
  name: 'get_weather',
  description: 'The weather in a city now.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
    required: ['city'],
  },
};

export function mountChat(session: Session): void {
  const form = byId('chat-form', HTMLFormElement);
  const status = byId('chat-status', HTMLElement);
  const message = byId('message', HTMLInputElement);
  const stop = byId('stop', HTMLButtonElement);
  let running: AbortController | null = null;

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (running !== null) return;
    const call = callOf(new FormData(form));
    if (call.prompt === '') return say(status, 'Write a message first.', 'bad');
    if (call.where === 'page' && session.tag === '') return say(status, 'Create a model first.', 'bad');
    say(status, '');
    running = new AbortController();
    busy(true);
    await converse(session, call, running.signal);
    running = null;
    busy(false);
  });
  stop.addEventListener('click', () => running?.abort());
  byId('prompts', HTMLElement).addEventListener('click', (event) => {
    if (!(event.target instanceof HTMLButtonElement) || running !== null) return;
    message.value = event.target.textContent ?? '';
    form.requestSubmit();
  });
}

interface ChatCall {
  env: string;
  prompt: string;
  where: string;
}

function callOf(form: FormData): ChatCall {
  return { env: textOf(form, 'env'), prompt: textOf(form, 'message').trim(), where: textOf(form, 'where') };
}

function busy(on: boolean): void {
  const send = byId('send', HTMLButtonElement);
  const stop = byId('stop', HTMLButtonElement);
  const focused = document.activeElement === (on ? send : stop);
  send.disabled = on;
  stop.disabled = !on;
  // A disabled button drops the focus to the page's top; hand it to the button that took its place.
  if (focused) (on ? stop : send).focus();
}

async function converse(session: Session, call: ChatCall, signal: AbortSignal): Promise<void> {
  addQuestion(call.prompt);
  const turn = new Turn(call.where === 'page' ? `${session.tag} · ${call.env}` : `the Worker · ${call.env}`);
  try {
    for await (const part of partsOf(session, call, signal)) takePart(turn, part);
  } catch (error) {
    fail(turn, error, signal);
  } finally {
    turn.end();
  }
}

function partsOf(session: Session, call: ChatCall, signal: AbortSignal): AsyncIterable<StreamPart> {
  if (call.where === 'worker') return workerStream(call.env, call.prompt, signal);
  return session.ductape.stream({ model: session.tag, env: call.env, prompt: call.prompt, tools: [WEATHER], signal });
}

function takePart(turn: Turn, part: StreamPart): void {
  switch (part.type) {
    case 'text-delta':
      return turn.addText(part.text);
    case 'tool-call':
      return turn.addTool(part.toolName, part.input);
    case 'finish':
      return turn.addFacts(finishText(part.finishReason, part.usage));
    case 'error':
      throw part.error;
    default:
  }
}

function finishText(reason: FinishReason, usage: Usage | null | undefined): string {
  const tokens = usage ? ` · ${usage.inputTokens ?? '?'} tokens in, ${usage.outputTokens ?? '?'} out` : '';
  return `Finished: ${reason.unified}${tokens}`;
}

function fail(turn: Turn, error: unknown, signal: AbortSignal): void {
  if (signal.aborted) return turn.addFacts('Stopped by you (aborted)');
  const { code, message } = problemOf(error);
  turn.addProblem(code, message);
}
