/** Running a stored agent: its events in a timeline, Stop, and what came of it. */
import type { AgentEvent, AgentRun } from 'ductape-models';
import { toolsOf } from '../../worker/mock/tools';
import type { Session } from '../state/session';
import { byId, facts, say, textOf } from '../ui/dom';
import { problemText } from '../ui/problems';
import { confirmWith } from './confirm';
import { runAtGateway, type Task } from './gateway';
import { Timeline } from './timeline';

export function mountRun(session: Session): void {
  const form = byId('run-form', HTMLFormElement);
  const status = byId('run-status', HTMLElement);
  const stop = byId('run-stop', HTMLButtonElement);
  const start = byId('run-start', HTMLButtonElement);
  let running: AbortController | null = null;

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (running !== null) return;
    const data = new FormData(form);
    running = new AbortController();
    busy(start, stop, true);
    say(status, 'Running…');
    try {
      const result = await run(session, data, running.signal);
      const calls = `${result.iterations} model ${result.iterations === 1 ? 'call' : 'calls'}`;
      say(status, `${result.status} after ${calls}`, result.status === 'completed' ? 'good' : 'bad');
    } catch (error) {
      say(status, running.signal.aborted ? 'Stopped by you (aborted)' : problemText(error), 'bad');
    }
    running = null;
    busy(start, stop, false);
  });
  stop.addEventListener('click', () => running?.abort());
  byId('run-prompts', HTMLElement).addEventListener('click', (event) => {
    if (!(event.target instanceof HTMLButtonElement) || running !== null) return;
    byId('run-input', HTMLInputElement).value = event.target.textContent ?? '';
    form.requestSubmit();
  });
}

async function run(session: Session, data: FormData, signal: AbortSignal): Promise<AgentRun> {
  const timeline = new Timeline();
  byId('run-result', HTMLElement).replaceChildren();
  const tag = textOf(data, 'agent');
  const env = textOf(data, 'env');
  const task = { tag, env, input: textOf(data, 'input'), signal };
  const tell = (event: AgentEvent) => timeline.add(event);
  const result = session.mode === 'gateway' ? await runAtGateway(task, tell) : await runHere(session, task, tell);
  showResult(result);
  return result;
}

async function runHere(session: Session, task: Task, tell: (event: AgentEvent) => void): Promise<AgentRun> {
  const { tag, env, signal } = task;
  const { product, rev, createdAt, updatedAt, updatedBy, unknownKey, warnings, ...stored } =
    await session.ductape.agents.fetch({ tag });
  const client = await session.caller({ agent: tag, env });
  // Handlers live in the client that runs; the same definition again writes nothing.
  await client.agents.define({ ...stored, tools: toolsOf(stored.tools?.map((tool) => tool.tag) ?? []) });
  const events = client.agents.stream({ ...task, onConfirmation: confirmWith(signal) });
  for await (const event of events) tell(event);
  return events.result;
}

function showResult({ status, iterations, tokenUsage, toolCalls, executionTime, served, attempts }: AgentRun): void {
  const tools = toolCalls.map(({ tool, status: end, durationMs }) => `${tool} (${end}, ${durationMs} ms)`).join(', ');
  byId('run-result', HTMLElement).replaceChildren(
    facts([
      ['status', status],
      ['model calls', iterations],
      ['tokens', `${tokenUsage.input} in, ${tokenUsage.output} out`],
      ['tools', tools],
      ['time', `${executionTime} ms`],
      ['served by', served && `${served.tag ?? 'inline'} · ${served.model} · ${served.env}`],
      [
        'attempts',
        attempts.map(({ tag, status: http, code }) => `${tag ?? ''} ${http ?? ''} ${code ?? ''}`.trim()).join(', '),
      ],
    ]),
  );
}

function busy(start: HTMLButtonElement, stop: HTMLButtonElement, on: boolean): void {
  const focused = document.activeElement === (on ? start : stop);
  start.disabled = on;
  stop.disabled = !on;
  if (focused) (on ? stop : start).focus();
}
