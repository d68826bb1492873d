/** Answers through the gateway: the wire of OpenAI's chat completions, a short token, the key opened on the server. */
import type { Message } from 'ductape-models';
import { TOOLS } from '../../worker/mock/tools';
import { refusalOf, tokenFor } from '../state/gateway';
import { beside } from '../state/site';
import type { Answerer, Question } from './answer';
import { endingText } from './facts';
import { eventData } from './sse';
import type { Turn } from './turns';

interface Chunk {
  model?: string;
  choices?: { delta?: { content?: string | null; tool_calls?: CallPiece[] }; finish_reason?: string | null }[];
  usage?: { prompt_tokens?: number; completion_tokens?: number } | null;
  error?: { code?: string; message?: string };
}

interface CallPiece {
  index: number;
  id?: string;
  function?: { name?: string; arguments?: string };
}

export const answerByGateway: Answerer = async (question, turn) => {
  const messages: Message[] = [...question.before, { role: 'user', content: question.text }];
  const answer = await fetch(beside('v1/chat/completions'), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenFor(question.env, question.signal)}`,
    },
    body: JSON.stringify(bodyOf(question, messages)),
    signal: question.signal,
  });
  if (!answer.ok || answer.body === null) throw await refusalOf(answer);
  await show(answer.body, turn);
  return [...messages, { role: 'assistant', content: turn.text }];
};

function bodyOf({ tag, tools }: Question, messages: readonly Message[]): object {
  const functions = TOOLS.map(({ tag: name, description, parameters }) => ({
    type: 'function',
    function: { name, description, parameters },
  }));
  const plain = messages.filter(({ content }) => typeof content === 'string' && content !== '');
  const shared = { model: tag, messages: plain, stream: true, stream_options: { include_usage: true } };
  return tools ? { ...shared, tools: functions } : shared;
}

async function show(body: ReadableStream<Uint8Array<ArrayBuffer>>, turn: Turn): Promise<void> {
  const calls = new Map<number, { name: string; text: string }>();
  let reason = 'interrupted';
  let usage: Chunk['usage'] = null;
  for await (const data of eventData(body)) {
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error !== undefined) throw { message: 'The gateway failed.', code: 'unexpected', ...chunk.error };
    const choice = chunk.choices?.[0];
    if (choice?.delta?.content) turn.addText(choice.delta.content);
    for (const piece of choice?.delta?.tool_calls ?? []) collect(calls, piece);
    reason = choice?.finish_reason ?? reason;
    usage = chunk.usage ?? usage;
  }
  for (const { name, text } of calls.values()) turn.addTool(name, `would be called with ${text}`);
  const tokens = usage ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } : null;
  turn.addFacts(endingText({ reason, usage: tokens }));
}

function collect(calls: Map<number, { name: string; text: string }>, { index, function: piece }: CallPiece): void {
  const call = calls.get(index) ?? { name: '', text: '' };
  calls.set(index, { name: call.name + (piece?.name ?? ''), text: call.text + (piece?.arguments ?? '') });
}
