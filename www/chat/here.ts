/** Answers from this page: by an agent where tools are allowed, else by one stream. */
import type { AgentEvent, Ductape, Message } from 'ductape-models';
import { TOOLS } from '../../worker/mock/tools';
import { confirmWith } from '../agents/confirm';
import type { Session } from '../state/session';
import { problemOf } from '../ui/problems';
import type { Answerer, Question } from './answer';
import { endingText } from './facts';
import type { Turn } from './turns';

/** The agent that the chat keeps for its tools. */
export const CHAT_AGENT = 'page-chat';

export function answerHere(session: Session): Answerer {
  return (question, turn) => (question.tools ? byAgent(session, question, turn) : byStream(session, question, turn));
}

async function byStream(session: Session, question: Question, turn: Turn): Promise<readonly Message[]> {
  const { tag: model, env, text, before, signal } = question;
  const client = await session.caller({ model, env });
  const messages: Message[] = [...before, { role: 'user', content: text }];
  const stream = client.stream({ model, env, messages, signal });
  for await (const part of stream) {
    if (part.type === 'text-delta') turn.addText(part.text);
    else if (part.type === 'warning') turn.addFacts(`${part.warning.code}: ${part.warning.message}`);
  }
  const { content, finishReason, ...rest } = await stream.result;
  turn.addFacts(endingText({ reason: finishReason.unified, ...rest }));
  return [...messages, { role: 'assistant', content }];
}

async function byAgent(session: Session, question: Question, turn: Turn): Promise<readonly Message[]> {
  const { tag: model, env, text, before, signal } = question;
  const client = await session.caller({ model, env });
  await defineChatAgent(client, model);
  const options = { tag: CHAT_AGENT, env, input: text, messages: before, signal };
  const events = client.agents.stream({ ...options, onConfirmation: confirmWith(signal) });
  for await (const event of events) showEvent(event, turn);
  const { conversationHistory } = await events.result;
  return conversationHistory;
}

/** The handlers live in the client that runs it. The same definition again writes nothing. */
async function defineChatAgent(client: Ductape, model: string): Promise<void> {
  const agent = { tag: CHAT_AGENT, name: "The chat's agent", model, tools: [...TOOLS] };
  try {
    await client.agents.define(agent);
  } catch (error) {
    // Left behind by a product key that was forgotten. It holds no secret and is this page's own.
    if (problemOf(error).code !== 'unknown_key') throw error;
    await client.agents.delete({ tag: CHAT_AGENT });
    await client.agents.define(agent);
  }
}

function showEvent(event: AgentEvent, turn: Turn): void {
  switch (event.type) {
    case 'message_delta':
      turn.addText(event.text);
      break;
    case 'tool_start':
      turn.addTool(event.tool, `called with ${JSON.stringify(event.input)}`);
      break;
    case 'tool_end':
      turn.addTool(event.tool, `answered ${JSON.stringify(event.output)}`, event.isError ? 'bad' : 'good');
      break;
    case 'agent_complete': {
      const { finishReason, status, usage, served, attempts } = event.result;
      const reason = status === 'completed' ? (finishReason?.unified ?? status) : status;
      turn.addFacts(endingText({ reason, usage, served, attempts: attempts.filter(({ code }) => code !== undefined) }));
      break;
    }
    default:
  }
}
