// Stored models under the AI SDK itself: the real package, current and the major before it, over the packed tarball and
// a mock of every provider.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LLMock } from '@copilotkit/aimock';
import * as current from 'ai';
import * as before from 'ai-v6';

import { cases as answers } from './ai/answers.js';
import { cases as failures } from './ai/failures.js';
import { cases as prompts } from './ai/prompts.js';
import { cases as settings } from './ai/settings.js';
import { type Bridge, PROMPTS, type Sdk, type Setting } from './ai/shop.js';
import { cases as state } from './ai/state.js';
import { run as texts } from './ai/texts.js';
import { cases as tools } from './ai/tools.js';
import { close, install } from './installed.js';
import { startServers } from './servers.js';
import { type Case, type Library, runAll } from './suite.js';

const SDKS = [
  { name: 'AI SDK 7', sdk: current, specification: 'v4' },
  { name: 'AI SDK 6', sdk: before as unknown as Sdk, specification: 'v3' },
] as const;

// The SDK prints every warning unless told otherwise.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const mock = new LLMock({ port: 0, host: '127.0.0.1' });
mock.on({ userMessage: PROMPTS.tool, hasToolResult: true }, { content: 'It is clear in Paris.' });
mock.onMessage(PROMPTS.tool, { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Paris"}' }] });
mock.onMessage(PROMPTS.json, { content: '{"colour":"blue"}' });
mock.onMessage(/hello|order/, { content: 'Hi there, how can I help?' });
await mock.start();
const servers = await startServers();
const { folder, remove } = install();
try {
  const dist = (name: string) => pathToFileURL(join(folder, 'node_modules/ductape-models/dist', name)).href;
  const library = (await import(dist('index.js'))) as Library;
  const bridge = (await import(dist('ai.js'))) as Bridge;
  const shared = { library, bridge, mock: mock.url, odd: servers.odd };
  const suites = SDKS.flatMap(({ name, sdk, specification }) => {
    return named(name, suite({ ...shared, sdk, specification }));
  });
  const tally = await runAll(suites);
  await texts(tally, folder, mock.url);
  close('ai', tally);
} finally {
  remove();
  await servers.stop();
  await mock.stop();
}

function suite(setting: Setting): Case[] {
  return [answers, tools, state, prompts, settings, failures].flatMap((cases) => cases(setting));
}

function named(sdk: string, cases: Case[]): Case[] {
  return cases.map(({ name, run }) => ({ name: `${sdk}: ${name}`, run }));
}
