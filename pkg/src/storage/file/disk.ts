/** What the file store asks of the file system, and how its failures read. Knows nothing about keys, values or locks. */

import { open, rm } from 'node:fs/promises';

import { failure } from '../contract.js';

/** The mode of every folder made: the owner's only. */
export const MODE_FOLDER = 0o700;
const MODE_FILE = 0o600;

export async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', MODE_FILE);
  try {
    await file.writeFile(text, 'utf8');
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename outlive a power cut. Systems that cannot open a folder have no such call and need none. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch((error: unknown) => {
    if (['EISDIR', 'EPERM', 'EACCES'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function guarded<T>(operation: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || OWN.has(code)) throw error;
    throw failure(code, `The file store could not ${operation}: ${code}.`, error);
  }
}

const OWN: ReadonlySet<string> = new Set(['invalid_input', 'record_corrupt', 'storage_error']);

export function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export async function unlessMissing<T, U>(answer: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await answer;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return otherwise;
    throw error;
  }
}

export async function attempt(step: Promise<unknown>): Promise<unknown> {
  return step.then(
    () => undefined,
    (error: unknown) => error,
  );
}

export async function discard(path: string): Promise<void> {
  await attempt(rm(path, { recursive: true, force: true }));
}

export function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}
