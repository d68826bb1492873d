// The runtimes and test runners, each by the command that runs a file in it.

import { join } from 'node:path';

/** A way to run the suite. */
export interface Runtime {
  name: string;
  /** What is run: `suite` needs the servers of the run, `alone` needs nothing. */
  command: string[];
}

/** Every runtime whose binary comes from npm, in a folder where they are installed. */
export function runtimes(folder: string): Runtime[] {
  const inside = (path: string) => join(folder, 'node_modules', path);
  const nodes: [string, string][] = [
    ['node 20', process.execPath],
    ...['22', '24', '26'].map((major): [string, string] => [`node ${major}`, inside(`node${major}/bin/node`)]),
  ];
  const deno = inside('@deno/linux-x64-glibc/deno');
  const bun = inside('@oven/bun-linux-x64/bin/bun');
  return [
    ...nodes.flatMap(([name, binary]) => [
      { name: `${name} import`, command: [binary, 'child.mjs'] },
      { name: `${name} require`, command: [binary, 'child.cjs'] },
    ]),
    { name: 'deno', command: [deno, 'run', '--no-prompt', '--allow-net=127.0.0.1', 'child.mjs'] },
    { name: 'deno without permissions', command: [deno, 'run', '--no-prompt', 'print.mjs'] },
    { name: 'bun import', command: [bun, 'child.mjs'] },
    { name: 'bun require', command: [bun, 'child.cjs'] },
  ];
}
