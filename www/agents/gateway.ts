/** Runs a stored agent at the gateway: its tools run there, its events come as they happen. */
import type { AgentEvent, AgentRun } from 'ductape-models';
import { eventData } from '../chat/sse';
import { refusalOf, tokenFor } from '../state/gateway';
import { beside } from '../state/site';

/** What is asked of which agent. */
export interface Task {
  tag: string;
  env: string;
  input: string;
  signal: AbortSignal;
}

export async function runAtGateway(
  { tag, env, input, signal }: Task,
  tell: (event: AgentEvent) => void,
): Promise<AgentRun> {
  const answer = await fetch(beside(`v1/agents/${encodeURIComponent(tag)}/run`), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenFor(env, signal)}` },
    body: JSON.stringify({ input, stream: true }),
    signal,
  });
  if (!answer.ok || answer.body === null) throw await refusalOf(answer);
  for await (const data of eventData(answer.body)) {
    const event = JSON.parse(data) as AgentEvent | { type?: undefined; error: { code?: string; message?: string } };
    if (event.type === undefined) throw { message: 'The gateway failed.', code: 'unexpected', ...event.error };
    tell(event);
    if (event.type === 'agent_complete') return event.result;
  }
  throw new Error('The gateway ended the run without its result.');
}
