// The setup: keys that fit, in a file for its owner's eyes only, and commands that carry them without showing them.

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Case, equal } from '../suite.js';

/** Stands in for npx: writes down its arguments and what it reads. */
const NPX = '#!/bin/sh\necho "$@" >> "$CAUGHT/arguments"\ncat >> "$CAUGHT/input"\n';

export async function setupCases(): Promise<Case[]> {
  const { tokenKeyOf } = await import(pathToFileURL(resolve('worker/dev/secrets.mjs')).href);
  return [
    {
      name: 'the setup makes a file that only its owner reads, once, and shows no key',
      run: () =>
        inFolder((folder) => {
          const file = join(folder, "owner's vars");
          const first = setup(file);
          equal([first.status, statSync(file).mode & 0o777], [0, 0o600]);
          const text = readFileSync(file, 'utf8');
          const values = [...text.matchAll(/^([A-Z_]+)=(.+)$/gm)].map(([, name, value]) => [name, value]);
          equal(
            values.map(([name]) => name),
            ['PRODUCT_KEY', 'ADMIN_KEY', 'TOKEN_KEY'],
          );
          const { PRODUCT_KEY, ADMIN_KEY, TOKEN_KEY } = Object.fromEntries(values);
          equal([PRODUCT_KEY.startsWith('lmk1.'), ADMIN_KEY.length >= 32], [true, true]);
          equal(TOKEN_KEY, tokenKeyOf(ADMIN_KEY));
          const second = setup(file);
          equal([second.status, readFileSync(file, 'utf8')], [0, text]);
          const said = [first, second].map(({ stdout, stderr }) => stdout + stderr).join('');
          equal(
            [PRODUCT_KEY, ADMIN_KEY, TOKEN_KEY].filter((key) => said.includes(key)),
            [],
          );
        }),
    },
    {
      name: 'the commands that it prints carry each key through a pipe, and none as an argument',
      run: () =>
        inFolder((folder) => {
          const file = join(folder, "owner's vars");
          const { stdout } = setup(file);
          const bin = join(folder, 'bin');
          mkdirSync(bin);
          writeFileSync(join(bin, 'npx'), NPX);
          chmodSync(join(bin, 'npx'), 0o755);
          const commands = stdout.split('\n').filter((line) => line.includes('| npx'));
          const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, CAUGHT: folder };
          for (const command of commands) execFileSync('sh', ['-c', command], { env });
          const text = readFileSync(file, 'utf8');
          const kept = ['PRODUCT_KEY', 'ADMIN_KEY'].map((name) => new RegExp(`^${name}=(.+)$`, 'm').exec(text)?.[1]);
          equal(readFileSync(join(folder, 'input'), 'utf8').trim().split('\n'), kept);
          const given = readFileSync(join(folder, 'arguments'), 'utf8').trim().split('\n');
          const config = '--config worker/wrangler.jsonc';
          equal(
            given,
            ['PRODUCT_KEY', 'ADMIN_KEY'].map((name) => `wrangler@4 secret put ${name} ${config}`),
          );
        }),
    },
    {
      name: 'a file without a secret is neither used nor overwritten',
      run: () =>
        inFolder((folder) => {
          const file = join(folder, 'vars');
          writeFileSync(file, 'PRODUCT_KEY=x\n');
          const { status, stderr } = setup(file);
          equal([status, stderr.includes('ADMIN_KEY'), readFileSync(file, 'utf8')], [1, true, 'PRODUCT_KEY=x\n']);
        }),
    },
    {
      name: 'git ignores the file of the secrets',
      async run() {
        equal(spawnSync('git', ['check-ignore', '-q', 'worker/.dev.vars']).status, 0);
      },
    },
  ];
}

function setup(file: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['worker/setup.mjs', file], { encoding: 'utf8' });
}

async function inFolder(run: (folder: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'worker-setup-'));
  try {
    run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
