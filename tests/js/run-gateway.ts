// The gateway behind a loopback server, over the packed tarball and a mock of every provider, with the clients that
// people have: the official ones of OpenAI and the AI SDK.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { cases as admin } from './gateway/admin.js';
import { cases as agents } from './gateway/agents.js';
import { cases as aiSdk } from './gateway/ai-sdk.js';
import { cases as chat } from './gateway/chat.js';
import { cases as failures } from './gateway/failures.js';
import { cases as page } from './gateway/page.js';
import { cases as python } from './gateway/python.js';
import { cases as responses } from './gateway/responses.js';
import type { Serving } from './gateway/server.js';
import type { GatewayEntry } from './gateway/shop.js';
import { cases as tokens } from './gateway/tokens.js';
import { startUpstream } from './gateway/upstream.js';
import { close, install } from './installed.js';
import { type Library, runAll } from './suite.js';

// The SDK prints every warning unless told otherwise.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const upstream = await startUpstream();
const started: Serving[] = [];
const { folder, remove } = install();
try {
  const dist = (name: string) => pathToFileURL(join(folder, 'node_modules/ductape-models/dist', name)).href;
  const library = (await import(dist('index.js'))) as Library;
  const gateway = (await import(dist('gateway.js'))) as GatewayEntry;
  const setting = { library, gateway, upstream, started };
  const suites = await Promise.all(
    [chat, responses, aiSdk, python, agents, tokens, admin, failures].map((cases) => cases(setting)),
  );
  const texts = await page(folder, upstream.url);
  close('gateway', await runAll([...suites.flat(), ...texts]));
} finally {
  remove();
  await Promise.all(started.map(({ stop }) => stop()));
  await upstream.stop();
}
