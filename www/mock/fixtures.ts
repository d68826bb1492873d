/** Picks the fixture that a request of the chat completions wire meets: the first whose conditions all hold. */
import fixtures from '../../worker/mock/chat.json';

export interface MockRequest {
  model: string;
  stream?: boolean;
  messages: readonly { role: string; content?: unknown }[];
}

interface Match {
  endpoint?: string;
  userMessage?: string;
  hasToolResult?: boolean;
  toolResultContains?: string;
}

export interface Fixture {
  match: Match;
  response: {
    content?: string;
    toolCalls?: { name: string; arguments: object }[];
    status?: number;
    error?: { message: string; type: string; code: string };
  };
}

export function fixtureFor({ messages }: MockRequest): Fixture {
  const lastUser = messages.findLastIndex(({ role }) => role === 'user');
  const asked = textOf(messages[lastUser]?.content);
  const results = messages.slice(lastUser + 1).filter(({ role }) => role === 'tool');
  const told = textOf(results.at(-1)?.content);
  const meets = ({ match }: Fixture): boolean =>
    (match.userMessage === undefined || asked.includes(match.userMessage)) &&
    (match.hasToolResult === undefined || match.hasToolResult === results.length > 0) &&
    (match.toolResultContains === undefined || told.includes(match.toolResultContains));
  const all: readonly Fixture[] = fixtures.fixtures;
  return all.find(meets) ?? { match: {}, response: { content: 'The mock has no answer to that.' } };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const parts = Array.isArray(content) ? (content as { text?: unknown }[]) : [];
  return parts.map(({ text }) => (typeof text === 'string' ? text : '')).join('');
}
