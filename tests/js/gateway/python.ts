// The official Python client, in an environment of its own under `target`. Where there is no Python, that is said.

import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { type Case, equal } from '../suite.js';
import { type Setting, shop, TAGS } from './shop.js';
import { ANSWER, WEATHER } from './upstream.js';

const VERSION = '3.54.0';
const FOLDER = resolve('target/python', `openai-${VERSION}`);
const run = promisify(execFile);

/** Makes the environment where it is not there; returns its interpreter. */
async function interpreter(): Promise<string | undefined> {
  const python = join(FOLDER, 'bin/python3');
  const done = join(FOLDER, 'complete');
  if (existsSync(done)) return python;
  try {
    rmSync(FOLDER, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', FOLDER], { timeout: 60_000 });
    const flags = ['--quiet', '--disable-pip-version-check', '--only-binary=:all:'];
    await run(python, ['-m', 'pip', 'install', ...flags, `openai==${VERSION}`], { timeout: 120_000 });
    writeFileSync(done, '');
    return python;
  } catch (error) {
    if (process.env.CI) throw error;
    return undefined;
  }
}

export async function cases(setting: Setting): Promise<Case[]> {
  const python = await interpreter();
  if (python === undefined) {
    process.stdout.write(
      `  skipped: the official Python client; python3 with venv and openai ${VERSION} is not to be had\n`,
    );
    return [];
  }
  const door = await shop(setting);
  const list: Case[] = [];
  for (const model of ['openai', 'anthropic']) {
    // Starting Python takes longer than a case may.
    const said = await talk(python, { GATEWAY: door.url, TOKEN: await door.token(), MODEL: model });
    list.push({ name: `r69 the official Python client works over ${model}`, run: async () => equal(said, SAID) });
  }
  return list;
}

const SAID = [
  [ANSWER, 18],
  [ANSWER, 18],
  ['get_weather', { city: 'Paris' }],
  [WEATHER],
  [ANSWER],
  [ANSWER],
  [[...TAGS].sort()],
  ['NotFoundError', 'model_not_found'],
  ['BadRequestError', 'invalid_input'],
  ['AuthenticationError', 'auth_failed'],
];

/** What the client printed, or the error that it ended with. */
async function talk(python: string, variables: Record<string, string>): Promise<unknown> {
  const env = { ...variables, PATH: process.env.PATH, NO_PROXY: '*' };
  try {
    const { stdout } = await run(python, [resolve('tests/js/gateway/client.py')], { timeout: 60_000, env });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  } catch (error) {
    return (error as { stderr?: string }).stderr ?? String(error);
  }
}
