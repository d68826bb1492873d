// Bundlers and test runners as people have them: no plugin for this package, no configuration for it. What a bundler writes
// must run.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Runtime } from './runtimes.js';

/** Commands in their order; the last one says the tally. */
export interface Consumer extends Omit<Runtime, 'command'> {
  commands: string[][];
  /** It opens a page in Chromium. */
  isPage?: boolean;
}

/** Every consumer, in a folder where the tools are installed. */
export function consumers(folder: string): Consumer[] {
  const inside = (path: string) => join(folder, 'node_modules', path);
  const node = inside('node24/bin/node');
  const bun = inside('@oven/bun-linux-x64/bin/bun');
  const esbuild = [node, inside('esbuild/bin/esbuild')];
  rmSync(join(folder, 'out'), { recursive: true, force: true });
  mkdirSync(join(folder, 'out'));
  const run = (name: string) => [node, `out/${name}.mjs`];
  const scripted = ['rollup', 'rolldown', 'webpack', 'rspack', 'vite'].map((name) => ({
    name,
    commands: [[node, `tools/${name}.mjs`], run(name)],
  }));
  const cjs = [...esbuild, 'alone.mjs', '--bundle', '--packages=external', '--format=cjs', '--outfile=out/alone.cjs'];
  const jest = [node, inside('jest/bin/jest.js'), '--rootDir=.', '--testMatch=**/alone.test.cjs'];
  return [
    {
      name: 'esbuild',
      commands: [
        [...esbuild, 'print.mjs', '--bundle', '--minify', '--format=esm', '--outfile=out/esbuild.mjs'],
        run('esbuild'),
      ],
    },
    ...scripted,
    { name: 'bun build', commands: [[bun, 'build', 'print.mjs', '--minify', '--outfile=out/bun.mjs'], run('bun')] },
    {
      name: 'bun build --compile',
      commands: [[bun, 'build', 'print.mjs', '--compile', '--outfile=out/compiled'], [join(folder, 'out/compiled')]],
    },
    { name: 'vite dev', isPage: true, commands: [[node, 'tools/vite-dev.mjs']] },
    {
      name: 'next',
      isPage: true,
      commands: [
        [node, inside('next/dist/bin/next'), 'build', 'next'],
        [node, 'tools/next.mjs'],
      ],
    },
    { name: 'wrangler dev', commands: [[node, 'tools/wrangler-dev.mjs']] },
    { name: 'jest node', commands: [cjs, [...jest, '--env=node']] },
    { name: 'jest jsdom', commands: [cjs, [...jest, '--env=jsdom']] },
    {
      name: 'wrangler deploy --dry-run',
      commands: [
        [
          node,
          inside('wrangler/bin/wrangler.js'),
          'deploy',
          '--dry-run',
          '--outdir=../out/wrangler',
          '-c',
          'worker/wrangler.jsonc',
        ],
        [node, 'worker/workerd.mjs'],
      ],
    },
    {
      name: 'vitest in workerd',
      commands: [[node, inside('vitest/vitest.mjs'), 'run', '--config', 'worker/vitest.config.mjs']],
    },
    { name: 'vitest', commands: [[node, inside('vitest/vitest.mjs'), 'run', '--globals', 'alone.test.mjs']] },
  ];
}
