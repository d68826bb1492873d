// Questions on a terminal. They go to stderr, so that stdout stays what the command prints.

import { createInterface } from 'node:readline/promises';

import { Interrupted, UsageError } from './exit.js';
import { isInteractive } from './files.js';
import { keepSecret } from './screen.js';

const MAX_KEY = 8192;

/** Asks for a key. What is typed is not shown, not even as stars: their number would tell its length. */
export async function hidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  // Before the question is there, so that nothing typed after it can be seen.
  stdin.setRawMode(true);
  stderr.write(question);
  try {
    const typed = await line();
    keepSecret(typed);
    return typed;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

function line(): Promise<string> {
  const { stdin } = process;
  let typed = '';
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      stdin.off('data', take);
      settle();
    };
    const take = (chunk: Buffer) => {
      for (const letter of chunk.toString('utf8')) {
        if (letter === '\r' || letter === '\n') return end(() => resolve(typed.trim()));
        if (letter === CTRL_C || (letter === CTRL_D && typed === '')) return end(() => reject(new Interrupted()));
        if (letter === BACKSPACE || letter === DELETE) typed = typed.slice(0, -1);
        else if (letter === CTRL_U) typed = '';
        else typed += letter;
        if (typed.length > MAX_KEY) return end(() => reject(new UsageError('that is too long for a key')));
      }
    };
    stdin.on('data', take);
  });
}

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const BACKSPACE = '\u0008';
const DELETE = '\u007f';

/** Asks whether to go on. Without a terminal only `--yes` can say so. */
export async function confirmed(question: string, isYes: boolean): Promise<boolean> {
  if (isYes) return true;
  if (!isInteractive()) throw new UsageError('there is no terminal to ask on: --yes says that it may be done');
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const stop = new AbortController();
  reader.once('SIGINT', () => stop.abort());
  reader.once('close', () => stop.abort());
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `, { signal: stop.signal })).trim());
  } catch {
    throw new Interrupted();
  } finally {
    reader.close();
  }
}
