// A failure in words, and its exit code.

import { EXIT, Interrupted, UsageError } from './exit.js';
import { red, say } from './screen.js';

/** Prints `code: message` to stderr, as JSON where that was asked for. */
export function report(error: unknown, asJson: boolean): number {
  const { code, message, hint } = wordsOf(error);
  if (asJson) say(JSON.stringify({ error: { code, message } }));
  else {
    say(`${red(code, process.stderr)}: ${message}${hint}`);
    for (const other of otherProblems(error)) say(`  ${other}`);
  }
  if (error instanceof UsageError) return EXIT.usage;
  return code === 'aborted' || error instanceof Interrupted ? EXIT.interrupted : EXIT.failed;
}

function wordsOf(error: unknown): { code: string; message: string; hint: string } {
  const { code, meant, cause } = Object(error) as { [name: string]: unknown };
  const why = code === 'storage_error' ? messageOf(cause) : undefined;
  return {
    code: typeof code === 'string' ? code : 'internal',
    message: `${messageOf(error) ?? 'an unknown failure'}${why === undefined ? '' : `: ${why}`}`,
    hint: typeof meant === 'string' ? `. Did you mean ${meant}?` : '',
  };
}

/** What else is wrong, where several things of one file are. */
function otherProblems(error: unknown): string[] {
  const { problems } = Object(Object(error).details) as { problems?: unknown };
  return Array.isArray(problems) ? problems.slice(1).map(({ code, message }) => `${code}: ${message}`) : [];
}

/** The stores of a command line are this package's own and Node's: what they say of a failure may be shown. */
function messageOf(error: unknown): string | undefined {
  const { message } = Object(error) as { message?: unknown };
  return typeof message === 'string' && message !== '' ? message : undefined;
}
