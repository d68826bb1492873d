// Files that are read and written for people: failures in words, and nothing of their contents in them.

import { open, readFile } from 'node:fs/promises';

import { CommandError, UsageError } from './exit.js';
import { looksLikeKey } from './key-like.js';

/** The text of a file, or of stdin where the name is `-`. */
export async function textOf(file: string): Promise<string> {
  if (file === '-') return stdinText();
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${named(file)} cannot be read (${codeOf(error)})`);
  }
}

/** JSON in words of its own: the parser's messages quote the text. */
export function jsonIn(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    const line = at === undefined ? undefined : text.slice(0, Number(at)).split('\n').length;
    throw new UsageError(`${name} is not JSON${line === undefined ? '' : ` (line ${line})`}`);
  }
}

/** Writes a file that only its owner can read, and that is not there yet. */
export async function writePrivate(file: string, text: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new CommandError('already_exists', `${named(file)} is there already`);
    throw new CommandError('not_written', `${named(file)} cannot be written (${codeOf(error)})`);
  }
}

/** All of stdin. */
export async function stdinText(most: number = 64 * 1024 * 1024): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of process.stdin) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > most) throw new UsageError(`stdin holds more than ${most} bytes`);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Whether something was piped in or somebody sits there. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** A file's name, unless a key was given in its place. */
export function named(file: string): string {
  return looksLikeKey(file) ? 'the file' : file;
}

export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'failed';
}
