/** Step 4: one message, one streamed answer, with Stop; in this page or in the Worker. */
import type { FinishReason, Message, StreamPart, Tool, ToolCall, Usage } from 'ductape-models';
import { byId, say, textOf } from './dom';
import { problemOf } from './problems';
import type { Session } from './session';
import { addQuestion, Turn } from './turns';
import { workerStream } from './worker-stream';

const MOST_ROUNDS = 3;
const WEATHER: Tool = {
  name: 'get_weather',
  description: 'The weather in a city now.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
    required: ['city'],
  },
};
const WEATHER_NOW = { degrees: 29, sky: 'partly cloudy' };

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
    if (call.where === 'worker') await show(turn, workerStream(call.env, call.prompt, signal));
    else await converseHere(session, call, turn, signal);
  } catch (error) {
    fail(turn, error, signal);
  } finally {
    turn.end();
  }
}

/** Calls until the model wants no more tools; the one tool there is runs here. */
async function converseHere(
  session: Session,
  { env, prompt }: ChatCall,
  turn: Turn,
  signal: AbortSignal,
): Promise<void> {
  const messages: Message[] = [{ role: 'user', content: prompt }];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const calls = await show(
      turn,
      session.ductape.stream({ model: session.tag, env, messages, tools: [WEATHER], signal }),
    );
    if (calls.length === 0) return;
    turn.addTool(`the tool answers ${JSON.stringify(WEATHER_NOW)}`);
    messages.push(
      { role: 'assistant', content: calls.map((call) => ({ type: 'tool-call', ...call })) },
      {
        role: 'tool',
        content: calls.map(({ toolCallId, toolName }) => ({
          type: 'tool-result',
          toolCallId,
          toolName,
          output: WEATHER_NOW,
        })),
      },
    );
  }
}

/** Shows the parts as they come; returns the tool calls among them. */
async function show(turn: Turn, parts: AsyncIterable<StreamPart>): Promise<ToolCall[]> {
  const calls: ToolCall[] = [];
  for await (const part of parts) {
    if (part.type === 'tool-call')
      calls.push({ toolCallId: part.toolCallId, toolName: part.toolName, input: part.input });
    showPart(turn, part);
  }
  return calls;
}

function showPart(turn: Turn, part: StreamPart): void {
  switch (part.type) {
    case 'text-delta':
      turn.addText(part.text);
      break;
    case 'tool-call':
      turn.addTool(`wants to call ${part.toolName}(${JSON.stringify(part.input)})`);
      break;
    case 'finish':
      turn.addFacts(finishText(part.finishReason, part.usage));
      break;
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
  const { code, message } = problemOf(error);
  if (signal.aborted) turn.addFacts('Stopped by you (aborted)');
  else turn.addProblem(code, message);
}
