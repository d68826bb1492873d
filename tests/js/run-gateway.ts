// The gateway behind a loopback server, over the packed tarball and a mock of every provider, with the clients that
// people have: the official ones of OpenAI and the AI SDK.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { cases as admin } from './gateway/admin.js';
import { cases as chat } from './gateway/chat.js';
import type { GatewayEntry } from './gateway/shop.js';
import { cases as tokens } from './gateway/tokens.js';
import { startUpstream } from './gateway/upstream.js';
import { close, install } from './installed.js';
import { type Library, runAll } from './suite.js';

const upstream = await startUpstream();
const { folder, remove } = install();
try {
  const dist = (name: string) => pathToFileURL(join(folder, 'node_modules/ductape-models/dist', name)).href;
  const library = (await import(dist('index.js'))) as Library;
  const gateway = (await import(dist('gateway.js'))) as GatewayEntry;
  const setting = { library, gateway, upstream };
  const suites = await Promise.all([chat, tokens, admin].map((cases) => cases(setting)));
  const tally = await runAll(suites.flatMap(({ list }) => list));
  await Promise.all(suites.map(({ stop }) => stop()));
  close('gateway', tally);
} finally {
  remove();
  await upstream.stop();
}
