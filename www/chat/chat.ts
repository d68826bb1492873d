/** The chat: one message, one streamed answer, with Stop; answered by this page or by the gateway. */
import type { Message } from 'ductape-models';
import { NoConsent, type Session } from '../state/session';
import { byId, say, textOf } from '../ui/dom';
import { envChoice, modelChoice } from '../ui/pickers';
import { problemOf } from '../ui/problems';
import { answerByGateway } from './gateway';
import { answerHere } from './here';
import { addQuestion, clearTurns, Turn } from './turns';

export function mountChat(session: Session): void {
  const form = byId('chat-form', HTMLFormElement);
  const status = byId('chat-status', HTMLElement);
  const message = byId('message', HTMLInputElement);
  const tools = byId('chat-tools', HTMLInputElement);
  let running: AbortController | null = null;
  let before: readonly Message[] = [];

  modelChoice(session, byId('chat-model', HTMLSelectElement));
  envChoice(session, byId('chat-env', HTMLSelectElement));
  const send = async (): Promise<void> => {
    const data = new FormData(form);
    const text = textOf(data, 'message');
    if (text === '') return say(status, 'Write a message first.', 'bad');
    if (session.tag === '') return say(status, 'Create a model first.', 'bad');
    say(status, '');
    message.value = '';
    running = new AbortController();
    busy(true);
    const call = { tag: session.tag, env: textOf(data, 'env'), text, before, tools: tools.checked };
    before = (await converse(session, { ...call, signal: running.signal })) ?? before;
    running = null;
    busy(false);
  };
  const forget = (): void => {
    before = [];
    clearTurns();
    say(status, '');
  };

  // Another place has other models: nothing said there belongs here.
  let mode = session.mode;
  session.onChange(() => {
    if (mode !== session.mode) forget();
    mode = session.mode;
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (running === null) void send();
  });
  byId('stop', HTMLButtonElement).addEventListener('click', () => running?.abort());
  byId('chat-clear', HTMLButtonElement).addEventListener('click', () => {
    if (running === null) forget();
  });
  byId('prompts', HTMLElement).addEventListener('click', (event) => {
    if (!(event.target instanceof HTMLButtonElement) || running !== null) return;
    message.value = event.target.textContent ?? '';
    form.requestSubmit();
  });
}

type Call = Parameters<ReturnType<typeof answerHere>>[0];

async function converse(session: Session, call: Call): Promise<readonly Message[] | null> {
  addQuestion(call.text);
  const byGateway = session.mode === 'gateway';
  const turn = new Turn(`${call.tag} · ${call.env}${byGateway ? ' · through the gateway' : ''}`);
  try {
    return await (byGateway ? answerByGateway : answerHere(session))(call, turn);
  } catch (error) {
    fail(turn, error, session, call.signal);
    return null;
  } finally {
    turn.end();
  }
}

function fail(turn: Turn, error: unknown, session: Session, signal: AbortSignal): void {
  if (signal.aborted) {
    turn.addFacts('Stopped by you (aborted)');
    return;
  }
  const { code, message } = problemOf(error);
  turn.addProblem(code, message, error instanceof NoConsent ? '' : whyOf(code, session));
}

function whyOf(code: string, session: Session): string {
  if (code !== 'unknown_key') return '';
  return session.writeOnly
    ? 'This page holds a public key only. It can seal API keys and open none, so it cannot call a provider. Nothing was sent.'
    : 'The record was sealed with a product key that this browser does not have. Nothing was sent.';
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
