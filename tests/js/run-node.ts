// The suite on this Node, through import and through require.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';

import { close, install } from './installed.js';
import { published } from './published.js';
import { type Printers, type Sealing, cases as sealingCases } from './sealing.js';
import { cases as vectorCases } from './sealing-vectors.js';
import { startServers } from './servers.js';
import { cases, type Library, runAll } from './suite.js';

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
  const sealing = (library: Library, entry: Sealing) => sealingCases(library, entry, PRINTERS);
  const library = (await esm('index.js')) as Library;
  close('node-esm', await runAll(cases(library, servers)));
  close('node-cjs', await runAll(cases(cjs as Library, servers)));
  close('node-esm-sealing', await runAll(sealing(library, (await esm('sealing.js')) as Sealing)));
  close('node-cjs-sealing', await runAll(sealing(cjs, require('ductape-models/sealing') as Sealing)));
  const vectors = vectorCases(published('node'));
  if (vectors.length > 0) close('node-sealing-vectors', await runAll(vectors));
} finally {
  remove();
  await servers.stop();
}
