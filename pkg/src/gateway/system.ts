// System messages that a conversation begins with are its instructions: wires that part the two want them apart.

import type { Message } from '../call-types.js';

/** A conversation with its instructions apart. */
export interface Conversation {
  system?: string;
  messages: readonly Message[];
}

/** Takes the system messages at the start out, unless nothing else is there. */
export function parted(messages: readonly Message[]): Conversation {
  const found = messages.findIndex(({ role }) => role !== 'system');
  if (found <= 0) return { messages };
  const system = messages.slice(0, found).map(({ content }) => content);
  return { system: system.join('\n\n'), messages: messages.slice(found) };
}
