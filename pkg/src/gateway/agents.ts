// `POST /v1/agents/:tag/run`: a stored agent, whole or as events.

import type { AgentEvent, RunInput } from '../agent-types.js';
import { invalid } from '../errors.js';
import type { ModelConfig } from '../types.js';
import { readJson } from './body.js';
import { eventStream, json, note, type Reply, signalOf, type TokenExchange } from './exchange.js';
import { type Fields, flag, object, own } from './fields.js';
import { bounded, MAX_TAG, mayRun, outOfScope } from './scope.js';
import { events, type Telling } from './sse.js';

/** What a request may set. How long a run may go on is the agent's. */
const SETTINGS = ['temperature', 'maxTokens', 'topP', 'stopSequences'] as const;

const EVENTS: Telling<AgentEvent> = {
  begin: () => '',
  part: (event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
  broken: ({ error }) => `event: error\ndata: ${JSON.stringify({ error })}\n\n`,
};

export async function runAgent(exchange: TokenExchange): Promise<Reply> {
  const { claims, setup, tag, line, request } = exchange;
  line.tag = tag.slice(0, MAX_TAG);
  if (!mayRun(claims, tag)) throw outOfScope('agent');
  const body = await readJson(request, setup.limits.bodyBytes, setup.limits.bodyMs);
  const { agents } = setup.options.ductape;
  const run = await runInput(exchange, body);
  if (flag(body, 'stream') !== true) {
    const result = await agents.run(run);
    note(line, result.usage);
    return json(result);
  }
  const stream = agents.stream(run);
  const rest = stream[Symbol.asyncIterator]();
  const first = await rest.next();
  const over = exchange.later();
  const course = {
    seen: (event: AgentEvent) => event.type === 'agent_complete' && note(line, event.result.usage),
    over,
    cancelled: () => stream.abort(),
  };
  return eventStream(events(first, rest, EVENTS, course));
}

async function runInput(exchange: TokenExchange, body: Fields): Promise<RunInput> {
  const { claims, tag } = exchange;
  const input = own(body, 'input');
  if (typeof input !== 'string' && (typeof input !== 'object' || input === null)) {
    throw invalid('input', 'a text, an object or a list');
  }
  const target = { product: claims.product, env: claims.env };
  const modelConfig = await bounded(exchange, { ...target, agent: tag }, wished(body));
  const messages = own(body, 'messages') as RunInput['messages'];
  return {
    ...target,
    tag,
    input: input as RunInput['input'],
    modelConfig,
    ...(messages !== undefined && { messages }),
    signal: signalOf(exchange),
  };
}

function wished(body: Fields): ModelConfig {
  const given = own(body, 'modelConfig');
  const out: Record<string, unknown> = {};
  if (given === undefined) return out as ModelConfig;
  const config = object(given, 'modelConfig');
  for (const name of SETTINGS) {
    const value = own(config, name);
    if (value !== undefined) out[name] = value;
  }
  return out as ModelConfig;
}
