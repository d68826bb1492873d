/** The line below an answer: how it ended, what it used, who answered. */
import type { Attempt, Completion, Usage } from 'ductape-models';

export interface Ending {
  reason: string;
  usage?: Usage | null;
  served?: Completion['served'];
  attempts?: readonly Attempt[];
}

export function endingText({ reason, usage, served, attempts = [] }: Ending): string {
  const tokens = usage ? `${usage.inputTokens ?? '?'} tokens in, ${usage.outputTokens ?? '?'} out` : '';
  const by = served ? `served by ${served.tag ?? 'a model of the call'} (${served.model}, ${served.env})` : '';
  const tries = attempts.length > 1 ? `${attempts.length} attempts: ${attempts.map(attemptText).join(', ')}` : '';
  return [`Finished: ${reason}`, tokens, by, tries].filter((text) => text !== '').join(' · ');
}

function attemptText({ tag, status, code }: Attempt): string {
  return `${tag ?? 'inline'} ${status ?? ''} ${code ?? ''}`.replaceAll(/\s+/g, ' ').trim();
}
