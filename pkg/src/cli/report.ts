// A failure in words, and its exit code.

import { EXIT, Interrupted, UsageError } from './exit.js';
import { red, say } from './screen.js';

/** Prints `code: message` to stderr, as JSON where that was asked for. */
export function report(error: unknown, asJson: boolean): number {
  const { code, message, hint } = wordsOf(error);
  if (asJson) say(JSON.stringify({ error: { code, message } }));
  else say(`${red(code, process.stderr)}: ${message}${hint}`);
  if (error instanceof UsageError) return EXIT.usage;
  return code === 'aborted' || error instanceof Interrupted ? EXIT.interrupted : EXIT.failed;
}

function wordsOf(error: unknown): { code: string; message: string; hint: string } {
  const { code, message, meant } = Object(error) as { code?: unknown; message?: unknown; meant?: unknown };
  return {
    code: typeof code === 'string' ? code : 'internal',
    message: typeof message === 'string' ? message : 'an unknown failure',
    hint: typeof meant === 'string' ? `. Did you mean ${meant}?` : '',
  };
}
