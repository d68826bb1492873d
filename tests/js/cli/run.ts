// `npx ductape-models` as people and jobs use it: the packed tarball, child processes, no network but loopback.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LLMock } from '@copilotkit/aimock';

import { close, install } from '../installed.js';
import type { Library, Tally } from '../suite.js';
import { interruptCases } from './interrupt.js';
import { lifeCases } from './life.js';
import { promptCases } from './prompt.js';
import { Place } from './shell.js';
import { usageCases } from './usage.js';
import { wholeCases } from './whole.js';

/** What every group of cases gets. */
export interface Stage {
  /** The package, as the command line has it. */
  library: Library;
  storage: typeof import('ductape-models/storage/http') & typeof import('ductape-models/storage/memory');
  file: typeof import('ductape-models/storage/file');
  /** Where the package is installed. */
  folder: string;
  /** The tarball's own version. */
  version: string;
  /** A mock of OpenAI's API. */
  mock: string;
  place(name: string): Place;
  test(name: string, run: () => Promise<void>): Promise<void>;
  skip(name: string, why: string): void;
}

const mock = new LLMock({ port: 0, host: '127.0.0.1' });
mock.onMessage('Hi', { content: 'Hi there' });
await mock.start();
const { folder, remove } = install();
const tally: Tally = { passed: 0, failed: [] };
try {
  const inside = (name: string) => join(folder, 'node_modules/ductape-models', name);
  const load = (name: string) => import(pathToFileURL(inside(`dist/${name}.js`)).href);
  const stage: Stage = {
    library: await load('index'),
    storage: { ...(await load('storage/http')), ...(await load('storage/memory')) },
    file: await load('storage/file'),
    folder,
    version: JSON.parse(readFileSync(inside('package.json'), 'utf8')).version,
    mock: `${mock.url}/v1`,
    place: (name) => new Place(folder, name),
    async test(name, run) {
      try {
        await run();
        tally.passed += 1;
      } catch (error) {
        tally.failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    skip: (name, why) => process.stdout.write(`cli: skipped: ${name}: ${why}\n`),
  };
  await usageCases(stage);
  await lifeCases(stage);
  await wholeCases(stage);
  await interruptCases(stage);
  await promptCases(stage);
} finally {
  remove();
  await mock.stop();
}
close('cli', tally);
