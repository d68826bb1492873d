// The platform's workerd as a child, and what a suite inside it says at its end.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

import type { Tally } from './suite.js';

/** Before the tally, in what a Worker logs. */
export const MARK = 'TALLY ';

/** Runs workerd in a folder and reads the tally of the suite in it; without one, all that it said is the failure. */
export async function tallyOf(folder: string, args: string[], limitMs: number): Promise<Tally> {
  const output = await collected(binary(), args, folder, limitMs);
  const line = output.split('\n').find((line) => line.includes(MARK));
  return line ? JSON.parse(line.slice(line.indexOf(MARK) + MARK.length)) : { passed: 0, failed: [output] };
}

/** Everything that a child says, on either way. */
export function collected(command: string, args: string[], folder: string, limitMs: number): Promise<string> {
  return new Promise((done, reject) => {
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    let output = '';
    const take = (part: Buffer) => {
      output += part;
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      done(output);
    });
  });
}

/** The platform's binary; the package's own starter needs its install script. */
function binary(): string {
  const require = createRequire(resolve('package.json'));
  const name = `@cloudflare/workerd-${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch === 'x64' ? '64' : process.arch}`;
  return join(dirname(require.resolve(`${name}/package.json`)), 'bin/workerd');
}
