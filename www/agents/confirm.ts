/** Asks the person before a tool that requires it runs. */
import type { Confirmation } from 'ductape-models';
import { ask } from '../ui/dialog';

/** For a run that this signal ends: the question goes away with it. */
export function confirmWith(signal: AbortSignal): (call: Confirmation) => Promise<boolean> {
  return ({ tool, input }) =>
    ask(
      {
        title: `Run ${tool}?`,
        text: [
          'The model wants to call this tool, which asks for your agreement. Otherwise the model is told that nobody agreed.',
        ],
        detail: JSON.stringify(input, null, 2),
        action: 'Run it',
      },
      signal,
    );
}
