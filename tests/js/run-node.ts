// The suite on this Node, through import and through require.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';

import { everything } from './everything.js';
import { given } from './given.js';
import { close, install } from './installed.js';
import { cases as partialJsonCases } from './partial-json.js';
import type { Printers, Sealing } from './sealing.js';
import { startServers } from './servers.js';
import { type Library, runAll } from './suite.js';
import { cases as utf8Cases } from './utf8.js';

const PRINTERS: Printers = {
  inspect: (value) => inspect(value, { showHidden: true, depth: Number.POSITIVE_INFINITY, getters: true }),
  format: (value) => format('%o %O %j %s', value, value, value, value),
  serialize: (value) => serialize(value).toString('latin1') + serialize(value).toString('hex'),
};

const servers = await startServers();
const { folder, remove } = install();
try {
  const require = createRequire(join(folder, 'index.js'));
  const esm = (name: string) => import(pathToFileURL(join(folder, 'node_modules/ductape-models/dist', name)).href);
  const cjs =
    require('ductape-models/package.json') && require(join(folder, 'node_modules/ductape-models/dist/index.cjs'));
  const data = given('node', servers);
  const list = (library: Library, sealing: Sealing) => everything(library, sealing, data, PRINTERS);
  close('node-esm', await runAll(list((await esm('index.js')) as Library, (await esm('sealing.js')) as Sealing)));
  close('node-utf8', await runAll(utf8Cases()));
  close('node-partial-json', await runAll(partialJsonCases()));
  close('node-cjs', await runAll(list(cjs as Library, require('ductape-models/sealing') as Sealing)));
} finally {
  remove();
  await servers.stop();
}
