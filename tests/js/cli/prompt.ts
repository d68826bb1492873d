// On a terminal: keys that are asked for and not shown, questions before what cannot be undone, and colours.

import { spawn, spawnSync } from 'node:child_process';

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { equal, has, lacks } from './checks.js';
import type { Stage } from './run.js';
import { type Place, runOne } from './shell.js';

const KEY = 'sk-canary-typed-9f8e7d6c5b4aprd3';

/** The cases. They need util-linux's `script`, which gives a command a terminal of its own. */
export async function promptCases({ test, skip, library, place: at }: Stage): Promise<void> {
  if (!spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux')) {
    return skip('prompts', "util-linux's script is not here to make a terminal");
  }
  const place = at('prompt');
  const env = {
    DUCTAPE_STORE: 'store',
    DUCTAPE_PRIVATE_KEY: library.default.generateKey(),
    DUCTAPE_PRODUCT: 'shop',
    TERM: 'xterm-256color',
  };

  await test('a key is asked for, and not shown', async () => {
    const command = 'models create chat --name Chat --provider openai --model gpt-4.1 --env prd';
    const { output, code } = await onTerminal(place, command, env, [['API key for prd', `${KEY}\r`]]);
    equal(code, 0);
    has(output, 'prd sealed ...prd3');
    lacks(output, 'canary');
    lacks(place.argv(), 'canary');
  });

  await test('what is typed can be corrected, and Ctrl-C stops it', async () => {
    const typed = `wrong\u0015x\u007f${KEY.slice(0, -1)}4\r`;
    const done = await onTerminal(place, 'models rotate chat --env prd', env, [['API key for prd', typed]]);
    equal(done.code, 0);
    has(done.output, 'prd sealed ...prd4');
    lacks(done.output, 'canary');
    const stopped = await onTerminal(place, 'models rotate chat --env prd', env, [['API key for prd', 'sk-ca\u0003']]);
    equal(stopped.code, 130);
    lacks(stopped.output, 'sk-ca');
    const { stdout } = await runOne(place, ['models', 'show', 'chat', '--json'], { env });
    equal(JSON.parse(stdout).rev, 2);
  });

  await test('a deletion is asked about', async () => {
    const no = await onTerminal(place, 'models delete chat', env, [['[y/N]', '\r']]);
    equal(no.code, 1);
    has(no.output, ': nothing was deleted');
    const yes = await onTerminal(place, 'models delete chat', env, [['[y/N]', 'y\r']]);
    equal(yes.code, 0);
    has(yes.output, 'deleted chat of shop');
  });

  await test('a plan is shown before its question', async () => {
    const models = [
      { tag: 'asked', name: 'A', provider: 'openai', model: 'gpt-4.1', envs: [{ slug: 'dev', keyRef: 'k' }] },
    ];
    writeFileSync(join(place.folder, 'models.json'), JSON.stringify({ models }));
    const no = await onTerminal(place, 'apply models.json', env, [['[y/N]', 'n\r']]);
    equal(no.code, 1);
    equal(no.output.indexOf('+ create asked') < no.output.indexOf('Apply this change to shop?'), true);
    const yes = await onTerminal(place, 'apply models.json', env, [['[y/N]', 'y\r']]);
    equal(yes.code, 0);
    has(yes.output, 'created asked');
  });

  await test('colours are for terminals that want them', async () => {
    const bold = '\u001b[1m';
    has((await onTerminal(place, '--help', env, [])).output, bold);
    lacks((await onTerminal(place, '--help', { ...env, NO_COLOR: '1' }, [])).output, bold);
    lacks((await runOne(place, ['--help'], { env })).stdout, bold);
  });
}

/** Runs a command on a terminal of its own; each answer is typed when its question is there. */
function onTerminal(
  place: Place,
  command: string,
  env: Record<string, string>,
  answers: readonly (readonly [string, string])[],
): Promise<{ output: string; code: number | null }> {
  const args = ['--quiet', '--return', '--flush', '--command', `ductape-models ${command}`, '/dev/null'];
  const child = spawn('script', args, { cwd: place.folder, env: place.env({ SHELL: '/bin/sh', ...env }) });
  const left = [...answers];
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
    const next = left[0];
    if (next === undefined || !output.includes(next[0])) return;
    left.shift();
    child.stdin.write(next[1]);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ output, code });
    });
  });
}
